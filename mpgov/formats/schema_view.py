"""What a JSON Schema comes to: its `$ref` followed, its `allOf` and its choices merged.

`$ref` leads to a definition of the same schema, to another file of the plan by its path or by its
`$id` (or Iglu address); nothing is ever fetched. What is written beside a `$ref` goes on top of
what it leads to, as in drafts 2019-09 and later.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin

from mpgov.errors import InputError
from mpgov.formats.json_nodes import Node
from mpgov.formats.left_out import LeftOut
from mpgov.formats.yaml_problems import shown

DEFINITIONS: Final = ("$defs", "definitions")
CHOICES: Final = ("anyOf", "oneOf")
_MERGED: Final = frozenset({"$ref", "allOf", "properties", "required", "$anchor", *DEFINITIONS})
_OWN: Final = frozenset({"title", "$id", "id", "$schema", "$comment", "self"})
_DATA: Final = frozenset({"enum", "const", "default", "examples", "example"})
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A schema, and the one that `#` means in it."""

    node: Node
    root: Node

    def within(self, node: Node) -> Schema:
        """A part of it."""
        return Schema(node, self.root)


@dataclass(slots=True, eq=False)
class View:
    """What a schema and all that it refers to say together.

    `is_again` is said of one that leads back to what holds it; `nodes` are all that were looked at.
    """

    schema: Schema
    words: dict[str, Schema] = field(default_factory=dict)
    properties: dict[str, Schema] = field(default_factory=dict)
    required: dict[str, Node] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    is_nullable: bool = False
    is_never: bool = False
    is_again: bool = False

    def word(self, name: str) -> Node | None:
        """What a keyword says, if it is there."""
        found = self.words.get(name)
        return found.node if found else None

    def value(self, name: str) -> Any:
        """The value of a keyword; `None` where it is not there."""
        found = self.words.get(name)
        return found.node.value if found else None


class Library:
    """The schemas of all files of a plan, to be looked up from each other."""

    def __init__(self, left: LeftOut, roots: Iterable[Node] = ()) -> None:
        self.left = left
        self._files: dict[str, Node] = {}
        self._ids: dict[str, Node] = {}
        self._spent = 0
        self._most = 10_000
        for root in roots:
            self._most += 50 * root.document.nodes
            self._files[posixpath.normpath(root.document.file.name)] = root
            for node in (root, *root.items, *_definitions(root)):
                self._ids.update(dict.fromkeys(_addresses(node), node))

    def view(self, schema: Schema, above: tuple[Node, ...] = ()) -> View:
        """All that is said of one thing; `above` are the schemas that hold it."""
        view = View(schema)
        _Gatherer(self, view, above).gather(schema, (), borrowed=False)
        return view

    def spend(self, node: Node) -> None:
        """Count a step; a few lines can unfold to more than there is memory."""
        self._spent += 1
        if self._spent > self._most:
            place, limit = node.place, self._most
            raise InputError(
                f"{place}: its $ref and allOf unfold to more than {limit} schemas; write them out"
            )

    def resolve(self, schema: Schema, ref: Node) -> Schema | None:
        """Where a `$ref` leads; nothing where that is not among the files."""
        if not isinstance(ref.value, str):
            ref.problem(f'$ref expects a text, found {ref.found}; write "#/$defs/…"')
            return None
        address, _, fragment = ref.value.partition("#")
        root = self._root(schema, address) if address else schema.root
        if root is None:
            if _SCHEME.match(address):
                self.left.add("a $ref to what is not among the files", ref.value)
            else:
                message = f"$ref leads to {shown(address)}, which is not among the files"
                ref.problem(f"{message}; name the folder that holds both, or write it out")
            return None
        found = _pointed(root, unquote(fragment))
        if found is None:
            ref.problem(f"$ref leads to {shown(ref.value)}, where there is nothing; repair it")
            return None
        return Schema(found, root)

    def _root(self, schema: Schema, address: str) -> Node | None:
        base = next(iter(_addresses(schema.root)), "")
        for known in (address, urljoin(base, address)):
            if known in self._ids:
                return self._ids[known]
        folder = posixpath.dirname(schema.root.document.file.name)
        return self._files.get(posixpath.normpath(posixpath.join(folder, unquote(address))))


