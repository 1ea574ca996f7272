"""A decision that a review asks for, and the words that decisions are made of."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.figures import Figure, Sentence
from mpgov.core.finding import SEVERITIES, Finding, Severity
from mpgov.core.review_standing import (
    DeprecatedRow,
    MergeReview,
    OwnersReview,
    TokensReview,
    WaiverRow,
)
from mpgov.core.review_volume import VolumeReview

_QUARTER: Final = 92  # days, beyond which nothing is more urgent


@dataclass(frozen=True, slots=True)
class Decision:
    """What to decide, why now, and what to type; `urgency` is 0 to 1 among those as severe."""

    severity: Severity
    what: Sentence
    why: Sentence
    command: str
    urgency: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What decisions are taken from; `scope` names the project where a command needs it."""

    report: AuditReport
    volume: VolumeReview
    deprecated: Sequence[DeprecatedRow]
    owners: OwnersReview
    tokens: TokensReview
    waivers: Sequence[WaiverRow]
    merge: MergeReview
    scope: str = ""

    def of(self, rule: str) -> list[Finding]:
        """The findings of a rule."""
        return [one for one in self.report.findings if one.rule == rule]

    def share(self, found: Iterable[Finding]) -> float:
        """The part of the team's own volume that the events of findings have, each once."""
        volumes = {one.key: one.volume or 0 for one in found}
        return min(sum(volumes.values()) / (self.report.total or 1), 1.0)

    def lately(self, volume: int | None) -> Sentence:
        """How often something arrived in the days of the audit."""
        if volume is None:
            return ("nobody counted how often it arrives",)
        return Figure(volume), " arrived in ", *days(len(self.report.days))


def glob(name: str) -> str:
    """A name as `--only` takes it literally, quoted for a shell."""
    return shlex.quote("".join(f"[{c}]" if c in "*?[" else c for c in name))


def called(finding: Finding) -> str:
    """What a finding is about."""
    if finding.key is None:
        return ""
    return "user profiles" if finding.key.kind == "profile" else finding.key.name


def worst(found: Iterable[Finding]) -> Severity:
    """The worst severity of findings."""
    return min((one.severity for one in found), key=SEVERITIES.index)


def many(count: int, word: str) -> Sentence:
    """So many of something."""
    return Figure(count), f" {word}{'s'[: count != 1]}"


def days(count: int) -> Sentence:
    """So many days."""
    return many(count, "day")


def of_quarter(count: int) -> float:
    """How urgent something is that is so many days late."""
    return min(max(count / _QUARTER, 0.0), 1.0)
