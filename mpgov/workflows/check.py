"""Judge a plan, offline; accept what the baseline accepts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mpgov.core.audit import Evidence
from mpgov.core.baseline import baseline_of, split
from mpgov.core.model import Catalog
from mpgov.core.moment import stamp
from mpgov.core.report import CheckReport
from mpgov.core.waivers import waive
from mpgov.formats.base import Plan
from mpgov.storage.baseline import dump_baseline, read_baseline
from mpgov.storage.files import write_beside
from mpgov.workflows.judging import judge_evidence, judged_rules
from mpgov.workflows.plans import read_plan, shown
from mpgov.workflows.project import Surroundings


def check(path: Path | str, around: Surroundings, baseline: Path | None = None) -> CheckReport:
    """What the rules say of the plan at a path; without `baseline` mpgov.toml's own counts."""
    return judged(path, around, baseline)[1]


def judged(
    path: Path | str, around: Surroundings, baseline: Path | None = None
) -> tuple[Plan, CheckReport]:
    """The plan at a path, with what the rules say of it beyond the baseline."""
    plan, report = _judged(path, around)
    file = baseline or around.settings.baseline
    return plan, report if file is None else _beyond(report, file)


def write_baseline(path: Path | str, around: Surroundings, file: Path) -> str:
    """Accept today's findings from now on; the line to tell."""
    report = _judged(path, around)[1]
    write_beside(file, dump_baseline(baseline_of(report.findings)))
    count = len(report.findings)
    return f"{shown(file, Path.cwd())}: accepts {count} finding{'s'[: count != 1]}"


def explain(path: Path | str, around: Surroundings) -> list[str]:
    """A line for each header of a spreadsheet: where it stands, and what it was taken for."""
    columns = read_plan(path, Path.cwd(), around.how()).columns
    if not columns:
        return ["this plan is no spreadsheet; it has no columns"]
    places = max(len(column.place) for column in columns)
    headers = min(max(len(column.header) for column in columns), 40)
    return [
        f"{column.place:{places}}  {column.header:{headers}}  "
        + (f"is {column.meaning}" if column.meaning else "is kept as extra")
        for column in columns
    ]


def _judged(path: Path | str, around: Surroundings) -> tuple[Plan, CheckReport]:
    root = Path.cwd()
    plan = read_plan(path, root, around.how())
    name = "stdin" if str(path) == "-" else shown(Path(path), root)
    today = stamp(around.now())[:10]
    evidence = Evidence(plan=plan.catalog, joined=plan.catalog, today=today)
    parts = waive(judge_evidence(evidence, around.settings), plan.catalog, today)
    return plan, CheckReport(
        plan=name,
        events=sum(entity.key.kind == "event" for entity in plan.catalog),
        properties=_count_properties(plan.catalog),
        findings=parts.standing,
        notes=tuple(plan.notes),
        waived=parts.waived,
        rules=judged_rules(evidence, around.settings),
    )


def _beyond(report: CheckReport, file: Path) -> CheckReport:
    """The report with what the baseline accepts set aside."""
    name = shown(file, Path.cwd())
    parts = split(report.findings, read_baseline(file, name))
    return replace(
        report,
        findings=parts.new,
        accepted=parts.accepted,
        fixed=parts.fixed,
        baseline=name,
    )


def _count_properties(catalog: Catalog) -> int:
    return sum(prop is not None for entity in catalog for prop in entity.properties.values())
