"""What a plan's file has to say so that it means another catalog, and keeps what still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from mpgov.core.model import UNSET, USER, Catalog, Entity, EntityKey, Path, Property, event
from mpgov.core.normal import as_text
from mpgov.formats.plan_fields import ENTITY, LATE, SUPER_PROPERTY
from mpgov.formats.plan_writer import entity_document, property_document, sections
from mpgov.formats.yaml_layout import is_flow
from mpgov.formats.yaml_nodes import LIST, MAP
from mpgov.formats.yaml_patch import Whole
from mpgov.formats.yaml_text import EMPTY, Style, is_list
from mpgov.formats.yaml_values import is_null

if TYPE_CHECKING:
    from yaml.nodes import Node

Wanted: TypeAlias = Mapping[str, object]
Properties: TypeAlias = Mapping[str, Property | None]

SPACED: Final[tuple[Path, ...]] = ((), ("events",))
ORDERS: Final[Mapping[Path, Sequence[str]]] = {
    ("events", "*"): tuple(ENTITY),
    ("events", "*", "properties", "*"): tuple(SUPER_PROPERTY),
    ("properties", "*"): tuple(SUPER_PROPERTY),
    ("user_properties", "*"): tuple(SUPER_PROPERTY),
    ("group_properties", "*", "*"): tuple(SUPER_PROPERTY),
    ("super_properties", "*"): tuple(SUPER_PROPERTY),
}


def style_of(root: Node) -> Style:
    """How a file is laid out: its indentation, and whether its lists stand within brackets."""
    below = [value for _, value in root.value if value.tag == MAP and value.value]
    steps = [value.start_mark.column for value in below if not is_flow(value)]
    first_list = next(_lists(root), None)
    return Style(min(steps, default=2) or 2, first_list is not None and is_flow(first_list))


def wanted_document(root: Node, before: Catalog, after: Catalog, *, whole: bool) -> Wanted:
    """The sections that are wanted; what may stay as it is written is the node itself.

    With `whole`, what changes is written anew, event by event and section by section.
    """
    written = _nodes(root)
    new, old = sections(after), sections(before)
    gone = set(old) - set(new)
    wanted: dict[str, object] = {name: one for name, one in written.items() if name not in gone}
    for name, section in new.items():
        node = written.get(name)
        if node is None or node.tag != MAP or not isinstance(section, Mapping):
            if not _exact(section, old.get(name)):
                wanted[name] = section
        elif name == "events":
            wanted[name] = _events(node, before, after, whole=whole)
        elif whole and not _exact(section, old.get(name)):
            wanted[name] = Whole(section)
        else:
            wanted[name] = _section(name, node, before, after)
    return wanted


def _section(name: str, node: Node, before: Catalog, after: Catalog) -> Wanted:
    if name == "properties":
        return _properties(node, before.shared, after.shared, {})
    if name == "super_properties":
        return _properties(node, before.super_properties, after.super_properties, {})
    if name == "user_properties":
        old, new = _entity(before, USER).properties, _entity(after, USER).properties
        return _properties(node, old, new, after.shared)
    if name == "group_properties":
        nodes = _nodes(node)
        return {
            group: _properties(nodes[group], before.group_properties[group], said, {})
            if group in nodes
            else {prop: property_document(one) for prop, one in said.items()} or EMPTY
            for group, said in after.group_properties.items()
        }
    old_said, new_said = sections(before).get(name, {}), sections(after).get(name, {})
    return _fields(node, _mapping(old_said), _mapping(new_said), {})


def _events(node: Node, before: Catalog, after: Catalog, *, whole: bool) -> Wanted:
    nodes = _nodes(node)
    wanted: dict[str, object] = {}
    for entity in after:
        name = entity.key.name
        if entity.key.kind != "event":
            continue
        if name not in nodes:
            wanted[name] = entity_document(entity, after.shared)
        elif entity == before.entities[entity.key] and before.shared == after.shared:
            wanted[name] = nodes[name]
        elif whole:
            wanted[name] = Whole(entity_document(entity, after.shared))
        else:
            old = before.entities[event(name)]
            wanted[name] = _event(nodes[name], old, entity, after.shared)
    return wanted or EMPTY


def _event(node: Node, old: Entity, new: Entity, shared: Mapping[str, Property]) -> Wanted:
    known, said = dict(entity_document(old, {})), dict(entity_document(new, {}))
    known.pop("properties", None)
    said.pop("properties", None)
    wanted = dict(_fields(node, known, said, {}))
    there = _nodes(node).get("properties")
    if there is not None and there.tag == MAP:
        wanted["properties"] = _properties(there, old.properties, new.properties, shared)
        if wanted["properties"] is EMPTY and old.properties:
            del wanted["properties"]
    elif new.properties:
        wanted["properties"] = {
            name: prop and property_document(prop, shared.get(name, Property()))
            for name, prop in new.properties.items()
        }
    return wanted or EMPTY


def _properties(
    node: Node, old: Properties, new: Properties, shared: Mapping[str, Property]
) -> Wanted:
    nodes = _nodes(node)
    wanted: dict[str, object] = {}
    for name, prop in new.items():
        known, begin = old.get(name), shared.get(name, Property())
        if prop is None:
            there = nodes.get(name)
            wanted[name] = there if there is not None and is_null(there) else None
        elif name not in nodes or known is None:
            wanted[name] = property_document(prop, begin)
        else:
            said = property_document(known), property_document(prop)
            wanted[name] = _fields(nodes[name], *said, property_document(begin))
    return wanted or EMPTY


def _fields(node: Node, old: Wanted, new: Wanted, inherited: Wanted) -> Wanted:
    """The fields of a thing: as written where they say the same as before, else anew."""
    nodes = _nodes(node)
    wanted: dict[str, object] = {}
    for name, one in nodes.items():
        if _exact(old.get(name, UNSET), new.get(name, UNSET), late=name in LATE):
            wanted[name] = one
        elif name in new and not _exact(new[name], inherited.get(name, UNSET)):
            wanted[name] = new[name]
    wanted |= {
        name: value
        for name, value in new.items()
        if name not in nodes and not _exact(value, inherited.get(name, UNSET), late=name in LATE)
    }
    return wanted or EMPTY


def _exact(one: object, other: object, *, late: bool = False) -> bool:
    """Whether two values are the same, 1 and true apart; of `late` ones the characters count."""
    if late and is_list(one) and is_list(other):
        return [as_text(each) for each in one] == [as_text(each) for each in other]  # type: ignore[arg-type]  # JSON
    return repr(one) == repr(other)


def _nodes(node: Node) -> dict[str, Node]:
    return {key.value: value for key, value in node.value} if node.tag == MAP else {}


def _entity(catalog: Catalog, key: EntityKey) -> Entity:
    return catalog.entities.get(key) or Entity(key)


def _mapping(section: object) -> Wanted:
    return section if isinstance(section, Mapping) else {}


def _lists(node: Node) -> Iterator[Node]:
    if node.tag == LIST:
        yield node
    elif node.tag == MAP:
        for _, value in node.value:
            yield from _lists(value)
