"""Small parts of the core: change sets, batches, selections, authority."""

import json

import pytest

from mpgov.core.authority import authority
from mpgov.core.batch import pack
from mpgov.core.change import (
    ChangeSet,
    Create,
    Delete,
    FieldChange,
    Update,
    change_as_json,
    field_changes,
    field_value,
    value_as_json,
)
from mpgov.core.diff import diff, patch
from mpgov.core.model import UNSET, Catalog, Entity, Location, Property, event
from mpgov.core.normal import known, normal, sparse
from mpgov.core.select import Selection, matches, select

SALE = event("Sale")


def catalog(**entities: Entity) -> Catalog:
    return known(normal(Catalog({e.key: e for e in entities.values()})))


def sale(**fields: object) -> Catalog:
    return catalog(sale=Entity(SALE, **fields))


class TestChanges:
    def test_an_update_names_every_field_that_differs(self) -> None:
        before = sale(
            description="a",
            properties={"p": Property(type="string"), "gone": Property(type="number")},
        )
        after = sale(
            description="b",
            hidden=True,
            properties={"p": Property(type="number"), "new": Property(type="string")},
        )
        (change,) = diff(before, after)
        assert field_changes(change) == (
            FieldChange(("description",), "a", "b"),
            FieldChange(("hidden",), False, True),
            FieldChange(("properties", "gone"), before={"type": "number"}),
            FieldChange(("properties", "new", "type"), after="string"),
            FieldChange(("properties", "p", "type"), "string", "number"),
        )

    def test_creates_come_first_then_updates_then_deletes_by_name(self) -> None:
        before = catalog(b=Entity(event("b")), c=Entity(event("c")))
        after = catalog(
            z=Entity(event("z")), a=Entity(event("a")), b=Entity(event("b"), hidden=True)
        )
        changes = diff(before, after)
        kinds = [(type(c).__name__, c.key.name) for c in changes]
        assert kinds == [("Create", "a"), ("Create", "z"), ("Update", "b"), ("Delete", "c")]
        assert (changes.count("create"), changes.count("delete"), changes.held) == (2, 1, 2)

    def test_its_inverse_puts_everything_back(self) -> None:
        before, after = sale(description="a"), catalog(new=Entity(event("New")))
        changes = diff(before, after)
        assert patch(patch(before, changes), changes.inverse()) == before
        assert [type(c) for c in changes.inverse()] == [Delete, Create]

    def test_the_fingerprint_is_of_what_changes(self) -> None:
        one = diff(sale(description="a"), sale(description="b"))
        assert one.fingerprint() == diff(sale(description="a"), sale(description="b")).fingerprint()
        assert one.fingerprint() != diff(sale(description="a"), sale(description="c")).fingerprint()
        assert len(one.fingerprint()) == 64

    def test_as_json_a_side_that_is_not_there_is_left_out(self) -> None:
        (change,) = diff(sale(), sale(description="b", tags=("t",)))
        assert change_as_json(change) == {
            "action": "update",
            "entity": "event",
            "name": "Sale",
            "fields": [
                {"path": ["description"], "after": "b"},
                {"path": ["tags"], "after": ["t"]},
            ],
        }
        assert json.dumps(change_as_json(change))

    def test_an_empty_property_that_is_new_is_a_change(self) -> None:
        change = Update(Entity(SALE), next(iter(sale(properties={"p": Property()}))))
        assert FieldChange(("properties", "p"), after={}) in field_changes(change)

    def test_true_is_not_one(self) -> None:
        before = sale(properties={"p": Property(type="boolean", examples=(1,))})
        after = sale(properties={"p": Property(type="boolean", examples=(True,))})
        assert len(diff(before, after)) == 1

    def test_a_value_is_found_by_its_path(self) -> None:
        entity = next(iter(sale(description="a", properties={"p": Property(type="string")})))
        assert field_value(entity, ("description",)) == "a"
        assert field_value(entity, ("properties", "p")) == {"type": "string"}
        assert field_value(entity, ("properties", "p", "type")) == "string"
        assert field_value(entity, ("properties", "q", "type")) is UNSET

    def test_unset_has_no_json(self) -> None:
        with pytest.raises(ValueError, match="UNSET"):
            value_as_json(UNSET)


def test_batches_are_the_fewest() -> None:
    costs = [3000, 2000, 999, 1999, 5000]
    batches = pack(costs, lambda c: c, 3999)
    assert sorted(batch.cost for batch in batches) == [3999, 3999, 5000]
    assert sorted(c for batch in batches for c in batch.items) == sorted(costs)


def test_no_items_no_batches() -> None:
    assert pack([], lambda c: c, 10) == []


SHOWN = Entity(
    event("Item Added"),
    owners=("jane@acme.example", "team:Growth"),
    tags=("KPI",),
    category="Commerce",
    status="live",
    at=Location("plans/shop.yaml", 3, 1),
)


@pytest.mark.parametrize(
    "selector",
    [
        "Item*",
        "*",
        "owner:jane@*",
        "owner:team:Growth",
        "tag:KPI",
        "tag:Comm*",
        "status:live",
        "file:plans/*",
        "file:shop.yaml",
    ],
)
def test_a_selector_means_an_entity(selector: str) -> None:
    assert matches(SHOWN, selector)
    assert not matches(Entity(event("Other: thing")), selector.replace("*", "!"))


def test_a_name_with_a_colon_is_a_name() -> None:
    assert matches(Entity(event("step:1")), "step:*")


def test_a_selection_masks_fields() -> None:
    entity = Entity(
        SALE,
        description="d",
        hidden=True,
        properties={"p": Property(type="string", description="x"), "gone": None},
    )
    chosen = select(Catalog({SALE: entity}), Selection(fields=("description",)))
    assert chosen.entities[SALE] == Entity(
        SALE, description="d", properties={"p": Property(description="x")}
    )
    assert select(Catalog({SALE: entity}), Selection(skip=("S*",))) == Catalog()


@pytest.mark.parametrize(
    ("name", "field", "word"),
    [
        ("Sale", "description", "lexicon"),
        ("Sale", "owners", "plan"),
        ("Sale Made", "description", "plan"),
        ("Other", "description", "merge"),
        ("Other", "tags", "lexicon"),
    ],
)
def test_the_most_specific_authority_wins(name: str, field: str, word: str) -> None:
    settings = {
        "*": "merge",
        "tags": "lexicon",
        "Sale*: *": "plan",
        "Sale: description": "lexicon",
    }
    assert authority(settings)(name, field) == word


def test_a_sparse_catalog_mentions_only_what_is_there() -> None:
    full = sale(description="d", properties={"p": Property(type="string")})
    assert sparse(full).entities[SALE] == Entity(
        SALE, description="d", properties={"p": Property(type="string")}
    )
    assert known(sparse(full)) == full


def test_an_empty_change_set_is_false() -> None:
    assert len(ChangeSet()) == 0
