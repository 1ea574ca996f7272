"""The plan's format as JSON Schema, for editors that complete and check while one types.

It says less than `plan_yaml` checks: that no event is there twice, for one, no schema can say.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from mpgov.core.model import STATUSES, TYPES, Json

Schema: TypeAlias = dict[str, Json]

# YAML may take a text for a number or a flag; mpgov reads the characters as written.
_SCALAR: Final[list[Json]] = ["string", "number", "boolean"]
_NAME: Final[Schema] = {"type": _SCALAR, "minLength": 1, "not": {"const": ""}}


def json_schema() -> Schema:
    """The schema, draft 2020-12; every field with what it is for."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mpgov tracking plan",
        "description": "What a plan does not mention it does not manage; null clears a field.",
        **_object(_sections(), "A tracking plan, or one file of it.", required=["mpgov"]),
        "$defs": {
            "property": _optional(_object(_property_fields(), "What is said of a property.")),
            "super": _optional(
                _object(
                    {**_property_fields(), **_super_fields()}, "What is said of a super property."
                )
            ),
            "event": _optional(_object(_event_fields(), "What is said of an event.")),
            "owners": _list(
                "Who answers for it: e-mails, and team:Name.",
                {"type": "string", "pattern": r"^(team:.*\S.*|[^@\s]+@[^@\s]+)$"},
            ),
        },
    }


def _sections() -> Schema:
    return {
        "mpgov": {"enum": [1, "1"], "description": "The version of the format; comes first."},
        "properties": _names(
            {"$ref": "#/$defs/property"},
            "Shared definitions: an event's or user property of that name starts from here.",
        ),
        "events": _names({"$ref": "#/$defs/event"}, "Every event, by its exact name."),
        "user_properties": _names(
            {"$ref": "#/$defs/property"}, "Properties of user profiles ($user in Lexicon)."
        ),
        "group_properties": _names(
            _names({"$ref": "#/$defs/property"}, "The properties of one kind of group."),
            "Properties of groups, by group key; for people and checks only.",
        ),
        "super_properties": _names(
            {"$ref": "#/$defs/super"}, "Properties that the SDK adds to every event."
        ),
        "identity": _section(_identity_fields(), "How the project tells people apart."),
        "governance": _section(
            {
                "curators": _described({"$ref": "#/$defs/owners"}, "Who keeps Lexicon in order."),
                "approvers": _described({"$ref": "#/$defs/owners"}, "Who approves new events."),
                "left": _described({"$ref": "#/$defs/owners"}, "Who is no longer here."),
            },
            "Who curates, who approves, and who left.",
        ),
        "waive": {
            "type": ["array", "null"],
            "description": "Findings that somebody accepted, until a day.",
            "items": _object(
                {
                    "rule": _described(_NAME, "The rule's name, such as lifecycle/never-seen."),
                    "name": _described(_NAME, "The event or property it is about; * for any."),
                    "reason": _described(_NAME, "Why it is fine."),
                    "until": _day("The last day of the waiver."),
                },
                "A finding that is accepted.",
                required=["rule", "name", "reason"],
            ),
        },
    }


def _event_fields() -> Schema:
    return {
        "description": _text("What the event means, in the words of the business."),
        "trigger": _text("When exactly it fires; for people, not sent to Lexicon."),
        "status": _word(STATUSES, "Where in its life the event is."),
        "owners": _described({"$ref": "#/$defs/owners"}, "Who answers for the event."),
        "category": _text("The group it belongs to; becomes a tag in Lexicon."),
        "tags": _list("Tags in Lexicon.", _NAME),
        "display_name": _text("The name that Mixpanel's menus show."),
        "hidden": _flag("Whether Mixpanel's menus leave it out."),
        "platforms": _list("What sends it, such as web or server.", _NAME),
        "deprecated": _optional(
            _object(
                {
                    "since": _day("The day from which nobody should use it."),
                    "sunset": _day("The day after which it must not arrive."),
                    "replaced_by": _text("The event to use instead."),
                    "reason": _text("Why it goes."),
                },
                "What is known of its end.",
            )
        ),
        "extra": _extra(),
        "properties": _names(
            {"$ref": "#/$defs/property"},
            "The event's properties, by their exact names; null removes one.",
        ),
    }


def _property_fields() -> Schema:
    return {
        "type": {"enum": list(TYPES), "description": "What its values are."},
        "required": _flag("Whether every event must carry it."),
        "description": _text("What it means, and which values are expected."),
        "display_name": _text("The name that Mixpanel's menus show."),
        "hidden": _flag("Whether Mixpanel's menus leave it out."),
        "blocked": _flag("Whether Mixpanel discards it on arrival: data is lost."),
        "allowed": _list("Every value it may have.", True),
        "pattern": {**_text("A regular expression that its texts match."), "format": "regex"},
        "minimum": _number("The smallest value it may have."),
        "maximum": _number("The largest value it may have."),
        "items": {
            "description": "What its elements are: a type, or a mapping of names to types.",
            "anyOf": [{"enum": [*TYPES, "", None]}, {"type": "object"}],
        },
        "examples": _list("A few values as they really occur; never personal data.", True),
        "personal": _flag("Whether it is personal data."),
        "extra": _extra(),
    }


def _super_fields() -> Schema:
    return {
        "set": _word(("register", "register_once"), "How the SDK stores it."),
        "when": _word(("always", "identified"), "From when on events carry it."),
        "reason": _text("Why every event carries it."),
    }


def _identity_fields() -> Schema:
    return {
        "id_merge": _word(("simplified", "original", "legacy"), "The project's ID merge."),
        "user_id": _optional(
            _object(
                {"pattern": {**_text("What a user id looks like."), "format": "regex"}},
                "The ids given to identify().",
            )
        ),
        "login_events": _list("Events after which somebody is known.", _NAME),
        "logout_events": _list("Events after which reset() is called.", _NAME),
    }


def _object(fields: Schema, description: str, required: list[Json] | None = None) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": fields,
        "required": required or [],
        "additionalProperties": False,
    }


def _section(fields: Schema, description: str) -> Schema:
    """A mapping that may be left empty."""
    return _optional(_object(fields, description))


def _names(value: Schema, description: str) -> Schema:
    return {
        "type": ["object", "null"],
        "description": description,
        "propertyNames": {"minLength": 1},
        "additionalProperties": value,
    }


def _optional(schema: Schema) -> Schema:
    return {**schema, "type": ["object", "null"]}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _text(description: str) -> Schema:
    return {"type": [*_SCALAR, "null"], "description": description}


def _flag(description: str) -> Schema:
    return {"enum": [True, False, None, ""], "description": description}


def _number(description: str) -> Schema:
    return {"anyOf": [{"type": ["number", "null"]}, {"const": ""}], "description": description}


def _word(words: tuple[str, ...], description: str) -> Schema:
    return {"enum": [*words, None, ""], "description": description}


def _day(description: str) -> Schema:
    pattern = r"^(\d{4}-\d\d-\d\d)?$"
    return {"type": ["string", "null"], "pattern": pattern, "description": description}


def _list(description: str, items: Json) -> Schema:
    return {
        "description": description,
        "anyOf": [{"type": ["array", "null"], "items": items}, {"const": ""}],
    }


def _extra() -> Schema:
    return {
        "type": ["object", "null"],
        "description": "Whatever else the team keeps; comes back from spreadsheets.",
    }
