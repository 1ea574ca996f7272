"""What stands on the day of a review: deprecated events, owners, tokens, waivers, identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from mpgov.core.audit import AuditReport, Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.normal import element_key
from mpgov.core.owned import OwnerRow, owners_of
from mpgov.core.review_span import days_from
from mpgov.core.review_volume import Mover, VolumeReview
from mpgov.core.tokens import Token, due_dates
from mpgov.core.waivers import covers

AHEAD: Final = 92  # days: until the next review is over


@dataclass(frozen=True, slots=True)
class DeprecatedRow:
    """A deprecated event that still arrives.

    `now`, `before` and `change` are of what is compared, `lately` of the audit's days.
    `days_past` its sunset; negative while it is to come.
    """

    name: str
    owners: tuple[str, ...]
    replaced_by: str
    sunset: str
    days_past: int | None
    now: int | None = None
    before: int | None = None
    change: float | None = None
    lately: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Unowned:
    """An event that nobody answers for."""

    name: str
    volume: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class OwnersReview:
    """Who answers for what, in the days of the audit; what several own counts for each."""

    rows: tuple[OwnerRow, ...] = ()
    unowned: tuple[Unowned, ...] = ()
    unowned_share: float | None = None
    days: int = 0
    left: tuple[OwnerRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that is due; never its value."""

    name: str
    kind: str
    environment: str
    holder: str
    on: str
    days: int
    why: str
    state: str


@dataclass(frozen=True, slots=True)
class TokensReview:
    """What of the register is due before the next review is over, and how much is not."""

    known: int = 0
    due: tuple[TokenRow, ...] = ()
    later: int = 0
    unscheduled: int = 0

    @property
    def pressing(self) -> int:
        """How many are overdue, or will be soon."""
        return sum(row.state in {"overdue", "soon"} for row in self.due)


@dataclass(frozen=True, slots=True)
class MergeReview:
    """How well people are told apart, where raw events were given.

    `odd_ids` are addresses, phone numbers, or of another shape than the plan says.
    """

    id_merge: str = ""
    is_judged: bool = False
    source: str = ""
    events: int = 0
    users: int = 0
    devices: int = 0
    shared_devices: int = 0
    per_thousand: float | None = None
    odd_ids: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """What the plan accepts until a day; `findings` it sets aside today."""

    rule: str
    name: str
    reason: str
    until: str
    days_left: int | None
    findings: int


def deprecated_review(
    report: AuditReport, volume: VolumeReview, today: str
) -> tuple[DeprecatedRow, ...]:
    """The deprecated events that still arrive, the worst past its sunset first."""
    movers = {one.name: one for one in volume.events}
    rows = []
    for row in report.events:
        name, mover = row.key.name, movers.get(row.key.name)
        if row.status != "deprecated" or not (row.is_live or (mover and mover.total)):
            continue
        shown = _compared(mover) if volume.compared else {}
        past = _days_from(row.sunset, today)
        said = DeprecatedRow(name, row.owners, row.replaced_by, row.sunset, past)
        rows.append(replace(said, lately=row.volume, share=row.share, **shown))
    worst = -10_000
    return tuple(
        sorted(
            rows,
            key=lambda r: (-(worst if r.days_past is None else r.days_past), -(r.lately or 0)),
        )
    )


def _compared(mover: Mover | None) -> dict[str, Any]:
    """What of an event is compared; nothing of it arrived where nobody saw it."""
    if mover is None:
        return {"now": 0, "before": 0}
    return {"now": mover.now, "before": mover.before, "change": mover.change}


def owners_review(report: AuditReport, plan: Catalog | None) -> OwnersReview:
    """Who answers for what; what nobody does; and what those who left still do."""
    rows = owners_of(report.events, report.findings)
    nobody = [row for row in report.events if not row.owners]
    nobody.sort(key=lambda row: (-(row.volume or 0), row.key))
    said = plan.governance.left if plan is not None else ()
    left = said if isinstance(said, tuple) else ()
    gone = {element_key("owners", person) for person in left}
    volume = sum(row.volume or 0 for row in nobody)
    return OwnersReview(
        rows,
        tuple(Unowned(row.key.name, row.volume, row.share) for row in nobody),
        volume / report.total if report.total else None,
        len(report.days),
        tuple(row for row in rows if element_key("owners", row.owner) in gone and row.events),
    )


def tokens_review(tokens: Iterable[Token], today: str) -> TokensReview:
    """When each is due; those that are not before the next review is over are counted."""
    due = due_dates(tokens, today)
    rows = tuple(
        TokenRow(
            *(one.token.name, one.token.kind, one.token.environment, one.token.holder),
            *(one.on, one.days, one.why, one.state),
        )
        for one in due
        if one.days is not None and one.days <= AHEAD
    )
    unscheduled = sum(one.days is None for one in due)
    return TokensReview(len(due), rows, len(due) - len(rows) - unscheduled, unscheduled)


def merge_review(report: AuditReport, evidence: Evidence) -> MergeReview:
    """What the audit says of identity, with how many people and devices it looked at."""
    said = (evidence.plan or Catalog()).identity.id_merge
    id_merge = said if isinstance(said, str) else ""
    found = tuple(one for one in report.findings if one.rule.startswith("identity/"))
    heap = evidence.observation
    if heap is None:
        return MergeReview(id_merge)
    seen = heap.identity
    return MergeReview(
        id_merge,
        True,
        heap.source,
        heap.rows - heap.duplicates,
        seen.users,
        seen.devices,
        seen.shared_devices,
        1000 * seen.shared_devices / seen.devices if seen.devices else None,
        seen.email_ids + seen.phone_ids + seen.mismatched_ids,
        found,
    )


def waivers_review(
    plan: Catalog | None, waived: Sequence[Finding], today: str
) -> tuple[WaiverRow, ...]:
    """The plan's waivers, those that are over and those that end soonest first."""
    rows = []
    for one in plan.waivers if plan is not None else ():
        past = _days_from(one.until, today)
        left = None if past is None else -past
        count = 0 if left is not None and left < 0 else sum(covers(one, f) for f in waived)
        rows.append(WaiverRow(one.rule, one.name, one.reason, one.until, left, count))
    last = 10**6
    return tuple(
        sorted(
            rows,
            key=lambda r: (last if r.days_left is None else r.days_left, r.rule, r.name),
        )
    )


def _days_from(day: str, today: str) -> int | None:
    """How many days ago a day was; nothing where it is none."""
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return days_from(day[:10], today)
