"""Grids of cells → a plan: whatever company kept it, in whatever order of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mpgov.core.cells import SHARED, is_mark
from mpgov.core.model import Catalog
from mpgov.errors import InputError
from mpgov.formats.base import How, Plan
from mpgov.formats.plan_reader import PlanReader
from mpgov.formats.table_columns import (
    ENTITY,
    EVENT,
    GROUP,
    ID,
    KEY,
    LISTED,
    PROPERTY,
    VALUE,
    Field,
    Level,
    heading_key,
)
from mpgov.formats.table_gather import Gathering, Origin, Said, named
from mpgov.formats.table_grid import (
    Grid,
    Heading,
    Known,
    Row,
    Table,
    is_about,
    turned,
    understand,
    without_remarks,
)
from mpgov.formats.table_nodes import At, Cells, TableDocument, mapping, plain, quoted
from mpgov.formats.table_settings import setting_nodes
from mpgov.formats.yaml_problems import shown

if TYPE_CHECKING:
    from yaml.nodes import Node

# On these sheets a property above the first event, of no event, is every event's.
_OF_PROPERTIES: Final = frozenset({"properties", "event properties", "property"})
Whose: TypeAlias = Literal["alone", "both", "carried"]
_OWN_KINDS: Final[Mapping[str, str]] = {
    "event": "events",
    "event property": "flat",
    "property": "flat",
    "shared property": "shared",
    "shared": "shared",
    "user property": "user",
    "group": "group",
    "group property": "group",
    "super property": "super",
    "setting": "settings",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan, and where in which tables its rows stand."""

    plan: Plan
    tables: tuple[Table, ...]
    origins: tuple[Origin, ...]


def read_tables(name: str, grids: Sequence[Grid], how: How, *, comma: bool = False) -> Reading:
    """The plan that the sheets of one file say; `InputError` has every problem with its cell."""
    known = Known(how.columns)
    document = TableDocument(name)
    gathering = Gathering(document, Cells(document, how.people, comma))
    tables, notes = _tables(name, grids, known)
    several = sum(one.kind in {"flat", "events"} for one in tables) > 1
    for number, table in enumerate(tables):
        _Sheet(gathering, table if several else replace(table, category=""), number).read()
    notes += _renamed(gathering)
    catalog = _catalog(gathering, document)
    document.problems.raise_any()
    notes += _strays(gathering, tables)
    columns = tuple(column for table in tables for column in table.explained())
    plan = Plan(_with_ids(catalog, gathering), tuple(notes), columns)
    return Reading(plan, tuple(tables), tuple(gathering.origins))


def _tables(name: str, grids: Sequence[Grid], known: Known) -> tuple[list[Table], list[str]]:
    """The sheets that hold a plan, and a note for every other one."""
    tables: list[Table] = []
    notes: list[str] = []
    for grid in grids:
        table = understand(grid, known)
        if table is None and (other := turned(grid, known)) is not None:
            table = understand(other, known)
        if table is not None:
            table, remarks = without_remarks(table)
            tables.append(table)
            if remarks:
                notes.append(f"{remarks}: from here on taken for remarks, not for the plan")
        elif grid.rows and not is_about(grid):
            notes.append(f"{name}: sheet {grid.title}: no headings of a plan; passed over")
    if not tables:
        raise InputError(
            [*notes, f"{name}: there is no plan in it"],
            hint="name the columns in its first row: Event, Description, Property, Type, …",
        )
    return tables, notes


