"""`export --into`: Lexicon into the plan, comments and order kept."""

from pathlib import Path

import pytest

from mpgov.core.select import Selection
from mpgov.workflows.adopt import adopt
from mpgov.workflows.plans import read_plan
from tests.conftest import House, event_entry

PLAN = """\
mpgov: 1
# The shop.
events:
  Sale:            # the one that matters
    category: Commerce
    display_name: "Order Paid"
    properties:
      p: {type: string}   # ours
"""


@pytest.fixture
def folder(house: House) -> Path:
    (house.folder / "plans").mkdir()
    (house.folder / "plans" / "shop.yaml").write_text(PLAN, "utf-8")
    house.put(
        event_entry(
            "Sale",
            description="Theirs",
            properties={
                "p": {"type": "number", "description": "p"},
                "q": {"type": "boolean"},
            },
            metadata={"com.mixpanel": {"displayName": "Other", "tags": ["Commerce", "KPI"]}},
        ),
        event_entry("Refund", metadata={"com.mixpanel": {"tags": ["Commerce"]}}),
        event_entry("Login", description="l"),
    )
    return house.folder / "plans"


def test_it_adds_what_is_missing_and_replaces_nothing(house: House, folder: Path) -> None:
    lines = adopt(house.around, folder, Selection(), live=False)
    assert lines == [
        "plans/lexicon.yaml: 1 added, 0 fields filled in or replaced",
        "plans/shop.yaml: 1 added, 3 fields filled in or replaced",
    ]
    text = (folder / "shop.yaml").read_text("utf-8")
    for line in ("# The shop.", "# the one that matters", 'display_name: "Order Paid"', "# ours"):
        assert line in text
    plan = read_plan(folder, house.folder).catalog
    shown = {entity.key.name: entity for entity in plan}
    assert shown["Sale"].description == "Theirs"
    assert shown["Sale"].display_name == "Order Paid"
    assert shown["Sale"].properties["p"].type == "string"
    assert shown["Sale"].properties["p"].description == "p"
    assert shown["Sale"].properties["q"].type == "boolean"
    assert shown["Refund"].at.file == "plans/shop.yaml"
    assert shown["Login"].at.file == "plans/lexicon.yaml"


def test_a_second_time_there_is_nothing_to_do(house: House, folder: Path) -> None:
    adopt(house.around, folder, Selection(), live=False)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    (line,) = adopt(house.around, folder, Selection(), live=False)
    assert line.endswith("nothing was written")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_where_lexicon_has_authority_it_replaces(house: House, folder: Path) -> None:
    house.config('[lexicon]\nauthority = { "display_name" = "lexicon" }\n')
    adopt(house.around, folder, Selection(only=("Sale",)), live=False)
    plan = read_plan(folder, house.folder).catalog
    (sale,) = plan
    assert sale.display_name == "Other"


def test_live_events_without_a_schema_become_stubs(house: House, folder: Path) -> None:
    adopt(house.around, folder, Selection(), live=True)
    names = {entity.key.name for entity in read_plan(folder, house.folder).catalog}
    assert names == {"Sale", "Refund", "Login"}
