"""Expected, live, deprecated, blocked: said in one place, and where Mixpanel can hear it."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about, about_property


@rule(
    "lifecycle/deprecated-tag",
    on=Catalog,
    severity="error",
    options={"tag": "deprecated"},
    good="events: {Old Thing: {status: deprecated}}",
    bad="events: {Old Thing: {tags: [deprecated]}}",
)
def deprecated_tag(catalog: Catalog, options: Options) -> Iterator[Finding]:
    """The tag that says deprecated belongs to `status`; said twice, it would contradict itself."""
    for entity in catalog:
        tags = entity.tags if isinstance(entity.tags, tuple) else ()
        if options["tag"] in (*tags, entity.category):
            message = f"has the tag {options['tag']}, which is how a status is said"
            yield about(entity, message, field="tags", fix="status: deprecated")


@rule(
    "lifecycle/blocked-profile",
    on=Catalog,
    severity="error",
    good="user_properties: {plan: {type: string, hidden: true}}",
    bad="user_properties: {plan: {type: string, blocked: true}}",
)
def blocked_profile(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """Mixpanel blocks events and their properties only, never profile properties."""
    for entity in catalog:
        for name, prop in entity.properties.items():
            if entity.key.kind == "profile" and prop is not None and prop.blocked:
                message = "is blocked, which Mixpanel cannot do to a profile property"
                yield about_property(
                    entity, name, prop, message, field="blocked", fix="hidden: true"
                )
