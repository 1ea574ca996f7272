"""What sync would change: against Lexicon, or offline against a file."""

from __future__ import annotations

from pathlib import Path

from mpgov.core.change import ChangeSet
from mpgov.core.merge import merge
from mpgov.core.model import Catalog
from mpgov.core.report import CheckReport, DiffReport, Summary, fails
from mpgov.core.select import select
from mpgov.workflows.check import judged
from mpgov.workflows.compare import Side, Wish, compare
from mpgov.workflows.earlier import plan_since
from mpgov.workflows.lexicon import Ground, connect, fetch_record, offline
from mpgov.workflows.plans import STDIN
from mpgov.workflows.project import Surroundings
from mpgov.workflows.sync import check_wish


def diff(
    path: Path | str, around: Surroundings, wish: Wish, against: str | None, *, drift: bool = False
) -> DiffReport | CheckReport:
    """What sync would change; the plan's own errors where it has any.

    With `drift`, only what changed in Lexicon since both sides last agreed.
    """
    check_wish(wish, "")
    plan, checked = judged(path, around)
    for note in plan.notes:
        around.notify(note)
    if fails(checked.findings, "error"):
        return checked
    earlier = plan_since(path, wish.since) if wish.since else None
    kept_at = Path(path) if str(path) != STDIN else None
    if against is not None:
        side = offline(around, against, kept_at, plan.catalog)
    else:
        project = around.project()
        fetch_record(around, project)
        side = Ground(around, project, connect(around, project), kept_at).read(plan.catalog)
    if drift:
        return _drifted(side, wish)
    return compare(plan.catalog, side, wish, around.settings, earlier).report


def _drifted(side: Side, wish: Wish) -> DiffReport:
    """What Lexicon says otherwise than was agreed on, whatever the plan says now."""
    agreed = Catalog(select(side.base.agreed, wish.selection).entities)
    moved = tuple(merge(agreed, side.base, side.stored.catalog).drift)
    return DiffReport(
        project=side.project,
        against=side.against,
        changes=ChangeSet(),
        summary=Summary(drift=len(moved)),
        drift=moved,
        project_id=side.project_id,
        region=side.region,
        at=side.at,
        drift_only=True,
    )
