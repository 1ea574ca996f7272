"""`mpgov audit`."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from mpgov.cli import options, several
from mpgov.core.report import fails
from mpgov.core.several import Part, audit_cells
from mpgov.errors import UsageError
from mpgov.render.json_text import document_of
from mpgov.render.visible import visible
from mpgov.workflows.audit import Audited, AuditWish, audit, audit_news, write_audit_baseline
from mpgov.workflows.evidence import Look
from mpgov.workflows.notify import notify as tell_team
from mpgov.workflows.project import Surroundings


@click.command(
    "audit",
    epilog="""\b
Examples:
  mpgov audit
  mpgov audit --events last-7-days --output audit.html""",
)
@options.plan_argument
@options.plan
@options.projects
@options.selection(fields=False)
@click.option(
    "--events",
    multiple=True,
    metavar="PATH",
    help="Judge raw events too: files, folders, globs, - or last-N-days. Repeatable.",
)
@click.option("--keep-events", metavar="DIR", help="Keep what --events last-N-days downloads.")
@click.option("--fresh", is_flag=True, help="Ask names and volumes anew, not the cache.")
@click.option("--deep", is_flag=True, help="Also ask Lexicon's unpublished API; only reads.")
@click.option("--by", type=click.Choice(["rule", "owner"]), default="rule", help="Grouped by that.")
@click.option("--baseline", metavar="FILE", help="Accept its findings; fail only on new ones.")
@click.option(
    "--write-baseline", "new_baseline", metavar="FILE", help="Accept today's findings from now on."
)
@click.option(
    "--propose",
    metavar="FILE",
    help="Write the next step for what is deprecated: sync --changes FILE applies it.",
)
@options.notify
@options.format_option(*options.FINDING_FORMATS)
@options.output
@options.fail_on
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
    events: tuple[str, ...],
    keep_events: str | None,
    fresh: bool,
    deep: bool,
    by: str,
    baseline: str | None,
    new_baseline: str | None,
    propose: str | None,
    notify: bool,
    format_: str | None,
    output: str | None,
    fail_on: str,
    max_wait: float,
) -> None:
    """Judge what Lexicon holds and what really arrives, against the plan."""
    if new_baseline and baseline:
        raise UsageError("--write-baseline accepts every finding; it goes without --baseline")
    wish = AuditWish(
        options.selected(only, skip),
        Look(events, keep_events, fresh=fresh, deep=deep),
        Path(baseline) if baseline else None,
        by_owner=by == "owner",
    )
    answer = options.Answer(format_, output)
    if several.is_asked(project):
        several.refuse_stdin(plan or plan_option)
        if new_baseline or propose:
            raise UsageError("--write-baseline and --propose are for one project at a time")
        _several(ctx, project, answer, (plan, plan_option), wish, fail_on, max_wait, notify=notify)
    found = options.around(ctx, project, max_wait)
    audited = audit(options.plan_path(plan, plan_option, found), found, wish)
    if propose:
        _propose(ctx, audited, propose)
    if new_baseline:
        click.echo(visible(write_audit_baseline(audited, Path(new_baseline))))
        return
    answer.write(ctx, audited.report)
    if notify:
        options.tell(ctx, tell_team(found, audit_news(audited.report, wish, found.scope)))
    ctx.exit(1 if fails(audited.report.findings, fail_on) else 0)


def _propose(ctx: click.Context, audited: Audited, file: str) -> None:
    """Write the next step for what is deprecated."""
    options.Answer(None, file).write(ctx, audited.proposal)
    steps = len(audited.proposal.changes)
    options.tell(ctx, f"{file}: {steps} next step{'s'[: steps != 1]} proposed")


def _several(
    ctx: click.Context,
    names: tuple[str, ...],
    answer: options.Answer,
    plan: tuple[str | None, str | None],
    wish: AuditWish,
    fail_on: str,
    max_wait: float,
    *,
    notify: bool,
) -> NoReturn:
    """Audit every project; one table."""

    def work(one: Surroundings) -> Part:
        report = audit(options.plan_path(*plan, one), one, wish).report
        if notify:
            news = audit_news(report, wish, one.scope)
            options.tell(ctx, f"{one.project_name}: {tell_team(one, news)}")
        code = 1 if fails(report.findings, fail_on) else 0
        return Part(audit_cells(report), document_of(report), code)

    several.answer(ctx, names, answer, work, max_wait)
