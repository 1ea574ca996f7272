"""What workbooks for reading share: how their sheets look, and other people's text in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mpgov.core.cells import put
from mpgov.render.visible import visible

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADER: Final = "1F3A5F"
FONT: Final = "Calibri"
LONGEST: Final = 2000  # characters of a cell


def headings(page: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    """The first row: what each column is called, and how wide it is."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    for place, (heading, width) in enumerate(columns, 1):
        cell = page.cell(1, place)
        put(cell, heading)
        cell.font = Font(FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEADER)
        cell.alignment = Alignment(vertical="center")
        page.column_dimensions[get_column_letter(place)].width = width


def frame(page: Worksheet, columns: int, rows: int) -> None:
    """Header frozen and filtered; printed with it on every page."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(rows, 2)}"
    page.print_title_rows = "1:1"
    fit(page)


def fit(page: Worksheet) -> None:
    """Landscape, as wide as the paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


def cell_text(text: str, longest: int = LONGEST) -> str:
    """Somebody's text as a cell can hold it."""
    return visible(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")[:longest]
