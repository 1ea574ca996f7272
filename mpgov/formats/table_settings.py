"""The sheet *Settings*: everything of a plan that is no event and no property, key by key.

A key is the path of the value in YAML: `identity.id_merge`, `governance.approvers`,
`waive.1.reason`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.json_text import JsonError
from mpgov.formats.cells import CLEAR, encode, is_mark
from mpgov.formats.table_columns import Field
from mpgov.formats.table_gather import Gathering
from mpgov.formats.table_nodes import At, mapping, plain, quoted, sequence
from mpgov.formats.table_rows import list_cell

if TYPE_CHECKING:
    from yaml.nodes import Node

_OWNERS: Final = frozenset({"curators", "approvers", "left"})
_LISTS: Final = frozenset({"login_events", "logout_events", *_OWNERS})
_SECTIONS: Final = ("identity", "governance", "waive", "user_properties")


def setting_nodes(found: Gathering) -> Iterator[tuple[Node, Node]]:
    """The sections that the settings make, as a plan's reader takes them."""
    tree: dict[str, Any] = {}
    for path, (text, at) in found.settings.items():
        node = _node(found, path, text, at)
        if node is not None:
            _put(found, tree, path, node, at)
    if not found.users and "user_properties" in tree:
        yield quoted("user_properties", None), mapping((), None)
    for name in ("identity", "governance"):
        if name in tree:
            yield quoted(name, None), _mapping(tree[name])
    if "waive" in tree and isinstance(tree["waive"], dict):
        yield (
            quoted("waive", None),
            sequence([_mapping(one) for one in tree["waive"].values()], None),
        )


def settings_of(sections: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Key and value of everything that the other sheets do not say."""
    if sections.get("user_properties") == {}:
        yield "user_properties", "{}"
    for name in ("identity", "governance"):
        yield from _flat(name, sections.get(name) or {})
    waivers = sections.get("waive")
    for number, waiver in enumerate(waivers if isinstance(waivers, list) else (), 1):
        yield from _flat(f"waive.{number}", waiver)


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    elif value is None:
        yield path, CLEAR
    elif isinstance(value, tuple | list):
        field = _PEOPLE if path.rpartition(".")[2] in _OWNERS else _FIELD
        yield path, list_cell([str(one) for one in value], field)
    else:
        yield path, encode(str(value))


def _node(found: Gathering, path: tuple[str, ...], text: str, at: At) -> Node | None:
    if path[0] not in _SECTIONS:
        known = ", ".join(_SECTIONS)
        found.document.problem_at(at, f"there is no setting {'.'.join(path)}; known are {known}")
        return None
    if is_mark(text, CLEAR):
        return plain("null", at)
    cells = found.cells
    if path[-1] in _OWNERS:
        return cells.owners(_FIELD, text, at)
    if path[-1] in _LISTS:
        return cells.texts(_FIELD, text, at)
    try:
        return cells.text(_FIELD, text, at)
    except JsonError as error:
        found.document.problem_at(at, f"{'.'.join(path)} {error}")
        return None


def _put(found: Gathering, tree: dict[str, Any], path: tuple[str, ...], node: Node, at: At) -> None:
    inner = tree
    for part in path[:-1]:
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            found.document.problem_at(
                at, f"{'.'.join(path)} goes below a value; remove one of both"
            )
            return
    inner[path[-1]] = node


def _mapping(tree: Any) -> Node:
    if not isinstance(tree, dict):
        node: Node = tree
        return node
    return mapping(((_key(name, one), _mapping(one)) for name, one in tree.items()), None)


def _key(name: str, value: Any) -> Node:
    at = value
    while isinstance(at, dict):
        at = next(iter(at.values()))
    return quoted(name, at.start_mark)


_FIELD: Final = Field("row", ("value",), "Value", "texts")
_PEOPLE: Final = Field("row", ("value",), "Value", "owners")
