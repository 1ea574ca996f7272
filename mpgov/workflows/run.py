"""One run that writes to Lexicon: a sync, a saved change set, an undo.

It is prepared elsewhere, shown and agreed to, and then carried out in three steps: `permit` (may
this account write?), `send` (a generator: what became of every change, batch by batch) and
`finish` (read back, remember, record, tell).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from mpgov.core.base import Base, Refusal, advance, value_at
from mpgov.core.change import field_changes
from mpgov.core.declared import approvals, declared, declared_changes, proposed
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, EntityKey, Path, event
from mpgov.core.not_stored import not_stored
from mpgov.core.report import Outcome, SyncReport
from mpgov.errors import AuthError, InputError, MpgovError, RemoteError
from mpgov.mixpanel.access import Access, may_write, who_am_i
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import Item, batches, read, write
from mpgov.mixpanel.wire import Stored
from mpgov.storage.base import dump_base, read_base
from mpgov.storage.files import write_beside
from mpgov.storage.projects import Project, place_of
from mpgov.storage.settings import Settings
from mpgov.workflows.compare import Comparison, Wish, restrict
from mpgov.workflows.judging import stamped
from mpgov.workflows.lexicon import Ground
from mpgov.workflows.readback import differences, vanished
from mpgov.workflows.recording import LostRaceError, Recorder
from mpgov.workflows.turns import wait_for_others
from mpgov.workflows.witness import leave_witness

STALE = 120  # seconds: what was read longer ago is read again before a batch goes
STALE_AFTER_ASKING = 10

Recompare = Callable[[Stored, Wish], Comparison]


@dataclass(slots=True)
class Run:
    """One run that was agreed to; `again` reads and compares anew.

    `written` is the whole plan as it was written, where the run carries one.
    """

    client: Client
    project: Project
    settings: Settings
    comparison: Comparison
    recorder: Recorder
    again: Recompare
    wish: Wish
    read_at: float
    written: Catalog | None = None
    ground: Ground | None = None
    access: Access | None = None
    asked: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

    def recompare(self, wish: Wish) -> None:
        """Compare what was read once more, with another wish."""
        self.wish = wish
        self.comparison = self.again(self.comparison.stored, wish)

    def permit(self) -> list[str]:
        """Refuse where Mixpanel says this account may not write; doubts are told."""
        if not self.comparison.items:
            return []
        try:
            self.access = access = who_am_i(self.client)
        except RemoteError as error:
            return [f"/me could not be asked ({error.message}); trying all the same"]
        if access.is_known and access.project_name is None:
            raise AuthError(
                f"this account is no member of project {self.project.id}",
                hint="mpgov auth status; are id and region in mpgov.toml right?",
            )
        verdict = may_write(access)
        if verdict == "no":
            raise AuthError(
                f"the role {access.role} cannot write to Lexicon; admin or owner is needed",
                hint="ask a Mixpanel admin to raise the role of this service account",
            )
        notes = []
        if verdict == "unknown":
            notes.append(f"the role {access.role or '?'} is none that mpgov knows; trying")
        if access.role == "admin" and _blocks(self.comparison):
            notes.append("Mixpanel's UI lets only owners block; trying as admin")
        return notes

    def send(self) -> Iterator[Outcome]:
        """Send everything, in the fewest requests; yields what became of each change."""
        shown = {item.change.key: item for item in self.comparison.items}
        pending, moved = self._begin(list(self.comparison.items), shown)
        yield from self._keep(moved)
        self._save(self._agreed(self.comparison.stored.catalog))
        limit = self.settings.limits.updates_per_minute
        while pending:
            batch = batches(pending, limit)[0]
            if self._is_stale(min(limit, sum(item.cost for item in batch))):
                try:
                    fresh, moved = self._refresh(pending, shown)
                except MpgovError as error:
                    failed = (Outcome(i.change, "failed", error.message, error) for i in pending)
                    yield from self._keep(failed)
                    return
                yield from self._keep(moved)
                keys = {item.change.key for item in batch}
                pending = fresh
                batch = restrict(fresh, keys)
                if not batch:
                    continue
            yield from self._keep(write(self.client, batch, limit))
            sent = {item.change.key for item in batch}
            pending = [item for item in pending if item.change.key not in sent]

    def finish(self) -> SyncReport:
        """Read back what was written, record it, move the base, and tell."""
        after, missing, unverified = self.comparison.stored, [], ""
        landed = any(outcome.state == "applied" for outcome in self.outcomes)
        is_open = False
        try:
            if landed or _is_doubtful(self.outcomes):
                after = read(self.client, self.settings.deprecated_tag)
                self.outcomes = [_settled(one, after.catalog) for one in self.outcomes]
                missing = list(self._missing(after.catalog))
        except MpgovError as error:
            unverified = error.message if landed else ""
            is_open = not landed  # nobody knows: the next sync finds out, and records it
        found = (not_stored(key, path, self.comparison.plan) for key, path in missing if path)
        kept = (*stamped("lexicon/not-stored", found, self.settings), *vanished(missing))
        try:
            if not is_open:
                self._record(None if unverified else after, missing, kept)
            unrecorded = ""
        except InputError as error:
            if not landed:
                raise
            unrecorded = error.message
        return SyncReport(
            self.comparison.report,
            tuple(self.outcomes),
            kept,
            unverified,
            self.recorder.run.id if self.recorder.run else "",
            unrecorded,
        )

    def _begin(
        self, pending: list[Item], shown: dict[EntityKey, Item]
    ) -> tuple[list[Item], list[Outcome]]:
        """Record what is intended; where another machine was first, look again at what stands."""
        moved: list[Outcome] = []
        while pending:
            try:
                self.recorder.begin(pending, self.comparison.stored)
                break
            except LostRaceError:
                wait_for_others(self.recorder)
                pending, more = self._refresh(pending, shown)
                moved += more
        return pending, moved

    def _record(
        self, after: Stored | None, missing: list[tuple[EntityKey, Path]], kept: tuple[Finding, ...]
    ) -> None:
        """Write the record and the base, then have it witnessed.

        Where the branch moved meanwhile, it is written once more on top.
        """
        wrote = False

        def write_down() -> None:
            nonlocal wrote
            self.recorder.end(self.outcomes, kept, after)
            wrote = self.recorder.run is not None
            base = read_base(self.base_path, self.project.id, place_of(self.project))
            wrote |= self._tell_declared(base)
            self._save(self._remembered(base, after, missing))

        write_down()
        if wrote:
            name = self.recorder.run.id if self.recorder.run else "declared"
            self.recorder.publish(f"mpgov {self.recorder.kind} {name}: done", write_down)
        if self.recorder.run is not None:
            leave_witness(self.recorder, self.client, self.recorder.run.id)

    def _tell_declared(self, base: Base) -> bool:
        """Record what changed in the plan alone; whether there was anything."""
        if self.written is None:
            return False
        told = False
        for part in declared_changes(base.declared, declared(self.written)):
            self.recorder.tell(part.kind, part.changes)
            told = True
        approved = list(approvals(self._proposed(base), self.written))
        if approved:
            self.recorder.tell("approval", approved)
        return told or bool(approved)

    def _proposed(self, base: Base) -> frozenset[str]:
        """Of the events that were proposed, those that this run looks at."""
        takes = self.wish.selection.takes
        entities = self.written.entities if self.written else {}
        keys = {name: entities.get(event(name)) for name in base.proposed}
        return frozenset(name for name, one in keys.items() if one is not None and takes(one))

    def _remembered(
        self, base: Base, after: Stored | None, missing: list[tuple[EntityKey, Path]]
    ) -> Base:
        """The base after the run."""
        if after is not None and self.comparison.moves_base:
            moved = self._agreed(after.catalog, base)
            refused = dict(moved.refused)
            for key, path in missing:
                if path:
                    said = value_at(self.comparison.plan, key, path)
                    refused[key, path] = Refusal(said, value_at(after.catalog, key, path))
            base = replace(moved, refused=refused)
        if self.written is None:
            return base
        now = proposed(self.written)
        takes = self.wish.selection.takes
        seen = {e.key.name for e in self.written if takes(e)}
        still = frozenset(name for name in base.proposed if name not in seen and name in now)
        return replace(base, declared=declared(self.written), proposed=still | (now & seen))

    def _keep(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.outcomes.append(outcome)
            yield outcome

    def _agreed(self, snapshot: Catalog, base: Base | None = None) -> Base:
        c = self.comparison
        return advance(base or c.base, c.plan, snapshot, c.mentioned)

    @property
    def base_path(self) -> FilePath:
        """Where the project's base lies."""
        return self.recorder.around.base_path(self.project)

    def _save(self, base: Base) -> None:
        if not self.comparison.moves_base and self.written is None:
            return
        text = dump_base(base, self.project.id, place_of(self.project))
        try:
            if self.base_path.read_text("utf-8") == text:
                return
        except (OSError, UnicodeDecodeError):
            pass  # there is none yet; writing tells what is wrong
        write_beside(self.base_path, text)

    def _is_stale(self, updates: int) -> bool:
        """Whether too long will have passed since the read when the batch can go."""
        delay = self.client.wait_for_room(updates)
        age = self.client.now() - self.read_at + delay
        return age > (STALE_AFTER_ASKING if self.asked else STALE)

    def _refresh(
        self, pending: list[Item], shown: dict[EntityKey, Item]
    ) -> tuple[list[Item], list[Outcome]]:
        """Read Lexicon again; what was shown and still stands, and what moved meanwhile."""
        self.asked = False
        fresh = self.again(read(self.client, self.settings.deprecated_tag), self.wish)
        self.comparison = replace(fresh, report=self.comparison.report)
        self.read_at = self.client.now()
        now = {item.change.key: item for item in fresh.items}
        held = fresh.stored.catalog.entities
        standing: list[Item] = []
        moved: list[Outcome] = []
        for item in pending:
            new = now.get(item.change.key)
            if new is not None and _is_part_of(new, shown[item.change.key]):
                standing.append(new)
            elif not any(differences(item.change, held.get(item.change.key))):
                continue  # somebody else has sent the same meanwhile
            else:
                why = "changed in Lexicon since it was shown; run sync again"
                moved.append(Outcome(item.change, "skipped", why))
        return standing, moved

    def _missing(self, after: Catalog) -> Iterator[tuple[EntityKey, Path]]:
        """Every place where Lexicon does not say what was written."""
        for outcome in self.outcomes:
            if outcome.state == "applied":
                yield from differences(outcome.change, after.entities.get(outcome.change.key))


def _is_doubtful(outcomes: Iterable[Outcome]) -> bool:
    """Whether a change that failed may have landed all the same: the answer was lost, not no."""
    return any(
        isinstance(one.error, RemoteError) and not 400 <= one.error.status < 500 for one in outcomes
    )


def _settled(outcome: Outcome, after: Catalog) -> Outcome:
    """What really became of a change, once Lexicon was read."""
    if outcome.state != "failed" or outcome.error is None:
        return outcome
    change = outcome.change
    if any(differences(change, after.entities.get(change.key))):
        return outcome
    return Outcome(change, "applied")


def _blocks(comparison: Comparison) -> bool:
    changes = (one for item in comparison.items for one in field_changes(item.change))
    return any(
        one.path[-1] == "blocked" or (one.path == ("status",) and one.after == "blocked")
        for one in changes
    )


def _is_part_of(new: Item, shown: Item) -> bool:
    """Whether all that would be sent now was shown before."""
    agreed = {(f.path, repr(f.before), repr(f.after)) for f in field_changes(shown.change)}
    return type(new.change) is type(shown.change) and all(
        (f.path, repr(f.before), repr(f.after)) in agreed for f in field_changes(new.change)
    )
