"""Findings as SARIF 2.1.0: what code hosts draw beside the lines of a pull request."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from urllib.parse import quote

from mpgov import __version__
from mpgov.core.audit import AuditReport
from mpgov.core.baseline import known
from mpgov.core.finding import Finding
from mpgov.core.model import Json
from mpgov.core.report import CheckReport
from mpgov.core.rule import Rule
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import visible

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MOST: Final = 5000  # results that a code host shows of a run; the worst come first
LONGEST: Final = 1000  # characters of a message
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def draw(report: Report, _color: bool) -> str:
    """The report as one run of mpgov."""
    assert isinstance(report, CheckReport | AuditReport)  # noqa: S101 - `draws` says so
    rules = _rules(report)
    places = {rule.id: place for place, rule in enumerate(rules)}
    results: list[Json] = [_result(one, places, "new") for one in report.findings]
    results += [_result(one, places, "unchanged") for one in report.accepted]
    results += [_suppressed(_result(one, places, "unchanged")) for one in report.waived]
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "mpgov",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": f"mpgov {_what(report)}/"},
        "results": results[:MOST],
        "properties": {"left_out": max(0, len(results) - MOST)},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


RENDERER = Renderer("sarif", (".sarif",), draw, (CheckReport, AuditReport))


def _what(report: CheckReport | AuditReport) -> str:
    if isinstance(report, CheckReport):
        return report.command
    return f"audit {visible(report.project)}"


def _rules(report: CheckReport | AuditReport) -> list[Rule]:
    """The rules that were judged, by name."""
    return sorted(report.rules, key=lambda rule: rule.id)


def _rule(rule: Rule) -> dict[str, Json]:
    example = f"Good:\n\n{_clipped(rule.good)}\n\nBad:\n\n{_clipped(rule.bad)}"
    return {
        "id": rule.id,
        "name": rule.id.replace("/", "-"),
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": rule.reason},
        "help": {"text": f"{rule.reason}\n\n{example}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family]},
    }


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _result(one: Finding, places: dict[str, int], state: str) -> dict[str, Json]:
    subject = _subject(one)
    at_cell = f" (at {one.at})" if one.at and one.at.cell else ""
    text = visible(f"{subject}{': ' if subject else ''}{one.message}{at_cell}")
    result: dict[str, Json] = {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": _clipped(text)},
        "locations": [_location(one)],
        "baselineState": state,
        "partialFingerprints": {"mpgov/v1": _fingerprint(one)},
        "properties": {
            "owners": list(one.owners),
            "volume": one.volume,
            "share": one.share,
            "fix": one.fix or None,
        },
    }
    if one.rule in places:
        result["ruleIndex"] = places[one.rule]
    return result


def _subject(one: Finding) -> str:
    name = one.key.name if one.key else ""
    return " · ".join(part for part in (name, one.property) if part)


def _location(one: Finding) -> dict[str, Json]:
    """Where the plan says it, and what it is about; a cell is no line."""
    found: dict[str, Json] = {}
    if one.at is not None:
        physical: dict[str, Json] = {
            "artifactLocation": {"uri": _uri(one.at.file), "uriBaseId": "%SRCROOT%"}
        }
        if one.at.line:
            physical["region"] = {"startLine": one.at.line, "startColumn": max(one.at.column, 1)}
        found["physicalLocation"] = physical
    if one.key is not None:
        whole = visible(_subject(one))[:LONGEST]
        found["logicalLocations"] = [{"fullyQualifiedName": whole, "kind": one.key.kind}]
    return found


def _uri(file: str) -> str:
    return quote(file.replace("\\", "/").removeprefix("./"), safe="/")


def _fingerprint(one: Finding) -> str:
    """The same for the same finding, also when what it counts has changed."""
    same = known(one)
    text = json.dumps([same.rule, same.entity, same.name, same.property, same.message])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _suppressed(result: dict[str, Json]) -> dict[str, Json]:
    return {**result, "suppressions": [{"kind": "inSource", "justification": "waived by the plan"}]}
