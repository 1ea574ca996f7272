"""What is due as a calendar (RFC 5545): a day each, with an alarm before it."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from mpgov import __version__
from mpgov.core.tokens import Due
from mpgov.render.visible import visible

_WIDEST: Final = 75  # octets of a line without its end


def as_calendar(dues: Iterable[Due], now: str) -> str:
    """A calendar of the days on which tokens are due; `now` is the moment it was made.

    A token keeps its event: a calendar that is read again moves it, and does not double it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//mpgov//tokens {__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Mixpanel tokens",
    ]
    for due in dues:
        lines += _event(due, re.sub("[-:]", "", now))
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(due: Due, made: str) -> Iterator[str]:
    token = due.token
    after = date.fromisoformat(due.on) + timedelta(days=1)
    title = f"Replace {token.name} ({token.what})"
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(token.name.encode()).hexdigest()[:32]}@tokens.mpgov"
    yield f"DTSTAMP:{made}"
    yield f"DTSTART;VALUE=DATE:{due.on.replace('-', '')}"
    yield f"DTEND;VALUE=DATE:{after:%Y%m%d}"
    yield f"SUMMARY:{_text(title)}"
    yield f"DESCRIPTION:{_described(due)}"
    yield "CATEGORIES:Mixpanel"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(title)}"
    yield f"TRIGGER:-P{due.ahead}D"
    yield "END:VALARM"
    yield "END:VEVENT"


def _described(due: Due) -> str:
    token = due.token
    rows = (
        ("Project", token.project),
        ("Environment", token.environment),
        ("Holder", token.holder),
        ("Used in", ", ".join(token.used_in)),
        ("Last rotated", token.last_rotated),
        ("Why", due.why),
        ("Then", f"mpgov tokens rotated {shlex.quote(token.name)} --reason …"),
    )
    return "\\n".join(f"{name}: {_text(value)}" for name, value in rows if value)


def _text(text: str) -> str:
    """A text as a value, on one line; what parts values is escaped."""
    return re.sub(r"([\\;,])", r"\\\1", visible(text))


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, no character in two."""
    pieces = [""]
    width = 0
    for character in line:
        size = len(character.encode("utf-8", "replace"))
        if width + size > _WIDEST:
            pieces.append(" ")
            width = 1
        pieces[-1] += character
        width += size
    return "\r\n".join(pieces)
