"""Text ⇄ the cells of a spreadsheet, so that nothing is lost and nothing is run (design 4).

Two layers. A *mark* says what a blank cell cannot: `(clear)` is null. A text that would be taken
for a mark, or that a cell cannot hold, is written with a leading `'` or as `(json) "…"`. And a
text that a spreadsheet would run as a formula is stored as text: in a workbook by the cell's
type, in CSV by a leading `'`. `decode` undoes both.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.json_text import JsonError, load
from mpgov.errors import InputError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

CLEAR: Final = "(clear)"
SHARED: Final = "(shared)"
REMOVE: Final = "(remove)"
MARKS: Final = frozenset({CLEAR, SHARED, REMOVE})
JSON: Final = "(json) "
LONGEST: Final = 32_767  # characters of an Excel cell
_RUN: Final = re.compile(r"\s*[=+\-@\t＝＋－＠]")  # noqa: RUF001 - full-width signs are run, too
# What a workbook, a CSV file or a program on the way cannot hold, or takes for something else.
_ODD: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
    "|_(?=x[0-9A-Fa-f]{4}_)|x(?=005F_)"
)
_ESCAPED: Final = re.compile("_x(000[0-9A-Fa-f]|001[0-9A-Fa-f])_")
_ZEROS: Final = re.compile("0{2,40}")


def encode(text: str) -> str:
    """The characters of a cell that holds this text and nothing else."""
    if _ODD.search(text):
        return JSON + encode_json(text)
    if text.casefold() in MARKS or text.startswith(("'", JSON)) or not text.strip():
        return f"'{text}"
    return text


def encode_json(value: Any) -> str:
    """JSON on one line in which nothing stands that a cell could not hold."""
    text = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)


def as_ascii_json(value: Any) -> str:
    """JSON in the characters that nothing on the way to a workbook and back takes otherwise."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)


def decode(cell: str) -> str:
    """The text that a cell means; marks are the caller's. Raises `JsonError` alone."""
    if cell.startswith("'"):
        return cell[1:]
    if cell.startswith(JSON):
        value = load(cell.removeprefix(JSON))
        if isinstance(value, str):
            return value
        raise JsonError("is no JSON text", is_damaged=True)
    return cell


def is_mark(cell: str, mark: str) -> bool:
    """Whether somebody wrote this mark; case and blanks around it do not count."""
    return cell.strip().casefold() == mark


def in_csv(cell: str) -> str:
    """A cell as CSV must hold it: no spreadsheet runs it."""
    return f"'{cell}" if _RUN.match(cell) else cell


def out_of_csv(cell: str) -> str:
    """A cell of CSV without the sign that kept a spreadsheet from running it."""
    kept = cell.startswith("'") and _RUN.match(cell, 1) and not cell[1:].isspace()
    return cell[1:] if kept else cell


def put(cell: Cell | MergedCell, value: str | bool | float) -> None:
    """Put text, a number or a truth value into a workbook's cell; text is never a formula.

    Raises `InputError` where Excel's cell is too short for it.
    """
    if isinstance(value, str) and len(value) > LONGEST:
        place = f"{cell.parent.title}!{cell.coordinate}"
        message = f"holds {len(value)} characters, and Excel's cell at most {LONGEST}"
        raise InputError(f"{place}: {message}", hint="keep this plan as YAML")
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = bool(_RUN.match(value))  # so it stays text when somebody edits it


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a cell of that width, about."""
    per_line = max(width - 1, 1) / 0.88  # most letters are narrower than a digit
    return sum(max(1, math.ceil(len(line) / per_line)) for line in text.split("\n"))


def as_text(value: object, number_format: str = "") -> str:
    """What a workbook's cell shows, as text: `7` with the format `000` is `007`."""
    match value:
        case None:
            return ""
        case str():
            return _ESCAPED.sub(_control, value) if "_x0" in value else value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _digits(value, number_format)
        case datetime():
            return _moment(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _digits(value: float, number_format: str) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        value = int(value)
    digits = str(value)
    return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else digits


def _moment(value: datetime) -> str:
    """A date alone where the time is midnight: spreadsheets have no dates without a time."""
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(timespec="seconds" if not value.microsecond else "milliseconds")


def _control(escaped: re.Match[str]) -> str:
    """What Excel wrote for a control character; a line's CR goes, its LF is there already."""
    character = chr(int(escaped[1], 16))
    return "" if character == "\r" else character
