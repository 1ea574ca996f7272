"""Findings as GitHub's workflow commands: an annotation at the line of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.report import CheckReport, counts
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import visible

MOST: Final = 10  # of each level that GitHub shows of a step
LONGEST: Final = 1000
_WORDS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def draw(report: Report, _color: bool) -> str:
    """The report as lines that the runner of a workflow understands."""
    assert isinstance(report, CheckReport | AuditReport)  # noqa: S101 - `draws` says so
    return "".join(f"{line}\n" for line in _lines(report))


RENDERER = Renderer("github", (), draw, (CheckReport, AuditReport))


def _lines(report: CheckReport | AuditReport) -> Iterator[str]:
    for severity in SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        for one in found[:MOST]:
            yield _annotation(one)
    total = ", ".join(f"{n} {word}" for word, n in counts(report.findings).items() if n)
    hidden = sum(max(0, n - MOST) for n in counts(report.findings).values())
    more = f"; {hidden} of them are not annotated, GitHub shows {MOST} of a kind" if hidden else ""
    what = report.plan if isinstance(report, CheckReport) else report.project
    said = f"{what}: {total or 'no findings'}{more}"
    if report.set_aside:
        said += f"; {report.set_aside}"
    yield f"::notice title=mpgov::{_data(said)}"


def _annotation(one: Finding) -> str:
    subject = " · ".join(part for part in (one.key.name if one.key else "", one.property) if part)
    parts = {}
    if one.at is not None:
        parts["file"] = one.at.file.replace("\\", "/")
        if one.at.line:
            parts["line"], parts["col"] = str(one.at.line), str(max(one.at.column, 1))
    parts["title"] = f"mpgov {one.rule}"
    told = ",".join(f"{name}={_property(value)}" for name, value in parts.items())
    cell = f" ({one.at})" if one.at and one.at.cell else ""
    fix = f" — fix: {one.fix}" if one.fix else ""
    message = f"{subject}{': ' if subject else ''}{one.message}{cell}{fix}"
    return f"::{_WORDS[one.severity]} {told}::{_data(message)}"


def _data(text: str) -> str:
    """What stands after the second pair of colons, as the runner reads it back."""
    shown = visible(text)[:LONGEST]
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
