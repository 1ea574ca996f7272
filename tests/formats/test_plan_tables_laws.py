"""What a plan says survives every format that it is written in, and every edit in place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import given, settings
from openpyxl import load_workbook

from mpgov.core.model import Catalog
from mpgov.formats import plan_csv, plan_excel, plan_text
from mpgov.formats.base import Format, How, Source
from tests.strategies import catalogs

SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"


def reread(form: Format, content: str | bytes) -> Catalog:
    data = content if isinstance(content, bytes) else content.encode()
    return form.loads([Source(f"plan{form.suffixes[0]}", data)], How()).catalog


def through(form: Format, catalog: Catalog) -> Catalog:
    assert form.dumps is not None
    return reread(form, form.dumps(catalog))


@settings(max_examples=500)
@given(catalogs())
def test_a_plan_comes_back_from_yaml_excel_csv_excel_and_yaml(catalog: Catalog) -> None:
    went = catalog
    for form in (
        plan_text.FORMAT,
        plan_excel.FORMAT,
        plan_csv.FORMAT,
        plan_excel.FORMAT,
        plan_text.FORMAT,
    ):
        went = through(form, went)
    assert went == catalog


def test_the_demo_plan_comes_back_byte_for_byte() -> None:
    data = SHOP.read_bytes()
    before = reread(plan_text.FORMAT, data)
    went = before
    for form in (plan_excel.FORMAT, plan_csv.FORMAT, plan_excel.FORMAT):
        went = through(form, went)
    update = plan_text.FORMAT.update
    assert update is not None
    assert update(Source("plans/shop.yaml", data), went, How()) == data.decode()


@settings(max_examples=150)
@given(catalogs(), catalogs())
def test_csv_can_be_made_to_say_another_plan(before: Catalog, after: Catalog) -> None:
    source = Source("plan.csv", plan_csv.dumps(before).encode())
    assert reread(plan_csv.FORMAT, plan_csv.update(source, after, How())) == after
    assert plan_csv.update(source, before, How()) == source.data


@settings(max_examples=60)
@given(catalogs(), catalogs())
def test_a_workbook_can_be_made_to_say_another_plan(before: Catalog, after: Catalog) -> None:
    source = Source("plan.xlsx", plan_excel.dumps(before))
    assert reread(plan_excel.FORMAT, plan_excel.update(source, after, How())) == after
    assert plan_excel.update(source, before, How()) == source.data


@settings(max_examples=100)
@given(catalogs())
def test_no_spreadsheet_runs_what_a_plan_says(catalog: Catalog) -> None:
    for row in csv.reader(io.StringIO(plan_csv.dumps(catalog))):
        assert not [cell for cell in row if cell.strip().startswith(("=", "+", "-", "@", "\t"))]
    book = load_workbook(io.BytesIO(plan_excel.dumps(catalog)))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.lstrip().startswith(tuple("=+-@")):
                    assert cell.quotePrefix
