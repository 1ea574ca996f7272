"""What nobody described is guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

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


@rule(
    "documentation/placeholder",
    on=Catalog,
    good="events: {Sign Up: {description: A visitor created an account.}}",
    bad="events: {Sign Up: {description: TODO}}",
)
def placeholder(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """A text that says nothing looks like documentation, and nobody writes the real one."""
    for entity in catalog:
        why = _empty_words(entity.description, entity.key.name)
        if is_own_event(entity.key) and why:
            yield about(
                entity, why, field="description", fix="description: what it means, and when"
            )
    for entity, name, prop in properties(catalog):
        why = _empty_words(prop.description, name)
        if not is_mixpanels(name) and why:
            yield about_property(entity, name, prop, why, field="description")


def _empty_words(text: object, name: str) -> str:
    """Why a description says nothing; empty where it may say something, or there is none."""
    if not isinstance(text, str) or not text.strip():
        return ""
    if len(text) > 2 * len(name) + _LONGEST and not _BEGUN.match(text):
        return ""
    plain = _plain(text)
    if plain == _plain(name):
        return "has its own name for a description"
    if not plain or plain in _PLACEHOLDERS or _BEGUN.match(text):
        return f"has a placeholder for a description: {text.strip()[:40]}"
    return ""


def _plain(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


_SIGNS: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 40  # characters of a placeholder, with what stands between its words
_PLACEHOLDERS: Final = frozenset(
    """todo tbd tbc tba fixme xxx na none null nil unknown test testing desc description
    adddescription adddescriptionhere descriptionhere nodescription missing empty placeholder
    loremipsum asdf foo foobar event property eventdescription propertydescription fillin
    fillmein changeme insertdescription insertdescriptionhere somedescription tobedefined
    tobedone tobeadded tobedetermined notdefined seecode later""".split()  # noqa: SIM905 - one name a line would be many lines
)
_BEGUN: Final = re.compile(r"(?i)\s*(todo|tbd|fixme|lorem ipsum|xxx)\b")


def _described(thing: Entity | Property) -> bool:
    return isinstance(thing.description, str) and bool(thing.description.strip())
