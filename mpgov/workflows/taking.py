"""What Lexicon was chosen for, written into the plan where it stands; comments and order stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

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
from mpgov.errors import InputError
from mpgov.formats.plan_edit import AddEntity, Edit, RemoveEntity, SetField, edit
from mpgov.storage.files import write_beside
from mpgov.storage.settings import Settings
from mpgov.workflows.compare import Side
from mpgov.workflows.plans import plan_files, read_bytes, shown

NEW_FILE = "lexicon.yaml"
Edits = dict[str, list[Edit]]


def take(path: Path, taken: Iterable[Disagreement], plan: Catalog) -> list[str]:
    """Let the plan at `path` say what Lexicon says; a line for each file written."""
    root = Path.cwd()
    edits: Edits = {}
    home = home_file(path, root)
    for place in taken:
        entity = plan.entities.get(place.key)
        if entity is not None:
            file, one = _edit(place, entity)
            edits.setdefault(file or home, []).append(one)
    return write_edits(path, edits, root)


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


def write_edits(path: Path, edits: Edits, root: Path) -> list[str]:
    """Make the edits, all or none of a file; a line for each file."""
    files = {shown(file, root): file for file in plan_files(path, root)}
    texts: dict[str, str] = {}
    for name, wanted in sorted(edits.items()):
        old = text_of(files[name], name, root) if name in files else "mpgov: 1\n"
        texts[name] = edit(old, wanted, name)
    for name, text in texts.items():
        write_beside(files.get(name, Path(name)), text)
    return [f"{name}: {_counted(wanted)}" for name, wanted in sorted(edits.items())]


def home_file(path: Path, root: Path) -> str:
    """The file for what belongs to no file yet."""
    return shown(path if path.is_file() else path / NEW_FILE, root)


def text_of(path: Path, name: str, root: Path) -> str:
    """A plan's text, to be edited where it stands."""
    try:
        return read_bytes(path, root).decode()
    except UnicodeDecodeError:
        raise InputError(f"{name}:1:1: is not UTF-8; save it as UTF-8 to have it edited") from None


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
