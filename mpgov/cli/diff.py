"""`mpgov diff`."""

from __future__ import annotations

import click

from mpgov.cli import options
from mpgov.core.report import CheckReport
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff


@click.command(
    "diff",
    epilog="""\b
Examples:
  mpgov diff
  mpgov diff plans/shop.yaml --exit-code --format json --output changes.json""",
)
@options.plan_argument
@options.plan
@options.project
@options.selection(fields=True)
@click.option("--against", metavar="FILE", help="Offline: an export, or base (the last known).")
@options.fill_only
@options.retry_refused
@options.allow
@click.option("--exit-code", is_flag=True, help="Exit 1 for changes, conflicts or guards.")
@options.format_option(*options.FORMATS)
@options.output
@options.max_wait
@click.pass_context
def command(
    ctx: click.Context,
    *,
    plan: str | None,
    plan_option: str | None,
    project: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fields: str | None,
    against: str | None,
    fill_only: bool,
    retry_refused: bool,
    allow: tuple[str, ...],
    exit_code: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
) -> None:
    """Show what sync would change, and what it would leave alone."""
    found = options.around(ctx, project, max_wait)
    wish = Wish(options.selected(only, skip, fields), allow, fill_only, retry_refused)
    report = diff(options.plan_path(plan, plan_option, found), found, wish, against)
    options.Answer(format_, output).write(ctx, report)
    if isinstance(report, CheckReport):
        options.tell(ctx, "the plan has errors; nothing was compared")
        ctx.exit(1)
    ctx.exit(1 if exit_code and not report.is_clean else 0)
