"""The record of one run: what is intended before the first request, what was done after the last.

A run that was interrupted between the two is found by the next sync, which looks at what landed
and says so in the record.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mpgov.core.change import (
    Change,
    FieldChange,
    change_as_json,
    sides,
)
from mpgov.core.finding import Finding
from mpgov.core.landing import land
from mpgov.core.model import UNSET, Catalog, EntityKey, Json
from mpgov.core.moment import stamp
from mpgov.core.record import Record, record_as_json
from mpgov.core.report import Outcome
from mpgov.errors import InputError, MpgovError
from mpgov.mixpanel.lexicon import Item
from mpgov.mixpanel.wire import Stored
from mpgov.storage.files import write_beside
from mpgov.storage.git import Git, find_git
from mpgov.storage.ledger import Ledger
from mpgov.storage.projects import Project, place_of
from mpgov.storage.record_branch import RecordBranch
from mpgov.storage.runs import Run, drop_run, load_run, save_run
from mpgov.storage.who import reason_of, who
from mpgov.workflows.project import Surroundings


class LostRaceError(MpgovError):
    """Another machine wrote the record first: what was read is no longer what is known."""


@dataclass(slots=True)
class Recorder:
    """Writes the record of one project, for one command."""

    around: Surroundings
    project: Project
    plan: Path | None
    reason: str = ""
    allow: tuple[str, ...] = ()
    kind: str = "sync"
    more: Mapping[str, Json] = field(default_factory=dict)
    wait: bool = True
    run: Run | None = None
    branch: RecordBranch | None = None
    git: Git | None = None

    def __post_init__(self) -> None:
        self.git = find_git(self.plan if self.plan and self.plan.exists() else Path.cwd())
        self.branch = record_branch(self.around, self.project)

    @property
    def folder(self) -> Path:
        """Where the project's record lies."""
        return self.around.folder(self.project)

    @property
    def ledger(self) -> Ledger:
        """The project's ledger."""
        return Ledger(self.folder)

    def begin(self, items: Sequence[Item], stored: Stored) -> None:
        """Write down what is intended, and what Mixpanel holds now; before the first request.

        Raises `InputError` where nothing can be written, `LostRaceError` where another machine
        was first.
        """
        changes = tuple(_as_json(item.change) for item in items)
        self.run = Run(
            run_id(self.around.now()),
            self.kind,
            self._at(),
            self.project.id,
            place_of(self.project),
            changes,
            {item.change.key: stored.schemas.get(item.change.key) for item in items},
        )
        save_run(self.folder, self.run)
        entry = self.entry(self.kind, changes, state="intended", run=self.run.id)
        self.write(entry)
        if self.branch is not None:
            try:
                self.branch.publish(f"mpgov {self.kind} {self.run.id}: intended", _lost)
            except LostRaceError:
                drop_run(self.folder, self.run.id)
                self.run = None
                raise

    def end(
        self, outcomes: Sequence[Outcome], not_stored: Iterable[Finding], after: Stored | None
    ) -> None:
        """Write down what was done, and what Mixpanel holds now."""
        if self.run is None:
            return
        applied = [outcome.change for outcome in outcomes if outcome.state == "applied"]
        left: list[Json] = [
            {**_named(outcome.change.key), "state": outcome.state, "why": outcome.why}
            for outcome in outcomes
            if outcome.state != "applied"
        ]
        missing: list[Json] = [
            {**(_named(one.key) if one.key else {}), "message": one.message} for one in not_stored
        ]
        if after is not None:
            keys = self.run.before
            self.run = _with_after(self.run, {key: after.schemas.get(key) for key in keys})
            save_run(self.folder, self.run)
        more: dict[str, Json] = {"left": left, "not_stored": missing}
        if after is None:
            more["unverified"] = True
        changes = tuple(_as_json(change) for change in applied)
        self.write(self.entry(self.kind, changes, state="done", run=self.run.id, more=more))

    def tell(self, kind: str, changes: Sequence[Json]) -> None:
        """Write down what changed in the plan alone."""
        self.write(self.entry(kind, tuple(changes)))

    def write(self, entry: Mapping[str, Json]) -> None:
        """Append a line; git is told to join the record of two branches line by line."""
        self.ledger.append(entry)
        if self.git is not None and self.branch is None:
            self._join_by_line(self.git)

    def _join_by_line(self, git: Git) -> None:
        path = self.ledger.path
        said = git.attempt("check-attr", "merge", "--", str(path)).stdout
        if b": union" in said or said == b"":
            return
        file = self.around.settings.exports / ".gitattributes"
        old = file.read_text("utf-8") if file.exists() else ""
        write_beside(file, f"{old}**/ledger.* -text merge=union\n")

    def publish(self, message: str, again: Callable[[], None]) -> None:
        """Send the record to its branch, where it is kept on one."""
        if self.branch is not None:
            self.branch.publish(message, again)

    def entry(
        self,
        kind: str,
        changes: tuple[Json, ...],
        *,
        state: str = "",
        run: str = "",
        more: Mapping[str, Json] | None = None,
    ) -> dict[str, Json]:
        """One line of the record, without its place in the chain."""
        record = Record(
            kind,
            self._at(),
            state,
            run,
            who(self.around.settings.root, os.environ),
            self.project.service_account,
            {
                "name": self.project.name,
                "id": self.project.id,
                "region": place_of(self.project),
            },
            self._commit(),
            self.reason or self._default_reason(),
            tuple(change for change in changes if isinstance(change, dict)),
            {"allow": list(self.allow), **self.more, **(more or {})},
        )
        return record_as_json(record)

    def _commit(self) -> str:
        """The commit of the plan; `-dirty` where the plan says more than it."""
        if self.git is None:
            return ""
        head = self.git.head()
        dirty = head and self.plan is not None and not self.git.is_clean(self.plan)
        return f"{head}-dirty" if dirty else head

    def _default_reason(self) -> str:
        if self.git is None or self.plan is None or not self.git.is_clean(self.plan):
            return ""
        return reason_of(self.git, self.plan)

    def _at(self) -> str:
        return stamp(self.around.now())


