"""`mpgov rules`: what can be wrong, and why it matters."""

from __future__ import annotations

import json
from difflib import get_close_matches

import click

from mpgov.cli import options
from mpgov.core.score import EXPLAINED
from mpgov.errors import UsageError
from mpgov.workflows.judging import all_rules
from mpgov.workflows.rules import explained, listed, rules_as_json


@click.group(
    "rules",
    invoke_without_command=True,
    epilog="""\b
Examples:
  mpgov rules
  mpgov rules explain naming/look-alike""",
)
@options.format_option("text", "json", "markdown")
@options.output
@click.pass_context
def command(ctx: click.Context, *, format_: str | None, output: str | None) -> None:
    """List the rules; explain one."""
    if ctx.invoked_subcommand is not None:
        return
    found = options.around(ctx, None)
    answer = options.Answer(format_, output)
    if format_ == "json" or (output and output.endswith(".json") and not format_):
        answer.text(json.dumps(rules_as_json(found.settings), indent=2, ensure_ascii=False) + "\n")
        return
    answer.text(listed(found.settings, markdown=format_ == "markdown"))


@command.command(
    "explain",
    epilog="""\b
Examples:
  mpgov rules explain lifecycle/unexpected
  mpgov rules explain score""",
)
@click.argument("name", metavar="ID")
@click.pass_context
def explain(ctx: click.Context, *, name: str) -> None:
    """Say why a rule is there, what can be set, and show a good and a bad example."""
    found = options.around(ctx, None)
    if name == "score":
        click.echo(EXPLAINED, nl=False)
        return
    rule = next((one for one in all_rules() if one.id == name), None)
    if rule is None:
        known = [*(one.id for one in all_rules()), "score"]
        near = get_close_matches(name, known, 1, cutoff=0.4)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no rule {name}{meant}", hint="mpgov rules lists them")
    click.echo(explained(rule, found.settings), nl=False)
