"""The tables of a plan → a workbook that people like to work in."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mpgov.core.cells import CLEAR, REMOVE, lines_of, put
from mpgov.core.model import STATUSES, TYPES
from mpgov.formats.table_columns import EVENT, ID, KEY, MORE, PROPERTY, VALUE, Field
from mpgov.formats.table_rows import Cellular, Sheet, Value

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# One colour a status: of the cell, and of the text on it.
STATUS_COLOURS: Final = {
    "proposed": ("E8EAED", "3C4043"),
    "expected": ("D2E3FC", "174EA6"),
    "live": ("CEEAD6", "0D652D"),
    "deprecated": ("FEEFC3", "7A4F01"),
    "blocked": ("FAD2CF", "A50E0E"),
}
_HEADER: Final = "1F3A5F"
_FONT: Final = "Calibri"
_LINE: Final = "D0D7DE"
_SHADE: Final = "F3F6FA"
_CHOICES: Final = {
    "status": STATUSES,
    "type": (*TYPES, REMOVE),
    "flag": ("TRUE", "FALSE"),
    "set": ("register", "register_once"),
    "when": ("always", "identified"),
}
_NOTES: Final = {
    "Event": "The name as it is tracked, letter by letter. It is never trimmed or changed.",
    "Category": "One word for the part of the product; a tag in Lexicon.",
    "Description": "What it means, for people who read reports. Goes to Lexicon.",
    "Trigger": "When exactly it is sent, for those who build it. Stays in the plan.",
    "Status": "proposed: not sent to Lexicon yet. expected: agreed, not arriving yet. live. "
    "deprecated: on its way out. blocked: Mixpanel throws it away.",
    "Owners": "E-mails, or team:Name; several parted by commas.",
    "Tags": "Several parted by commas.",
    "Hidden": "TRUE hides it in Mixpanel's menus; its data stays.",
    "Platforms": "Where it is sent from; stays in the plan.",
    "Property": "The name as it is tracked, letter by letter.",
    "Type": f"One of {', '.join(TYPES)}. {REMOVE} takes the property out of this event.",
    "Required": "TRUE where every such event must have it.",
    "Examples": "One to three, parted by commas; never real personal data.",
    "Allowed Values": "All values that are right, parted by commas; for checks.",
    "Pattern": "A regular expression that every value fits; for checks.",
    "Blocked": "TRUE: Mixpanel throws the values away.",
    "Personal": "TRUE for personal data.",
    "Items": "What a list holds: a type, or names and types as JSON.",
    "Sunset": "The day on which it is to be gone, as 2026-09-01.",
    "Key": "The path of a value: identity.id_merge, governance.approvers, waive.1.reason.",
    MORE: "What has no column of its own, as JSON.",
}
_NAMES: Final = frozenset({EVENT, PROPERTY, KEY})
# Folded away where nobody uses them.
_RARE: Final = frozenset(
    {"Display Name", "Hidden", "Blocked", "Pattern", "Minimum", "Maximum", "Items", "Personal"}
    | {"Deprecated Since", "Sunset", "Replaced By", "Deprecation Reason", "Platforms", "Tags"}
)
_ABOUT: Final = (
    ("This is a tracking plan", ""),
    ("", "It says what is tracked and what it means. mpgov makes Mixpanel's Lexicon say the same."),
    ("Events", "One row an event."),
    (
        "Properties",
        (
            "One row a property of an event. (shared) in the first column: a definition "
            "that every property of that name starts from."
        ),
    ),
    ("User Properties", "One row a property of user profiles."),
    ("Group Properties, Super Properties", "As above; they stay in the plan."),
    ("Settings", "Everything else: identity, who curates and approves, waivers."),
    ("How to edit", ""),
    ("A blank cell", "says nothing: Lexicon keeps what it has."),
    (CLEAR, "says that there is to be nothing: Lexicon's value is taken away."),
    ("Several values", 'are parted by commas. With a comma in one of them: ["a, b", "c"].'),
    ("The + above the columns", "unfolds those that nobody uses yet."),
    ("A column of your own", "is kept. Rows and columns may be moved, sorted and filtered."),
    ("A text that is literally (clear), or begins with '", "is written with one more ' before it."),
    ("Then type", ""),
    ("mpgov check plan.xlsx", "is it sound? No network is needed."),
    ("mpgov diff plan.xlsx", "what would change in Lexicon, and what would be left alone."),
    ("mpgov sync plan.xlsx", "do it. Nothing is destroyed that you did not ask to destroy."),
    ("mpgov convert plan.xlsx plans/plan.yaml", "the same plan as text, for git."),
)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The tables as a workbook's bytes."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    book = Workbook()
    _about(book)
    add_sheets(book, sheets)
    book.properties.creator = "mpgov"
    book.properties.title = "Tracking plan"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def add_sheets(book: Workbook, sheets: Sequence[Sheet]) -> None:
    """Add these tables to a workbook, each as a sheet of its own."""
    looks = _looks(book)
    for sheet in sheets:
        _Writer(book, sheet, looks).write()


def _about(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy

    page = book.active
    assert page is not None  # a new workbook has a sheet  # noqa: S101
    page.title = "About"
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 44
    page.column_dimensions["B"].width = 96
    bold, across = Font(_FONT, bold=True), Alignment(wrap_text=True, vertical="top")
    for number, (left, right) in enumerate(_ABOUT, 1):
        for column, text in ((1, left), (2, right)):
            if text:
                cell = page.cell(number, column)
                put(cell, text)
                cell.alignment = across
        if left and not right:
            page.cell(number, 1).font = Font(
                _FONT, bold=True, size=16 if number == 1 else 12, color=_HEADER
            )
            page.row_dimensions[number].height = 30 if number == 1 else 26
            page.cell(number, 1).alignment = Alignment(vertical="bottom")
        else:
            page.cell(number, 1).font = bold
    _print_well(page)


class _Looks(NamedTuple):
    """The styles of cells in one workbook: each is made once, and copied from cell to cell."""

    heading: Any
    rows: list[dict[str, Any]]  # by a cell's shape: of any row, and of one where an event begins


def _looks(book: Workbook) -> _Looks:
    from openpyxl.cell import Cell  # noqa: PLC0415 - heavy
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415 - heavy

    cell: Any = Cell(book.worksheets[0], row=1, column=1)  # of the book, but in no sheet
    thin, line = Side(style="hair", color=_LINE), Side(style="thin", color="8C9BAB")
    rows = []
    for top in (None, line):
        cell.border = Border(bottom=thin, top=top)
        looks = {}
        for shape in ("text", "flag", "bold"):
            across = "center" if shape == "flag" else None
            cell.alignment = Alignment(horizontal=across, vertical="top", wrap_text=True)
            cell.font = Font(_FONT, bold=shape == "bold")
            looks[shape] = copy(cell._style)  # noqa: SLF001 - the quick way
        rows.append(looks)
    cell = Cell(book.worksheets[0], row=1, column=1)
    cell.font = Font(_FONT, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_HEADER)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return _Looks(copy(cell._style), rows)  # noqa: SLF001 - as above


class _Writer:
    """Writes one table."""

    def __init__(self, book: Workbook, sheet: Sheet, looks: _Looks) -> None:
        self.page = book.create_sheet(sheet.title)
        self.sheet = sheet
        self.looks = looks
        self.widths = [_width(column, sheet) for column in sheet.columns]

    def write(self) -> None:
        """Headings, rows, and what makes them pleasant."""
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

        self._headings()
        before: Value | None = None
        for number, row in enumerate(self.sheet.rows, 2):
            begins = row.get(EVENT) != before and self.sheet.kind == "event property"
            before = row.get(EVENT)
            self._row(number, row, self.looks.rows[begins])
        last = get_column_letter(len(self.sheet.columns))
        self.page.auto_filter.ref = f"A1:{last}{max(len(self.sheet.rows) + 1, 2)}"
        self._choices()
        fixed = "C2" if self.sheet.kind in {"event property", "group property"} else "B2"
        self.page.freeze_panes = fixed
        self.page.print_title_rows = "1:1"
        _print_well(self.page)

    def _row(self, number: int, row: Cellular, looks: Mapping[str, Any]) -> None:
        lines = 1
        for place, column in enumerate(self.sheet.columns, 1):
            cell = self.page.cell(number, place)
            shape = "bold" if column in _NAMES else getattr(column, "shape", "text")
            cell._style = copy(looks.get(shape, looks["text"]))  # noqa: SLF001 - as above
            value = row.get(column)
            if value is not None:
                put(cell, value)
                lines = max(lines, lines_of(str(value), self.widths[place - 1]))
        if lines > 1:
            self.page.row_dimensions[number].height = 15 * min(lines, 12)

    def _headings(self) -> None:
        from openpyxl.comments import Comment  # noqa: PLC0415 - heavy
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

        self.page.row_dimensions[1].height = 30
        for place, column in enumerate(self.sheet.columns, 1):
            cell = self.page.cell(1, place)
            heading = column if isinstance(column, str) else column.heading
            cell._style = copy(self.looks.heading)  # noqa: SLF001 - as above
            put(cell, heading)
            if heading in _NOTES:
                cell.comment = Comment(_NOTES[heading], "mpgov", height=90, width=260)
            dimension = self.page.column_dimensions[get_column_letter(place)]
            dimension.width = self.widths[place - 1]
            dimension.hidden = column == ID
            if self._is_aside(column):
                dimension.outlineLevel = 1
                dimension.hidden = True

    def _is_aside(self, column: Field | str) -> bool:
        """Whether a column is rare and empty here: folded away, behind the + above it."""
        rare = isinstance(column, Field) and column.heading in _RARE
        return rare and not any(column in row for row in self.sheet.rows)

    def _choices(self) -> None:
        """Drop-downs, and a colour for each status; both reach a little below the last row."""
        from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415 - heavy
        from openpyxl.styles import Font, PatternFill  # noqa: PLC0415 - heavy
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy
        from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - heavy

        last = len(self.sheet.rows) + 500
        for place, column in enumerate(self.sheet.columns, 1):
            if isinstance(column, str):
                continue
            cells = f"{get_column_letter(place)}2:{get_column_letter(place)}{last}"
            words = _CHOICES.get(column.shape) or _CHOICES.get(column.path[-1])
            if words:
                choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
                choice.errorStyle = "warning"
                choice.error = f"One of {', '.join(words)}, or {CLEAR}."
                choice.errorTitle = column.heading
                choice.showErrorMessage = True
                choice.add(cells)
                self.page.add_data_validation(choice)
            for status, (fill, text) in STATUS_COLOURS.items() if column.shape == "status" else ():
                rule = CellIsRule(  # type: ignore[no-untyped-call]  # openpyxl's stubs
                    operator="equal",
                    formula=[f'"{status}"'],
                    fill=PatternFill("solid", bgColor=fill),
                    font=Font(color=text, bold=True),
                )
                self.page.conditional_formatting.add(cells, rule)


def _width(column: Field | str, sheet: Sheet) -> float:
    if isinstance(column, str):
        return 24 if column == MORE else max(12, min(len(column) + 4, 30))
    if column in {VALUE, KEY}:
        return column.width
    longest = max((len(str(row.get(column, ""))) for row in sheet.rows), default=0)
    return max(min(column.width, longest + 3), len(column.heading) + 5, 9)


def _print_well(page: Worksheet) -> None:
    assert page.sheet_properties.pageSetUpPr is not None  # noqa: S101 - openpyxl makes one
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    if page.oddFooter is not None:
        page.oddFooter.center.text = "&A, page &P of &N"
