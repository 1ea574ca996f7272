"""The record as a workbook: whole, in order, and nothing in it is run."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from mpgov.core.history import HistoryReport
from mpgov.errors import InputError
from mpgov.render import history_workbook
from tests.formats.test_office import convert
from tests.render import history_samples as samples

SHOP = samples.shop()
HOSTILE = samples.report_of(samples.hostile_entries())
LONG = "\N{PILE OF POO}=" * 40_000


def book_of(report: HistoryReport) -> Workbook:
    return load_workbook(io.BytesIO(history_workbook.draw(report)))


def rows(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    heads, *rest = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rest]


def values(book: Workbook) -> dict[str, list[list[Any]]]:
    return {page.title: [[cell.value for cell in row] for row in page] for page in book}


def test_the_first_sheet_is_the_verdict_and_what_was_asked_for() -> None:
    book = book_of(SHOP)
    assert book.sheetnames == ["About", "Records", "Changes"]
    told = [(a or "", b or "") for a, b in book["About"].iter_rows(values_only=True)]
    tip, count = SHOP.chain[0].verdict.head[0]
    assert told[:5] == [
        ("The record of production", ""),
        ("The chain of production", ""),
        ("Verdict", "whole"),
        ("Records", "7 records in exports/production/ledger.jsonl"),
        ("Head", f"{tip}, with {count} lines up to it"),
    ]
    assert ("Time", "2026-Q3: from 2026-07-01 to 2026-09-30") in told
    assert ("Asked for by", "Ada Auditor <ada@audit.example>") in told
    problems = [b for a, b in book_of(samples.broken())["About"].values if a == "Problem"]
    assert problems == ["exports/staging/ledger.jsonl:2: was changed: its hash does not fit"]


def test_a_record_is_a_row_and_so_is_a_field() -> None:
    book = book_of(SHOP)
    records, changes = rows(book, "Records"), rows(book, "Changes")
    assert [row["Hash"] for row in records] == [one.hash for one in SHOP.told]
    assert records[5] == {
        "When": "2026-07-14T10:15:00Z",
        "Project": "production",
        "Kind": "sync",
        "State": "done",
        "Who": "kim",
        "Account": "gov.1a2b3c",
        "CI run": "https://ci.example/acme/tracking/actions/runs/4711",
        "Pull request": "128",
        "Reason": "Say when a purchase counts (#128)",
        "Of": "Purchase Completed",
        "Text": None,
        "Changes": "1 updated, 5 fields",
        "Run": "20260714T101500Z-aa11bb",
        "Commit": samples.COMMIT,
        "More": None,
        "Line": 2,
        "Hash": SHOP.told[5].hash,
    }
    assert records[2]["More"] == "allow: guards/foreign-text; left: Sign Up: failed: (500)"
    assert len(changes) == sum(1 for one in SHOP.told for _ in one.record.fields())
    sides = [(row["Field"], row["Before"], row["After"]) for row in changes[:5]]
    assert sides[1:] == [
        ("owners", '["tom@acme.example"]', '["team:Growth"]'),
        ("property revenue type", "string", "number"),
        ("property coupon", None, "{}"),
        ("hidden", "false", "null"),
    ]


@pytest.mark.parametrize("report", [SHOP, HOSTILE], ids=["shop", "hostile"])
def test_it_is_filtered_frozen_and_holds_no_formula(report: HistoryReport) -> None:
    book = book_of(report)
    for title in ("Records", "Changes"):
        page = book[title]
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == page.dimensions
        assert all(page.column_dimensions[cell.column_letter].width for cell in page[1])
    for page in book:
        for row in page:
            assert {cell.data_type for cell in row} <= {"s", "n"}
            for cell in row:
                if isinstance(cell.value, str) and cell.value.lstrip()[:1] in set("=+-@"):
                    assert cell.quotePrefix


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    change = {"action": "update", "entity": "event", "name": "A"}
    fields = [{"path": ["description"], "before": "", "after": LONG}]
    entry = samples.entry("sync", "2026-11-24", changes=[{**change, "fields": fields}, change])
    first, second = rows(book_of(samples.report_of([entry])), "Changes")
    assert (first["Before"], first["After"][-1], len(first["After"])) == ('""', "…", 32_767)
    assert (second["Name"], second["Field"], second["After"]) == ("A", None, None)


def test_more_rows_than_a_sheet_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_workbook, "MOST_ROWS", 6)
    with pytest.raises(InputError, match="a sheet takes at most 6 rows, and these are 7"):
        history_workbook.draw(SHOP)
    history_workbook.draw(replace(SHOP, told=SHOP.told[4:]))


def test_libreoffice_opens_it_and_says_the_same(tmp_path: Path) -> None:
    reports = {"shop": SHOP, "hostile": HOSTILE}
    for name, report in reports.items():
        (tmp_path / f"{name}.xlsx").write_bytes(history_workbook.draw(report))
    out = convert("xlsx", tmp_path, [tmp_path / f"{name}.xlsx" for name in reports])
    for name, report in reports.items():
        assert values(load_workbook(out / f"{name}.xlsx")) == values(book_of(report))
