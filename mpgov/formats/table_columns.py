"""The columns of a plan kept as a table: their headings, and what else people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["row", "event", "property"]

# How each column is read and written.
Shape: TypeAlias = Literal[
    "name", "text", "status", "type", "flag", "number", "day", "owners", "texts", "values", "items"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of our own tables; `path` is where its value stands in a plan."""

    level: Level
    path: tuple[str, ...]
    heading: str
    shape: Shape = "text"
    width: int = 16

    @property
    def name(self) -> str:
        """The column's name in CSV, and in `[columns]` of mpgov.toml."""
        return self.heading.lower().replace(" ", "_")


def _event(heading: str, *path: str, shape: Shape = "text", width: int = 16) -> Field:
    return Field("event", path or (heading.lower().replace(" ", "_"),), heading, shape, width)


def _property(heading: str, *path: str, shape: Shape = "text", width: int = 16) -> Field:
    return Field("property", path or (heading.lower().replace(" ", "_"),), heading, shape, width)


ENTITY: Final = Field("row", ("entity",), "Entity", "name", 16)
EVENT: Final = Field("row", ("event",), "Event", "name", 26)
PROPERTY: Final = Field("row", ("property",), "Property", "name", 22)
GROUP: Final = Field("row", ("group",), "Group", "name", 16)
KEY: Final = Field("row", ("key",), "Key", "name", 30)
VALUE: Final = Field("row", ("value",), "Value", "name", 60)
LIST_VALUE: Final = Field("row", ("value",), "Value", "texts", 60)  # as the key asks for it
PEOPLE_VALUE: Final = Field("row", ("value",), "Value", "owners", 60)
PEOPLE_KEYS: Final = frozenset({"curators", "approvers", "left"})
ID: Final = Field("row", ("id",), "mpgov ID", "name", 12)
NAME: Final = Field("row", ("name",), "Name", "name", 24)  # whatever the sheet is about
MORE: Final = "More (JSON)"

EVENT_FIELDS: Final = (
    _event("Category", width=14),
    _event("Description", width=46),
    _event("Trigger", width=34),
    _event("Status", shape="status", width=12),
    _event("Owners", shape="owners", width=24),
    _event("Tags", shape="texts"),
    _event("Display Name", width=20),
    _event("Hidden", shape="flag", width=9),
    _event("Platforms", shape="texts"),
    _event("Deprecated Since", "deprecated", "since", shape="day", width=12),
    _event("Sunset", "deprecated", "sunset", shape="day", width=12),
    _event("Replaced By", "deprecated", "replaced_by", width=20),
    _event("Deprecation Reason", "deprecated", "reason", width=24),
)
PROPERTY_FIELDS: Final = (
    _property("Type", shape="type", width=11),
    _property("Required", shape="flag", width=10),
    _property("Description", width=46),
    _property("Examples", shape="values", width=24),
    _property("Allowed Values", "allowed", shape="values", width=24),
    _property("Display Name", width=18),
    _property("Hidden", shape="flag", width=9),
    _property("Blocked", shape="flag", width=9),
    _property("Pattern", width=16),
    _property("Minimum", shape="number", width=10),
    _property("Maximum", shape="number", width=10),
    _property("Items", shape="items", width=14),
    _property("Personal", shape="flag", width=10),
)
SUPER_FIELDS: Final = (
    _property("Set", width=14),
    _property("When", width=12),
    _property("Reason", width=30),
)
ROW_FIELDS: Final = (ENTITY, EVENT, PROPERTY, GROUP, KEY, VALUE, ID, NAME)
LISTED: Final = _event("Key Properties", "properties", shape="texts")  # read only

