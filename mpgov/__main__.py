"""`mpgov`, and `python -m mpgov`: start, and end quietly when interrupted at once."""

import gc
import sys


def run() -> None:
    """Run the command line; Ctrl-C before it is even loaded is no traceback."""
    # A plan is a hundred thousand small values, none of them garbage: look for garbage rarely.
    gc.set_threshold(100_000, 50, 50)
    try:
        from mpgov.cli.main import main  # noqa: PLC0415 - loading may be interrupted too

        main()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
