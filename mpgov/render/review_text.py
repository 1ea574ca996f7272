"""A review on a terminal: the whole in a few lines, and what to decide."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import Final

from mpgov.core.figures import plain
from mpgov.core.review import ReviewReport
from mpgov.render.review_words import glance, period
from mpgov.render.visible import visible

_WIDEST: Final = 110
_LONGEST: Final = 400  # characters of a sentence that holds somebody's text


def review_as_text(report: ReviewReport) -> str:
    """The review, without its tables."""
    width = max(40, min(shutil.get_terminal_size((100, 24)).columns, _WIDEST))
    return "".join(f"{line}\n" for line in _lines(report, width))


def _lines(report: ReviewReport, width: int) -> Iterator[str]:
    yield visible(f"{report.project} {report.quarter.name} ({period(report)})")
    for sentence in glance(report):
        yield from _wrapped(plain(sentence), "  ", "    ", width)
    for problem in report.volume.problems if report.volume.now else ():
        yield from _wrapped(problem, "  ", "    ", width)
    yield ""
    count, urgent = len(report.decisions), report.summary.urgent
    yield f"{count} decision{'s'[: count != 1]} to take, {urgent} of them urgent"
    for number, one in enumerate(report.shown, 1):
        head = f"{number:>3}. {one.severity:<8}"
        text = f"{plain(one.what)}: {plain(one.why)}"
        yield from _wrapped(text, head, " " * len(head), width)
        yield f"{'':{len(head)}}{visible(one.command)[:_LONGEST]}"
    more = count - len(report.shown)
    if more:
        yield f"     … and {more} more; --format json has them all"


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    told = visible(text)
    cut = told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
    return textwrap.wrap(
        cut, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