class _Sheet:
    """Reads the rows of one table."""

    def __init__(self, into: Gathering, table: Table, number: int) -> None:
        self.into = into
        self.table = table
        self.number = number
        self.event = ""
        self.group = ""
        self.category = table.category
        fields = [one for one in table.headings if one.meaning not in _IDENTITY]
        # what an example means depends on the type
        self.fields = sorted(fields, key=lambda one: _path(one) != ("type",))
        self.at_of = {field: table.column(field) for field in _IDENTITY}
        self.categorised = any(_path(one) == ("category",) for one in table.headings)

    def read(self) -> None:
        """Read every row below the headings."""
        heading = {one.column: one.text for one in self.table.headings}
        for (number, column), message in self.table.grid.troubles.items():
            if number > self.table.header_row and column in heading:
                at = At(self.number, number, column, self.table.grid)
                self.into.document.problem_at(at, f"{heading[column]} {message}")
        for row in self._body():
            if all(_cell(row, column) == text for column, text in heading.items()):
                continue  # the headings once more, for those who scroll
            self._row(row)

    def _body(self) -> Iterator[Row]:
        for row in self.table.grid.rows[self.table.first :]:
            if row.number in self.table.grid.headings:
                if self.table.kind in {"flat", "events"} and not self.categorised:
                    self.category = next(cell for cell in row.cells if cell.strip()).strip()
                continue
            yield row

    def _row(self, row: Row) -> None:
        kind: str = self.table.kind
        if kind == "own":
            column = self.at_of[ENTITY]
            word = " ".join(_cell(row, column).casefold().replace("_", " ").split())
            kind = _OWN_KINDS.get(word, "")
            if not kind:
                known = ", ".join(_OWN_KINDS)
                message = f"entity cannot be {shown(_cell(row, column))}; write one of {known}"
                self.into.document.problem_at(self._at(row, column or 0), message)
                return
        _READ[kind](self, row)

    def read_events(self, row: Row) -> None:
        """Read a row of an event."""
        name, at = self._identity(row, EVENT)
        if not name:
            self._nameless(row, "event")
            return
        said = self.into.define(name, at)
        self.event = name
        self._note(row, "event", name)
        self._begin(row, name, said)
        self._fill(said, row, "event")

    def read_flat(self, row: Row) -> None:
        """Read a row of a property, with its event or below it."""
        if is_mark(_cell(row, self.at_of[EVENT]), SHARED):
            self.read_shared(row)
            return
        name, at = self._identity(row, EVENT)
        property_, place = self._identity(row, PROPERTY)
        self.event = name or self.event
        if not self.event and property_ and heading_key(self.table.grid.title) in _OF_PROPERTIES:
            self.read_shared(row)
            return
        if not self.event:
            self._nameless(row, f"event, and none stands above it; name one, or write {SHARED}")
            return
        said = self.into.event(self.event, at if name else place)
        if self.table.kind == "flat" and name:
            self._begin(row, name, said)
        if not property_:
            if name:
                self._note(row, "event", name)
                self._fill(said, row, "event")
            else:
                self._nameless(row, "event and no property")
            return
        self._note(row, "event property", self.event, property_, named=bool(name))
        whose: Whose = "alone" if self.table.kind == "own" else "both" if name else "carried"
        if whose != "alone":
            self._fill(said, row, "event", whose)
        self._fill(self.into.property(said.properties, property_, place), row, "property", whose)

    def read_shared(self, row: Row) -> None:
        """Read a row of a definition that every event shares."""
        self._read_property(row, self.into.shared, "shared property")

    def read_user(self, row: Row) -> None:
        """Read a row of a user property."""
        self._read_property(row, self.into.users, "user property")

    def read_super(self, row: Row) -> None:
        """Read a row of a super property."""
        self._read_property(row, self.into.supers, "super property")

    def read_group(self, row: Row) -> None:
        """Read a row of a group, or of one of its properties."""
        group, _ = self._identity(row, GROUP)
        name, _ = self._identity(row, PROPERTY)
        if group:
            self.group = group
        elif self.at_of[GROUP] is None:
            self.group = "group"
        into = self.into.groups.setdefault(self.group, {})
        if name:
            self._read_property(row, into, "group property")
        else:
            self._note(row, "group property", self.group)

    def _read_property(self, row: Row, into: dict[str, Said], section: str) -> None:
        name, at = self._identity(row, PROPERTY)
        if name:
            self._note(row, section, self.group if section == "group property" else "", name)
            self._fill(self.into.property(into, name, at), row, "property")
        else:
            self._nameless(row, "property")

    def read_settings(self, row: Row) -> None:
        """Read a row of a key and a value."""
        key, at = self._identity(row, KEY)
        column = self.at_of[VALUE]
        text = _cell(row, column)
        if key and text.strip():
            self._note(row, "setting", key)
            self.into.settings[tuple(key.split("."))] = (text, self._at(row, column or 0))
        elif text.strip():
            self.into.document.problem_at(at, "a value needs a key beside it")

    def _begin(self, row: Row, name: str, said: Said) -> None:
        """What a row says of an event beside its fields: its id, and the category of its sheet."""
        mark = _cell(row, self.at_of[ID])
        if mark.strip():
            self.into.ids[name] = self.into.name(mark, said.at)
        if self.category and not self.categorised and ("category",) not in said.values:
            said.values["category",] = quoted(self.category, said.at)

    def _fill(self, said: Said, row: Row, level: Level, whose: Whose = "alone") -> None:
        """Take the cells of a row that speak of an event, or of a property.

        A row speaks of one thing `alone`, or of `both`, or it goes on with the event above
        (`carried`): then what both can have is the property's.
        """
        cells = row.cells
        own = self.table.kind == "own"
        for heading in self.fields:
            column = heading.column
            text = cells[column] if column < len(cells) else ""
            if not text or text.isspace():
                continue
            if heading.meaning is None:
                if own or heading.level == level:
                    self.into.fill_extra(said, heading, text, self._at(row, column))
                continue
            meaning = _meaning(heading, level, whose)
            if meaning == LISTED:
                self.into.fill_listed(said, text, self._at(row, column))
            elif meaning is not None:
                self.into.fill(said, meaning, text, self._at(row, column))
            elif whose == "alone":
                self._misplaced(row, heading, level)

    def _misplaced(self, row: Row, heading: Heading, level: Level) -> None:
        what = "an event" if level == "event" else "a property"
        self.into.document.problem_at(
            self._at(row, heading.column),
            f"{heading.text} says nothing of {what}, and this row is about one; leave it blank",
        )

    def _note(
        self, row: Row, section: str, holder: str, property_: str = "", *, named: bool = True
    ) -> None:
        """Remember which row says what."""
        origin = Origin(self.number, row.number, section, holder, property_, named)
        self.into.origins.append(origin)

    def _nameless(self, row: Row, what: str) -> None:
        column = next(i for i, cell in enumerate(row.cells) if cell.strip())
        self.into.document.problem_at(
            self._at(row, column), f"this row names no {what}; name it, or empty the row"
        )

    def _identity(self, row: Row, field: Field) -> tuple[str, At]:
        column = self.at_of[field]
        at = self._at(row, column or 0)
        return self.into.name(_cell(row, column), at), at

    def _at(self, row: Row, column: int) -> At:
        return At(self.number, row.number, column, self.table.grid)


