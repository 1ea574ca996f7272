"""What the record tells of a quarter: which events came, changed and went, by whom and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mpgov.core.record import Record, fields_of
from mpgov.core.review_span import Span

RUNS: Final = frozenset({"sync", "undo"})
DECLARED: Final = ("identity", "super-property")
_LONGEST: Final = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record of the quarter that changed Lexicon, or approved events; `place` is CI's address."""

    run: str
    kind: str
    at: str
    by: str
    reason: str
    commit: str
    place: str
    created: int
    updated: int
    deleted: int
    approved: int
    fields: int
    is_recovered: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of an event; `record` is the number of its record, from 1."""

    record: int
    action: str
    at: str
    by: str
    reason: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedEvent:
    """An event, or user profiles, with every change of the quarter, the newest first."""

    name: str
    rows: tuple[ChangeRow, ...]
    is_profile: bool = False


@dataclass(frozen=True, slots=True)
class ChangesReview:
    """What was done in the quarter. An event is new, changed or removed, and may be approved.

    `unended` runs were intended, and nobody knows how they ended.
    """

    new: tuple[ChangedEvent, ...] = ()
    changed: tuple[ChangedEvent, ...] = ()
    removed: tuple[ChangedEvent, ...] = ()
    approved: tuple[ChangedEvent, ...] = ()
    records: tuple[RecordRow, ...] = ()
    unended: int = 0


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field with what it was and what it is, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """A change of identity or of a super property, or what somebody wrote down about it."""

    kind: str
    name: str
    action: str
    at: str
    by: str
    reason: str
    text: str = ""
    fields: tuple[FieldRow, ...] = ()


def within(records: Iterable[Record], span: Span) -> list[Record]:
    """The records of a quarter, the newest first; those of no known time are of none."""
    found = [
        (at.isoformat(), number, record)
        for number, record in enumerate(records)
        if (at := record.moment) is not None and span.first <= at.date().isoformat() <= span.last
    ]
    return [record for *_, record in sorted(found, key=lambda one: one[:2], reverse=True)]


def changes_review(records: Sequence[Record]) -> ChangesReview:
    """Events by what became of them, given the records of the quarter, the newest first."""
    ended = {record.run for record in records if record.state in {"done", "recovered"}}
    open_ = {r.run for r in records if r.state == "intended" and r.kind in RUNS} - ended
    told = [record for record in records if _is_told(record)]
    events: dict[tuple[str, str], list[ChangeRow]] = {}
    approved: dict[tuple[str, str], list[ChangeRow]] = {}
    for number, record in enumerate(told, 1):
        for change in record.changes:
            key = str(change.get("entity")), str(change.get("name"))
            heap = approved if change.get("action") == "approve" else events
            heap.setdefault(key, []).append(_change(number, record, change))
    sides: dict[str, list[ChangedEvent]] = {"create": [], "update": [], "delete": []}
    for (entity, name), rows in events.items():
        sides[_became(rows)].append(ChangedEvent(name, tuple(rows), is_profile=entity != "event"))
    return ChangesReview(
        _sorted(sides["create"]),
        _sorted(sides["update"]),
        _sorted(sides["delete"]),
        approved=_sorted(ChangedEvent(name, tuple(rows)) for (_, name), rows in approved.items()),
        records=tuple(map(_record, told)),
        unended=len(open_),
    )


def declared_review(records: Sequence[Record]) -> tuple[DeclaredRow, ...]:
    """Changes of identity and of super properties, and what was noted about either."""
    return tuple(
        row for record in records if record.kind in DECLARED for row in _declared_rows(record)
    )


def _is_told(record: Record) -> bool:
    """Whether the record says what was done to Lexicon, or that an event was approved."""
    if record.kind in RUNS:
        return record.state in {"done", "recovered"}
    return record.kind == "approval" and bool(record.changes)


def _became(rows: Sequence[ChangeRow]) -> str:
    """What its last creation or deletion made of an event."""
    return next((row.action for row in rows if row.action in {"create", "delete"}), "update")


def _sorted(events: Iterable[ChangedEvent]) -> tuple[ChangedEvent, ...]:
    return tuple(sorted(events, key=lambda one: (one.is_profile, one.name.casefold(), one.name)))


def _change(number: int, record: Record, change: Mapping[str, Any]) -> ChangeRow:
    names = dict.fromkeys(_words(one["path"]) for one in fields_of(change))
    return ChangeRow(
        number, str(change.get("action")), record.at, record.by, record.reason, tuple(names)
    )


def _record(record: Record) -> RecordRow:
    actions = [change.get("action") for change in record.changes]
    ci = record.who.get("ci")
    place = ci.get("run") if isinstance(ci, Mapping) else None
    return RecordRow(
        *(record.run, record.kind, record.at, record.by, record.reason, record.commit),
        place=place if isinstance(place, str) else "",
        created=actions.count("create"),
        updated=actions.count("update"),
        deleted=actions.count("delete"),
        approved=actions.count("approve"),
        fields=sum(1 for _ in record.fields()),
        is_recovered=record.state == "recovered",
    )


def _declared_rows(record: Record) -> Iterator[DeclaredRow]:
    said = record.at, record.by, record.reason
    if not record.changes:
        name, text = (str(record.more.get(key) or "") for key in ("name", "text"))
        yield DeclaredRow(record.kind, name, "note", *said, text)
    for change in record.changes:
        name = str(change.get("name") or "")
        shown = "" if name == record.kind else name
        action = str(change.get("action") or "update")
        yield DeclaredRow(record.kind, shown, action, *said, fields=tuple(_fields(change)))


def _fields(change: Mapping[str, Any]) -> Iterator[FieldRow]:
    for one in fields_of(change):
        yield FieldRow(_words(one["path"]), *(_value(one, s) for s in ("before", "after")))


def _words(path: Sequence[str]) -> str:
    """A field as a person calls it."""
    return " · ".join(path[1:] if path[0] == "properties" and len(path) > 1 else path)


def _value(field: Mapping[str, Any], side: str) -> str:
    """A value as text; empty where there is none."""
    if side not in field:
        return ""
    value = field[side]
    listed = value if isinstance(value, list) else [value]
    text = ", ".join(
        one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in listed
    )
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
