"""Quarters as spans of days, beside the one before and month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from mpgov.core.quarter import quarter, quarter_of

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A quarter by its name, with its first and its last day (ISO)."""

    name: str
    first: str
    last: str


def span_of(text: str, year_starts: int) -> Span | None:
    """The quarter of that name; nothing where it is none, or where none can lie before it."""
    found = quarter(text, year_starts)
    if found is None or found[0].year == 1:
        return None
    first, after = found
    name = quarter_of(first, year_starts)
    return Span(name, first.date().isoformat(), (after - _DAY).date().isoformat())


def span_at(day: str, year_starts: int) -> Span:
    """The quarter that a day lies in."""
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    found = span_of(quarter_of(moment, year_starts), year_starts)
    if found is None:
        raise ValueError(day)
    return found


def span_before(span: Span) -> Span:
    """The quarter before it."""
    year, number = int(span.name[:4]), int(span.name[-1])
    name = f"{year}-Q{number - 1}" if number > 1 else f"{year - 1:04}-Q4"
    last = date.fromisoformat(span.first) - _DAY
    return Span(name, f"{_months_on(span.first, -3)}-01", last.isoformat())


def days_between(first: str, last: str) -> tuple[str, ...]:
    """Every day from one to another, both included."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    count = max((end - start).days + 1, 0)
    return tuple((start + timedelta(days=n)).isoformat() for n in range(count))


def months_of(span: Span) -> Iterator[str]:
    """The three months of a quarter, as `2026-10`."""
    yield from (_months_on(span.first, n) for n in range(3))


def days_from(day: str, later: str) -> int:
    """How many days one is after another; negative where it is before."""
    return (date.fromisoformat(later) - date.fromisoformat(day)).days


def _months_on(day: str, count: int) -> str:
    """The month that is so many after a day's."""
    year, month = divmod(12 * int(day[:4]) + int(day[5:7]) - 1 + count, 12)
    return f"{year:04}-{month + 1:02}"
