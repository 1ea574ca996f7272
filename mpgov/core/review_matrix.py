"""The reviews of several projects beside each other: a row each, from the JSON of each review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mpgov.core.figures import change, percent, signed
from mpgov.core.finding import SEVERITIES
from mpgov.core.model import nothing
from mpgov.core.several import Cell

Number = int | float | None

# What of a review's summary stands in its row, and what that is called in a table of text.
COLUMNS: Final[Mapping[str, str]] = {
    "score": "score",
    "score_change": "±",
    "errors": "errors",
    "warnings": "warnings",
    "volume": "volume",
    "volume_change": "by",
    "planned_share": "planned",
    "unowned": "unowned",
    "deprecated_live": "deprecated live",
    "tokens_due": "tokens due",
}


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One project: the numbers of its review, or why there is none.

    `unsigned` counts its reviews that nobody signed off; `signed` says who did this one. `page` is
    where its page is, as seen from the page of the matrix.
    """

    project: str
    numbers: Mapping[str, Number] = field(default_factory=nothing)
    unsigned: int = 0
    signed: str = ""
    page: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What adds up over the projects that have a review."""

    projects: int
    failed: int
    errors: int
    warnings: int
    volume: int
    unowned: int
    deprecated_live: int
    tokens_due: int
    unsigned: int


@dataclass(frozen=True, slots=True)
class MatrixReport:
    """Every project's review of a quarter, and when they were put together."""

    quarter: str
    at: str
    rows: tuple[MatrixRow, ...]

    @property
    def totals(self) -> Totals:
        """The sums."""

        def added(name: str) -> int:
            return sum(int(row.numbers.get(name) or 0) for row in self.rows)

        return Totals(
            projects=len(self.rows),
            failed=sum(bool(row.problem) for row in self.rows),
            errors=added("errors"),
            warnings=added("warnings"),
            volume=added("volume"),
            unowned=added("unowned"),
            deprecated_live=added("deprecated_live"),
            tokens_due=added("tokens_due"),
            unsigned=sum(row.unsigned for row in self.rows),
        )


def numbers_of(document: Mapping[str, Any]) -> Mapping[str, Number]:
    """The numbers of a review's JSON that stand in its row."""
    said = document.get("summary")
    found = said if isinstance(said, Mapping) else {}
    numbers = ((name, found.get(name)) for name in COLUMNS)
    return {
        name: value if isinstance(value, int | float) and not isinstance(value, bool) else None
        for name, value in numbers
    }


def cells_of(row: MatrixRow) -> dict[str, Cell]:
    """The row of a table of text."""
    return {
        **{title: _cell(name, row.numbers.get(name)) for name, title in COLUMNS.items()},
        "unsigned": row.unsigned,
    }


def severities_of(document: Mapping[str, Any]) -> Iterable[str]:
    """The severities of a review's findings, for its verdict."""
    said = document.get("findings")
    listed = said.get("now") if isinstance(said, Mapping) else None
    for one in listed if isinstance(listed, list) else ():
        severity = one.get("severity") if isinstance(one, Mapping) else None
        if severity in SEVERITIES:
            yield str(severity)


def _cell(name: str, value: Number) -> Cell:
    if value is None:
        return None
    if name == "planned_share":
        return percent(value)
    if name == "volume_change":
        return change(value)
    return signed(int(value)) if name == "score_change" else int(value)
