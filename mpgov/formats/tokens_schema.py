"""The register's format as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Final, TypeAlias

from mpgov.core.model import Json
from mpgov.core.tokens import ENVIRONMENTS, KINDS

Schema: TypeAlias = dict[str, Json]

_FINGERPRINT: Final[Schema] = {"type": ["string", "number", "null"], "pattern": "^[0-9a-f]{16}$"}


def json_schema() -> Schema:
    """The schema, draft 2020-12; every field with what it is for."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mpgov register of tokens",
        "description": "Who holds which token or secret of Mixpanel. Never a value.",
        "type": "object",
        "properties": {
            "mpgov_tokens": {
                "enum": [1, "1"],
                "description": "The version of the format; comes first.",
            },
            "tokens": {
                "type": ["object", "null"],
                "description": "Every token, by a name of your own.",
                "propertyNames": {"minLength": 1},
                "additionalProperties": {
                    "type": "object",
                    "description": "What is known of a token; never its value.",
                    "properties": _fields(),
                    "required": ["kind"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["mpgov_tokens"],
        "additionalProperties": False,
    }


def _fields() -> Schema:
    return {
        "kind": {"enum": list(KINDS), "description": "What it is in Mixpanel."},
        "project": {
            "type": ["string", "integer", "null"],
            "description": "A [projects.NAME] of mpgov.toml, or a project's id.",
        },
        "environment": {
            "enum": [*ENVIRONMENTS, None],
            "description": "Which of your environments it is for.",
        },
        "holder": {
            "type": ["string", "null"],
            "pattern": r"^(team:.*\S.*|[^@\s]+@[^@\s]+|)$",
            "description": "Who answers for it: an e-mail, or team:Name.",
        },
        "account": _text("A service account's name in Mixpanel: ….mp-service-account."),
        "role": _text("The role that a service account is meant to have."),
        "used_in": {
            "type": ["array", "null"],
            "items": {"type": ["string", "number", "boolean"]},
            "description": "Where it is used: web, ios, the import job, …",
        },
        "rotate_every": {
            "anyOf": [
                {"type": ["integer", "null"], "minimum": 1, "maximum": 3650},
                {"type": "string", "pattern": r"^([1-9]\d{0,3}( days?)?)?$"},
            ],
            "description": "Days after which it is to be replaced, such as 365 days.",
        },
        "last_rotated": {
            "type": ["string", "null"],
            "pattern": r"^(\d{4}-\d\d-\d\d)?$",
            "description": "The day on which it was replaced last, or made.",
        },
        "fingerprint": {
            **_FINGERPRINT,
            "description": "The first 16 hex digits of its SHA-256; mpgov writes it.",
        },
        "retired": {
            "type": ["array", "null"],
            "items": dict(_FINGERPRINT),
            "description": "The fingerprints of earlier values.",
        },
        "note": _text("Whatever else is worth knowing."),
    }


def _text(description: str) -> Schema:
    return {"type": ["string", "number", "boolean", "null"], "description": description}
