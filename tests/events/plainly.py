"""The same measurements by plain Python, one event at a time: slow, and easy to believe."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from mpgov.core.model import Catalog, Property, event

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return {str: "string", list: "list", dict: "object"}[type(value)]


def once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each once."""
    seen, kept = set(), []
    for row in rows:
        told = row["properties"]
        if told.get("$insert_id") is not None:
            key = json.dumps(
                [row["event"], *(_said(told.get(n)) for n in ("time", "distinct_id", "$insert_id"))]
            )
            if key in seen:
                continue
            seen.add(key)
        kept.append(row)
    return kept


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value)


def types(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, int]]:
    """How many values of each type, by event, property and library."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for row in rows:
        library = _library(row)
        for name, value in row["properties"].items():
            found.setdefault((row["event"], name, library), Counter())[kind_of(value)] += 1
    return {key: dict(counts) for key, counts in found.items()}


def _library(row: dict[str, Any]) -> str:
    value = row["properties"].get("mp_lib")
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def extremes(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """Least and greatest number, shortest and longest text."""
    numbers: dict[tuple[str, str, str], list[float]] = {}
    lengths: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        for name, value in row["properties"].items():
            key = row["event"], name, _library(row)
            numbers.setdefault(key, [])
            lengths.setdefault(key, [])
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers[key].append(float(value))
            if isinstance(value, str):
                lengths[key].append(len(value))
    return {
        key: (
            min(numbers[key], default=None),
            max(numbers[key], default=None),
            min(lengths[key], default=None),
            max(lengths[key], default=None),
        )
        for key in numbers
    }


def against(rows: Iterable[dict[str, Any]], plan: Catalog) -> Counter[tuple[str, str, str]]:
    """How many values are against the plan: by event, property and what it is."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        entity = plan.entities.get(event(row["event"]))
        for name, value in row["properties"].items():
            prop = (entity.properties.get(name) if entity else None) or Property()
            for what in _against(prop, value):
                found[row["event"], name, what] += 1
    return found


def _against(prop: Property, value: Any) -> Iterable[str]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    allowed = prop.allowed if isinstance(prop.allowed, tuple) else ()
    texts = [one for one in allowed if isinstance(one, str)]
    numbers = [one for one in allowed if isinstance(one, int | float)]
    if isinstance(value, str) and texts and value not in texts:
        yield "not_allowed"
    if is_number and numbers and value not in numbers:
        yield "not_allowed"
    elements = value if prop.type == "list" and isinstance(value, list) and texts else ()
    if any(isinstance(one, str) and one not in texts for one in elements):
        yield "not_allowed"
    pattern = prop.pattern if isinstance(prop.pattern, str) and isinstance(value, str) else None
    if pattern is not None and not re.search(pattern, value):
        yield "not_matching"
    if is_number and isinstance(prop.minimum, int | float) and value < prop.minimum:
        yield "below"
    if is_number and isinstance(prop.maximum, int | float) and value > prop.maximum:
        yield "above"


def emails(rows: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How many texts hold an e-mail address, by event and property."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name, value in row["properties"].items():
            if isinstance(value, str) and _EMAIL.search(value):
                found[row["event"], name] += 1
    return found
