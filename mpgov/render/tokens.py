"""The register of tokens as a table: for a terminal, as JSON, CSV and Markdown."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.core.tokens import Due, State
from mpgov.render.calendar import as_calendar
from mpgov.render.columns import Row, aligned, as_csv, as_markdown
from mpgov.render.visible import visible

FORMATS: Final = ("text", "json", "csv", "markdown")
LIST: Final = (
    *("name", "kind", "project", "environment", "holder", "used in", "last rotated", "next due"),
    "state",
)
DUE: Final = ("state", "due", "days left", "name", "kind", "project", "holder", "why")
_WORDS: Final[Mapping[State, str]] = {
    "overdue": "overdue",
    "soon": "due soon",
    "later": "due later",
}
_MORE: Final = ("account", "role", "last used", "expires", "fingerprint", "note")


def draw_list(dues: Sequence[Due], file: str, name: str) -> str:
    """Every token, in the format of that name."""
    rows = [_listed(due) for due in dues]
    match name:
        case "json":
            return _json(dues, file)
        case "csv":
            more = [_more(due) for due in dues]
            rows = [(*row, *beside) for row, beside in zip(rows, more, strict=True)]
            return as_csv((*LIST, *_MORE), rows)
        case "markdown":
            return "\n".join(as_markdown(LIST, rows)) + "\n"
    table = [*aligned(LIST, rows), ""] if rows else []
    return "\n".join([*table, f"{visible(file)}: {_totals(dues)}"]) + "\n"


def draw_due(dues: Sequence[Due], file: str, name: str, *, now: str) -> str:
    """What is due and when, the most urgent first; `now` is the moment, for the calendar."""
    planned = [due for due in dues if due.on]
    rows = [_due(due) for due in planned]
    match name:
        case "json":
            return _json(dues, file)
        case "csv":
            return as_csv(DUE, rows)
        case "markdown":
            return "\n".join(as_markdown(DUE, rows)) + "\n"
        case "ics":
            return as_calendar(planned, now)
    table = [*aligned(DUE, rows), ""] if rows else []
    return "\n".join([*table, *_told(dues, file)]) + "\n"


def _told(dues: Sequence[Due], file: str) -> Iterator[str]:
    yield f"{visible(file)}: {_totals(dues)}"
    first = next((due for due in dues if due.state == "overdue"), None)
    if first is not None:
        name = visible(shlex.quote(first.token.name))
        yield f"once it is replaced: mpgov tokens rotated {name} --reason …"
    if any(due.state == "unscheduled" for due in dues):
        yield "what has no schedule: mpgov tokens check"


def _totals(dues: Sequence[Due]) -> str:
    count = len(dues)
    states = Counter(due.state for due in dues)
    parts = [f"{states[state]} {word}" for state, word in _WORDS.items() if states[state]]
    if states["unscheduled"]:
        parts.append(f"{states['unscheduled']} without a schedule")
    said = f": {', '.join(parts)}" if parts else ""
    return f"{count or 'no'} token{'s'[: count != 1]}{said}"


def _listed(due: Due) -> Row:
    token = due.token
    return (
        token.name,
        token.what,
        token.project,
        token.environment,
        token.holder,
        ", ".join(token.used_in),
        token.last_rotated,
        due.on,
        due.state,
    )


def _more(due: Due) -> Row:
    token = due.token
    return (
        token.account,
        token.role,
        token.last_used,
        token.expires,
        token.fingerprint,
        token.note,
    )


def _due(due: Due) -> Row:
    token = due.token
    return (
        due.state,
        due.on,
        due.days,
        token.name,
        token.what,
        token.project,
        token.holder,
        due.why,
    )


def _json(dues: Sequence[Due], file: str) -> str:
    return dump({"format": 1, "register": file, "tokens": [_token(due) for due in dues]}, indent=1)


def _token(due: Due) -> Json:
    token = due.token
    return {
        "name": token.name,
        "kind": token.kind,
        "project": token.project or None,
        "environment": token.environment or None,
        "holder": token.holder or None,
        "used_in": list(token.used_in),
        "rotate_every": token.rotate_every,
        "last_rotated": token.last_rotated or None,
        "fingerprint": token.fingerprint or None,
        "retired": list(token.retired),
        "account": token.account or None,
        "role": token.role or None,
        "note": token.note or None,
        "created": token.created or None,
        "expires": token.expires or None,
        "last_used": token.last_used or None,
        "due": {"on": due.on or None, "days": due.days, "why": due.why or None},
        "state": due.state,
    }
