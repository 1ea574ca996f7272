"""A new event that looks like one that left the plan: renamed, where Mixpanel cannot rename.

What is tracked keeps its name. A plan that gives it another one makes a second event and leaves
the first behind, undescribed and still arriving.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, EntityKey, Property, is_mixpanels
from mpgov.core.plan_words import plan_key, plan_text
from mpgov.core.words import words_of

ALIKE: Final = 0.6  # of all properties of the two, weighed
LEAST: Final = 2  # properties that both have, not counting those that most events have
WIDESPREAD: Final = 0.5  # a property that more events have than this says little
LITTLE: Final = 0.1  # what such a property weighs
SURE: Final = 9.0  # what a workbook's row id weighs: more than any likeness
SPELLED: Final = 0.5  # what names weigh that are alike: less than any properties
SHORTEST: Final = 5  # in shorter names, one letter makes another word


@dataclass(frozen=True, slots=True)
class Rename:
    """A new event, the old one that it looks like, and why."""

    new: EntityKey
    old: EntityKey
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class _Looks:
    """What of an event is compared: its properties, and the words of its name."""

    key: EntityKey
    properties: Mapping[str, Property]
    words: tuple[str, ...]

    @property
    def spellings(self) -> tuple[str, str]:
        """The name without case and separators: as it stands, and in the order of the alphabet."""
        return "".join(self.words), "".join(sorted(self.words))


def likely_renames(plan: Catalog, base: Catalog, lexicon: Catalog) -> list[Rename]:
    """The best candidate for every new event that looks like one that left the plan."""
    by_row = list(_by_row(plan, base, lexicon))
    new = [_looks(e) for e in plan if _is_new(e.key, base, lexicon)]
    old = [_looks(e) for e in base if _is_event(e.key) and e.key not in plan.entities]
    if not new or not (old or by_row):
        return []
    events = [_looks(e) for e in plan if e.key.kind == "event"]
    pairs = {(pair.new, pair.old): pair for pair in _by_name(new, old)}
    likely = {both: pair.share for both, pair in pairs.items()}
    for pair in _by_properties(new, old, _weights([*events, *old])):
        pairs[pair.new, pair.old] = pair
        likely[pair.new, pair.old] = likely.get((pair.new, pair.old), 0) + pair.share
    found: list[Rename] = []
    taken: set[EntityKey] = set()
    for pair in by_row:
        pairs[pair.new, pair.old] = pair
        likely[pair.new, pair.old] = SURE
    for pair in sorted(pairs.values(), key=lambda p: (-likely[p.new, p.old], p.new, p.old)):
        if not taken & {pair.new, pair.old}:
            taken |= {pair.new, pair.old}
            found.append(pair)
    return sorted(found, key=lambda pair: pair.new)


def _by_row(plan: Catalog, base: Catalog, lexicon: Catalog) -> Iterator[Rename]:
    """Events whose row in a workbook had another name when mpgov wrote it."""
    for entity in plan:
        old = EntityKey("event", entity.was)
        there = old in base.entities or old in lexicon.entities
        if entity.was and there and _is_new(entity.key, base, lexicon):
            yield Rename(entity.key, old, 1.0, "it stands in its row of the workbook")


def rename_findings(plan: Catalog, base: Catalog, lexicon: Catalog) -> Iterator[Finding]:
    """Say so, with what to write instead."""
    for pair in likely_renames(plan, base, lexicon):
        new, old = pair.new.name, pair.old.name
        yield Finding(
            f"looks like {old} under another name ({pair.why}); Mixpanel cannot rename what is "
            f"tracked: keep {old} and give it a display_name, or deprecate it and say "
            f"replaced_by: {plan_text(new)}",
            pair.new,
            at=plan.entities[pair.new].at,
            fix=f"{plan_key(old)}: {{display_name: {plan_text(new)}}}",
        )


def _is_event(key: EntityKey) -> bool:
    return key.kind == "event" and not is_mixpanels(key.name)


def _is_new(key: EntityKey, base: Catalog, lexicon: Catalog) -> bool:
    return _is_event(key) and key not in base.entities and key not in lexicon.entities


def _looks(entity: Entity) -> _Looks:
    properties = {name: prop for name, prop in entity.properties.items() if prop is not None}
    return _Looks(entity.key, properties, words_of(entity.key.name))


def _weights(events: list[_Looks]) -> Mapping[str, float]:
    """How much a property says about which event it is: one that most events have, little."""
    counted = Counter(name for one in events for name in one.properties)
    most = max(WIDESPREAD * len(events), 2)
    return {name: LITTLE if count > most else 1.0 for name, count in counted.items()}


def _by_properties(
    new: list[_Looks], old: list[_Looks], weights: Mapping[str, float]
) -> Iterator[Rename]:
    """Pairs that have most properties alike; only those are looked at that share a rare one."""
    known = {one.key: one for one in old}
    holders: defaultdict[str, list[_Looks]] = defaultdict(list)
    for one in old:
        for name in one.properties:
            if weights[name] > LITTLE:
                holders[name].append(one)
    for one in new:
        shared = Counter(
            other.key
            for name, prop in one.properties.items()
            for other in holders.get(name, ())
            if _same_type(prop, other.properties[name])
        )
        for key, count in shared.items():
            pair = _alike(one, known[key], weights) if count >= LEAST else None
            if pair is not None:
                yield pair


def _alike(new: _Looks, old: _Looks, weights: Mapping[str, float]) -> Rename | None:
    mine, theirs = new.properties, old.properties
    both = [n for n in mine if n in theirs and _same_type(mine[n], theirs[n])]
    every = {*mine, *theirs}
    share = _weigh(both, weights) / _weigh(every, weights)
    if share < ALIKE:
        return None
    return Rename(new.key, old.key, share, f"{len(both)} of {len(every)} properties alike")


def _weigh(names: list[str] | set[str], weights: Mapping[str, float]) -> float:
    return sum(sorted(weights[name] for name in names))  # in one order, to the same last digit


def _by_name(new: list[_Looks], old: list[_Looks]) -> Iterator[Rename]:
    """Pairs whose names are alike and whose properties say nothing against it."""
    from rapidfuzz import process  # noqa: PLC0415 - only a plan that lost an event needs it
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

    for ordered in (0, 1):
        spelled = [one.spellings[ordered] for one in old]
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(spelled):
            for end in _ends(text):
                holders[end].append(place)
        for one in new:
            text = one.spellings[ordered]
            some = {place: spelled[place] for end in _ends(text) for place in holders.get(end, ())}
            near = process.extract(text, some, scorer=OSA.distance, score_cutoff=1, limit=None)
            for _, edits, place in near:
                other = old[place]
                if _reads_alike(one, other, int(edits)) and _may_be(one, other):
                    yield Rename(one.key, other.key, SPELLED - edits / 10, "the names are alike")


def _ends(text: str) -> tuple[str, str]:
    """How a text begins and ends: one slip in five letters or more leaves one of both."""
    return f"^{text[:2]}", f"{text[-2:]}$"


def _reads_alike(one: _Looks, other: _Looks, edits: int) -> bool:
    """The same words, or one slip of the pen; another number is another thing."""
    if not one.words or not other.words:
        return False
    mine, theirs = (sorted(w for w in looks.words if w.isdigit()) for looks in (one, other))
    shortest = min(len(one.spellings[0]), len(other.spellings[0]))
    return mine == theirs and (edits == 0 or shortest >= SHORTEST)


def _may_be(one: _Looks, other: _Looks) -> bool:
    """Whether the properties are few, or some of them are in both."""
    every = one.properties.keys() | other.properties.keys()
    return len(every) <= LEAST or bool(one.properties.keys() & other.properties.keys())


def _same_type(one: Property, other: Property) -> bool:
    return not (isinstance(one.type, str) and isinstance(other.type, str)) or one.type == other.type
