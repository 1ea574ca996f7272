"""The health score: 0 to 100, from six parts that anybody can count again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mpgov.core.audit import Evidence, Part, Score
from mpgov.core.finding import Finding
from mpgov.core.model import Entity, Property, event, is_mixpanels
from mpgov.core.usage import Usage

EXPLAINED: Final = """\
score: how healthy plan, Lexicon and what arrives are, from 0 to 100

Each part is good / all, in percent. The total is their mean, weighed:

  described events      20  own events of plan or Lexicon that have a description in either
  described properties  15  own properties of those, and of user profiles, that have one
  owned                 15  own events that have an owner
  typed                 15  own properties that have a type
  planned volume        20  events that arrived in 30 days whose name is in the plan
  hygiene               15  own events, live ones too, without a finding of the rules lifecycle/
                            naming/ or lexicon/ that is a warning or an error

What the plan only proposes, and what is blocked, is not counted; neither are Mixpanel's own
events and properties, nor what is waived. A part for which there is nothing to count, or no
evidence (no volumes, say), is left out, and the others weigh more. What a baseline accepts
counts all the same: it is still there.

Beside it stands the score of Mixpanel's own plug-in, of Lexicon alone: event descriptions 20,
property descriptions 20, verified 15, tags 10, hidden where nothing arrived for a week 10, open
issues 10, event display names 8, property display names 7. What nobody told us (verified and
issues, mostly) is left out of it.
"""
_HYGIENE: Final = frozenset({"lifecycle", "naming", "lexicon"})
_WEEK: Final = 7
_GRADES: Final = ((90, "A"), (75, "B"), (60, "C"), (40, "D"))


def score(evidence: Evidence, findings: Iterable[Finding]) -> Score:
    """The score of what is known; `findings` are all but the waived ones."""
    events = [e for e in evidence.joined if _counts(e)]
    owned_properties = [
        prop
        for entity in evidence.joined
        if _counts(entity) or entity.key.kind == "profile"
        for name, prop in entity.properties.items()
        if prop is not None and not is_mixpanels(name)
    ]
    parts = (
        _part("described events", 20, [_is_said(e.description) for e in events]),
        _part("described properties", 15, [_is_said(p.description) for p in owned_properties]),
        _part("owned", 15, [bool(e.owners) for e in events]),
        _part("typed", 15, [bool(p.type) for p in owned_properties]),
        _planned(evidence),
        _hygiene(evidence, events, findings),
    )
    total = _weighed({p.name: (p.points, p.weight) for p in parts})
    mixpanel, lacks = _mixpanels(evidence)
    grade = next((letter for least, letter in _GRADES if (mixpanel or 0) >= least), "F")
    return Score(
        round(total or 0), parts, mixpanel, "" if mixpanel is None else grade, tuple(lacks)
    )


def _counts(entity: Entity) -> bool:
    """Whether an entity is an event of the team's that is, or is to be, in use."""
    is_own = entity.key.kind == "event" and not is_mixpanels(entity.key.name)
    return is_own and entity.status not in {"proposed", "blocked"}


def _is_said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _part(name: str, weight: int, good: Sequence[bool]) -> Part:
    if not good:
        return Part(name, None, weight)
    return Part(name, round(100 * sum(good) / len(good), 1), weight, sum(good), len(good))


def _planned(evidence: Evidence) -> Part:
    """How much of what arrived has a name that the plan knows."""
    usage, plan = evidence.usage, evidence.plan
    name, weight = "planned volume", 20
    if usage is None or plan is None:
        return Part(name, None, weight)
    counts = {n: sum(days) for n, days in usage.counts.items() if not is_mixpanels(n)}
    total = sum(counts.values())
    planned = sum(count for n, count in counts.items() if event(n) in plan.entities)
    points = round(100 * planned / total, 1) if total else None
    return Part(name, points, weight, planned, total)


def _hygiene(evidence: Evidence, events: Sequence[Entity], findings: Iterable[Finding]) -> Part:
    usage = evidence.usage or Usage()
    names = {e.key.name for e in events}
    names |= {n for n in usage.names if not is_mixpanels(n) and n not in evidence.custom}
    unclean = {
        finding.key.name
        for finding in findings
        if finding.key is not None
        and finding.key.kind == "event"
        and finding.severity != "info"
        and finding.rule.partition("/")[0] in _HYGIENE
    }
    return _part("hygiene", 15, [name not in unclean for name in sorted(names)])


def _weighed(parts: Mapping[str, tuple[float | None, int]]) -> float | None:
    """The mean of what there is, by weight; nothing where there is nothing."""
    known = [(points, weight) for points, weight in parts.values() if points is not None]
    weights = sum(weight for _, weight in known)
    return sum(points * weight for points, weight in known) / weights if weights else None


def _mixpanels(evidence: Evidence) -> tuple[int | None, list[str]]:
    """The score by the formula of Mixpanel's plug-in (concepts 3.4), and what it lacks."""
    lexicon = evidence.lexicon
    if lexicon is None:
        return None, []
    events = [e for e in lexicon if e.key.kind == "event" and not is_mixpanels(e.key.name)]
    pairs = [
        (name, prop)
        for entity in lexicon
        for name, prop in entity.properties.items()
        if prop is not None and not is_mixpanels(name)
    ]
    shares: dict[str, tuple[float | None, int]] = {
        "event descriptions": (_percent([_is_said(e.description) for e in events]), 20),
        "property descriptions": (_percent([_is_said(p.description) for _, p in pairs]), 20),
        "verified": (_verified(evidence, events), 15),
        "tags": (_percent([bool(e.tags) for e in events]), 10),
        "hygiene": (_hidden_when_silent(events, evidence.usage), 10),
        "open issues": (None, 10),
        "event display names": (_percent([_is_renamed(e, e.key.name) for e in events]), 8),
        "property display names": (_percent([_is_renamed(p, name) for name, p in pairs]), 7),
    }
    total = _weighed(shares)
    lacks = [name for name, (points, _) in shares.items() if points is None]
    return (None if total is None else round(total)), lacks


def _verified(evidence: Evidence, events: Sequence[Entity]) -> float | None:
    if evidence.deep is None:
        return None
    return _percent([e.key.name in evidence.deep.verified for e in events])


def _hidden_when_silent(events: Sequence[Entity], usage: Usage | None) -> float | None:
    """The part of the events without volume in a week that are hidden or blocked."""
    if usage is None:
        return None
    silent = [e for e in events if not any(usage.counts.get(e.key.name, ())[-_WEEK:])]
    return _percent([bool(e.hidden) or e.status == "blocked" for e in silent]) if silent else 100


def _is_renamed(thing: Entity | Property, name: str) -> bool:
    return _is_said(thing.display_name) and thing.display_name != name


def _percent(good: Sequence[bool]) -> float | None:
    return 100 * sum(good) / len(good) if good else None
