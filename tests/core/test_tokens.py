"""When tokens are due, and what may be kept of them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mpgov.core.tokens import (
    KnownProject,
    Token,
    days_of,
    due_dates,
    due_of,
    find_project,
    fingerprint,
    may_hold_value,
    value_problem,
)
from tests.corpus import value

TODAY = date(2026, 11, 24)


def test_a_fingerprint_is_the_beginning_of_the_hash() -> None:
    assert fingerprint("abc") == "ba7816bf8f01cfea"


@pytest.mark.parametrize(
    ("token", "on", "days", "why", "state"),
    [
        (Token("a", "project_token"), "", None, "", "unscheduled"),
        (Token("a", "project_token", rotate_every=90), "", None, "", "unscheduled"),
        (
            Token("a", "project_token", rotate_every=90, last_rotated="2026-08-25"),
            *("2026-11-23", -1, "every 90 days", "overdue"),
        ),
        (
            Token("a", "project_token", rotate_every=91, last_rotated="2026-08-25"),
            *("2026-11-24", 0, "every 91 days", "soon"),
        ),
        (
            Token("a", "project_token", rotate_every=122, last_rotated="2026-08-25"),
            *("2026-12-25", 31, "every 122 days", "later"),
        ),
        (Token("a", "api_secret"), "2027-03-03", 99, "Mixpanel ends API secrets", "later"),
        (
            Token("a", "api_secret", rotate_every=30, last_rotated="2026-11-01"),
            *("2026-12-01", 7, "every 30 days", "soon"),
        ),
        (
            Token("a", "service_account", expires="2026-12-24"),
            *("2026-12-24", 30, "it expires", "soon"),
        ),
        (
            Token("a", "project_token", rotate_every=3650, last_rotated="9999-01-01"),
            *("9999-12-31", 2912115, "every 3650 days", "later"),
        ),
    ],
)
def test_the_first_end_counts(
    token: Token, on: str, days: int | None, why: str, state: str
) -> None:
    found = due_of(token, TODAY)
    assert (found.on, found.days, found.why, found.state) == (on, days, why, state)


@pytest.mark.parametrize(("every", "ahead"), [(1, 1), (10, 3), (45, 15), (90, 30), (365, 30)])
def test_what_is_replaced_often_is_not_due_soon_all_the_time(every: int, ahead: int) -> None:
    token = Token("a", "project_token", rotate_every=every, last_rotated=TODAY.isoformat())
    day = TODAY + timedelta(days=every - ahead)
    assert due_of(token, day).state == "soon"
    assert due_of(token, day).ahead == ahead
    if every > 1:
        assert due_of(token, day - timedelta(days=1)).state == "later"


def test_a_later_end_may_be_what_is_soon() -> None:
    token = Token("a", "service_account", rotate_every=9, last_rotated="2026-11-24")
    assert due_of(token, TODAY).state == "later"
    found = due_of(replace(token, expires="2026-12-05"), TODAY)
    assert (found.on, found.state, found.ahead) == ("2026-12-03", "soon", 28)


def test_the_most_urgent_comes_first_and_the_unscheduled_last() -> None:
    tokens = [
        Token("never", "project_token"),
        Token("late", "api_secret"),
        Token("soon", "service_account", expires="2026-12-01"),
    ]
    assert [due.token.name for due in due_dates(tokens, "2026-11-24")] == ["soon", "late", "never"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("365 days", 365),
        ("365", 365),
        ("1 day", 1),
        (" 90 days ", 90),
        ("3650", 3650),
        ("3651", None),
        ("0", None),
        ("12 months", None),
        ("", None),
        ("1e3", None),
    ],
)
def test_a_schedule_is_days(text: str, days: int | None) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("project_token", value("x"), ""),
        ("api_secret", value("x"), ""),
        ("project_token", value("x").upper(), "32 lower-case"),
        ("project_token", value("x")[1:], "32 lower-case"),
        ("service_account", "cAnArY+5e/cr3t=%&zq", ""),
        ("service_account", "two words", "more than one word"),
        ("service_account", "a\nb", "more than one word"),
    ],
)
def test_a_value_is_of_its_kind(kind: str, given: str, problem: str) -> None:
    assert problem in value_problem(kind, given)
    assert bool(problem) == bool(value_problem(kind, given))


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (value("x"), True),
        (value("sync-account"), True),
        (f"before,{value('x')};", True),
        ("https://user@host", True),
        ("1a2b3c4d5e6f7890", False),
        ("gov.1a2b3c.mp-service-account", False),
        ("jane.doe2@acme.example", False),
        ("apps/web2/src/analytics/mixpanel-init.ts", False),
        ("37693cfc-7480-49e4-9d87-b8c7d8b9aacd", False),
        ("averyveryverylongwordwithoutanydigit", False),
        ("2026-11-24T09:30:00Z", False),
    ],
)
def test_what_may_be_a_value_is_not_kept(text: str, may: bool) -> None:
    assert may_hold_value(text) is may


@pytest.mark.parametrize("text", ["a" * 60_000, "://" * 60_000])
def test_no_text_takes_for_ever(text: str) -> None:
    start = time.process_time()
    assert not may_hold_value(text)
    assert time.process_time() - start < 2


def test_a_project_goes_by_its_name_before_its_id() -> None:
    projects = [KnownProject("2", 1), KnownProject("b", 2)]
    assert find_project(projects, "2") is projects[0]
    assert find_project(projects, "1") is projects[0]
    assert find_project(projects, "b") is projects[1]
    assert find_project(projects, "c") is None
