"""Everything that an audit looks at: the plan, Lexicon, what is live, and raw events."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mpgov.core.audit import Deep, Evidence
from mpgov.core.authority import authority
from mpgov.core.joined import joined
from mpgov.core.merge import Options, merge
from mpgov.core.model import Catalog, is_mixpanels
from mpgov.core.moment import stamp
from mpgov.core.normal import normal
from mpgov.core.observation import Observation
from mpgov.core.usage import Usage
from mpgov.errors import AuthError, RemoteError
from mpgov.mixpanel.client import Client, RefusedError
from mpgov.mixpanel.definitions import read_definitions
from mpgov.mixpanel.usage import add_usage, read_usage
from mpgov.rules.odd_names import odd
from mpgov.storage.projects import Project
from mpgov.storage.usage_cache import UsageCache, cache_folder
from mpgov.workflows.compare import Side
from mpgov.workflows.lexicon import Ground, connect, fetch_record
from mpgov.workflows.plans import STDIN
from mpgov.workflows.project import Surroundings
from mpgov.workflows.raw_events import observe


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be looked at, and how: raw events, a fresh answer, the unpublished API."""

    events: tuple[str, ...] = ()
    keep_events: str | None = None
    fresh: bool = False
    deep: bool = False


@dataclass(slots=True)
class Gathered:
    """The evidence, where it came from, and what there is to know about it."""

    evidence: Evidence
    side: Side
    project: Project
    client: Client
    notes: list[str] = field(default_factory=list)


def gather(plan: Catalog, path: Path | str, around: Surroundings, look: Look) -> Gathered:
    """Ask for all that is wanted: one schemas request, four queries at most."""
    project = around.project()
    fetch_record(around, project)
    client = connect(around, project)
    kept_at = None if str(path) == STDIN else Path(path)
    side = Ground(around, project, client, kept_at).read(plan)
    notes: list[str] = []
    lexicon = side.stored.catalog
    both = joined(plan, lexicon)
    usage = _usage(client, around, project, look, (both, notes))
    deep = _deep(client, notes) if look.deep else None
    merged = merge(normal(plan), side.base, lexicon, Options(authority(around.settings.authority)))
    evidence = Evidence(
        plan=plan,
        lexicon=lexicon,
        joined=both,
        base=side.base.agreed if side.base.agreed.entities else None,
        drift=tuple(merged.drift),
        refused=tuple((key, place) for key, place, _ in merged.refused),
        custom=frozenset(_custom(side)) | (deep.custom | deep.merged if deep else frozenset()),
        deep=deep,
        usage=usage,
        observation=_observation(client, around, plan, look, notes),
        today=stamp(around.now())[:10],
    )
    return Gathered(evidence, side, project, client, notes)


def _deep(client: Client, notes: list[str]) -> Deep | None:
    """What Lexicon's unpublished API knows; nothing where it does not answer."""
    try:
        return read_definitions(client)
    except (AuthError, RemoteError) as error:
        notes.append(f"judged without Lexicon's unpublished API: {error.message}")
        return None


def _custom(side: Side) -> Iterable[str]:
    """The names of custom events: Mixpanel counts them, and nobody sends them."""
    for entry in side.stored.others:
        if entry.get("entityType") != "event" and isinstance(entry.get("name"), str):
            yield str(entry["name"])


def _usage(
    client: Client,
    around: Surroundings,
    project: Project,
    look: Look,
    said: tuple[Catalog, list[str]],
) -> Usage | None:
    """Names and volumes, from the cache where it is fresh enough, else from Mixpanel."""
    both, notes = said
    cache = UsageCache(cache_folder(os.environ), project)
    now = around.now()
    matter = _matter(both)
    known = None if look.fresh else cache.read(now)
    try:
        if known is None:
            usage = read_usage(client, lambda names: in_order(matter, names), stamp(now))
            notes.append("names and volumes asked of Mixpanel just now")
        else:
            usage, age = known
            missing = [name for name in matter if name not in usage.counts]
            told = "names and volumes from the cache"
            if missing and usage.is_countable:
                usage = add_usage(client, usage, missing)
                told += f", but for {len(missing)} asked now"
            notes.append(f"{told}, {_age(age)} old; --fresh asks anew")
    except RefusedError as error:
        notes.append(f"warning: nobody knows names and volumes: {error.message}")
        return None
    if known is None or usage is not known[0]:
        cache.write(usage, now if known is None else now - known[1])
    notes += _not_counted(usage)
    return usage


def _matter(both: Catalog) -> list[str]:
    """The events that plan and Lexicon speak of; what is not in use, last."""
    events = [e for e in both if e.key.kind == "event"]
    events.sort(key=lambda e: (e.status in {"proposed", "blocked"}, e.status != "deprecated"))
    return [e.key.name for e in events]


def in_order(matter: Sequence[str], names: Iterable[str]) -> list[str]:
    """What is counted first: what is spoken of, then what looks wrong, then the rest."""
    spoken = set(matter)
    rest = sorted(name for name in names if name not in spoken)
    rest.sort(key=lambda name: (is_mixpanels(name), not odd(name)))
    return [*matter, *rest]


def _not_counted(usage: Usage) -> list[str]:
    """What nobody knows of the volumes."""
    notes = []
    missing = [name for name in usage.uncounted if not is_mixpanels(name)]
    if missing:
        shown = ", ".join(missing[:3])
        notes.append(f"{len(missing)} live events were not counted ({shown}, …)")
    if not usage.is_whole:
        notes.append(f"Mixpanel lists at most {len(usage.names):,} names; there may be more")
    return notes


def _age(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"


def _observation(
    client: Client, around: Surroundings, plan: Catalog, look: Look, notes: list[str]
) -> Observation | None:
    """What raw events show, where somebody gave any."""
    if not look.events:
        return None
    found = observe(client, around, plan, look.events, look.keep_events)
    told = f"{found.rows:,} raw events of {found.source}"
    if found.first:
        told += f", {found.first} to {found.last}"
    if found.duplicates:
        told += f"; {found.duplicates:,} of them twice, counted once"
    notes.append(told)
    return found