_IDENTITY = (ENTITY, EVENT, PROPERTY, GROUP, KEY, VALUE, ID)


def _cell(row: Row, column: int | None) -> str:
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _meaning(heading: Heading, level: Level, whose: Whose) -> Field | None:
    """What a heading says of an event, or of a property, on such a row."""
    meaning, twin = heading.meaning, heading.twin
    if meaning is not None and meaning.level == level:
        return None if whose == "carried" and level == "event" and twin else meaning
    return twin if whose != "both" and twin is not None and twin.level == level else None


_READ: Final[Mapping[str, Callable[[_Sheet, Row], None]]] = {
    "events": _Sheet.read_events,
    "flat": _Sheet.read_flat,
    "shared": _Sheet.read_shared,
    "user": _Sheet.read_user,
    "super": _Sheet.read_super,
    "group": _Sheet.read_group,
    "settings": _Sheet.read_settings,
}


def _path(heading: Heading) -> tuple[str, ...]:
    return heading.meaning.path if heading.meaning else ()


def _catalog(found: Gathering, document: TableDocument) -> Catalog:
    """The same reading that YAML gets, of the same sections."""
    sections = {
        "properties": found.shared,
        "events": found.events,
        "user_properties": found.users,
        "super_properties": found.supers,
    }
    pairs: list[tuple[Node, Node]] = [(quoted("mpgov", None), plain("1", None))]
    for name, said in sections.items():
        if said:
            pairs.append((quoted(name, next(iter(said.values())).at), named(said, None)))
    if found.groups:
        groups = [(quoted(name, None), named(said, None)) for name, said in found.groups.items()]
        pairs.append((quoted("group_properties", None), mapping(groups, None)))
    pairs += setting_nodes(found)
    document.root = mapping(pairs, None)
    return PlanReader().read([document])


def _with_ids(catalog: Catalog, found: Gathering) -> Catalog:
    """Every event that had another name when mpgov wrote its row, with that name."""
    names = {key.name for key in catalog.entities}
    renamed = {
        key: replace(entity, was=found.ids[key.name])
        for key, entity in catalog.entities.items()
        if found.ids.get(key.name, key.name) not in names
    }
    return replace(catalog, entities={**catalog.entities, **renamed}) if renamed else catalog


def _renamed(found: Gathering) -> list[str]:
    """Let properties follow an event whose row got another name, if only that row was changed."""
    notes = []
    for new, old in found.ids.items():
        left = found.events.get(old)
        if left is None or old in found.defined or found.events[new].properties:
            continue
        found.events[new].properties = found.events.pop(old).properties
        place = left.at.place()
        notes.append(f"{place}: {shown(old)} is {shown(new)} now, as the row of the event says")
    return notes


def _strays(found: Gathering, tables: Sequence[Table]) -> Iterator[str]:
    """Events that only a property's row names, where events have rows of their own."""
    if not found.defined or not any(table.kind == "flat" for table in tables):
        return
    for name, said in found.events.items():
        if name not in found.defined:
            near = get_close_matches(name, found.defined, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            yield f"{said.at.place()}: {shown(name)} has no row among the events{meant}"
