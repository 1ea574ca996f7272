"""What sync would change: against Lexicon, or offline against a file."""

from __future__ import annotations

from pathlib import Path

from mpgov.core.report import CheckReport, DiffReport, fails
from mpgov.workflows.check import judged
from mpgov.workflows.compare import Wish, compare
from mpgov.workflows.judging import check_allowed
from mpgov.workflows.lexicon import connect, offline, online
from mpgov.workflows.project import Surroundings


def diff(
    path: Path | str, around: Surroundings, wish: Wish, against: str | None
) -> DiffReport | CheckReport:
    """What sync would change; the plan's own errors where it has any."""
    check_allowed(wish.allow)
    plan, checked = judged(path, around)
    if fails(checked.findings, "error"):
        return checked
    if against is not None:
        side = offline(around, against)
    else:
        project = around.project()
        side = online(around, connect(around, project), project)
    return compare(plan.catalog, side, wish, around.settings).report
