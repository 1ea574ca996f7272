"""Make a YAML text say something else by changing only the characters concerned.

`Patch` walks a tree of nodes beside the values that are wanted and notes what to splice; comments,
order, quotes and blank lines stay because nobody touches them. Where a text is too unusual
(`CannotPatchError`) the caller has a larger part written anew (`Whole`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from yaml.nodes import Node

from mpgov.core.model import Path
from mpgov.formats.yaml_layout import CannotPatchError, Layout, Pair, is_alias, is_flow
from mpgov.formats.yaml_nodes import LIST, MAP, PLAIN, QUOTED
from mpgov.formats.yaml_text import (
    Style,
    flow,
    flow_pair,
    in_quotes,
    is_list,
    is_visible,
    scalar,
)
from mpgov.formats.yaml_values import is_empty, is_null, plain_value

_DASH: Final = re.compile(r"[ \t]*-[ \t]+")
WIDEST: Final = 100
Steps: TypeAlias = Sequence[tuple[str, int, int, int, int]]  # as difflib tells them


@dataclass(frozen=True, slots=True)
class Whole:
    """A value to be written anew, whatever stands there."""

    value: object


class Patch:
    """The changes to a text, noted first and made together.

    `orders` says in which order the names of a mapping go, by the mapping's path with `*` for any
    name; where it is silent a new name goes last. In the mappings at `spaced` paths a new name gets
    an empty line before it, as the others have.
    """

    def __init__(
        self,
        text: str,
        style: Style,
        orders: Mapping[Path, Sequence[str]],
        spaced: Collection[Path],
    ) -> None:
        self.text = text
        self.at = Layout(text)
        self.style = style
        self.orders = orders
        self.spaced = spaced
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self._splices: list[tuple[int, int, str]] = []

    def result(self) -> str:
        """The text with all changes made; what is inserted at a place goes before what is cut."""
        pieces: list[str] = []
        at = 0
        for start, end, new in sorted(self._splices, key=lambda one: (one[0], one[0] != one[1])):
            pieces += [self.text[at:start], new]
            at = max(at, end)
        return "".join([*pieces, self.text[at:]])

    def mapping(self, node: Node, wanted: Mapping[str, object], path: Path = ()) -> None:
        """Make a mapping hold these names and values; a value that is a node stays."""
        inside = range(node.start_mark.index, node.end_mark.index)
        own = {
            key.value: (key, value) for key, value in node.value if key.start_mark.index in inside
        }
        merged = {key.value: value for key, value in node.value if key.value not in own}
        if not own or set(merged) - set(wanted):
            raise CannotPatchError
        for name, (key, value) in own.items():
            if name in wanted:
                self._pair(key, value, wanted[name], (*path, name), in_flow=is_flow(node))
        new = {
            name: value
            for name, value in wanted.items()
            if name not in own and not (name in merged and same(merged[name], value))
        }
        order = {name: rank for rank, name in enumerate(self._order(path))}
        new = dict(sorted(new.items(), key=lambda one: order.get(one[0], len(order))))
        change = _Change(list(own.values()), new, set(own) - set(wanted), order, path)
        if is_flow(node):
            self._change_flow(node, change)
        else:
            self._change_block(change)

    def _order(self, path: Path) -> Sequence[str]:
        """The order of names in the mapping at a path."""
        for known, names in self.orders.items():
            if len(known) == len(path) and all(
                k in {"*", p} for k, p in zip(known, path, strict=True)
            ):
                return names
        return ()

    def _pair(self, key: Node, node: Node, wanted: object, path: Path, *, in_flow: bool) -> None:
        nested = bool(node.value) and not is_alias(key, node)
        if isinstance(wanted, Whole):
            self._replace(key, node, wanted.value, in_flow=in_flow)
        elif same(node, wanted):
            return
        elif isinstance(wanted, Mapping) and wanted and node.tag == MAP and nested:
            self.mapping(node, wanted, path)
        elif is_list(wanted) and wanted and node.tag == LIST and nested:
            self._list(node, wanted)
        else:
            self._replace(key, node, wanted, in_flow=in_flow)

    def _replace(self, key: Node, node: Node, wanted: object, *, in_flow: bool) -> None:
        """Put another value behind a name; a comment on its line stays."""
        after = self.at.colon(key)
        end = self.at.pair_end(key, node)
        start = end if is_alias(key, node) or is_empty(node) else node.start_mark.index
        line = _like(node, wanted) or (flow(wanted) if in_flow else "")
        first, *rest = [f" {line}"] if line else self.style.after(wanted, self.at.column(key))
        if "\n" in self.text[after:start]:  # the old value begins on a later line
            head = self.at.line_end(after)
            self._splices += [(after, after, first), (head, end, "")]
        else:
            self._splices.append((after, end, first))
        if rest:
            at = self.at.line_end(end)
            self._splices.append((at, at, self.newline + self.newline.join(rest)))

    def _list(self, node: Node, wanted: Sequence[object]) -> None:
        """Make a list hold these elements; those that stay are not touched.

        An element that another takes the place of leaves it the comment on its line.
        """
        old, new = [_canonical(one) for one in node.value], [_canonical(one) for one in wanted]
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        ends = node.start_mark.index, node.end_mark.index
        if not is_flow(node):
            self._block_list(node.value, wanted, steps)
        elif all(one.start_mark.index in range(*ends) for one in node.value):
            self._flow_list(node.value, wanted, steps)
        else:  # what an alias means is written elsewhere
            there = dict(zip(old, (self.at.source(one) for one in node.value), strict=True))
            line = ", ".join(
                there.get(name) or flow(one) for name, one in zip(new, wanted, strict=True)
            )
            self._splices.append((self.text.index("[", ends[0]), ends[1], f"[{line}]"))

    def _block_list(self, old: Sequence[Node], wanted: Sequence[object], steps: Steps) -> None:
        starts = [self.at.line_start(one.start_mark.index) for one in old]
        dashes = [_DASH.match(self.text, start) for start in starts]
        if any(
            dash is None or dash.end() != one.start_mark.index
            for dash, one in zip(dashes, old, strict=True)
        ):
            raise CannotPatchError
        starts.append(self.at.line_after(self.at.end(old[-1])))
        column = self.text.index("-", starts[0]) - starts[0]
        for change, first, last, begin, end in steps:
            at, new = first, begin
            if change == "equal":
                continue
            while at < last and new < end and self._is_line(old[at], wanted[new]):
                self._put(old[at], _like(old[at], wanted[new]) or scalar(wanted[new]))
                at, new = at + 1, new + 1
            self._insert(starts[at], self.style.items(wanted[new:end], column))
            for one in old[at:last]:
                start = self.at.line_start(one.start_mark.index)
                self._cut(start, self.at.line_after(self.at.end(one)))

    def _flow_list(self, old: Sequence[Node], wanted: Sequence[object], steps: Steps) -> None:
        kept = {place for change, i, j, *_ in steps if change == "equal" for place in range(i, j)}
        for change, first, last, begin, end in steps:
            if change == "equal":
                continue
            paired = min(last - first, end - begin)
            for one, value in zip(old[first:last], wanted[begin:end], strict=False):
                self._put(one, _like(one, value) or flow(value))
            new = ", ".join(flow(value) for value in wanted[begin + paired : end])
            if new and first + paired:
                at = self.at.end(old[first + paired - 1])
                self._splices.append((at, at, f", {new}"))
            elif new:
                at = old[0].start_mark.index
                self._splices.append((at, at, f"{new}, "))
            for place in range(first + paired, last):
                self._cut_flowing(old, place, is_last=not any(k > place for k in kept))

    def _cut_flowing(self, old: Sequence[Node], place: int, *, is_last: bool) -> None:
        """Take an element out from between brackets, with the comment that is its own."""
        start, end = old[place].start_mark.index, self.at.end(old[place])
        if not is_last:
            self._cut(start, old[place + 1].start_mark.index)
        elif place and "#" not in self.text[self.at.end(old[place - 1]) : start]:
            self._cut(self.at.end(old[place - 1]), end)
        else:
            self._cut(start, end)

    def _put(self, old: Node, line: str) -> None:
        self._splices.append((old.start_mark.index, self.at.end(old), line))

    def _is_line(self, old: Node, wanted: object) -> bool:
        """Whether an element and what is to take its place are one line each."""
        plain = not isinstance(wanted, Mapping) and not is_list(wanted)
        one = old.tag not in {MAP, LIST} and "\n" not in self.at.source(old)
        return plain and one and "\n" not in str(wanted)

    def _change_block(self, change: _Change) -> None:
        for pair in change.gone:
            start = self.at.line_of(pair[0])
            if change.path in self.spaced:
                start = self.at.blank_above(start)
            self._cut(start, self.at.line_after(self.at.pair_end(*pair)))
        column = self.at.column(change.own[0][0])
        for name, value in change.new.items():
            anchor = change.anchor(name)
            if anchor is None:
                at = self.at.line_of((change.kept or change.own)[0][0])
            else:
                at = self.at.line_after(self.at.pair_end(*anchor))
            lines = self._lines(name, value, column, (*change.path, name))
            line = f"{' ' * column}{flow_pair(name, value)}"
            if change.is_flowing and isinstance(value, Mapping) and value and len(line) <= WIDEST:
                lines = [line]
            if change.path in self.spaced and self._is_spaced(change.own):
                lines = ["", *lines]
            self._insert(at, lines)

    def _lines(self, name: str, value: object, column: int, path: Path) -> list[str]:
        first, *rest = self.style.pair(name, value, column)
        if path in self.spaced and isinstance(value, Mapping):
            rest = self.style.mapping(value, column + self.style.step, spaced=True)
        return [first, *rest]

    def _change_flow(self, node: Node, change: _Change) -> None:
        if not change.kept:
            start = self.text.index("{", node.start_mark.index)
            line = ", ".join(flow_pair(name, value) for name, value in change.new.items())
            self._splices.append((start, node.end_mark.index, f"{{{line}}}"))
            return
        own, kept = change.own, change.kept
        first = own.index(kept[0])
        for place, pair in enumerate(own):
            if pair in kept:
                continue
            if place < first:
                self._cut(pair[0].start_mark.index, own[place + 1][0].start_mark.index)
            else:
                self._cut(self.at.pair_end(*own[place - 1]), self.at.pair_end(*pair))
        for name, wanted in change.new.items():
            anchor = change.anchor(name)
            at = self.at.pair_end(*anchor) if anchor else kept[0][0].start_mark.index
            line = flow_pair(name, wanted)
            self._splices.append((at, at, f", {line}" if anchor else f"{line}, "))

    def _is_spaced(self, own: list[Pair]) -> bool:
        """Whether empty lines stand between the names."""
        above = self.text[: self.at.line_of(own[-1][0])].splitlines()
        while above and above[-1].lstrip().startswith("#"):
            above.pop()
        return len(own) == 1 or not above[-1].strip()

    def _insert(self, at: int, lines: list[str]) -> None:
        if lines:
            self._splices.append((at, at, "".join(line + self.newline for line in lines)))

    def _cut(self, start: int, end: int) -> None:
        self._splices.append((start, end, ""))


@dataclass(frozen=True, slots=True)
class _Change:
    """What becomes of a mapping's names."""

    own: list[Pair]
    new: dict[str, object]
    left_out: set[str]
    order: dict[str, int]
    path: Path

    @property
    def kept(self) -> list[Pair]:
        """What stays."""
        return [pair for pair in self.own if pair[0].value not in self.left_out]

    @property
    def gone(self) -> list[Pair]:
        """What goes."""
        return [pair for pair in self.own if pair[0].value in self.left_out]

    @property
    def is_flowing(self) -> bool:
        """Whether every mapping here stands within braces."""
        mappings = [value for _, value in self.own if value.tag == MAP and value.value]
        return bool(mappings) and all(is_flow(one) for one in mappings)

    def anchor(self, name: str) -> Pair | None:
        """The pair that a new name goes after."""
        rank = self.order.get(name, len(self.order))
        before = [
            pair for pair in self.kept if self.order.get(pair[0].value, len(self.order)) <= rank
        ]
        return before[-1] if before else None


