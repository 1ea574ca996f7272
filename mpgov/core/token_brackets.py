"""What is still open where a value stands: the brackets, and the calls they belong to."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple

from mpgov.core.words import words_of

NAMES: Final = re.compile(
    r"^[^\w{[]*(?:m_|display_?)?(?:name|type|slug|provider|integration|destination|kind|id"
    r"|service|destinationdefinition|resolve|module|plugin|package)"
    r"[\"']?\s*[:=]",
    re.IGNORECASE,
)
# An address that takes in events, and what it may be called or wrapped into: URI.parse("…").
_INGESTS: Final = re.compile(r"https?://api(?:-\w{1,9})?\.mixpanel\.com\b", re.IGNORECASE)
_OF_ADDRESS: Final = frozenset("url uri base new parse create endpoint post".split())  # noqa: SIM905
_WRAPS: Final = re.compile(r"\bur[il](?:\.\w+)?\s*$", re.IGNORECASE)
_DEFINES: Final = re.compile(r"\b(?:def|func|function|fun|fn|constructor)\b[^()\n]{0,60}$")
_PIECES: Final = re.compile(r"([\[\](){},;])")
_CLOSED: Final = re.compile(
    r"<(?!key\b|name\b)(?P<element>[A-Za-z][\w:.-]{0,60})(?:\s[^<>]*)?>[^<>]*</(?P=element)\s*>"
)
_WIDE: Final = 200  # characters before a bracket that may say what it belongs to
_BARE: Final = re.compile(r"\s*[\w.]+\s*")
_SPOKEN: Final = re.compile(r"\s*[a-z_]+ +:?[A-Za-z]")  # a call without brackets: config :a, b: c


class Level(NamedTuple):
    """An open bracket: what is before it, and the parts that stand in it so far.

    The outermost has no mark.
    """

    mark: str
    parts: list[str]
    before: str = ""

    @property
    def is_call(self) -> bool:
        """Whether it holds what a call is handed, and not what a definition takes."""
        return self.mark == "(" and not _DEFINES.search(self.before)


def opened(head: str) -> str:
    """The part of a line that is still open at its end, with what is named beside it.

    Of `{"a": {"b": 1}, "name": "x", "c": {"d": ` that is `"name": "x" "c": "d": `. An address that
    takes in events stays with the call that it is handed to.
    """
    open_ = levels(head)
    first = open_[0].parts
    is_spoken = len(first) > 1 and _SPOKEN.match(first[0])
    parts = [first[0], *filter(_BARE.fullmatch, first[1:-1])] if is_spoken else []
    for depth, level in enumerate(open_, 1):
        is_outer = depth < len(open_)
        parts += [
            part
            for part in level.parts[:-1]
            if NAMES.match(part) or (is_outer and _BARE.fullmatch(part)) or is_address(part)
        ]
        parts.append(level.parts[-1])
    return " ".join(parts)


def calls(text: str) -> list[str]:
    """The text before each call that is open at the end, the innermost first."""
    open_ = levels(text)
    pairs = pairwise(open_)
    return [outer.parts[-1] for outer, inner in pairs if inner.is_call][::-1]


def levels(text: str) -> list[Level]:
    """The brackets that are open at the end, the outermost first."""
    open_, bare, at = [Level("", [""])], _without_elements(text), 0
    for piece in _PIECES.split(bare):
        if piece in {"{", "[", "("}:
            open_.append(Level(piece, [""], bare[max(0, at - _WIDE) : at]))
        elif piece in {"}", "]", ")"}:
            if len(open_) > 1:
                _close(open_)
        elif piece == ",":
            open_[-1].parts.append("")
        elif piece == ";":
            parts = open_[-1].parts
            parts[:] = ["", *(part for part in parts if not is_address(part)), ""]
        else:
            open_[-1].parts[-1] += piece
        at += len(piece)
    return open_


def arguments(text: str) -> list[str]:
    """What stands between commas up to the bracket that closes a call, as it is written."""
    found, depth = [""], 0
    for piece in _PIECES.split(text):
        depth += (piece in {"{", "[", "("}) - (piece in {"}", "]", ")"})
        if depth < 0 or piece == ";":
            break
        if piece == "," and not depth:
            found.append("")
        else:
            found[-1] += piece
    return found


def _without_elements(text: str) -> str:
    """A text without the elements of XML that are closed in it, but for those that name others."""
    while "</" in text:
        shorter = _CLOSED.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text


def _close(open_: list[Level]) -> None:
    closed, outer = "".join(open_.pop().parts), open_[-1].parts
    if is_address(closed) and _WRAPS.search(outer[-1]):
        outer[-1] += closed


def is_address(part: str) -> bool:
    """Whether it is an address that takes in events, with no name but such as `url`."""
    found = _INGESTS.search(part)
    return found is not None and _OF_ADDRESS.issuperset(words_of(part[: found.start()]))
