"""Findings as CSV: one row each, for whoever sorts them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.cells import in_csv
from mpgov.core.finding import Finding
from mpgov.core.report import CheckReport
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import visible

COLUMNS: Final = (
    *("severity", "rule", "state", "entity", "name", "property", "message", "volume", "share"),
    *("owners", "file", "line", "column", "cell", "fix"),
)


def draw(report: Report, _color: bool) -> str:
    """A row for every finding; state is new, accepted (by the baseline) or waived."""
    assert isinstance(report, CheckReport | AuditReport)  # noqa: S101 - `draws` says so
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for state, findings in (
        ("new", report.findings),
        ("accepted", report.accepted),
        ("waived", report.waived),
    ):
        writer.writerows(row_of(one, state) for one in findings)
    return out.getvalue()


RENDERER = Renderer("csv", (".csv",), draw, (CheckReport, AuditReport))


def row_of(one: Finding, state: str) -> list[str]:
    """The cells of a finding; nothing in them is a formula."""
    at = one.at
    cells = [
        one.severity,
        one.rule,
        state,
        one.key.kind if one.key else "",
        one.key.name if one.key else "",
        one.property,
        one.message,
        "" if one.volume is None else str(one.volume),
        "" if one.share is None else f"{one.share:.6f}",
        ", ".join(one.owners),
        at.file if at else "",
        str(at.line) if at and at.line else "",
        str(at.column) if at and at.column else "",
        at.cell if at else "",
        one.fix,
    ]
    return [in_csv(visible(cell)) for cell in cells]
