"""Several projects at once: a row for each, what it takes for all, and the worst verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mpgov.core.audit import AuditReport
from mpgov.core.model import Json, nothing
from mpgov.core.report import DiffReport, SyncReport, counts

Cell: TypeAlias = str | int | None


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one project: the cells of its row by heading, and its whole answer as JSON.

    `problem` and `hint` say why there is no answer; `notes`, what could not be asked or judged.
    """

    cells: Mapping[str, Cell] = field(default_factory=nothing)
    document: Mapping[str, Json] = field(default_factory=nothing)
    exit_code: int = 0
    project: str = ""
    problem: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Toll:
    """What it takes to send everything: requests, updates and seconds of waiting, together."""

    requests: int = 0
    updates: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class SeveralReport:
    """What a command says of several projects.

    `asked` requests went to Mixpanel and took `took` seconds; `toll` is for what would be sent.
    """

    command: str
    parts: tuple[Part, ...]
    asked: int = 0
    took: float = 0
    toll: Toll | None = None

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        return max((part.exit_code for part in self.parts), default=0)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the table, in the order in which they come up."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.cells))


def diff_cells(report: DiffReport) -> dict[str, Cell]:
    """The row of a diff."""
    total = report.summary
    return {
        "create": total.create,
        "update": total.update,
        "delete": total.delete,
        "conflicts": total.conflict,
        "drift": total.drift,
        "guards": len(report.standing),
        "requests": report.requests,
        "updates": report.updates,
    }


def sync_cells(report: SyncReport) -> dict[str, Cell]:
    """The row of a sync."""
    states = [outcome.state for outcome in report.outcomes]
    return {
        "applied": states.count("applied"),
        "failed": states.count("failed"),
        "skipped": states.count("skipped"),
        "conflicts": report.diff.summary.conflict,
        "guards": len(report.diff.standing),
        "not stored": len(report.not_stored),
        "run": report.run or None,
    }


def audit_cells(report: AuditReport) -> dict[str, Cell]:
    """The row of an audit."""
    found = counts(report.findings)
    return {
        "score": report.score.total,
        "errors": found["error"],
        "warnings": found["warning"],
        "info": found["info"],
        "events": len(report.events),
        "volume": report.total if report.days else None,
    }
