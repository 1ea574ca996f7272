"""Text ⇄ cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mpgov.core.cells import as_text, decode, encode, in_csv, is_mark, out_of_csv, put
from mpgov.core.json_text import JsonError
from mpgov.errors import InputError
from tests.strategies import TREACHEROUS

anything = st.text(st.characters(exclude_categories=("Cs",)), min_size=1)
texts = st.sampled_from([one for one in TREACHEROUS if one]) | anything


@given(texts)
def test_a_text_comes_back_from_its_cell(text: str) -> None:
    cell = encode(text)
    assert cell.strip()
    assert not is_mark(cell, "(clear)")
    assert decode(cell) == text
    assert decode(out_of_csv(in_csv(cell))) == text


@given(texts)
def test_no_cell_of_csv_is_run(text: str) -> None:
    assert not in_csv(encode(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Paid", "Paid"),
        ("(clear)", "'(clear)"),
        ("'(clear)", "''(clear)"),
        ("'x", "''x"),
        (" ", "' "),
        ("=1+1", "=1+1"),
        ("bell\x07", '(json) "bell\\u0007"'),
        ("_x000D_", '(json) "\\u005fx000D_"'),
    ],
)
def test_how_a_text_stands_in_a_cell(text: str, cell: str) -> None:
    assert encode(text) == cell


def test_a_cell_that_claims_to_be_json_and_is_not() -> None:
    with pytest.raises(JsonError):
        decode("(json) {")
    with pytest.raises(JsonError):
        decode("(json) 1")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "", ""),
        (True, "", "TRUE"),
        (7, "000", "007"),
        (7, "General", "7"),
        (1.0, "General", "1"),
        (1e20, "General", "100000000000000000000"),
        (0.1, "0.00", "0.1"),
        ("_x000D_\nb", "", "\nb"),
        ("_x0007_", "", "\x07"),
    ],
)
def test_a_value_reads_as_what_is_shown(value: object, number_format: str, text: str) -> None:
    assert as_text(value, number_format) == text


def test_what_no_cell_can_hold_is_refused_with_its_place() -> None:
    sheet = Workbook().create_sheet("Events")
    with pytest.raises(InputError, match=r"Events!B3: holds 32768 characters"):
        put(sheet["B3"], "x" * 32_768)
