"""The scores of earlier audits, a line a day: what the trend is drawn from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from mpgov.core.audit import Past, Score
from mpgov.errors import InputError
from mpgov.storage.files import write_beside

NAME: Final = "health.jsonl"


def read_health(folder: Path) -> tuple[Past, ...]:
    """The scores so far, oldest first; a line that is none is passed over."""
    found: dict[str, Past] = {}
    for line in _lines(folder / NAME):
        try:
            said: Any = json.loads(line)
            one = Past(str(said["at"]), int(said["total"]))
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        if 0 <= one.total <= 100:
            found[one.at[:10]] = one
    return tuple(found[day] for day in sorted(found))


def add_health(folder: Path, at: str, score: Score) -> str:
    """Add today's score, instead of an earlier one of the day; why not, where that cannot be."""
    said = {
        "at": at,
        "total": score.total,
        "parts": {part.name: part.points for part in score.parts},
    }
    kept = [line for line in _lines(folder / NAME) if not _is_of(line, at[:10])]
    try:
        write_beside(folder / NAME, "".join(f"{line}\n" for line in [*kept, json.dumps(said)]))
    except InputError as error:
        return f"the score is not kept for the trend: {error.message}"
    return ""


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        return []


def _is_of(line: str, day: str) -> bool:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and str(said.get("at", ""))[:10] == day
