"""The merge's laws, over catalogs in which every field is said.

Three catalogs hold the same entities, `$user` among them. Values are few, so that the sides agree
and collide as they do in life. A property that a side lacks is said to be absent (`None`), and
where both sides add it, the base knew that it was not there.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.core.base import Base, value_at
from mpgov.core.merge import Merged, merge
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
    event,
)
from mpgov.core.normal import element_key, normal, same

LAWS = settings(max_examples=1000)
KEYS = (event("A"), event("B"), USER)
NAMES = ("p", "q")

_TEXTS = st.sampled_from([None, "x", "y"])
_PROPERTIES = st.builds(
    Property,
    type=st.sampled_from(["string", "number", "datetime"]),
    description=_TEXTS,
    display_name=_TEXTS,
    required=st.booleans(),
    hidden=st.booleans(),
    blocked=st.booleans(),
    examples=st.sampled_from([None, ("a",), ("a", "b")]),
)


def _entities(key: EntityKey) -> st.SearchStrategy[Entity]:
    return st.builds(
        Entity,
        key=st.just(key),
        description=_TEXTS,
        display_name=_TEXTS,
        status=st.sampled_from([None, "deprecated", "blocked"]),
        hidden=st.booleans(),
        tags=st.sampled_from([(), ("a",), ("a", "b"), ("b", "c")]),
        owners=st.sampled_from([(), ("a@x.y",), ("a@x.y", "team:d"), ("team:d",)]),
        properties=st.dictionaries(st.sampled_from(NAMES), _PROPERTIES, max_size=2),
    )


_CATALOGS = st.tuples(*(_entities(key) for key in KEYS)).map(
    lambda all_: normal(Catalog({entity.key: entity for entity in all_}))
)


def said(catalog: Catalog) -> Catalog:
    """The catalog as a plan or a base that mentions everything: what is absent is said to be."""
    entities = {
        e.key: replace(e, properties={name: e.properties.get(name) for name in NAMES})
        for e in catalog
    }
    return Catalog(entities)


def shown(catalog: Catalog) -> Catalog:
    """A wanted catalog as it was given: without what is absent."""
    return Catalog(
        {
            e.key: replace(e, properties={n: p for n, p in e.properties.items() if p is not None})
            for e in catalog
        }
    )


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[Catalog, Catalog, Catalog]:
    """Plan, base and Lexicon: each near or far from the others."""
    plan, base, lexicon = (draw(_CATALOGS) for _ in range(3))
    base = draw(st.sampled_from([base, plan, lexicon]))
    return plan, base, lexicon


def both_add(key: EntityKey, name: str, three: tuple[Catalog, Catalog, Catalog]) -> bool:
    """Whether two sides made a property that the base lacks: nothing was ever agreed on."""
    plan, base, lexicon = (c.entities[key].properties for c in three)
    return name not in base and name in plan and name in lexicon


def merged(plan: Catalog, base: Catalog, lexicon: Catalog) -> Merged:
    return merge(said(plan), Base(said(base)), lexicon)


@LAWS
@given(_CATALOGS, _CATALOGS)
def test_where_the_base_is_lexicon_the_plan_is_wanted(plan: Catalog, lexicon: Catalog) -> None:
    result = merged(plan, lexicon, lexicon)
    assert shown(result.wanted) == plan
    assert (result.conflicts, result.drift) == ([], [])


@LAWS
@given(_CATALOGS, _CATALOGS)
def test_where_the_base_is_the_plan_lexicon_is_wanted(plan: Catalog, lexicon: Catalog) -> None:
    result = merged(plan, plan, lexicon)
    assert result.wanted == lexicon
    assert result.conflicts == []


@LAWS
@given(three_sides())
def test_the_sides_can_change_their_names(three: tuple[Catalog, Catalog, Catalog]) -> None:
    plan, base, lexicon = three
    here, there = merged(plan, base, lexicon), merged(lexicon, base, plan)
    mine = {(c.key, c.path, repr(c.plan), repr(c.lexicon)) for c in here.conflicts}
    yours = {(c.key, c.path, repr(c.lexicon), repr(c.plan)) for c in there.conflicts}
    assert {place[:2] for place in mine} == {place[:2] for place in yours}
    fields = {place for place in mine if len(place[1]) != 2}
    assert fields == {place for place in yours if len(place[1]) != 2}
    in_conflict = {place[0] for place in mine}
    for key in KEYS:
        if key in in_conflict or any(both_add(key, name, three) for name in NAMES):
            continue
        assert here.wanted.entities[key] == there.wanted.entities[key]


@LAWS
@given(three_sides())
def test_a_field_that_neither_side_touched_never_changes(
    three: tuple[Catalog, Catalog, Catalog],
) -> None:
    plan, base, lexicon = three
    wanted = merged(plan, base, lexicon).wanted
    for key in KEYS:
        for path in _places():
            name = path[-1]
            values = [value_at(c, key, path) for c in (plan, base, lexicon, wanted)]
            if same(name, values[0], values[1]) and same(name, values[1], values[2]):
                assert same(name, values[3], values[2]), (key, path)
        for name in SETS:
            sets = [_elements(name, c.entities[key]) for c in (plan, base, lexicon, wanted)]
            untouched = sets[0] & sets[1] & sets[2]
            assert untouched <= sets[3]
            assert not sets[3] - sets[0] - sets[1] - sets[2]


@LAWS
@given(three_sides(), st.permutations(KEYS))
def test_the_order_of_events_does_not_matter(
    three: tuple[Catalog, Catalog, Catalog], order: list[EntityKey]
) -> None:
    turned = [Catalog({key: catalog.entities[key] for key in order}) for catalog in three]
    one, two = merged(*three), merged(turned[0], turned[1], turned[2])
    assert one.wanted == two.wanted
    for name in ("conflicts", "drift", "untyped"):
        assert sorted(map(repr, getattr(one, name))) == sorted(map(repr, getattr(two, name)))


def _places() -> list[Path]:
    fields: list[Path] = [(name,) for name in ENTITY_FIELDS]
    return fields + [("properties", n, f) for n in NAMES for f in PROPERTY_FIELDS]


def _elements(name: str, entity: Entity) -> set[str]:
    return {element_key(name, element) for element in getattr(entity, name)}


@given(_CATALOGS)
def test_every_field_is_said(catalog: Catalog) -> None:
    for entity in catalog:
        assert all(getattr(entity, name) is not UNSET for name in ENTITY_FIELDS)
        for prop in entity.properties.values():
            assert all(getattr(prop, name) is not UNSET for name in PROPERTY_FIELDS)
