"""The text of a file as a search for tokens sees it: what a value is called, and what is around it.

No language is parsed: a search reads dozens of them, half of them in fragments. What holds in all
is how people lay text out: a name stands before its value, and what belongs together is indented
below what it belongs to, or stands within its brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from mpgov.core.token_brackets import calls, levels, opened
from mpgov.core.token_label import (
    NAMED,
    Outer,
    is_argument,
    is_key,
    label_of,
    may_miss,
    outer_names,
)
from mpgov.core.token_outline import COMMENT, Told, indent, outline

FARTHEST: Final = 60  # lines above that may still be about a value
WIDEST: Final = 400  # characters of a line before or after it that are looked at
_VALUES: Final = re.compile("[0-9A-Za-z]{32,}")
_VALUE: Final = re.compile(r"^[0-9A-Za-z]+")
_HALVES: Final = frozenset(
    {"value", "content", "string", "default", "defaultvalue", "fallback"}
) | {
    "parametervalue",
    "plaintextvalue",
    "secretvalue",
}
_TRAILING: Final = re.compile(r"[\"'`);,\s]{0,9}(?:#|//|--)([^\n]{1,60})")
_BESIDE: Final = re.compile(
    r"\b(?:in|to|with|by|from|via|before|after|than|not) (?:the )?mixpanel", re.IGNORECASE
)


@dataclass
class Page:
    """A text with its lines; places are offsets from 0."""

    text: str
    path: str = ""
    _held: dict[re.Pattern[str], bool] = field(init=False, default_factory=dict)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def number(self, at: int) -> int:
        """The number of a place's line, from 0."""
        return bisect_right(self.starts, at) - 1

    def line(self, number: int) -> str:
        """A line without its end; of a very long one the beginning."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : min(end, self.starts[number] + WIDEST)].rstrip()

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern is anywhere in the text, which is searched once for each."""
        if pattern not in self._held:
            self._held[pattern] = bool(pattern.search(self.text))
        return self._held[pattern]

    def around(self, at: int) -> Around:
        """What is around the value that begins at a place."""
        return Around(self, at)

    def lines(self, first: int, last: int) -> list[str]:
        """The lines from one to another, as far as there are such."""
        return [self.line(one) for one in range(max(first, 0), min(last, len(self.starts)))]


class Around:
    """What is around a value: its name, what it belongs to, what stands beside it."""

    def __init__(self, page: Page, at: int) -> None:
        self.page = page
        self.at = at
        self.number = page.number(at)
        start = page.starts[self.number]
        # without other values: one that stands before it is not what it is called
        self.head = _VALUES.sub("", page.text[max(start, at - WIDEST) : at])

    @cached_property
    def label(self) -> str:
        """What the value is called; empty where nothing on its line says so."""
        found = label_of(self.head)
        if found.replace("_", "").lower().rpartition(":")[2].rpartition(".")[2] in _HALVES:
            return self._other_half() or found
        return found

    @cached_property
    def names(self) -> tuple[Outer, ...]:
        """What its line calls it beside that, and calls what it is within, the nearest first."""
        return tuple(outer_names(self.head))

    @property
    def may_miss(self) -> bool:
        """Whether its label may be of what was looked for in vain before it."""
        return may_miss(self.head)

    @cached_property
    def opened(self) -> str:
        """Of the line before it what the value is within."""
        return opened(self.head)

    @cached_property
    def above(self) -> tuple[str, ...]:
        """The lines that it belongs to, the nearest first."""
        return tuple(one.line for one in self._outline if one.is_outer)

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Lines that name what it, or what it belongs to, is."""
        return tuple(one.line for one in self._outline if not one.is_outer)

    @cached_property
    def comment(self) -> str:
        """The nearest comment above it, of the same paragraph."""
        for line in reversed(self.page.lines(self.number - 6, self.number)):
            if not line.strip() or COMMENT.match(line):
                return line.strip()
        return ""

    @cached_property
    def behind(self) -> str:
        """What follows it on its line."""
        rest = self.page.text[self.at : self.at + WIDEST].split("\n", 1)[0]
        return _VALUE.sub("", rest, count=1)

    @cached_property
    def remark(self) -> str:
        """The comment on the line above it; empty where that is none."""
        above = self.page.lines(self.number - 1, self.number)
        return "".join(filter(COMMENT.match, above)).strip()

    @cached_property
    def trailing(self) -> str:
        """The comment behind it on its line."""
        found = _TRAILING.match(self.behind)
        return found[1] if found else ""

    @cached_property
    def title(self) -> str:
        """The comment above or behind it, where that says what it is, not what becomes of it."""
        said = f"{self.comment}\n{self.trailing}"
        return "" if _BESIDE.search(said) else said

    @cached_property
    def is_inside(self) -> bool:
        """Whether a bracket of its own line is open where it stands."""
        return len(levels(self.head)) > 1

    @cached_property
    def block(self) -> str:
        """The lines that stand with it below the same line."""
        page, width = self.page, indent(self.page.line(self.number))
        first = last = self.number
        for step in (-1, 1):
            at = self.number + step
            while 0 <= at < len(page.starts) and abs(at - self.number) <= 12:
                line = page.line(at)
                joined = page.line(at if step < 0 else at - 1).endswith("\\")
                if (not line or indent(line) < width) and not joined:
                    break
                first, last = min(first, at), max(last, at)
                at += step
        outer = self.above[:1]
        mine = page.text[max(page.starts[self.number], self.at - WIDEST) : self.at + WIDEST]
        return "\n".join([*outer, *page.lines(first, last + 1), mine.split("\n", 1)[0]])

    @cached_property
    def statement(self) -> str:
        """Its line, with those that a backslash joins to it."""
        first = last = self.number
        lowest, highest = max(first - FARTHEST, 0), min(last + FARTHEST, len(self.page.starts) - 1)
        while first > lowest and self.page.line(first - 1).endswith("\\"):
            first -= 1
        while last < highest and self.page.line(last).endswith("\\"):
            last += 1
        if first == last:
            return self.head + self.page.text[self.at : self.at + WIDEST].split("\n", 1)[0]
        return "\n".join(self.page.lines(first, last + 1))

    @cached_property
    def joined(self) -> str:
        """What stands before it, over its line and the few above it."""
        before = self.page.lines(self.number - 6, self.number)
        return "\n".join([*before, self.head])[-WIDEST:]

    @property
    def is_key(self) -> bool:
        """Whether its label is a key, and nothing that is assigned to."""
        return is_key(self.head)

    @cached_property
    def is_argument(self) -> bool:
        """Whether it is named among what a call is handed that looks nothing up."""
        return is_argument(self.joined)

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """What is called with it, the innermost first: the text before each open bracket."""
        outer = "\n".join([*reversed(self.above[:5]), self.head])
        return (*calls(self.joined), *calls(outer))

    @cached_property
    def _outline(self) -> tuple[Told, ...]:
        above = self.page.lines(self.number - FARTHEST, self.number)
        return tuple(outline(self.page.line(self.number), above[::-1]))

    def _other_half(self) -> str:
        """What a value is called that is itself called `value`."""
        near = [*self.page.lines(self.number - 2, self.number), self.head]
        found = [first or second for first, second in NAMED.findall("\n".join(near))]
        if not found:
            after = self.page.lines(self.number + 1, self.number + 2)
            found = [first or second for first, second in NAMED.findall("\n".join(after))]
        return found[-1].strip() if found else ""
