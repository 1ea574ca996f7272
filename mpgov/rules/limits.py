"""Mixpanel's limits, before Mixpanel meets them."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about


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
