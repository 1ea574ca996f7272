"""Reports as JSON: the documents of design 5 and 8, stable and versioned."""

from __future__ import annotations

from dataclasses import asdict

from mpgov.core.audit import AuditReport
from mpgov.core.change import change_as_json, value_as_json, verb_of
from mpgov.core.json_text import dump
from mpgov.core.merge import Disagreement
from mpgov.core.model import UNSET, Json, Value
from mpgov.core.report import CheckReport, DiffReport, Outcome, SyncReport, counts
from mpgov.render.audit_json import audit_as_json, finding_as_json
from mpgov.render.base import Renderer, Report

FORMAT = 1


def draw(report: Report, _color: bool) -> str:
    """The report as an indented JSON document."""
    return dump(document_of(report), indent=2)


RENDERER = Renderer("json", (".json",), draw)


def document_of(report: Report) -> dict[str, Json]:
    """What the JSON of a report says."""
    match report:
        case CheckReport():
            return _check(report)
        case DiffReport():
            return diff_as_json(report)
        case SyncReport():
            return _sync(report)
        case AuditReport():
            return audit_as_json(report)


def saved_as_json(report: DiffReport) -> dict[str, Json]:
    """What it takes to apply the change set later, and nothing else."""
    return {
        **_identity(report),
        "changes": [change_as_json(change) for change in report.changes],
    }


def diff_as_json(report: DiffReport) -> dict[str, Json]:
    """The change set as design 5 has it: what diff prints and what can be saved."""
    return {
        **_identity(report),
        "summary": asdict(report.summary),
        "fields": asdict(report.fields),
        "requests": report.requests,
        "updates": report.updates,
        "seconds": report.seconds,
        "changes": [change_as_json(change) for change in report.changes],
        "conflicts": [_disagreement(place) for place in report.conflicts],
        "drift": [_disagreement(place) for place in report.drift],
        "released": [_disagreement(place) for place in report.released],
        "findings": [finding_as_json(finding) for finding in report.findings],
        **_beside(report),
    }


def _identity(report: DiffReport) -> dict[str, Json]:
    """Of which project it is, when it was made, and its fingerprint."""
    return {
        "format": FORMAT,
        "project": report.project,
        "project_id": report.project_id,
        "region": report.region,
        "at": report.at,
        "fingerprint": report.changes.fingerprint(),
    }


def _beside(report: DiffReport) -> dict[str, Json]:
    """What is there only for those who asked for it."""
    shown: dict[str, Json] = {}
    if report.taken:
        shown["taken"] = [_disagreement(place) for place in report.taken]
    if report.moved:
        shown["moved"] = [_moved(place) for place in report.moved]
    if report.since:
        shown["since"] = report.since
        shown["not_explained"] = [change_as_json(change) for change in report.not_explained]
    return shown


def _moved(place: Disagreement) -> dict[str, Json]:
    """A field that was edited since: what it was, what was to come, and what is there now."""
    shown = _disagreement(place)
    names = {"base": "before", "plan": "after", "lexicon": "now"}
    return {names.get(name, name): value for name, value in shown.items()}


def _check(report: CheckReport) -> dict[str, Json]:
    totals: dict[str, Json] = dict(counts(report.findings))
    return {
        "format": FORMAT,
        "plan": report.plan,
        "events": report.events,
        "properties": report.properties,
        "summary": totals,
        "findings": [finding_as_json(finding) for finding in report.findings],
        "waived": [finding_as_json(finding) for finding in report.waived],
        "baseline": _baseline(report),
    }


def _baseline(report: CheckReport) -> Json:
    """What the baseline accepts, and what of it is fixed; null where there is none."""
    if not report.baseline:
        return None
    return {
        "file": report.baseline,
        "accepted": [finding_as_json(finding) for finding in report.accepted],
        "fixed": [{k: v or None for k, v in asdict(one).items()} for one in report.fixed],
    }


def _sync(report: SyncReport) -> dict[str, Json]:
    return {
        **diff_as_json(report.diff),
        "outcomes": [_outcome(outcome) for outcome in report.outcomes],
        "not_stored": [finding_as_json(finding) for finding in report.not_stored],
        "unverified": report.unverified or None,
        "unrecorded": report.unrecorded or None,
        "run": report.run or None,
        "exit_code": report.exit_code,
    }


def _disagreement(place: Disagreement) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "entity": place.key.kind,
        "name": place.key.name,
        "path": list(place.path),
    }
    sides: tuple[tuple[str, Value], ...] = (
        ("base", place.base),
        ("plan", place.plan),
        ("lexicon", place.lexicon),
    )
    shown.update((side, value_as_json(value)) for side, value in sides if value is not UNSET)
    if place.overwritten:
        shown["overwritten"] = True
    return shown


def _outcome(outcome: Outcome) -> dict[str, Json]:
    return {
        "action": verb_of(outcome.change),
        "entity": outcome.change.key.kind,
        "name": outcome.change.key.name,
        "outcome": outcome.state,
        "why": outcome.why or None,
    }
