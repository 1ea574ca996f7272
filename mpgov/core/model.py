"""The one state type: a plan, the base and Lexicon are all a `Catalog`.

Two ideas carry it. *Unset is not null*: a field that nobody mentions is `UNSET` and is left
alone; `None` clears it. And *where it was written* (`Location`) travels with every value a person
wrote but never counts as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Text: TypeAlias = "str | Unset | None"
Flag: TypeAlias = "bool | Unset | None"
Number: TypeAlias = "int | float | Unset | None"
Texts: TypeAlias = "tuple[str, ...] | Unset | None"
Values: TypeAlias = "tuple[Json, ...] | Unset | None"
Value: TypeAlias = "Text | Flag | Number | Texts | Values | Mapping[str, Json]"
Path: TypeAlias = tuple[str, ...]
Kind: TypeAlias = Literal["event", "profile"]

PROFILE: Final = "$user"
TYPES: Final = ("string", "number", "integer", "boolean", "datetime", "list", "object")
OWNER: Final = re.compile(r"team:.*\S.*|[^@\s]+@[^@\s]+")
STATUSES: Final = ("proposed", "expected", "live", "deprecated", "blocked")

# What Lexicon can be told about an entity and about a property, in the order it is shown.
ENTITY_FIELDS: Final = ("description", "display_name", "status", "hidden", "tags", "owners")
PROPERTY_FIELDS: Final = (
    "type",
    "description",
    "display_name",
    "required",
    "hidden",
    "blocked",
    "examples",
)
SETS: Final = frozenset({"tags", "owners"})
FLAGS: Final = frozenset({"hidden", "blocked", "required"})


_NOTHING: Final[MappingProxyType[Any, Any]] = MappingProxyType({})


def nothing() -> Mapping[K, V]:
    """An empty mapping that nobody can fill."""
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Location:
    """Where a person wrote something: a line and column from 1, or a cell of a sheet."""

    file: str
    line: int = 0
    column: int = 0
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return f"{self.file}: {self.cell}"
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class EntityKey:
    """The identity of an entity; names are exact, never trimmed or folded."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Property:
    """What is said about one property of one entity.

    The first block goes to Lexicon; the second is for checks and people alone. `set`, `when` and
    `reason` belong to super properties.
    """

    type: Text = UNSET
    description: Text = UNSET
    display_name: Text = UNSET
    required: Flag = UNSET
    hidden: Flag = UNSET
    blocked: Flag = UNSET
    examples: Values = UNSET

    allowed: Values = UNSET
    pattern: Text = UNSET
    minimum: Number = UNSET
    maximum: Number = UNSET
    items: Json | Unset = UNSET
    personal: Flag = UNSET
    extra: Mapping[str, Json] = field(default_factory=nothing)
    set: Text = UNSET
    when: Text = UNSET
    reason: Text = UNSET

    at: Location | None = field(default=None, compare=False)
    places: Mapping[str, Location] = field(default_factory=nothing, compare=False)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an event is on its way out, until when, and what to use instead."""

    since: Text = UNSET
    sunset: Text = UNSET
    replaced_by: Text = UNSET
    reason: Text = UNSET


@dataclass(frozen=True, slots=True)
class Entity:
    """What is said about one event, or about user profiles (`$user`).

    `properties` maps a name to what is said of it, or to `None`: not to be there. `was` is the
    name that the event's row had when mpgov wrote the workbook, where it has another one now.
    """

    key: EntityKey
    description: Text = UNSET
    display_name: Text = UNSET
    status: Text = UNSET
    hidden: Flag = UNSET
    tags: Texts = UNSET
    owners: Texts = UNSET
    properties: Mapping[str, Property | None] = field(default_factory=nothing)

    category: Text = UNSET
    trigger: Text = UNSET
    platforms: Texts = UNSET
    deprecated: Deprecation | Unset | None = UNSET
    extra: Mapping[str, Json] = field(default_factory=nothing)

    at: Location | None = field(default=None, compare=False)
    places: Mapping[str, Location] = field(default_factory=nothing, compare=False)
    was: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """How the project tells people apart; plan only."""

    id_merge: Text = UNSET
    user_id_pattern: Text = UNSET
    login_events: Texts = UNSET
    logout_events: Texts = UNSET


@dataclass(frozen=True, slots=True)
class Governance:
    """Who curates, who approves, and who is no longer here; plan only."""

    curators: Texts = UNSET
    approvers: Texts = UNSET
    left: Texts = UNSET


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that somebody accepted, until a day."""

    rule: str
    name: str
    reason: str
    until: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is said about everything, by a plan, by Lexicon, or by both (the base).

    Everything after `entities` is said in plans only. `shared` are the definitions that
    properties of their name started from; they manage nothing by themselves.
    """

    entities: Mapping[EntityKey, Entity] = field(default_factory=nothing)
    shared: Mapping[str, Property] = field(default_factory=nothing)
    group_properties: Mapping[str, Mapping[str, Property]] = field(default_factory=nothing)
    super_properties: Mapping[str, Property] = field(default_factory=nothing)
    identity: Identity = field(default_factory=Identity)
    governance: Governance = field(default_factory=Governance)
    waivers: tuple[Waiver, ...] = ()

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities.values())

    def __len__(self) -> int:
        return len(self.entities)


def event(name: str) -> EntityKey:
    """The key of the event of that name."""
    return EntityKey("event", name)


USER: Final = EntityKey("profile", PROFILE)


def is_mixpanels(name: str) -> bool:
    """Whether a name is one of Mixpanel's own (reference 8.4), not a team's."""
    return name.startswith(("$", "mp_"))
