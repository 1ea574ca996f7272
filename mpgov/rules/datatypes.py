"""Types that are said, and examples that are of their type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.model import UNSET, Catalog, Json, Property, is_mixpanels
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about_property, properties
from mpgov.rules.matching import matches


@rule(
    "datatypes/untyped",
    on=Catalog,
    good="events: {Sign Up: {properties: {plan: {type: string}}}}",
    bad="events: {Sign Up: {properties: {plan: {required: true}}}}",
)
def untyped(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """A property without a type cannot be sent to Lexicon, where it is new; it is never guessed."""
    for entity, name, prop in properties(catalog):
        if prop.type is UNSET and not is_mixpanels(name):
            yield about_property(entity, name, prop, "has no type", fix="type: string")


@rule(
    "datatypes/example",
    on=Catalog,
    severity="error",
    good="events: {Sale: {properties: {price: {type: number, examples: [9.5]}}}}",
    bad="events: {Sale: {properties: {price: {type: number, examples: [cheap]}}}}",
)
def example(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """An example that contradicts the plan teaches everybody who copies it the wrong thing."""
    for entity, name, prop in properties(catalog):
        for field in ("examples", "allowed"):
            values = getattr(prop, field)
            for value in values if isinstance(values, tuple) else ():
                problem = _problem(prop, value, field)
                if problem:
                    message = f"has the {_SINGULAR[field]} {_shown(value)}, which {problem}"
                    yield about_property(entity, name, prop, message, field=field)


_SINGULAR: Final = {"examples": "example", "allowed": "allowed value"}


def _problem(prop: Property, value: Json, field: str) -> str:
    """Why a value is not one of the property; empty where it is."""
    fits = _TYPES.get(str(prop.type))
    if fits is not None and not fits(value):
        return f"is no {prop.type}"
    if field == "examples" and isinstance(prop.allowed, tuple) and value not in prop.allowed:
        return "is not one of the allowed values"
    if isinstance(prop.pattern, str) and isinstance(value, str):
        found = matches(prop.pattern, value)
        trouble = "does not match" if found is False else "takes too long to be matched against"
        return "" if found else f"{trouble} {prop.pattern}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _out_of_range(prop, value)
    return ""


def _out_of_range(prop: Property, value: float) -> str:
    if isinstance(prop.minimum, int | float) and value < prop.minimum:
        return f"is below the minimum of {prop.minimum}"
    if isinstance(prop.maximum, int | float) and value > prop.maximum:
        return f"is above the maximum of {prop.maximum}"
    return ""


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Json) -> bool:
    return _is_number(value) and float(str(value)).is_integer()


def _is_datetime(value: Json) -> bool:
    """ISO 8601: a date alone, or with time, the zone optional (design 4)."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


_TYPES: Final[dict[str, Callable[[Json], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "datetime": _is_datetime,
    "list": lambda value: not isinstance(value, dict),  # a whole list, or one of its elements
    "object": lambda value: isinstance(value, dict),
}


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
