"""How healthy it is now, beside what the last review said: the score, and each finding."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mpgov.core.audit import AuditReport, Past
from mpgov.core.baseline import without_numbers
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.last_review import LastReview, Then, then_of


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of the score, with its points at the last review."""

    name: str
    points: float | None
    weight: int
    good: int
    of: int
    before: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreReview:
    """The health score now, at the last review, and on other days."""

    total: int
    before: int | None = None
    difference: int | None = None
    parts: tuple[PartRow, ...] = ()
    trend: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class CountRow:
    """Findings of a severity or of a family of rules, now and at the last review.

    `still` were there then: `now` is `new` and `still` together.
    """

    name: str
    now: int
    then: int | None = None
    new: int | None = None
    fixed: int | None = None
    still: int | None = None


@dataclass(frozen=True, slots=True)
class FindingsReview:
    """The audit's findings beside those of the last review.

    `worse` were there then, at a lower severity. What the baseline accepts and the plan waives
    counts neither now nor as fixed.
    """

    severities: tuple[CountRow, ...] = ()
    families: tuple[CountRow, ...] = ()
    now: tuple[Finding, ...] = ()
    new: tuple[Finding, ...] = ()
    fixed: tuple[Then, ...] = ()
    worse: int = 0
    accepted: int = 0
    waived: int = 0
    baseline: str = ""


def score_review(report: AuditReport, last: LastReview) -> ScoreReview:
    """The score with its parts, and what they were."""
    score, before = report.score, last.score
    parts = (
        PartRow(p.name, p.points, p.weight, p.good, p.of, last.parts.get(p.name))
        for p in score.parts
    )
    difference = None if before is None else score.total - before
    today = Past(report.at, score.total)
    return ScoreReview(
        score.total,
        before,
        difference,
        tuple(parts),
        (*report.trend, today) if report.trend else (),
    )


def findings_review(report: AuditReport, last: LastReview) -> FindingsReview:
    """Which findings are new, which are gone, and which are still there."""
    now = [then_of(finding) for finding in report.findings]
    matches = _matched(now, last.findings)
    aside = Counter(then_of(one).about for one in (*report.accepted, *report.waived))
    taken = set(matches.values())
    gone = [one for place, one in enumerate(last.findings) if place not in taken]
    fixed = []
    for one in gone:
        if aside[one.about]:
            aside[one.about] -= 1
        else:
            fixed.append(one)
    new = [place for place in range(len(now)) if place not in matches]
    sides = _Sides(now, last.findings, [now[place] for place in new], fixed, bool(last.quarter))
    return FindingsReview(
        tuple(sides.rows(SEVERITIES, lambda one: one.severity)),
        tuple(sides.rows((), lambda one: one.rule.partition("/")[0])),
        report.findings,
        tuple(report.findings[place] for place in new) if last.quarter else (),
        tuple(fixed),
        sum(_rank(now[a]) < _rank(last.findings[b]) for a, b in matches.items()),
        len(report.accepted),
        len(report.waived),
        report.baseline,
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Findings by what became of them."""

    now: Sequence[Then]
    then: Sequence[Then]
    new: Sequence[Then]
    fixed: Sequence[Then]
    is_compared: bool

    def rows(self, names: Sequence[str], kind: Callable[[Then], str]) -> Iterator[CountRow]:
        """A row for each of the names, or for each kind that there is, most of them first."""
        now, then, new, fixed = (
            Counter(map(kind, side)) for side in (self.now, self.then, self.new, self.fixed)
        )
        found = sorted({*now, *then}, key=lambda name: (-now[name], -then[name], name))
        for name in names or found:
            if self.is_compared:
                counts = (then[name], new[name], fixed[name], now[name] - new[name])
                yield CountRow(name, now[name], *counts)
            else:
                yield CountRow(name, now[name])


def _matched(now: Sequence[Then], then: Sequence[Then]) -> dict[int, int]:
    """The places of today's findings with those they were at: alike in words first, then in kind.

    A message may count or tell of a trend: a finding of the same rule about the same thing is
    the same, if there is none that is closer.
    """
    found: dict[int, int] = {}
    for key in (_in_words, _in_kind):
        taken = set(found.values())
        left: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for place, one in enumerate(then):
            if place not in taken:
                left[key(one)].append(place)
        for place, one in enumerate(now):
            if place not in found and left[key(one)]:
                found[place] = left[key(one)].pop(0)
    return found


def _in_words(one: Then) -> tuple[object, ...]:
    return one.about, without_numbers(one.message)


def _in_kind(one: Then) -> tuple[object, ...]:
    return one.about


def _rank(one: Then) -> int:
    return SEVERITIES.index(one.severity)
