"""Reports as an Excel workbook: changes to approve, or findings to work through."""

from __future__ import annotations

from mpgov.core.audit import AuditReport
from mpgov.core.report import CheckReport, DiffReport
from mpgov.render import changes_workbook, findings_workbook
from mpgov.render.base import Renderer, Report


def draw(report: Report, _color: bool) -> bytes:
    """The workbook's bytes."""
    assert isinstance(report, DiffReport | CheckReport | AuditReport)  # noqa: S101 - `draws` says so
    if isinstance(report, DiffReport):
        return changes_workbook.draw(report, _color)
    return findings_workbook.draw(report)


RENDERER = Renderer("xlsx", (".xlsx",), draw, (DiffReport, CheckReport, AuditReport))
