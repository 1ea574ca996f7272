"""Rows of cells → tables: where the headings stand, what each column is, what a sheet is about.

Nothing here knows of files: Excel and CSV make a `Grid` of what they read, and everything after
that is the same for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from mpgov.core.cells import decode
from mpgov.core.json_text import JsonError
from mpgov.core.model import Location, nothing
from mpgov.errors import InputError
from mpgov.formats.base import Column
from mpgov.formats.table_columns import (
    ENTITY,
    EVENT,
    GROUP,
    KEY,
    LISTED,
    MORE,
    NAME,
    PROPERTY,
    SUPER_FIELDS,
    VALUE,
    Field,
    Level,
    heading_key,
    known_headings,
    meanings,
)

Kind: TypeAlias = Literal[
    "flat", "events", "properties", "shared", "user", "group", "super", "settings", "own", ""
]
SEARCHED: Final = 40  # rows from the top in which headings are looked for
_SHEETS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("user properties", "people properties", "profile properties"), "user"),
    **dict.fromkeys(("user profile properties", "user attributes", "profiles"), "user"),
    **dict.fromkeys(("group properties", "company properties", "account properties"), "group"),
    **dict.fromkeys(("super properties", "superproperties"), "super"),
    **dict.fromkeys(("settings",), "settings"),
}
_PASSED_OVER: Final = frozenset({"about", "readme", "read me", "changelog", "change log", "lists"})
_GENERIC: Final = frozenset(
    {"events", "event", "tracking plan", "plan", "sheet", "tabelle", "feuille", "hoja", "foglio"}
    | {"properties", "event properties", "taxonomy", "event taxonomy", "data", "all events"}
    | {"data dictionary", "event dictionary", "dictionary"}
)
_LEFT_OUT: Final = "ignore"
_REMARK: Final = re.compile(
    r"(legend|notes?|remarks?|key|colou?rs?|last updated|updated|source|total|contact|confidential|"
    r"legende|hinweise?|anmerkung(en)?|stand|quelle|légende|remarques?|leyenda|notas?)\b|.*:$"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the user sees it, and the text of its cells, from the first on."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """All the rows of a sheet that hold anything; `locate(row, column)` says where a cell is.

    `headings` are the numbers of rows that are one merged cell: a title of what follows.
    `troubles` says of cells, by row and column, why they cannot be read.
    """

    title: str
    rows: Sequence[Row]
    locate: Callable[[int, int], Location]
    headings: frozenset[int] = frozenset()
    troubles: Mapping[tuple[int, int], str] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table: where it stands, what it is called, and what it is.

    `meaning` is the field; `level` says of whom where there is none, so that it goes to `extra`.
    `twin` is what it means on the other kind of row, where no other column says that.
    """

    column: int
    text: str
    meaning: Field | None
    level: Level
    twin: Field | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that was understood; `category` is what its name or a title says."""

    grid: Grid
    kind: Kind
    headings: tuple[Heading, ...]
    first: int  # the place in the grid's rows of the first one below the headings
    header_row: int
    category: str = ""

    def column(self, meaning: Field) -> int | None:
        """Where a column of that meaning stands."""
        return next((h.column for h in self.headings if h.meaning == meaning), None)

    def explained(self) -> list[Column]:
        """What every heading was taken for."""
        return [
            Column(
                str(self.grid.locate(self.header_row, one.column)),
                one.text,
                _said(one, self.kind),
            )
            for one in self.headings
        ]


@dataclass(slots=True)
class Known:
    """What `[columns]` of mpgov.toml says: headings that nobody else knows."""

    columns: Mapping[str, str]
    _fields: dict[str, tuple[Field, ...] | None] = field(default_factory=dict)

    def meanings(self, heading: str) -> tuple[Field, ...] | None:
        """The columns that a heading can mean; `None` where it is to be ignored."""
        if not self._fields:
            self._fields = {heading_key(key): self._meant(key) for key in self.columns}
            self._fields.setdefault("", ())
        return self._fields.get(heading_key(heading), meanings(heading))

    def _meant(self, key: str) -> tuple[Field, ...] | None:
        word = heading_key(self.columns[key])
        if word in {_LEFT_OUT, "extra"}:
            return None if word == _LEFT_OUT else ()
        found = meanings(word)
        if not found:
            from difflib import get_close_matches  # noqa: PLC0415 - only where it is mistyped

            near = get_close_matches(word, known_headings(), 1)
            meant = f"did you mean {near[0]}?" if near else "as: event, property, type, ignore"
            raise InputError(f'mpgov.toml: [columns] "{key}": there is no column {word}; {meant}')
        return found


def understand(grid: Grid, known: Known) -> Table | None:
    """The table in a sheet; `None` where no row has headings of a plan."""
    if is_about(grid):
        return None
    best, at = 0, -1
    for place, row in enumerate(grid.rows[:SEARCHED]):
        score = _score(row.cells, known)
        if score > best:
            best, at = score, place
    if at < 0:
        return None
    row = grid.rows[at]
    kind = _kind(grid, row.cells, known)
    if not kind:
        return None
    found = tuple(_headings(row.cells, kind, known))
    return Table(grid, kind, found, at + 1, row.number, _category(grid, kind, found))


def is_about(grid: Grid) -> bool:
    """Whether a sheet explains the others."""
    return heading_key(grid.title) in _PASSED_OVER


def without_remarks(table: Table) -> tuple[Table, str]:
    """The table without what people write below it, and where that begins; empty if nowhere.

    Remarks stand below an empty row, fill no more than two cells of a row, and say what they are.
    """
    rows = table.grid.rows
    for place in range(table.first + 1, len(rows)):
        gap = rows[place].number - rows[place - 1].number > 1
        filled = [cell.strip() for cell in rows[place].cells if cell.strip()]
        if gap and len(table.headings) > 2 and filled and _REMARK.match(filled[0].casefold()):
            below = rows[place:]
            if all(sum(bool(cell.strip()) for cell in row.cells) <= 2 for row in below):
                column = next(i for i, cell in enumerate(rows[place].cells) if cell.strip())
                where = str(table.grid.locate(rows[place].number, column))
                return replace(table, grid=replace(table.grid, rows=rows[:place])), where
    return table, ""


def turned(grid: Grid, known: Known) -> Grid | None:
    """The sheet turned on its side, where an event is a column and the headings stand below."""
    width = max((len(row.cells) for row in grid.rows), default=0)
    for column in range(min(width, 3)):
        words = [row.cells[column] if column < len(row.cells) else "" for row in grid.rows]
        if _score(words, known) >= 3 and known.meanings(words[0] or "?"):
            places = [row.number for row in grid.rows]

            def locate(row: int, cell: int, places: list[int] = places) -> Location:
                return grid.locate(places[cell] if cell < len(places) else 0, row - 1)

            rows = [
                Row(at + 1, [row.cells[at] if at < len(row.cells) else "" for row in grid.rows])
                for at in range(column, width)
            ]
            return replace(
                grid, rows=[r for r in rows if any(map(str.strip, r.cells))], locate=locate
            )
    return None


def _score(cells: Sequence[str], known: Known) -> int:
    """How much a row looks like headings; what it is about must be among them."""
    found: set[Field] = set()
    about = False
    texts = 0
    for cell in cells:
        if not cell.strip():
            continue
        texts += 1
        if len(cell) > 60:
            continue
        meant = known.meanings(_plain(cell)) or ()
        about = about or any(one in {EVENT, PROPERTY, NAME, ENTITY, KEY, GROUP} for one in meant)
        if meant:
            found.add(meant[0])
    enough = len(found) > 1 or (texts == 1 and found <= {EVENT, PROPERTY})
    return len(found) if about and enough and len(found) * 4 >= texts else 0


def _kind(grid: Grid, cells: Sequence[str], known: Known) -> Kind:
    every = [set(known.meanings(_plain(cell)) or ()) for cell in cells if cell.strip()]
    sure = {next(iter(one)) for one in every if len(one) == 1}
    named = _SHEETS.get(heading_key(grid.title), "")
    maybe = set().union(*every)
    if ENTITY in sure:
        return "own"
    if named == "settings" and KEY in maybe and VALUE in maybe:
        return "settings"
    if named in {"user", "group", "super"}:
        return named
    typed = any(one.level == "property" for one in sure)
    has_event, has_property = EVENT in maybe, PROPERTY in maybe and (PROPERTY in sure or typed)
    if NAME in maybe and not (has_event and has_property):
        about_properties = not has_property and (has_event or "propert" in grid.title.casefold())
        if about_properties and (has_event or typed):
            has_property = True
        elif not has_property:
            has_event = True
    if has_event:
        return "flat" if has_property else "events"
    return "shared" if has_property else ""


def _headings(cells: Sequence[str], kind: Kind, known: Known) -> list[Heading]:
    """What each cell of the heading row means; a heading of two meanings is its neighbour's."""
    found: list[Heading] = []
    taken: set[Field] = set()
    level = _first_level(cells, kind, known)
    apart = level == "property" and kind == "flat"
    for column, cell in enumerate(cells):
        text = _plain(cell)
        meant = known.meanings(text) if cell.strip() else None
        if meant is None:
            continue
        fits = [one for one in meant if one not in taken and _belongs(one, kind)]
        if NAME in fits or KEY in fits:
            fits = [KEY if KEY in fits else _name_of(kind)]
        near = [one for one in fits if one.level in {"row", level}]
        meaning = next(iter(near or fits), None)
        if meaning in {EVENT, PROPERTY} and kind == "flat" and not apart:
            level = "event" if meaning == EVENT else "property"
        if meaning is not None:
            taken.add(meaning)
        twin = next(
            (one for one in fits if meaning and one.level not in {"row", meaning.level}), None
        )
        found.append(Heading(column, text, meaning, meaning.level if meaning else level, twin))
    return [replace(one, twin=None) if one.twin in taken else one for one in found]


