"""What the plan said before: at a commit, and ever.

Without a base, what earlier commits of the plan said stands in for it, so that a fresh clone
does not take its own last words for somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mpgov.core.base import Base
from mpgov.core.change import value_as_json
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Json,
    Property,
    Value,
)
from mpgov.core.model import Path as FieldPath
from mpgov.core.normal import element_key, is_empty, normal, same, with_fields
from mpgov.errors import InputError, UsageError
from mpgov.formats.base import How, Source
from mpgov.storage.git import Git, find_git
from mpgov.storage.ledger import Ledger
from mpgov.workflows.plans import plan_of

MOST_COMMITS = 50  # of the plan: each is read whole, and only where nothing else is known


def plan_since(path: Path | str, revision: str, how: How) -> Catalog:
    """The plan as it was at a commit; empty where it did not exist yet."""
    git = find_git(Path(path)) if str(path) != "-" else None
    if git is None:
        where = "the plan on stdin" if str(path) == "-" else f"{path}"
        raise UsageError(f"--since needs the plan in git, and {where} is in none")
    return _plan_at(git, git.resolve(revision), Path(path), how) or Catalog()


def _plan_at(git: Git, revision: str, path: Path, how: How) -> Catalog | None:
    files = git.files(revision, path)
    if not files:
        return None
    name = revision[:8]
    sources = [Source(f"{name}:{file}", data) for file, data in files.items()]
    return plan_of(sources, how, folder=path.is_dir()).catalog


@dataclass(slots=True)
class Past:
    """What a plan said in earlier commits, read as far back as somebody asks."""

    path: Path | None
    ledger: Ledger
    how: How = field(default_factory=How)
    _read: list[Catalog] = field(default_factory=list)
    _rest: Iterator[Catalog] | None = None
    _recorded: dict[tuple[EntityKey, FieldPath], list[Json]] | None = None

    def catalogs(self) -> Iterator[Catalog]:
        """The plan at every earlier commit, the newest first, in normal form."""
        yield from self._read
        if self._rest is None:
            self._rest = self._earlier()
        for catalog in self._rest:
            self._read.append(catalog)
            yield catalog

    def _earlier(self) -> Iterator[Catalog]:
        git = find_git(self.path) if self.path is not None else None
        if git is None or self.path is None:
            return
        commits = git.commits(self.path, MOST_COMMITS + 1)
        if git.is_clean(self.path):
            commits = commits[1:]  # the newest says what the plan says
        for commit in commits[:MOST_COMMITS]:
            try:
                found = _plan_at(git, commit.hash, self.path, self.how)
            except InputError:
                continue  # it was no plan then
            if found is not None:
                yield normal(found)

    def said(self, key: EntityKey, path: FieldPath, value: Value) -> bool:
        """Whether a plan or a record of this project ever said a value."""
        if value_as_json(value) in self._records().get((key, path), ()):
            return True
        return any(same(path[-1], _value(c, key, path), value) for c in self.catalogs())

    def _records(self) -> dict[tuple[EntityKey, FieldPath], list[Json]]:
        if self._recorded is None:
            self._recorded = {}
            for line in self.ledger.read():
                for change in _changes(line.entry):
                    key = EntityKey(change["entity"], change["name"])
                    for one in change.get("fields", ()):
                        said = self._recorded.setdefault((key, tuple(one["path"])), [])
                        said.append(one.get("after"))
        return self._recorded


def _changes(entry: Mapping[str, Json]) -> Iterator[dict[str, Any]]:
    listed = entry.get("changes")
    for change in listed if isinstance(listed, list) else ():
        if isinstance(change, dict) and {"entity", "name"} <= change.keys():
            yield change


def base_of_past(plan: Catalog, snapshot: Catalog, past: Past) -> Base:
    """A base of what earlier commits said, for what plan and Lexicon differ on (both normal).

    Of all that was ever said of a field, what Lexicon still says counts; else what was said
    last. What Lexicon has empty or lacks is never held against it: filling it destroys nothing.
    """
    agreed: dict[EntityKey, Entity] = {}
    beside: dict[tuple[EntityKey, str], tuple[str, ...]] = {}
    for said in plan:
        stored = snapshot.entities.get(said.key)
        if stored is None:
            continue
        fields = _fields((said, stored), ENTITY_FIELDS, (said.key, ()), past)
        properties: dict[str, Property | None] = {}
        for name, prop in said.properties.items():
            there = stored.properties.get(name)
            if prop is not None and there is not None:
                place = said.key, ("properties", name)
                known = _fields((prop, there), PROPERTY_FIELDS, place, past)
                if known:
                    properties[name] = with_fields(Property(), known)
        if fields or properties:
            agreed[said.key] = with_fields(Entity(said.key, properties=properties), fields)
            beside.update(_beside(said.key, fields, stored))
    return replace(Base(), agreed=Catalog(agreed), beside=beside)


def _fields(
    sides: tuple[Entity, Entity] | tuple[Property, Property],
    names: tuple[str, ...],
    place: tuple[EntityKey, FieldPath],
    past: Past,
) -> dict[str, Value]:
    said, stored = sides
    found: dict[str, Value] = {}
    for name in names:
        plan, there = getattr(said, name), getattr(stored, name)
        if plan is UNSET or same(name, plan, there) or is_empty(there):
            continue
        known = _ever(past, place[0], (*place[1], name), there)
        if known is not UNSET:
            found[name] = _still_there(name, known, there) if name in SETS else known
    return found


def _still_there(name: str, known: Value, there: Value) -> Value:
    """Of a set that a plan said, what Lexicon holds: what it lacks may never have been sent."""
    kept = {element_key(name, str(e)) for e in there} if isinstance(there, tuple) else set()
    said = known if isinstance(known, tuple) else ()
    return tuple(str(element) for element in said if element_key(name, str(element)) in kept)


def _ever(past: Past, key: EntityKey, path: FieldPath, there: Value) -> Value:
    last: Value = UNSET
    for catalog in past.catalogs():
        value = _value(catalog, key, path)
        if value is UNSET:
            continue
        if last is UNSET:
            last = value
        if path[0] in SETS or same(path[-1], value, there):
            return value
    return last


def _beside(
    key: EntityKey, fields: dict[str, Value], stored: Entity
) -> Iterator[tuple[tuple[EntityKey, str], tuple[str, ...]]]:
    """What Lexicon holds of a set that no plan ever said: there before anybody agreed."""
    for name in SETS & fields.keys():
        said = {element_key(name, str(e)) for e in fields[name] or ()}  # type: ignore[union-attr]  # a set
        alone = [e for e in getattr(stored, name) if element_key(name, e) not in said]
        if alone:
            yield (key, name), tuple(alone)


def _value(catalog: Catalog, key: EntityKey, path: FieldPath) -> Value:
    entity = catalog.entities.get(key)
    if entity is None:
        return UNSET
    if path[0] != "properties":
        return getattr(entity, path[0])  # type: ignore[no-any-return]
    prop = entity.properties.get(path[1])
    return UNSET if prop is None or len(path) < 3 else getattr(prop, path[2])
