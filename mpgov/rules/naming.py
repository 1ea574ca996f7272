"""Names: one convention, and within Mixpanel's length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, is_mixpanels
from mpgov.core.rule import Options, rule
from mpgov.rules.about import about, about_property, is_own_event, properties
from mpgov.rules.matching import matches

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
