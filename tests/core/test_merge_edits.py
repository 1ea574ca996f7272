"""The laws of the merge, for plans that mention every field: what it is, not what it does.

Every side starts from the same catalog and is then edited in a few places, so that plan, base
and Lexicon agree, drift and collide as they do in life.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpgov.core.base import Base
from mpgov.core.change import ChangeSet, Create, FieldChange, field_changes
from mpgov.core.change import sides as both
from mpgov.core.diff import diff
from mpgov.core.merge import Disagreement, Merged, merge
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    USER,
    Catalog,
    Entity,
    EntityKey,
    Path,
    Property,
    Value,
    event,
)
from mpgov.core.normal import element_key, known, normal, plain_examples, same

LAW = settings(max_examples=1000)

KEYS = (event("A"), event("B"), USER)
NAMES = ("p", "q")
_FLAG = (False, True)
# What each field may say; the first is what every side starts from.
SAID: Mapping[str, tuple[Any, ...]] = {
    "description": (None, "x", "y"),
    "display_name": ("x", None, "y"),
    "status": (None, "deprecated", "blocked"),
    "hidden": _FLAG,
    "tags": (("a",), (), ("a", "b"), ("b", "c"), ("A",)),
    "owners": (("a@x.y", "team:d"), ("A@X.y",), ("b@x.y",), (), ("team:D", "team:d")),
    "type": ("string", "number", "datetime"),
    "required": _FLAG,
    "blocked": _FLAG,
    "examples": ((1,), None, (True,), ("y", 2.0), ({"a": [1]},)),
}
HERE = "here"  # whether a property, or an event, is to be there at all

Place = tuple[EntityKey, str, str]
Cells = dict[Place, Any]
ENTITY_PLACES = [(key, "", name) for key in KEYS for name in (*ENTITY_FIELDS, HERE)]
PROPERTY_PLACES = [(k, p, name) for k in KEYS for p in NAMES for name in (*PROPERTY_FIELDS, HERE)]
START: Cells = {
    place: True if place[2] == HERE else SAID[place[2]][0]
    for place in (*ENTITY_PLACES, *PROPERTY_PLACES)
}


def edits(places: list[Place]) -> list[tuple[Place, Any]]:
    """Everything that these places may say."""
    return [(p, value) for p in places for value in (_FLAG if p[2] == HERE else SAID[p[2]])]


# Half of the edits are of one event and its one property, so that the sides meet there.
NEAR = [
    *(place for place in ENTITY_PLACES if place[0] == KEYS[0]),
    *(place for place in PROPERTY_PLACES if place[:2] == (KEYS[0], NAMES[0])),
]
_NEAR, _ALL = edits(NEAR), edits([*ENTITY_PLACES, *PROPERTY_PLACES])
# One list in which both halves weigh the same: it is drawn from at once, not in two steps.
EDITS = st.sampled_from([*_NEAR * len(_ALL), *_ALL * len(_NEAR)])
CELLS = st.lists(EDITS, max_size=6).map(dict)


def catalog(cells: Cells) -> Catalog:
    """A plan that mentions every field of every event and property."""
    return normal(Catalog({key: _entity(key, cells) for key in KEYS if cells[key, "", HERE]}))


def _entity(key: EntityKey, cells: Cells) -> Entity:
    properties = {name: _property(key, name, cells) for name in NAMES}
    return Entity(key, properties=properties, **{f: cells[key, "", f] for f in ENTITY_FIELDS})


def _property(key: EntityKey, name: str, cells: Cells) -> Property | None:
    if not cells[key, name, HERE]:
        return None
    return Property(**{field: cells[key, name, field] for field in PROPERTY_FIELDS})


@dataclass(frozen=True)
class Sides:
    """What differs from where all started: in the base, in the plan and in Lexicon."""

    before: Cells
    ours: Cells
    theirs: Cells

    @cached_property
    def base(self) -> Catalog:
        return catalog({**START, **self.before})

    @cached_property
    def plan(self) -> Catalog:
        return catalog({**START, **self.before, **self.ours})

    @cached_property
    def lexicon(self) -> Catalog:
        return known(catalog({**START, **self.before, **self.theirs}))


SIDES = st.builds(Sides, CELLS, CELLS, CELLS)


def as_plan(lexicon: Catalog) -> Catalog:
    """A plan that wants what Lexicon has, and nothing else of it."""
    return Catalog({e.key: replace(e, properties=_all_names(e)) for e in lexicon})


def _all_names(entity: Entity) -> dict[str, Property | None]:
    return {name: entity.properties.get(name) for name in NAMES}


def comparable(sides: Sides) -> tuple[Catalog, Catalog, Catalog]:
    """The sides without events that one of them lacks: a plan cannot say that one is to go."""
    three = sides.plan, sides.base, sides.lexicon
    keys = {key for key in KEYS if all(key in side.entities for side in three)}
    plan, base, lexicon = (_only(side, keys) for side in three)
    return plan, base, lexicon


def _only(catalog: Catalog, keys: set[EntityKey]) -> Catalog:
    return Catalog({key: entity for key, entity in catalog.entities.items() if key in keys})


def alike(one: Catalog, other: Catalog) -> bool:
    """Whether two catalogs say the same; an owner's case is no difference."""
    return one.entities.keys() == other.entities.keys() and not diff(one, other).changes


