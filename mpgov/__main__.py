"""`python -m mpgov`."""

from mpgov.cli.main import main

main()
