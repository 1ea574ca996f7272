"""The audit as one page that people look at: score, findings, what arrives, a section an event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mpgov.core.audit import AuditReport, EventRow, Past
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.report import counts
from mpgov.render.audit_text import NOBODY
from mpgov.render.charts import bar, ceiling, columns, sparkline, trend
from mpgov.render.pages import MANY, anchor, page

MOST_OWNERS: Final = 12  # shown at once in the table of owners
MOST_PRINTED: Final = 100  # events that are opened on paper
SEVERAL: Final = {"error": "Errors", "warning": "Warnings", "info": "Info"}
SHADES: Final = {
    "live": "planned",
    "expected": "proposed or expected",
    "deprecated": "deprecated",
    "blocked": "blocked",
    "unplanned": "not in the plan",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding with its number on the page and what it is filtered by."""

    n: int
    finding: Finding
    state: str
    owners: str
    target: str

    @property
    def family(self) -> str:
        """The part of the rule before the slash."""
        return self.finding.rule.partition("/")[0]


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event as the audit's page shows it."""

    row: EventRow
    anchor: str
    shade: str
    word: str
    width: float
    line: str
    entries: tuple[Entry, ...] = ()

    @property
    def worst(self) -> str:
        """The severity of its worst finding that counts."""
        return next((severity for severity in SEVERITIES if self._count(severity)), "")

    @property
    def told(self) -> str:
        """That severity, of as many as there are."""
        return self.worst + "s" * (self.count != 1 and self.worst != "info")

    @property
    def count(self) -> int:
        """How many of that severity there are."""
        return self._count(self.worst)

    def _count(self, severity: str) -> int:
        return sum(e.finding.severity == severity and e.state == "new" for e in self.entries)


