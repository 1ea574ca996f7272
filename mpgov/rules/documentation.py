"""What nobody described is guessed at."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, Property, is_mixpanels
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about, about_property, is_own_event, properties


@rule(
    "documentation/undescribed",
    on=Catalog,
    good="""events:
  Sign Up:
    description: A visitor created an account.
    properties: {plan: {type: string, description: The tier chosen.}}""",
    bad="events: {Sign Up: {}}",
)
def undescribed(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """What nobody described is guessed at, differently each time."""
    for entity in catalog:
        if is_own_event(entity.key) and not _described(entity):
            yield about(entity, "has no description", fix="description: what it means, and when")
    for entity, name, prop in properties(catalog):
        if not is_mixpanels(name) and not _described(prop):
            yield about_property(entity, name, prop, "has no description")


def _described(thing: Entity | Property) -> bool:
    return isinstance(thing.description, str) and bool(thing.description.strip())
