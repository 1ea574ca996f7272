"""The quarterly review: the audit, the volumes of two quarters, the record, and the last review."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from mpgov.core.digest import counted
from mpgov.core.last_review import LastReview
from mpgov.core.model import is_mixpanels
from mpgov.core.moment import stamp
from mpgov.core.review import Material, ReviewReport, review_of
from mpgov.core.review_span import Span, days_between, span_at, span_before, span_of
from mpgov.core.signature import FOLDER
from mpgov.core.tokens import KnownProject, Token
from mpgov.core.usage import Usage
from mpgov.errors import InputError, UsageError
from mpgov.mixpanel.client import RefusedError
from mpgov.mixpanel.usage import read_span
from mpgov.storage.ledger import Ledger
from mpgov.storage.projects import Project
from mpgov.storage.reviews import read_last
from mpgov.workflows.audit import Audited, AuditWish, audit
from mpgov.workflows.evidence import Look, in_order
from mpgov.workflows.history import Place, records
from mpgov.workflows.notify import News
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.token_accounts import with_accounts
from mpgov.workflows.tokens import is_meant, known_projects, register

_FIRST_DAY: Final = "2009-01-01"  # of the year in which Mixpanel was founded
SHOWN: Final = 3  # names that stand for many


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """What was asked of a review on the command line; without a quarter it is the one of today."""

    quarter: str = ""
    look: Look = field(default_factory=Look)


def review(
    path: Path | str, around: Surroundings, wish: ReviewWish, tokens: Iterable[Token] = ()
) -> ReviewReport:
    """Look at everything, and make the review of it; nothing of it is written yet."""
    span = quarter_meant(around, wish.quarter)
    today = stamp(around.now())[:10]
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    to = min(span.last, yesterday)
    project = around.project()
    audited = audit(path, around, AuditWish(look=wish.look))
    folder = around.folder(project)
    last, damaged = read_last(folder, span.name)
    usage, problems = _counted(audited, (span, to), last)
    return review_of(
        Material(
            audited.report,
            audited.known.evidence,
            span,
            span_before(span),
            to,
            usage,
            problems,
            records(Place(project.name, folder)),
            tokens,
            last,
            tuple(_notes(folder, damaged)),
            scope_of(around, project),
            shown(folder / FOLDER / span.name, Path.cwd()),
        )
    )


def quarter_meant(around: Surroundings, name: str) -> Span:
    """The quarter that is asked for: by its name, or by today's date."""
    starts, today = around.settings.year_starts, stamp(around.now())[:10]
    if not name:
        return span_at(today, starts)
    found = span_of(name, starts)
    if found is None:
        raise UsageError(f"--quarter {name}: is no quarter", hint=span_at(today, starts).name)
    if found.last < _FIRST_DAY:
        raise UsageError(f"--quarter {name}: ended before there was a Mixpanel")
    if found.first > today:
        raise UsageError(f"--quarter {name}: begins on {found.first}; there is nothing to review")
    return found


def scope_of(around: Surroundings, project: Project) -> str:
    """What a command needs so that it means this project wherever the page is read."""
    several = len(around.settings.projects) > 1 and project.name in around.settings.projects
    return f" --project {shlex.quote(project.name)}" if several else ""


def tokens_of(around: Surroundings, project: Project) -> tuple[Token, ...]:
    """The register's tokens of a project, which they name by its name or its id.

    Service accounts have the days that Mixpanel says; a register that cannot be read is told.
    """
    try:
        kept = register(around).tokens
    except InputError as error:
        around.notify(f"warning: the review is without tokens: {error.problems[0]}")
        return ()
    projects = (*known_projects(around), KnownProject(project.name, project.id))
    named = (project.name, str(project.id))
    return with_accounts(around, [one for one in kept if is_meant(one, named, projects)])


def review_news(report: ReviewReport) -> News:
    """What a team's chat is to hear of a review."""
    decisions = len(report.decisions)
    return News(
        f"mpgov review of {report.project}, {report.quarter.name}",
        report.findings.now,
        f"in all: {counted(report.findings.now)}; {decisions} decision{'s'[: decisions != 1]} "
        f"to take; health score {report.score.total} of 100",
        f"to see all of it: {report.place}.html",
    )


def _counted(
    audited: Audited, when: tuple[Span, str], last: LastReview
) -> tuple[Usage | None, tuple[str, ...]]:
    """The counts of both quarters by day, of the team's own events; and what they lack."""
    (span, to), evidence = when, audited.known.evidence
    earlier = span_before(span)
    if evidence.usage is None:
        return None, ("Mixpanel does not tell us names and volumes: see below",)
    days = days_between(earlier.first, max(to, earlier.last))
    named = [e.key.name for e in evidence.joined if e.key.kind == "event"]
    wanted = in_order(sorted({*named, *last.names}), evidence.usage.names)
    names = [n for n in wanted if not is_mixpanels(n) and n not in evidence.custom]
    try:
        usage = read_span(audited.known.client, names, days)
    except RefusedError as error:
        return None, (f"the volumes of both quarters are not known: {error.message}",)
    if names and not usage.counts:
        return None, ("this hour's queries are used up; nothing was counted",)
    return usage, tuple(_lacks(usage, days[0], (span, to)))


def _lacks(usage: Usage, first: str, when: tuple[Span, str]) -> Iterator[str]:
    """What of it could not be counted."""
    span, to = when
    if to < span.first:
        yield "the quarter began today: no day of it is whole yet"
    if usage.days[:1] != (first,):
        since = usage.days[0] if usage.days else to
        yield f"Mixpanel keeps this project's events from {since} on; before, nobody can count"
    if usage.uncounted:
        some = ", ".join(usage.uncounted[:SHOWN])
        yield f"{len(usage.uncounted)} events were not counted ({some}, …)"


def _notes(folder: Path, damaged: tuple[str, ...]) -> Iterator[str]:
    """What there is to know of the record and of earlier reviews."""
    if Ledger(folder).verify().problems:
        yield "the record is damaged: mpgov history verify says where"
    for name in damaged:
        yield f"{name} cannot be read as a review; an earlier one was taken"
