"""The record as one page for an auditor: the verdict on the chain, then every record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.history import HistoryReport, Told
from mpgov.core.record import Record, Things, fields_of
from mpgov.render.history import counted, moment_in_words, path_in_words, plain
from mpgov.render.history_about import asked_for, subject_of
from mpgov.render.pages import LONGEST, MANY, page, short
from mpgov.render.verdicts import count_of_records, in_a_word
from mpgov.render.visible import shown, visible

MOST_PRINTED: Final = 200  # records that are opened on paper
MOST_SHOWN: Final = 20_000_000  # characters of all fields together
_ROW: Final = 150  # characters that a field takes beside its values
_LONGEST_FACT: Final = 2_000
_VERBS: Final[Mapping[str, str]] = {"create": "new", "update": "changed", "delete": "deleted"}
_STATES: Final[Mapping[str, str]] = {
    "intended": "intended; nobody knows yet how it ended",
    "recovered": "interrupted; recovered later",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by, and how many records have it."""

    name: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One field; a side is `None` where there was nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """What became of one thing."""

    name: str
    verb: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the page shows it; what it is filtered by are numbers of choices."""

    told: Told
    anchor: str
    when: str
    state: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    left_out: int
    kind: int
    who: int
    project: int

    @property
    def fields(self) -> int:
        """How many fields are shown."""
        return sum(len(block.rows) for block in self.blocks)


@dataclass(slots=True)
class _Room:
    """How much may still be shown: a page must stay one that a browser opens."""

    left: int

    def takes(self, row: Row) -> bool:
        """Whether a field still fits; it is counted."""
        self.left -= _ROW + len(row.before or "") + len(row.after or "")
        return self.left >= 0


def history_page(report: HistoryReport) -> str:
    """The record as one HTML file: nothing is fetched, and it can be read without its script."""
    kinds, people, projects = (
        _choices(each(one) for one in report.told) for each in (_kind, _person, _project)
    )
    room = _Room(MOST_SHOWN)
    entries = [
        _entry(one, room, (kinds[_kind(one)], people[_person(one)], projects[_project(one)]))
        for one in report.told
    ]
    return page(
        "history",
        {
            "report": report,
            "title": subject_of(report),
            "verdicts": [
                (one, in_a_word(one).capitalize(), count_of_records(one)) for one in report.chain
            ],
            "asked": list(asked_for(report)),
            "kinds": _sorted(kinds),
            "filters": [
                ("kind", "Kind", _sorted(kinds)),
                ("who", "Who", _sorted(people)),
                ("project", "Project", _sorted(projects) if len(projects) > 1 else []),
            ],
            "several": len(projects) > 1,
            "months": list(_months(entries)),
            "is_big": len(entries) > MANY,
            "is_printed_whole": len(entries) <= MOST_PRINTED,
        },
    )


def _kind(told: Told) -> str:
    return told.record.kind or "of no kind"


def _person(told: Told) -> str:
    return told.record.by


def _project(told: Told) -> str:
    return told.project


def _choices(names: Iterable[str]) -> Mapping[str, Choice]:
    """Everything that occurs, with a number each: a page's markup then stays small and safe."""
    found = Counter(names)
    return {name: Choice(name, n, count) for n, (name, count) in enumerate(found.items())}


def _sorted(choices: Mapping[str, Choice]) -> list[Choice]:
    return sorted(choices.values(), key=lambda one: (-one.count, one.name))


def _months(entries: Iterable[Entry]) -> Iterator[tuple[str, str, list[Entry]]]:
    """The entries under the months in which they were, as they come."""
    found: dict[str, tuple[str, list[Entry]]] = {}
    for one in entries:
        at = one.told.record.moment
        id_, title = (f"{at:%Y-%m}", f"{at:%B %Y}") if at else ("unknown", "At an unknown time")
        found.setdefault(id_, (title, []))[1].append(one)
    for id_, (title, mine) in found.items():
        yield id_, title, mine


def _entry(told: Told, room: _Room, choices: Sequence[Choice]) -> Entry:
    record = told.record
    total = sum(1 for _ in record.fields())
    blocks = tuple(_blocks(record, room))
    kind, who, project = (choice.number for choice in choices)
    return Entry(
        told,
        f"record-{told.hash[:16] or f'{project}-{told.line}'}",
        moment_in_words(record.moment),
        _STATES.get(record.state, ""),
        tuple((title, text) for title, text in _facts(told) if text),
        blocks,
        total - sum(len(block.rows) for block in blocks),
        kind,
        who,
        project,
    )


def _facts(told: Told) -> Iterator[tuple[str, str]]:
    """What is known of a record beside its fields."""
    record = told.record
    yield "About", plain(record.more.get("name"))
    yield "Run", visible(record.run)
    yield "Account", visible(record.account)
    yield "In CI", plain(record.ci.get("run"))
    yield "Pull request", plain(record.ci.get("pull_request"))
    yield "Commit", visible(record.commit)
    for name, value in record.more.items():
        if name not in {"name", "text"}:
            yield short(name, 60).replace("_", " "), short(plain(value), _LONGEST_FACT)
    yield "Changes", counted(record) if record.changes else ""
    yield "Hash", told.hash


def _blocks(record: Record, room: _Room) -> Iterator[Block]:
    for change in record.changes:
        rows = tuple(row for row in map(_row, fields_of(change)) if room.takes(row))
        action = str(change.get("action", ""))
        yield Block(plain(change.get("name")), _VERBS.get(action, visible(action)), rows)


def _row(one: Things) -> Row:
    sides = (shown(one[side], LONGEST) if side in one else None for side in ("before", "after"))
    return Row(path_in_words(tuple(one["path"])), *sides)
