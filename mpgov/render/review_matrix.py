"""The reviews of several projects as one page, as Markdown and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from mpgov.core.json_text import dump, with_plain_texts
from mpgov.core.model import Json
from mpgov.core.review_matrix import MatrixReport, cells_of
from mpgov.render.charts import bar
from mpgov.render.markdown import code, words
from mpgov.render.pages import page
from mpgov.render.review_page import Numbers

FORMAT: Final = 1


def matrix_as_json(report: MatrixReport) -> dict[str, Json]:
    """A row a project, with the numbers of its review."""
    rows: list[Json] = [
        {
            "project": row.project,
            "summary": dict(row.numbers) or None,
            "unsigned": row.unsigned,
            "signed": row.signed or None,
            "page": row.page or None,
            "problem": row.problem or None,
        }
        for row in report.rows
    ]
    return {
        "format": FORMAT,
        "quarter": report.quarter,
        "at": report.at,
        "totals": dict(asdict(report.totals)),
        "projects": with_plain_texts(rows),
    }


def draw_matrix(report: MatrixReport, suffix: str) -> str:
    """The report as a file of that suffix."""
    match suffix:
        case ".json":
            return dump(matrix_as_json(report), indent=1)
        case ".md":
            return _markdown(report)
    return _page(report)


def _page(report: MatrixReport) -> str:
    document = matrix_as_json(report)
    return page(
        "review_matrix",
        {"report": document, "n": Numbers(document), "rows": report.rows, "bar": bar},
    )


def _markdown(report: MatrixReport) -> str:
    cells = [cells_of(row) for row in report.rows]
    heads = ["project", *cells[0]] if cells else ["project"]
    lines = [f"# Reviews of {report.quarter}", "", f"| {' | '.join(heads)} |"]
    lines.append("| --- |" + " ---: |" * (len(heads) - 1))
    for row, mine in zip(report.rows, cells, strict=True):
        told = ["-" if cell is None else words(str(cell)) for cell in mine.values()]
        lines.append(f"| {' | '.join([code(row.project), *told])} |")
    for row in report.rows:
        if row.signed:
            lines += ["", f"{code(row.project)}: signed off by {words(row.signed)}"]
        if row.problem:
            lines += ["", f"{code(row.project)}: no review: {words(row.problem)}"]
    return "\n".join(lines) + "\n"