def _first_level(cells: Sequence[str], kind: Kind, known: Known) -> Level:
    """Of what the first headings speak that an event and a property can both have.

    Where no heading is an event's alone, and the property's name comes first or the event's
    follows it at once, all speak of properties: the event's name only says whose they are.
    """
    if kind != "flat":
        return "event" if kind in {"events", "own"} else "property"
    every = [[o for o in known.meanings(_plain(c)) or () if _belongs(o, kind)] for c in cells]
    sure = any(one and all(o.level == "event" for o in one) for one in every)
    names = [next((o for o in one if o in {EVENT, PROPERTY}), None) for one in every]
    order = [one for one in names if one is not None]
    beside = EVENT in names and names[names.index(EVENT) + 1 :][:1] == [PROPERTY]
    first = order[:1] == [PROPERTY] or beside
    return "property" if first and not sure else "event"


_LEVELS: Final[Mapping[Kind, frozenset[Level]]] = {
    "own": frozenset({"row", "event", "property"}),
    "flat": frozenset({"row", "event", "property"}),
    "events": frozenset({"row", "event"}),
    "settings": frozenset({"row"}),
}
_ONLY: Final[Mapping[Field, frozenset[Kind]]] = {
    ENTITY: frozenset({"own"}),
    KEY: frozenset({"settings", "own"}),
    VALUE: frozenset({"settings", "own"}),
    GROUP: frozenset({"group", "own"}),
    EVENT: frozenset({"flat", "events", "own"}),
    LISTED: frozenset({"flat", "events", "own"}),
    **dict.fromkeys(SUPER_FIELDS, frozenset({"super", "own"})),
}


