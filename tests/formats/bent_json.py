"""JSON that somebody bent: cut, doubled, with values of other types wherever there is one."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**200, 1e308, "", " ", "null", "0001-01-01", "2025-02-30"),
    *([], {}, [[]], [{}], {"": ""}, [None], {"$ref": "#"}, {"$ref": 5}, {"$ref": "#/nothing/0"}),
    *({"$ref": "https://x.example/y"}, {"allOf": [{"$ref": "#"}]}, {"type": ["null", 3]}),
    *({"type": "text"}, {"anyOf": [{"type": "null"}]}, {"properties": {"": {}}}, {"enum": [[], 1]}),
    *({"required": "a", "properties": []}, {"pattern": "(?<a>["}, {"items": {"$ref": "#"}}),
)
RAW: tuple[str, ...] = (
    *('"\\ud83d"', "NaN", "1e999", "-Infinity", "[" * 95 + "]" * 95, "9" * 400, '"\\u0000"', "{"),
    *('{"a": 1, "a": {"b": [2]}}', '"\\ud83d\\ude00"', '{"\\udc00": {}}', "'", "\x00", "[1,]"),
)


def places(value: Any) -> list[list[Any]]:
    """The path to every value in a document, from the outside in."""
    found: list[list[Any]] = [[]]
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            found += [[key, *path] for path in places(one)]
    return found


def put(value: Any, path: list[Any], other: Any) -> Any:
    """A copy of a document with another value at a place."""
    if not path:
        return other
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(copied[path[0]], path[1:], other)
    return copied


@st.composite
def bent(draw: st.DrawFn, document: Any) -> bytes:
    """The document with up to three values replaced, then perhaps damaged as text."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(document)))
        mark = draw(st.sampled_from([*ODD, *(f"\0{index}" for index in range(len(RAW)))]))
        document = put(document, path, mark)
    text = json.dumps(document)
    for index, raw in enumerate(RAW):
        text = text.replace(json.dumps(f"\0{index}"), raw)
    if draw(st.integers(0, 9)) == 0:
        text = text[: draw(st.integers(0, len(text)))]
    data = text.encode("utf-16" if draw(st.integers(0, 19)) == 0 else "utf-8", "surrogatepass")
    return data + draw(st.sampled_from([b"", b"", b"\n", b"\xff", b"}"]))
