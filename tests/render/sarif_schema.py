"""The parts of SARIF 2.1.0 that mpgov writes, as the standard constrains them.

Written down from the standard (OASIS, sections 3.13 to 3.58): every object closed but for the
property bags, every required key, every enumeration.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
BAG: dict[str, Any] = {"type": "object"}
MESSAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": TEXT},
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
NATURAL = {"type": "integer", "minimum": 1}


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {**properties, "properties": BAG},
    }


def _list(item: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


RULE = _closed(
    ["id"],
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=_closed([], level=LEVEL),
)
DRIVER = _closed(
    ["name"],
    name=TEXT,
    version={"type": "string"},
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=_list(RULE, uniqueItems=True),
)
PLACE = _closed(
    ["artifactLocation"],
    artifactLocation=_closed(
        [],
        uri={"type": "string", "format": "uri-reference", "pattern": r"^[^\\\s]*$"},
        uriBaseId=TEXT,
    ),
    region=_closed([], startLine=NATURAL, startColumn=NATURAL),
)
LOCATION = _closed(
    [],
    physicalLocation=PLACE,
    logicalLocations=_list(_closed([], fullyQualifiedName=TEXT, kind=TEXT), uniqueItems=True),
)
RESULT = _closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=_list(LOCATION),
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=_list(
        _closed(["kind"], kind={"enum": ["inSource", "external"]}, justification=TEXT)
    ),
)
RUN = _closed(
    ["tool"],
    tool=_closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    automationDetails=_closed([], id=TEXT),
    results=_list(RESULT),
)
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": _list(RUN),
    },
}
