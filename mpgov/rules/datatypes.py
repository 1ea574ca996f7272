"""Types that are said, and examples that are of their type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.figures import percent
from mpgov.core.finding import Finding
from mpgov.core.joined import types_apart
from mpgov.core.model import Catalog, Entity, Json, Property, event, is_mixpanels
from mpgov.core.observation import Observation
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about_property, by_library, properties
from mpgov.rules.matching import matches
from mpgov.rules.seen import Seen, about_seen, misfits, planned_seen, seen_by_event


@rule(
    "datatypes/untyped",
    on=Catalog,
    good="events: {Sign Up: {properties: {plan: {type: string}}}}",
    bad="events: {Sign Up: {properties: {plan: {required: true}}}}",
)
def untyped(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """A property without a type cannot be sent to Lexicon, where it is new; it is never guessed."""
    for entity, name, prop in properties(catalog):
        if not prop.type and not is_mixpanels(name):
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


@rule(
    "datatypes/mismatch",
    on=Evidence,
    severity="error",
    needs=("plan",),
    good="""events: {Sale: {properties: {price: {type: number}}}}
--- lexicon
events: {Sale: {properties: {price: {type: number}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1", "price": 9.5}}""",
    bad="""events: {Sale: {properties: {price: {type: number}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1", "price": "9.50"}}""",
)
def mismatch(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A value of another type than everybody counts on falls out of sums and filters unseen."""
    for entity, name, prop, theirs in types_apart(
        evidence.plan or Catalog(), evidence.lexicon or Catalog()
    ):
        message = f"is a {prop.type} in the plan and a {theirs} in Lexicon"
        yield about_property(entity, name, prop, message, field="type", fix="mpgov sync")
    for entity, name, prop, seen, _counts in planned_seen(evidence):
        by = {
            library: (misfits(prop, one), one.present)
            for library, one in (seen.by_library if seen else {}).items()
        }
        wrong = sum(n for n, _ in by.values())
        if seen is not None and wrong:
            share = f"{wrong:,} of {seen.values:,} values ({percent(wrong / seen.values)})"
            told = f"is a {prop.type} in the plan; {share} are not{_but(prop, seen)}"
            yield about_property(entity, name, prop, f"{told}{by_library(by)}", field="type")


@rule(
    "datatypes/mixed",
    on=Evidence,
    good="""events:
  Sale: {properties: {price: {type: number}}}
  Refund: {properties: {price: {type: integer}}}""",
    bad="""events:
  Sale: {properties: {price: {type: number}}}
  Refund: {properties: {price: {type: string}}}""",
)
def mixed(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Mixpanel has one entry for all properties of a name; with two types filters miss one."""
    yield from _mixed_in_plan(evidence.plan or evidence.joined)
    for name, found in sorted(seen_by_event(evidence.observation or Observation()).items()):
        said = evidence.joined.entities.get(event(name))
        if said is None or is_mixpanels(name):
            continue
        for prop, seen in sorted(found.items()):
            planned = said.properties.get(prop)
            kinds = _kinds(seen)
            if len(kinds) > 1 and not (planned and planned.type) and not is_mixpanels(prop):
                told = ", ".join(f"{count:,} of type {kind}" for kind, count in kinds.items())
                yield about_seen(evidence, seen, f"arrives with values of several types: {told}")


def _mixed_in_plan(catalog: Catalog) -> Iterator[Finding]:
    """Events' properties of one name that have another type than most of that name."""
    places: dict[str, list[tuple[Entity, Property, str]]] = {}
    for entity, name, prop in properties(catalog):
        if entity.key.kind == "event" and isinstance(prop.type, str) and not is_mixpanels(name):
            kind = "number" if prop.type == "integer" else prop.type
            places.setdefault(name, []).append((entity, prop, kind))
    for name, there in places.items():
        usual = Counter(kind for _, _, kind in there).most_common(1)[0][0]
        first = next(entity for entity, _, kind in there if kind == usual)
        for entity, prop, kind in there:
            if kind != usual:
                message = f"is a {prop.type} here and a {usual} in {first.key.name}"
                yield about_property(entity, name, prop, message, field="type")


def _kinds(seen: Seen) -> dict[str, int]:
    """How many values are of which type, whole numbers and others together."""
    counts = {kind: seen.count(kind) for kind in ("string", "boolean", "list", "object")}
    counts["number"] = seen.count("number", "integer")
    return {kind: count for kind, count in counts.items() if count}


def _but(prop: Property, seen: Seen) -> str:
    """What the values are instead, where one word can say it."""
    numerals = sum(one.numerals for one in seen.by_library.values())
    if prop.type in {"number", "integer"} and numerals and numerals == seen.count("string"):
        return " (numbers sent as text)"
    if prop.type == "integer" and seen.count("number"):
        return " (they have a fraction)"
    if prop.type == "datetime" and seen.count("number", "integer"):
        return " (a unix time is a number to Mixpanel)"
    kinds = [kind for kind in _kinds(seen) if kind != prop.type]
    return f" (they are of type {', '.join(kinds)})" if kinds else ""


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
