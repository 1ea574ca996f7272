"""Workbooks: what cannot be opened, what is read out of cells, and how ours look."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from mpgov.errors import InputError
from mpgov.formats import excel_read, plan_excel, plan_yaml
from mpgov.formats.base import How, Source
from tests.formats.workbooks import (
    changed,
    events,
    opened,
    read,
    sheet_of,
    with_parts,
    workbook,
)

SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"
SMALL = workbook(Events=[["Event", "Description"], ["Sign Up", "A visitor registered."]])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def refusal(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(data)
    assert "\n" not in str(caught.value) or "Traceback" not in str(caught.value)
    return caught.value


class TestFilesThatAreNone:
    @pytest.mark.parametrize(
        ("data", "says", "advice"),
        [
            (OLE + "EncryptedPackage".encode("utf-16-le"), "is encrypted", "without a password"),
            (OLE, "is an old .xls workbook", "save it as .xlsx"),
            (b"<html>", "is no workbook", ""),
            (b"", "is no workbook", ""),
            (SMALL[:3000], "is damaged", "save it again"),
            (with_parts(SMALL, {"content.xml": b""}), "is an OpenDocument file", "as .xlsx"),
            (with_parts(SMALL, {"xl/workbook.bin": b""}), "is an .xlsb workbook", "as .xlsx"),
            (with_parts(SMALL, {"xl/workbook.xml": b"<no"}), "is damaged", "save it again"),
            (with_parts(SMALL, {"xl/worksheets/sheet1.xml": b"<x"}), "is damaged", "save it again"),
        ],
    )
    def test_each_is_one_line(self, data: bytes, says: str, advice: str) -> None:
        error = refusal(data)
        assert error.message.startswith(f"plan.xlsx: {says}")
        assert error.message.count("\n") == 0
        assert advice in error.hint

    def test_a_bomb_is_not_unpacked(self) -> None:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
            package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
        ):
            for _ in range(1100):
                part.write(bytes(1 << 20))
        assert len(out.getvalue()) < 2_000_000
        assert "unpacks to 1100 MB" in refusal(out.getvalue()).message

    def test_a_part_that_lies_about_its_size_is_damaged(self) -> None:
        data = bytearray(SMALL)
        at = data.rfind(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", 5)
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
            assert 5 in {part.file_size for part in package.infolist()}
        read_or_refuse(bytes(data))

    def test_entities_are_refused(self) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
        error = refusal(with_parts(SMALL, {"xl/worksheets/sheet1.xml": bomb}))
        assert "declares entities" in error.message

    @settings(max_examples=150)
    @given(st.integers(0, len(SMALL) - 1), st.integers(0, 255))
    def test_a_changed_byte_is_read_or_told(self, at: int, byte: int) -> None:
        read_or_refuse(SMALL[:at] + bytes([byte]) + SMALL[at + 1 :])

    @settings(max_examples=60)
    @given(st.integers(0, len(SMALL)))
    def test_a_cut_is_told(self, at: int) -> None:
        read_or_refuse(SMALL[:at])


def read_or_refuse(data: bytes) -> None:
    try:
        read(data)
    except InputError as error:
        assert error.message  # noqa: PT017 - either is right


class TestCells:
    def test_they_are_text_whatever_excel_made_of_them(self) -> None:
        def fill(book: Workbook) -> None:
            sheet = book["Events"]
            moment = datetime(2026, 3, 1, 10, 30)  # noqa: DTZ001 - spreadsheets know no zones
            sheet.append([7, True, date(2026, 3, 1), 1.0, moment])
            sheet["A2"].number_format = "000"

        head = ["Event", "Description", "Sunset", "Trigger", "Note"]
        found = events(read(changed(workbook(Events=[head]), fill)))["007"]
        assert (found.description, found.trigger) == ("TRUE", "1")
        assert found.deprecated.sunset == "2026-03-01"  # type: ignore[union-attr]
        assert found.extra == {"Note": "2026-03-01T10:30:00"}

    def test_rich_text_is_its_text(self) -> None:
        def fill(book: Workbook) -> None:
            bold = TextBlock(InlineFont(b=True), "loud")
            book["Events"]["B2"] = CellRichText("A ", bold, " word")

        assert events(read(changed(SMALL, fill)))["Sign Up"].description == "A loud word"

    def test_a_formula_gives_its_stored_value(self) -> None:
        formula = b'<c r="B2" t="str"><f>"A"&amp;"B"</f><v>AB</v></c>'
        assert events(read(_with_cell(formula)))["Sign Up"].description == "AB"

    def test_a_formula_without_one_is_told_with_its_cell(self) -> None:
        error = refusal(_with_cell(b'<c r="B2"><f>"A"&amp;"B"</f></c>'))
        assert error.message.startswith("plan.xlsx: Events!B2: Description is a formula without")

    def test_an_error_is_told_with_its_cell(self) -> None:
        error = refusal(_with_cell(b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'))
        assert error.message.startswith("plan.xlsx: Events!B2: Description holds the error #DIV/0!")

    def test_merged_cells_are_repeated_and_a_title_is_a_category(self) -> None:
        def merge(book: Workbook) -> None:
            book["Events"].merge_cells("A3:A4")
            book["Events"].merge_cells("A2:C2")

        rows = [
            ["Event", "Property", "Type"],
            ["Onboarding"],
            ["Sign Up", "method", "string"],
            [None, "plan", "string"],
        ]
        found = events(read(changed(workbook(Events=rows), merge)))
        assert found.keys() == {"Sign Up"}
        assert found["Sign Up"].category == "Onboarding"
        assert found["Sign Up"].properties.keys() == {"method", "plan"}

    def test_hidden_rows_and_columns_are_read_and_hidden_sheets_are_not(self) -> None:
        def hide(book: Workbook) -> None:
            book["Events"].row_dimensions[2].hidden = True
            book["Events"].column_dimensions["B"].hidden = True
            book.create_sheet("Old").append(["Event"])
            book["Old"].sheet_state = "hidden"

        plan = read(changed(SMALL, hide))
        assert events(plan)["Sign Up"].description == "A visitor registered."
        assert plan.notes == ("plan.xlsx: sheet Old is hidden; passed over",)

    def test_every_problem_has_its_cell_and_all_come_at_once(self) -> None:
        rows = [
            ["Event", "Status", "Owners", "Property", "Type", "Required", "Minimum"],
            ["A", "livid", "Jane", "p", "strin", "maybe", "few"],
            [None, None, None, None, "string"],
        ]
        lines = refusal(workbook(Plan=rows)).message.split("\n")
        assert [line.split(": ")[1] for line in lines] == [
            "Plan!B2", "Plan!C2", "Plan!E2", "Plan!F2", "Plan!G2", "Plan!E3",
        ]  # fmt: skip
        assert "did you mean" in lines[0]
        assert '[people] "Jane" = "…"' in lines[1]

    def test_a_hundred_thousand_rows(self) -> None:
        rows = [("Event", "Property", "Type")]
        rows += [(f"Event {n // 20}", f"p{n % 20}", "string") for n in range(100_000)]
        found = events(read(with_parts(SMALL, {"xl/worksheets/sheet1.xml": sheet_of(rows)})))
        assert len(found) == 5_000
        assert sum(len(one.properties) for one in found.values()) == 100_000


def _with_cell(cell: bytes) -> bytes:
    """The small workbook with another cell B2."""
    with zipfile.ZipFile(io.BytesIO(SMALL)) as package:
        xml = package.read("xl/worksheets/sheet1.xml")
    start = xml.index(b'<c r="B2"')
    end = xml.index(b"</c>", start) + 4
    return with_parts(SMALL, {"xl/worksheets/sheet1.xml": xml[:start] + cell + xml[end:]})


class TestHeadings:
    def test_mpgov_toml_names_columns_and_people(self) -> None:
        rows = [["Was passiert", "Wer", "Intern"], ["Kauf", "Jane", "x"]]
        how = How(
            columns={"Was passiert": "event", "wer": "owners", "Intern": "ignore"},
            people={"jane": "jane@acme.example"},
        )
        plan = read(workbook(Plan=rows), how)
        assert events(plan)["Kauf"].owners == ("jane@acme.example",)
        assert events(plan)["Kauf"].extra == {}
        assert [(c.place, c.header, c.meaning) for c in plan.columns] == [
            ("plan.xlsx: Plan!A1", "Was passiert", "event"),
            ("plan.xlsx: Plan!B1", "Wer", "owners"),
        ]

    def test_a_column_that_there_is_not(self) -> None:
        with pytest.raises(InputError, match=r'\[columns\] "X": there is no column evnt; did you'):
            read(SMALL, How(columns={"X": "evnt"}))

    def test_a_workbook_without_a_plan(self) -> None:
        error = refusal(workbook(Budget=[["Month", "Cost"], ["May", 3]]))
        assert "sheet Budget: no headings of a plan; passed over" in error.message
        assert error.hint.startswith("name the columns in its first row")

    def test_a_property_row_of_an_event_without_a_row_is_noted(self) -> None:
        data = workbook(
            Events=[["Event", "Description"], ["Purchase Completed", "x"]],
            Properties=[["Event", "Property", "Type"], ["Purchase Complete", "p", "string"]],
        )
        (note,) = read(data).notes
        assert note.startswith('plan.xlsx: Properties!A2: "Purchase Complete" has no row among')
        assert note.endswith("did you mean Purchase Completed?")


class TestOurs:
    data = plan_excel.dumps(plan_yaml.loads([Source("s", SHOP.read_bytes())]).catalog)

    def test_it_explains_itself_first(self) -> None:
        book = opened(self.data)
        about = [f"{one} Properties" for one in ("User", "Group", "Super")]
        assert book.sheetnames == ["About", "Events", "Properties", *about, "Settings"]
        assert book.active is not None
        assert book.active.title == "About"

    def test_headings_are_frozen_filtered_and_noted(self) -> None:
        book = opened(self.data)
        for title in book.sheetnames[1:]:
            sheet = book[title]
            assert sheet.freeze_panes in {"B2", "C2"}
            assert sheet.auto_filter.ref
            assert sheet["A1"].font.bold
        assert "letter by letter" in book["Events"]["A1"].comment.text  # type: ignore[union-attr]

    def test_there_are_drop_downs_and_a_colour_a_status(self) -> None:
        sheet = opened(self.data)["Events"]
        lists = [one.formula1 for one in sheet.data_validations.dataValidation]
        assert '"proposed,expected,live,deprecated,blocked"' in lists
        colours = [
            rule.dxf.fill.bgColor.rgb
            for cells in sheet.conditional_formatting
            for rule in cells.rules
        ]
        assert len(set(colours)) == 5

    def test_the_id_is_hidden_and_a_renamed_row_is_seen(self) -> None:
        def rename(book: Workbook) -> None:
            sheet = book["Events"]
            row = next(r for r in range(2, 20) if sheet.cell(r, 1).value == "Logged In")
            sheet.cell(row, 1).value = "Signed In"
            header = {cell.value: cell.column_letter for cell in sheet[1]}
            assert sheet.column_dimensions[header["mpgov ID"]].hidden

        found = events(read(changed(self.data, rename)))
        assert found["Signed In"].was == "Logged In"
        assert not any(one.was for name, one in found.items() if name != "Signed In")

    def test_rare_columns_that_nobody_uses_are_folded_away(self) -> None:
        sheet = opened(self.data)["Events"]
        header = {cell.value: cell.column_letter for cell in sheet[1]}
        assert sheet.column_dimensions[header["Hidden"]].hidden
        assert not sheet.column_dimensions[header["Tags"]].hidden

    def test_rows_and_columns_may_be_moved(self) -> None:
        def shuffle(book: Workbook) -> None:
            for title in ("Events", "Properties"):
                sheet = book[title]
                rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
                for number, row in enumerate([rows[0], *reversed(rows[1:])], 1):
                    for column, value in enumerate(reversed(row), 1):
                        sheet.cell(number, column).value = value

        before, after = read(self.data), read(changed(self.data, shuffle))
        assert after.catalog == before.catalog


def test_limits_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_read, "MOST_ROWS", 2)
    rows = [["Event"], ["a"], ["b"], ["c"]]
    assert "Plan has more than 2 rows" in refusal(workbook(Plan=rows)).message


@pytest.mark.parametrize("event", ["(shared)", None])
def test_a_property_of_no_event_is_every_events(event: str | None) -> None:
    data = workbook(
        Events=[["Event"], ["Paid"]],
        Properties=[
            ["Event", "Property", "Type", "Description"],
            [event, "plan", "string", "Tier."],
            ["Paid", "plan"],
        ],
    )
    plan = read(data)
    assert plan.catalog.shared["plan"].description == "Tier."
    (prop,) = events(plan)["Paid"].properties.values()
    assert prop is not None
    assert (prop.type, prop.description) == ("string", "Tier.")