@LAW
@given(SIDES)
def test_where_the_base_is_lexicon_the_plan_is_what_is_wanted(sides: Sides) -> None:
    plan, lexicon = sides.plan, sides.lexicon
    merged = merge(plan, Base(as_plan(lexicon)), lexicon)
    assert (merged.conflicts, merged.drift) == ([], [])
    assert alike(merged.wanted, Catalog({**lexicon.entities, **known(plan).entities}))


@LAW
@given(SIDES)
def test_where_the_base_is_the_plan_lexicon_is_what_is_wanted(sides: Sides) -> None:
    plan, lexicon = sides.plan, sides.lexicon
    merged = merge(plan, Base(plan), lexicon)
    assert merged.wanted == lexicon
    assert merged.conflicts == []


@LAW
@given(SIDES)
def test_the_sides_exchanged_the_same_conflicts_stand(sides: Sides) -> None:
    merged, exchanged = _both_ways(*comparable(sides))
    assert _places(merged.conflicts) == {
        where: (agreed, one, other)
        for where, (agreed, other, one) in _places(exchanged.conflicts).items()
    }


@LAW
@given(SIDES)
def test_the_sides_exchanged_the_same_is_wanted(sides: Sides) -> None:
    merged, exchanged = _both_ways(*comparable(sides))
    stuck = {place.key for place in merged.conflicts}
    assert {change.key for change in diff(merged.wanted, exchanged.wanted)} <= stuck


@LAW
@given(SIDES)
def test_the_sides_exchanged_what_the_plan_changed_is_drift(sides: Sides) -> None:
    plan, base, lexicon = comparable(sides)
    merged, exchanged = _both_ways(plan, base, lexicon)
    stuck = {place.key for place in merged.conflicts}
    drifted = {(p.key, p.path) for p in exchanged.drift if p.key not in stuck}
    assert set(_changed(diff(lexicon, merged.wanted), lexicon)) == drifted


@LAW
@given(SIDES, st.sets(st.sampled_from([*ENTITY_PLACES, *PROPERTY_PLACES]), max_size=8))
@example(
    Sides({(event("A"), "p", "type"): "number"}, {(event("A"), "p", "type"): "string"}, {}),
    {(event("A"), "p", "examples")},
)
def test_what_neither_side_touched_stays(sides: Sides, unmentioned: set[Place]) -> None:
    plan, base, lexicon = sides.plan, sides.base, sides.lexicon
    plan = _forgetting(plan, unmentioned)
    merged = merge(plan, Base(base), lexicon)
    for key, stored in lexicon.entities.items():
        wanted, said = merged.wanted.entities[key], plan.entities.get(key, Entity(key))
        agreed = base.entities.get(key, Entity(key))
        _untouched(ENTITY_FIELDS, (said, agreed, stored, wanted))
        for name, there in stored.properties.items():
            if name not in said.properties:
                assert wanted.properties[name] == there
            elif (one := said.properties[name]) and (before := agreed.properties.get(name)):
                _untouched(PROPERTY_FIELDS, (one, before, there, wanted.properties[name]))


@LAW
@given(SIDES)
def test_nothing_is_wanted_that_no_side_says(sides: Sides) -> None:
    plan, base, lexicon = sides.plan, sides.base, sides.lexicon
    for key, wanted in merge(plan, Base(base), lexicon).wanted.entities.items():
        said = [side.entities[key] for side in (known(plan), lexicon) if key in side.entities]
        for name in ENTITY_FIELDS:
            _one_of(name, wanted, said)
        for name, prop in wanted.properties.items():
            sources = [e.properties[name] for e in said if name in e.properties]
            for field in PROPERTY_FIELDS:
                _one_of(field, prop, sources)