@dataclass(slots=True)
class OwnerLine:
    """What somebody answers for."""

    name: str
    number: int
    events: int = 0
    found: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule that was judged, and how many findings of it count."""

    id: str
    reason: str
    count: int


def audit_page(report: AuditReport) -> str:
    """The audit as one HTML file: nothing is fetched, and it can be read without its script."""
    owners = _owners(report)
    numbers = {one.name: one.number for one in owners}
    entries = list(_entries(report, numbers))
    cards = _cards(report, entries)
    new = [one for one in entries if one.state == "new"]
    return page(
        "audit",
        {
            "report": report,
            "totals": counts(report.findings),
            "several": SEVERAL,
            "groups": list(_groups(report, entries)),
            "states": Counter(one.state for one in entries),
            "families": sorted(Counter(one.family for one in entries).items()),
            "owners": owners,
            "most_owners": MOST_OWNERS,
            "cards": cards,
            "names": frozenset(row.key.name for row in report.events),
            "legend": _legend(cards),
            "shades": SHADES,
            "columns": list(columns(report.days, report.planned, report.unplanned)),
            "ceiling": _ceiling(report),
            "dots": trend([(one.at, one.total) for one in _scores(report)]),
            "rules": _rules(report, new),
            "quiet_rules": _quiet(report, new),
            "lacking": _lacking(report),
            "is_big": len(cards) > MANY or len(entries) > MANY,
            "is_printed_whole": len(cards) <= MOST_PRINTED,
        },
    )


def _entries(report: AuditReport, owners: Mapping[str, int]) -> Iterator[Entry]:
    """Every finding, those that count first."""
    known = {row.key for row in report.events}
    lists = (("new", report.findings), ("accepted", report.accepted), ("waived", report.waived))
    n = 0
    for state, findings in lists:
        for one in findings:
            n += 1
            mine = " ".join(str(owners[name]) for name in one.owners or (NOBODY,))
            yield Entry(n, one, state, mine, _target(one, known))


def _target(finding: Finding, known: Iterable[object]) -> str:
    """Where on the page the thing is that a finding is about; empty where it is not there."""
    if finding.key is None:
        return ""
    if finding.key.kind == "profile":
        return "user-properties"
    return anchor(finding.key.name) if finding.key in known else ""


def _groups(
    report: AuditReport, entries: Sequence[Entry]
) -> Iterator[tuple[str, str, list[Entry]]]:
    """The findings under headings: by severity or by owner; what does not count comes last."""
    new = [one for one in entries if one.state == "new"]
    if report.by_owner:
        found: dict[str, list[Entry]] = defaultdict(list)
        for one in new:
            for name in one.finding.owners or (NOBODY,):
                found[name].append(one)
        for number, (name, mine) in enumerate(found.items()):
            yield f"owner-{number}", name, mine
    else:
        for severity, title in SEVERAL.items():
            yield severity, title, [one for one in new if one.finding.severity == severity]
    for state, title in (
        ("accepted", "Accepted by the baseline"),
        ("waived", "Waived by the plan"),
    ):
        yield state, title, [one for one in entries if one.state == state]


def _owners(report: AuditReport) -> list[OwnerLine]:
    """Everybody who owns an event or a finding, those with the worst first."""
    found: dict[str, OwnerLine] = {}

    def line(name: str) -> OwnerLine:
        return found.setdefault(name, OwnerLine(name, len(found)))

    for row in report.events:
        for name in row.owners or (NOBODY,):
            line(name).events += 1
    for one in report.findings:
        for name in one.owners or (NOBODY,):
            line(name).found[one.severity] += 1
    for one in (*report.accepted, *report.waived):
        for name in one.owners or (NOBODY,):
            line(name)
    return sorted(found.values(), key=lambda o: (*(-o.found[s] for s in SEVERITIES), o.name))


def _cards(report: AuditReport, entries: Sequence[Entry]) -> list[EventCard]:
    """The events, the busiest first."""
    mine: dict[object, list[Entry]] = defaultdict(list)
    for one in entries:
        mine[one.finding.key].append(one)
    most = max((row.volume or 0 for row in report.events), default=0)
    rows = sorted(report.events, key=lambda row: (-(row.volume or 0), row.key))
    return [
        EventCard(
            row,
            anchor(row.key.name),
            *_shade(row),
            bar(row.volume, most),
            sparkline(row.days) if any(row.days) else "",
            tuple(mine[row.key]),
        )
        for row in rows
    ]


def _shade(row: EventRow) -> tuple[str, str]:
    """The colour of an event, and the word beside it."""
    word = row.status or "planned"
    if not row.is_planned:
        word = "unplanned" if row.is_live or not row.in_lexicon else "only in Lexicon"
        word = f"{word}, {row.status}" if row.status in {"deprecated", "blocked"} else word
    if row.status in {"deprecated", "blocked"}:
        return row.status, word
    if not row.is_planned:
        return "unplanned", word
    return ("expected" if row.status in {"proposed", "expected"} else "live"), word


def _legend(cards: Iterable[EventCard]) -> list[tuple[str, str, int]]:
    """The colours that there are, in words, with how many events have them."""
    found = Counter(card.shade for card in cards)
    return [(shade, title, found[shade]) for shade, title in SHADES.items() if found[shade]]


def _ceiling(report: AuditReport) -> int:
    days = zip(report.planned, report.unplanned, strict=False)
    return ceiling(max((a + b for a, b in days), default=0))


def _scores(report: AuditReport) -> list[Past]:
    """The scores so far and today's; a trend needs one before."""
    return [*report.trend, Past(report.at, report.score.total)] if report.trend else []


def _rules(report: AuditReport, new: Iterable[Entry]) -> list[RuleLine]:
    """The rules with findings that count, those with most first."""
    found = Counter(one.finding.rule for one in new)
    reasons = {rule.id: rule.reason for rule in report.rules}
    return [RuleLine(name, reasons.get(name, ""), n) for name, n in found.most_common()]


def _quiet(report: AuditReport, new: Iterable[Entry]) -> list[str]:
    """The rules that were judged and found nothing that counts."""
    found = {one.finding.rule for one in new}
    return sorted(rule.id for rule in report.rules if rule.id not in found)


def _lacking(report: AuditReport) -> dict[str, list[str]]:
    """The rules that were not judged, by what they lack."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in report.not_run:
        found[one.for_lack_of].append(one.rule)
    return found
