"""A review as JSON: the values of the report by their own names, which the next one reads back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from mpgov.core.decision import Decision
from mpgov.core.figures import Figure, Sentence, plain
from mpgov.core.finding import Finding
from mpgov.core.json_text import with_plain_texts
from mpgov.core.last_review import FORMAT, Then
from mpgov.core.model import Json
from mpgov.core.review import ReviewReport
from mpgov.render.audit_json import finding_as_json


def review_as_json(report: ReviewReport) -> Mapping[str, Json]:
    """The whole review; keys are only ever added while the format is 1."""
    told: dict[str, Json] = {
        "format": FORMAT,
        "project": report.project,
        "project_id": report.project_id,
        "region": report.region,
        "plan": report.plan,
        "at": report.at,
        "quarter": {
            "name": report.quarter.name,
            "first": report.quarter.first,
            "last": report.quarter.last,
            "to": report.to,
            "is_over": report.is_over,
        },
        "compared_with": {"quarter": report.last, "at": report.last_at} if report.last else None,
        "summary": _as_json(report.summary),
    }
    for name in (
        *("score", "volume", "findings", "changes", "deprecated", "owners", "tokens"),
        *("declared", "merge", "waivers", "decisions", "notes"),
    ):
        told[name] = _as_json(getattr(report, name))
    return {name: with_plain_texts(value) for name, value in told.items()}


def _as_json(value: Any) -> Json:
    """A value of the report; a dataclass is an object of its fields."""
    match value:
        case Finding():
            return finding_as_json(value)
        case Decision():
            return _decision(value)
        case Then():
            return {"property" if k == "prop" else k: v or None for k, v in _fields(value).items()}
        case float():
            return round(value, 6)
        case tuple() | list():
            return [_as_json(one) for one in value]
    return _fields(value) if is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Json]:
    return {one.name: _as_json(getattr(value, one.name)) for one in fields(value)}


def _decision(decision: Decision) -> Json:
    return {
        "severity": decision.severity,
        "what": plain(decision.what),
        "why": plain(decision.why),
        "command": decision.command,
        "figures": [one.value for one in figures(decision.what, decision.why)],
    }


def figures(*sentences: Sentence) -> list[Figure]:
    """The numbers of sentences, in order."""
    return [one for sentence in sentences for one in sentence if isinstance(one, Figure)]
