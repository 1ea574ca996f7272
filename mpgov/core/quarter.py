"""Quarters: `2026-Q3` as a span of time, and the quarter that a moment is in.

A year begins with the month that `[review] year_starts` names, and is called after the calendar
year in which it begins: where that is April, `2026-Q1` is April to June 2026, and `2026-Q4`
January to March 2027.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_QUARTER: Final = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)


def quarter(text: str, year_starts: int = 1) -> tuple[datetime, datetime] | None:
    """The first moment of a quarter such as `2026-Q4` or `2026Q4`, and the first after it."""
    match = _QUARTER.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) < 9999:
        return None
    months = 12 * int(match[1]) + year_starts - 1 + 3 * (int(match[2]) - 1)
    return _month(months), _month(months + 3)


def quarter_of(moment: datetime, year_starts: int = 1) -> str:
    """The name of the quarter that a moment is in, as `2026-Q4`."""
    at = moment.astimezone(UTC)
    year, month = divmod(12 * at.year + at.month - year_starts, 12)
    return f"{year:04}-Q{month // 3 + 1}"


def _month(months: int) -> datetime:
    """The first moment of a month, counted from the year 0."""
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
