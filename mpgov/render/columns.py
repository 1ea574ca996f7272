"""Rows as an aligned table for a terminal, and as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from mpgov.core.cells import in_csv
from mpgov.render.markdown import harmless
from mpgov.render.visible import visible

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Sequence[Cell]


def aligned(heads: Sequence[str], rows: Iterable[Row], *, gap: str = "  ") -> Iterator[str]:
    """Lines of a table; numbers stand to the right, what is not known is a dash."""
    listed = [list(row) for row in rows]
    texts = [list(heads), *([_shown(cell) for cell in row] for row in listed)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(heads))]
    right = [_is_numeric(row[place] for row in listed) for place in range(len(heads))]
    for row in texts:
        cells = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        yield gap.join(cells).rstrip()


def as_markdown(heads: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Lines of a Markdown table; nothing in it acts."""
    listed = [list(row) for row in rows]
    numeric = [_is_numeric(row[place] for row in listed) for place in range(len(heads))]
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---:' if right else '---' for right in numeric)} |"
    yield from (f"| {' | '.join(map(_marked, row))} |" for row in listed)


def as_csv(heads: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV in which no spreadsheet finds a formula; numbers as they are."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([in_csv(visible(one)) if isinstance(one, str) else one for one in row])
    return written.getvalue()


def _marked(cell: Cell) -> str:
    return harmless(cell) if cell and isinstance(cell, str) else _shown(cell)


def _shown(cell: Cell) -> str:
    if cell is None or cell == "":
        return "-"
    if isinstance(cell, str):
        return visible(cell)
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.1f}"


def _is_numeric(cells: Iterable[Cell]) -> bool:
    known = [cell for cell in cells if cell not in (None, "")]
    return bool(known) and all(isinstance(cell, int | float) for cell in known)
