"""`mpgov sync`."""

from __future__ import annotations

import sys

import click

from mpgov.cli import options
from mpgov.cli.progress import progress
from mpgov.core.report import CheckReport, SyncReport
from mpgov.errors import UsageError
from mpgov.workflows.compare import Wish
from mpgov.workflows.sync import SyncRun, Where, prepare, question


@click.command(
    "sync",
    epilog="""\b
Examples:
  mpgov sync
  mpgov sync plans/shop.yaml --only 'tag:Commerce' --yes""",
)
@options.plan_argument
@options.plan
@options.project
@options.selection(fields=True)
@options.fill_only
@options.retry_refused
@options.allow
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.format_option(*options.FORMATS)
@options.output
@options.max_wait
@options.progress
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
    fill_only: bool,
    retry_refused: bool,
    allow: tuple[str, ...],
    yes: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
    progress_: str,
) -> None:
    """Make Lexicon say what the plan says; nothing else is touched."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", hint="mpgov sync --yes does not ask")
    found = options.around(ctx, project, max_wait)
    wish = Wish(options.selected(only, skip, fields), allow, fill_only, retry_refused)
    run = prepare(Where(options.plan_path(plan, plan_option, found), found), wish)
    answer = options.Answer(format_, output)
    if isinstance(run, CheckReport):
        answer.write(ctx, run)
        options.tell(ctx, "the plan has errors; nothing was sent")
        ctx.exit(1)
    report = _carry_out(ctx, run, answer, asks=not yes, bar=progress_)
    answer.write(ctx, report)
    ctx.exit(report.exit_code)


def _carry_out(
    ctx: click.Context, run: SyncRun, answer: options.Answer, *, asks: bool, bar: str
) -> SyncReport:
    """Show, ask, send and read back."""
    if answer.format != "json":
        options.Answer("text", None).write(ctx, run.comparison.report)
    if run.comparison.report.standing:
        return SyncReport(run.comparison.report)
    for note in run.permit():
        options.tell(ctx, f"warning: {note}")
    if asks and run.comparison.items:
        if not click.confirm(question(run), err=True):
            options.tell(ctx, "nothing was sent")
            ctx.exit(130)
        run.asked = True
    for _ in progress(run.send(), run.comparison.items, bar, quiet=ctx.obj.quiet):
        pass
    return run.finish()
