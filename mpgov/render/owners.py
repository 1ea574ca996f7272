"""Who answers for what, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.core.owned import OwnerRow
from mpgov.render.columns import Row, aligned, as_csv, as_markdown

FORMATS: Final = ("text", "json", "csv", "markdown")
HEADS: Final = (
    *("owner", "events", "volume", "share", "undescribed"),
    *("errors", "warnings", "info"),
)


def draw_owners(rows: Sequence[OwnerRow], name: str) -> str:
    """The owners in the format of that name."""
    match name:
        case "json":
            return dump({"format": 1, "owners": owners_as_json(rows)}, indent=1)
        case "csv":
            return as_csv(HEADS, _rows(rows))
        case "markdown":
            return "\n".join(as_markdown(HEADS, _rows(rows))) + "\n"
    return "\n".join(_text(rows)) + "\n"


def owners_as_json(rows: Sequence[OwnerRow]) -> list[Json]:
    """Every owner; `owner` is null for nobody, `volume` and `share` where nobody counted."""
    return [
        {
            "owner": row.owner or None,
            "events": row.events,
            "volume": row.volume,
            "share": None if row.share is None else round(row.share, 6),
            "undescribed": row.undescribed,
            "errors": row.errors,
            "warnings": row.warnings,
            "info": row.info,
        }
        for row in rows
    ]


def _text(rows: Sequence[OwnerRow]) -> Iterator[str]:
    if not rows:
        yield "there are no events, and nobody owns anything"
        return
    yield from aligned(HEADS, _rows(rows))
    named = sum(bool(row.owner) for row in rows)
    unowned = next((row.events for row in rows if not row.owner), 0)
    yield ""
    yield f"{named} owner{'s'[: named != 1]}; {unowned} event{'s'[: unowned != 1]} of nobody"


def _rows(rows: Sequence[OwnerRow]) -> Iterator[Row]:
    for row in rows:
        share = None if row.share is None else f"{100 * row.share:.1f}%"
        found = (row.undescribed, row.errors, row.warnings, row.info)
        yield (row.owner or "nobody", row.events, row.volume, share, *found)
