"""The contract: what Mixpanel's Lexicon Schemas API does, one row a fact.

Each row: what is stored, what is sent, and what is stored after. The facts and their certainty are
in the reference, section 4. `question` is the number of the open question (section 16) that a row
settles on a real project.
"""

from dataclasses import dataclass
from typing import Any

MIXPANEL = "com.mixpanel"


def meta(**keys: Any) -> dict[str, Any]:
    return {"metadata": {MIXPANEL: keys}}


@dataclass(frozen=True)
class Row:
    """One fact: `before` is stored, `sent` is posted, `after` is stored then."""

    fact: str
    before: dict[str, Any] | None
    sent: dict[str, Any]
    after: dict[str, Any]
    question: int = 0


TABLE = [
    Row("a new schema is stored as sent", None, {"description": "d"}, {"description": "d"}),
    Row(
        "a schema is replaced: what is left out is gone",
        {"description": "d", "properties": {"p": {"type": "string"}}, "required": ["p"]},
        {"properties": {"q": {"type": "number"}}},
        {"properties": {"q": {"type": "number"}}},
    ),
    Row(
        "metadata is merged: what is left out stays",
        meta(hidden=True, tags=["a"], displayName="N"),
        meta(tags=["b"]),
        meta(hidden=True, tags=["b"], displayName="N"),
    ),
    Row(
        "null removes a metadata key",
        meta(hidden=True, displayName="N"),
        meta(displayName=None),
        meta(hidden=True),
    ),
    Row(
        "a list of metadata is replaced, not united",
        meta(contacts=["jane@acme.example", "sam@acme.example"]),
        meta(contacts=["sam@acme.example"]),
        meta(contacts=["sam@acme.example"]),
        question=3,
    ),
    Row(
        "property metadata is merged where the property stays",
        {"properties": {"p": {"type": "string", **meta(hidden=True)}}},
        {"properties": {"p": {"type": "number"}}},
        {"properties": {"p": {"type": "number", **meta(hidden=True)}}},
        question=3,
    ),
    Row(
        "examples, format and required are kept",
        None,
        {
            "properties": {"p": {"type": "string", "format": "date-time", "examples": ["2024"]}},
            "required": ["p"],
        },
        {
            "properties": {"p": {"type": "string", "format": "date-time", "examples": ["2024"]}},
            "required": ["p"],
        },
        question=2,
    ),
    Row(
        "an owner who is no member is dropped in silence",
        None,
        meta(contacts=["jane@acme.example", "nobody@acme.example"]),
        meta(contacts=["jane@acme.example"]),
        question=4,
    ),
    Row(
        "a tag that nobody made is made",
        None,
        meta(tags=["mpgov contract"]),
        meta(tags=["mpgov contract"]),
        question=4,
    ),
]
