"""Plan, base and Lexicon side by side: what would change, what it costs, what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mpgov.core.authority import authority
from mpgov.core.base import Base
from mpgov.core.change import ChangeSet, Create, FieldChange, Update, field_changes
from mpgov.core.diff import diff
from mpgov.core.finding import Finding, rank
from mpgov.core.merge import Merged, Options, merge, released
from mpgov.core.model import SETS, UNSET, Catalog, EntityKey, Path
from mpgov.core.normal import is_empty, normal
from mpgov.core.report import DiffReport, FieldCounts, Summary
from mpgov.core.select import Selection, select
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a diff shows and a sync sends.

    `plan` is what this run looks at, in normal form; `mentioned` is every entity of the whole
    plan. `items` are the changes with the entries that carry them.
    """

    plan: Catalog
    mentioned: frozenset[EntityKey]
    stored: Stored
    base: Base
    items: tuple[Item, ...]
    report: DiffReport


@dataclass(frozen=True, slots=True)
class Side:
    """What a plan is compared with, Lexicon or a file, and the base they share."""

    stored: Stored
    base: Base
    project: str
    against: str = "Lexicon"


def compare(written: Catalog, side: Side, wish: Wish, settings: Settings) -> Comparison:
    """Merge, diff and judge; pure but for the rules' settings."""
    stored, base = side.stored, side.base
    whole = normal(written)
    plan = normal(select(written, wish.selection))
    options = Options(authority(settings.authority), wish.fill_only, wish.retry_refused)
    merged = merge(plan, base, stored.catalog, options)
    changes = replace(diff(stored.catalog, merged.wanted), foreign=frozenset(merged.foreign))
    sendable = [c for c in changes if isinstance(c, Create | Update)]
    items = prepare(sendable, stored, settings.deprecated_tag)
    found, standing = judge_changes(changes, settings, wish.allow)
    beside = _merge_findings(merged, plan, settings)
    requests = len(batches(items, settings.limits.updates_per_minute))
    report = DiffReport(
        project=side.project,
        against=side.against,
        changes=changes,
        summary=_summary(plan, whole, stored.catalog, changes, merged),
        fields=_count_fields(changes),
        conflicts=tuple(merged.conflicts),
        drift=tuple(merged.drift),
        released=tuple(released(whole, base, stored.catalog)),
        findings=tuple(sorted((*found, *beside), key=rank)),
        standing=tuple(standing),
        requests=requests,
        updates=sum(item.cost for item in items),
        seconds=max(0, requests - 1) * MINUTE,
    )
    return Comparison(plan, frozenset(whole.entities), stored, base, items, report)


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


def _count_fields(changes: ChangeSet) -> FieldCounts:
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


def not_stored(key: EntityKey, path: Path, plan: Catalog) -> Finding:
    """What Mixpanel took without an error and did not keep."""
    name = path[1] if path[0] == "properties" else ""
    match path:
        case ("owners", owner):
            message = f"Mixpanel did not keep the owner {owner} (is it a member of the project?)"
        case (field_name, element):
            message = f"Mixpanel did not keep {element} in {field_name}"
        case _:
            message = f"Mixpanel did not keep {' '.join(path[-1:]).replace('_', ' ')}"
    entity = plan.entities.get(key)
    at = entity.at if entity else None
    return Finding(message, key, name, at, fix="mpgov sync --retry-refused tries again")


def restrict(items: Iterable[Item], keys: Iterable[EntityKey]) -> list[Item]:
    """Those of the items that concern these entities."""
    wanted = set(keys)
    return [item for item in items if item.change.key in wanted]
