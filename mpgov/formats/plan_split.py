"""A catalog → the files of a plan's folder: events by category, definitions beside them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from mpgov.core.model import Catalog, Entity, event
from mpgov.formats.plan_writer import sections, text_of

Home: TypeAlias = Callable[[Entity], str]

SCHEMA: Final = ".mpgov-schema.json"
EDITORS: Final = f"# yaml-language-server: $schema={SCHEMA}\n"
EVENTS: Final = "events"
_FILES: Final = {
    "properties": "properties",
    "user_properties": "properties",
    "group_properties": "properties",
    "super_properties": "properties",
    "identity": "governance",
    "governance": "governance",
    "waive": "governance",
}
_ORDER: Final = (*list(_FILES)[:1], EVENTS, *list(_FILES)[1:])
_LONGEST: Final = 60
_BETWEEN: Final = re.compile(r"[\W_]+")
_DEVICES: Final = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # no names of files on Windows


def split(catalog: Catalog, home: Home) -> dict[str, str]:
    """The files of a folder by name; each begins with the comment that editors look for."""
    said = sections(catalog)
    files: dict[str, dict[str, object]] = defaultdict(dict)
    for name, file in _FILES.items():
        if name in said:
            files[file][name] = said[name]
    events = said.get(EVENTS)
    for name, document in events.items() if isinstance(events, Mapping) else ():
        inside = files[_slug(home(catalog.entities[event(name)]))].setdefault(EVENTS, {})
        assert isinstance(inside, dict)  # noqa: S101 - made in the line before
        inside[name] = document
    files = files or {EVENTS: {}}
    return {f"{file}.yaml": _text(files[file]) for file in sorted(files)}


def by_category(entity: Entity) -> str:
    """The file of an event in a plan that knows categories."""
    return entity.category if isinstance(entity.category, str) else ""


def by_tag(catalog: Catalog) -> Home:
    """The file of an event of Lexicon, which knows tags alone: of its tags the most used."""
    used = Counter(tag for entity in catalog for tag in _tags(entity))

    def home(entity: Entity) -> str:
        return max(sorted(_tags(entity)), key=lambda tag: used[tag], default="")

    return home


def _tags(entity: Entity) -> tuple[str, ...]:
    return entity.tags if isinstance(entity.tags, tuple) else ()


def _text(said: Mapping[str, object]) -> str:
    return EDITORS + text_of({name: said[name] for name in _ORDER if name in said})


def _slug(category: str) -> str:
    """A category as the name of a file, on every system."""
    plain = unicodedata.normalize("NFC", category).casefold()
    slug = _BETWEEN.sub("-", plain)[:_LONGEST].strip("-")
    return f"{slug}-events" if _DEVICES.fullmatch(slug) else slug or EVENTS