# What people write above these columns, in lower case, with single blanks; in any order.
_ROWS: Final[Mapping[Field, str]] = {
    ENTITY: "entity|row type|kind",
    EVENT: (
        "event|event name|events|event title|event definition|events name|track event|action|"
        "tracked event|applies to event|parent event|event/screen|ereignis|ereignisname|eventname|"
        "événement|nom de l'événement|evento|nombre del evento|nome evento"
    ),
    PROPERTY: (
        "property|property name|properties|property title|attribute|attribute name|attributes|"
        "parameter|parameter name|parameters|param|field|field name|fields|property key|key|"
        "event property|event property name|"
        "property definition|user property|user property name|profile property|super property|"
        "super property name|user attribute|group property|eigenschaft|eigenschaften|"
        "eigenschaftsname|merkmal|propriété|propriétés|propiedad|propiedades|proprietà|"
        "propertyname"
    ),
    GROUP: "group|group type|group key|gruppe",
    KEY: "key|setting",
    VALUE: "value|setting value",
    ID: "",
    NAME: "name|title|bezeichnung|nom|nombre|nome",
}
_EVENTS: Final[Mapping[str, str]] = {
    "category": (
        "category|event category|event group|feature|feature area|area|module|section|domain|"
        "product area|kategorie|bereich|catégorie|categoría|flow|user flow"
    ),
    "description": "event description|event descriptions|event meaning|ereignisbeschreibung",
    "trigger": (
        "trigger|when|when triggered|fires when|when it fires|trigger description|triggered when|"
        "when to fire|when to track|triggered by|when does it fire|auslöser|"
        "wann|déclencheur|disparador"
    ),
    "status": (
        "status|event status|state|lifecycle|lifecycle status|implementation status|statut|"
        "estado|implemented|stand"
    ),
    "owners": (
        "owner|owners|event owner|event owners|responsible|dri|contact|contacts|data owner|"
        "owned by|owner email|owner e-mail|maintainer|product owner|verantwortlich|"
        "verantwortliche|besitzer|responsable|propriétaire|propietario|ansprechpartner"
    ),
    "tags": "tag|tags|event tags|label|labels|event tag|schlagworte",
    "display_name": (
        "event display name|display name|label in mixpanel|friendly name|readable name|anzeigename"
    ),
    "hidden": "event hidden|hidden|hidden?|versteckt|ausgeblendet",
    "platforms": (
        "platform|platforms|source|sources|tracked on|client|clients|plattform|plattformen|"
        "plateforme|plataforma|where"
    ),
    "deprecated_since": "deprecated since|deprecated on|deprecation date|veraltet seit",
    "sunset": "sunset|sunset date|remove after|removal date|end of life",
    "replaced_by": "replaced by|replacement|superseded by|use instead|ersetzt durch",
    "deprecation_reason": "deprecation reason|deprecated reason|reason|why deprecated",
    "key_properties": (
        "key properties|event properties|property list|properties list|properties included|"
        "important properties|attributes|parameters|wichtige eigenschaften|props|"
        "properties tracked|"
        "properties|eigenschaften|propiedades|propriétés|fields"
    ),
}
_PROPERTIES: Final[Mapping[str, str]] = {
    "type": (
        "type|data type|property type|datatype|value type|property data type|format|datentyp|typ|"
        "type de données|tipo|tipo de dato|tipo de datos|attribute type|field type"
    ),
    "required": (
        "required|required?|is required|mandatory|mandatory?|property required|required/optional|"
        "required or optional|optional/required|obligatory|presence|pflichtfeld|pflicht|"
        "erforderlich|obligatoire|requis|obligatorio|requerido|m/o|mandatory/optional"
    ),
    "description": "attribute description|parameter description|eigenschaftsbeschreibung",
    "examples": (
        "example|examples|sample value|sample values|example value|example values|sample|samples|"
        "property example values|property sample value|property example|beispiel|beispiele|"
        "beispielwert|beispielwerte|exemple|exemples|ejemplo|ejemplos|esempio|example data|value"
    ),
    "allowed_values": (
        "allowed values|allowed|possible values|enum|enum values|values|accepted values|"
        "valid values|property values|options|value options|werte|erlaubte werte|mögliche werte|"
        "valeurs possibles|valores posibles|valores permitidos|property value options"
    ),
    "display_name": "property display name",
    "hidden": "property hidden",
    "blocked": "property blocked|blocked|property dropped",
    "pattern": "pattern|regex|regular expression|validation pattern|muster",
    "minimum": "minimum|min|min value|minimum value",
    "maximum": "maximum|max|max value|maximum value",
    "items": "items|item type|list items|element type|array items",
    "personal": (
        "personal|pii|pii?|is pii|personal data|contains pii|sensitive|property sensitive|"
        "personenbezogen|privacy|gdpr"
    ),
    "set": "set|set with|registered with",
    "when": "when|set when",
    "reason": "reason|why",
}
# Headings that an event and a property can both have: whose it is depends on where it stands.
_BOTH: Final[Mapping[str, str]] = {
    "description": (
        "description|descriptions|definition|meaning|details|purpose|explanation|what it means|"
        "beschreibung|erklärung|definition/description|desc|descripción|descrizione|bedeutung"
    ),
    "display_name": "display name|friendly name|readable name|anzeigename|label in mixpanel",
    "hidden": "hidden|versteckt|ausgeblendet",
}
_SPACE: Final = re.compile(r"[\s_\-\u00a0]+")
_BRACKETS: Final = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_EDGES: Final = " :*?!.#"


def heading_key(text: str) -> str:
    """A heading without what people vary: case, separators, `?`, `*`, and a remark in brackets."""
    plain = _SPACE.sub(" ", text).strip().casefold()
    return (_BRACKETS.sub("", plain) or plain).strip(_EDGES)


@cache
def known_headings() -> Mapping[str, tuple[Field, ...]]:
    """Every heading that is known, and the columns that it can be."""
    found: dict[str, dict[Field, None]] = {}

    def add(field: Field, words: str) -> None:
        for word in (*words.split("|"), field.heading):
            if word:
                found.setdefault(heading_key(word), {})[field] = None

    for field, words in _ROWS.items():
        add(field, words)
    for field in (*EVENT_FIELDS, LISTED):
        add(field, _EVENTS.get(field.name, "") + "|" + _BOTH.get(field.name, ""))
        found.setdefault(f"event {heading_key(field.heading)}", {})[field] = None
    for field in (*PROPERTY_FIELDS, *SUPER_FIELDS):
        add(field, _PROPERTIES.get(field.name, "") + "|" + _BOTH.get(field.name, ""))
        found.setdefault(f"property {heading_key(field.heading)}", {})[field] = None
    return {heading: tuple(fields) for heading, fields in found.items()}


def meanings(heading: str) -> tuple[Field, ...]:
    """The columns that a heading can mean; none where nobody knows it."""
    return known_headings().get(heading_key(heading), ())
