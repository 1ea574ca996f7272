"""The merge: one table of what each of three sides says, and what comes of it."""

from dataclasses import replace

import pytest

from mpgov.core.authority import authority
from mpgov.core.base import Base, Refusal, advance
from mpgov.core.leaving import released
from mpgov.core.merge import Disagreement, Options, merge
from mpgov.core.model import UNSET, Catalog, Entity, Property, event
from mpgov.core.normal import filled_property, known, normal

KEY = event("Sale")


def plan(**fields: object) -> Catalog:
    return normal(Catalog({KEY: Entity(KEY, **fields)}))


def lexicon(**fields: object) -> Catalog:
    return known(plan(**fields))


def base(**fields: object) -> Base:
    return Base(plan(**fields))


NOBODY = Catalog()


@pytest.mark.parametrize(
    ("said", "agreed", "stored", "wanted", "stands"),
    [
        (UNSET, UNSET, "L", "L", ""),
        (UNSET, "B", "L", "L", ""),
        ("P", UNSET, "P", "P", ""),
        ("P", UNSET, "L", "P", ""),
        ("P", UNSET, None, "P", ""),
        ("B", "B", "L", "L", "drift"),
        ("B", "B", None, None, "drift"),
        ("P", "B", "B", "P", ""),
        ("P", "B", "L", "L", "conflict"),
        ("P", "B", "P", "P", ""),
        (None, UNSET, "L", None, ""),
        (None, "B", "B", None, ""),
        (None, "B", "L", "L", "conflict"),
        (None, None, "L", "L", "drift"),
    ],
)
def test_a_field(said: object, agreed: object, stored: object, wanted: object, stands: str) -> None:
    merged = merge(plan(description=said), base(description=agreed), lexicon(description=stored))
    assert merged.wanted == lexicon(description=wanted)
    place = Disagreement(KEY, ("description",), agreed, said, stored)
    assert merged.drift == ([place] if stands == "drift" else [])
    assert merged.conflicts == ([place] if stands == "conflict" else [])


@pytest.mark.parametrize(
    ("said", "agreed", "stored", "wanted", "drifts"),
    [
        (["a"], UNSET, ["x"], ["a", "x"], False),
        (None, UNSET, ["x"], [], False),
        (["a"], ["a"], ["a", "x"], ["a", "x"], True),
        (["a", "b"], ["a"], ["a", "x"], ["a", "b", "x"], True),
        (["a"], ["a", "b"], ["a", "b"], ["a"], False),
        (["a", "b"], ["a", "b"], ["a"], ["a"], True),
        (None, ["a"], ["a", "x"], ["x"], True),
        (UNSET, ["a"], ["x"], ["x"], False),
    ],
)
def test_tags_merge_one_by_one(
    said: list | None, agreed: object, stored: list, wanted: list, drifts: bool
) -> None:
    tags = tuple(said) if isinstance(said, list) else said
    before = tuple(agreed) if isinstance(agreed, list) else agreed
    merged = merge(plan(tags=tags), base(tags=before), lexicon(tags=tuple(stored)))
    assert merged.wanted == lexicon(tags=tuple(wanted))
    assert bool(merged.drift) is drifts
    assert merged.conflicts == []


def test_what_lexicon_had_beside_the_plan_is_nobodys_drift() -> None:
    said, stored = plan(tags=("a",)), lexicon(tags=("a", "x"))
    after = advance(Base(), said, stored, frozenset({KEY}))
    merged = merge(said, after, stored)
    assert (merged.drift, merged.wanted) == ([], stored)
    merged = merge(said, after, lexicon(tags=("a", "x", "new")))
    assert [place.lexicon for place in merged.drift] == [("a", "new", "x")]


def test_an_owner_keeps_the_spelling_that_lexicon_has() -> None:
    said = plan(owners=("jane@acme.example", "team:Growth"))
    merged = merge(said, Base(), lexicon(owners=("Jane@Acme.example",)))
    assert merged.wanted == lexicon(owners=("Jane@Acme.example", "team:Growth"))


