"""The audit: judge all that is known, set aside what is accepted, and say how healthy it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mpgov.core.audit import AuditReport, Evidence
from mpgov.core.baseline import baseline_of, split
from mpgov.core.digest import counted
from mpgov.core.event_rows import by_day, event_rows, user_rows
from mpgov.core.finding import Finding, rank
from mpgov.core.model import Entity
from mpgov.core.moment import stamp
from mpgov.core.report import DiffReport
from mpgov.core.score import score
from mpgov.core.select import Selection
from mpgov.core.usage import with_volume
from mpgov.core.waivers import Waived, waive
from mpgov.storage.baseline import dump_baseline, read_baseline
from mpgov.storage.files import write_beside
from mpgov.storage.health import add_health, read_health
from mpgov.storage.projects import place_of
from mpgov.workflows.evidence import Gathered, Look, gather
from mpgov.workflows.judging import judge_evidence, judged_rules, not_judged
from mpgov.workflows.notify import News
from mpgov.workflows.plans import read_plan, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.proposal import proposal


@dataclass(frozen=True, slots=True)
class AuditWish:
    """What was asked of an audit on the command line."""

    selection: Selection = field(default_factory=Selection)
    look: Look = field(default_factory=Look)
    baseline: Path | None = None
    by_owner: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all findings are shown."""
        return not (self.selection.only or self.selection.skip)


@dataclass(frozen=True, slots=True)
class Audited:
    """The report, the findings before the baseline, and the next step for what is deprecated.

    `known` is what it was judged by.
    """

    report: AuditReport
    found: tuple[Finding, ...]
    proposal: DiffReport
    known: Gathered


def audit(path: Path | str, around: Surroundings, wish: AuditWish) -> Audited:
    """Join plan, Lexicon, what is live and raw events; everything that is wrong, ranked."""
    file = wish.baseline or around.settings.baseline
    accepted = None if file is None else read_baseline(file, shown(file, Path.cwd()))
    plan = read_plan(path, Path.cwd(), around.how())
    known = gather(plan.catalog, path, around, wish.look)
    evidence = known.evidence
    parts = _judged(evidence, around, wish)
    report = _report(known, around, wish, parts)
    found = parts.standing
    report = replace(
        report,
        plan="stdin" if str(path) == "-" else shown(Path(path), Path.cwd()),
        notes=(*plan.notes, *report.notes),
    )
    if file is not None and accepted is not None:
        beside = split(found, accepted)
        report = replace(
            report,
            findings=beside.new,
            accepted=beside.accepted,
            fixed=beside.fixed if wish.is_whole else (),
            baseline=shown(file, Path.cwd()),
        )
    return Audited(report, found, proposal(evidence, known.side, around.settings), known)


def audit_news(report: AuditReport, wish: AuditWish, scope: str = "") -> News:
    """What a team's chat is to hear of an audit; `scope` names the project where that is needed."""
    return News(
        f"mpgov audit of {report.project}",
        report.findings,
        f"in all: {counted(report.findings)}; health score {report.score.total} of 100",
        f"to see all of it: mpgov audit{scope}",
        is_whole=wish.is_whole,
    )


def write_audit_baseline(audited: Audited, file: Path) -> str:
    """Accept today's findings from now on; the line to tell."""
    write_beside(file, dump_baseline(baseline_of(audited.found)))
    count = len(audited.found)
    return f"{shown(file, Path.cwd())}: accepts {count} finding{'s'[: count != 1]}"


def _judged(evidence: Evidence, around: Surroundings, wish: AuditWish) -> Waived:
    """What the rules say of what was selected, with volumes, ranked; waived set aside."""
    found = (with_volume(one, evidence.usage) for one in judge_evidence(evidence, around.settings))
    ranked = sorted(_selected(found, evidence, wish), key=rank)
    return waive(ranked, evidence.plan, evidence.today)


def _selected(found: Iterable[Finding], evidence: Evidence, wish: AuditWish) -> Iterable[Finding]:
    """The findings about what was asked for; those about nothing in particular, for all."""
    for one in found:
        if one.key is None:
            if wish.is_whole:
                yield one
        elif wish.selection.takes(evidence.joined.entities.get(one.key, Entity(one.key))):
            yield one


def _report(known: Gathered, around: Surroundings, wish: AuditWish, parts: Waived) -> AuditReport:
    evidence, project = known.evidence, known.project
    rows = event_rows(evidence)
    planned, unplanned = by_day(evidence, rows)
    at = stamp(around.now())
    health = score(evidence, parts.standing)
    folder = around.folder(project)
    notes = known.notes
    past = [one for one in read_health(folder) if one.at[:10] != at[:10]]
    if wish.is_whole and evidence.usage is not None:
        trouble = add_health(folder, at, health)
        notes += [trouble] if trouble else []
    return AuditReport(
        project=project.name,
        at=at,
        findings=parts.standing,
        waived=parts.waived,
        score=health,
        not_run=not_judged(evidence, around.settings),
        events=tuple(row for row in rows if _is_shown(row.key, evidence, wish)),
        user_properties=user_rows(evidence),
        days=evidence.usage.days if evidence.usage else (),
        planned=planned,
        unplanned=unplanned,
        trend=tuple(past),
        notes=tuple(notes),
        project_id=project.id,
        region=place_of(project),
        by_owner=wish.by_owner,
        rules=judged_rules(evidence, around.settings),
    )


def _is_shown(key: object, evidence: Evidence, wish: AuditWish) -> bool:
    entity = evidence.joined.entities.get(key)  # type: ignore[call-overload]
    return wish.is_whole or (entity is not None and wish.selection.takes(entity))
