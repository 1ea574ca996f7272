"""The rules of Segment's tracking plans → events, user properties and group properties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Final

from mpgov.core.model import (
    UNSET,
    USER,
    Catalog,
    Deprecation,
    Entity,
    EntityKey,
    Property,
    Text,
    event,
)
from mpgov.core.normal import as_text
from mpgov.formats.json_nodes import Node
from mpgov.formats.left_out import LeftOut, listed
from mpgov.formats.schema_fields import FieldReader, text_of
from mpgov.formats.schema_view import Library, Schema, View
from mpgov.formats.segment_rules import Rule, Rules
from mpgov.formats.yaml_problems import shown

GROUP: Final = "group"  # Segment has one kind of group, and no name for it
_SIDES: Final = ("properties", "traits", "context")
_MAIN: Final = {"TRACK": "properties", "COMMON": "properties"}  # of all others: traits
_LABELS: Final = {"IDENTIFY": USER.name, "GROUP": GROUP, "COMMON": "every call"}
_FRAME: Final = frozenset({"$schema", "$id", "id", "type", "eventMetadata"})
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class _Call:
    """What a rule says of a whole call, and the properties that a plan takes from it."""

    words: View | None = None
    properties: dict[str, Property] = field(default_factory=dict)


class Events:
    """Makes a catalog of rules; `notes` is what there is to tell beside what was left out."""

    def __init__(self, left: LeftOut, roots: Iterable[Node]) -> None:
        self.left = left
        self.notes: list[str] = []
        self._library = Library(left, roots)
        self._reader = FieldReader(self._library, left)
        self._entities: dict[EntityKey, Entity] = {}
        self._groups: dict[str, Property] = {}
        self._common: dict[str, dict[str, Property]] = {}

    def catalog(self, rules: Rules) -> Catalog:
        """The plan that all rules make together."""
        kept = self._newest(rules.rules)
        for rule in kept:
            if rule.kind == "COMMON":
                self._common[rule.plan] = self._call(rule).properties
        for rule in kept:
            match rule.kind:
                case "TRACK":
                    self._event(rule)
                case "IDENTIFY":
                    self._user(rule)
                case "GROUP":
                    self._merge(self._groups, rule)
                case "PAGE" | "SCREEN":
                    self.left.add(f"{rule.kind.lower()} calls, which are no events", rule.shown)
        self._say_common(kept)
        self.notes += rules.unread()
        groups = {GROUP: self._groups} if self._groups else {}
        return Catalog(self._entities, group_properties=groups)

    def _newest(self, rules: Iterable[Rule]) -> list[Rule]:
        """Of each event, and each kind of call, the rule that holds."""
        same: dict[tuple[str, str, str], list[Rule]] = {}
        for rule in rules:
            same.setdefault((rule.plan, rule.kind, rule.name), []).append(rule)
        kept = []
        for versions in same.values():
            newest = max(versions, key=lambda rule: (not rule.deprecated, rule.version))
            kept.append(newest)
            for rule in versions:
                self._older(rule, newest)
            if newest.version != 1 and newest.name:
                self.left.add("version numbers", f"{newest.name} {newest.version}")
        return kept

    def _older(self, rule: Rule, newest: Rule) -> None:
        """Tell of a rule that gives way to another."""
        if rule.version != newest.version:
            self.left.add("other versions of an event", f"{rule.shown} {rule.version}")
        elif rule is not newest and _value(rule.schema) != _value(newest.schema):
            rule.node.problem(
                f"{shown(rule.shown)} has version {rule.version} twice, also at "
                f"{newest.node.place}; keep one of them"
            )

    def _event(self, rule: Rule) -> None:
        call = self._call(rule)
        said: dict[str, Any] = {}
        words = call.words.words if call.words else {}
        own = text_of(rule.description, "description")
        inner = text_of(words["description"].node, "description") if "description" in words else ""
        if own or inner:
            said["description"] = own or inner
        if rule.deprecated:
            said["status"] = "deprecated"
            said["deprecated"] = Deprecation(since=_day(rule.deprecated))
        if tags := self._tags(rule, words.get("labels")):
            said["tags"] = tags
        common = self._common.get(rule.plan, {})
        properties = {
            name: _on_top(call.properties.get(name), common.get(name))
            for name in {**common, **call.properties}
        }
        entity = Entity(event(rule.name), properties=properties, **said, at=rule.node.place)
        known = self._entities.setdefault(entity.key, entity)
        if known != entity:
            rule.node.problem(
                f"{shown(rule.name)} is in two tracking plans, and first otherwise at {known.at}; "
                "keep one of them"
            )

    def _tags(self, rule: Rule, labels: Schema | None) -> tuple[str, ...]:
        """Labels, as tags that read the same."""
        if labels is None or labels.node.value is None:
            return ()
        if not isinstance(labels.node.value, dict):
            labels.node.problem(f"labels expects an object, found {labels.node.found}; write {{}}")
            return ()
        tags = []
        for name, value in labels.node.value.items():
            if isinstance(value, dict | list):
                self.left.add("labels that are no text", f"{rule.name}.{name}")
            elif name or value:
                tags.append(name if value in (None, "") else f"{name}:{as_text(value)}")
        return tuple(tags)

    def _user(self, rule: Rule) -> None:
        known = self._entities.get(USER, Entity(USER, at=rule.node.place))
        properties: dict[str, Any] = dict(known.properties)
        self._merge(properties, rule)
        self._entities[USER] = replace(known, properties=properties)

    def _merge(self, known: dict[str, Any], rule: Rule) -> None:
        """Add the traits that a rule says, of one tracking plan of perhaps several."""
        for name, prop in self._call(rule).properties.items():
            first = known.setdefault(name, prop)
            if first != prop:
                rule.node.problem(
                    f"{shown(name)} is in two tracking plans, and first otherwise at {first.at}; "
                    "keep one of them"
                )

    def _call(self, rule: Rule) -> _Call:
        """What a rule's JSON Schema says: of a whole call, or of its properties alone."""
        if rule.schema is None or rule.schema.value is None:
            return _Call()
        whole = self._library.view(Schema(rule.schema, rule.schema))
        label = _LABELS.get(rule.kind, rule.name)
        names = whole.properties.keys()
        words = {"description", "labels"} if rule.kind == "TRACK" else set()
        self._reader.rest(whole, label, _FRAME | words)
        bare = names and not names & set(_SIDES) and rule.kind != "COMMON"
        if bare or "eventMetadata" in whole.words:
            return _Call(whole, self._reader.properties(whole, label))
        for name in {**whole.properties, **whole.required}:
            if name not in _SIDES:
                self.left.add("what is beside properties, traits and context", f"{label}.{name}")
        call = _Call(whole)
        for side in _SIDES:
            if side in whole.properties:
                view = self._library.view(whole.properties[side], tuple(whole.nodes))
                if side == _MAIN.get(rule.kind, "traits"):
                    self._reader.rest(view, label, _FRAME)
                    call.properties = self._reader.properties(view, label)
                else:
                    self._aside(view, side, label)
        return call

    def _aside(self, view: View, side: str, label: str) -> None:
        """Remember what is said of a side of a call that is no property of it."""
        for name in {**view.properties, **view.required}:
            self.left.add(side, f"{label}.{name}")
        if not view.properties:
            self._reader.rest(view, f"{label}.{side}", _FRAME)

    def _say_common(self, kept: list[Rule]) -> None:
        """Tell which properties every event has got, though it does not say them itself."""
        names = {name: None for one in self._common.values() for name in one}
        if any(rule.kind == "TRACK" for rule in kept) and names:
            self.notes.append(f"on every event, from the common rule: {listed(names)}")
        for name in names if not self.notes else ():
            self.left.add("the common rule, as there are no events", name)


def _on_top(own: Property | None, common: Property | None) -> Property:
    """What an event says of a property, and what all events say where it says nothing."""
    if own is None or common is None:
        return own or common or Property()
    said = {one.name: getattr(own, one.name) for one in fields(Property)}
    return replace(common, **{name: value for name, value in said.items() if value is not UNSET})


def _value(schema: Node | None) -> object:
    return schema.value if schema else None


def _day(moment: str) -> Text:
    """The day of a point in time."""
    try:
        if _DAY.match(moment) and date.fromisoformat(moment[:10]):
            return moment[:10]
    except ValueError:
        pass
    return UNSET