def test_a_conflict_stops_its_entity_alone() -> None:
    other = event("Other")
    said = Catalog(
        {
            **plan(description="P", hidden=True).entities,
            other: Entity(other, description="new"),
        }
    )
    stored = Catalog({**lexicon(description="L").entities, **known(_only(other)).entities})
    merged = merge(said, base(description="B"), stored)
    assert merged.wanted.entities[KEY] == stored.entities[KEY]
    assert merged.wanted.entities[other].description == "new"


def test_an_entity_that_somebody_deleted_in_lexicon_is_drift() -> None:
    said = plan(description="B")
    merged = merge(said, base(description="B"), NOBODY)
    assert [(p.path, p.lexicon) for p in merged.drift] == [((), UNSET)]
    assert merged.wanted == NOBODY


def test_an_entity_deleted_in_lexicon_and_changed_in_the_plan_is_a_conflict() -> None:
    merged = merge(plan(description="P"), base(description="B"), NOBODY)
    assert [p.path for p in merged.conflicts] == [()]
    assert merged.wanted == NOBODY


def test_an_unmentioned_entity_stays_as_it_is() -> None:
    stored = lexicon(description="L", tags=("x",))
    assert merge(Catalog(), Base(), stored).wanted == stored


TYPED = Property(type="string", description="d")


@pytest.mark.parametrize(
    ("said", "agreed", "stored", "there", "stands"),
    [
        (TYPED, "missing", "missing", True, ""),
        (TYPED, TYPED, "missing", False, "drift"),
        (replace(TYPED, description="p"), TYPED, "missing", False, "conflict"),
        (None, "missing", TYPED, False, ""),
        (None, TYPED, TYPED, False, ""),
        (None, TYPED, replace(TYPED, description="l"), True, "conflict"),
        (None, None, TYPED, True, "drift"),
        (Property(description="d"), "missing", "missing", False, "untyped"),
    ],
)
def test_a_property(
    said: Property | None, agreed: object, stored: object, there: bool, stands: str
) -> None:
    def holding(prop: object) -> dict:
        return {} if prop == "missing" else {"properties": {"p": prop}}

    merged = merge(
        plan(properties={"p": said}), base(**holding(agreed)), lexicon(**holding(stored))
    )
    assert ("p" in merged.wanted.entities[KEY].properties) is there
    assert bool(merged.drift) is (stands == "drift")
    assert bool(merged.conflicts) is (stands == "conflict")
    assert bool(merged.untyped) is (stands == "untyped")


def test_text_that_no_plan_ever_said_is_foreign() -> None:
    merged = merge(plan(description="P"), Base(), lexicon(description="L"))
    assert merged.foreign == {(KEY, ("description",))}
    merged = merge(plan(description="P"), base(description="L"), lexicon(description="L"))
    assert merged.foreign == set()


def test_fill_only_replaces_nothing() -> None:
    said = plan(
        description="P",
        display_name="D",
        tags=("a",),
        properties={"p": Property(type="number", description="p"), "gone": None},
    )
    stored = lexicon(
        description="L", tags=("x",), properties={"p": Property(type="string"), "gone": TYPED}
    )
    merged = merge(said, Base(), stored, Options(fill_only=True))
    assert merged.wanted == lexicon(
        description="L",
        display_name="D",
        tags=("a", "x"),
        properties={"p": Property(type="string", description="p"), "gone": TYPED},
    )


@pytest.mark.parametrize(("word", "wanted"), [("plan", "B"), ("lexicon", "L"), ("merge", "L")])
def test_authority_decides_on_drift(word: str, wanted: str) -> None:
    options = Options(authority({"description": word}))
    said, agreed = plan(description="B"), base(description="B")
    merged = merge(said, agreed, lexicon(description="L"), options)
    assert merged.wanted == lexicon(description=wanted)
    assert [place.overwritten for place in merged.drift] == {
        "plan": [True],
        "merge": [False],
        "lexicon": [],
    }[word]


def test_under_lexicons_authority_nothing_is_sent() -> None:
    options = Options(authority({"*": "lexicon"}))
    said = plan(description="P", properties={"p": TYPED, "q": None})
    stored = lexicon(properties={"q": TYPED})
    assert merge(said, Base(), stored, options).wanted == stored
    assert merge(said, Base(), NOBODY, options).wanted == NOBODY


