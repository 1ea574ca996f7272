"""Nodes → the values of fields; whoever wrote something else is told what is expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mpgov.core.model import UNSET, Flag, Json, Location, Number, Text, Texts, Unset, Values
from mpgov.formats.yaml_nodes import LIST, MAP, PLAIN, QUOTED
from mpgov.formats.yaml_problems import File, Problems, shown

if TYPE_CHECKING:
    from yaml.nodes import Node

LONGEST_INTEGER: Final = 300  # above, a float would be infinite, and readers of JSON give up
NULLS: Final = frozenset({"~", "null", "Null", "NULL"})
_CONSTANTS: Final[dict[str, Json]] = {
    **dict.fromkeys(("", *NULLS), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FOUND: Final = {LIST: "a list", MAP: "a mapping"}


@dataclass(slots=True)
class Document:
    """One file under reading: what problems are about."""

    file: File
    root: Node
    problems: Problems

    def problem(self, node: Node, message: str) -> Unset:
        """Report; the answer stands for the value that is not there."""
        self.problems.add(self.file, node.start_mark, message)
        return UNSET

    def place(self, node: Node) -> Location:
        """Where a node begins."""
        mark = node.start_mark
        return Location(self.file.name, mark.line + 1, mark.column + 1)


Reader: TypeAlias = Callable[[Document, str, "Node"], Any]
Readers: TypeAlias = Mapping[str, Reader]
Pair: TypeAlias = "tuple[str, Location, Node]"


def is_null(node: Node) -> bool:
    """Whether the word `null` was written."""
    return node.tag == PLAIN and node.value in NULLS


def is_empty(node: Node) -> bool:
    """Whether the value was left empty."""
    return node.tag == PLAIN and node.value == ""


def found(node: Node) -> str:
    """What was found, for a message."""
    if node.tag in _FOUND:
        return _FOUND[node.tag]
    return "nothing" if is_empty(node) else shown(node.value)


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: which one may be meant, else all of them."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    words = list(known)
    close = get_close_matches(name[:80], words, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(words)}"


def pairs(
    doc: Document,
    node: Node,
    what: str,
    seen: dict[str, Location] | None = None,
    *,
    unnamed: bool = False,
) -> Iterator[Pair]:
    """Each name of a mapping with its place and its value; once, in all that share `seen`.

    With `unnamed`, `""` is a name, as it is in JSON.
    """
    seen = {} if seen is None else seen
    for key, value in node.value:
        name = key.value
        if name.__class__ is not str or not (name or (unnamed and key.tag == QUOTED)):
            there = found(key) if name else "an empty one"
            doc.problem(key, f"{what} needs a name, found {there}; write a text")
        elif name in seen:
            twice(doc, key, name, seen[name])
        else:
            seen[name] = doc.place(key)
            yield name, seen[name], value


def twice(doc: Document, key: Node, name: str, first: Location) -> None:
    """Report a name that was written before."""
    doc.problem(key, f"{shown(name)} is written twice, first at {first}; keep one of them")


def fields(
    doc: Document, node: Node, readers: Readers, what: str
) -> tuple[dict[str, Any], dict[str, Location]]:
    """The fields of a mapping as their readers read them, and where each key stands."""
    values: dict[str, Any] = {}
    places: dict[str, Location] = {}
    for key, node_of in node.value:
        name = key.value
        read = readers.get(name) if name.__class__ is str else None
        if read is None:
            unknown(doc, key, readers, f"{what} has no field")
        elif name in places:
            twice(doc, key, name, places[name])
        else:
            places[name] = doc.place(key)
            value = read(doc, name, node_of)
            if value is not UNSET:
                values[name] = value
    return values, places


def unknown(doc: Document, key: Node, known: Iterable[str], lacks: str) -> None:
    """Report a key that means nothing there."""
    name = key.value
    if name.__class__ is str and name:
        doc.problem(key, f"{lacks} {shown(name)}; {nearest(name, known)}")
    else:
        there = f"like {found(key)}" if name else "with an empty name"
        doc.problem(key, f"{lacks} {there}; remove it")


def wrong(doc: Document, name: str, node: Node, expected: str, fix: str) -> Unset:
    """Report a field that holds something else than expected, or was left empty."""
    if is_empty(node):
        return doc.problem(node, f"{name} is left empty; {fix}, or null to clear it")
    return doc.problem(node, f"{name} expects {expected}, found {found(node)}; {fix}")


def text(doc: Document, name: str, node: Node) -> Text:
    """A text: the characters as written."""
    tag = node.tag
    if tag == QUOTED:
        return node.value or None
    if tag == PLAIN:
        if node.value in NULLS:
            return None
        if node.value:
            return str(node.value)
    return wrong(doc, name, node, "a text", "write a text")


def word(known: tuple[str, ...]) -> Callable[[Document, str, Node], Text]:
    """A reader of one of the known words."""
    fix = f"write one of {', '.join(known)}"

    def read(doc: Document, name: str, node: Node) -> Text:
        if is_empty(node):
            return wrong(doc, name, node, "a word", fix)
        value = text(doc, name, node)
        if isinstance(value, str) and value not in known:
            return doc.problem(node, f"{name} cannot be {shown(value)}; {nearest(value, known)}")
        return value

    return read


def flag(doc: Document, name: str, node: Node) -> Flag:
    """True, false or null."""
    if node.tag == PLAIN and node.value:
        value = _CONSTANTS.get(node.value, UNSET)
        if value is None or isinstance(value, bool):
            return value
    if node.tag == QUOTED and not node.value:
        return None
    return wrong(doc, name, node, "true or false", f"write {name}: true")


def number(doc: Document, name: str, node: Node) -> Number:
    """A number or null."""
    if is_null(node) or (node.tag == QUOTED and not node.value):
        return None
    value = plain_value(node.value) if node.tag == PLAIN else None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return wrong(doc, name, node, "a number", f"write {name}: 0")


def texts(doc: Document, name: str, node: Node) -> Texts:
    """A list of texts, each once, in the order written."""
    items = listed(doc, name, node, "texts")
    if not isinstance(items, list):
        return items
    values = [_element(doc, name, item) for item in items]
    return tuple(dict.fromkeys(value for value in values if value)) or UNSET


def _element(doc: Document, name: str, node: Node) -> str:
    if node.tag in {PLAIN, QUOTED} and node.value and not is_null(node):
        return str(node.value)
    doc.problem(node, f"{name} expects a list of texts, found {found(node)} in it; write a text")
    return ""


def listed(doc: Document, name: str, node: Node, of: str) -> list[Node] | Unset | None:
    """The elements of a list; an empty one is null."""
    if node.tag == LIST:
        return list(node.value) or None
    if is_null(node) or (node.tag == QUOTED and not node.value):
        return None
    example = node.value if node.tag in {PLAIN, QUOTED} and node.value else "one, another"
    if is_empty(node) or node.tag == MAP or len(example) > 60 or "\n" in example:
        example = "…"
    return wrong(doc, name, node, f"a list of {of}", f"write {name}: [{example}]")


def values(doc: Document, name: str, node: Node, *, textual: bool) -> Values:
    """Examples or allowed values: the characters as written where the type is text."""
    items = listed(doc, name, node, "values")
    if not isinstance(items, list):
        return items
    read = _written if textual else json
    read_values = [read(doc, name, item) for item in items]
    return tuple(value for value in read_values if value is not UNSET) or UNSET


def _written(doc: Document, name: str, node: Node) -> str | Unset:
    if node.tag == QUOTED or (node.tag == PLAIN and node.value):
        return str(node.value)
    return doc.problem(node, f"{name} of a text are texts, found {found(node)}; write a text")


def json(doc: Document, name: str, node: Node) -> Json | Unset:
    """Any value that JSON can carry."""
    if node.tag == QUOTED:
        return str(node.value)
    if node.tag == PLAIN:
        if not node.value:
            return wrong(doc, name, node, "a value", "write a value")
        return scalar(doc, name, node)
    if node.tag == LIST:
        items = [json(doc, name, item) for item in node.value]
        return [item for item in items if item is not UNSET]
    return mapping(doc, name, node)


def mapping(doc: Document, name: str, node: Node) -> dict[str, Json]:
    """A mapping of names to any values that JSON can carry."""
    inner = pairs(doc, node, name, unnamed=True)
    read = {key: json(doc, key or name, value) for key, _, value in inner}
    return {key: value for key, value in read.items() if value is not UNSET}


def scalar(doc: Document, name: str, node: Node) -> Json | Unset:
    """What a plain word means, if JSON can carry it."""
    value = plain_value(node.value)
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{name} holds {shown(node.value)}, a number that JSON cannot carry"
        return doc.problem(node, f"{message}; put it in quotes, or leave it out")
    return value


def plain_value(value: str) -> Json:
    """What a plain word means in YAML 1.2: null, true, a number, or itself."""
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value[0] not in "+-.0123456789":
        return value
    if _FLOAT.fullmatch(value):
        whole = _INTEGER.fullmatch(value) and len(value) <= LONGEST_INTEGER
        return int(value) if whole else float(value)
    if _BASED.fullmatch(value):
        based = int(value, 0)
        return based if based < 10**LONGEST_INTEGER else math.inf
    return math.inf if _NO_NUMBER.fullmatch(value) else value
