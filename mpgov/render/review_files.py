"""A review in the formats that it is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mpgov.core.json_text import dump
from mpgov.core.review import ReviewReport
from mpgov.render.review_json import review_as_json
from mpgov.render.review_markdown import review_as_markdown
from mpgov.render.review_page import review_page
from mpgov.render.review_text import review_as_text

FORMATS: Final = ("text", "json", "markdown", "html")
SUFFIXES: Final[Mapping[str, str]] = {
    ".json": "json",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
}


def draw_review(report: ReviewReport, name: str) -> str:
    """The report in the format of that name."""
    return _DRAW[name](report)


def _json(report: ReviewReport) -> str:
    return dump(dict(review_as_json(report)), indent=1)


_DRAW: Final[Mapping[str, Callable[[ReviewReport], str]]] = {
    "text": review_as_text,
    "json": _json,
    "markdown": review_as_markdown,
    "html": review_page,
}