def _belongs(one: Field, kind: Kind) -> bool:
    """Whether a column makes sense on such a sheet."""
    levels = _LEVELS.get(kind, frozenset({"row", "property"}))
    if one == PROPERTY:
        return kind not in {"events", "settings"}
    return one.level in levels and kind in _ONLY.get(one, {kind})


def _name_of(kind: Kind) -> Field:
    return {"events": EVENT, "settings": KEY}.get(kind, PROPERTY)


def _category(grid: Grid, kind: Kind, headings: Sequence[Heading]) -> str:
    """What the sheet's name says of its events, where no column says it."""
    said = any(one.meaning is not None and one.meaning.path == ("category",) for one in headings)
    title = heading_key(grid.title).rstrip("0123456789 ")
    return grid.title if kind in {"flat", "events"} and not said and title not in _GENERIC else ""


def _plain(cell: str) -> str:
    if cell == MORE:
        return MORE
    try:
        return decode(cell)
    except JsonError:
        return cell


def _said(heading: Heading, kind: Kind) -> str:
    """A heading's meaning for people: `event: description`."""
    if heading.text == MORE:
        return "everything that has no column"
    if heading.meaning is None:
        return ""
    name = heading.meaning.heading.lower()
    both = kind in {"flat", "own"} and heading.meaning.level != "row"
    return f"{heading.meaning.level}: {name}" if both else name
