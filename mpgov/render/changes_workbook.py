"""A change set as a workbook in which somebody says yes to some of it, row by row.

Everything that `sync --changes` needs lies in a hidden sheet; the sheet *Changes* is for reading
and for the one column that may be filled in.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.cells import as_ascii_json, lines_of, put
from mpgov.core.change_rows import ChangeRow, change_rows, steps
from mpgov.core.change_sheet import (
    APPROVE,
    CHANGES,
    HEADINGS,
    KEPT,
    LAYOUT,
    MOST_ROWS,
    NUMBER,
    chunks,
    shown_cells,
)
from mpgov.core.report import DiffReport
from mpgov.errors import InputError
from mpgov.render.base import Report
from mpgov.render.json_text import saved_as_json
from mpgov.render.visible import visible

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# What is done to an entity, by the colour of its cell and of the word on it.
_COLOURS: Final = {
    "create": ("CEEAD6", "0D652D"),
    "update": ("D2E3FC", "174EA6"),
    "delete": ("FAD2CF", "A50E0E"),
}
_WIDTHS: Final = (10, 9, 30, 22, 16, 46, 46, 12, 9)
_HEADER: Final = "1F3A5F"
_OPEN: Final = "FFF8E1"  # the cells that wait for a yes
_FONT: Final = "Calibri"
_LINE: Final = "D0D7DE"
_MOST_LINES: Final = 12
_MOST_TOLD: Final = 40
_COMMENT: Final = "yes sends this row. Empty means no."


def draw(report: Report, _color: bool) -> bytes:
    """The workbook's bytes."""
    assert isinstance(report, DiffReport)  # render/workbook.py says so  # noqa: S101
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    rows = change_rows(steps(report.changes))
    if len(rows) > MOST_ROWS:
        raise InputError(
            f"a workbook takes at most {MOST_ROWS} changed fields, and these are {len(rows)}",
            hint="narrow it with --only, or save it as changes.json",
        )
    book = Workbook()
    book.properties.creator = "mpgov"
    book.properties.title = "Changes to approve"
    _about(book, report, len(rows))
    _changes(book, rows)
    _keep(book.create_sheet(KEPT), report)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(book: Workbook, report: DiffReport, rows: int) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy

    page = book.active
    assert page is not None  # a new workbook has a sheet  # noqa: S101
    page.title = "About"
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 30
    page.column_dimensions["B"].width = 100
    for number, (left, right) in enumerate(_told(report, rows), 1):
        title = bool(left) and not right
        for column, text in ((1, left), (2, right)):
            cell = page.cell(number, column)
            if text:
                put(cell, text)
            cell.alignment = Alignment(wrap_text=not title, vertical="bottom" if title else "top")
        size = 16 if number == 1 else 12 if title else 11
        page.cell(number, 1).font = Font(_FONT, bold=True, size=size, color=_HEADER)
        lines = math.ceil(len(right) / 95)
        page.row_dimensions[number].height = 30 if title else 15 * max(lines, 1)
    _fit(page)


def _told(report: DiffReport, rows: int) -> Iterator[tuple[str, str]]:
    """What the first sheet says: a heading or a word on the left, what it means on the right."""
    summary = report.summary
    project = visible(report.project)
    if report.project_id is not None:
        project = f"{project} (id {report.project_id}, region {report.region})"
    yield "Changes to approve", ""
    yield "Project", project
    yield "Compared with", f"{visible(report.against)}, at {report.at or 'an unknown time'}"
    counts = f"{summary.create} to create, {summary.update} to update, {summary.delete} to delete"
    yield "What would change", f"{counts}; {rows} rows in the sheet {CHANGES}"
    yield "How to approve", ""
    yield "1.", f"In the sheet {CHANGES}, type yes in the column {APPROVE} of what is to be sent."
    yield "2.", "Save it, under any name, as an Excel workbook (.xlsx)."
    yield "3.", "Run: mpgov sync --changes approved.xlsx"
    yield "Good to know", ""
    yield "An empty cell", "means no. Nothing is sent that nobody approved."
    yield "Rows and columns", "may be sorted, filtered, hidden, moved; a row deleted means no."
    yield "Any other cell", "that was edited is refused, with its address: change the plan instead."
    yield "A remark", "is a comment on a cell."
    yield "A new event", "is created with the fields that are approved; none, and it is not."
    yield "A new property", "needs its type: approve that row with its others."
    yield "Edited in Mixpanel since", "A field that somebody edited meanwhile is left out, named."
    if report.project_id is None:
        yield "No project", "This was compared without a project: it can be read, not applied."
    yield from _in_the_way(report)


