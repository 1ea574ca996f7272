"""Several projects as one table: for a terminal, as JSON, Markdown and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.core.several import Cell, Part, SeveralReport
from mpgov.render.columns import aligned, as_csv, as_markdown
from mpgov.render.markdown import harmless
from mpgov.render.visible import visible

FORMATS: Final = ("text", "json", "markdown", "csv")


def draw_several(report: SeveralReport, name: str, *, color: bool = False) -> str:
    """The report in the format of that name."""
    match name:
        case "json":
            return dump(_document(report), indent=1)
        case "markdown":
            return "\n".join(_markdown(report)) + "\n"
        case "csv":
            return _csv(report)
    return "\n".join(_text(report, color=color)) + "\n"


def totals(report: SeveralReport) -> str:
    """How many projects, what was asked, and what it takes to send everything."""
    many = len(report.parts)
    words = [f"{many} project{'s'[: many != 1]}: {_requests(report.asked)} in {report.took:.0f} s"]
    if report.toll is not None:
        toll = report.toll
        updates = f"{toll.updates} update{'s'[: toll.updates != 1]}"
        words.append(f"to send: {_requests(toll.requests)}, {updates}")
        if toll.seconds:
            words.append(f"about {toll.seconds} s of waiting for Mixpanel's limits")
    return "; ".join(words)


def _requests(count: int) -> str:
    return f"{count} request{'s'[: count != 1]}"


def _text(report: SeveralReport, *, color: bool) -> Iterator[str]:
    yield totals(report)
    yield ""
    for number, line in enumerate(aligned(*_table(report))):
        yield click.style(line, bold=True) if color and not number else line
    problems = [part for part in report.parts if part.problem]
    notes = [line for part in report.parts for line in _noted(part)]
    if problems or notes:
        yield ""
    for part in problems:
        label = click.style("error:", fg="red", bold=True) if color else "error:"
        yield f"{visible(part.project)}: {label} {visible(part.problem)}"
        if part.hint:
            yield f"  next: {visible(part.hint)}"
    yield from notes


def _noted(part: Part) -> Iterator[str]:
    """The notes of a project, under the table."""
    return (f"{visible(part.project)}: note: {visible(note)}" for note in part.notes)


def _table(report: SeveralReport) -> tuple[list[str], list[list[Cell]]]:
    """The heads, and a row a project."""
    headings = report.headings
    rows = [
        [part.project, *(part.cells.get(name) for name in headings), part.exit_code]
        for part in report.parts
    ]
    return ["project", *headings, "exit"], rows


def _markdown(report: SeveralReport) -> Iterator[str]:
    yield f"<b>mpgov {report.command}</b> · {totals(report)}"
    yield ""
    yield from as_markdown(*_table(report))
    for part in report.parts:
        if part.problem:
            yield ""
            yield f"{harmless(part.project)}: error: {harmless(part.problem)}"
        for note in part.notes:
            yield ""
            yield f"{harmless(part.project)}: note: {harmless(note)}"


def _csv(report: SeveralReport) -> str:
    heads, rows = _table(report)
    problems = [part.problem for part in report.parts]
    return as_csv([*heads, "problem"], [[*r, p] for r, p in zip(rows, problems, strict=True)])


def _document(report: SeveralReport) -> Json:
    toll = report.toll
    sends: dict[str, Json] = {}
    if toll is not None:
        sends = {"requests": toll.requests, "updates": toll.updates, "seconds": toll.seconds}
    return {
        "format": 1,
        "command": report.command,
        "asked": report.asked,
        "took": round(report.took, 1),
        **sends,
        "exit_code": report.exit_code,
        "projects": [
            {
                "project": part.project,
                "exit_code": part.exit_code,
                "summary": dict(part.cells),
                "answer": dict(part.document) or None,
                "problem": part.problem or None,
                "notes": list(part.notes),
            }
            for part in report.parts
        ],
    }
