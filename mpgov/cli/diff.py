"""`mpgov diff`."""

from __future__ import annotations

import click

from mpgov.cli import options
from mpgov.core.report import CheckReport, DiffReport
from mpgov.errors import UsageError
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import as_lexicon_csv, diff


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
@click.option("--drift", is_flag=True, help="Only what changed in Lexicon since both agreed.")
@options.ours
@options.theirs
@options.prune
@options.prune_all
@options.since
@options.fill_only
@options.retry_refused
@options.allow
@click.option("--exit-code", is_flag=True, help="Exit 1 for changes, conflicts or guards.")
@options.format_option(*options.FORMATS, "lexicon-csv", "xlsx")
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
    drift: bool,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    prune: bool,
    prune_all: bool,
    since: str,
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
    answer = options.Answer(format_, output)
    if drift and answer.is_for_changes:
        raise UsageError(
            "--drift shows what changed in Lexicon alone; there is nothing to approve or to import",
            hint="mpgov diff --drift --output drift.html",
        )
    wish = Wish(
        options.selected(only, skip, fields),
        allow,
        fill_only,
        retry_refused,
        ours,
        theirs,
        prune=options.pruned(prune, prune_all),
        since=since,
    )
    report = diff(options.plan_path(plan, plan_option, found), found, wish, against, drift=drift)
    if format_ == "lexicon-csv" and isinstance(report, DiffReport):
        text, notes = as_lexicon_csv(report, found)
        answer.text(text)
        for note in notes:
            options.tell(ctx, note)
    elif isinstance(report, CheckReport):
        answer.errors(ctx, report)
    else:
        answer.write(ctx, report)
    if isinstance(report, CheckReport):
        options.tell(ctx, "the plan has errors; nothing was compared")
        ctx.exit(1)
    found_any = bool(report.drift) if drift else not report.is_clean
    ctx.exit(1 if exit_code and found_any else 0)
