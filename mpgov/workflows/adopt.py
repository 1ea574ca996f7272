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
from mpgov.formats.plan_edit import AddEntity, Edit, SetField
from mpgov.workflows.export import live_stubs
from mpgov.workflows.lexicon import Ground, connect, fetch_record
from mpgov.workflows.plans import read_plan, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.taking import drift_edits, home_file, write_edits


def adopt(
    around: Surroundings, into: Path, selection: Selection, *, live: bool, drift: bool = False
) -> list[str]:
    """Write into the plan at `into` what Lexicon says and it does not; a line for each file.

    With `drift`, also what changed in Lexicon since plan and Lexicon last agreed.
    """
    root = Path.cwd()
    plan = read_plan(into, root, around.how()).catalog
    project = around.project()
    fetch_record(around, project)
    client = connect(around, project)
    side = Ground(around, project, client, into).read(plan)
    stored = side.stored
    lexicon = select(sparse(stored.catalog), selection)
    if live:
        stubs = {key: Entity(key) for key in live_stubs(client, stored)}
        lexicon = Catalog({**lexicon.entities, **select(Catalog(stubs), selection).entities})
    words = authority(around.settings.authority)
    edits = _edits(plan, lexicon, words, home_file(into, root))
    if drift:
        for file, wanted in drift_edits(plan, side, selection, around.settings).items():
            known = edits.setdefault(file or home_file(into, root), [])
            known += (one for one in wanted if one not in known)
    lines = write_edits(into, edits, root, around.how())
    return lines or [f"{shown(into, root)}: says all that Lexicon says; nothing was written"]


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
