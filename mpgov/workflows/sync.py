"""Make Lexicon say what the plan says: what is prepared, asked and taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from mpgov.core.change import Delete
from mpgov.core.merge import Choice
from mpgov.core.model import Catalog, EntityKey, Path
from mpgov.core.report import CheckReport, fails
from mpgov.errors import UsageError
from mpgov.mixpanel.wire import Stored
from mpgov.storage.projects import place_of
from mpgov.workflows.check import judged
from mpgov.workflows.compare import Comparison, Wish, compare
from mpgov.workflows.earlier import plan_since
from mpgov.workflows.judging import check_allowed
from mpgov.workflows.lexicon import Ground, connect
from mpgov.workflows.plans import STDIN, read_plan
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder
from mpgov.workflows.run import Recompare, Run
from mpgov.workflows.taking import take
from mpgov.workflows.turns import settle_interrupted, wait_for_others


@dataclass(frozen=True, slots=True)
class Where:
    """Where the plan is, and what surrounds it."""

    plan: FilePath | str
    around: Surroundings
    wait: bool = True


def check_wish(wish: Wish, plan: FilePath | str) -> None:
    """Refuse what cannot be asked for, before anything is read."""
    check_allowed(wish.allow)
    if wish.prune and wish.selection.fields:
        raise UsageError("--prune takes whole definitions away; it goes with --only, not --fields")
    if wish.theirs and str(plan) == STDIN:
        raise UsageError("--theirs writes into the plan, and stdin cannot be written to")


def prepare(where: Where, wish: Wish) -> Run | CheckReport:
    """Read both sides and compare them; the plan's own errors where it has any."""
    check_wish(wish, where.plan)
    around = where.around
    plan, checked = judged(where.plan, around)
    for note in plan.notes:
        around.notify(note)
    if fails(checked.findings, "error"):
        return checked
    project = around.project()
    path = FilePath(where.plan) if str(where.plan) != STDIN else None
    recorder = Recorder(around, project, path, wish.reason, wish.allow, wait=where.wait)
    if recorder.branch is not None:
        recorder.branch.fetch()
        wait_for_others(recorder)
    client = connect(around, project)
    ground = Ground(around, project, client, path)
    side = ground.read(plan.catalog)
    settle_interrupted(recorder, client, side.stored)
    earlier = plan_since(where.plan, wish.since, around.how()) if wish.since else None
    again = _comparing(ground, plan.catalog, earlier)
    return Run(
        client,
        project,
        around.settings,
        again(side.stored, wish),
        recorder,
        again,
        wish,
        client.now(),
        plan.catalog,
        ground,
    )


def choose(run: Run, chosen: Mapping[tuple[EntityKey, Path], Choice]) -> None:
    """Settle places one by one."""
    run.recompare(replace(run.wish, chosen={**run.wish.chosen, **chosen}))


def take_theirs(run: Run, where: Where) -> list[str]:
    """Write into the plan what Lexicon was chosen for; a line for each file written."""
    taken = run.comparison.report.taken
    if not taken or run.written is None or run.ground is None:
        return []
    path = FilePath(where.plan)
    how = run.ground.around.how()
    lines = take(path, taken, run.written, how)
    run.written = read_plan(path, FilePath.cwd(), how).catalog
    earlier = plan_since(path, run.wish.since, how) if run.wish.since else None
    run.again = _comparing(run.ground, run.written, earlier)
    shown = run.comparison.report
    run.comparison = run.again(run.comparison.stored, run.wish)
    report = replace(run.comparison.report, taken=shown.taken)
    run.comparison = replace(run.comparison, report=report)
    return lines


def question(run: Run) -> str:
    """What is asked before anything is sent: which project, where, and how much."""
    access, project, report = run.access, run.project, run.comparison.report
    if not report.changes:
        count = len(report.taken)
        return f"Write {count} field{'s'[: count != 1]} into the plan, as Lexicon says?"
    name = access.project_name if access and access.project_name else project.name
    changes = len(report.changes)
    deleted = sum(isinstance(change, Delete) for change in report.changes)
    lost = f", {deleted} of them deletions," if deleted else ""
    took = f" (about {report.seconds} s of waiting)" if report.seconds else ""
    return (
        f"Send {changes} change{'s'[: changes != 1]}{lost} to {name} "
        f"({place_of(project)}, project {project.id}){took}?"
    )


def _comparing(ground: Ground, plan: Catalog, earlier: Catalog | None) -> Recompare:
    """Compare the plan with what was read, against the base as it is now."""

    def again(stored: Stored, wish: Wish) -> Comparison:
        return compare(plan, ground.side(stored, plan), wish, ground.around.settings, earlier)

    return again
