"""Reports as one HTML page: Lexicon and plan side by side, nothing fetched, nothing run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.change import Change, field_changes, verb_of
from mpgov.core.merge import Disagreement
from mpgov.core.model import UNSET, Path, Value
from mpgov.core.report import CheckReport, DiffReport, Summary, SyncReport
from mpgov.render.audit_page import audit_page
from mpgov.render.base import Renderer, Report
from mpgov.render.pages import LONGEST, environment, subject
from mpgov.render.visible import shown, visible

MOST_WORDS: Final = 2000  # of a text whose words are compared
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: on both sides, or on one alone."""

    text: str
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One field, side by side."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One entity with its fields."""

    name: str
    verb: str
    cells: tuple[Cell, ...]


def draw(report: Report, _color: bool) -> str:
    """The report as a whole page."""
    values: dict[str, object]
    match report:
        case CheckReport():
            name, values = "check.html", {"report": report}
        case DiffReport():
            name, values = "diff.html", _diff(report)
        case SyncReport():
            name, values = "sync.html", {**_diff(report.diff), "sync": report}
        case AuditReport():
            return audit_page(report)
    text: str = environment().get_template(name).render(**values)
    return text.rstrip("\n") + "\n"


RENDERER = Renderer("html", (".html", ".htm"), draw)


def _diff(report: DiffReport) -> dict[str, object]:
    standing = set(map(id, report.standing))
    return {
        "report": report,
        "summary": _summary(report.summary),
        "changes": [_block(change) for change in report.changes],
        "not_explained": [_block(change) for change in report.not_explained],
        "disagreements": [
            (title, names, [(subject(p.key), _path(p.path), p) for p in places])
            for title, names, places in _sections(report)
            if places
        ],
        "findings": [one for one in report.findings if id(one) not in standing],
        "unset": UNSET,
    }


def _summary(total: Summary) -> str:
    parts = [
        (total.create, "new"),
        (total.update, "changed"),
        (total.delete, "deleted"),
        (total.conflict, "in conflict"),
        (total.drift, "drifted"),
        (total.unchanged, "unchanged"),
        (total.unmanaged, "unmanaged"),
    ]
    return ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing planned"


def _sections(
    report: DiffReport,
) -> Iterator[tuple[str, tuple[str, str, str], tuple[Disagreement, ...]]]:
    kept = ("last agreed", "plan", "Lexicon")
    yield "Conflicts: not sent, both sides changed", kept, report.conflicts
    yield "Left out: edited in Lexicon since", ("was", "should become", "is"), report.moved
    yield "Drift: changed in Lexicon only, kept", kept, report.kept
    yield "Drift: the plan has the last word", kept, report.overwritten
    yield "Taken from Lexicon into the plan", kept, report.taken
    yield "No longer managed", kept, report.released


def _block(change: Change) -> Block:
    cells = (_cell(one.path, one.before, one.after) for one in field_changes(change))
    return Block(subject(change.key), verb_of(change), tuple(cells))


def _cell(path: Path, before: Value, after: Value) -> Cell:
    old, new = ("" if v is UNSET else shown(v, LONGEST) for v in (before, after))
    return Cell(_path(path), *_compared(old, new))


def _compared(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, word by word, unless they are long or one is empty."""
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    if not left or not right or max(len(left), len(right)) > MOST_WORDS:
        return _alone(old), _alone(new)
    before: list[Piece] = []
    after: list[Piece] = []
    for word, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        alone = word != "equal"
        before += _pieces(left[a:b], is_alone=alone)
        after += _pieces(right[c:d], is_alone=alone)
    return tuple(before), tuple(after)


def _pieces(words: Iterable[str], *, is_alone: bool) -> list[Piece]:
    text = "".join(words)
    return [Piece(text, is_alone)] if text else []


def _alone(text: str) -> tuple[Piece, ...]:
    return (Piece(text, True),) if text else ()


def _path(path: Path) -> str:
    if not path:
        return "the definition itself"
    return visible(" · ".join(("property", *path[1:]) if path[0] == "properties" else path))
