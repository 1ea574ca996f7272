"""Base, plan and Lexicon → what is wanted, and what the two sides disagree on.

The idea (dnscontrol's hands-off): whatever must not be touched is copied from Lexicon into what
is wanted *before* anything is compared. Fields the plan does not mention, fields that somebody
changed in Lexicon (drift), whole entities in conflict: all of them are copied. `diff` then needs
no exceptions.

Per field, with the plan's value p, the base's b and Lexicon's l:

    p unset            l      not managed (released, where b says that it once was)
    p = l              l      agreed
    b unset            p      never agreed on: a change
    b = p              l      drift: changed in Lexicon only
    b = l              p      changed in the plan only
    otherwise          l      a conflict: nothing of the entity is sent

Tags and owners go element by element by the same table, in which no conflict is possible. The
plan decides nothing where authority is `lexicon`, and everything where it is `plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from mpgov.core.authority import Authority, authority
from mpgov.core.base import Base, Refusal
from mpgov.core.change import property_as_json
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Json,
    Path,
    Property,
    Value,
)
from mpgov.core.normal import (
    BLANK_PROPERTY,
    blank,
    element_key,
    filled_property,
    is_empty,
    plain_examples,
    same,
    with_fields,
)

EXISTS: Final[Mapping[str, Json]] = {}  # what is said of an entity that is merely there
_NOTHING: Final = Property()  # what was agreed on of a property that nobody agreed on
FOREIGN_FIELDS: Final = frozenset({"description", "display_name", "examples"})


Properties: TypeAlias = tuple[Property, Property, Property]  # said, agreed on, stored
Choice: TypeAlias = Literal["ours", "theirs", ""]
Settled: TypeAlias = Callable[[EntityKey, Path], Choice]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A place where plan, base and Lexicon do not say the same; an empty path is the entity.

    `overwritten` drift is not kept: the plan has the last word there.
    """

    key: EntityKey
    path: Path
    base: Value
    plan: Value
    lexicon: Value
    overwritten: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """How a merge is narrowed: who has the last word, and whether anything may be replaced.

    `settled` says of an entity's place which side somebody chose for it (`--ours`, `--theirs`).
    """

    authority: Authority = field(default_factory=lambda: authority({}))
    fill_only: bool = False
    retry_refused: bool = False
    settled: Settled = field(default=lambda _key, _path: "")


@dataclass(slots=True)
class Merged:
    """What is wanted of Lexicon, and what stands beside it.

    `foreign` are changed texts that no plan ever said; `untyped` are properties new to Lexicon
    that lack a type and so cannot be sent; `refused` is what Mixpanel did not keep last time;
    `taken` is what the plan is to say, where Lexicon was chosen: `plan` is the value to write.
    """

    wanted: Catalog = field(default_factory=Catalog)
    conflicts: list[Disagreement] = field(default_factory=list)
    drift: list[Disagreement] = field(default_factory=list)
    foreign: set[tuple[EntityKey, Path]] = field(default_factory=set)
    untyped: list[tuple[EntityKey, str]] = field(default_factory=list)
    refused: list[tuple[EntityKey, Path, Refusal]] = field(default_factory=list)
    taken: list[Disagreement] = field(default_factory=list)


def merge(plan: Catalog, base: Base, snapshot: Catalog, options: Options | None = None) -> Merged:
    """Merge three catalogs in normal form."""
    merged = Merged()
    wanted = dict(snapshot.entities)
    for said in plan:
        one = _EntityMerge(said, base, snapshot.entities.get(said.key), options or Options())
        result = one.run()
        if result is not None and not one.conflicts:
            wanted[said.key] = result
        merged.conflicts += one.conflicts
        merged.drift += one.drift
        merged.untyped += one.untyped
        merged.refused += one.refused
        merged.taken += one.taken
        if not one.conflicts:
            merged.foreign |= one.foreign
    merged.wanted = Catalog(wanted)
    return merged


