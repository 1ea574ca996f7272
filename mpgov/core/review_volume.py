"""What arrived in a quarter, against the quarter before: totals, months, and what moved.

Two spans are compared only where that is fair: two whole quarters, or the same days of both. A
quarter that is not over is held against as many days of the one before; where only some days of
the earlier one could be counted, against those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.review_span import Span, days_from, months_of
from mpgov.core.usage import Usage

MOST: Final = 5  # movers of a kind that are shown
SIZE: Final = 100  # events before; below it a proportion says little

Places = Sequence[int]  # of days, among those that were counted


@dataclass(frozen=True, slots=True)
class Counted:
    """What arrived in the days of a quarter that were counted; Mixpanel's own left out."""

    quarter: str
    first: str
    last: str
    days: int
    total: int
    planned: int
    unplanned: int
    planned_share: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two spans that may be compared: whole quarters, or the same days of both.

    `change` is by which part the later one is more; `None` where there was nothing before.
    """

    is_whole: bool
    first: str
    last: str
    days: int
    now: int
    before_first: str
    before_last: str
    before_days: int
    before: int
    difference: int
    change: float | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the quarter beside the same month of the one before; of the days counted."""

    month: str
    days: int
    total: int
    planned: int
    unplanned: int
    before_month: str
    before_days: int
    before_total: int
    before_planned: int
    before_unplanned: int


@dataclass(frozen=True, slots=True)
class Mover:
    """How often an event arrived, in all days counted, and in those that are compared.

    `difference` is `None` where nothing is compared, `change` also where there was none before.
    """

    name: str
    is_planned: bool
    total: int
    before_total: int
    now: int = 0
    before: int = 0
    difference: int | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True)
class VolumeReview:
    """What arrived, against the quarter before.

    `rising` and `falling` are by number of events, `faster` and `slower` by proportion, among
    events of some size. `new` arrived in this quarter alone, `silent` in the one before alone;
    `more_new` and `more_silent` of them are not shown. `events` are all of either quarter.
    `problems` say what could not be counted.
    """

    now: Counted | None = None
    before: Counted | None = None
    compared: Compared | None = None
    months: tuple[MonthRow, ...] = ()
    rising: tuple[Mover, ...] = ()
    falling: tuple[Mover, ...] = ()
    faster: tuple[Mover, ...] = ()
    slower: tuple[Mover, ...] = ()
    new: tuple[Mover, ...] = ()
    more_new: int = 0
    silent: tuple[Mover, ...] = ()
    more_silent: int = 0
    events: tuple[Mover, ...] = ()
    problems: tuple[str, ...] = ()


def volume_review(
    usage: Usage,
    span: Span,
    earlier: Span,
    planned: Callable[[str], bool],
    problems: tuple[str, ...] = (),
) -> VolumeReview:
    """The volumes of a quarter and of the one before, of whatever days were counted."""
    days = _Days(usage, planned)
    now, before = days.of(span.first, span.last), days.of(earlier.first, earlier.last)
    sides = _fair(days, (span, now), (earlier, before))
    events = [one for name in usage.counts if (one := days.mover(name, (now, before), sides))]
    events.sort(key=lambda one: (-max(one.total, one.before_total), one.name))
    new = [one for one in events if not one.before_total]
    silent = [one for one in events if not one.total]
    rising, falling, faster, slower = _movers(events)
    if sides is None:
        new, silent = [], []
    return VolumeReview(
        days.counted(span.name, now),
        days.counted(earlier.name, before),
        days.compared(*sides, is_whole=sides == (now, before)) if sides else None,
        tuple(days.months(span, earlier)),
        rising,
        falling,
        faster,
        slower,
        tuple(new[: 2 * MOST]),
        max(len(new) - 2 * MOST, 0),
        tuple(silent[: 2 * MOST]),
        max(len(silent) - 2 * MOST, 0),
        tuple(events),
        problems,
    )


