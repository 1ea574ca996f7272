"""A workbook of changes, read back: what was approved, whatever saved it meanwhile."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from mpgov.core.change_rows import change_rows, steps
from mpgov.core.diff import diff
from mpgov.core.model import Catalog, Entity, Property, event
from mpgov.core.normal import known, normal
from mpgov.core.report import DiffReport, Summary
from mpgov.errors import InputError
from mpgov.formats import changes_json, changes_xlsx
from mpgov.render import changes_workbook, json_text
from tests.formats.test_office import convert
from tests.strategies import TREACHEROUS, catalogs

NAMES = [*(one for one in TREACHEROUS if one), "\ud800", "_x0041_", "a\r\nb", "|", "-x", "\t=1"]
LETTERS = {
    name: "ABCDEFGHI"[at] for at, name in enumerate(changes_xlsx.HEADINGS)
}  # where mpgov writes each column


def report(before: Catalog, after: Catalog) -> DiffReport:
    changes = diff(known(normal(before)), known(normal(after)))
    at = "2026-11-24T10:00:00Z"
    return DiffReport("shop", changes, Summary(), project_id=7, region="eu", at=at)


def described(word: str) -> Catalog:
    return Catalog({event(n): Entity(event(n), description=f"{word} {n}") for n in "ABC"})


def written(before: Catalog, after: Catalog) -> bytes:
    return changes_workbook.draw(report(before, after), False)


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(data))
    change(book["Changes"])
    return stored(book)


def stored(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def approve_all(sheet: Any) -> None:
    for row in range(2, sheet.max_row + 1):
        sheet[f"{LETTERS['Approve']}{row}"] = "yes"


def problems(data: bytes) -> list[str]:
    with pytest.raises(InputError) as raised:
        changes_xlsx.loads(data, "a.xlsx")
    assert raised.value.hint
    return list(raised.value.problems)


def treacherous() -> tuple[Catalog, Catalog]:
    """Whatever a spreadsheet takes for something else: as names, and in what changes."""
    before, after = {}, {}
    for name in NAMES:
        gone, kept = Property(type="string", description=name), Property(type="integer")
        before[event(name)] = Entity(event(name), tags=(name,), properties={name: gone, "k": kept})
        new = Property(type="string", description=name, examples=(name, "a, b"))
        after[event(name)] = Entity(
            event(name),
            description=name,
            display_name=name * 2,
            tags=(name, "b"),
            properties={f"{name}!": new, "k": Property(type="string")},
        )
        after[event(f"new {name}")] = Entity(event(f"new {name}"))
        before[event(f"old {name}")] = Entity(event(f"old {name}"), description=name)
    return Catalog(before), Catalog(after)


class TestWhatWasApproved:
    @settings(max_examples=40)
    @given(catalogs(), catalogs())
    def test_all_of_it_is_the_change_set_that_was_saved(self, one: Catalog, two: Catalog) -> None:
        made = report(one, two)
        data = changes_workbook.draw(made, False)
        read = changes_xlsx.loads(edited(data, approve_all), "a.xlsx")
        as_json = json_text.draw(made, False).encode()
        assert read.saved == changes_json.loads(as_json, "c.json")
        assert read.rows == read.of == len(change_rows(steps(made.changes)))
        none = changes_xlsx.loads(data, "a.xlsx")
        assert (none.rows, none.saved.changes) == (0, ())

    def test_libreoffice_may_save_it_again(self, tmp_path: Path) -> None:
        data = written(*treacherous())
        (tmp_path / "c.xlsx").write_bytes(edited(data, approve_all))
        out = convert("xlsx:Calc MS Excel 2007 XML", tmp_path, [tmp_path / "c.xlsx"])
        again = (out / "c.xlsx").read_bytes()
        read = changes_xlsx.loads(again, "a.xlsx")
        assert read == changes_xlsx.loads(edited(data, approve_all), "a.xlsx")
        assert read.rows == read.of > 4 * len(NAMES)

    def test_no_cell_is_a_formula(self) -> None:
        book = load_workbook(io.BytesIO(written(*treacherous())))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        texts = [cell for cell in cells if isinstance(cell.value, str)]
        assert {cell.data_type for cell in texts} == {"s"}
        runs = [cell for cell in texts if cell.value.lstrip(" ").startswith(("=", "+", "-", "@"))]
        assert runs
        assert all(cell.quotePrefix for cell in runs)

    def test_columns_and_rows_may_be_moved_and_hidden(self) -> None:
        def change(sheet: Any) -> None:
            rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
            sheet.delete_rows(1, sheet.max_row)
            for number, row in enumerate([rows[0], *rows[:0:-1]], 3):
                said = "x" if row[2] == "B" else row[7]
                moved = [row[8], said, *row[:7]]
                for column, value in enumerate(moved, 2):
                    sheet.cell(number, column).value = value
            sheet.column_dimensions["D"].hidden = True
            sheet.row_dimensions[4].hidden = True

        read = changes_xlsx.loads(edited(written(described("a"), described("b")), change), "a.xlsx")
        assert [one.key.name for one in read.saved.changes] == ["B"]
        assert (read.rows, read.of) == (1, 3)

    def test_merged_answers_count_for_each_of_their_rows(self) -> None:
        def change(sheet: Any) -> None:
            sheet["H2"] = True
            sheet.merge_cells("H2:H3")

        read = changes_xlsx.loads(edited(written(described("a"), described("b")), change), "a.xlsx")
        assert [one.key.name for one in read.saved.changes] == ["A", "B"]

    def test_another_part_has_another_fingerprint(self) -> None:
        data = written(described("a"), described("b"))
        found = {}
        for cells in (("H2",), ("H3",), ("H2", "H3"), ("H2", "H3", "H4")):

            def change(sheet: Any, cells: tuple[str, ...] = cells) -> None:
                for cell in cells:
                    sheet[cell] = "yes"

            saved = changes_xlsx.loads(edited(data, change), "a.xlsx").saved
            found[saved.fingerprint] = cells
            assert saved.at == "2026-11-24T10:00:00Z"
        assert len(found) == 4

    def test_examples_go_with_the_type_that_spells_them(self) -> None:
        def catalog(type_: str, *examples: Any) -> Catalog:
            prop = Property(type=type_, examples=examples or None)
            return Catalog({event("A"): Entity(event("A"), properties={"p": prop})})

        for before, after, rows in (
            (catalog("integer", 1, 2), catalog("string", "1", "2"), 1),
            (catalog("integer", 1), catalog("string", "x"), 1),
            (catalog("integer"), catalog("string", "x"), 2),
            (catalog("string", "x"), catalog("string", "y"), 1),
        ):
            read = changes_xlsx.loads(edited(written(before, after), approve_all), "a.xlsx")
            assert (read.rows, read.of) == (rows, rows)

    def test_five_thousand_changes(self) -> None:
        def many(word: str) -> Catalog:
            keys = (event(f"Event {n:04}") for n in range(5_000))
            return Catalog({key: Entity(key, description=f"{word} {key}") for key in keys})

        def change(sheet: Any) -> None:
            for row in range(2, 5_002, 2):
                sheet.cell(row, 8).value = "ja"

        read = changes_xlsx.loads(edited(written(many("a"), many("b")), change), "a.xlsx")
        assert (read.rows, read.of) == (2_500, 5_000)
        assert [one.key.name for one in read.saved.changes[:2]] == ["Event 0000", "Event 0002"]


CELLS = {
    "after": ("G2", "mine", "G2: was changed after it was saved; only the column Approve"),
    "before emptied": ("F3", None, "F3: was changed after it was saved"),
    "action": ("A4", "delete", "A4: was changed"),
    "number": ("I2", 3, "C2: was changed"),
    "a number of no row": ("I2", 99, "A2: was added after it was saved"),
    "a huge number": ("I2", "9" * 5_000, "A2: was added"),
    "beside": ("J3", "why?", "J3: was added after it was saved"),
    "below": ("C9", "more", "C9: was added after it was saved"),
    "an answer": ("H4", "perhaps", 'H4: says "perhaps"; write yes, or leave it empty'),
    "a formula": ("H4", '=IF(1,"yes","")', "H4: is a formula without a stored value"),
    "a heading": ("H1", "OK?", "A1: the headings are not those that were saved: Approve"),
}


class TestWhatIsRefused:
    @pytest.mark.parametrize("what", CELLS)
    def test_any_other_edited_cell(self, what: str) -> None:
        cell, value, expected = CELLS[what]

        def change(sheet: Any) -> None:
            sheet[cell] = value

        told = problems(edited(written(described("a"), described("b")), change))
        assert told[0].startswith(f"a.xlsx: Changes!{expected}"), told

    def test_blanks_below_are_nothing(self) -> None:
        def change(sheet: Any) -> None:
            sheet["C9"], sheet["K2"], sheet["H2"] = " ", "  ", " Yes "

        read = changes_xlsx.loads(edited(written(described("a"), described("b")), change), "a.xlsx")
        assert read.rows == 1

    def test_a_row_twice(self) -> None:
        def change(sheet: Any) -> None:
            for column in range(1, 10):
                sheet.cell(5, column).value = sheet.cell(2, column).value

        (told,) = problems(edited(written(described("a"), described("b")), change))
        assert told == "a.xlsx: Changes!I5: is row 2 once more"

    def test_sorting_without_the_hidden_column_is_seen(self) -> None:
        def change(sheet: Any) -> None:
            one, two = sheet["C2"].value, sheet["C3"].value
            sheet["C2"], sheet["C3"] = two, one

        told = problems(edited(written(described("a"), described("b")), change))
        assert [line.split(" ")[1] for line in told] == ["Changes!C2:", "Changes!C3:"]

    def test_many_problems_are_cut(self) -> None:
        def change(sheet: Any) -> None:
            for row in range(2, sheet.max_row + 1):
                sheet[f"A{row}"] = "?"

        told = problems(edited(written(*treacherous()), change))
        assert len(told) == changes_xlsx.MOST_PROBLEMS + 1
        assert told[-1].endswith("more")

    def test_a_new_property_needs_its_type_where_it_may_be_given(self) -> None:
        new = Property(type="string", description="d")
        entity = Entity(event("A"), description="a", properties={"p": new})
        data = written(Catalog(), Catalog({entity.key: entity}))
        rows = [cell.value for cell in load_workbook(io.BytesIO(data))["Changes"]["E"]]
        assert rows == ["Field", "description", "type", "description"]

        def change(sheet: Any) -> None:
            sheet["H4"] = "yes"

        (told,) = problems(edited(data, change))
        assert told.startswith("a.xlsx: Changes!H3: the property has no type in Lexicon yet")

        def drop(sheet: Any) -> None:
            change(sheet)
            sheet.delete_rows(3)

        (told,) = problems(edited(data, drop))
        assert told.startswith("a.xlsx: Changes!H3: the property has no type")

    @pytest.mark.parametrize("title", ["Changes", "mpgov"])
    def test_a_sheet_that_is_gone(self, title: str) -> None:
        book = load_workbook(io.BytesIO(written(described("a"), described("b"))))
        del book[title]
        (told,) = problems(stored(book))
        assert told in {
            "a.xlsx: has no sheet Changes that can be seen",
            "a.xlsx: is no workbook of changes that mpgov diff wrote",
        }

    def test_the_hidden_sheet_of_another_version_or_damaged(self) -> None:
        for cell, value, expected in (
            ("A1", "mpgov changes 2", "a.xlsx: was written by another version of mpgov"),
            ("A1", "other", "a.xlsx: is no workbook of changes that mpgov diff wrote"),
            ("A2", "cut", "a.xlsx: mpgov!A2: was changed after it was saved"),
            ("A2", "|{}|", "a.xlsx: mpgov!A2: is no change set of format 1"),
        ):
            book = load_workbook(io.BytesIO(written(described("a"), described("b"))))
            book["mpgov"][cell] = value
            assert problems(stored(book)) == [expected]

    @pytest.mark.parametrize("data", [b"PK\x03\x04 no", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"])
    def test_what_is_no_workbook(self, data: bytes) -> None:
        (told,) = problems(data)
        assert told.startswith("a.xlsx: is ")

    def test_made_without_a_project(self) -> None:
        changes = report(described("a"), described("b")).changes
        data = changes_workbook.draw(DiffReport("offline", changes, Summary()), False)
        assert problems(data) == ["a.xlsx: mpgov!A2: names no project to apply it to"]
