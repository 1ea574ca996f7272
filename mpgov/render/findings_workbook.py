"""Findings as a workbook: a summary, a sheet for each family of rules, and the events."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.audit import AuditReport, EventRow
from mpgov.core.cells import put
from mpgov.core.finding import Finding
from mpgov.core.report import CheckReport, counts
from mpgov.render.sheets import FONT, HEADER, cell_text, fit, frame, headings

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_COLOURS: Final = {"error": "FAD2CF", "warning": "FEEFC3", "info": "D2E3FC"}
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
            page.cell(number, 1).font = Font(FONT, bold=True, size=size, color=HEADER)
    start = page.max_row + 2
    sheets = [family.title() for family in families] + ([EVENTS] if has_events else [])
    for number, title in enumerate(sheets, start):
        cell = page.cell(number, 1)
        put(cell, title)
        cell.hyperlink = f"#'{title}'!A1"
        cell.font = Font(FONT, color="0563C1", underline="single")
    fit(page)


def _told(report: CheckReport | AuditReport) -> Iterator[tuple[str | float, ...]]:
    """The rows of the first sheet: a heading alone, else a word, a number and what it means."""
    if isinstance(report, AuditReport):
        yield (f"Audit of {cell_text(report.project)}",)
        yield "At", "", report.at
    else:
        yield ("Check of the plan",)
    yield "Plan", "", cell_text(report.plan)
    for severity, count in counts(report.findings).items():
        yield f"{severity}s".replace("infos", "info"), count, "new" if report.baseline else ""
    if report.set_aside:
        yield "Set aside", "", report.set_aside
    if isinstance(report, AuditReport):
        yield from _health(report)
    for note in report.notes:
        yield "Note", "", cell_text(note)
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

    headings(page, _FINDINGS)
    fills = {name: PatternFill("solid", fgColor=colour) for name, colour in _COLOURS.items()}
    wrapped, link = (
        Alignment(wrap_text=True, vertical="top"),
        Font(FONT, color="0563C1", underline="single"),
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
    frame(page, len(_FINDINGS), len(found) + 1)


def _cells(one: Finding, state: str) -> tuple[str | float, ...]:
    return (
        one.severity,
        one.rule,
        state,
        cell_text(one.key.name if one.key else ""),
        cell_text(one.property),
        cell_text(one.message),
        "" if one.volume is None else one.volume,
        "" if one.share is None else round(one.share, 6),
        cell_text(", ".join(one.owners)),
        cell_text(str(one.at) if one.at else ""),
        cell_text(one.fix),
    )


def _events(page: Worksheet, rows: Sequence[EventRow], found: Sequence[Finding]) -> None:
    from openpyxl.styles import Alignment  # noqa: PLC0415 - heavy

    headings(page, _EVENTS)
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
    frame(page, len(_EVENTS), len(rows) + 1)


def _event(row: EventRow, findings: int) -> tuple[str | float, ...]:
    return (
        cell_text(row.key.name),
        cell_text(row.status),
        cell_text(", ".join(row.owners)),
        "" if row.volume is None else row.volume,
        "" if row.share is None else round(row.share, 6),
        "yes" if row.is_planned else "no",
        "yes" if row.in_lexicon else "no",
        cell_text(row.first),
        cell_text(row.last),
        findings,
        cell_text(row.description),
    )
