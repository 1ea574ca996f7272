"""Plans of other tools as a user meets them: checked, synced, and nothing left to change."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from mpgov.formats import plan_yaml
from mpgov.formats.base import Source
from mpgov.workflows.plans import read_plan
from tests.conftest import House

Run = Callable[..., Result]

EXAMPLES = Path(__file__).parent.parent / "formats" / "other_tools"
LEFT_OUT = {
    "segment_config_shop.json": """\
on every event, from the common rule: shop
left out: what is said of the tracking plan itself (4): name, display_name, create_time, update_time
left out: other versions of an event (1): Order Completed 1
left out: version numbers (1): Order Completed 2
left out: context (2): every call.userAgent, Order Completed.protocols
left out: a type that is none of ours (1): Product Viewed.position (integer or string)
left out: default (1): Order Completed.currency
left out: required of what may be null (1): Order Completed.coupon
left out: maxLength (1): Order Completed.coupon
left out: properties within an object (2): Order Completed.shipping_address.city, \
Order Completed.shipping_address.country
left out: what is said of elements beyond their type (1): Order Completed.products[].product_id
left out: format (1): $user.email
""",
    "segment_config_saas.json": """\
left out: what is said of the tracking plan itself (4): name, display_name, create_time, update_time
left out: version numbers (1): Seat Added 3
left out: no type is said (1): Project Created.settings
left out: multipleOf (1): Seat Added.seats
""",
    "segment_public_shop.json": """\
on every event, from the common rule: shop
left out: createdAt (8): common, identify, group, Home, Basket, Product Added, Basket Shared, \
Order Completed
left out: updatedAt (8): common, identify, group, Home, Basket, Product Added, Basket Shared, \
Order Completed
left out: page calls, which are no events (1): Home
left out: screen calls, which are no events (1): Basket
left out: no type is said (1): Product Added.brand
left out: format (1): Product Added.image_url
left out: default (1): Order Completed.gift
""",
    "segment_public_saas": """\
left out: createdAt (4): identify, Report Exported, group, Teammate Invited
left out: updatedAt (4): identify, Report Exported, group, Teammate Invited
left out: what is said of the tracking plan itself (7): id, name, slug, description, type, \
updatedAt, createdAt
left out: other versions of an event (1): Report Exported 1
left out: version numbers (1): Report Exported 2
left out: what is beside properties, traits and context (1): Teammate Invited.userId
""",
    "schemas_shop": """\
left out: self.vendor (3): coupon_denied, order_completed, product_viewed
left out: self.format (3): coupon_denied, order_completed, product_viewed
left out: self.version (3): coupon_denied, order_completed, product_viewed
left out: default (1): coupon_denied.reason
left out: additionalProperties (2): order_completed, product_viewed
left out: required of what may be null (1): order_completed.gift
left out: properties within an object (2): order_completed.address.city, \
order_completed.address.country
left out: maxLength (1): product_viewed.product_id
left out: multipleOf (1): product_viewed.price
left out: older versions of an event (1): order_completed 1-0-0
""",
    "schemas_saas": """\
parts of other schemas, no events: Every event, plan, money
left out: exclusiveMinimum (1): invoice-paid.amount
left out: default (1): invoice-paid.retries
left out: prefixItems (1): invoice-paid.items
left out: a type that is none of ours (1): invoice-paid.note (string or number)
left out: no type is said (1): invoice-paid.anything
left out: deprecated (1): Report Exported.format
left out: properties within an object (1): Report Exported.filters.from
left out: unevaluatedProperties (1): Signed Up
""",
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_has_no_place_in_a_plan_is_told(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES)
    checked = run("check", name, "--format", "json")
    assert checked.exit_code == 0, checked.stderr
    told = run("check", name).stdout
    assert LEFT_OUT[name] in told
    assert told.count("left out:") == LEFT_OUT[name].count("left out:")


@pytest.mark.parametrize("name", LEFT_OUT)
def test_synced_straight_from_the_other_tool_and_nothing_is_left(
    name: str, open_house: House, run: Run
) -> None:
    path = EXAMPLES / name
    first = run("sync", str(path), "--yes")
    assert first.exit_code == 0, first.stdout + first.stderr
    events = {e.key.name for e in read_plan(path, EXAMPLES).catalog}
    assert set(open_house.stored()) == events
    clean = run("diff", str(path), "--exit-code")
    assert clean.exit_code == 0, clean.stdout


@pytest.mark.parametrize("name", LEFT_OUT)
def test_written_as_yaml_it_is_the_same_plan(name: str, open_house: House, run: Run) -> None:
    plan = read_plan(EXAMPLES / name, EXAMPLES)
    text = plan_yaml.dumps(plan.catalog)
    assert plan_yaml.loads([Source("plan.yaml", text.encode())]).catalog == plan.catalog
    (open_house.folder / "plan.yaml").write_text(text, "utf-8")
    assert run("sync", "plan.yaml", "--yes").exit_code == 0
    assert run("diff", str(EXAMPLES / name), "--exit-code").exit_code == 0


def test_a_damaged_file_is_told_by_line_and_column(open_house: House, run: Run) -> None:
    text = (EXAMPLES / "segment_public_shop.json").read_text("utf-8")
    (open_house.folder / "plan.json").write_text(text[:2000], "utf-8")
    checked = run("check", "plan.json")
    assert checked.exit_code == 3
    assert "plan.json:74:13: " in checked.stderr
    assert "is not JSON" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_an_export_of_lexicon_is_not_taken_for_schemas(open_house: House, run: Run) -> None:
    (open_house.folder / "x.json").write_text('{"entries": []}', "utf-8")
    checked = run("check", "x.json")
    assert checked.exit_code == 3
    assert "begins with the line mpgov: 1" in checked.stderr
