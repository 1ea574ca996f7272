"""The laws: what holds of every plan, base and Lexicon."""

from copy import deepcopy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpgov.core.base import Base, advance
from mpgov.core.batch import pack
from mpgov.core.change import Delete, Update, sides
from mpgov.core.diff import diff, patch
from mpgov.core.merge import merge
from mpgov.core.model import UNSET, USER, Catalog, Entity, Property, event
from mpgov.core.normal import blank, known, normal, sparse
from mpgov.core.rule import judge
from mpgov.mixpanel.wire import decode_schema, encode
from mpgov.storage.base import dump_base, load_base
from mpgov.workflows.judging import all_rules
from tests.strategies import catalogs

DEPRECATED = "the tag that says deprecated"


# Few names and few values, so that plan, base and Lexicon agree and collide as they do in life.
_TEXTS = st.sampled_from([UNSET, None, "x", "y", "z\n"])
_FLAGS = st.sampled_from([UNSET, None, True, False])
_TAGS = st.sampled_from([UNSET, None, ("a",), ("a", "b"), ("b", "c"), ("A", "a")])
_OWNERS = st.sampled_from(
    [UNSET, None, ("a@x.y",), ("a@x.y", "b@x.y"), ("b@x.y", "team:d"), ("A@X.y", "c@x.y")]
)
_EXAMPLES = st.sampled_from([UNSET, None, (1,), (True,), ("1",), (1.0, {"a": [None]})])
_PROPERTIES = st.builds(
    Property,
    type=st.sampled_from([UNSET, "string", "number", "datetime"]),
    description=_TEXTS,
    display_name=_TEXTS,
    required=_FLAGS,
    hidden=_FLAGS,
    blocked=_FLAGS,
    examples=_EXAMPLES,
)
_ENTITIES = st.builds(
    Entity,
    key=st.sampled_from([event("A"), event("B"), USER]),
    description=_TEXTS,
    display_name=_TEXTS,
    status=st.sampled_from([UNSET, None, "live", "deprecated", "blocked", "proposed"]),
    hidden=_FLAGS,
    tags=_TAGS,
    owners=_OWNERS,
    category=st.sampled_from([UNSET, "a", "e"]),
    properties=st.dictionaries(st.sampled_from(["p", "q"]), st.none() | _PROPERTIES, max_size=2),
)
_SMALL = st.lists(_ENTITIES, max_size=3).map(lambda all_: Catalog({e.key: e for e in all_}))


@st.composite
def sides_of_a_merge(draw: st.DrawFn) -> tuple[Catalog, Base, Catalog]:
    """A plan, a base and a Lexicon, each near or far from the others."""
    plan, lexicon = normal(draw(_SMALL)), known(normal(draw(_SMALL)))
    agreed = draw(st.sampled_from([Catalog(), plan, sparse(lexicon), normal(draw(_SMALL))]))
    return plan, Base(agreed), lexicon


@given(_SMALL)
def test_nothing_differs_from_itself(catalog: Catalog) -> None:
    lexicon = known(normal(catalog))
    assert diff(lexicon, lexicon).changes == ()
    assert diff(lexicon, known(normal(catalog))).changes == ()


@given(_SMALL, _SMALL)
def test_a_difference_leads_from_one_to_the_other_and_back(one: Catalog, two: Catalog) -> None:
    before, after = known(normal(one)), known(normal(two))
    changes = diff(before, after)
    assert patch(before, changes) == after
    assert patch(after, changes.inverse()) == before


@settings(max_examples=50)
@given(catalogs())
def test_the_normal_form_of_a_normal_form_is_itself(catalog: Catalog) -> None:
    once = normal(catalog)
    assert normal(once) == once


@given(sides_of_a_merge())
def test_merging_twice_is_merging_once(three: tuple[Catalog, Base, Catalog]) -> None:
    plan, base, lexicon = three
    once = merge(plan, base, lexicon)
    assert merge(plan, base, once.wanted).wanted == once.wanted


