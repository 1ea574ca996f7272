"""The baseline: findings that were there when a team began, accepted so that only new ones fail.

What tells a finding from another survives edits elsewhere in the plan: no line, and no number of
its message. Two alike are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from mpgov.core.finding import Finding

_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A finding without its place, and with `#` for every number of its message."""

    rule: str
    entity: str
    name: str
    property: str
    message: str


Baseline: TypeAlias = Mapping[Known, int]


@dataclass(frozen=True, slots=True)
class Split:
    """Today's findings beside a baseline: what is new, what was accepted, what is gone."""

    new: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    fixed: tuple[Known, ...]


def known(finding: Finding) -> Known:
    """What tells a finding from another."""
    key = finding.key
    return Known(
        finding.rule,
        key.kind if key else "",
        key.name if key else "",
        finding.property,
        without_numbers(finding.message),
    )


def without_numbers(message: str) -> str:
    """A message that stays the same when what it counts changes."""
    return _NUMBER.sub("#", message)


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline that accepts these findings."""
    return Counter(map(known, findings))


def split(findings: Iterable[Finding], baseline: Baseline) -> Split:
    """Today's findings by what the baseline says of them; of those alike the first are accepted."""
    left = Counter(baseline)
    new: list[Finding] = []
    accepted: list[Finding] = []
    for finding in findings:
        mine = known(finding)
        is_accepted = left[mine] > 0
        left[mine] -= is_accepted
        (accepted if is_accepted else new).append(finding)
    return Split(tuple(new), tuple(accepted), tuple(sorted((+left).elements())))


def set_aside(
    accepted: Sequence[Finding], waived: Sequence[Finding], fixed: Sequence[Known]
) -> str:
    """How many findings do not count, and why; nothing to say is nothing."""
    told = (
        (len(accepted), "accepted by the baseline"),
        (len(waived), "waived by the plan"),
        (len(fixed), "of the baseline fixed"),
    )
    return ", ".join(f"{count} {word}" for count, word in told if count)
