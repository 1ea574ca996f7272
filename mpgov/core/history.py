"""What is told of the past: records as they are listed, and what became of one entity's fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from mpgov.core.chain import Verdict
from mpgov.core.change import FieldChange
from mpgov.core.model import UNSET, EntityKey, Path, Value, nothing
from mpgov.core.record import Record, Things, Wanted, fields_of
from mpgov.core.witness import Compared

NEAR: Final = timedelta(minutes=5)  # between our record of an edit and Mixpanel's

Source: TypeAlias = Literal["record", "plan", "Mixpanel"]


@dataclass(frozen=True, slots=True)
class Told:
    """A record with the project, the line of the ledger it stands in, and that line's hash."""

    project: str
    line: int
    record: Record
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one ledger found; `problems` each begin with file and line.

    `witness` is what Mixpanel's annotations say of it, where they were asked for. `signed` tells
    of files that are as somebody signed them off, `spoilt` of those that are not.
    """

    project: str
    file: str
    verdict: Verdict
    problems: tuple[str, ...] = ()
    witness: Compared | None = None
    signed: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where something was changed or cut; Mixpanel's own where it could not be asked."""
        asked = self.witness.exit_code if self.witness else 0
        return max(1 if self.problems or self.spoilt else 0, asked)


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """Records, the newest first; `found` counts those that were left out of the list, too.

    `in_full` asks for every field. `chain` is the verdict on each ledger. `wanted` is what was
    asked for, `at` when, and `who` by whom, where that is to be told.
    """

    told: tuple[Told, ...]
    found: int
    in_full: bool = False
    chain: tuple[Checked, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    at: str = ""
    who: Things = field(default_factory=nothing)

    @property
    def damaged(self) -> tuple[str, ...]:
        """The ledgers in which something was changed or cut."""
        return tuple(one.file for one in self.chain if one.problems)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a definition, as Mixpanel's audit log tells it; `texts` is all that it says."""

    at: datetime | None
    by: str
    kind: str
    texts: frozenset[str]
    before: Value = UNSET
    after: Value = UNSET


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that became of a field: who says so, when it was, by whom and why.

    `reference` is a run or a commit. `is_past` marks an edit that went past the plan.
    """

    at: datetime | None
    source: Source
    by: str
    change: FieldChange
    why: str = ""
    reference: str = ""
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class BlameReport:
    """What became of an entity, or of one of its properties; by field, the newest first."""

    key: EntityKey
    property: str
    traces: tuple[Trace, ...]
    notes: tuple[str, ...] = ()


def newest_first(told: Iterable[Told]) -> list[Told]:
    """Records by their time; those of one moment as the ledger has them."""
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(told, key=lambda t: (t.record.moment or first, t.line), reverse=True)


def without_superseded(told: Sequence[Told]) -> list[Told]:
    """Leave out what was only intended where a later record says how it ended."""
    ended = {(t.project, t.record.run) for t in told if t.record.state in {"done", "recovered"}}
    return [
        t for t in told if t.record.state != "intended" or (t.project, t.record.run) not in ended
    ]


def traces_of(records: Iterable[Record], key: EntityKey, name: str) -> Iterator[Trace]:
    """What the records say of an entity, or of its property."""
    for record in records:
        if record.state == "intended":
            continue
        for change in record.changes:
            if (change.get("entity"), change.get("name")) != (key.kind, key.name):
                continue
            for one in fields_of(change):
                path = tuple(one["path"])
                if is_about(path, name):
                    found = FieldChange(path, _value(one, "before"), _value(one, "after"))
                    yield Trace(
                        record.moment, "record", record.by, found, record.reason, record.run
                    )


def is_about(path: Path, name: str) -> bool:
    """Whether a field is one of the property; of the entity, if none is named."""
    return not name or path[:2] == ("properties", name)


def edits_of(
    edits: Iterable[Edit], key: EntityKey, name: str, ours: Sequence[Record]
) -> Iterator[Trace]:
    """Mixpanel's edits of an entity or its property; those that nobody recorded are marked."""
    accounts = {record.account for record in ours if record.account}
    times = list(_times(ours, key))
    for edit in edits:
        if not _means(edit, key, name):
            continue
        is_known = edit.at is None or any(a - NEAR <= edit.at <= b + NEAR for a, b in times)
        is_ours = bool(accounts & {edit.by, *edit.texts})
        change = FieldChange(("properties", name) if name else (), edit.before, edit.after)
        trace = Trace(edit.at, "Mixpanel", edit.by, change, edit.kind)
        yield replace(trace, is_past=not is_known and not is_ours)


def in_order(traces: Sequence[Trace]) -> tuple[Trace, ...]:
    """By field, the newest first; given the oldest first where they are of one moment."""
    first = datetime.min.replace(tzinfo=UTC)
    newest = sorted(traces, key=lambda t: t.at or first)
    newest.reverse()
    return tuple(sorted(newest, key=lambda t: t.change.path))


def _means(edit: Edit, key: EntityKey, name: str) -> bool:
    if name:
        return "property" in edit.kind and name in edit.texts
    return key.name in edit.texts


def _times(ours: Sequence[Record], key: EntityKey) -> Iterator[tuple[datetime, datetime]]:
    """From when to when each run that touched the entity went."""
    runs: dict[str, list[datetime]] = {}
    for number, record in enumerate(ours):
        named = any(
            (c.get("entity"), c.get("name")) == (key.kind, key.name) for c in record.changes
        )
        if named and record.moment is not None:
            runs.setdefault(record.run or f"line {number}", []).append(record.moment)
    for moments in runs.values():
        yield min(moments), max(moments)


def _value(shown: object, side: str) -> Value:
    value = shown.get(side, UNSET) if isinstance(shown, dict) else UNSET
    return tuple(value) if isinstance(value, list) else value
