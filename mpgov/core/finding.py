"""What a rule noticed: one type for every judgement of mpgov."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mpgov.core.model import EntityKey, Location

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: Final = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, with what, where it was written, and what to type.

    Rule and severity are stamped on by `judge`. `fix` is a line to add to the plan or a command
    to type. `volume` is how often the event arrived in the last 30 days and `share` its part of
    all that was counted, where that is known.
    """

    message: str
    key: EntityKey | None = None
    property: str = ""
    at: Location | None = None
    owners: tuple[str, ...] = ()
    fix: str = ""
    rule: str = ""
    severity: Severity = "warning"
    volume: int | None = None
    share: float | None = None


def rank(finding: Finding) -> tuple[object, ...]:
    """Sorts findings: the worst first, the busiest first, then by where they were written."""
    place = finding.at
    return (
        SEVERITIES.index(finding.severity),
        -(finding.share or 0),
        (place.file, place.line, place.column) if place else ("", 0, 0),
        finding.rule,
        finding.key.name if finding.key else "",
        finding.property,
        finding.message,
    )
