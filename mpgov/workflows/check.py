"""Judge a plan, offline."""

from __future__ import annotations

from pathlib import Path

from mpgov.core.model import Catalog
from mpgov.core.report import CheckReport
from mpgov.formats.base import Plan
from mpgov.workflows.judging import judge_plan
from mpgov.workflows.plans import read_plan, shown
from mpgov.workflows.project import Surroundings


def check(path: Path | str, around: Surroundings) -> CheckReport:
    """What the rules say of the plan at a path."""
    return judged(path, around)[1]


def judged(path: Path | str, around: Surroundings) -> tuple[Plan, CheckReport]:
    """The plan at a path, with what the rules say of it."""
    root = Path.cwd()
    plan = read_plan(path, root, around.how())
    name = "stdin" if str(path) == "-" else shown(Path(path), root)
    return plan, CheckReport(
        plan=name,
        events=sum(entity.key.kind == "event" for entity in plan.catalog),
        properties=_count_properties(plan.catalog),
        findings=tuple(judge_plan(plan.catalog, around.settings)),
        notes=tuple(plan.notes),
    )


def _count_properties(catalog: Catalog) -> int:
    return sum(prop is not None for entity in catalog for prop in entity.properties.values())
