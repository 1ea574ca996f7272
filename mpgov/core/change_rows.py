"""A change set as rows that a person can read and approve: one a changed field.

What a row shows is read by people and compared with what was written, never parsed; what it
stands for are its `fields`. A deletion is one row, and so is a property that goes as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.cells import encode_json
from mpgov.core.change import Change, FieldChange, field_changes, value_as_json, verb_of
from mpgov.core.landing import Earlier, Step
from mpgov.core.model import SETS, UNSET, EntityKey, Value

LONGEST_SHOWN: Final = 5_000  # characters of a value; in a workbook's cell also when escaped
NOTHING_SAID: Final = "(there, and nothing said of it)"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One thing to say yes or no to; `number` counts from 1, in the order of the change set."""

    number: int
    action: str
    key: EntityKey
    property: str
    field: str
    before: str
    after: str
    fields: tuple[FieldChange, ...]


def gives_type(row: ChangeRow) -> bool:
    """Whether a row says of what type a property is that has none in Lexicon yet."""
    return any(one.path[-1] == "type" and one.before is UNSET for one in row.fields)


def steps(changes: Iterable[Change]) -> Iterator[Step]:
    """Changes as they are saved: which fields of what."""
    for change in changes:
        yield Step(verb_of(change), change.key, field_changes(change))


def change_rows(changes: Iterable[Earlier]) -> list[ChangeRow]:
    """Every row of a change set, in its order."""
    parts = ((one, part) for one in changes for part in _parts(one))
    return [_row(number, one, part) for number, (one, part) in enumerate(parts, 1)]


def _parts(one: Earlier) -> Iterator[tuple[FieldChange, ...]]:
    """What is approved together: all of a deletion, else a field, with what only follows it."""
    if one.action == "delete" or not one.fields:
        yield one.fields
        return
    following = {found.path: found for found in _following(one.fields)}
    for change in one.fields:
        if change.path in following:
            continue
        examples = following.get((*change.path[:2], "examples"))
        takes = change.path[-1] == "type" and examples is not None
        yield (change, examples) if takes and examples else (change,)


def _following(fields: Sequence[FieldChange]) -> Iterator[FieldChange]:
    """The examples of properties that get another type: Lexicon spells them as the type says.

    Sent without them, the type would change what Lexicon says of them, and nobody agreed on that.
    """
    retyped = {one.path[1] for one in fields if one.path[2:] == ("type",)}
    for one in fields:
        follows = one.path[2:] == ("examples",) and one.path[1] in retyped
        if follows and one.before is not UNSET:
            yield one


def _row(number: int, one: Earlier, fields: tuple[FieldChange, ...]) -> ChangeRow:
    if one.action == "delete" or not fields:
        before = _cut("\n".join(_told(field) for field in fields)) if fields else ""
        gone = one.action == "delete"
        sides = (before or NOTHING_SAID, "") if gone else ("", NOTHING_SAID)
        return ChangeRow(number, one.action, one.key, "", f"the {one.key.kind}", *sides, fields)
    first = fields[0]
    in_property = first.path[0] == "properties"
    whole = in_property and len(first.path) == 2
    name = "the property" if whole else first.path[-1].replace("_", " ")
    return ChangeRow(
        number,
        one.action,
        one.key,
        first.path[1] if in_property else "",
        f"{name}, examples" if len(fields) > 1 else name,
        _cut("\n".join(value_text(f.path[-1], f.before) for f in fields)),
        _cut("\n".join(value_text(f.path[-1], f.after) for f in fields)),
        fields,
    )


def value_text(name: str, value: Value) -> str:
    """A field's value as a person reads it in a cell; nothing where there is none."""
    if value is UNSET or value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        lines = (f"{key}: {_on_one_line(one)}" for key, one in value.items())
        return "\n".join(lines) or NOTHING_SAID
    if name in SETS and isinstance(value, tuple):
        return "\n".join(str(one) for one in value)
    return encode_json(value_as_json(value))


def _told(field: FieldChange) -> str:
    """A field of what goes, on one line."""
    return f"{' '.join(field.path)}: {_on_one_line(field.before)}"


def _on_one_line(value: object) -> str:
    if isinstance(value, str):
        return value
    shown = list(value) if isinstance(value, tuple) else value
    return encode_json(dict(shown) if isinstance(shown, Mapping) else shown)


def _cut(text: str) -> str:
    rest = len(text) - LONGEST_SHOWN
    return text if rest <= 0 else f"{text[:LONGEST_SHOWN]}… ({rest} more characters)"
