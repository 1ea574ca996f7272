"""What raw events carry, held against what the plan says of their properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mpgov.core.audit import Evidence
from mpgov.core.figures import percent
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Property, event, is_mixpanels
from mpgov.core.observation import Observation
from mpgov.core.plan_words import plan_key
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about_property, by_library
from mpgov.rules.reserved import is_added
from mpgov.rules.seen import Seen, event_counts, planned_seen, seen_by_event

# Libraries that run where people are; super properties live there, never on a server (4.4).
CLIENTS = ("web", "android", "iphone", "swift", "unity", "react-native", "flutter")


@rule(
    "observed/missing-required",
    on=Evidence,
    severity="error",
    needs=("plan", "observation"),
    good="""events: {Sale: {properties: {order_id: {type: string, required: true}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1", "order_id": "o-1"}}""",
    bad="""events: {Sale: {properties: {order_id: {type: string, required: true}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1"}}""",
)
def missing_required(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A report by a property counts only the events that carry it."""
    for entity, name, prop, seen, counts in planned_seen(evidence):
        if prop.required:
            lacks = _lacking(seen, counts)
            if lacks:
                message = f"is required, and missing from {lacks}"
                yield about_property(entity, name, prop, message, field="required")


@rule(
    "observed/missing-super",
    on=Evidence,
    needs=("plan", "observation"),
    options={"libraries": list(CLIENTS)},
    good="""events: {Sale: {}}
super_properties: {app_version: {type: string, when: always}}
--- events
{"event": "Sale", "properties": {"time": 1, "mp_lib": "web", "app_version": "2"}}
{"event": "Sale", "properties": {"time": 1, "mp_lib": "node"}}""",
    bad="""events: {Sale: {}}
super_properties: {app_version: {type: string, when: always}}
--- events
{"event": "Sale", "properties": {"time": 1, "mp_lib": "web"}}""",
)
def missing_super(evidence: Evidence, options: Options) -> Iterator[Finding]:
    """A super property that clients forget to register leaves holes in every report by it."""
    plan, observation = evidence.plan or Catalog(), evidence.observation or Observation()
    clients = options["libraries"] if isinstance(options["libraries"], list) else []
    seen = seen_by_event(observation)
    for name, prop in plan.super_properties.items():
        if prop.when == "identified":
            continue
        lacking: dict[str, tuple[int, int]] = {}
        for event_name, counts in event_counts(observation).items():
            if is_mixpanels(event_name):
                continue
            there = seen.get(event_name, {}).get(name)
            for library, count in counts.items():
                if library in clients:
                    n, of = lacking.get(library, (0, 0))
                    lacking[library] = n + count - _present(there, library), of + count
        missing, total = (sum(both[i] for both in lacking.values()) for i in (0, 1))
        if missing:
            share = f"{missing:,} of {total:,} events ({percent(missing / total)})"
            message = f"the super property {name} is missing from {share}{by_library(lacking)}"
            yield Finding(message, property=name, at=prop.at)


@rule(
    "observed/unplanned-property",
    on=Evidence,
    severity="info",
    needs=("plan", "observation"),
    good="""events: {Sale: {properties: {order_id: {type: string}}}}
--- events
{"event": "Sale", "properties": {"time": 1, "order_id": "o-1", "$city": "Rome", "utm_id": "x"}}""",
    bad="""events: {Sale: {properties: {order_id: {type: string}}}}
--- events
{"event": "Sale", "properties": {"time": 1, "order_id": "o-1", "voucher": "SAVE10"}}""",
)
def unplanned_property(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What arrives beside the plan is described by nobody, and may be personal."""
    plan, observation = evidence.plan or Catalog(), evidence.observation or Observation()
    counts = event_counts(observation)
    for name, found in sorted(seen_by_event(observation).items()):
        entity = plan.entities.get(event(name))
        if entity is None or entity.status == "proposed":
            continue
        known = evidence.joined.entities[entity.key].properties
        for prop, seen in sorted(found.items()):
            if prop in known or prop in plan.super_properties or is_added(prop):
                continue
            total = sum(counts[name].values())
            there = sum(one.present for one in seen.by_library.values())
            share = f"{there:,} of {total:,} events ({percent(there / total)})"
            message = f"arrives with {share} and is not in the plan{_senders(seen, counts[name])}"
            fix = f"{plan_key(prop)}: {{type: {_type(seen)}, description: what it means}}"
            yield about_property(entity, prop, Property(at=entity.at), message, fix=fix)


@rule(
    "observed/not-allowed",
    on=Evidence,
    severity="error",
    needs=("plan", "observation"),
    good="""events: {Sale: {properties: {plan: {type: string, allowed: [free, pro]}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": "pro"}}""",
    bad="""events: {Sale: {properties: {plan: {type: string, allowed: [free, pro]}}}}
--- events
{"event": "Sale", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": "Pro"}}""",
)
def not_allowed(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A value beside the agreed ones falls out of every report that names them."""
    for entity, name, prop, seen, _counts in planned_seen(evidence):
        if seen is None:
            continue
        for field, counted, told in _JUDGED:
            by = {lib: (getattr(one, counted), one.present) for lib, one in seen.by_library.items()}
            wrong = sum(n for n, _ in by.values())
            if wrong:
                share = f"{wrong:,} of {seen.values:,} values ({percent(wrong / seen.values)})"
                said = told.format(getattr(prop, field))
                message = f"has {share} that {said}{by_library(by)}"
                yield about_property(entity, name, prop, message, field=field)


_JUDGED = (
    ("allowed", "not_allowed", "are none of the allowed ones"),
    ("pattern", "not_matching", "do not match {}"),
    ("minimum", "below", "are below the minimum of {}"),
    ("maximum", "above", "are above the maximum of {}"),
)


def _lacking(seen: Seen | None, counts: Mapping[str, int]) -> str:
    """How many events lack a value, as a message says it; empty where none does."""
    by = {library: (count - _present(seen, library), count) for library, count in counts.items()}
    missing, total = sum(n for n, _ in by.values()), sum(counts.values())
    if not missing:
        return ""
    return f"{missing:,} of {total:,} events ({percent(missing / total)}){by_library(by)}"


def _present(seen: Seen | None, library: str) -> int:
    """How many events of a library carry a value that is not null."""
    one = seen.by_library.get(library) if seen else None
    return one.present - one.types.get("null", 0) if one else 0


def _senders(seen: Seen, counts: Mapping[str, int]) -> str:
    by = {
        library: (one.present, counts.get(library, 0)) for library, one in seen.by_library.items()
    }
    return by_library(by) if len(counts) > 1 else ""


def _type(seen: Seen) -> str:
    """The type that most values have, as a plan says it."""
    kinds = ("string", "integer", "number", "boolean", "list", "object")
    best = max(kinds, key=seen.count)
    dates = sum(one.datetimes for one in seen.by_library.values())
    if best == "string" and dates and dates == seen.count("string"):
        return "datetime"
    return "number" if best == "integer" and seen.count("number") else best
