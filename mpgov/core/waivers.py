"""What the plan accepts by rule, name, reason and end date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Waiver


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings by what the plan's waivers say of them."""

    standing: tuple[Finding, ...]
    waived: tuple[Finding, ...]


def waive(findings: Iterable[Finding], plan: Catalog | None, today: str) -> Waived:
    """Set aside what is waived on that day; the name and the rule may be globs."""
    valid = [
        one
        for one in (plan.waivers if plan is not None else ())
        if not one.until or today <= one.until
    ]
    standing: list[Finding] = []
    waived: list[Finding] = []
    for finding in findings:
        is_waived = any(covers(one, finding) for one in valid)
        (waived if is_waived else standing).append(finding)
    return Waived(tuple(standing), tuple(waived))


def covers(one: Waiver, finding: Finding) -> bool:
    """Whether the waiver, while it is valid, sets the finding aside."""
    name = finding.key.name if finding.key else finding.property
    named = one.name in {name, finding.property} or fnmatchcase(name, one.name)
    return named and fnmatchcase(finding.rule, one.rule)