class _Gatherer:
    """Fills one view."""

    def __init__(self, library: Library, view: View, above: tuple[Node, ...]) -> None:
        self.library = library
        self.view = view
        self.above = above

    def gather(self, schema: Schema, chain: tuple[Node, ...], *, borrowed: bool) -> None:
        """Add what a schema says; `chain` are those that referred to it."""
        node = schema.node
        self.library.spend(node)
        if node in chain:
            chain[-1].problem("$ref leads in a circle, back to itself; write out what it means")
        elif isinstance(node.value, bool):
            self.view.is_never = self.view.is_never or not node.value
        elif not isinstance(node.value, dict):
            node.problem(f"a schema is expected, found {node.found}; write {{}}")
        elif node in self.above:
            self.view.is_again = True
            if "type" in node.members:
                self.view.words["type"] = schema.within(node.members["type"])
        else:
            self.view.nodes.append(node)
            self._merge(schema, (*chain, node), borrowed=borrowed)
            self._words(schema, borrowed=borrowed)

    def _merge(self, schema: Schema, chain: tuple[Node, ...], *, borrowed: bool) -> None:
        members = schema.node.members
        ref = members.get("$ref")
        target = self.library.resolve(schema, ref) if ref else None
        if target is not None:
            self.gather(target, chain, borrowed=True)
        for part in _parts(members.get("allOf")):
            self.gather(schema.within(part), chain, borrowed=borrowed)
        for word in CHOICES:
            parts = _parts(members.get(word))
            kept = [part for part in parts if not _is_null(part)]
            self.view.is_nullable = self.view.is_nullable or len(kept) < len(parts)
            if len(kept) == 1:
                self.gather(schema.within(kept[0]), chain, borrowed=borrowed)

    def _words(self, schema: Schema, *, borrowed: bool) -> None:
        members, view = schema.node.members, self.view
        for name, node in members.items():
            if name in _MERGED or (borrowed and name in _OWN):
                continue
            if name in CHOICES and sum(not _is_null(part) for part in node.items) == 1:
                continue
            view.words[name] = schema.within(node)
        for name, node in _named(members.get("properties")).items():
            view.properties[name] = schema.within(node)
        for node in _required(members.get("required")):
            view.required.setdefault(str(node.value), node)


def referred(library: Library, root: Node, skip: frozenset[Node]) -> set[Node]:
    """Every schema that another one in a document refers to, but for the `$ref` of `skip`."""
    found: set[Node] = set()

    def walk(node: Node, above: tuple[Node, ...]) -> None:
        ref = node.members.get("$ref")
        if ref is not None and isinstance(ref.value, str) and node not in skip:
            target = library.resolve(Schema(node, root), ref)
            if target is not None and target.node not in above:
                found.add(target.node)
        for name, one in node.members.items():
            if name not in _DATA:
                walk(one, (*above, node))
        for one in node.items:
            walk(one, (*above, node))

    walk(root, ())
    return found


def _named(node: Node | None) -> Mapping[str, Node]:
    if node is not None and not isinstance(node.value, dict):
        node.problem(f"properties expects an object, found {node.found}; write {{}}")
    return node.members if node else {}


def _required(node: Node | None) -> Iterator[Node]:
    if node is None:
        return
    if not isinstance(node.value, list):
        node.problem(f'required expects a list of names, found {node.found}; write ["…"]')
    for item in node.items:
        if isinstance(item.value, str):
            yield item
        else:
            item.problem(f"required expects names, found {item.found}; write a text")


def _parts(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    if not isinstance(node.value, list):
        node.problem(f"a list of schemas is expected, found {node.found}; write [{{}}]")
    return node.items


def _is_null(node: Node) -> bool:
    value = node.value
    return isinstance(value, dict) and (
        value.get("type") in ("null", ["null"])
        or ("const" in value and value["const"] is None)
        or value.get("enum") == [None]
    )


def _definitions(root: Node) -> Iterator[Node]:
    for word in DEFINITIONS:
        if word in root.members:
            yield from root.members[word].members.values()


def _addresses(node: Node) -> Iterator[str]:
    """The addresses that others may know a schema by."""
    for word in ("$id", "id"):
        if word in node.members and isinstance(node.members[word].value, str):
            yield str(node.members[word].value).removesuffix("#")
    own = node.members.get("self")
    if own is not None and isinstance(own.value, dict):
        parts = [own.value.get(word) for word in ("vendor", "name", "format", "version")]
        yield "iglu:" + "/".join(str(part) for part in parts)


def _pointed(root: Node, fragment: str) -> Node | None:
    """What a JSON Pointer, or an anchor, leads to."""
    if not fragment:
        return root
    if not fragment.startswith("/"):
        return next((one for one in _definitions(root) if _is_anchor(one, fragment)), None)
    node: Node | None = root
    for part in fragment[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if node is None:
            break
        place = int(name) if name.isascii() and name.isdigit() and len(name) < 9 else -1
        inside = node.items[place] if 0 <= place < len(node.items) else None
        node = node.members.get(name, inside)
    return node


def _is_anchor(node: Node, name: str) -> bool:
    words = (("$anchor", name), ("$id", f"#{name}"), ("id", f"#{name}"))
    return any(word in node.members and node.members[word].value == said for word, said in words)
