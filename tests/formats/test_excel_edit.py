"""Somebody else's workbook, changed cell by cell; and what would be lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from mpgov.core.model import UNSET, USER, Catalog, Entity, Property, event
from mpgov.formats import plan_edit, plan_excel
from mpgov.formats.base import CannotEditError, How, Source
from mpgov.formats.excel_edit import losses, update
from mpgov.formats.plan_edit import AddEntity, Edit, RemoveEntity, SetField
from tests.formats.workbooks import changed, opened, read, with_parts, workbook

FLAT = workbook(
    Notes=[["Anything", "at all"], [1, 2]],
    Plan=[
        ["Acme tracking plan"],
        [],
        ["Event", "What it means", "Owner", "Property", "Type", "Required?", "Jira"],
        ["Sign Up", "A visitor registers.", "jane@acme.example", "method", "Text", True, "X-1"],
        [None, None, None, "plan", "Text", False, "X-2"],
        ["Paid", "Money came.", "sam@acme.example", "revenue", "Number", True, None],
    ],
)


def merged(data: bytes = FLAT) -> bytes:
    def change(book: Workbook) -> None:
        for cells in ("A4:A5", "B4:B5", "C4:C5"):
            book["Plan"].merge_cells(cells)
        book["Plan"]["B4"].font = Font(italic=True)
        book["Plan"]["F6"].font = Font(bold=True)

    return changed(data, change)


def edited(data: bytes, *edits: Edit) -> bytes:
    wanted = plan_edit.edited(read(data).catalog, edits)
    new = update(Source("plan.xlsx", data), wanted, How())
    assert read(new).catalog == wanted
    return new


def cells(data: bytes) -> dict[str, Any]:
    return {
        f"{sheet.title}!{cell.coordinate}": (cell.value, cell.font.i, cell.font.b)
        for sheet in opened(data).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def differing(before: bytes, after: bytes) -> dict[str, Any]:
    old, new = cells(before), cells(after)
    return {
        place: (new.get(place) or (None,))[0]
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    }


@pytest.mark.parametrize("data", [FLAT, merged()], ids=["flat", "merged"])
class TestOnlyTheCellsConcerned:
    def test_a_text(self, data: bytes) -> None:
        new = edited(data, SetField(event("Sign Up"), ("description",), "Somebody registers."))
        assert differing(data, new) == {"Plan!B4": "Somebody registers."}

    def test_a_checkbox_stays_one(self, data: bytes) -> None:
        new = edited(data, SetField(event("Sign Up"), ("properties", "plan", "required"), True))
        assert differing(data, new) == {"Plan!F5": True}

    def test_a_new_property_is_a_row_at_the_end(self, data: bytes) -> None:
        prop = Property(type="string", description="Which currency.")
        new = edited(data, SetField(event("Paid"), ("properties", "currency"), prop))
        found = differing(data, new)
        assert found.pop("Plan!H3") == "Property Description"
        assert found == {
            "Plan!A7": "Paid",
            "Plan!D7": "currency",
            "Plan!E7": "string",
            "Plan!H7": "Which currency.",
        }
        assert opened(new)["Plan"]["F6"].font.b == opened(data)["Plan"]["F6"].font.b

    def test_a_new_event(self, data: bytes) -> None:
        new = edited(data, AddEntity(Entity(event("=1+1"), description="@me", status="live")))
        assert differing(data, new) == {
            "Plan!A7": "=1+1",
            "Plan!B7": "@me",
            "Plan!H3": "Status",
            "Plan!H7": "live",
        }
        assert opened(new)["Plan"]["A7"].data_type == "s"

    def test_a_property_that_goes_leaves_its_event(self, data: bytes) -> None:
        new = edited(data, SetField(event("Paid"), ("properties", "revenue"), UNSET))
        assert differing(data, new) == {"Plan!D6": None, "Plan!E6": None, "Plan!F6": None}

    def test_an_event_that_goes(self, data: bytes) -> None:
        new = edited(data, RemoveEntity(event("Paid")))
        places = {f"Plan!{letter}6" for letter in "ABCDEF"}
        assert differing(data, new) == dict.fromkeys(places)

    def test_nothing_to_change_is_the_same_bytes(self, data: bytes) -> None:
        assert update(Source("plan.xlsx", data), read(data).catalog, How()) == data


def test_an_event_a_column_is_changed_in_its_column() -> None:
    data = workbook(
        Events=[
            ["Event", "Sign Up", "Paid"],
            ["Description", "Registers.", "Money."],
            ["Owner", "jane@acme.example", "sam@acme.example"],
        ]
    )
    new = edited(data, SetField(event("Paid"), ("description",), "Money came."))
    assert differing(data, new) == {"Events!C2": "Money came."}


def test_what_has_no_sheet_gets_one_and_the_others_stay() -> None:
    before = read(FLAT).catalog
    user = Entity(USER, properties={"plan": Property(type="string", description="Tier.")})
    wanted = replace(
        before,
        entities={**before.entities, USER: user},
        super_properties={"v": Property(type="string")},
    )
    new = update(Source("plan.xlsx", FLAT), wanted, How())
    assert read(new).catalog == wanted
    titles = ["Notes", "Plan", "User Properties", "Super Properties"]
    assert opened(new).sheetnames == titles
    changed_cells = differing(FLAT, new)
    assert {place.partition("!")[0] for place in changed_cells} == set(titles[2:])


def test_what_has_no_place_is_refused() -> None:
    data = workbook(Props=[["Property", "Type"], ["plan", "string"]])
    wanted = Catalog({event("A"): Entity(event("A"))})
    with pytest.raises(CannotEditError):
        update(Source("plan.xlsx", data), wanted, How())


@pytest.mark.parametrize(
    ("part", "content", "what"),
    [
        ("xl/vbaProject.bin", b"", "macros"),
        ("xl/slicers/slicer1.xml", b"", "slicers"),
        ("xl/threadedComments/threadedComment1.xml", b"", "threaded comments"),
        ("xl/media/image1.png", b"", "pictures"),
        ("xl/externalLinks/externalLink1.xml", b"", "links to other workbooks"),
        ("xl/pivotTables/pivotTable1.xml", b"", "pivot tables"),
        ("xl/drawings/drawing1.xml", b"<xdr:wsDr><xdr:sp macro=''></xdr:wsDr>", "shapes"),
        ("xl/worksheets/extra.xml", b"<x14:sparklineGroups>", "sparklines, or newer conditional"),
    ],
)
def test_what_saving_would_lose_is_known(part: str, content: bytes, what: str) -> None:
    assert losses(FLAT) == []
    (found,) = losses(with_parts(FLAT, {part: content}))
    assert found.startswith(what)


def test_ours_loses_nothing() -> None:
    assert losses(plan_excel.dumps(read(FLAT).catalog)) == []
