"""Adopt Lexicon into the plan: add what the plan does not say; comments and order stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mpgov.core.authority import Authority, authority
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Property,
)
from mpgov.core.normal import normal_entity, same, sparse
from mpgov.core.select import Selection, select
from mpgov.errors import InputError
from mpgov.formats.plan_edit import AddEntity, Edit, SetField, edit
from mpgov.mixpanel.lexicon import read
from mpgov.storage.files import write_beside
from mpgov.workflows.export import live_stubs
from mpgov.workflows.lexicon import connect
from mpgov.workflows.plans import plan_files, read_bytes, read_plan, shown
from mpgov.workflows.project import Surroundings

NEW_FILE = "lexicon.yaml"


def adopt(around: Surroundings, into: Path, selection: Selection, *, live: bool) -> list[str]:
    """Write into the plan at `into` what Lexicon says and it does not; a line for each file."""
    root = Path.cwd()
    plan = read_plan(into, root).catalog
    client = connect(around, around.project())
    stored = read(client, around.settings.deprecated_tag)
    lexicon = select(sparse(stored.catalog), selection)
    if live:
        stubs = {key: Entity(key) for key in live_stubs(client, stored)}
        lexicon = Catalog({**lexicon.entities, **select(Catalog(stubs), selection).entities})
    files = {shown(file, root): file for file in plan_files(into, root)}
    edits = _edits(plan, lexicon, authority(around.settings.authority), _home(into, files, root))
    lines = []
    for name, wanted in sorted(edits.items()):
        path = files.get(name, Path(name))
        old = _text(read_bytes(path, root), name) if name in files else "mpgov: 1\n"
        write_beside(path, edit(old, wanted))
        added = sum(isinstance(one, AddEntity) for one in wanted)
        lines.append(f"{name}: {added} added, {len(wanted) - added} fields filled in or replaced")
    return lines or [f"{shown(into, root)}: says all that Lexicon says; nothing was written"]


def _text(data: bytes, name: str) -> str:
    """A plan's text, to be edited where it stands."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{name}:1:1: is not UTF-8; save it as UTF-8 to have it edited") from None


def _home(into: Path, files: dict[str, Path], root: Path) -> str:
    """The file for what belongs to no file yet."""
    return next(iter(files)) if into.is_file() else shown(into / NEW_FILE, root)


def _edits(plan: Catalog, lexicon: Catalog, words: Authority, home: str) -> dict[str, list[Edit]]:
    """The edits of each file."""
    categories = {e.category: e.at.file for e in plan if isinstance(e.category, str) and e.at}
    edits: dict[str, list[Edit]] = {}
    for entity in lexicon:
        mine = plan.entities.get(entity.key)
        if mine is None:
            tags = entity.tags if isinstance(entity.tags, tuple) else ()
            file = next((categories[tag] for tag in tags if tag in categories), home)
            edits.setdefault(file, []).append(AddEntity(entity))
            continue
        for file, one in _fields(mine, entity, words):
            edits.setdefault(file or home, []).append(one)
    return edits


def _fields(mine: Entity, theirs: Entity, words: Authority) -> Iterator[tuple[str, Edit]]:
    """The edits of one entity, each with the file that it belongs to."""
    said = normal_entity(mine)
    file = mine.at.file if mine.at else ""
    for name in ENTITY_FIELDS:
        value = getattr(theirs, name)
        if _is_taken(name, getattr(said, name), value, words(mine.key.name, name)):
            if name == "tags" and isinstance(mine.category, str):
                value = tuple(tag for tag in value if tag != mine.category)
            yield file, SetField(mine.key, (name,), value)
    for name, prop in theirs.properties.items():
        if name not in mine.properties:
            yield file, SetField(mine.key, ("properties", name), prop)
            continue
        known = said.properties[name]
        if known is not None and prop is not None:
            # user properties may be spread over the files of a folder
            place = known.at.file if known.at else file
            for one in _property_fields(mine.key, name, (known, prop), words):
                yield place, one


def _property_fields(
    key: EntityKey, name: str, sides: tuple[Property, Property], words: Authority
) -> Iterator[Edit]:
    said, theirs = sides
    for field in PROPERTY_FIELDS:
        value = getattr(theirs, field)
        if _is_taken(field, getattr(said, field), value, words(key.name, field)):
            yield SetField(key, ("properties", name, field), value)


def _is_taken(name: str, mine: object, theirs: object, word: str) -> bool:
    """Whether a field is missing in the plan, or Lexicon has the last word on it."""
    if theirs is UNSET:
        return False
    return mine is UNSET or (word == "lexicon" and not same(name, mine, theirs))  # type: ignore[arg-type]  # fields hold values
