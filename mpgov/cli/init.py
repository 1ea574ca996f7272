"""`mpgov init`."""

from __future__ import annotations

from typing import cast

import click

from mpgov.cli import options
from mpgov.errors import UsageError
from mpgov.render.visible import visible
from mpgov.storage.hosts import REGIONS
from mpgov.workflows.ci import Platform
from mpgov.workflows.init import InitWish, init
from mpgov.workflows.init_settings import ProjectWish


@click.command(
    "init",
    epilog="""\b
Examples:
  mpgov init --from tracking-plan.xlsx
  mpgov init --from-lexicon --ci github""",
)
@click.option("--from", "source", metavar="FILE", help="Begin with this plan, in any format.")
@click.option("--from-lexicon", "lexicon", is_flag=True, help="Begin with what Lexicon says.")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="Whose workflow to write; else what the repository tells.",
)
@click.option(
    "--project-id", type=click.IntRange(min=1), metavar="ID", help="The Mixpanel project's id."
)
@click.option("--region", type=click.Choice(REGIONS), help="Where the project lives.")
@options.max_wait
@click.pass_context
def command(
    ctx: click.Context,
    *,
    source: str | None,
    lexicon: bool,
    ci: str | None,
    project_id: int | None,
    region: str | None,
    max_wait: float,
) -> None:
    """Set up this folder: settings, plan, CI; what is there already stays as it is."""
    if source and lexicon:
        raise UsageError("--from FILE and --from-lexicon: a plan begins with one of them")
    if ctx.obj.config is not None:
        raise UsageError("init writes mpgov.toml in the current folder; it goes without --config")
    found = options.around(ctx, None, max_wait)
    wanted = ProjectWish(project_id, region or "")
    wish = InitWish(source or "", lexicon, cast("Platform | None", ci), wanted)
    start = init(found, wish)
    for line in [
        *(f"wrote {name}" for name in start.written),
        *(f"left {name} as it was" for name in start.left),
        *start.notes,
    ]:
        click.echo(visible(line))
    click.echo("\nNext:")
    for line in start.commands:
        click.echo(f"  {line}")