class _EntityMerge:
    """The merge of one entity; collects what is to be said beside the result."""

    def __init__(self, said: Entity, base: Base, stored: Entity | None, options: Options) -> None:
        self.said = said
        self.key = said.key
        self.base = base.agreed.entities.get(said.key)
        self.beside = base.beside
        self.memory = {} if options.retry_refused else base.refused
        self.stored = stored
        self.options = options
        self.conflicts: list[Disagreement] = []
        self.drift: list[Disagreement] = []
        self.foreign: set[tuple[EntityKey, Path]] = set()
        self.untyped: list[tuple[EntityKey, str]] = []
        self.refused: list[tuple[EntityKey, Path, Refusal]] = []
        self.taken: list[Disagreement] = []

    def run(self) -> Entity | None:
        """What is wanted of the entity; `None` where it is to stay away."""
        base = self.base or Entity(self.key)
        if self.stored is None:
            if not self._creates():
                return None
            base = Entity(self.key)
        known = self.stored or blank(self.key)
        fields = self._fields((), ENTITY_FIELDS, (self.said, base, known))
        properties = dict(known.properties)
        for name, prop in self.said.properties.items():
            wanted = self._property(name, prop, base, known.properties.get(name))
            if wanted is None:
                properties.pop(name, None)
            else:
                properties[name] = wanted
        wanted_entity = replace(
            known, properties=properties, at=self.said.at, places=self.said.places
        )
        return with_fields(wanted_entity, fields)

    def _word(self, field: str = "*") -> str:
        return self.options.authority(self.key.name, field)

    def _creates(self) -> bool:
        """Whether an entity that Lexicon lacks is to be made."""
        if self.base is None or self._word() == "lexicon":
            return self._word() != "lexicon"
        return self._vanished((), EXISTS, EXISTS, moved=_moved(self.said, self.base))

    def _vanished(self, path: Path, base: Value, plan: Value, *, moved: bool) -> bool:
        """What was agreed on is gone from Lexicon: drift, a conflict, or made anew."""
        place = Disagreement(self.key, path, base, plan, UNSET)
        return self._disputed(place, self._word(), conflict=moved)

    def _disputed(self, place: Disagreement, word: str, *, conflict: bool) -> bool:
        """Whether the plan wins a place that moved in Lexicon; told where it is to be told."""
        match self.options.settled(self.key, place.path):
            case "ours":
                return True
            case "theirs":
                self.taken.append(replace(place, plan=place.lexicon))
                return False
        kept = word != "plan"
        if conflict and kept:
            self.conflicts.append(place)
        else:
            self.drift.append(replace(place, overwritten=not kept and not self.options.fill_only))
        return not kept

    def _property(
        self, name: str, said: Property | None, base: Entity, stored: Property | None
    ) -> Property | None:
        """What is wanted of a property; `None` where it is not to be there."""
        path = ("properties", name)
        if said is None:
            return stored and self._removed(path, base, stored)
        known = base.properties.get(name)
        if stored is None:
            return self._added(path, said, known)
        agreed = known or (BLANK_PROPERTY if name in base.properties else _NOTHING)
        sides = said, agreed, stored
        fields = self._fields(path, PROPERTY_FIELDS[:1], sides)
        type_ = fields.get("type", stored.type)
        if {said.type, agreed.type, stored.type} - {UNSET, type_}:
            sides = _spelled(sides, type_)
        fields |= self._fields(path, PROPERTY_FIELDS[1:], sides)
        if not fields:
            return stored
        follows = "type" in fields and said.examples is not UNSET  # not mentioned, not touched
        kept = sides[2] if follows else stored
        return with_fields(replace(kept, at=said.at, places=said.places), fields)

    def _removed(self, path: Path, base: Entity, stored: Property) -> Property | None:
        name = path[1]
        if self.options.fill_only or self._word() == "lexicon":
            return stored
        if self._was_refused(path, UNSET, property_as_json(stored)):
            return stored
        if name not in base.properties:
            return None
        known = base.properties[name]
        before = UNSET if known is None else property_as_json(known)
        place = Disagreement(self.key, path, before, None, property_as_json(stored))
        if known is not None and not _moved(known, stored):
            return None
        wins = self._disputed(place, self._word(), conflict=known is not None)
        return None if wins else stored

    def _added(self, path: Path, said: Property, known: Property | None) -> Property | None:
        whole = property_as_json(said)
        if self._word() == "lexicon":
            return None
        if known is not None and not self._vanished(
            path, property_as_json(known), whole, moved=_moved(said, known)
        ):
            return None
        if not isinstance(said.type, str):
            self.untyped.append((self.key, path[1]))
            return None
        if self._was_refused(path, whole, UNSET):
            return None
        theirs = {name: UNSET for name in PROPERTY_FIELDS[1:] if self._word(name) == "lexicon"}
        return filled_property(with_fields(said, theirs) if theirs else said)

    def _fields(
        self,
        path: Path,
        names: tuple[str, ...],
        sides: tuple[Entity, Entity, Entity] | tuple[Property, Property, Property],
    ) -> dict[str, Value]:
        """The fields of which something else is wanted than Lexicon has."""
        said, base, stored = sides
        found: dict[str, Value] = {}
        for name in names:
            plan: Value = getattr(said, name)
            if plan is UNSET:
                continue
            lexicon: Value = getattr(stored, name)
            if same(name, plan, lexicon) or self._word(name) == "lexicon":
                continue
            values = plan, getattr(base, name), lexicon
            wanted = (
                self._set(name, values) if name in SETS else self._scalar((*path, name), values)
            )
            if wanted is not lexicon:
                found[name] = wanted
        return found

    def _scalar(self, path: Path, values: tuple[Value, Value, Value]) -> Value:
        plan, known, lexicon = values
        name = path[-1]
        moved = known is not UNSET and not same(name, known, lexicon)
        if moved:
            place = Disagreement(self.key, path, known, plan, lexicon)
            conflict = not same(name, known, plan)
            if not self._disputed(place, self._word(name), conflict=conflict):
                return lexicon
        if self._was_refused(path, plan, lexicon):
            return lexicon
        if self.options.fill_only and not is_empty(lexicon):
            return lexicon
        if name in FOREIGN_FIELDS and not is_empty(lexicon) and known is UNSET:
            self.foreign.add((self.key, path))
        return plan

    def _set(self, name: str, values: tuple[Value, Value, Value]) -> Value:
        plan, known, lexicon = (_elements(name, value) for value in values)
        beside = _elements(name, self.beside.get((self.key, name), ()))
        first = values[1] is UNSET
        drifted = {
            element
            for element in {**plan, **lexicon}
            if not first
            and (element in plan) != (element in lexicon)
            and (element in plan) == (element in known)
            and element not in beside
        }
        ours = bool(drifted) and self._drifted_set(name, values, drifted)
        wanted: dict[str, str] = {}
        for element, text in {**plan, **lexicon}.items():
            planned, stored = element in plan, element in lexicon
            if first:
                keep = planned or values[0] != ()
            elif element in drifted:
                keep = planned if ours else stored
            else:
                keep = planned or (stored and element not in known)
            keep = keep or (stored and self.options.fill_only)
            if keep and not stored and self._was_refused((name, text), True, UNSET):
                keep = False
            if keep:
                wanted[element] = text
        result = tuple(text for _, text in sorted(wanted.items()))
        if same(name, result, values[2]) or self._was_refused((name,), values[0], values[2]):
            return values[2]
        return result

    def _drifted_set(
        self, name: str, values: tuple[Value, Value, Value], drifted: set[str]
    ) -> bool:
        """Whether the plan wins the elements that moved in Lexicon."""
        place = Disagreement(self.key, (name,), values[1], values[0], values[2])
        wins = self._disputed(place, self._word(name), conflict=False)
        if self.options.settled(self.key, (name,)) == "theirs":
            plan, lexicon = _elements(name, values[0]), _elements(name, values[2])
            chosen = {e: text for e, text in plan.items() if e not in drifted}
            chosen |= {e: text for e, text in lexicon.items() if e in drifted}
            whole = tuple(text for _, text in sorted(chosen.items()))
            self.taken[-1] = replace(place, plan=whole)
        return wins

    def _was_refused(self, path: Path, plan: Value, lexicon: Value) -> bool:
        refusal = self.memory.get((self.key, path))
        if refusal is None or (refusal.plan, refusal.lexicon) != (plan, lexicon):
            return False
        self.refused.append((self.key, path, refusal))
        return True


