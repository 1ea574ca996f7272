"""CSV as text: whatever program saved it, and changed without touching what stays."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from mpgov.core.cells import out_of_csv
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.table_grid import Row

SEPARATORS: Final = (",", ";", "\t", "|")
MOST_BYTES: Final = 256 * 1024 * 1024
LOOKED_AT: Final = 64 * 1024
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY: Final = frozenset(range(32)) - {9, 10, 12, 13}


def is_binary(data: bytes) -> bool:
    """Whether it is no text."""
    return bool(_BINARY & set(data[:LOOKED_AT]))


def decoded(source: Source) -> tuple[str, tuple[str, ...]]:
    """The file's text, whatever program saved it; with a note where that had to be guessed."""
    data = source.data
    if len(data) > MOST_BYTES:
        raise InputError(f"{source.name}: holds {len(data) >> 20} MB, at most 256 MB are read")
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise InputError(f"{source.name}:1:1: is damaged UTF-16; save it as UTF-8") from None
    if is_binary(data):
        raise InputError(f"{source.name}:1:1: is no text; a plan is .yaml, .xlsx or .csv")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    note = f"{source.name}:{line}: is not UTF-8; read as Windows-1252: look at its accents"
    return data.decode("cp1252", "replace"), (note,)


def rows_of(
    name: str, text: str, separator: str, *, whole: bool = True, raw: bool = False
) -> Iterator[Row]:
    """The records that hold anything, each with the line on which it begins.

    The sign that keeps a spreadsheet from running a cell is taken off, unless they are `raw`. A
    text that is cut off in the middle is not `whole`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)) and not (number == 1 and cells[0].startswith("sep=")):
                yield Row(number, cells if raw else [out_of_csv(cell) for cell in cells])
            number = reader.line_num + 1
    except csv.Error as error:
        if whole:
            reason = "a quote is never closed, or stands within a cell"
            reason = reason if "field" not in str(error) else "a cell is far too long"
            message = f"{name}:{number}:1: is no CSV: {reason}; save it again from the spreadsheet"
            raise InputError(message) from None


class Records:
    """The records of a file as their own text; only those that change are written anew."""

    def __init__(self, text: str, separator: str) -> None:
        self.separator = separator
        self.quoted = text.startswith('"')
        self.newline = "\r\n" if "\r\n" in text else "\n"
        lines = _split(text)
        reader = csv.reader(iter(lines), delimiter=separator, strict=True)
        self.records: dict[float, tuple[list[str], str]] = {}
        start = 0
        for cells in reader:
            self.records[start + 1] = (cells, "".join(lines[start : reader.line_num]))
            start = reader.line_num
        self.changed: dict[float, list[str]] = {}

    def put(self, row: float, column: int, value: str) -> None:
        """Let a cell hold something else; `row` is the line on which its record begins.

        A row between two others, 12.5, is a new record there.
        """
        cells = self.changed.setdefault(row, list(self.records.get(row, ([], ""))[0]))
        cells += [""] * (column + 1 - len(cells))
        cells[column] = value

    def text(self) -> str:
        """The whole file; a record that is empty now is gone."""
        out: list[str] = []
        for row in sorted({*self.records, *self.changed}):
            if row not in self.changed:
                out.append(self.records[row][1])
            elif any(self.changed[row]):
                if out and not out[-1].endswith("\n"):
                    out.append(self.newline)
                out.append(self._line(self.changed[row]))
        return "".join(out)

    def _line(self, cells: list[str]) -> str:
        out = io.StringIO()
        if self.quoted:
            writer = csv.writer(
                out, quoting=csv.QUOTE_ALL, delimiter=self.separator, lineterminator=self.newline
            )
        else:
            writer = csv.writer(out, delimiter=self.separator, lineterminator=self.newline)
        writer.writerow(cells)
        return out.getvalue()


def _split(text: str) -> list[str]:
    """The lines with their ends, as a reader of CSV counts them."""
    return list(io.StringIO(text, newline=""))


def encoded(before: bytes, text: str) -> bytes:
    """Text as the file had it: with its mark, in its encoding where that can hold it."""
    if before.startswith(_UTF16):
        little = before.startswith(codecs.BOM_UTF16_LE)
        return before[:2] + text.encode("utf-16-le" if little else "utf-16-be")
    if before.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + text.encode()
    try:
        before.decode()
        return text.encode()
    except UnicodeDecodeError:
        pass
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return codecs.BOM_UTF8 + text.encode()
