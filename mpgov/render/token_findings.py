"""What a scan for tokens found, and what is wrong with the register: as JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.json_text import dump
from mpgov.core.model import Json, Location
from mpgov.core.report import CheckReport, counts
from mpgov.core.sightings import Sighting
from mpgov.render.audit_json import finding_as_json
from mpgov.render.columns import Row, as_csv

COLUMNS: Final = (
    *("severity", "rule", "file", "line", "column", "kind", "token", "project", "environment"),
    *("says", "fingerprint", "account", "message", "fix"),
)
Sightings = Mapping[Location, Sighting]


def scan_as_json(report: CheckReport, sightings: Sightings, searched: Mapping[str, Json]) -> str:
    """A finding each, with what was seen where it stands; `searched` says in what."""
    summary: dict[str, Json] = dict(counts(report.findings))
    found: list[Json] = [
        {**_plain(one), **_seen(sightings.get(one.at) if one.at else None)}
        for one in report.findings
    ]
    head: dict[str, Json] = {"format": 1, "paths": report.plan, **searched}
    return dump({**head, "summary": summary, "findings": found}, indent=1)


def scan_as_csv(report: CheckReport, sightings: Sightings) -> str:
    """A row a finding."""
    return as_csv(COLUMNS, [_row(one, sightings) for one in report.findings])


def check_as_json(report: CheckReport) -> str:
    """What is wrong with the register."""
    summary: dict[str, Json] = dict(counts(report.findings))
    found: list[Json] = [_plain(one) for one in report.findings]
    return dump(
        {"format": 1, "register": report.plan, "summary": summary, "findings": found}, indent=1
    )


def _plain(one: Finding) -> dict[str, Json]:
    """A finding without what only plans have."""
    whole = finding_as_json(one)
    return {name: whole[name] for name in ("rule", "severity", "message", "location", "fix")}


def _seen(one: Sighting | None) -> dict[str, Json]:
    if one is None:
        return {}
    token = one.token
    return {
        "kind": one.kind,
        "fingerprint": one.fingerprint,
        "token": token.name if token else None,
        "project": (token.project or None) if token else None,
        "environment": (token.environment or None) if token else None,
        "says": one.says.environment or None,
        "account": one.account or None,
        "retired": one.retired,
    }


def _row(one: Finding, sightings: Sightings) -> Row:
    seen = _seen(sightings.get(one.at) if one.at else None)
    said = [seen.get(name) for name in COLUMNS[5:12]]
    at = one.at or Location("")
    cells = [value if isinstance(value, str) else "" for value in said]
    return (one.severity, one.rule, at.file, at.line, at.column, *cells, one.message, one.fix)