def same(node: Node, wanted: object) -> bool:
    """Whether a node already says what is wanted."""
    if wanted is node:
        return True
    if wanted is None:
        return is_null(node) or (node.tag in {QUOTED, LIST} and not node.value)
    if isinstance(wanted, str):
        return node.tag in {PLAIN, QUOTED} and node.value == wanted and not is_null(node)
    if isinstance(wanted, Mapping):
        names = {key.value: value for key, value in node.value} if node.tag == MAP else {}
        shape = node.tag == MAP or (is_empty(node) and not wanted)
        return (
            shape
            and set(names) == set(wanted)
            and all(same(names[name], value) for name, value in wanted.items())
        )
    if is_list(wanted):
        return (
            node.tag == LIST
            and len(node.value) == len(wanted)
            and all(same(one, value) for one, value in zip(node.value, wanted, strict=True))
        )
    value = plain_value(node.value) if node.tag == PLAIN else None
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _like(node: Node, wanted: object) -> str:
    """A text in the quotes that the old one has; empty where that does not apply."""
    style = getattr(node, "style", None)
    if not isinstance(wanted, str) or style not in {"'", '"'} or not is_visible(wanted):
        return ""
    return in_quotes(wanted, style)


def _canonical(one: object) -> str:
    """A text that is the same for the same element, written or wanted."""
    value = one.value if isinstance(one, Node) else one
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        value = list(value.items())
    if is_list(value):
        return "[" + ", ".join(_canonical(each) for each in value) + "]"
    return scalar(value)
