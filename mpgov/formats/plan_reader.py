"""The sections of a plan's files → one catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mpgov.core.model import (
    UNSET,
    USER,
    Catalog,
    Entity,
    EntityKey,
    Governance,
    Identity,
    Location,
    Property,
    Waiver,
    event,
)
from mpgov.core.normal import TEXT_TYPES
from mpgov.formats.plan_fields import (
    ENTITY,
    GOVERNANCE,
    IDENTITY,
    LATE,
    PROPERTY,
    SUPER_PROPERTY,
    WAIVER,
    is_section,
)
from mpgov.formats.yaml_nodes import LIST, MAP
from mpgov.formats.yaml_problems import shown
from mpgov.formats.yaml_values import (
    Document,
    Readers,
    fields,
    found,
    is_empty,
    is_null,
    pairs,
    twice,
    unknown,
    values,
)

if TYPE_CHECKING:
    from yaml.nodes import Node


@dataclass(slots=True)
class _Definition:
    """What is written of a property; the meaning of what is `late` waits for the type."""

    fields: dict[str, Any]
    places: dict[str, Location]
    late: Mapping[str, tuple[Document, Node]]


_NOTHING: Final = _Definition({}, {}, {})


class PlanReader:
    """Gathers what the files of a plan say; shared definitions first, from every file."""

    def __init__(self) -> None:
        self.entities: dict[EntityKey, Entity] = {}
        self.shared: dict[str, Property] = {}
        self.groups: dict[str, dict[str, Property]] = {}
        self.supers: dict[str, Property] = {}
        self.identity = Identity()
        self.governance = Governance()
        self.waivers: list[Waiver] = []
        self._definitions: dict[str, _Definition] = {}
        self._seen: dict[str, dict[str, Location]] = {}

    def read(self, documents: list[Document]) -> Catalog:
        """The catalog that the documents say together."""
        sections = [one for doc in documents for one in self._sections(doc)]
        for doc, name, at, node in sorted(sections, key=lambda one: one[1] != "properties"):
            SECTIONS[name](self, doc, node, at)
        return Catalog(
            self.entities,
            self.shared,
            self.groups,
            self.supers,
            self.identity,
            self.governance,
            tuple(self.waivers),
        )

    def _sections(self, doc: Document) -> Iterator[tuple[Document, str, Location, Node]]:
        for key, _ in doc.root.value:
            if key.value.__class__ is str and key.value and key.value not in _KNOWN:
                unknown(doc, key, _KNOWN, "a plan has no section")
        for name, at, node in pairs(doc, doc.root, "a section"):
            if name not in SECTIONS:
                continue
            there = is_section(doc, name, node, LIST if name == "waive" else MAP)
            if there or (name == "user_properties" and is_empty(node)):  # the profile exists
                yield doc, name, at, node

    def _names(self, doc: Document, what: str, node: Node) -> Iterator[tuple[str, Location, Node]]:
        """What a section names; each name once in all files."""
        return pairs(doc, node, what, self._seen.setdefault(what, {}))

    def read_shared(self, doc: Document, node: Node, _: Location) -> None:
        """Read `properties:`, where other properties begin."""
        for name, at, value in self._names(doc, "a shared definition", node):
            definition = _definition(doc, name, value, PROPERTY)
            if definition is not None:
                self._definitions[name] = definition
                self.shared[name] = _property(definition, None, at)

    def read_events(self, doc: Document, node: Node, _: Location) -> None:
        """Read `events:`."""
        for name, at, value in self._names(doc, "an event", node):
            key = event(name)
            if value.tag == MAP:
                said, places = fields(doc, value, ENTITY, shown(name))
                if "properties" in said:
                    said["properties"] = self._properties(doc, said["properties"], {})
                self.entities[key] = Entity(key, **said, at=at, places=places)
            elif is_empty(value):
                self.entities[key] = Entity(key, at=at)
            else:
                _wrong_thing(doc, name, value, "an event's fields", "description: …")

    def read_users(self, doc: Document, node: Node, at: Location) -> None:
        """Read `user_properties:`, which is the profile `$user`."""
        seen = self._seen.setdefault("a user property", {})
        properties = self._properties(doc, node, seen) if node.tag == MAP else {}
        known = self.entities.get(USER, Entity(USER, at=at))
        merged = {**known.properties, **properties}
        self.entities[USER] = Entity(USER, properties=merged, at=known.at)

    def _properties(
        self, doc: Document, node: Node, seen: dict[str, Location]
    ) -> dict[str, Property | None]:
        """Properties as they are with what their shared definitions say."""
        read: dict[str, Property | None] = {}
        for name, at, value in pairs(doc, node, "a property", seen):
            if is_null(value):
                read[name] = None
                continue
            own = _definition(doc, name, value, PROPERTY)
            if own is not None:
                read[name] = _property(own, self._definitions.get(name), at)
        return read

    def read_groups(self, doc: Document, node: Node, _: Location) -> None:
        """Read `group_properties:`."""
        for name, _at, value in self._names(doc, "a group", node):
            self.groups[name] = {}
            if is_section(doc, shown(name), value):
                self.groups[name] = _plain_properties(doc, value, PROPERTY, {})

    def read_supers(self, doc: Document, node: Node, _: Location) -> None:
        """Read `super_properties:`."""
        seen = self._seen.setdefault("a super property", {})
        self.supers.update(_plain_properties(doc, node, SUPER_PROPERTY, seen))

    def read_identity(self, doc: Document, node: Node, at: Location) -> None:
        """Read `identity:`."""
        if self._is_first(doc, "identity", at):
            said, _ = fields(doc, node, IDENTITY, "identity")
            pattern = said.pop("user_id", UNSET)
            self.identity = Identity(**said, user_id_pattern=pattern)

    def read_governance(self, doc: Document, node: Node, at: Location) -> None:
        """Read `governance:`."""
        if self._is_first(doc, "governance", at):
            self.governance = Governance(**fields(doc, node, GOVERNANCE, "governance")[0])

    def _is_first(self, doc: Document, name: str, at: Location) -> bool:
        first = self._seen.setdefault("a section", {}).setdefault(name, at)
        if first is not at:
            key = next(key for key, _ in doc.root.value if key.value == name)
            twice(doc, key, name, first)
        return first is at

    def read_waivers(self, doc: Document, node: Node, _: Location) -> None:
        """Read `waive:`."""
        for one in node.value:
            if one.tag != MAP:
                message = f"a waiver expects rule, name and reason, found {found(one)}"
                doc.problem(one, f"{message}; write - {{rule: …, name: …, reason: …}}")
                continue
            said, places = fields(doc, one, WAIVER, "a waiver")
            missing = [name for name in ("rule", "name", "reason") if not said.get(name)]
            for name in missing:
                if name not in places or name in said:
                    doc.problem(one, f"a waiver needs a {name}; write {name}: …")
            if not missing:
                until = said.pop("until", None) or ""
                self.waivers.append(Waiver(**said, until=until, at=doc.place(one)))


def _definition(doc: Document, name: str, node: Node, readers: Readers) -> _Definition | None:
    """What is written of a property; `None` where it cannot be read."""
    if node.tag == MAP:
        said, places = fields(doc, node, readers, shown(name))
        late = {key: (doc, said.pop(key)) for key in LATE if key in said}
        return _Definition(said, places, late)
    if is_empty(node):
        return _NOTHING
    _wrong_thing(doc, name, node, "a property's fields", "{type: string}")
    return None


def _wrong_thing(doc: Document, name: str, node: Node, expected: str, fix: str) -> None:
    if is_null(node):
        doc.problem(node, f"{shown(name)} cannot be null; leave it empty, or remove it")
    else:
        message = f"{shown(name)} expects {expected}, found {found(node)}; write {fix}"
        doc.problem(node, message)


def _property(own: _Definition, shared: _Definition | None, at: Location) -> Property:
    """The property that begins as the shared definition says and goes on as its own."""
    said, places, late = own.fields, own.places, own.late
    if shared is not None:
        said = {**shared.fields, **said}
        places = {**shared.places, **places}
        late = {**shared.late, **late}
    if late:
        said = dict(said)
        textual = said.get("type") in TEXT_TYPES
        for name, (doc, node) in late.items():
            said[name] = values(doc, name, node, textual=textual)
    return Property(**said, at=at, places=places)


def _plain_properties(
    doc: Document, node: Node, readers: Readers, seen: dict[str, Location]
) -> dict[str, Property]:
    """Properties that no shared definition speaks for, and that cannot be removed."""
    read: dict[str, Property] = {}
    for name, at, value in pairs(doc, node, "a property", seen):
        definition = _definition(doc, name, value, readers)
        if definition is not None:
            read[name] = _property(definition, None, at)
    return read


Section: TypeAlias = Callable[[PlanReader, Document, "Node", Location], None]
SECTIONS: Final[dict[str, Section]] = {
    "properties": PlanReader.read_shared,
    "events": PlanReader.read_events,
    "user_properties": PlanReader.read_users,
    "group_properties": PlanReader.read_groups,
    "super_properties": PlanReader.read_supers,
    "identity": PlanReader.read_identity,
    "governance": PlanReader.read_governance,
    "waive": PlanReader.read_waivers,
}
_KNOWN: Final = ("mpgov", *SECTIONS)
