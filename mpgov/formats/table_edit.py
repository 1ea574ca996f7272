"""Which cells of a table must change so that it says another plan; everything else stays.

This only proposes: whoever makes the changes reads the result again, and takes it only if it says
what was wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mpgov.core.cells import SHARED, encode
from mpgov.core.model import USER, Catalog, Entity, Property, event
from mpgov.errors import InputError
from mpgov.formats.base import CannotEditError
from mpgov.formats.table_columns import (
    ENTITY,
    EVENT,
    GROUP,
    KEY,
    PROPERTY,
    VALUE,
    Field,
)
from mpgov.formats.table_gather import Origin
from mpgov.formats.table_grid import Heading, Table
from mpgov.formats.table_reader import Reading
from mpgov.formats.table_rows import Cellular, Value, event_cells, level_of, property_cells, sheets

_GONE: Final = object()
_HOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "event": ("events", "flat", "own"),
    "event property": ("flat", "own"),
    "shared property": ("flat", "shared", "own"),
    "user property": ("user", "own"),
    "group property": ("group", "own"),
    "super property": ("super", "own"),
    "setting": ("settings", "own"),
}


@dataclass(slots=True)
class Edits:
    """New contents of cells, by table, row and column; `None` empties one.

    `headings` are columns that a table gets; `added` are the rows that are new. `sheets` are the
    kinds of sheets that are needed beside, each with all that is wanted of its kind.
    """

    cells: dict[tuple[int, int, int], Value | None] = field(default_factory=dict)
    headings: dict[tuple[int, int], str] = field(default_factory=dict)
    added: set[tuple[int, int]] = field(default_factory=set)
    sheets: set[str] = field(default_factory=set)


Thing = tuple[str, str, str]


def edits(reading: Reading, wanted: Catalog, *, more_sheets: bool = False) -> Edits:
    """The cells to change; `CannotEditError` where a table has no place for something.

    With `more_sheets` there may be another one for it.
    """
    return _Editor(reading, more_sheets=more_sheets).run(wanted)


def says(again: Callable[[], Reading], wanted: Catalog) -> bool:
    """Whether what was changed reads as what was wanted."""
    try:
        return again().plan.catalog == wanted
    except InputError:
        return False


class _Editor:
    def __init__(self, reading: Reading, *, more_sheets: bool) -> None:
        self.tables = reading.tables
        self.more_sheets = more_sheets
        self.before = reading.plan.catalog
        self.found = Edits()
        self.rows: dict[Thing, list[Origin]] = {}
        for one in reading.origins:
            self.rows.setdefault(_thing(one), []).append(one)
            both = one.named and self.tables[one.sheet].kind == "flat"
            if one.section == "event property" and both:
                self.rows.setdefault(("event", one.holder, ""), []).append(one)
        self.last = [max((row.number for row in one.grid.rows), default=0) for one in self.tables]
        self.columns: dict[tuple[int, str], int] = {}
        self.widths = [max((h.column for h in one.headings), default=0) for one in self.tables]

    def run(self, wanted: Catalog) -> Edits:
        """Compare thing by thing: what is gone, what is new, what says something else."""
        old, new = dict(_things(self.before)), dict(_things(wanted))
        for thing in old:
            if thing not in new:
                self._remove(thing, keep_event=("event", thing[1], "") in new)
        for thing, cells in new.items():
            if thing not in old or thing not in self.rows:
                self._add(thing, cells, wanted)
            elif cells != old[thing]:
                self._change(thing, old[thing], cells)
        return self.found

    def _remove(self, thing: Thing, *, keep_event: bool) -> None:
        """Empty the rows of a thing; a row that also speaks of an event that stays keeps that."""
        for origin in self.rows.get(thing, ()):
            table = self.tables[origin.sheet]
            speaks = any(h.level == "event" for h in table.headings) and table.kind == "flat"
            both = thing[2] and keep_event and origin.named and speaks
            for heading in table.headings:
                if not both or heading.level == "property" or heading.meaning == PROPERTY:
                    self.found.cells[origin.sheet, origin.row, heading.column] = None
        if thing not in self.rows:
            raise CannotEditError("no row of its own")

    def _change(self, thing: Thing, old: Cellular, new: Cellular) -> None:
        for key in {**old, **new}:
            if repr(old.get(key, _GONE)) == repr(new.get(key, _GONE)):
                continue
            written = [one for one in self.rows[thing] if self._holds(one, thing, key)]
            for origin in written or self.rows[thing][:1]:
                column = self._column(origin.sheet, key, thing)
                self.found.cells[origin.sheet, origin.row, column] = new.get(key)

    def _holds(self, origin: Origin, thing: Thing, key: Field | str) -> bool:
        """Whether the row says anything in the column of that meaning."""
        heading = _heading(self.tables[origin.sheet], key, level_of(thing[0]))
        if heading is None:
            return False
        grid = self.tables[origin.sheet].grid
        cells = next(row.cells for row in grid.rows if row.number == origin.row)
        return heading.column < len(cells) and bool(cells[heading.column].strip())

    def _add(self, thing: Thing, cells: Cellular, wanted: Catalog) -> None:
        """A row below the last one of the table where such things are kept."""
        sheet = self._home(thing, wanted)
        if sheet is None:
            kind = "event property" if thing[0] == "shared property" else thing[0]
            self.found.sheets.add(kind)
            return
        self.last[sheet] += 1
        row = self.last[sheet]
        self.found.added.add((sheet, row))
        every = {**_identity(thing, self.tables[sheet].kind), **cells}
        for key, value in every.items():
            self.found.cells[sheet, row, self._column(sheet, key, thing)] = value

    def _home(self, thing: Thing, wanted: Catalog) -> int | None:
        """The table where such things are kept; `None` where there will be a new one."""
        homes = [n for n, one in enumerate(self.tables) if one.kind in _HOMES[thing[0]]]
        if thing[0] == "event property":
            beside = self.rows.get(("event", thing[1], ""), ())
            near = [one.sheet for one in beside if one.sheet in homes]
            homes = [*near, *homes]
        if thing[0] == "event":
            entity = wanted.entities[event(thing[1])]
            homes.sort(key=lambda n: self.tables[n].category != entity.category)
        if not homes and self.more_sheets and thing[0] != "event":
            return None
        if not homes:
            raise CannotEditError("no sheet for it")
        return homes[0]

    def _column(self, sheet: int, key: Field | str, thing: Thing) -> int:
        """Where a column stands; a new one at the right end if need be."""
        table = self.tables[sheet]
        known = _heading(table, key, level_of(thing[0]))
        if known is not None:
            return known.column
        name = (
            key if isinstance(key, str) else key.name if table.kind == "own" else _name(key, table)
        )
        if (sheet, name) not in self.columns:
            if key in {EVENT, PROPERTY, GROUP, KEY, VALUE} and table.kind != "own":
                raise CannotEditError("no column for what rows are about")
            self.widths[sheet] += 1
            self.columns[sheet, name] = self.widths[sheet]
            self.found.headings[sheet, self.widths[sheet]] = name
        return self.columns[sheet, name]


def _name(key: Field, table: Table) -> str:
    """A heading that nobody takes for another one."""
    both = table.kind == "flat" and key.heading in {"Description", "Display Name", "Hidden"}
    return f"{key.level.title()} {key.heading}" if both else key.heading


def _heading(table: Table, key: Field | str, level: str) -> Heading | None:
    """The column of that meaning for things of that level."""
    for one in table.headings:
        if isinstance(key, str):
            if one.text == key and (one.level == level or table.kind == "own"):
                return one
        elif one.meaning == key or (one.twin == key and table.kind != "flat"):
            return one
    return None


def _identity(thing: Thing, kind: str) -> Cellular:
    """The cells that say of what a new row is."""
    section, holder, name = thing
    cells: Cellular = {ENTITY: section} if kind == "own" else {}
    if section == "event":
        return {**cells, EVENT: encode(holder)}
    if section == "setting":
        return {**cells, KEY: holder}
    if section == "event property":
        cells[EVENT] = encode(holder)
    elif section == "group property":
        cells[GROUP] = encode(holder)
    elif section == "shared property" and kind == "flat":
        cells[EVENT] = SHARED
    return {**cells, PROPERTY: encode(name)} if name else cells


def _thing(origin: Origin) -> Thing:
    return origin.section, origin.holder, origin.property


def _things(catalog: Catalog) -> Iterator[tuple[Thing, Cellular]]:
    """Everything that has a row of its own, with what its columns say."""
    for name, prop in catalog.shared.items():
        yield ("shared property", "", name), property_cells(prop)
    for entity in catalog:
        if entity.key.kind == "event":
            yield ("event", entity.key.name, ""), event_cells(entity)
            yield from _properties("event property", entity.key.name, entity.properties, catalog)
    user = catalog.entities.get(USER, Entity(USER))
    yield from _properties("user property", "", user.properties, catalog)
    for group, properties in catalog.group_properties.items():
        if not properties:
            yield ("group property", group, ""), {}
        yield from _properties("group property", group, properties, None)
    yield from _properties("super property", "", catalog.super_properties, None)
    for row in next(
        one for one in sheets(_without_entities(catalog)) if one.kind == "setting"
    ).rows:
        yield ("setting", str(row[KEY]), ""), {VALUE: row[VALUE]}


def _properties(
    section: str,
    holder: str,
    properties: Mapping[str, Property | None],
    catalog: Catalog | None,
) -> Iterator[tuple[Thing, Cellular]]:
    for name, prop in properties.items():
        begun = catalog.shared.get(name) if catalog else None
        yield (section, holder, name), property_cells(prop, begun)


def _without_entities(catalog: Catalog) -> Catalog:
    """What only the settings say."""
    user = catalog.entities.get(USER)
    kept = {USER: user} if user is not None else {}
    return Catalog(
        kept, identity=catalog.identity, governance=catalog.governance, waivers=catalog.waivers
    )
