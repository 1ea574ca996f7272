"""Events as pages show them: what plan and Lexicon say, and what arrives, in one row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mpgov.core.audit import EventRow, Evidence, PropertyRow
from mpgov.core.model import USER, Deprecation, Entity, Property, event, is_mixpanels
from mpgov.core.observation import JSON_TYPES, Observation, PropertySeen
from mpgov.core.usage import Usage


def event_rows(evidence: Evidence) -> tuple[EventRow, ...]:
    """Every event of plan, Lexicon or what arrives, the busiest first; Mixpanel's own left out."""
    usage = evidence.usage or Usage()
    names = {e.key.name for e in evidence.joined if e.key.kind == "event"}
    names |= {name for name in usage.names if name not in evidence.custom}
    seen = _seen(evidence.observation or Observation())
    rows = [_row(evidence, name, seen) for name in names if not is_mixpanels(name)]
    return tuple(sorted(rows, key=lambda row: (-(row.volume or 0), row.key)))


def user_rows(evidence: Evidence) -> tuple[PropertyRow, ...]:
    """The properties of user profiles."""
    user = evidence.joined.entities.get(USER)
    return tuple(_properties(user, {}, 0)) if user else ()


def by_day(evidence: Evidence, rows: Iterable[EventRow]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The volume of each day, planned and unplanned."""
    length = len((evidence.usage or Usage()).days)
    planned, unplanned = [0] * length, [0] * length
    for row in rows:
        side = planned if row.is_planned else unplanned
        for place, count in enumerate(row.days):
            side[place] += count
    return tuple(planned), tuple(unplanned)


def _row(evidence: Evidence, name: str, seen: Mapping[str, _Seen]) -> EventRow:
    key, usage = event(name), evidence.usage
    entity = evidence.joined.entities.get(key, Entity(key))
    gone = entity.deprecated if isinstance(entity.deprecated, Deprecation) else Deprecation()
    first, last = usage.seen(name) if usage else ("", "")
    there = seen.get(name, ({}, 0))
    tags = [entity.category, *_texts(entity.tags)]
    return EventRow(
        key,
        status=_text(entity.status),
        hidden=entity.hidden is True,
        display_name=_text(entity.display_name),
        description=_text(entity.description),
        trigger=_text(entity.trigger),
        owners=_texts(entity.owners),
        tags=tuple(dict.fromkeys(tag for tag in tags if isinstance(tag, str) and tag)),
        platforms=_texts(entity.platforms),
        replaced_by=_text(gone.replaced_by),
        sunset=_text(gone.sunset),
        is_planned=evidence.plan is not None and key in evidence.plan.entities,
        in_lexicon=evidence.lexicon is not None and key in evidence.lexicon.entities,
        is_live=usage is not None and usage.is_live(name),
        volume=usage.volume(name) if usage else None,
        share=usage.share(name) if usage else None,
        days=usage.counts.get(name, ()) if usage else (),
        first=first,
        last=last,
        properties=tuple(_properties(entity, *there)),
    )


_Seen = tuple[dict[str, list[PropertySeen]], int]


def _seen(observation: Observation) -> Mapping[str, _Seen]:
    """What raw events show of each event: its properties, and how many events there are."""
    counts: dict[str, int] = {}
    for one in observation.events:
        counts[one.event] = counts.get(one.event, 0) + one.count
    found: dict[str, dict[str, list[PropertySeen]]] = {}
    for prop in observation.properties:
        found.setdefault(prop.event, {}).setdefault(prop.name, []).append(prop)
    return {name: (found.get(name, {}), count) for name, count in counts.items()}


def _properties(
    entity: Entity, seen: Mapping[str, list[PropertySeen]], count: int
) -> Iterable[PropertyRow]:
    names = dict.fromkeys(
        (
            *(name for name, prop in entity.properties.items() if prop is not None),
            *(name for name in sorted(seen) if not is_mixpanels(name)),
        )
    )
    for name in names:
        prop, there = entity.properties.get(name) or Property(), seen.get(name, [])
        kinds = {kind for one in there for kind in JSON_TYPES if one.types.get(kind)}
        yield PropertyRow(
            name,
            type=_text(prop.type),
            description=_text(prop.description),
            examples=prop.examples if isinstance(prop.examples, tuple) else (),
            required=prop.required is True,
            personal=prop.personal is True,
            seen=sum(one.present for one in there) / count if count else None,
            seen_types=tuple(kind for kind in JSON_TYPES if kind in kinds),
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
