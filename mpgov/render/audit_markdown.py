"""An audit as Markdown for an issue or a pull request: the score, the worst, the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mpgov.core.audit import AuditReport
from mpgov.core.finding import Finding
from mpgov.render.audit_text import grouped, told

Told = Callable[[Finding], str]


def audit_parts(
    report: AuditReport, code: Callable[[str], str], tell: Told, most: int
) -> tuple[list[str], list[str]]:
    """What always stands, and what may be left out from the end; `code` makes text harmless."""
    score = report.score
    past = f" ({report.trend[-1].total} on {report.trend[-1].at[:10]})" if report.trend else ""
    aside = report.set_aside and f"; {report.set_aside}"
    head = [
        f"<b>mpgov audit</b> · {code(report.project)}: {told(report.findings)}{aside}",
        f"Health score <b>{score.total}</b> of 100{past}",
        _table(
            ("part", "points", "of"),
            [
                (
                    part.name,
                    "-" if part.points is None else f"{part.points:.0f}",
                    f"{part.good:,} of {part.of:,}",
                )
                for part in score.parts
            ],
        ),
    ]
    details = [
        _folded(
            f"{code(title)} ({told(findings)})", [tell(one) for one in findings[:most]], findings
        )
        for title, findings in grouped(report).items()
    ]
    lacks = [f"{code(one.rule)}: for lack of {code(one.for_lack_of)}" for one in report.not_run]
    if lacks:
        details.append(_folded(f"Not judged ({len(lacks)})", lacks, lacks))
    if report.notes:
        notes = [code(note) for note in report.notes[:most]]
        details.append(_folded("Based on", notes, notes))
    return head, details


def _folded(title: str, lines: Sequence[str], whole: Sequence[object]) -> str:
    more = f"\n<li>… and {len(whole) - len(lines)} more</li>" if len(whole) > len(lines) else ""
    items = "\n".join(f"<li>{line}</li>" for line in lines)
    return f"<details><summary>{title}</summary>\n<ul>\n{items}{more}\n</ul>\n</details>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
