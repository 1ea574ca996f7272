"""Quarters as spans of days, for a year that may begin in any month."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_NAME: Final = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)
_MONTHS: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A quarter by its name, with its first and its last day (ISO)."""

    name: str
    first: str
    last: str


def span_of(text: str, year_starts: int) -> Span | None:
    """The quarter of that name; nothing where it is none."""
    match = _NAME.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) < 9998:
        return None
    return _span(int(match[1]), int(match[2]), year_starts)


def span_at(day: str, year_starts: int) -> Span:
    """The quarter that a day lies in."""
    at = date.fromisoformat(day)
    months = at.year * 12 + at.month - year_starts
    return _span(months // 12, months % 12 // _MONTHS + 1, year_starts)


def span_before(span: Span) -> Span:
    """The quarter before it."""
    first = date.fromisoformat(span.first)
    year, number = int(span.name[:4]), int(span.name[-1])
    name = f"{year}-Q{number - 1}" if number > 1 else f"{year - 1:04}-Q4"
    last = (first - timedelta(days=1)).isoformat()
    return Span(name, _month(first.year * 12 + first.month - 1 - _MONTHS).isoformat(), last)


def days_between(first: str, last: str) -> tuple[str, ...]:
    """Every day from one to another, both included."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    count = max((end - start).days + 1, 0)
    return tuple((start + timedelta(days=n)).isoformat() for n in range(count))


def months_of(span: Span) -> Iterator[str]:
    """The three months of a quarter, as `2026-10`."""
    first = date.fromisoformat(span.first)
    for n in range(_MONTHS):
        yield _month(first.year * 12 + first.month - 1 + n).isoformat()[:7]


def days_from(day: str, later: str) -> int:
    """How many days one is after another; negative where it is before."""
    return (date.fromisoformat(later) - date.fromisoformat(day)).days


def _span(year: int, number: int, year_starts: int) -> Span:
    months = year * 12 + year_starts - 1 + _MONTHS * (number - 1)
    after = _month(months + _MONTHS)
    last = (after - timedelta(days=1)).isoformat()
    return Span(f"{year:04}-Q{number}", _month(months).isoformat(), last)


def _month(months: int) -> date:
    """The first day of a month that is counted from the year 0."""
    return date(months // 12, months % 12 + 1, 1)