@LAW
@given(SIDES, st.permutations(KEYS), st.permutations(NAMES))
def test_the_order_of_events_and_properties_does_not_matter(
    sides: Sides, keys: list[EntityKey], names: list[str]
) -> None:
    plan, base, lexicon = sides.plan, sides.base, sides.lexicon
    merged = merge(plan, Base(base), lexicon)
    plan, base, lexicon = (_in_order(side, keys, names) for side in (plan, base, lexicon))
    other = merge(plan, Base(base), lexicon)
    assert merged.wanted == other.wanted
    assert _places(merged.conflicts) == _places(other.conflicts)
    assert _places(merged.drift) == _places(other.drift)
    assert merged.foreign == other.foreign
    assert sorted(merged.untyped) == sorted(other.untyped)


def _both_ways(plan: Catalog, base: Catalog, lexicon: Catalog) -> tuple[Merged, Merged]:
    """The merge, and the one in which plan and Lexicon have changed places."""
    there = merge(plan, Base(base), lexicon)
    return there, merge(as_plan(lexicon), Base(base), known(plan))


def _places(found: list[Disagreement]) -> dict[tuple[EntityKey, Path], tuple[Value, ...]]:
    """What three sides say of each place; a property that is not to be there says nothing."""
    return {
        (one.key, one.path): tuple(
            UNSET if value is None and len(one.path) == 2 else value
            for value in (one.base, one.plan, one.lexicon)
        )
        for one in found
    }


def _changed(changes: ChangeSet, lexicon: Catalog) -> Iterator[tuple[EntityKey, Path]]:
    """Where something changes; a property that comes or goes does so as a whole."""
    for change in changes:
        assert not isinstance(change, Create)
        for one in field_changes(change):
            new = one.path[0] == "properties" and (
                one.path[1] not in lexicon.entities[change.key].properties
            )
            if new or not _is_respelled(one, *both(change)):
                yield change.key, one.path[:2] if new else one.path


def _is_respelled(one: FieldChange, before: Entity, after: Entity) -> bool:
    """Whether examples only follow their property into another type: 1 is "1" in a text."""
    if one.path[-1] != "examples":
        return False
    there, wanted = before.properties[one.path[1]], after.properties[one.path[1]]
    assert there is not None
    assert wanted is not None
    texts = [plain_examples(prop.examples, "string") for prop in (there, wanted)]
    return there.type != wanted.type and texts[0] == texts[1]


def _forgetting(plan: Catalog, places: set[Place]) -> Catalog:
    """The plan without a word on these places."""
    found: dict[EntityKey, Entity] = {}
    for entity in plan:
        properties = {
            name: prop and replace(prop, **_unset(places, entity.key, name))
            for name, prop in entity.properties.items()
            if (entity.key, name, HERE) not in places
        }
        said = replace(entity, properties=properties, **_unset(places, entity.key, ""))
        if (entity.key, "", HERE) not in places:
            found[entity.key] = said
    return Catalog(found)


def _unset(places: set[Place], key: EntityKey, name: str) -> dict[str, Any]:
    return {f: UNSET for k, n, f in places if (k, n) == (key, name) and f != HERE}


def _untouched(names: tuple[str, ...], sides: tuple[Any, Any, Any, Any]) -> None:
    said, agreed, stored, wanted = sides
    for name in names:
        plan, base, lexicon = (getattr(side, name) for side in (said, agreed, stored))
        if same(name, base, lexicon) and (plan is UNSET or same(name, plan, base)):
            assert getattr(wanted, name) == lexicon, name


def _one_of(name: str, wanted: Any, said: list[Any]) -> None:
    """A field says what a side says of it; a set holds elements of the sides.

    Examples are spelled as the type has it beside which they stand.
    """
    value, values = getattr(wanted, name), [getattr(one, name) for one in said]
    if name == "examples":
        values += [plain_examples(one, wanted.type) for one in values]
    if name in SETS:
        offered = {element_key(name, element) for one in values for element in one}
        assert {element_key(name, element) for element in value} <= offered
    else:
        assert any(same(name, value, one) for one in values), name


def _in_order(catalog: Catalog, keys: list[EntityKey], names: list[str]) -> Catalog:
    return Catalog(
        {
            key: replace(
                entity,
                properties={n: entity.properties[n] for n in names if n in entity.properties},
            )
            for key in keys
            if (entity := catalog.entities.get(key)) is not None
        }
    )
