"""`mpgov diff`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import click

from mpgov.cli import options, several
from mpgov.core.report import CheckReport, DiffReport
from mpgov.core.several import Part, diff_cells
from mpgov.errors import UsageError
from mpgov.render.json_text import document_of
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import as_lexicon_csv, diff
from mpgov.workflows.project import Surroundings
from mpgov.workflows.several import each, toll_of


@click.command(
    "diff",
    epilog="""\b
Examples:
  mpgov diff
  mpgov diff plans/shop.yaml --exit-code --format json --output changes.json""",
)
@options.plan_argument
@options.plan
@options.projects
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
    project: tuple[str, ...],
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

    def compared(found: Surroundings) -> DiffReport | CheckReport:
        return diff(options.plan_path(plan, plan_option, found), found, wish, against, drift=drift)

    def verdict(report: DiffReport) -> int:
        found_any = bool(report.drift) if drift else not report.is_clean
        return 1 if exit_code and found_any else 0

    if several.is_asked(project):
        several.refuse_stdin(plan or plan_option)
        _several(ctx, project, answer, compared, verdict, max_wait)
    found = options.around(ctx, project, max_wait)
    report = compared(found)
    if isinstance(report, CheckReport):
        answer.errors(ctx, report)
        options.tell(ctx, "the plan has errors; nothing was compared")
        ctx.exit(1)
    if format_ == "lexicon-csv":
        text, notes = as_lexicon_csv(report, found)
        answer.text(text)
        for note in notes:
            options.tell(ctx, note)
    else:
        answer.write(ctx, report)
    ctx.exit(verdict(report))


def _several(
    ctx: click.Context,
    names: tuple[str, ...],
    answer: options.Answer,
    compared: Callable[[Surroundings], DiffReport | CheckReport],
    verdict: Callable[[DiffReport], int],
    max_wait: float,
) -> NoReturn:
    """Compare every project; what it takes to send all of it stands first."""
    format_ = several.format_of(answer)
    sent: list[tuple[Surroundings, DiffReport]] = []

    def work(found: Surroundings) -> Part:
        report = compared(found)
        if isinstance(report, CheckReport):
            return several.of_plan(found, report)
        sent.append((found, report))
        return Part(diff_cells(report), document_of(report), verdict(report))

    report = each("diff", several.surroundings(ctx, names, max_wait), work)
    several.show(ctx, answer, format_, replace(report, toll=toll_of(sent)))