def _spelled(sides: Properties, type_: Value) -> Properties:
    """The sides, with examples spelled as the type has it that they will stand beside.

    Another spelling alone is nobody's change: 1 is "1" in a text, and the other way round.
    """

    def fits(side: Property) -> bool:
        return side.type in {UNSET, type_}

    def texts(side: Property) -> Value:
        return plain_examples(side.examples, "string")

    kind = type_ if isinstance(type_, str) else None
    said, agreed, stored = (
        replace(side, examples=plain_examples(side.examples, kind)) for side in sides
    )
    heard = sorted((agreed, said, stored), key=fits)  # the last has the say
    spelling = {texts(side): side.examples for side in heard}
    said, agreed, stored = (
        side if fits(side) else replace(side, examples=spelling[texts(side)])
        for side in (said, agreed, stored)
    )
    return said, agreed, stored


def _moved(said: Entity | Property, base: Entity | Property) -> bool:
    """Whether `said` mentions anything that differs from the base."""
    names = PROPERTY_FIELDS if isinstance(said, Property) else ENTITY_FIELDS
    for name in names:
        value: Value = getattr(said, name)
        if value is not UNSET and not same(name, value, getattr(base, name)):
            return True
    if isinstance(said, Entity) and isinstance(base, Entity):
        return any(
            _property_moved(prop, base.properties.get(name))
            for name, prop in said.properties.items()
        )
    return False


def _property_moved(said: Property | None, base: Property | None) -> bool:
    if said is None or base is None:
        return said is not base
    return _moved(said, base)


def _elements(name: str, value: Value) -> Mapping[str, str]:
    texts = value if isinstance(value, tuple) else ()
    return {element_key(name, str(text)): str(text) for text in texts}
