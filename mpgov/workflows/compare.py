"""Plan, base and Lexicon side by side: what would change, what it costs, what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mpgov.core.authority import authority
from mpgov.core.base import Base
from mpgov.core.change import (
    ChangeSet,
    Create,
    Delete,
    FieldChange,
    Update,
    field_changes,
    field_value,
)
from mpgov.core.diff import diff
from mpgov.core.finding import Finding, rank
from mpgov.core.leaving import prune, released
from mpgov.core.merge import Choice, Disagreement, Merged, Options, Settled, merge
from mpgov.core.model import (
    SETS,
    UNSET,
    Catalog,
    EntityKey,
    Path,
    Value,
    nothing,
)
from mpgov.core.normal import is_empty, normal, normal_entity
from mpgov.core.not_stored import not_stored
from mpgov.core.rename import rename_findings
from mpgov.core.report import DiffReport, FieldCounts, Summary
from mpgov.core.scope import beyond, changed_since
from mpgov.core.select import Selection, matches, select
from mpgov.core.volumes import Volumes
from mpgov.mixpanel.lexicon import Item, batches, prepare
from mpgov.mixpanel.wire import Stored
from mpgov.storage.settings import Settings
from mpgov.workflows.judging import judge_changes, stamped

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of a diff or a sync on the command line."""

    selection: Selection = field(default_factory=Selection)
    allow: tuple[str, ...] = ()
    fill_only: bool = False
    retry_refused: bool = False
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    chosen: Mapping[tuple[EntityKey, Path], Choice] = field(default_factory=nothing)
    prune: Literal["", "managed", "all"] = ""
    since: str = ""
    reason: str = ""

    @property
    def settles(self) -> bool:
        """Whether somebody chose a side for anything."""
        return bool(self.ours or self.theirs or self.chosen)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a diff shows and a sync sends.

    `plan` is what this run looks at, in normal form; `mentioned` is every entity of the whole
    plan. `items` are the changes with the entries that carry them. Only where `moves_base` does
    what is written become what both sides agreed on.
    """

    plan: Catalog
    mentioned: frozenset[EntityKey]
    stored: Stored
    base: Base
    items: tuple[Item, ...]
    report: DiffReport
    moves_base: bool = True


@dataclass(frozen=True, slots=True)
class Side:
    """What a plan is compared with, Lexicon or a file, and the base they share."""

    stored: Stored
    base: Base
    project: str
    against: str = "Lexicon"
    project_id: int | None = None
    region: str = ""
    at: str = ""
    volumes: Callable[[Sequence[str]], Volumes | None] = field(default=lambda _names: None)
    said: Callable[[EntityKey, Path, Value], bool] = field(
        default=lambda _key, _path, _value: False
    )


def compare(
    written: Catalog, side: Side, wish: Wish, settings: Settings, earlier: Catalog | None = None
) -> Comparison:
    """Merge, diff and judge; pure but for the rules' settings and the volumes, asked if needed.

    `earlier` is the plan as it was at `wish.since`: only what changed since is sent.
    """
    full = _merged(written, side, wish, settings)
    if earlier is None:
        return _compared(written, side, wish, settings, full)
    scoped = _merged(changed_since(written, earlier), side, wish, settings)
    shown = _compared(written, side, wish, settings, scoped)
    changes = diff(side.stored.catalog, full[1].wanted)
    rest = tuple(beyond(changes, shown.report.changes))
    report = replace(shown.report, not_explained=rest, since=wish.since)
    return replace(shown, report=report)


def _merged(written: Catalog, side: Side, wish: Wish, settings: Settings) -> tuple[Catalog, Merged]:
    """What this run looks at, and the merge of it."""
    plan = normal(select(written, wish.selection))
    options = Options(
        authority(settings.authority), wish.fill_only, wish.retry_refused, settled(written, wish)
    )
    merged = merge(plan, side.base, side.stored.catalog, options)
    return plan, merged


def _compared(
    written: Catalog,
    side: Side,
    wish: Wish,
    settings: Settings,
    of: tuple[Catalog, Merged],
) -> Comparison:
    stored, base = side.stored, side.base
    plan, merged = of
    whole = normal(written)
    if wish.prune:
        _prune(written, side, wish, merged)
    foreign = frozenset(_foreign(merged, side))
    changes = replace(
        diff(stored.catalog, merged.wanted), foreign=foreign, fill_only=wish.fill_only
    )
    changes = replace(changes, volumes=side.volumes(quieted(changes)))
    items = prepare(list(changes), stored, settings.deprecated_tag)
    found, standing = judge_changes(changes, settings, wish.allow)
    beside = _merge_findings(merged, plan, settings)
    renamed = stamped("lifecycle/rename", _renames(whole, side), settings)
    requests, updates, seconds = cost_of(items, settings)
    report = DiffReport(
        project=side.project,
        against=side.against,
        changes=changes,
        summary=_summary(plan, whole, stored.catalog, changes, merged),
        fields=count_fields(changes),
        conflicts=tuple(merged.conflicts),
        drift=tuple(merged.drift),
        released=tuple(_released(whole, side, changes)),
        findings=tuple(sorted((*found, *beside, *renamed), key=rank)),
        standing=tuple(standing),
        requests=requests,
        updates=updates,
        seconds=seconds,
        taken=tuple(merged.taken),
        project_id=side.project_id,
        region=side.region,
        at=side.at,
    )
    return Comparison(plan, frozenset(whole.entities), stored, base, items, report)


def _foreign(merged: Merged, side: Side) -> Iterator[tuple[EntityKey, Path]]:
    """The texts that would be replaced and that nobody of this project ever said."""
    for key, path in merged.foreign:
        if not side.said(key, path, field_value(side.stored.catalog.entities[key], path)):
            yield key, path


def cost_of(items: Sequence[Item], settings: Settings) -> tuple[int, int, int]:
    """Requests, updates and seconds of waiting that it takes to send the items."""
    limits = settings.limits
    sent = batches(items, limits.updates_per_minute)
    loads = sum(batch[0].entry is not None for batch in sent)
    minutes = max(loads - 1, (len(sent) + 1) // limits.requests_per_minute, 0)
    return len(sent), sum(item.cost for item in items), minutes * MINUTE


def settled(written: Catalog, wish: Wish) -> Settled:
    """Which side somebody chose for a place; what was chosen for one place goes first."""
    if not wish.settles:
        return lambda _key, _path: ""

    def choice(key: EntityKey, path: Path) -> Choice:
        chosen = wish.chosen.get((key, path))
        if chosen is not None:
            return chosen
        entity = written.entities.get(key)
        if entity is None:
            return ""
        if any(matches(entity, selector) for selector in wish.ours):
            return "ours"
        return "theirs" if any(matches(entity, selector) for selector in wish.theirs) else ""

    return choice


def quieted(changes: ChangeSet) -> list[str]:
    """The events that a change set hides, blocks or deletes: those whose volume matters."""
    found = []
    for change in changes:
        if change.key.kind != "event":
            continue
        if isinstance(change, Delete) or any(_quiets(one) for one in field_changes(change)):
            found.append(change.key.name)
    return found


def _quiets(one: FieldChange) -> bool:
    if one.path == ("hidden",):
        return one.after is True
    return one.path == ("status",) and one.after == "blocked"


def _prune(written: Catalog, side: Side, wish: Wish, merged: Merged) -> None:
    """Take away what left the plan, within the selection."""
    snapshot = side.stored.catalog
    chosen = Catalog({e.key: e for e in snapshot if wish.selection.takes(e)})
    whole = Catalog({e.key: normal_entity(e) for e in written})  # a proposed event stays
    pruned = prune(whole, side.base, chosen, merged.wanted, whole=wish.prune == "all")
    merged.wanted = pruned.wanted
    merged.conflicts += pruned.conflicts


def _released(whole: Catalog, side: Side, changes: ChangeSet) -> Iterator[Disagreement]:
    """What is no longer managed, but for what is deleted."""
    gone = {change.key for change in changes if isinstance(change, Delete)}
    dropped = {
        (change.key, one.path)
        for change in changes
        if isinstance(change, Update)
        for one in field_changes(change)
        if len(one.path) == 2
    }
    for place in released(whole, side.base, side.stored.catalog):
        if place.key not in gone and (place.key, place.path) not in dropped:
            yield place


def _renames(whole: Catalog, side: Side) -> Iterator[Finding]:
    return rename_findings(whole, side.base.agreed, side.stored.catalog)


def _summary(
    plan: Catalog, whole: Catalog, snapshot: Catalog, changes: ChangeSet, merged: Merged
) -> Summary:
    busy = {change.key for change in changes} | {place.key for place in merged.conflicts}
    return Summary(
        create=changes.count("create"),
        update=changes.count("update"),
        delete=changes.count("delete"),
        unchanged=sum(key in snapshot.entities and key not in busy for key in plan.entities),
        conflict=len(merged.conflicts),
        drift=len(merged.drift),
        unmanaged=sum(key not in whole.entities for key in snapshot.entities),
    )


def count_fields(changes: ChangeSet) -> FieldCounts:
    """How many fields are new, fill an empty one, or replace something."""
    new = fills = replaces = 0
    for change in changes:
        for one in field_changes(change):
            if isinstance(change, Create) or _is_new_property(change, one):
                new += 1
            elif one.before is UNSET or is_empty(one.before) or _only_adds(one):
                fills += 1
            else:
                replaces += 1
    return FieldCounts(new, fills, replaces)


def _only_adds(one: FieldChange) -> bool:
    """Whether a set keeps all that it had."""
    if one.path[-1] not in SETS or not isinstance(one.before, tuple):
        return False
    return isinstance(one.after, tuple) and set(map(str, one.before)) <= set(map(str, one.after))


def _is_new_property(change: object, one: FieldChange) -> bool:
    return (
        isinstance(change, Update)
        and one.path[0] == "properties"
        and one.path[1] not in change.before.properties
    )


def _merge_findings(merged: Merged, plan: Catalog, settings: Settings) -> Iterator[Finding]:
    yield from stamped("datatypes/untyped", _untyped(merged, plan), settings)
    yield from stamped("lexicon/not-stored", _not_stored(merged, plan), settings)


def _untyped(merged: Merged, plan: Catalog) -> Iterator[Finding]:
    for key, name in merged.untyped:
        prop = plan.entities[key].properties[name]
        yield Finding(
            "is new to Lexicon and has no type, so it is not sent",
            key,
            name,
            prop.at if prop else None,
            fix="type: string",
        )


def _not_stored(merged: Merged, plan: Catalog) -> Iterator[Finding]:
    for key, path, _ in merged.refused:
        yield not_stored(key, path, plan)


def restrict(items: Iterable[Item], keys: Iterable[EntityKey]) -> list[Item]:
    """Those of the items that concern these entities."""
    wanted = set(keys)
    return [item for item in items if item.change.key in wanted]
