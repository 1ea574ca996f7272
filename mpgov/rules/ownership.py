"""Somebody answers for every event, and still works here."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.ownership import Allowed, check_owners
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about, is_own_event


@rule(
    "ownership/unowned",
    on=Catalog,
    good="events: {Sign Up: {owners: [jane@acme.example]}}",
    bad="events: {Sign Up: {}}",
)
def unowned(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """An event that nobody answers for is nobody's to repair."""
    for entity in catalog:
        if is_own_event(entity.key) and not entity.owners:
            yield about(entity, "has no owner", fix="owners: [name@company, team:Name]")


@rule(
    "ownership/unknown",
    on=Catalog,
    good="""events: {Sign Up: {owners: [jane@acme.example]}}
governance: {left: [tom@acme.example]}""",
    bad="""events: {Sign Up: {owners: [tom@acme.example]}}
governance: {left: [tom@acme.example]}""",
)
def unknown(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """An owner who is no longer here answers for nothing."""
    return check_owners(catalog, Allowed())
