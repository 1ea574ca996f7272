"""Quarters, in years that begin with any month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.quarter import quarter, quarter_of

SPAN = tuple(map(datetime.fromisoformat, ("0002-01-01", "9997-01-01")))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "year_starts", "first", "after"),
    [
        ("2026-Q4", 1, "2026-10-01", "2027-01-01"),
        ("2026Q3", 1, "2026-07-01", "2026-10-01"),
        (" 2026-q1 ", 1, "2026-01-01", "2026-04-01"),
        ("2026-Q1", 4, "2026-04-01", "2026-07-01"),
        ("2026-Q4", 4, "2027-01-01", "2027-04-01"),
        ("2026-Q1", 12, "2026-12-01", "2027-03-01"),
        ("2026-Q4", 2, "2026-11-01", "2027-02-01"),
        ("9998-Q4", 12, "9999-09-01", "9999-12-01"),
    ],
)
def test_a_quarter_is_a_span(text: str, year_starts: int, first: str, after: str) -> None:
    assert quarter(text, year_starts) == (day(first), day(after))


@pytest.mark.parametrize("text", ["2026-Q5", "2026-Q0", "0000-Q1", "9999-Q1", "2026", "Q3", ""])
def test_what_is_no_quarter(text: str) -> None:
    assert quarter(text) is None


@given(st.datetimes(*SPAN, timezones=st.just(UTC)), st.integers(1, 12))
def test_a_moment_is_in_the_quarter_that_it_is_said_to_be_in(at: datetime, starts: int) -> None:
    span = quarter(quarter_of(at, starts), starts)
    assert span is not None
    assert span[0] <= at < span[1]
    assert span[0].day == 1
    assert (span[0].month - starts) % 3 == 0


def test_a_moment_elsewhere_is_meant_in_utc() -> None:
    at = datetime(2026, 10, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert quarter_of(at) == "2026-Q3"
    assert [quarter_of(day("2026-03-31"), start) for start in (1, 4)] == ["2026-Q1", "2025-Q4"]
