"""What the layout of a text says that a line belongs to: the lines above it, by their indent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from mpgov.core.token_brackets import NAMES, is_address

_SECTION: Final = re.compile(r"^\s*\[+\s*[\w\"'. -]+\s*\]+\s*$")
_KEY: Final = re.compile(r"^\s*<key>")
_ITEM: Final = re.compile(r"^\s*-\s")
# A manifest of Kubernetes says its name in a block beside that with the values.
_METADATA: Final = re.compile(r"^\s*metadata:")
_ITS_NAME: Final = re.compile(r"^\s+name:")
COMMENT: Final = re.compile(r"^\s*(?:#|//|--|;|/?\*|<!--)")


class Told(NamedTuple):
    """A line that another belongs to, or else one that names what that belongs to."""

    line: str
    is_outer: bool


def outline(own: str, above: Sequence[str]) -> Iterator[Told]:
    """What a line belongs to, and what names that; of the lines above it the nearest first."""
    width, mark = indent(own), _mark(own)
    for place, line in enumerate(above):
        wide = indent(line)
        if not line.strip() or wide > width or COMMENT.match(line):
            continue
        if _SECTION.match(line):
            yield Told(line, is_outer=True)
            return
        if wide < width:
            width, mark = wide, _mark(line)
            yield Told(line, is_outer=True)
        elif _opens(line, mark):
            mark = ""
            yield Told(line, is_outer=True)
        elif not (mark == "-" and _ITEM.match(line)):  # else it is another item
            yield from (Told(one, is_outer=False) for one in _names(line, above[:place]))


def indent(line: str) -> int:
    """How far a line is indented; a dash of YAML counts as text."""
    bare = line.lstrip(" \t")
    return len(line.expandtabs(4)) - len(bare.expandtabs(4)) if bare else 0


def _mark(line: str) -> str:
    """What a line begins with that another one of the same indent may open."""
    return "-" if _ITEM.match(line) else line.strip() if line.endswith("<dict>") else ""


def _opens(line: str, mark: str) -> bool:
    """Whether a line opens what begins below it without an indent."""
    if mark == "-":
        return line.endswith(":") and not _ITEM.match(line)
    return mark == "<dict>" and bool(_KEY.match(line))


def _names(line: str, nearer: Sequence[str]) -> list[str]:
    """A line, if it names what stands beside it; of a manifest's metadata what names it."""
    if NAMES.match(line) or (line.endswith(",") and is_address(line)):
        return [line]
    if not _METADATA.match(line):
        return []
    below = takewhile(lambda one: indent(one) > indent(line), reversed(nearer))
    return [line, *filter(_ITS_NAME.match, below)]
