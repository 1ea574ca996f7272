"""`mpgov export`."""

from __future__ import annotations

from pathlib import Path

import click

from mpgov.cli import options
from mpgov.errors import UsageError
from mpgov.render.visible import visible
from mpgov.workflows.adopt import adopt
from mpgov.workflows.export import SUFFIXES, ExportWish, export


@click.command(
    "export",
    epilog="""\b
Examples:
  mpgov export
  mpgov export --output lexicon.xlsx
  mpgov export --into plans --only 'tag:Commerce'""",
)
@options.project
@options.selection(fields=False)
@click.option("--live", is_flag=True, help="Add events that arrive without a schema (1 query).")
@click.option("--into", metavar="PLAN", help="Adopt into this plan what it does not say yet.")
@click.option("--drift", is_flag=True, help="With --into: also what changed in Lexicon alone.")
@options.format_option(*SUFFIXES)
@options.output
@options.max_wait
@click.pass_context
def command(
    ctx: click.Context,
    *,
    project: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    live: bool,
    into: str | None,
    drift: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
) -> None:
    """Write what Lexicon says to a file, and print its path."""
    found = options.around(ctx, project, max_wait)
    chosen = options.selected(only, skip)
    if into is not None:
        if output or format_:
            raise UsageError("--into writes the plan; it goes with neither --output nor --format")
        for line in adopt(found, Path(into), chosen, live=live, drift=drift):
            click.echo(visible(line))
        return
    if drift:
        raise UsageError("--drift goes with --into PLAN")
    suffix = Path(output).suffix.lower() if output else ""
    named = next((name for name, ending in SUFFIXES.items() if ending == suffix), "yaml")
    exported = export(found, ExportWish(format_ or named, output, chosen, live))
    if exported.path is None:
        options.echo(exported.content)
    else:
        click.echo(visible(str(exported.path)))
    options.tell(ctx, f"{exported.stored} entities have a stored schema")
    for note in exported.notes:
        options.tell(ctx, note)
