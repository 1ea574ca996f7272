"""What is drawn: changes, disagreements, findings and counts; and the verdict on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mpgov.core.baseline import Known, set_aside
from mpgov.core.change import Change, ChangeSet
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.merge import Disagreement
from mpgov.core.rule import Rule
from mpgov.errors import MpgovError

FAIL_LEVELS: Final = ("error", "warning", "info", "never")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many entities fare how."""

    create: int = 0
    update: int = 0
    delete: int = 0
    unchanged: int = 0
    conflict: int = 0
    drift: int = 0
    unmanaged: int = 0


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """How many fields are new to Lexicon, fill an empty one, or replace what it says."""

    new: int = 0
    fills: int = 0
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class DiffReport:
    """What sync would change, what stands in its way, and what it would cost.

    `requests` and `updates` count what would be written; `seconds` is the time to wait for
    Mixpanel's limits. `standing` are the guards that nobody lifted. `taken` is what the plan is
    to say where Lexicon was chosen. `not_explained` is what the plan's changes since `since` do
    not explain. `moved` is what a saved change set or an undo finds edited since. `project_id`,
    `region` and `at` (UTC) say of what, and when; `drift_only` asks for nothing but drift.
    """

    project: str
    changes: ChangeSet
    summary: Summary
    fields: FieldCounts = FieldCounts()
    conflicts: tuple[Disagreement, ...] = ()
    drift: tuple[Disagreement, ...] = ()
    released: tuple[Disagreement, ...] = ()
    findings: tuple[Finding, ...] = ()
    standing: tuple[Finding, ...] = ()
    requests: int = 0
    updates: int = 0
    seconds: int = 0
    against: str = "Lexicon"
    taken: tuple[Disagreement, ...] = ()
    not_explained: tuple[Change, ...] = ()
    since: str = ""
    moved: tuple[Disagreement, ...] = ()
    project_id: int | None = None
    region: str = ""
    at: str = ""
    drift_only: bool = False

    @property
    def kept(self) -> tuple[Disagreement, ...]:
        """Drift that stays as it is."""
        return tuple(place for place in self.drift if not place.overwritten)

    @property
    def overwritten(self) -> tuple[Disagreement, ...]:
        """Drift that the plan has the last word on."""
        return tuple(place for place in self.drift if place.overwritten)

    @property
    def is_clean(self) -> bool:
        """Nothing to send, no conflict, no guard; kept drift is none of these."""
        return not (self.changes.changes or self.conflicts or self.standing)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the rules say of a plan.

    With a `baseline` (the file's name) `findings` are the new ones alone; `accepted` are still
    there, `fixed` are not. `waived` are those that the plan itself accepts; `rules`
    are those that were judged. Where another `command` judged something else than a plan,
    `plan` is where that stands and `counted` says how much of it there is.
    """

    plan: str
    events: int
    properties: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    accepted: tuple[Finding, ...] = ()
    fixed: tuple[Known, ...] = ()
    baseline: str = ""
    waived: tuple[Finding, ...] = ()
    rules: tuple[Rule, ...] = ()
    command: str = "check"
    counted: str = ""

    @property
    def set_aside(self) -> str:
        """What is accepted, waived and fixed; nothing to say is nothing."""
        return set_aside(self.accepted, self.waived, self.fixed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: applied, failed, or skipped; and why."""

    change: Change
    state: Literal["applied", "failed", "skipped"]
    why: str = ""
    error: MpgovError | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did: what became of each change, and what Mixpanel did not keep."""

    diff: DiffReport
    outcomes: tuple[Outcome, ...] = ()
    not_stored: tuple[Finding, ...] = ()
    unverified: str = ""
    run: str = ""
    unrecorded: str = ""

    @property
    def applied(self) -> list[Outcome]:
        """What landed."""
        return [o for o in self.outcomes if o.state == "applied"]

    @property
    def left(self) -> list[Outcome]:
        """What failed or was left out."""
        return [o for o in self.outcomes if o.state != "applied"]

    @property
    def exit_code(self) -> int:
        """Design 2: 7 in part or not kept, 5 or 4 nothing landed, 1 a conflict or a guard.

        6: of a saved change set or an undo nothing still stands.
        """
        left = self.left or self.diff.moved or self.not_stored or self.unverified
        if self.applied and (left or self.unrecorded):
            return 7
        if self.diff.moved and not self.outcomes and not self.diff.standing:
            return 6
        errors = [o.error for o in self.left if o.error is not None]
        if errors:
            return max(error.exit_code for error in errors)
        return 1 if self.left or self.diff.conflicts or self.diff.standing else 0


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in SEVERITIES}


def fails(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether any finding is at or above the level; `never` fails on none."""
    if fail_on == "never":
        return False
    worst = SEVERITIES.index(fail_on)
    return any(SEVERITIES.index(finding.severity) <= worst for finding in findings)
