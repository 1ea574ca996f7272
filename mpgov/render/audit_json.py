"""An audit as the JSON document of design 8, with what else a program may want to know."""

from __future__ import annotations

from dataclasses import asdict

from mpgov.core.audit import AuditReport, EventRow, PropertyRow, Score
from mpgov.core.finding import Finding
from mpgov.core.model import Json, Location
from mpgov.core.report import counts

FORMAT = 1


def audit_as_json(report: AuditReport) -> dict[str, Json]:
    """The whole report; keys are only ever added while the format is 1."""
    totals: dict[str, Json] = dict(counts(report.findings))
    return {
        "format": FORMAT,
        "project": report.project,
        "project_id": report.project_id,
        "region": report.region,
        "plan": report.plan,
        "at": report.at,
        "score": _score(report.score),
        "trend": [{"at": one.at, "total": one.total} for one in report.trend],
        "summary": totals,
        "findings": [finding_as_json(one) for one in report.findings],
        "waived": [finding_as_json(one) for one in report.waived],
        "baseline": _baseline(report),
        "not_run": [{"rule": one.rule, "for_lack_of": one.for_lack_of} for one in report.not_run],
        "notes": list(report.notes),
        "days": list(report.days),
        "planned": list(report.planned),
        "unplanned": list(report.unplanned),
        "events": [_event(row) for row in report.events],
    }


def finding_as_json(finding: Finding) -> dict[str, Json]:
    """One finding; `null` is what nobody knows or what does not apply."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "entity": finding.key.kind if finding.key else None,
        "name": finding.key.name if finding.key else None,
        "property": finding.property or None,
        "message": finding.message,
        "location": _location(finding.at),
        "owners": list(finding.owners),
        "volume": finding.volume,
        "share": None if finding.share is None else round(finding.share, 6),
        "fix": finding.fix or None,
    }


def _score(score: Score) -> dict[str, Json]:
    return {
        "total": score.total,
        "parts": {
            part.name.replace(" ", "_"): {
                "points": part.points,
                "weight": part.weight,
                "good": part.good,
                "of": part.of,
            }
            for part in score.parts
        },
        "mixpanel": {
            "total": score.mixpanel,
            "grade": score.mixpanel_grade or None,
            "left_out": list(score.mixpanel_lacks),
        },
    }


def _baseline(report: AuditReport) -> Json:
    """What the baseline accepts, and what of it is fixed; null where there is none."""
    if not report.baseline:
        return None
    return {
        "file": report.baseline,
        "new": len(report.findings),
        "accepted": [finding_as_json(one) for one in report.accepted],
        "fixed": [{k: v or None for k, v in asdict(one).items()} for one in report.fixed],
    }


def _event(row: EventRow) -> dict[str, Json]:
    return {
        "name": row.key.name,
        "status": row.status or None,
        "hidden": row.hidden,
        "planned": row.is_planned,
        "in_lexicon": row.in_lexicon,
        "live": row.is_live,
        "owners": list(row.owners),
        "tags": list(row.tags),
        "volume": row.volume,
        "share": None if row.share is None else round(row.share, 6),
        "first": row.first or None,
        "last": row.last or None,
        "days": list(row.days),
        "properties": [_property(prop) for prop in row.properties],
    }


def _property(row: PropertyRow) -> dict[str, Json]:
    return {
        "name": row.name,
        "type": row.type or None,
        "required": row.required,
        "seen": None if row.seen is None else round(row.seen, 6),
        "seen_types": list(row.seen_types),
    }


def _location(at: Location | None) -> Json:
    if at is None:
        return None
    if at.cell:
        return {"file": at.file, "cell": at.cell}
    return {"file": at.file, "line": at.line, "column": at.column}
