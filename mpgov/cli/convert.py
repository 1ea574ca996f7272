"""`mpgov convert`."""

from __future__ import annotations

import click

from mpgov.cli import options
from mpgov.render.visible import visible
from mpgov.workflows.convert import convert, writable


@click.command(
    "convert",
    epilog="""\b
Examples:
  mpgov convert plan.xlsx plans/plan.yaml
  mpgov convert plans plan.xlsx
  mpgov convert plan.xlsx plans/plan.yaml --check""",
)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option(
    "--format", "format_", metavar="NAME", help="What to write: yaml xlsx csv lexicon-csv."
)
@click.option("--check", "check_", is_flag=True, help="Write nothing; exit 1 if it would.")
@click.pass_context
def command(
    ctx: click.Context, *, source: str, target: str, format_: str | None, check_: bool
) -> None:
    """Convert a plan from one format into another; of an existing file only what differs."""
    if format_ is not None and format_ not in writable():
        known = " ".join(writable())
        raise click.BadParameter(f"{format_!r} is none of: {known}", ctx, param_hint="--format")
    found = options.around(ctx, None)
    done = convert(found, source, target, format_, check=check_)
    if done.content:
        click.echo(done.content, nl=False)
    for note in done.notes:
        options.tell(ctx, note)
    for line in done.changed:
        click.echo(visible(f"{line}: would change" if check_ else line))
    if not done.changed and not done.content:
        options.tell(ctx, f"{target} says the same already; nothing was written")
    ctx.exit(1 if check_ and done.changed else 0)
