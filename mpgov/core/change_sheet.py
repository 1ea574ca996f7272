"""The workbook in which changes are approved: what its writer and its reader agree on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mpgov.core.cells import encode
from mpgov.core.change_rows import ChangeRow

CHANGES: Final = "Changes"
KEPT: Final = "mpgov"  # the hidden sheet that holds the change set itself
LAYOUT: Final = "mpgov changes 1"  # another one, where rows are shown otherwise
NUMBER: Final = "Number"
APPROVE: Final = "Approve"
SHOWN: Final = ("Action", "Entity", "Name", "Property", "Field", "Before", "After")
HEADINGS: Final = (*SHOWN, APPROVE, NUMBER)
MOST_ROWS: Final = 100_000
_CHUNK: Final = 30_000  # below what a cell holds, with the marks around it
_MARK: Final = "|"  # so that no blanks at a cell's ends can get lost


def shown_cells(row: ChangeRow) -> tuple[str, ...]:
    """The cells of a row that nobody may edit, in the order of `SHOWN`."""
    texts = (row.key.name, row.property, row.field, row.before, row.after)
    return (row.action, row.key.kind, *(encode(text) if text else "" for text in texts))


def chunks(text: str) -> Iterator[str]:
    """A long text as cells."""
    for start in range(0, len(text), _CHUNK):
        yield f"{_MARK}{text[start : start + _CHUNK]}{_MARK}"


def joined(cells: list[str]) -> str:
    """The text of which these were the cells; `ValueError` where one is damaged."""
    for number, cell in enumerate(cells):
        if len(cell) < 2 or not cell.startswith(_MARK) or not cell.endswith(_MARK):
            raise ValueError(number)
    return "".join(cell[1:-1] for cell in cells)
