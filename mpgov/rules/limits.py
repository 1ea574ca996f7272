"""Mixpanel's limits, before Mixpanel meets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, event, is_mixpanels
from mpgov.core.observation import Observation, PropertySeen
from mpgov.core.rule import Options, rule
from mpgov.core.usage import Usage
from mpgov.rules.about import about, own_live

LONGEST_VALUE: Final = 255


@rule(
    "limits/properties",
    on=Catalog,
    options={"most": 254},
    good="events: {Sign Up: {properties: {plan: {type: string}}}}",
    bad="events: {Sign Up: {properties: {"
    + ", ".join(f"p{n}: {{type: string}}" for n in range(255))
    + "}}}",
)
def too_many_properties(catalog: Catalog, options: Options) -> Iterator[Finding]:
    """Mixpanel takes fewer than 255 properties with an event (concepts 1.4)."""
    for entity in catalog:
        there = sum(prop is not None for prop in entity.properties.values())
        most = options["most"]
        if entity.key.kind == "event" and isinstance(most, int) and there > most:
            yield about(entity, f"has {there} properties; Mixpanel takes at most {most}")


@rule(
    "limits/event-names",
    on=Evidence,
    needs=("usage",),
    options={"most": 5000},
    good="""events: {Sign Up: {}}
--- arrived
Sign Up: 120""",
    bad="""events: {}
--- arrived
"""
    + "\n".join(f"Report {n} Viewed: 1" for n in range(5000)),
)
def too_many_names(evidence: Evidence, options: Options) -> Iterator[Finding]:
    """Beyond 5 000 event names Mixpanel stores what arrives and offers it nowhere."""
    most = options["most"]
    usage = evidence.usage or Usage()
    live = len(usage.names) if usage.is_whole else max(len(usage.names), 5000)
    if isinstance(most, int) and live >= most:
        yield Finding(f"{live:,} event names arrive; beyond {most:,} Mixpanel's menus offer none")


@rule(
    "limits/value-length",
    on=Evidence,
    needs=("observation",),
    good="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": "pro"}}""",
    bad="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": \""""
    + "x" * 255
    + """"}}""",
)
def value_length(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Mixpanel cuts texts at 255 characters: values that differ after that become one."""
    found: dict[tuple[str, str], PropertySeen] = {}
    for seen in (evidence.observation or Observation()).properties:
        if (seen.longest or 0) >= LONGEST_VALUE and not is_mixpanels(seen.name):
            found.setdefault((seen.event, seen.name), seen)
    for (name, prop), seen in sorted(found.items()):
        message = f"has texts of {seen.longest} characters; Mixpanel cuts them at 255"
        entity = evidence.joined.entities.get(event(name), Entity(event(name)))
        yield replace(about(entity, message), property=prop)


@rule(
    "limits/observed-properties",
    on=Evidence,
    needs=("observation",),
    options={"most": 254},
    good="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": "pro"}}""",
    bad="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "u1", """
    + ", ".join(f'"answer_{n}": 1' for n in range(255))
    + "}}",
)
def observed_properties(evidence: Evidence, options: Options) -> Iterator[Finding]:
    """An event that brings ever new properties fills the menus, and soon meets the limit of 255."""
    names: dict[str, set[str]] = {}
    for seen in (evidence.observation or Observation()).properties:
        if not is_mixpanels(seen.name):
            names.setdefault(seen.event, set()).add(seen.name)
    most = options["most"]
    for name in own_live(evidence) if evidence.usage else sorted(names):
        there = len(names.get(name, ()))
        if isinstance(most, int) and there > most:
            entity = evidence.joined.entities.get(event(name), Entity(event(name)))
            yield about(entity, f"arrives with {there} properties; Mixpanel takes at most {most}")
