"""Who answers for how much: events, volume, what is undescribed and what is found, by owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mpgov.core.audit import EventRow
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.normal import element_key

NOBODY = ""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """What one owner answers for; an empty name is nobody.

    `share` is the part of all counted events; `volume` and `share` are `None` where nobody
    counted. An event of several owners counts for each.
    """

    owner: str
    events: int
    undescribed: int
    errors: int = 0
    warnings: int = 0
    info: int = 0
    volume: int | None = None
    share: float | None = None


def owners_of(events: Iterable[EventRow], findings: Sequence[Finding]) -> tuple[OwnerRow, ...]:
    """A row an owner, those with the most volume first, nobody last."""
    spelt: dict[str, str] = {}  # an e-mail in two spellings is one owner
    mine: dict[str, list[EventRow]] = defaultdict(list)
    found: dict[str, list[Finding]] = defaultdict(list)
    total = 0
    for row in events:
        total += row.volume or 0
        for owner in _each(row.owners, spelt):
            mine[owner].append(row)
    for finding in findings:
        for owner in _each(finding.owners, spelt):
            found[owner].append(finding)
    rows = (_row(spelt[owner], mine[owner], found[owner], total) for owner in spelt)
    return tuple(sorted(rows, key=lambda r: (not r.owner, -(r.volume or 0), -r.events, r.owner)))


def _row(
    owner: str, events: Sequence[EventRow], findings: Sequence[Finding], total: int
) -> OwnerRow:
    found = [one.severity for one in findings]
    errors, warnings, info = (found.count(severity) for severity in SEVERITIES)
    counted = [row.volume for row in events if row.volume is not None]
    volume = sum(counted) if counted else None
    return OwnerRow(
        owner,
        len(events),
        sum(not row.description.strip() for row in events),
        errors,
        warnings,
        info,
        volume,
        None if volume is None else volume / total if total else 0.0,
    )


def _each(owners: Sequence[str], spelt: dict[str, str]) -> list[str]:
    """Each owner once, as they are compared; the first spelling is the one that is shown."""
    named = {element_key("owners", one): one for one in reversed(owners or (NOBODY,))}
    for key, one in named.items():
        spelt.setdefault(key, one)
    return list(named)
