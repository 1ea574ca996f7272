"""Make Lexicon say what the plan says: send, read back, and move the base.

A sync is prepared, shown and agreed to, and then run in three steps: `permit` (may this account
write?), `send` (a generator: what became of every change, batch by batch) and `finish` (read
back, remember, tell).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from mpgov.core.base import Base, Refusal, advance, value_at
from mpgov.core.change import Create, Update, field_changes, field_value, sides
from mpgov.core.finding import Finding
from mpgov.core.model import SETS, Catalog, Entity, EntityKey, Path
from mpgov.core.normal import element_key, same
from mpgov.core.report import CheckReport, Outcome, SyncReport, fails
from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.access import Access, may_write, who_am_i
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import Item, batches, read, write
from mpgov.mixpanel.wire import Stored
from mpgov.storage.base import dump_base
from mpgov.storage.files import write_beside
from mpgov.storage.settings import Project, Settings, place_of
from mpgov.workflows.check import judged
from mpgov.workflows.compare import Comparison, Wish, compare, not_stored, restrict
from mpgov.workflows.judging import check_allowed, stamped
from mpgov.workflows.lexicon import connect, online
from mpgov.workflows.project import Surroundings

STALE = 120  # seconds: what was read longer ago is read again before a batch goes
STALE_AFTER_ASKING = 10


@dataclass(frozen=True, slots=True)
class Where:
    """Where the plan is, and what surrounds it."""

    plan: FilePath | str
    around: Surroundings


def prepare(where: Where, wish: Wish) -> SyncRun | CheckReport:
    """Read both sides and compare them; the plan's own errors where it has any."""
    check_allowed(wish.allow)
    plan, checked = judged(where.plan, where.around)
    if fails(checked.findings, "error"):
        return checked
    project = where.around.project()
    client = connect(where.around, project)
    side = online(where.around, client, project)

    def again(stored: Stored) -> Comparison:
        return compare(plan.catalog, replace(side, stored=stored), wish, where.around.settings)

    return SyncRun(
        client,
        project,
        where.around.settings,
        again(side.stored),
        where.around.base_path(project),
        again,
        client.now(),
    )


def question(run: SyncRun) -> str:
    """What is asked before anything is sent: which project, where, and how much."""
    access, project, report = run.access, run.project, run.comparison.report
    name = access.project_name if access and access.project_name else project.name
    changes = report.summary.create + report.summary.update
    return (
        f"Send {changes} change{'s'[: changes != 1]} to {name} "
        f"({place_of(project)}, project {project.id})?"
    )


def _blocks(comparison: Comparison) -> bool:
    changes = (one for item in comparison.items for one in field_changes(item.change))
    return any(
        one.path[-1] == "blocked" or (one.path == ("status",) and one.after == "blocked")
        for one in changes
    )


@dataclass(slots=True)
class SyncRun:
    """One sync that was agreed to; `again` reads and compares anew."""

    client: Client
    project: Project
    settings: Settings
    comparison: Comparison
    base_path: FilePath
    again: Callable[[Stored], Comparison]
    read_at: float
    access: Access | None = None
    asked: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

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
        self._save(advance(*self._agreed(self.comparison.stored.catalog)))
        shown = {item.change.key: item for item in self.comparison.items}
        pending = list(self.comparison.items)
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
        """Read back what was written, move the base, and tell."""
        after, missing, unverified = self.comparison.stored.catalog, [], ""
        landed = any(outcome.state == "applied" for outcome in self.outcomes)
        try:
            if landed:
                after = read(self.client, self.settings.deprecated_tag).catalog
                missing = list(self._missing(after))
            self._save(self._remember(after, missing))
        except MpgovError as error:
            if not landed:
                raise
            unverified = error.message
        found = (not_stored(key, path, self.comparison.plan) for key, path in missing if path)
        return SyncReport(
            self.comparison.report,
            tuple(self.outcomes),
            (*stamped("lexicon/not-stored", found, self.settings), *_vanished(missing)),
            unverified,
        )

    def _keep(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            self.outcomes.append(outcome)
            yield outcome

    def _agreed(self, snapshot: Catalog) -> tuple[Base, Catalog, Catalog, frozenset[EntityKey]]:
        c = self.comparison
        return c.base, c.plan, snapshot, c.mentioned

    def _save(self, base: Base) -> None:
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
        fresh = self.again(read(self.client, self.settings.deprecated_tag))
        self.read_at = self.client.now()
        now = {item.change.key: item for item in fresh.items}
        standing: list[Item] = []
        moved: list[Outcome] = []
        for item in pending:
            new = now.get(item.change.key)
            if new is not None and _is_part_of(new, shown[item.change.key]):
                standing.append(new)
            else:
                why = "changed in Lexicon since it was shown; run sync again"
                moved.append(Outcome(item.change, "skipped", why))
        return standing, moved

    def _missing(self, after: Catalog) -> Iterator[tuple[EntityKey, Path]]:
        """Every place where Lexicon does not say what was written."""
        for outcome in self.outcomes:
            if outcome.state == "applied" and isinstance(outcome.change, Create | Update):
                yield from _differences(outcome.change, after.entities.get(outcome.change.key))

    def _remember(self, after: Catalog, missing: list[tuple[EntityKey, Path]]) -> Base:
        base = advance(*self._agreed(after))
        refused = dict(base.refused)
        for key, path in missing:
            if path:
                said = value_at(self.comparison.plan, key, path)
                refused[key, path] = Refusal(said, value_at(after, key, path))
        return replace(base, refused=refused)


def _is_part_of(new: Item, shown: Item) -> bool:
    """Whether all that would be sent now was shown before."""
    agreed = {(f.path, repr(f.before), repr(f.after)) for f in field_changes(shown.change)}
    return all((f.path, repr(f.before), repr(f.after)) in agreed for f in field_changes(new.change))


def _differences(
    change: Create | Update, stored: Entity | None
) -> Iterator[tuple[EntityKey, Path]]:
    if stored is None:
        yield change.key, ()
        return
    wanted = sides(change)[1]
    for path in dict.fromkeys(_written(change)):
        name = path[-1]
        there, said = field_value(stored, path), field_value(wanted, path)
        if path[0] == "properties" and len(path) == 3 and path[1] not in stored.properties:
            yield change.key, path[:2]
        elif path[0] in SETS:
            yield from ((change.key, (name, *e)) for e in _lost(name, said, there))
        elif not same(name, said, there):
            yield change.key, path


def _written(change: Create | Update) -> Iterator[Path]:
    for one in field_changes(change):
        yield one.path


def _lost(name: str, said: object, there: object) -> Iterator[tuple[str, ...]]:
    """Elements that were sent and are not there; the empty tuple for any that did not go."""
    sent = {element_key(name, str(e)): str(e) for e in (said if isinstance(said, tuple) else ())}
    kept = {element_key(name, str(e)) for e in (there if isinstance(there, tuple) else ())}
    for key, element in sent.items():
        if key not in kept:
            yield (element,)
    if kept - sent.keys():
        yield ()


def _vanished(missing: list[tuple[EntityKey, Path]]) -> Iterator[Finding]:
    for key, path in missing:
        if not path:
            message = "Mixpanel accepted it and does not list it; run sync again"
            yield Finding(message, key, rule="lexicon/not-stored", severity="error")
