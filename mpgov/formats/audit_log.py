"""Mixpanel's audit log as its pages export it: CSV, JSON, or a JSON object a line.

What the columns are called is not documented, so they are known by any of their likely names;
of the events, those that edit a definition count (`event_definition.*`, `property_definition.*`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mpgov.core.history import Edit
from mpgov.core.json_text import JsonError, load
from mpgov.core.model import UNSET, Value
from mpgov.core.record import moment
from mpgov.errors import InputError

_AT: Final = ("time", "timestamp", "date", "datetime", "createdat", "occurredat", "eventtime", "at")
_BY: Final = ("actor", "actoremail", "useremail", "email", "user", "performedby", "author", "by")
_PERSON: Final = ("email", "username", "name", "id")
_KIND: Final = ("eventtype", "type", "action", "event", "eventname", "activity")
_BEFORE: Final = ("before", "oldvalue", "old", "previous", "previousvalue", "from")
_AFTER: Final = ("after", "newvalue", "new", "current", "value", "to")
_DEFINITION: Final = re.compile(r"(event|property)[ _-]?definition", re.IGNORECASE)
_HINT: Final = "export it in Mixpanel, as CSV or JSON: Organization Settings > Audit Log"
_SMALLEST_MS: Final = 1e11  # seconds of the year 5138; milliseconds of 1973


def loads(data: bytes, file: str) -> tuple[Edit, ...]:
    """Every edit of a definition that the log tells."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{file}:1:1: is not UTF-8", hint=_HINT) from None
    start = text.lstrip()[:1]
    rows = list(_json(text, file) if start and start in "[{" else _csv(text, file))
    if rows and not any(_pick(row, _KIND) and _pick(row, _AT) for row in rows):
        columns = ", ".join(sorted(rows[0]))[:200] or "none"
        raise InputError(
            f"{file}:1:1: is no audit log: no time or no type of event among {columns}", hint=_HINT
        )
    return tuple(_edit(row) for row in rows if _DEFINITION.search(_text(_pick(row, _KIND))))


def _csv(text: str, file: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield {_plain(k): v for k, v in row.items() if k is not None and v is not None}
    except csv.Error as error:
        raise InputError(f"{file}:{reader.line_num}:1: is no CSV: {error}", hint=_HINT) from None


def _json(text: str, file: str) -> Iterator[dict[str, Any]]:
    try:
        document = load(text)
    except JsonError as whole:
        yield from _json_lines(text, file, whole)
        return
    yield from _objects(document)


def _json_lines(text: str, file: str, whole: JsonError) -> Iterator[dict[str, Any]]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield from _objects(load(line))
        except JsonError as error:
            at = whole if number == 1 else JsonError(str(error), number, error.column)
            raise InputError(f"{file}:{at.line}:{at.column}: {at}", hint=_HINT) from None


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    """The log's entries: the document, those of a list, or those of a list within."""
    if isinstance(document, list):
        yield from (_named(one) for one in document if isinstance(one, dict))
    elif isinstance(document, dict):
        lists = [v for v in document.values() if isinstance(v, list) and v]
        inner = [v for v in lists if all(isinstance(one, dict) for one in v)]
        if inner and not _pick(_named(document), _KIND):
            yield from _objects(inner[0])
        else:
            yield _named(document)


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with plain names; what a `properties` or `details` within holds stands beside."""
    found = {_plain(name): value for name, value in entry.items()}
    for inner in ("properties", "details", "metadata", "payload", "changes", "data"):
        value = found.get(inner)
        if isinstance(value, dict):
            found = {**_named(value), **found}
    return found


def _edit(row: Mapping[str, Any]) -> Edit:
    return Edit(
        _moment(_pick(row, _AT)),
        _person(_pick(row, _BY)),
        _text(_pick(row, _KIND)),
        frozenset(_leaves(row.values())),
        _value(row, _BEFORE),
        _value(row, _AFTER),
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _pick(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _person(value: Any) -> str:
    if isinstance(value, dict):
        value = _pick(_named(value), _PERSON)
    return str(value) if isinstance(value, str | int) else ""


def _value(row: Mapping[str, Any], names: Iterable[str]) -> Value:
    value = _pick(row, names)
    if isinstance(value, list):
        return tuple(value)
    return UNSET if value is None else value


def _moment(value: Any) -> datetime | None:
    """A time in ISO 8601, or in seconds or milliseconds since 1970."""
    text = str(value).strip().removesuffix("UTC").strip()
    try:
        number = float(text)
        return datetime.fromtimestamp(number / (1000 if abs(number) > _SMALLEST_MS else 1), UTC)
    except (ValueError, OverflowError, OSError):
        return moment(text)


def _leaves(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _leaves(value.values())
        elif isinstance(value, list):
            yield from _leaves(value)
