"""The quarterly review as one value: every number that is shown of it is in here.

Volumes and the record are of the quarter. Plan and Lexicon, and what is judged of them, are as
they are on the day of the review: nobody can ask Mixpanel what Lexicon said in March.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mpgov.core.audit import AuditReport, Evidence
from mpgov.core.decision import Decision, Standing
from mpgov.core.last_review import LastReview
from mpgov.core.model import event
from mpgov.core.record import Record
from mpgov.core.review_changes import (
    ChangesReview,
    DeclaredRow,
    changes_review,
    declared_review,
    within,
)
from mpgov.core.review_decisions import SHOWN, decisions_of
from mpgov.core.review_health import (
    CountRow,
    FindingsReview,
    ScoreReview,
    findings_review,
    score_review,
)
from mpgov.core.review_span import Span
from mpgov.core.review_standing import (
    DeprecatedRow,
    MergeReview,
    OwnersReview,
    TokensReview,
    WaiverRow,
    deprecated_review,
    merge_review,
    owners_review,
    tokens_review,
    waivers_review,
)
from mpgov.core.review_volume import VolumeReview, volume_review
from mpgov.core.tokens import Token
from mpgov.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a review is made of.

    `usage` are the counts by day of both quarters, as far as there are any; `problems` say what
    there is not. `to` is the last day of the quarter that is whole. `scope` is how a command
    names the project, where it has to.
    """

    report: AuditReport
    evidence: Evidence
    quarter: Span
    earlier: Span
    to: str
    usage: Usage | None = None
    problems: tuple[str, ...] = ()
    records: Sequence[Record] = ()
    tokens: Iterable[Token] = ()
    last: LastReview = field(default_factory=LastReview)
    notes: tuple[str, ...] = ()
    scope: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A review in a few numbers."""

    score: int
    score_change: int | None
    errors: int
    errors_then: int | None
    warnings: int
    warnings_then: int | None
    volume: int | None
    volume_change: float | None
    planned_share: float | None
    planned_share_before: float | None
    unowned: int
    deprecated_live: int
    past_sunset: int
    tokens_due: int
    decisions: int
    urgent: int


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """A quarter of a project.

    `to` is the last day that the quarter could be counted up to: its own last day, if it `is_over`.
    `at` is when plan and Lexicon were looked at. `last` is the quarter of the review that this
    one is compared with, which was made at `last_at`. `place` is where its files are kept, without
    their suffix.
    """

    project: str
    quarter: Span
    earlier: str
    to: str
    is_over: bool
    at: str
    score: ScoreReview
    volume: VolumeReview = field(default_factory=VolumeReview)
    findings: FindingsReview = field(default_factory=FindingsReview)
    changes: ChangesReview = field(default_factory=ChangesReview)
    deprecated: tuple[DeprecatedRow, ...] = ()
    owners: OwnersReview = field(default_factory=OwnersReview)
    tokens: TokensReview = field(default_factory=TokensReview)
    declared: tuple[DeclaredRow, ...] = ()
    merge: MergeReview = field(default_factory=MergeReview)
    waivers: tuple[WaiverRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    last: str = ""
    last_at: str = ""
    plan: str = ""
    project_id: int | None = None
    region: str = ""
    scope: str = ""
    place: str = ""
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> Summary:
        """What stands for the whole in a line, and in a table of several projects."""
        now, before, compared = self.volume.now, self.volume.before, self.volume.compared
        severities = {row.name: row for row in self.findings.severities}
        none = CountRow("", 0)
        errors, warnings = (severities.get(name, none) for name in ("error", "warning"))
        return Summary(
            self.score.total,
            self.score.difference,
            errors.now,
            errors.then,
            warnings.now,
            warnings.then,
            now.total if now else None,
            compared.change if compared else None,
            now.planned_share if now else None,
            before.planned_share if before else None,
            len(self.owners.unowned),
            len(self.deprecated),
            sum((one.days_past or 0) > 0 for one in self.deprecated),
            self.tokens.pressing,
            len(self.decisions),
            sum(one.severity == "error" for one in self.decisions),
        )

    @property
    def shown(self) -> tuple[Decision, ...]:
        """The decisions that are shown; the others are counted."""
        return self.decisions[:SHOWN]


def review_of(material: Material) -> ReviewReport:
    """Make the review of what is known."""
    report, evidence, last = material.report, material.evidence, material.last
    volume = _volume(material)
    records = within(material.records, material.quarter)
    standing = Standing(
        report,
        volume,
        deprecated_review(report, volume, evidence.today),
        owners_review(report, evidence.plan),
        tokens_review(material.tokens, evidence.today),
        waivers_review(evidence.plan, report.waived, evidence.today),
        merge_review(report, evidence),
        material.scope,
    )
    return ReviewReport(
        report.project,
        material.quarter,
        material.earlier.name,
        material.to,
        material.to == material.quarter.last,
        report.at,
        score_review(report, last),
        volume,
        findings_review(report, last),
        changes_review(records),
        tuple(standing.deprecated),
        standing.owners,
        standing.tokens,
        declared_review(records),
        standing.merge,
        tuple(standing.waivers),
        decisions_of(standing),
        last.quarter,
        last.at,
        report.plan,
        report.project_id,
        report.region,
        material.scope,
        material.place,
        (*material.notes, *report.notes),
    )


def _volume(material: Material) -> VolumeReview:
    """The volumes of both quarters; without any, why."""
    if material.usage is None:
        return VolumeReview(problems=material.problems)
    plan = material.evidence.plan
    entities = plan.entities if plan else {}
    return volume_review(
        material.usage,
        material.quarter,
        material.earlier,
        lambda name: event(name) in entities,
        material.problems,
    )