def record_branch(around: Surroundings, project: Project) -> RecordBranch | None:
    """The git branch that keeps the record, where mpgov.toml says so."""
    if around.settings.keep_record != "branch":
        return None
    git = find_git(around.settings.root)
    if git is None:
        raise InputError(
            'mpgov.toml: [record] keep = "branch" needs git, and this is no git repository',
            hint='git init, or keep = "tree"',
        )
    return RecordBranch(git, around.folder(project), notify=around.notify)


def pending_runs(ledger: Ledger) -> list[dict[str, Any]]:
    """The intended syncs of which nobody knows how they ended, the oldest first."""
    return pending_of(ledger, ("sync", "undo"))


def pending_of(ledger: Ledger, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """What of these kinds was intended and never ended, the oldest first."""
    pending: dict[str, dict[str, Any]] = {}
    for line in ledger.read():
        if line.entry.get("kind") not in kinds:
            continue
        run = line.entry.get("run")
        if line.entry.get("state") == "intended":
            pending[str(run)] = dict(line.entry)
        elif line.entry.get("state") in {"done", "recovered"}:
            pending.pop(str(run), None)
    return list(pending.values())


def recover(recorder: Recorder, entry: Mapping[str, Any], stored: Stored) -> str:
    """Find out what landed of a run that was interrupted, and record it; the line to tell."""
    name = str(entry.get("run"))
    landed, missed = _what_landed(entry.get("changes") or (), stored.catalog)
    try:
        run = load_run(recorder.folder, name, recorder.project.id, place_of(recorder.project))
    except MpgovError:
        run = None  # the intent was written, its entries are gone: the record says what it can
    if run is not None:
        save_run(
            recorder.folder,
            _with_after(run, {key: stored.schemas.get(key) for key in run.before}),
        )
    kept = {key: entry[key] for key in ("reason", "allow", "account", "commit") if key in entry}
    line = recorder.entry(
        str(entry.get("kind", "sync")),
        tuple(landed),
        state="recovered",
        run=name,
        more={"left": [{**one, "why": "did not land"} for one in missed]},
    )
    recorder.write({**line, **kept})
    total = len(landed) + len(missed)
    return (
        f"run {name} of {entry.get('at', '?')} was interrupted: {len(landed)} of {total} changes "
        "landed; the record says so now"
    )


def _what_landed(
    changes: Iterable[Any], snapshot: Catalog
) -> tuple[list[Json], list[dict[str, Json]]]:
    """Of the changes as they were intended: what Lexicon says now, and what it does not."""
    landed: list[Json] = []
    missed: list[dict[str, Json]] = []
    for change in changes:
        one = _Intended(change)
        landing = land([one], snapshot)
        if landing.changes or landing.moved:
            missed.append(_named(one.key))
        else:
            landed.append(change)
    return landed, missed


class _Intended:
    """A change as the record has it, ready to be compared."""

    def __init__(self, change: Mapping[str, Any]) -> None:
        self.action = str(change.get("action"))
        self.key = EntityKey(change["entity"], str(change["name"]))
        listed = change.get("fields") or ()
        self.fields: tuple[FieldChange, ...] = tuple(_field(one) for one in listed)


def _field(shown: Mapping[str, Any]) -> FieldChange:
    path = tuple(str(part) for part in shown["path"])
    return FieldChange(path, _value(shown, "before"), _value(shown, "after"))


def _value(shown: Mapping[str, Any], side: str) -> Any:
    value = shown.get(side, UNSET)
    return tuple(value) if isinstance(value, list) else value


def _as_json(change: Change) -> Json:
    """A change as the record has it: who answers for the entity stands beside what changed."""
    before, after = sides(change)
    sets = [side.owners for side in (before, after) if isinstance(side.owners, tuple)]
    owners = sorted({owner for owners in sets for owner in owners})
    shown = change_as_json(change)
    if owners:
        shown = {**shown, "owners": list(owners)}
    return shown


def _named(key: EntityKey) -> dict[str, Json]:
    return {"entity": key.kind, "name": key.name}


def _with_after(run: Run, after: Mapping[EntityKey, Json]) -> Run:
    return replace(run, after=dict(after))


def run_id(now: float) -> str:
    """The name of a run: its moment, and something that tells two of one moment apart."""
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{secrets.token_hex(3)}"


def _lost() -> None:
    raise LostRaceError("another machine wrote the record first")
