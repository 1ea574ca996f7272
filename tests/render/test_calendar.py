"""The calendar of what is due: read by another program as RFC 5545 has it."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from mpgov.core.tokens import Due, Token, due_dates
from mpgov.render.calendar import as_calendar
from mpgov.render.visible import visible

NOW = "2026-11-24T09:30:00Z"
NASTY = "Jane, the; \\ holder\nBEGIN:VEVENT\r\nx\x07" + "ü😀" * 40


def dues(*tokens: Token) -> list[Due]:
    return [due for due in due_dates(tokens, NOW[:10]) if due.on]


def test_a_token_is_a_day_with_an_alarm() -> None:
    export = Token("export", "api_secret", "shop", "production", "jane@acme.example", ("a", "b"))
    text = as_calendar(dues(export), NOW)
    calendar = Calendar.from_ical(text)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert calendar["PRODID"].startswith("-//mpgov//")
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    assert event["DTSTAMP"].dt == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 3, 3), date(2027, 3, 4))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["SUMMARY"] == "Replace export (API secret)"
    assert event["DESCRIPTION"].splitlines() == [
        "Project: shop",
        "Environment: production",
        "Holder: jane@acme.example",
        "Used in: a, b",
        "Why: Mixpanel ends API secrets",
        "Then: mpgov tokens rotated export --reason …",
    ]
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(days=-30))


def test_a_token_keeps_its_event() -> None:
    def uid(token: Token) -> str:
        (event,) = Calendar.from_ical(as_calendar(dues(token), NOW)).walk("VEVENT")
        return str(event["UID"])

    first = Token("a", "project_token", rotate_every=90, last_rotated="2026-10-01")
    later = Token("a", "project_token", rotate_every=90, last_rotated="2027-01-01")
    other = Token("b", "project_token", rotate_every=90, last_rotated="2026-10-01")
    assert uid(first) == uid(later) != uid(other)
    assert uid(first).endswith("@tokens.mpgov")


def test_the_command_can_be_typed_whatever_the_name_holds() -> None:
    calendar = as_calendar(dues(Token("jane's; rm -rf ~", "api_secret")), NOW)
    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    command = event["DESCRIPTION"].splitlines()[-1].removeprefix("Then: ")
    assert shlex.split(command)[:4] == ["mpgov", "tokens", "rotated", "jane's; rm -rf ~"]


def test_nothing_is_due() -> None:
    assert Calendar.from_ical(as_calendar([], NOW)).walk("VEVENT") == []


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.just(NASTY))
def test_no_text_breaks_out(text: str) -> None:
    token = Token(text, "api_secret", text, holder=text, used_in=(text,))
    written = as_calendar(dues(token), NOW)
    assert written.endswith("END:VCALENDAR\r\n")
    lines = written.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    calendar = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    assert event["DESCRIPTION"].splitlines()[:1] == [f"Project: {visible(text)}"] or not text
    assert event["SUMMARY"] == f"Replace {visible(text)} (API secret)"
