"""The sheet *Settings*: everything of a plan that is no event and no property, key by key.

A key is the path of the value in YAML: `identity.id_merge`, `governance.approvers`,
`waive.1.reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.cells import CLEAR, is_mark
from mpgov.core.json_text import JsonError
from mpgov.formats.table_columns import LIST_VALUE, PEOPLE_KEYS, PEOPLE_VALUE
from mpgov.formats.table_gather import Gathering
from mpgov.formats.table_nodes import At, mapping, plain, quoted, sequence

if TYPE_CHECKING:
    from yaml.nodes import Node

_LISTS: Final = frozenset({"login_events", "logout_events", *PEOPLE_KEYS})
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


def _node(found: Gathering, path: tuple[str, ...], text: str, at: At) -> Node | None:
    if path[0] not in _SECTIONS:
        known = ", ".join(_SECTIONS)
        found.document.problem_at(at, f"there is no setting {'.'.join(path)}; known are {known}")
        return None
    if is_mark(text, CLEAR):
        return plain("null", at)
    cells = found.cells
    if path[-1] in PEOPLE_KEYS:
        return cells.owners(PEOPLE_VALUE, text, at)
    if path[-1] in _LISTS:
        return cells.texts(LIST_VALUE, text, at)
    try:
        return cells.text(LIST_VALUE, text, at)
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