def test_under_the_plans_authority_what_was_deleted_comes_back() -> None:
    options = Options(authority({"*": "plan"}))
    said = plan(description="P", properties={"p": TYPED})
    merged = merge(said, base(description="P", properties={"p": TYPED}), NOBODY, options)
    assert merged.wanted == known(said)
    assert [place.path for place in merged.drift] == [()]


def test_what_mixpanel_did_not_keep_is_not_sent_again() -> None:
    said, stored = plan(owners=("tom@acme.example",)), lexicon()
    refused = {(KEY, ("owners", "tom@acme.example")): Refusal(True, UNSET)}
    memory = Base(refused=refused)
    merged = merge(said, memory, stored)
    assert merged.wanted == stored
    assert [path for _, path, _ in merged.refused] == [("owners", "tom@acme.example")]
    again = merge(said, memory, stored, Options(retry_refused=True))
    assert again.wanted == lexicon(owners=("tom@acme.example",))


def test_a_refusal_ends_when_either_side_moves() -> None:
    memory = Base(refused={(KEY, ("description",)): Refusal("P", None)})
    assert merge(plan(description="P"), memory, lexicon()).wanted == lexicon()
    assert merge(plan(description="Q"), memory, lexicon()).wanted == lexicon(description="Q")
    stored = lexicon(description="L")
    assert merge(plan(description="P"), memory, stored).wanted == lexicon(description="P")


def test_what_the_plan_no_longer_mentions_is_released() -> None:
    agreed = base(description="A", tags=("t",), properties={"p": TYPED, "q": TYPED})
    stored = lexicon(description="L", tags=("t",), properties={"p": TYPED})
    found = released(plan(properties={}), agreed, stored)
    assert [(p.path, p.lexicon) for p in found] == [
        (("description",), "L"),
        (("tags",), ("t",)),
        (("properties", "p"), {"type": "string", "description": "d"}),
    ]
    assert [p.path for p in released(Catalog(), agreed, stored)] == [()]


class TestAdvance:
    def test_it_moves_only_where_both_sides_agree(self) -> None:
        said = plan(description="P", display_name="D", properties={"p": TYPED, "q": None})
        stored = lexicon(description="P", display_name="other", properties={"p": TYPED})
        after = advance(base(display_name="old"), said, stored, frozenset({KEY}))
        assert after.agreed == plan(
            description="P", display_name="old", properties={"p": TYPED, "q": None}
        )

    def test_what_nobody_speaks_of_any_more_is_forgotten(self) -> None:
        before = base(description="A")
        assert advance(before, NOBODY, NOBODY, frozenset()).agreed == NOBODY
        assert advance(before, NOBODY, lexicon(), frozenset()).agreed == before.agreed
        assert advance(before, NOBODY, NOBODY, frozenset({KEY})).agreed == before.agreed

    def test_an_element_keeps_its_base_until_both_sides_agree(self) -> None:
        said, stored = plan(tags=("a", "b")), lexicon(tags=("a", "x"))
        after = advance(base(tags=("b",)), said, stored, frozenset({KEY}))
        assert after.agreed == plan(tags=("a", "b"))


def _only(key: object) -> Catalog:
    return Catalog({key: Entity(key)})


def test_a_property_new_to_lexicon_is_blank_where_nothing_is_said() -> None:
    merged = merge(plan(properties={"p": Property(type="number")}), Base(), lexicon())
    assert merged.wanted.entities[KEY].properties["p"] == filled_property(Property(type="number"))


def test_an_example_is_spelled_as_the_type_it_will_stand_beside() -> None:
    said = plan(properties={"p": Property(type="number", examples=(9.5,))})
    stored = lexicon(properties={"p": Property(type="string")})
    filled = merge(said, Base(), stored, Options(fill_only=True)).wanted.entities[KEY]
    assert filled.properties["p"] == filled_property(Property(type="string", examples=("9.5",)))
    sent = merge(said, Base(), stored).wanted.entities[KEY]
    assert sent.properties["p"] == filled_property(Property(type="number", examples=(9.5,)))
