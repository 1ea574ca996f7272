"""Where the parts of a YAML text begin and end, to the character."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from yaml.nodes import Node

from mpgov.formats.yaml_nodes import LIST, MAP
from mpgov.formats.yaml_values import is_empty

Pair: TypeAlias = tuple[Node, Node]
_COLON: Final = re.compile(r"\s*:")
_ALIAS: Final = re.compile(r"[\s,\-]*\*[^\s,\]}]+")


class CannotPatchError(Exception):
    """The text is written in a way that cannot be changed in place."""


class Layout:
    """A text, and where the nodes made from it stand; it ends with the end of a line."""

    def __init__(self, text: str) -> None:
        self.text = text

    def source(self, node: Node) -> str:
        """The characters of a node."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def colon(self, key: Node) -> int:
        """Where the value of a name may begin."""
        found = _COLON.match(self.text, key.end_mark.index)
        if found is None:
            raise CannotPatchError
        return found.end()

    def pair_end(self, key: Node, node: Node) -> int:
        """Where a name and its value end."""
        after = self.colon(key)
        if is_alias(key, node):
            return self.alias_end(after)
        return after if is_empty(node) else self.end(node)

    def alias_end(self, after: int) -> int:
        """Where an alias ends."""
        found = _ALIAS.match(self.text, after)
        if found is None:
            raise CannotPatchError
        return found.end()

    def end(self, node: Node) -> int:
        """Where a value ends: comments and empty lines after it are not its."""
        end: int = node.end_mark.index
        if node.tag == MAP and not is_flow(node):
            return max((self.pair_end(*pair) for pair in own_pairs(node)), default=end)
        if node.tag == LIST and not is_flow(node):
            at = node.start_mark.index
            for one in node.value:
                at = self.alias_end(at) if one.start_mark.index < at else self.end(one)
            return at
        style = getattr(node, "style", None)
        if style in {"|", ">"} and "+" not in self.source(node).split("\n", 1)[0]:
            return node.start_mark.index + len(self.source(node).rstrip())
        return end

    def line_start(self, index: int) -> int:
        """Where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_of(self, key: Node) -> int:
        """Where the line of a name begins, on which it must be the first thing."""
        start = self.line_start(key.start_mark.index)
        if self.text[start : key.start_mark.index].strip() not in {"", "?"}:
            raise CannotPatchError
        return start

    def column(self, key: Node) -> int:
        """How far a name is indented."""
        before = self.text[self.line_of(key) : key.start_mark.index]
        return len(before) - len(before.lstrip())

    def line_end(self, index: int) -> int:
        """Where the line of a character ends."""
        end = self.text.find("\n", index)
        return end - 1 if self.text[end - 1] == "\r" else end

    def blank_above(self, start: int) -> int:
        """Where the empty line above a line begins; the line itself where there is none."""
        above = self.line_start(start - 1) if start else 0
        return start if self.text[above:start].strip() else above

    def line_after(self, index: int) -> int:
        """Where the next line begins; a place at the start of a line is such."""
        at_start = index > 0 and self.text[index - 1] == "\n"
        return index if at_start else self.text.find("\n", index) + 1


def is_alias(key: Node, node: Node) -> bool:
    """Whether the value was written elsewhere, and only named here."""
    return bool(node.start_mark.index < key.start_mark.index)


def is_flow(node: Node) -> bool:
    """Whether it stands within brackets."""
    return bool(getattr(node, "flow_style", False))


def own_pairs(node: Node) -> list[Pair]:
    """The pairs of a mapping that are written in it, not merged into it."""
    inside = range(node.start_mark.index, node.end_mark.index)
    return [(key, value) for key, value in node.value if key.start_mark.index in inside]