def _fair(
    days: _Days, now: tuple[Span, Places], before: tuple[Span, Places]
) -> tuple[Places, Places] | None:
    """The days of both that may be compared; nothing where there are none."""
    if all(len(places) == days_from(span.first, span.last) + 1 for span, places in (now, before)):
        return now[1], before[1]
    offsets = [
        {days_from(span.first, days.usage.days[place]): place for place in places}
        for span, places in (now, before)
    ]
    both = sorted(offsets[0].keys() & offsets[1].keys())
    if not both:
        return None
    return [offsets[0][n] for n in both], [offsets[1][n] for n in both]


def _movers(events: Sequence[Mover]) -> Iterator[tuple[Mover, ...]]:
    """By number of events up and down, then by proportion up and down; the largest first."""
    moved = [one for one in events if one.difference and one.total and one.before_total]
    sized = [one for one in moved if one.before >= SIZE]
    yield _most(moved, lambda one: one.difference or 0)
    yield _most(moved, lambda one: -(one.difference or 0))
    yield _most(sized, lambda one: one.change or 0)
    yield _most(sized, lambda one: -(one.change or 0))


def _most(events: Iterable[Mover], size: Callable[[Mover], float]) -> tuple[Mover, ...]:
    found = [one for one in events if size(one) > 0]
    return tuple(sorted(found, key=lambda one: (-size(one), one.name))[:MOST])


@dataclass(frozen=True, slots=True)
class _Days:
    """Counts by day, summed over some of the days."""

    usage: Usage
    planned: Callable[[str], bool]

    def of(self, first: str, last: str) -> Places:
        """The places of the days from one to another."""
        return [n for n, day in enumerate(self.usage.days) if first <= day <= last]

    def sums(self, places: Places) -> tuple[int, int]:
        """How many planned and unplanned events arrived on these days."""
        sides = [0, 0]
        for name, counts in self.usage.counts.items():
            sides[not self.planned(name)] += _sum(counts, places)
        return sides[0], sides[1]

    def counted(self, name: str, places: Places) -> Counted | None:
        """What arrived on these days of a quarter."""
        if not places:
            return None
        (planned, unplanned), days = self.sums(places), self.usage.days
        total = planned + unplanned
        share = planned / total if total else None
        ends = (days[places[0]], days[places[-1]])
        return Counted(name, *ends, len(places), total, planned, unplanned, share)

    def compared(self, now: Places, before: Places, *, is_whole: bool) -> Compared:
        """These days against those."""
        days, mine, theirs = self.usage.days, sum(self.sums(now)), sum(self.sums(before))
        return Compared(
            is_whole,
            *(days[now[0]], days[now[-1]], len(now), mine),
            *(days[before[0]], days[before[-1]], len(before), theirs),
            *(mine - theirs, _change(mine, theirs)),
        )

    def months(self, span: Span, earlier: Span) -> Iterator[MonthRow]:
        """Month by month, beside the months of the quarter before."""
        for month, before in zip(months_of(span), months_of(earlier), strict=True):
            yield MonthRow(*self._month(month), *self._month(before))

    def _month(self, month: str) -> tuple[str, int, int, int, int]:
        places = [n for n, day in enumerate(self.usage.days) if day[:7] == month]
        planned, unplanned = self.sums(places)
        return month, len(places), planned + unplanned, planned, unplanned

    def mover(
        self, name: str, every: tuple[Places, Places], sides: tuple[Places, Places] | None
    ) -> Mover | None:
        """One event; nothing where it never arrived."""
        counts = self.usage.counts[name]
        total, before_total = (_sum(counts, places) for places in every)
        if not total and not before_total:
            return None
        found = (name, self.planned(name), total, before_total)
        if sides is None:
            return Mover(*found)
        now, before = (_sum(counts, places) for places in sides)
        return Mover(*found, now, before, now - before, _change(now, before))


def _sum(counts: Sequence[int], places: Places) -> int:
    return sum(counts[place] for place in places)


def _change(now: int, before: int) -> float | None:
    return (now - before) / before if before else None
