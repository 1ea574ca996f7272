"""Do what was decided before: a saved change set, or the inverse of a run.

Both lay changes that were made elsewhere over what Lexicon holds now; what moved since is left
out and named, and what is left goes through guards, record and read-back like any sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from mpgov.core.base import Base
from mpgov.core.change import (
    Change,
    ChangeSet,
    Create,
    FieldChange,
    Update,
    field_changes,
    field_value,
)
from mpgov.core.landing import Earlier, Landing, Step, land, said_in
from mpgov.core.merge import FOREIGN_FIELDS, Disagreement
from mpgov.core.model import SETS, UNSET, Catalog, Entity, EntityKey, Json, Path, Value
from mpgov.core.normal import element_key, is_empty, same
from mpgov.core.report import DiffReport, Summary
from mpgov.errors import InputError, UsageError, UsedError
from mpgov.formats import changes_json, changes_xlsx
from mpgov.formats.changes_json import SavedChanges
from mpgov.mixpanel.lexicon import Item, prepare
from mpgov.mixpanel.restore import restored
from mpgov.mixpanel.wire import Stored, decode
from mpgov.storage.ledger import Ledger
from mpgov.storage.projects import Project, place_of
from mpgov.storage.runs import Entries, load_run
from mpgov.storage.runs import Run as Past
from mpgov.workflows.compare import Comparison, Side, Wish, cost_of, count_fields, quieted
from mpgov.workflows.judging import check_allowed, judge_changes
from mpgov.workflows.lexicon import Ground, connect
from mpgov.workflows.plans import read_bytes, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder
from mpgov.workflows.run import Run
from mpgov.workflows.turns import settle_interrupted, wait_for_others

Inverse = tuple[tuple[Earlier, ...], list[Disagreement]]


def prepare_changes(around: Surroundings, file: str, wish: Wish, *, wait: bool = True) -> Run:
    """A saved change set, ready to be applied; `UsedError` where it was applied already."""
    check_allowed(wish.allow)
    project = around.project()
    saved, told = _saved(around, file)
    if (saved.project_id, saved.region) != (project.id, place_of(project)):
        raise InputError(
            f"{file}:1:1: is for project {saved.project_id} ({saved.region}), not for "
            f"{project.id} ({place_of(project)})"
        )
    mark = {"fingerprint": saved.fingerprint, "saved_at": saved.at, **told}
    recorder = Recorder(around, project, None, wish.reason, wish.allow, more=mark, wait=wait)
    _join(recorder)
    _refuse_used(recorder.ledger, saved, file)

    def compared(stored: Stored, wish: Wish) -> Comparison:
        landing = land(saved.changes, stored.catalog)
        side = ground.side(stored, said_in(saved.changes))
        items = prepare(landing.changes, stored, around.settings.deprecated_tag)
        return _comparison(side, wish, ground, (landing, items), said_in(saved.changes))

    ground = Ground(around, project, connect(around, project))
    return _run(ground, recorder, compared, wish)


def _saved(around: Surroundings, file: str) -> tuple[SavedChanges, dict[str, Json]]:
    """What a file says is to be done, and what the record is to know of how that was decided."""
    path, root = FilePath(file), FilePath.cwd()
    data, name = read_bytes(path, root), shown(path, root)
    if not changes_xlsx.is_workbook(data):
        return changes_json.loads(data, name), {}
    approved = changes_xlsx.loads(data, name)
    if not approved.rows:
        raise UsedError(
            f"{name}: of its {approved.of} rows none is approved",
            hint="type yes in the column Approve of what is to be sent, and save it",
        )
    around.notify(f"{name}: {approved.rows} of {approved.of} rows are approved; only those apply")
    return approved.saved, {"approved_rows": approved.rows, "of_rows": approved.of}


def prepare_undo(around: Surroundings, name: str, wish: Wish, *, wait: bool = True) -> Run:
    """The inverse of a run, ready to be applied; an empty name is the last one."""
    check_allowed(wish.allow)
    project = around.project()
    ledger = Ledger(around.folder(project))
    recorder = Recorder(around, project, None, wish.reason, wish.allow, kind="undo", wait=wait)
    _join(recorder)
    name = name or _last_run(ledger)
    past = load_run(around.folder(project), name, project.id, place_of(project))
    if not past.after:
        raise UsageError(
            f"run {name} was interrupted; nobody knows what it did",
            hint="mpgov sync finds out and records it; then undo",
        )
    recorder.more = {"undoes": name}
    recorder.reason = wish.reason or f"undo {name}"
    ground = Ground(around, project, connect(around, project))
    tag = around.settings.deprecated_tag
    before, after = (_decoded(side, tag) for side in (past.before, past.after))

    def compared(stored: Stored, wish: Wish) -> Comparison:
        steps = tuple(_steps(before.catalog, after.catalog, stored.catalog))
        landing = land(steps, stored.catalog)
        _leave_what_gained(landing, past, stored)
        items = [
            restored(
                item,
                before.schemas.get(item.change.key),
                after.schemas.get(item.change.key),
                stored.schemas.get(item.change.key),
            )
            for item in prepare(landing.changes, stored, tag)
        ]
        side = replace(ground.side(stored, Catalog()), said=lambda _k, _p, _v: True)
        return _comparison(side, wish, ground, (landing, items), None)

    return _run(ground, recorder, compared, wish)


def commit_of(around: Surroundings, project: Project, name: str) -> str:
    """The commit of the plan that a run carried, for whoever is to revert it."""
    for line in Ledger(around.folder(project)).read():
        if line.entry.get("run") == name and line.entry.get("state") == "intended":
            commit = str(line.entry.get("commit") or "")
            return "" if commit.endswith("-dirty") else commit
    return ""


def _join(recorder: Recorder) -> None:
    if recorder.branch is not None:
        recorder.branch.fetch()
        wait_for_others(recorder)


def _run(
    ground: Ground, recorder: Recorder, compared: Callable[[Stored, Wish], Comparison], wish: Wish
) -> Run:
    side = ground.read(Catalog())
    settle_interrupted(recorder, ground.client, side.stored)
    comparison = compared(side.stored, wish)
    client = ground.client
    settings = ground.around.settings
    return Run(client, ground.project, settings, comparison, recorder, compared, wish, client.now())


def _refuse_used(ledger: Ledger, saved: SavedChanges, file: str) -> None:
    for line in ledger.read():
        entry = line.entry
        mark = entry.get("fingerprint"), entry.get("saved_at", "")
        if (
            entry.get("state") == "done"
            and entry.get("changes")
            and mark == (saved.fingerprint, saved.at)
        ):
            raise UsedError(
                f"{file}: was applied already, by run {entry.get('run')} at {entry.get('at')}",
                hint="save what is still to do: mpgov diff --output changes.json",
            )


def _last_run(ledger: Ledger) -> str:
    """The last run that landed anything; an undo is one, too."""
    for line in reversed(ledger.read()):
        if line.entry.get("state") in {"done", "recovered"} and line.entry.get("changes"):
            return str(line.entry["run"])
    raise UsageError("there is no run to undo", hint="mpgov history lists the runs")


def _decoded(entries: Entries, tag: str) -> Stored:
    listed: list[Json] = [
        {"entityType": key.kind, "name": key.name, "schemaJson": schema}
        for key, schema in entries.items()
        if schema is not None
    ]
    return decode(listed, tag)


def _steps(before: Catalog, after: Catalog, now: Catalog) -> Iterator[Step]:
    """What puts every entity of a run back, as changes to what Lexicon holds now."""
    for key in sorted({*before.entities, *after.entities}):
        was, left, stored = (c.entities.get(key) for c in (before, after, now))
        if was is None and left is not None:
            yield Step("delete", key, _inverted(field_changes(Create(left))))
        elif was is not None and left is None:
            yield Step("create", key, field_changes(Create(was)))
        elif was is not None and left is not None:
            changes = field_changes(Update(left, was))
            if changes:
                yield Step("update", key, tuple(_of_sets(c, stored) for c in changes))


def _inverted(changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(c.path, c.after, c.before) for c in changes)


def _of_sets(change: FieldChange, stored: Entity | None) -> FieldChange:
    """In a set, only the elements that the run added or took away go back."""
    name = change.path[0]
    if name not in SETS or stored is None:
        return change
    now = field_value(stored, change.path)
    if same(name, now, () if change.before is UNSET else change.before):
        return change
    left, was, there = (_elements(name, value) for value in (change.before, change.after, now))
    kept = {key: text for key, text in there.items() if key in was or key not in left}
    kept |= {key: text for key, text in was.items() if key not in left}
    return FieldChange(change.path, now, tuple(text for _, text in sorted(kept.items())))


def _elements(name: str, value: Value) -> dict[str, str]:
    texts = value if isinstance(value, tuple) else ()
    return {element_key(name, str(text)): str(text) for text in texts}


def _leave_what_gained(landing: Landing, past: Past, stored: Stored) -> None:
    """Do not delete what holds anything that the run did not write, known to us or not."""
    kept: list[Change] = []
    for change in landing.changes:
        key = change.key
        now, then = stored.schemas.get(key), past.after[key]
        if isinstance(change, Update):
            lost = _lost_properties(change, now, then)
            for name in lost:
                path = ("properties", name)
                there = field_value(change.before, path)
                landing.moved.append(Disagreement(key, path, there, UNSET, there))
            less = _keeping(change, lost)
            if field_changes(less):
                kept.append(less)
        elif isinstance(change, Create) or now == then:
            kept.append(change)
        else:
            landing.moved.append(Disagreement(key, (), {}, UNSET, {}))
    landing.changes = kept


def _lost_properties(change: Update, now: Json, then: Json) -> list[str]:
    """The properties that would go, and that are no longer what the run wrote."""
    gone = change.before.properties.keys() - change.after.properties.keys()
    return sorted(name for name in gone if _property(now, name) != _property(then, name))


def _keeping(change: Update, names: Sequence[str]) -> Update:
    properties = {**change.after.properties, **{n: change.before.properties[n] for n in names}}
    return Update(change.before, replace(change.after, properties=properties))


def _property(schema: Json, name: str) -> Json:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties.get(name) if isinstance(properties, dict) else None


def _comparison(
    side: Side,
    wish: Wish,
    ground: Ground,
    of: tuple[Landing, Sequence[Item]],
    plan: Catalog | None,
) -> Comparison:
    landing, items = of
    settings = ground.around.settings
    foreign = frozenset(_foreign(landing.changes, side))
    changes = ChangeSet(tuple(landing.changes), len(side.stored.catalog), foreign)
    changes = replace(changes, volumes=side.volumes(quieted(changes)))
    found, standing = judge_changes(changes, settings, wish.allow)
    requests, updates, seconds = cost_of(list(items), settings)
    report = DiffReport(
        project=side.project,
        changes=changes,
        summary=Summary(
            changes.count("create"),
            changes.count("update"),
            changes.count("delete"),
            unchanged=landing.there,
        ),
        fields=count_fields(changes),
        findings=tuple(found),
        standing=tuple(standing),
        requests=requests,
        updates=updates,
        seconds=seconds,
        moved=tuple(landing.moved),
        project_id=side.project_id,
        region=side.region,
        at=side.at,
    )
    said = plan or Catalog()
    known = frozenset(side.base.agreed.entities)
    moves = plan is not None
    return Comparison(said, known, side.stored, side.base, tuple(items), report, moves_base=moves)


def _foreign(changes: Sequence[Change], side: Side) -> Iterator[tuple[EntityKey, Path]]:
    """The texts that would be replaced and that nobody of this project ever said."""
    for change in changes:
        if not isinstance(change, Update):
            continue
        for one in field_changes(change):
            if one.path[-1] not in FOREIGN_FIELDS or one.before is UNSET or is_empty(one.before):
                continue
            agreed = _agreed(side.base, change.key, one.path)
            known = agreed is not UNSET and same(one.path[-1], agreed, one.before)
            if not known and not side.said(change.key, one.path, one.before):
                yield change.key, one.path


def _agreed(base: Base, key: EntityKey, path: Path) -> Value:
    entity = base.agreed.entities.get(key)
    if entity is None or len(path) == 2:
        return UNSET
    return field_value(entity, path)
