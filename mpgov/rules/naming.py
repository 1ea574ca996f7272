"""Names: one convention, and within Mixpanel's length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.look_alike import pairs
from mpgov.core.model import Catalog, Entity, Property, event, is_mixpanels
from mpgov.core.rule import Options, rule
from mpgov.core.usage import Usage
from mpgov.rules.about import about, about_property, arrivals, is_own_event, own_live, properties
from mpgov.rules.matching import matches
from mpgov.rules.reserved import is_taken_event, why_taken

LONGEST: Final = 255  # concepts 1.4: longer names are cut
_SMALL: Final = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off"}
    | {"on", "or", "out", "over", "per", "the", "to", "up", "via", "vs", "with"}
)


@rule(
    "naming/event-case",
    on=Catalog,
    options={"style": "Title Case"},
    good="events: {Item Added to Cart: {}}",
    bad="events: {item_added_to_cart: {}}",
)
def event_case(catalog: Catalog, options: Options) -> Iterator[Finding]:
    """Two spellings of one convention become two events; checked where `[naming] event` is set."""
    style = str(options["style"])
    fits = _style(style)
    for entity in catalog:
        if is_own_event(entity.key) and not fits(entity.key.name):
            yield about(entity, f"is not in {style}")


@rule(
    "naming/property-case",
    on=Catalog,
    options={"style": "snake_case"},
    good="events: {Sign Up: {properties: {plan_type: {type: string}}}}",
    bad="events: {Sign Up: {properties: {planType: {type: string}}}}",
)
def property_case(catalog: Catalog, options: Options) -> Iterator[Finding]:
    """Two spellings of one property split its values; checked where `[naming] property` is set."""
    style = str(options["style"])
    fits = _style(style)
    for entity, name, prop in properties(catalog):
        if not is_mixpanels(name) and not fits(name):
            yield about_property(entity, name, prop, f"is not in {style}")


@rule(
    "naming/too-long",
    on=Catalog,
    good="events: {Sign Up: {}}",
    bad="events: {" + "x" * 256 + ": {}}",
)
def too_long(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """Mixpanel cuts names at 255 characters: what arrives is then another event."""
    for entity in catalog:
        if len(entity.key.name) > LONGEST:
            yield about(entity, f"has a name of {len(entity.key.name)} characters, 255 are kept")
    for entity, name, prop in properties(catalog):
        if len(name) > LONGEST:
            message = f"has a name of {len(name)} characters, 255 are kept"
            yield about_property(entity, name, prop, message)


@rule(
    "naming/reserved",
    on=Evidence,
    needs=("plan",),
    good="events: {Sign Up: {properties: {plan: {type: string}, $browser: {type: string}}}}",
    bad="events: {Sign Up: {properties: {bucket: {type: string}}}}",
)
def reserved(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Mixpanel keeps some names for itself: what a team sends under them is lost or mixed up."""
    for entity in evidence.plan or Catalog():
        name = entity.key.name
        if entity.key.kind == "event" and is_taken_event(name):
            yield about(entity, "begins as names that Mixpanel keeps for itself ($, mp_)")
        for one, prop in entity.properties.items():
            why = why_taken(one, on_event=entity.key.kind == "event")
            if prop is not None and why:
                yield about_property(entity, one, prop, why)


@rule(
    "naming/look-alike",
    on=Evidence,
    good="events: {Plan Upgraded: {}, Plan Updated: {}, Step 1 Viewed: {}, Step 2 Viewed: {}}",
    bad="events: {Sign Up Completed: {}, Sign-Up Completed: {}}",
)
def look_alike(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Two spellings of one thing split its numbers, and every report counts only one of them."""
    said = [e.key.name for e in evidence.joined if is_own_event(e.key)]
    usage, live = evidence.usage or Usage(), own_live(evidence)
    for one, other, why in pairs(sorted({*said, *live})):
        strange, known = _stranger(evidence, one, other)
        told = f"looks like {known} ({why})"
        if usage.names:
            counts = f"{arrivals(usage, strange)}; {known}: {arrivals(usage, known)}"
            told = f"{told}; it came {counts}"
        entity = evidence.joined.entities.get(event(strange), Entity(event(strange)))
        yield about(entity, told, fix=f"one of the two: send {known}")
    yield from _like_properties(evidence)


def _stranger(evidence: Evidence, one: str, other: str) -> tuple[str, str]:
    """Of two names the one to give up, and the one to keep: planned, described, or busier."""
    plan, usage = evidence.plan or Catalog(), evidence.usage or Usage()

    def worth(name: str) -> tuple[bool, bool, bool, int]:
        key = event(name)
        said = plan.entities.get(key)
        is_on = said is not None and said.status not in {"deprecated", "proposed", "blocked"}
        return is_on, said is not None, key in evidence.joined.entities, usage.volume(name) or 0

    known = max((one, other), key=worth)
    return (other if known == one else one), known


def _like_properties(evidence: Evidence) -> Iterator[Finding]:
    """Property names that look alike, wherever they stand; each told once."""
    places: dict[str, list[tuple[Entity, Property]]] = {}
    for entity, name, prop in properties(evidence.joined):
        if not is_mixpanels(name):
            places.setdefault(name, []).append((entity, prop))
    for one, other, why in pairs(sorted(places)):
        known = max((one, other), key=lambda name: len(places[name]))
        strange = other if known == one else one
        entity, prop = places[strange][0]
        where = places[known][0][0].key.name
        message = f"looks like the property {known} of {where} ({why})"
        yield about_property(entity, strange, prop, message, fix=f"one of the two: {known}")


def _style(style: str) -> Callable[[str], bool]:
    if style.startswith("/"):
        return lambda name: matches(style[1:-1], name, whole=True) is True
    return _STYLES[style]


def _is_title_case(name: str) -> bool:
    words = name.split(" ")
    return all(
        word and (not word[0].isalpha() or word[0].isupper() or (place > 0 and word in _SMALL))
        for place, word in enumerate(words)
    )


def _is_sentence_case(name: str) -> bool:
    first, *rest = name.split(" ")
    return (
        bool(first)
        and not first[0].islower()
        and all(word and (word == word.lower() or word == word.upper()) for word in rest)
    )


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda name: compiled.fullmatch(name) is not None


_STYLES: Final[dict[str, Callable[[str], bool]]] = {
    "Title Case": _is_title_case,
    "Sentence case": _is_sentence_case,
    "snake_case": _matches(r"[a-z0-9]+(_[a-z0-9]+)*"),
    "camelCase": _matches(r"[a-z][a-zA-Z0-9]*"),
    "kebab-case": _matches(r"[a-z0-9]+(-[a-z0-9]+)*"),
}