@given(sides_of_a_merge())
def test_after_apply_nothing_is_left_to_apply(three: tuple[Catalog, Base, Catalog]) -> None:
    plan, base, lexicon = three
    after = merge(plan, base, lexicon).wanted
    moved = advance(base, plan, after, frozenset(plan.entities))
    again = merge(plan, moved, after)
    assert diff(after, again.wanted).changes == ()


@given(sides_of_a_merge())
def test_a_merge_deletes_nothing_and_leaves_the_unmentioned_alone(
    three: tuple[Catalog, Base, Catalog],
) -> None:
    plan, base, lexicon = three
    wanted = merge(plan, base, lexicon).wanted
    assert not any(isinstance(change, Delete) for change in diff(lexicon, wanted))
    for key, entity in lexicon.entities.items():
        if key not in plan.entities:
            assert wanted.entities[key] is entity
        for name, prop in entity.properties.items():
            if key in plan.entities and name not in plan.entities[key].properties:
                assert wanted.entities[key].properties[name] == prop


@given(sides_of_a_merge())
def test_an_entity_in_conflict_is_not_touched(three: tuple[Catalog, Base, Catalog]) -> None:
    plan, base, lexicon = three
    merged = merge(plan, base, lexicon)
    for place in merged.conflicts:
        assert merged.wanted.entities.get(place.key) == lexicon.entities.get(place.key)


@given(sides_of_a_merge())
def test_the_base_survives_its_file(three: tuple[Catalog, Base, Catalog]) -> None:
    plan, base, lexicon = three
    moved = advance(base, plan, lexicon, frozenset(plan.entities))
    assert load_base(dump_base(moved, 1, "us"), "base.json", 1, "us") == moved


def _exemplified(value: Any) -> Catalog:
    examples = Property(type=None, examples=(value,))
    return Catalog({USER: Entity(USER, properties={"p": examples})})


@given(_SMALL, _SMALL)
@example(_exemplified(1), _exemplified(True))
@example(_exemplified(False), _exemplified(0))
def test_what_is_encoded_is_decoded_again(one: Catalog, two: Catalog) -> None:
    before, after = known(normal(one)), known(normal(two))
    for change in diff(before, after):
        if isinstance(change, Delete):
            continue
        old, new = sides(change)
        stored = _written(None, encode(blank(old.key), old, None, DEPRECATED)["schemaJson"])
        schema = stored if isinstance(change, Update) else None
        entry = encode(old, new, schema, DEPRECATED)
        read = decode_schema(new.key, _written(schema, entry["schemaJson"]), DEPRECATED)
        assert diff(Catalog({new.key: new}), Catalog({new.key: read})).changes == ()


@settings(max_examples=50)
@given(catalogs())
def test_no_rule_raises(catalog: Catalog) -> None:
    judge(catalog, all_rules(), {})
    judge(diff(Catalog(), known(normal(catalog))), all_rules(), {})


@given(st.lists(st.integers(1, 100)), st.integers(100, 150))
def test_every_batch_is_within_the_limit_and_none_is_lost(costs: list[int], limit: int) -> None:
    batches = pack(costs, lambda cost: cost, limit)
    assert all(sum(batch.items) == batch.cost <= limit for batch in batches)
    assert sorted(cost for batch in batches for cost in batch.items) == sorted(costs)


def _written(stored: dict[str, Any] | None, schema: dict[str, Any]) -> dict[str, Any]:
    """What Mixpanel holds after a POST: replaced, with its metadata merged (reference 4.7)."""
    after = deepcopy(schema)
    old = deepcopy((stored or {}).get("metadata", {}).get("com.mixpanel", {}))
    sent = after.get("metadata", {}).get("com.mixpanel", {})
    merged = {key: value for key, value in {**old, **sent}.items() if value is not None}
    return {**after, "metadata": {**after.get("metadata", {}), "com.mixpanel": merged}}
