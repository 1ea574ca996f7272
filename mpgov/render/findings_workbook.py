"""Findings as a workbook: a summary, a sheet for each family of rules, and the events."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.audit import AuditReport, EventRow
from mpgov.core.cells import put
from mpgov.core.finding import Finding
from mpgov.core.report import CheckReport, counts
from mpgov.render.visible import visible

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_COLOURS: Final = {"error": "FAD2CF", "warning": "FEEFC3", "info": "D2E3FC"}
_HEADER: Final = "1F3A5F"
_FONT: Final = "Calibri"
_LONGEST: Final = 2000  # characters of a cell
_FINDINGS: Final = (
    ("Severity", 10),
    ("Rule", 28),
    ("State", 10),
    ("Event", 30),
    ("Property", 22),
    ("Message", 80),
    ("Volume", 12),
    ("Share", 9),
    ("Owners", 30),
    ("Place", 30),
    ("Fix", 50),
)
_EVENTS: Final = (
    ("Event", 34),
    ("Status", 12),
    ("Owners", 34),
    ("Volume", 12),
    ("Share", 9),
    ("Planned", 9),
    ("In Lexicon", 11),
    ("First day", 12),
    ("Last day", 12),
    ("Findings", 10),
    ("Description", 70),
)
EVENTS: Final = "Events"
_STATES: Final = ("new", "accepted", "waived")


def draw(report: CheckReport | AuditReport) -> bytes:
    """The workbook's bytes."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    book = Workbook()
    book.properties.creator = "mpgov"
    book.properties.title = "Findings"
    found = [
        (one, state)
        for state, some in zip(
            _STATES, (report.findings, report.accepted, report.waived), strict=True
        )
        for one in some
    ]
    families = sorted({one.rule.partition("/")[0] for one, _ in found})
    rows = report.events if isinstance(report, AuditReport) else ()
    places = {row.key.name: number for number, row in enumerate(rows, 2)}
    _summary(book, report, families, bool(rows))
    for family in families:
        mine = [(one, state) for one, state in found if one.rule.partition("/")[0] == family]
        _findings(book.create_sheet(family.title()), mine, places)
    if rows:
        _events(book.create_sheet(EVENTS), rows, [one for one, _ in found])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _summary(
    book: Workbook, report: CheckReport | AuditReport, families: Sequence[str], has_events: bool
) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy

    page: Any = book.active
    page.title = "Summary"
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 28
    page.column_dimensions["B"].width = 14
    page.column_dimensions["C"].width = 90
    for number, cells in enumerate(_told(report), 1):
        for column, value in enumerate(cells, 1):
            cell = page.cell(number, column)
            if value != "":
                put(cell, value)
            cell.alignment = Alignment(wrap_text=column == 3, vertical="top", horizontal="left")
        if len(cells) == 1:
            size = 16 if number == 1 else 12
            page.cell(number, 1).font = Font(_FONT, bold=True, size=size, color=_HEADER)
    start = page.max_row + 2
    sheets = [family.title() for family in families] + ([EVENTS] if has_events else [])
    for number, title in enumerate(sheets, start):
        cell = page.cell(number, 1)
        put(cell, title)
        cell.hyperlink = f"#'{title}'!A1"
        cell.font = Font(_FONT, color="0563C1", underline="single")
    _fit(page)


def _told(report: CheckReport | AuditReport) -> Iterator[tuple[str | float, ...]]:
    """The rows of the first sheet: a heading alone, else a word, a number and what it means."""
    if isinstance(report, AuditReport):
        yield (f"Audit of {_text(report.project)}",)
        yield "At", "", report.at
    else:
        yield ("Check of the plan",)
    yield "Plan", "", _text(report.plan)
    for severity, count in counts(report.findings).items():
        yield f"{severity}s".replace("infos", "info"), count, "new" if report.baseline else ""
    if report.set_aside:
        yield "Set aside", "", report.set_aside
    if isinstance(report, AuditReport):
        yield from _health(report)
    for note in report.notes:
        yield "Note", "", _text(note)
    yield ("Sheets",)


