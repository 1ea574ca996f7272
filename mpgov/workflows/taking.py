"""What Lexicon was chosen for, written into the plan where it stands; comments and order stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from mpgov.core.authority import authority
from mpgov.core.merge import Choice, Disagreement, Options, merge
from mpgov.core.model import (
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Property,
    Value,
)
from mpgov.core.model import Path as FieldPath
from mpgov.core.normal import is_empty, normal, with_fields
from mpgov.core.select import Selection, select
from mpgov.formats import plan_text
from mpgov.formats.base import CannotEditError, How, Source
from mpgov.formats.detect import format_of
from mpgov.formats.plan_edit import AddEntity, Edit, RemoveEntity, SetField, edit, edited
from mpgov.storage.files import write_all
from mpgov.storage.settings import Settings
from mpgov.workflows.compare import Side
from mpgov.workflows.plans import plan_files, read_bytes, shown
from mpgov.workflows.rewriting import Rewritten, rewritten

NEW_FILE = "lexicon.yaml"
Edits = dict[str, list[Edit]]


def take(path: Path, taken: Iterable[Disagreement], plan: Catalog, how: How) -> list[str]:
    """Let the plan at `path` say what Lexicon says; a line for each file written."""
    root = Path.cwd()
    edits: Edits = {}
    home = home_file(path, root)
    for place in taken:
        entity = plan.entities.get(place.key)
        if entity is not None:
            file, one = _edit(place, entity)
            edits.setdefault(file or home, []).append(one)
    return write_edits(path, edits, root, how)


def drift_edits(plan: Catalog, side: Side, selection: Selection, settings: Settings) -> Edits:
    """The edits that take into the plan what changed in Lexicon alone, by file."""
    looked_at = normal(select(plan, selection))
    drifted = merge(looked_at, side.base, side.stored.catalog, _options(settings)).drift
    places = {(place.key, place.path) for place in drifted}

    def theirs(key: EntityKey, path: FieldPath) -> Choice:
        return "theirs" if (key, path) in places else ""

    options = replace(_options(settings), settled=theirs)
    taken = merge(looked_at, side.base, side.stored.catalog, options).taken
    edits: Edits = {}
    for place in taken:
        file, one = _edit(place, plan.entities[place.key])
        edits.setdefault(file, []).append(one)
    return edits


def _options(settings: Settings) -> Options:
    return Options(authority(settings.authority))


def write_edits(path: Path, edits: Edits, root: Path, how: How) -> list[str]:
    """Make the edits, all or none of them; a line for each file."""
    changed = edited_files(path, edits, root, how)
    write_all({one.path: one.content for one in changed.values()})
    lines = []
    for name, one in changed.items():
        beside = f"; {one.why}, so the result is in {shown(one.path, root)}" if one.why else ""
        lines.append(f"{name}: {_counted(edits[name])}{beside}")
    return lines


def edited_files(path: Path, edits: Edits, root: Path, how: How) -> dict[str, Rewritten]:
    """What the edits make of each file; nothing is written yet."""
    files = {shown(file, root): file for file in plan_files(path, root)}
    changed: dict[str, Rewritten] = {}
    for name, wanted in sorted(edits.items()):
        file = files.get(name)
        source = Source(name, read_bytes(file, root) if file else b"mpgov: 1\n")
        form = format_of(source)
        if form is plan_text.FORMAT:
            text = edit(plan_text.text_of(source), wanted, name)
            changed[name] = Rewritten(file or Path(name), text.encode())
        else:
            said = edited(form.loads([source], how).catalog, wanted)
            changed[name] = rewritten(file or Path(name), source, form, said, how)
    return changed


def home_file(path: Path, root: Path) -> str:
    """The file for what belongs to no file yet."""
    return shown(path if path.is_file() else path / NEW_FILE, root)


def folder_edits(known: Catalog, wanted: Catalog, path: Path, root: Path) -> Edits:
    """The edits that let the files of a folder say another plan, each entity where it stands.

    Raises `CannotEditError` where more than entities differ.
    """
    if replace(known, entities={}) != replace(wanted, entities={}):
        raise CannotEditError("the sections beside events and user properties")
    edits: Edits = {}
    home = home_file(path, root)
    categories = {e.category: e.at.file for e in known if isinstance(e.category, str) and e.at}
    for entity in known:
        if entity.key not in wanted.entities:
            edits.setdefault(entity.at.file if entity.at else home, []).append(
                RemoveEntity(entity.key)
            )
    for entity in wanted:
        mine = known.entities.get(entity.key)
        if mine is None:
            file = categories.get(str(entity.category), home)
            edits.setdefault(file, []).append(AddEntity(entity))
        elif mine != entity:
            for file, one in _differences(mine, entity):
                edits.setdefault(file or home, []).append(one)
    return edits


def _differences(mine: Entity, wanted: Entity) -> Iterator[tuple[str, Edit]]:
    """The edits of one entity, each with the file that it belongs to."""
    key, file = mine.key, mine.at.file if mine.at else ""
    for name in _ENTITY_PARTS:
        if getattr(mine, name) != getattr(wanted, name):
            yield file, SetField(key, (name,), getattr(wanted, name))
    for name in {**mine.properties, **wanted.properties}:
        old = mine.properties.get(name)
        place = old.at.file if old is not None and old.at else file
        for one in _property_differences(name, mine, wanted):
            yield place, one


def _property_differences(name: str, mine: Entity, wanted: Entity) -> Iterator[Edit]:
    key, path = mine.key, ("properties", name)
    old, new = mine.properties.get(name, UNSET), wanted.properties.get(name, UNSET)
    if isinstance(old, Property) and isinstance(new, Property):
        for part in _PROPERTY_PARTS:
            if getattr(old, part) != getattr(new, part):
                yield SetField(key, (*path, part), getattr(new, part))
    elif old is not new:
        yield SetField(key, path, new)


def _parts(thing: type[Entity | Property]) -> tuple[str, ...]:
    left_out = {"key", "properties", "at", "places", "was"}
    return tuple(name for name in thing.__dataclass_fields__ if name not in left_out)


_ENTITY_PARTS: Final = _parts(Entity)
_PROPERTY_PARTS: Final = _parts(Property)


def _counted(wanted: list[Edit]) -> str:
    added = sum(isinstance(one, AddEntity) for one in wanted)
    other = len(wanted) - added
    return f"{added} added, {other} field{'s'[: other != 1]} filled in or replaced"


def _edit(place: Disagreement, entity: Entity) -> tuple[str, Edit]:
    """The edit that a place needs, with the file that it belongs to."""
    file = entity.at.file if entity.at else ""
    key, path, value = place.key, place.path, place.plan
    if not path:
        return file, RemoveEntity(key)
    if path[0] == "properties":
        mine = entity.properties.get(path[1])
        file = mine.at.file if mine is not None and mine.at else file
        if len(path) == 2:
            return file, SetField(key, path, UNSET if value is UNSET else whole_property(value))
    if path == ("tags",) and isinstance(value, tuple) and isinstance(entity.category, str):
        value = tuple(tag for tag in value if tag != entity.category)
    return file, SetField(key, path, value)


def whole_property(value: Value) -> Property:
    """A property from its JSON; what is empty is not mentioned."""
    said = value if isinstance(value, Mapping) else {}
    fields: dict[str, Value] = {}
    for name in PROPERTY_FIELDS:
        one = said.get(name)
        if one is not None and not is_empty(one):  # type: ignore[arg-type]  # JSON of a field
            fields[name] = tuple(one) if isinstance(one, list) else one
    return with_fields(Property(), fields)
