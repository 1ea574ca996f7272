"""mpgov from Python: plans and what is said of them, and tables of it for pandas.

Everything here works offline and writes nothing. Errors are `mpgov.MpgovError`, with the message
and the hint that the command line shows.

    import mpgov

    plan = mpgov.read_plan("plans")
    frame = mpgov.to_frame(plan)
    frame[frame["description"].isna()]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mpgov.core.change import ChangeSet, field_changes, value_as_json, verb_of
from mpgov.core.finding import Finding
from mpgov.core.model import UNSET, Catalog, Entity, Property
from mpgov.core.report import CheckReport, DiffReport
from mpgov.errors import MpgovError
from mpgov.workflows.check import check as check_plan
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff as diff_plan
from mpgov.workflows.plans import read_plan as read
from mpgov.workflows.project import Surroundings, surroundings

if TYPE_CHECKING:
    import pandas

__all__ = ["MpgovError", "check", "diff", "read_plan", "to_frame"]
Row: TypeAlias = Mapping[str, Any]
Columns: TypeAlias = Mapping[str, str]

_TEXT: Final = "string"
_FLAG: Final = "boolean"
_ANY: Final = "object"
# The columns of each table and their types in pandas; what nobody said is missing (`pandas.NA`).
PLAN_COLUMNS: Final[Columns] = {
    "entity": _TEXT,  # event, profile
    "name": _TEXT,
    "property": _TEXT,  # missing in the one row of an event without properties
    "event_description": _TEXT,
    "status": _TEXT,
    "category": _TEXT,
    "tags": _ANY,  # tuples of texts
    "owners": _ANY,
    "type": _TEXT,
    "required": _FLAG,
    "description": _TEXT,
    "display_name": _TEXT,
    "hidden": _FLAG,
    "blocked": _FLAG,
    "examples": _ANY,
    "allowed": _ANY,
    "personal": _FLAG,
}
CHANGE_COLUMNS: Final[Columns] = {
    "action": _TEXT,  # create, update, delete
    "entity": _TEXT,
    "name": _TEXT,
    "property": _TEXT,
    "field": _TEXT,
    "before": _ANY,
    "after": _ANY,
}
FINDING_COLUMNS: Final[Columns] = {
    "rule": _TEXT,
    "severity": _TEXT,
    "entity": _TEXT,
    "name": _TEXT,
    "property": _TEXT,
    "message": _TEXT,
    "file": _TEXT,
    "line": "Int64",
    "column": "Int64",
    "cell": _TEXT,
    "owners": _ANY,
    "fix": _TEXT,
}
_PROPERTY_COLUMNS: Final = (
    *("type", "required", "description", "display_name", "hidden", "blocked"),
    *("examples", "allowed", "personal"),
)


def read_plan(path: str | Path) -> Catalog:
    """The plan at a path: a file in any format that mpgov reads, or a folder.

    `[columns]` and `[people]` of the mpgov.toml above the current folder are heeded.
    """
    return read(Path(path), Path.cwd(), _around().how()).catalog


def check(path: str | Path) -> CheckReport:
    """What the rules say of the plan at a path, as `mpgov check` does.

    `mpgov.check("plans").findings` are the findings, the worst first.
    """
    return check_plan(Path(path), _around())


def diff(plan: str | Path, against: str | Path) -> DiffReport | CheckReport:
    """What sync would change, offline: against an export, or `"base"` for the last known state.

    A plan with errors is not compared: then it is what `check` says of it.
    """
    return diff_plan(Path(plan), _around(), Wish(), str(against))


def to_frame(
    thing: Catalog | ChangeSet | DiffReport | CheckReport | Iterable[Finding],
) -> pandas.DataFrame:
    """A table of a plan, of changes or of findings; its columns are always the same.

    A plan has a row for each property, and one for an event without any (`PLAN_COLUMNS`). Changes
    have a row for each field (`CHANGE_COLUMNS`), findings one each (`FINDING_COLUMNS`). Texts stay
    texts, also `NA` and `007`.
    """
    match thing:
        case Catalog():
            return _frame(_plan_rows(thing), PLAN_COLUMNS)
        case DiffReport():
            return _frame(_change_rows(thing.changes), CHANGE_COLUMNS)
        case ChangeSet():
            return _frame(_change_rows(thing), CHANGE_COLUMNS)
        case CheckReport():
            return _frame(_finding_rows(thing.findings), FINDING_COLUMNS)
    return _frame(_finding_rows(thing), FINDING_COLUMNS)


def _around() -> Surroundings:
    return surroundings(None, lambda _told: None)


def _frame(rows: Iterable[Row], columns: Columns) -> pandas.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy, and only this needs it

    listed = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name, pd.NA) for row in listed], dtype=kind)
            for name, kind in columns.items()
        }
    )


def _plan_rows(catalog: Catalog) -> Iterator[Row]:
    for entity in catalog:
        begun = _entity_row(entity)
        kept = {name: prop for name, prop in entity.properties.items() if prop is not None}
        if not kept and entity.key.kind == "event":
            yield begun
        for name, prop in kept.items():
            yield {**begun, "property": name, **_property_row(prop)}


def _entity_row(entity: Entity) -> Row:
    said = {
        "event_description": entity.description,
        "status": entity.status,
        "category": entity.category,
        "tags": entity.tags,
        "owners": entity.owners,
    }
    return {"entity": entity.key.kind, "name": entity.key.name, **_said(said)}


def _property_row(prop: Property) -> Row:
    return _said({name: getattr(prop, name) for name in _PROPERTY_COLUMNS})


def _said(parts: Row) -> Row:
    return {
        name: value for name, value in parts.items() if value is not UNSET and value is not None
    }


def _change_rows(changes: ChangeSet) -> Iterator[Row]:
    for change in changes:
        key = {"action": verb_of(change), "entity": change.key.kind, "name": change.key.name}
        fields = field_changes(change)
        if not fields:
            yield key
        for one in fields:
            inside = {"property": one.path[1]} if one.path[0] == "properties" else {}
            named = {} if len(one.path) == 2 and inside else {"field": one.path[-1]}
            sides = _said({"before": one.before, "after": one.after})
            values = {name: _value(value) for name, value in sides.items()}
            yield {**key, **inside, **named, **values}


def _value(value: Any) -> Any:
    """A value as pandas holds it: sets and examples as tuples, a whole property as a dict."""
    shown = value_as_json(value)
    return tuple(shown) if isinstance(shown, list) else shown


def _finding_rows(findings: Iterable[Finding] | Sequence[Finding]) -> Iterator[Row]:
    for one in findings:
        at = one.at
        yield {
            "rule": one.rule,
            "severity": one.severity,
            "message": one.message,
            "owners": one.owners,
            **({"entity": one.key.kind, "name": one.key.name} if one.key else {}),
            **({"property": one.property} if one.property else {}),
            **({"fix": one.fix} if one.fix else {}),
            **({"file": at.file} if at else {}),
            **({"cell": at.cell} if at and at.cell else {}),
            **({"line": at.line, "column": at.column} if at and at.line else {}),
        }