def _in_the_way(report: DiffReport) -> Iterator[tuple[str, str]]:
    """The guards that stop the sync as long as nobody lifts them, and what is not here."""
    if report.standing:
        yield "Guards", ""
        for finding in report.standing[:_MOST_TOLD]:
            name = f"{finding.key.name}: " if finding.key else ""
            yield finding.rule, visible(f"{name}{finding.message}")[:1_000]
        if len(report.standing) > _MOST_TOLD:
            yield "…", f"and {len(report.standing) - _MOST_TOLD} more"
    if report.conflicts:
        yield "Conflicts", ""
        count = len(report.conflicts)
        yield f"{count}", "changed on both sides, differently; not here: see mpgov diff."


def _changes(book: Workbook, rows: Sequence[ChangeRow]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    page = book.create_sheet(CHANGES)
    _headings(page)
    looks = {action: _looks(book, *colours) for action, colours in _COLOURS.items()}
    for place, row in enumerate(rows, 2):
        lines = 1
        cells: tuple[str | int, ...] = (*shown_cells(row), "", row.number)
        for column, text in enumerate(cells, 1):
            cell: Any = page.cell(place, column)
            cell._style = copy(looks[row.action][column - 1])  # noqa: SLF001 - the quick way
            if text != "":
                put(cell, text)
                lines = max(lines, lines_of(str(text), _WIDTHS[column - 1]))
        if lines > 1:
            page.row_dimensions[place].height = 15 * min(lines, _MOST_LINES)
    last = max(len(rows) + 1, 2)
    page.auto_filter.ref = f"A1:{get_column_letter(len(HEADINGS))}{last}"
    page.freeze_panes = "D2"
    page.print_title_rows = "1:1"
    _choices(page, last)
    _fit(page)


def _headings(page: Worksheet) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 - heavy
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    page.row_dimensions[1].height = 30
    for place, heading in enumerate(HEADINGS, 1):
        cell = page.cell(1, place)
        put(cell, heading)
        cell.font = Font(_FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEADER)
        cell.alignment = Alignment(vertical="center")
        if heading == APPROVE:
            cell.comment = Comment(_COMMENT, "mpgov", height=60, width=220)
        dimension = page.column_dimensions[get_column_letter(place)]
        dimension.width = _WIDTHS[place - 1]
        dimension.hidden = heading == NUMBER


def _looks(book: Workbook, fill: str, text: str) -> list[Any]:
    """The style of each column's cell, made once and copied."""
    from openpyxl.styles import (  # noqa: PLC0415 - heavy
        Alignment,
        Border,
        Font,
        PatternFill,
        Side,
    )

    page = book.create_sheet("looks")
    cell: Any = page.cell(1, 1)
    cell.border = Border(bottom=Side(style="hair", color=_LINE))
    found = []
    for heading in HEADINGS:
        coloured, approve = heading == "Action", heading == APPROVE
        cell.alignment = Alignment(
            horizontal="center" if coloured or approve else None, vertical="top", wrap_text=True
        )
        cell.font = Font(
            _FONT, bold=heading in {"Action", "Name", APPROVE}, color=text if coloured else None
        )
        colour = fill if coloured else _OPEN if approve else None
        cell.fill = PatternFill("solid", fgColor=colour) if colour else PatternFill()
        found.append(copy(cell._style))  # noqa: SLF001 - as above
    book.remove(page)
    return found


def _choices(page: Worksheet, last: int) -> None:
    """The drop-down of the column to fill in, and a colour for what was approved."""
    from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415 - heavy
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - heavy

    letter = get_column_letter(HEADINGS.index(APPROVE) + 1)
    cells = f"{letter}2:{letter}{last}"
    choice = DataValidation("list", formula1='"yes"', allow_blank=True)
    choice.showErrorMessage = False  # x, ja, oui, a real TRUE … are understood, too
    choice.promptTitle, choice.prompt, choice.showInputMessage = APPROVE, _COMMENT, True
    choice.add(cells)
    page.add_data_validation(choice)
    fill, text = _COLOURS["create"]
    rule = CellIsRule(  # type: ignore[no-untyped-call]  # openpyxl's stubs
        operator="equal",
        formula=['"yes"'],
        fill=PatternFill("solid", bgColor=fill),
        font=Font(color=text, bold=True),
    )
    page.conditional_formatting.add(cells, rule)


def _keep(page: Worksheet, report: DiffReport) -> None:
    """The change set itself, in a sheet that nobody needs to see."""
    put(page.cell(1, 1), LAYOUT)
    for number, chunk in enumerate(chunks(as_ascii_json(saved_as_json(report))), 2):
        put(page.cell(number, 1), chunk)
    page.sheet_state = "hidden"


def _fit(page: Worksheet) -> None:
    """On paper: across, as wide as the page."""
    assert page.sheet_properties.pageSetUpPr is not None  # noqa: S101 - openpyxl makes one
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
