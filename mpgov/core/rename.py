"""A new event that looks like one that left the plan: renamed, where Mixpanel cannot rename.

What is tracked keeps its name. A plan that gives it another one makes a second event and leaves
the first behind, undescribed and still arriving.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, EntityKey, Property

ALIKE: Final = 0.6  # of all properties of the two, weighed
LEAST: Final = 2  # properties that both have
SPELLED: Final = 0.9  # names of events with few properties
WIDESPREAD: Final = 0.5  # a property that more events have than this says little


@dataclass(frozen=True, slots=True)
class Rename:
    """A new event, the old one that it looks like, and why."""

    new: EntityKey
    old: EntityKey
    share: float
    why: str


def likely_renames(plan: Catalog, base: Catalog, lexicon: Catalog) -> list[Rename]:
    """The best candidate for every new event that looks like one that left the plan."""
    new = [e for e in plan if _is_new(e, base, lexicon)]
    old = [e for e in base if e.key.kind == "event" and e.key not in plan.entities]
    if not new or not old:
        return []
    weights = _weights([*plan, *old])
    pairs = [_alike(one, other, weights) for one in new for other in old]
    found: list[Rename] = []
    taken: set[EntityKey] = set()
    likely = [pair for pair in pairs if pair is not None]
    for pair in sorted(likely, key=lambda p: (-p.share, p.new, p.old)):
        if not taken & {pair.new, pair.old}:
            taken |= {pair.new, pair.old}
            found.append(pair)
    return sorted(found, key=lambda pair: pair.new)


def rename_findings(plan: Catalog, base: Catalog, lexicon: Catalog) -> Iterator[Finding]:
    """Say so, with what to write instead."""
    for pair in likely_renames(plan, base, lexicon):
        new, old = pair.new.name, pair.old.name
        yield Finding(
            f"looks like {old} under another name ({pair.why}); Mixpanel cannot rename what is "
            f"tracked: keep {old} and give it a display_name, or deprecate it and say "
            f"replaced_by: {new}",
            pair.new,
            at=plan.entities[pair.new].at,
            fix=f"{old}: {{display_name: {new}}}",
        )


def _is_new(entity: Entity, base: Catalog, lexicon: Catalog) -> bool:
    key = entity.key
    return key.kind == "event" and key not in base.entities and key not in lexicon.entities


def _weights(entities: list[Entity]) -> dict[str, float]:
    """How much a property says about which event it is: one that most events have, little."""
    counted = Counter(name for entity in entities for name in _properties(entity))
    most = WIDESPREAD * len(entities)
    return {name: 0.1 if count > max(most, 2) else 1.0 for name, count in counted.items()}


def _alike(new: Entity, old: Entity, weights: dict[str, float]) -> Rename | None:
    mine, theirs = _properties(new), _properties(old)
    both = [n for n in mine if n in theirs and _same_type(mine[n], theirs[n])]
    every = {*mine, *theirs}
    weight = sum(weights[name] for name in every)
    share = sum(weights[name] for name in both) / weight if weight else 0.0
    if len(both) >= LEAST and share >= ALIKE:
        return Rename(new.key, old.key, share, f"{len(both)} of {len(every)} properties alike")
    if len(every) <= LEAST or share > 0:
        spelled = _spelling(new.key.name, old.key.name)
        if spelled >= SPELLED:
            return Rename(new.key, old.key, spelled - 0.5, "the names are alike")
    return None


def _spelling(one: str, other: str) -> float:
    """How alike two names are, whatever their case, separators and order of words."""
    from rapidfuzz import fuzz, utils  # noqa: PLC0415 - only a plan that lost an event needs it

    return fuzz.token_sort_ratio(one, other, processor=utils.default_process) / 100


def _properties(entity: Entity) -> dict[str, Property]:
    return {name: prop for name, prop in entity.properties.items() if prop is not None}


def _same_type(one: Property, other: Property) -> bool:
    return not (isinstance(one.type, str) and isinstance(other.type, str)) or one.type == other.type
