"""The quarterly review as one page to send around; each number on it names where it comes from.

The page is drawn from the review's JSON: `n("volume.now.total")` writes that number of it, in an
element that says so (`data-n`). What no such element holds is a day, an id or somebody's words.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.decision import Decision
from mpgov.core.figures import Figure, Sentence, written
from mpgov.core.review import ReviewReport
from mpgov.render.charts import MOST_POINTS, Column, bar, ceiling, columns, trend
from mpgov.render.pages import page
from mpgov.render.review_json import review_as_json
from mpgov.render.review_words import as_of, changes, period, volume

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_DECISIONS: Final = 5  # before the rest is folded
MOST_CHANGES: Final = 40  # events of a kind that are listed
MOST_FOUND: Final = 20  # findings that are listed
MOST_ROWS: Final = 12  # of other tables
SECTIONS: Final = (
    ("overview", "Overview"),
    ("decisions", "Decisions"),
    ("volume", "Volume"),
    ("health", "Health"),
    ("changes", "Changes"),
    ("deprecated", "Deprecated"),
    ("owners", "Ownership"),
    ("tokens", "Tokens"),
    ("identity", "Identity"),
    ("waivers", "Waivers"),
    ("about", "About"),
)
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


class Numbers:
    """Writes the numbers of a document, each in an element that names its place.

    A place is a path (`volume.months.0.total`); `#path` is how long a list is, `#path-12` how
    much longer than that.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def __call__(self, path: str, unit: str = "count") -> Markup:
        """The number at a place; a dash where nobody knows it."""
        from markupsafe import Markup  # noqa: PLC0415 - it comes with jinja2

        value = self.value(path)
        if value is None:
            return Markup('<span class="quiet">&ndash;</span>')
        return Markup('<span data-n="{}">{}</span>').format(path, _told(value, unit))

    def value(self, path: str) -> Any:
        """What stands at a place."""
        if path.startswith("#"):
            inner, _, shown = path[1:].partition("-")
            return len(self.value(inner)) - int(shown or 0)
        found: Any = self._document
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else (found or {}).get(step)
        return found

    def most(self, up: str, down: str, name: str) -> float:
        """The largest of the movers, so that all bars are to one scale."""
        both = [*self.value(up), *self.value(down)]
        return max((abs(one[name] or 0) for one in both), default=0)


@dataclass(frozen=True, slots=True)
class Side:
    """A month's column, and how the month is called under it."""

    word: str
    y: float
    height: float
    y_above: float
    height_above: float


def review_page(report: ReviewReport) -> str:
    """The review as one HTML file that fetches nothing and reads without its script."""
    document = review_as_json(report)
    dots = trend([(one.at, one.total) for one in report.score.trend])
    rows = report.findings.severities
    return page(
        "review",
        {
            "review": document,
            "n": Numbers(document),
            "sections": SECTIONS,
            "period": period(report),
            "last": document["compared_with"] or {"quarter": ""},
            "earlier": report.earlier,
            "records": document["changes"]["records"],  # type: ignore[index, call-overload]
            "decisions": list(_numbered(report.shown)),
            "volume_told": volume(report),
            "changes_told": changes(report),
            "months": list(_months(report)),
            "ceiling": ceiling(_highest(report)),
            "bar": bar,
            "dots": dots,
            "first_dot": max(len(report.score.trend) - MOST_POINTS, 0),
            "most_findings": max((max(row.now, row.then or 0) for row in rows), default=0) or 1,
            "most_decisions": MOST_DECISIONS,
            "most_changes": MOST_CHANGES,
            "most_found": MOST_FOUND,
            "most_rows": MOST_ROWS,
            "as_of": list(as_of(report)),
            "scope": report.scope,
            "file": shlex.quote(f"{report.place}.html"),
        },
    )


def _numbered(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """The decisions, each number in them with its place in the JSON."""
    for place, one in enumerate(decisions):
        count = sum(isinstance(piece, Figure) for piece in one.what)
        path = f"decisions.{place}.figures"
        yield replace(one, what=_placed(one.what, path, 0), why=_placed(one.why, path, count))


def _placed(sentence: Sentence, path: str, first: int) -> Sentence:
    found: list[str | Figure] = []
    for piece in sentence:
        if isinstance(piece, Figure):
            found.append(replace(piece, path=f"{path}.{first}"))
            first += 1
        else:
            found.append(piece)
    return tuple(found)


def _highest(report: ReviewReport) -> int:
    return max((max(row.total, row.before_total) for row in report.volume.months), default=0)


def _months(report: ReviewReport) -> Iterator[dict[str, Side]]:
    """Each month's two columns: the quarter before, and this one."""
    rows = report.volume.months
    names = [name for row in rows for name in (row.before_month, row.month)]
    below = [count for row in rows for count in (row.before_planned, row.planned)]
    above = [count for row in rows for count in (row.before_unplanned, row.unplanned)]
    sides = [_side(one) for one in columns(names, below, above)]
    for place in range(0, len(sides), 2):
        yield {"before": sides[place], "now": sides[place + 1]}


def _side(column: Column) -> Side:
    word = _MONTHS[int(column.day[5:7]) - 1]
    return Side(word, column.y, column.height, column.y_above, column.height_above)


def _told(value: float, unit: str) -> str:
    match unit:
        case "to_come":
            return written(-value, "count")
        case "tenths":
            return f"{value:,.1f}".removesuffix(".0")
        case "count" | "signed" | "percent" | "change" | "points":
            return written(value, unit)
    raise ValueError(unit)
