"""A new event that looks like one that left the plan."""

import pytest
from hypothesis import given

from mpgov.core.model import Catalog, Entity, event
from mpgov.core.rename import likely_renames, rename_findings
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads
from tests.strategies import texts

ORDER = "{properties: {order_id: {type: string}, total: {type: number}, step: {type: string}}}"


def plan(text: str) -> Catalog:
    return loads([Source("plan.yaml", f"mpgov: 1\nevents: {text}\n".encode())]).catalog


@pytest.mark.parametrize(
    ("new", "old", "found"),
    [
        (f"{{Order Paid: {ORDER}}}", f"{{Purchase Completed: {ORDER}}}", True),
        ("{sign_up: {}}", "{Sign Up: {}}", True),
        ("{Signed Up: {}}", "{Signd Up: {}}", True),
        ("{Order Paid: {}}", "{Purchase Completed: {}}", False),
        (f"{{Order Paid: {ORDER}}}", "{Visit: {properties: {url: {type: string}}}}", False),
        (f"{{Order Paid: {ORDER}}}", f"{{Order Paid: {ORDER}, Visit: {ORDER}}}", False),
    ],
)
def test_what_looks_renamed(new: str, old: str, found: bool) -> None:
    assert bool(likely_renames(plan(new), plan(old), plan(old))) == found


def test_it_names_one_candidate_and_what_to_write() -> None:
    before = plan(
        f"{{Purchase Completed: {ORDER}, Buy: {{properties: {{total: {{type: number}}}}}}}}"
    )
    findings = list(rename_findings(plan(f"{{Order Paid: {ORDER}}}"), before, before))
    assert len(findings) == 1
    assert "Purchase Completed" in findings[0].message
    assert "replaced_by: Order Paid" in findings[0].message
    assert findings[0].fix == "Purchase Completed: {display_name: Order Paid}"


def test_what_every_event_carries_says_little() -> None:
    common = "{properties: {url: {type: string}, lib: {type: string}, own%d: {type: string}}}"
    everywhere = ", ".join(f"E{n}: {common % n}" for n in range(6))
    before, after = (
        plan(f"{{{everywhere}, Old: {common % 7}}}"),
        plan(f"{{{everywhere}, New: {common % 8}}}"),
    )
    assert likely_renames(after, before, before) == []


def renamed(new: str, old: str) -> bool:
    before, after = (Catalog({event(n): Entity(event(n))}) for n in (old, new))
    return bool(likely_renames(after, before, before))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("order_paid", "Order Paid"),
        ("orderPaid", "Paid Order"),
        ("paidorder", "Paid-Order"),
        ("HTTPError", "http error"),
        ("Item Added", "Itme Added"),
        ("Step 1 Done", "done_step_1"),
        ("Ünsubscribed", "ünsubscribed!"),
    ],
)
def test_names_that_are_alike(new: str, old: str) -> None:
    assert renamed(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Step 2 Done", "Step 1 Done"),
        ("Level 12", "Level 1"),
        ("Buy", "Bug"),
        ("Subscription Renewal Attempt Started", "Subscription Renewal Attempt Stopped"),
        ("!!!", "???"),
        ("$sign_up", "Sign Up"),
        ("Sign Up", "$sign_up"),
    ],
)
def test_names_that_are_not(new: str, old: str) -> None:
    assert not renamed(new, old)


def test_what_lexicon_already_has_is_not_new() -> None:
    before, after = plan("{Sign Up: {}}"), plan("{sign_up: {}}")
    assert likely_renames(after, before, after) == []
    assert len(likely_renames(after, before, Catalog())) == 1


def test_a_property_of_another_type_is_another_property() -> None:
    text = "{Order Paid: {properties: {order_id: {type: %s}, total: {type: %s}}}}"
    after, before = plan(text % ("string", "number")), text.replace("Order Paid", "Sale")
    assert likely_renames(after, plan(before % ("string", "string")), Catalog()) == []
    assert len(likely_renames(after, plan(before % ("string", "number")), Catalog())) == 1


def test_of_two_that_have_the_same_properties_the_name_decides() -> None:
    before = plan(f"{{Zoom In: {ORDER}, Aim High: {ORDER}, Page: {{}}, Site: {{}}, Other: {{}}}}")
    after = plan(f"{{aim_high: {ORDER}, zoom_in: {ORDER}, Page: {{}}, Site: {{}}, Other: {{}}}}")
    found = {(pair.new.name, pair.old.name) for pair in likely_renames(after, before, before)}
    assert found == {("aim_high", "Aim High"), ("zoom_in", "Zoom In")}
    turned = Catalog(dict(reversed(list(before.entities.items()))))
    assert likely_renames(after, turned, before) == likely_renames(after, before, before)


def test_events_with_nothing_but_what_every_event_carries_are_not_alike() -> None:
    common = "{properties: {url: {type: string}, lib: {type: string}}}"
    everywhere = ", ".join(f"E{n}: {common}" for n in range(6))
    before, after = (plan(f"{{{everywhere}, {name}: {common}}}") for name in ("Alpha", "Omega"))
    assert likely_renames(after, before, before) == []


@given(texts(), texts())
def test_what_it_says_to_add_can_be_added(new: str, old: str) -> None:
    shared = dict(plan(f"{{Any: {ORDER}}}").entities[event("Any")].properties)
    after, before = (
        Catalog({event(name): Entity(event(name), properties=shared)}) for name in (new, old)
    )
    for finding in rename_findings(after, before, before):
        added = loads([Source("plan.yaml", f"mpgov: 1\nevents:\n  {finding.fix}\n".encode())])
        assert added.catalog.entities[event(old)].display_name == new
