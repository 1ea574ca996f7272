"""`mpgov export`."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from mpgov.cli import options, several
from mpgov.core.model import Json
from mpgov.core.several import Part
from mpgov.errors import UsageError
from mpgov.render.visible import visible
from mpgov.workflows.adopt import adopt
from mpgov.workflows.export import SUFFIXES, ExportWish, export
from mpgov.workflows.project import Surroundings


@click.command(
    "export",
    epilog="""\b
Examples:
  mpgov export
  mpgov export --output lexicon.xlsx
  mpgov export --into plans --only 'tag:Commerce'""",
)
@options.projects
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
    project: tuple[str, ...],
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
    chosen = options.selected(only, skip)
    if into is not None and (output or format_):
        raise UsageError("--into writes the plan; it goes with neither --output nor --format")
    if drift and into is None:
        raise UsageError("--drift goes with --into PLAN")
    if several.is_asked(project):
        wish = ExportWish(format_ or "yaml", None, chosen, live)
        _several(ctx, project, wish, max_wait, for_one=bool(into or output))
    found = options.around(ctx, project, max_wait)
    if into is not None:
        for line in adopt(found, Path(into), chosen, live=live, drift=drift):
            click.echo(visible(line))
        return
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


def _several(
    ctx: click.Context,
    names: tuple[str, ...],
    wish: ExportWish,
    max_wait: float,
    *,
    for_one: bool,
) -> NoReturn:
    """Export every project, each to its own folder."""
    if for_one:
        raise UsageError("--into and --output are for one project at a time")

    def work(found: Surroundings) -> Part:
        exported = export(found, wish)
        path = str(exported.path)
        told: dict[str, Json] = {"path": path, "entities": exported.stored}
        return Part({"entities": exported.stored, "file": path}, told)

    several.answer(ctx, names, options.Answer("text", None), work, max_wait)
