"""How rules speak of an event or a property: one way to name it, to count it, to place it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mpgov.core.audit import Evidence
from mpgov.core.figures import percent
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, EntityKey, Property, event, is_mixpanels
from mpgov.core.observation import Observation
from mpgov.core.usage import Usage


def about(entity: Entity, message: str, *, field: str = "", fix: str = "") -> Finding:
    """A finding about an entity, at the field's place if the plan has one."""
    owners = entity.owners if isinstance(entity.owners, tuple) else ()
    at = entity.places.get(field) or entity.at
    return Finding(message, entity.key, at=at, owners=owners, fix=fix)


def about_property(
    entity: Entity, name: str, prop: Property, message: str, *, field: str = "", fix: str = ""
) -> Finding:
    """A finding about one property of an entity."""
    owners = entity.owners if isinstance(entity.owners, tuple) else ()
    at = prop.places.get(field) or prop.at or entity.at
    return Finding(message, entity.key, name, at, owners, fix)


def properties(catalog: Catalog) -> Iterator[tuple[Entity, str, Property]]:
    """Every property of every entity that is to be there."""
    for entity in catalog:
        for name, prop in entity.properties.items():
            if prop is not None:
                yield entity, name, prop


def is_own_event(key: EntityKey) -> bool:
    """Whether it is an event that a team made up, not one of Mixpanel's, and no profile."""
    return key.kind == "event" and not is_mixpanels(key.name)


def own_live(evidence: Evidence) -> list[str]:
    """The events of the team that arrived lately, by name; custom events are nobody's to send."""
    usage = evidence.usage
    names = {*usage.names, *usage.counts} if usage else set()
    live = {name for name in names if usage and usage.is_live(name)}
    return sorted(n for n in live if not is_mixpanels(n) and n not in evidence.custom)


def is_mentioned(evidence: Evidence, name: str) -> bool:
    """Whether plan or Lexicon say anything of the event."""
    return event(name) in evidence.joined.entities


def arrivals(usage: Usage, name: str) -> str:
    """How often an event arrived and when, as a message says it."""
    volume, share = usage.volume(name), usage.share(name)
    if volume is None:
        return "nobody counted how often"
    times = f"{volume:,} {'time' if volume == 1 else 'times'} in {len(usage.days) or 30} days"
    first, last = usage.seen(name)
    when = "" if not first else f", on {last}" if first == last else f", {first} to {last}"
    return f"{times} ({percent(share or 0)} of all{when})"


def senders(observation: Observation | None, name: str) -> str:
    """Which libraries and versions of the app sent an event; empty where nobody knows."""
    if observation is None:
        return ""
    seen = sorted((e for e in observation.events if e.event == name), key=lambda e: -e.count)
    told = []
    for one in seen[:4]:
        versions = sorted(one.versions, key=lambda version: -one.versions[version])[:2]
        app = f" (app {', '.join(versions)})" if versions else ""
        told.append(f"{one.library or 'an unknown library'}{app}")
    return f"sent by {listed(told, len(seen))}" if told else ""


def by_library(found: Mapping[str, tuple[int, int]]) -> str:
    """How many of how many by library, where libraries differ: `node 12 of 40, web 0 of 90`."""
    concerned = {library: both for library, both in found.items() if both[0]}
    if len(found) < 2:
        library = next(iter(found), "")
        return f", all sent by {library}" if library else ""
    told = [f"{name or 'unknown'} {n:,} of {of:,}" for name, (n, of) in sorted(concerned.items())]
    return f": {listed(told[:4], len(told))}"


def counted(number: int, word: str) -> str:
    """So many of something."""
    return f"{number:,} {word}{'s'[: number != 1]}"


def listed(words: Iterable[str], total: int = 0) -> str:
    """Words in a row, and how many more there are."""
    shown = list(words)
    more = f" and {total - len(shown)} more" if total > len(shown) else ""
    return ", ".join(shown) + more