def _health(report: AuditReport) -> Iterator[tuple[str | float, ...]]:
    """The score with its parts, and what was not judged."""
    yield ("Health score",)
    yield "Total", report.score.total, "of 100"
    for part in report.score.parts:
        points = "" if part.points is None else part.points
        yield part.name, points, f"{part.good:,} of {part.of:,}, weighs {part.weight}"
    if report.not_run:
        yield ("Not judged",)
    for one in report.not_run:
        yield one.rule, "", f"for lack of {one.for_lack_of}"


def _findings(
    page: Worksheet, found: Sequence[tuple[Finding, str]], places: dict[str, int]
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - heavy

    _headings(page, _FINDINGS)
    fills = {name: PatternFill("solid", fgColor=colour) for name, colour in _COLOURS.items()}
    wrapped, link = (
        Alignment(wrap_text=True, vertical="top"),
        Font(_FONT, color="0563C1", underline="single"),
    )
    for number, (one, state) in enumerate(found, 2):
        for column, value in enumerate(_cells(one, state), 1):
            cell = page.cell(number, column)
            if value != "":
                put(cell, value)
            cell.alignment = wrapped
        page.cell(number, 1).fill = fills[one.severity]
        page.cell(number, 8).number_format = "0.0%"
        page.cell(number, 7).number_format = "#,##0"
        row = places.get(one.key.name) if one.key and one.key.kind == "event" else None
        if row is not None:
            event: Any = page.cell(number, 4)
            event.hyperlink = f"#'{EVENTS}'!A{row}"
            event.font = link
    _frame(page, len(_FINDINGS), len(found) + 1)


def _cells(one: Finding, state: str) -> tuple[str | float, ...]:
    return (
        one.severity,
        one.rule,
        state,
        _text(one.key.name if one.key else ""),
        _text(one.property),
        _text(one.message),
        "" if one.volume is None else one.volume,
        "" if one.share is None else round(one.share, 6),
        _text(", ".join(one.owners)),
        _text(str(one.at) if one.at else ""),
        _text(one.fix),
    )


def _events(page: Worksheet, rows: Sequence[EventRow], found: Sequence[Finding]) -> None:
    from openpyxl.styles import Alignment  # noqa: PLC0415 - heavy

    _headings(page, _EVENTS)
    about: dict[str, int] = {}
    for one in found:
        if one.key and one.key.kind == "event":
            about[one.key.name] = about.get(one.key.name, 0) + 1
    wrapped = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(_event(row, about.get(row.key.name, 0)), 1):
            cell = page.cell(number, column)
            if value != "":
                put(cell, value)
            cell.alignment = wrapped
        page.cell(number, 4).number_format = "#,##0"
        page.cell(number, 5).number_format = "0.0%"
    _frame(page, len(_EVENTS), len(rows) + 1)


def _event(row: EventRow, findings: int) -> tuple[str | float, ...]:
    return (
        _text(row.key.name),
        _text(row.status),
        _text(", ".join(row.owners)),
        "" if row.volume is None else row.volume,
        "" if row.share is None else round(row.share, 6),
        "yes" if row.is_planned else "no",
        "yes" if row.in_lexicon else "no",
        _text(row.first),
        _text(row.last),
        findings,
        _text(row.description),
    )


def _headings(page: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    for place, (heading, width) in enumerate(columns, 1):
        cell = page.cell(1, place)
        put(cell, heading)
        cell.font = Font(_FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEADER)
        cell.alignment = Alignment(vertical="center")
        page.column_dimensions[get_column_letter(place)].width = width


def _frame(page: Worksheet, columns: int, rows: int) -> None:
    """Header frozen and filtered; printed with it on every page."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(rows, 2)}"
    page.print_title_rows = "1:1"
    _fit(page)


def _fit(page: Worksheet) -> None:
    """Landscape, as wide as the paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


def _text(text: str) -> str:
    """Somebody's text as a cell can hold it."""
    return visible(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")[:_LONGEST]
