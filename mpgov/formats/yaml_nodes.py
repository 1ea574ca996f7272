"""YAML text → a tree of nodes that know their place, in which nothing surprises.

The parser is libyaml; what words mean is decided here (YAML 1.2's core schema) and only when a
field asks for it, so that an event called `No` or `012` is called that. In the tree that comes
out, a node's `tag` is one of `PLAIN`, `QUOTED`, `LIST` and `MAP`: aliases, merge keys and
explicit tags have been resolved or refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from mpgov.formats.yaml_problems import File, Problems, visible

if TYPE_CHECKING:
    from yaml.error import Mark

try:
    from yaml._yaml import CParser as Parser
except ImportError:  # PyYAML without libyaml: the same, slower
    from mpgov.formats.yaml_pure import PureParser as Parser  # type: ignore[assignment]  # same use

PLAIN: Final = "plain"
QUOTED: Final = "quoted"
LIST: Final = "list"
MAP: Final = "map"

MOST_BYTES: Final = 16 * 1024 * 1024  # Mixpanel's 5 000 events with ten properties are about 7 MB
MOST_NODES: Final = 1_000_000
DEEPEST: Final = 100
# YAML 1.1 breaks lines at these, 1.2 does not: they are swapped for others while libyaml looks.
_BREAKS: Final = "\x85\u2028\u2029"
_STAND_INS: Final = "\ufdd0\ufdd1\ufdd2"  # noncharacters, in no text that people exchange
_IN: Final = str.maketrans(_BREAKS, _STAND_INS)
_OUT: Final = str.maketrans(_STAND_INS, _BREAKS)
_ODD_WORDS: Final = ("*", "!", "<<", *_BREAKS)
_ODD: Final = re.compile(rf"[{_BREAKS}]|<<|(?:^|[\s\[{{,:])[*!]", re.MULTILINE)


_SCALARS: Final = ("!!int", "!!float", "!!bool", "!!null")
_TAGS: Final = {"!!str": QUOTED, "!!seq": LIST, "!!map": MAP, **dict.fromkeys(_SCALARS, PLAIN)}


class TooMuchError(Exception):
    """A document that no plan is: too deep, or too many nodes."""

    def __init__(self, message: str, mark: Mark | None) -> None:
        super().__init__(message)
        self.mark = mark


class _Composer(Parser):
    """Makes nodes; leaves words alone; gives up on what is too deep or too much."""

    def __init__(self, text: str) -> None:
        Parser.__init__(self, text)
        self.depth = 0
        self.nodes = 0

    def resolve(self, kind: type[Node], _value: object, implicit: tuple[bool, bool]) -> str:
        """What stands where a tag would."""
        if kind is ScalarNode:
            return PLAIN if implicit[0] else QUOTED
        return MAP if kind is MappingNode else LIST

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        """Called before each node."""
        self.depth += 1
        self.nodes += 1
        if self.depth > DEEPEST:
            raise TooMuchError(
                f"is nested deeper than {DEEPEST} levels; make it flatter", _start(parent)
            )
        if self.nodes > MOST_NODES:
            message = f"holds more than {MOST_NODES} values; make a folder of several files"
            raise TooMuchError(message, _start(parent))

    def ascend_resolver(self) -> None:
        """Called after each node."""
        self.depth -= 1


def compose(file: File, problems: Problems) -> tuple[Node | None, bool]:
    """The tree of a file's only document, if there is one, and whether all went well."""
    text = file.text
    odd = any(word in text for word in _ODD_WORDS) and _ODD.search(text) is not None
    try:
        composer = _Composer(text.translate(_IN) if odd else text)
        node: Node | None = composer.get_single_node()
        if node is not None and odd:
            _Straightener(file, problems).run(node, composer.nodes)
    except TooMuchError as error:
        problems.add(file, error.mark, str(error))
    except yaml.YAMLError as error:
        problems.add_yaml(file, error)
    else:
        return node, True
    return None, False


class _Straightener:
    """One walk over the tree that leaves nothing unusual in it."""

    def __init__(self, file: File, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self.breaks = any(one in file.text for one in _BREAKS)
        self.known: dict[int, tuple[int, int]] = {}  # node → its size and depth, written out
        self.open: set[int] = set()

    def run(self, root: Node, written: int) -> None:
        """Measure aliases, merge merge keys, put tags and breaks in order; all in place."""
        size, depth = self._visit(root)
        if size > max(100_000, 10 * written) or depth > DEEPEST:
            message = "repeats itself through aliases (*name) far too often; write it out"
            raise TooMuchError(message, root.start_mark)

    def _visit(self, node: Node) -> tuple[int, int]:
        if (known := self.known.get(id(node))) is not None:
            return known
        if id(node) in self.open:
            raise TooMuchError(
                "contains itself through an alias (*name); remove it", node.start_mark
            )
        self.open.add(id(node))
        self._resolve_tag(node)
        size, depth = 1, 0
        for child in self._children(node):
            below = self._visit(child)
            size += below[0]
            depth = max(depth, below[1])
        if isinstance(node, MappingNode):
            node.value = self._merged(node.value)
        self.open.discard(id(node))
        self.known[id(node)] = (size, depth + 1)
        return size, depth + 1

    def _children(self, node: Node) -> list[Node]:
        if isinstance(node, ScalarNode):
            if self.breaks:
                node.value = node.value.translate(_OUT)
            return []
        if isinstance(node, MappingNode):
            return [one for pair in node.value for one in pair]
        return list(node.value)

    def _resolve_tag(self, node: Node) -> None:
        if node.tag in {PLAIN, QUOTED, LIST, MAP}:
            return
        short = node.tag.replace("tag:yaml.org,2002:", "!!")
        node.tag, shape = _TAGS.get(short, ""), _shape(node)
        if shape != (PLAIN if node.tag == QUOTED else node.tag):
            node.tag = shape
            message = f"has the tag {visible(short)}, which means nothing here; leave it out"
            self.problems.add(self.file, node.start_mark, message)

    def _merged(self, pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
        """The pairs with those that `<<` names before them; what is written here wins."""
        sources = [value for key, value in pairs if _is_merge(key)]
        if not sources:
            return pairs
        own = [pair for pair in pairs if not _is_merge(pair[0])]
        names = {_name(key) for key, _ in own}
        taken: list[tuple[Node, Node]] = []
        for one in [each for s in sources for each in (s.value if s.tag == LIST else [s])]:
            if one.tag != MAP:
                message = "<< expects a mapping or a list of them; write <<: *name"
                self.problems.add(self.file, one.start_mark, message)
                continue
            taken += [pair for pair in one.value if _name(pair[0]) not in names]
            names |= {_name(key) for key, _ in one.value}
        return taken + own


def _start(node: Node | None) -> Mark | None:
    return node.start_mark if node is not None else None


def _shape(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return PLAIN
    return MAP if isinstance(node, MappingNode) else LIST


def _is_merge(key: Node) -> bool:
    return key.tag == PLAIN and key.value == "<<"


def _name(key: Node) -> object:
    return key.value if isinstance(key.value, str) else id(key)
