"""What an audit joins and what it says: plan, Lexicon, live events and raw events side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.baseline import Known, set_aside
from mpgov.core.finding import Finding
from mpgov.core.merge import Disagreement
from mpgov.core.model import Catalog, EntityKey, Path
from mpgov.core.observation import Observation
from mpgov.core.usage import Usage

if TYPE_CHECKING:
    from mpgov.core.rule import Rule

# What a rule may need, and how its lack is told.
LACK: Final = {
    "plan": "a plan",
    "lexicon": "Lexicon",
    "base": "a base: the first mpgov sync writes it",
    "usage": "live events and their volumes",
    "observation": "raw events: --events PATH or --events last-7-days",
}


@dataclass(frozen=True, slots=True)
class Deep:
    """What only Lexicon's unpublished API tells: names of events, and of sensitive properties.

    `merged` events arrive under the name of another; `custom` ones nobody sends.
    """

    verified: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()
    custom: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a project; `None` is what nobody asked for.

    `plan` is as it was written; `joined` is the plan laid over Lexicon, so that a description
    counts from either. `base` is what both last agreed on; `drift` what changed in Lexicon alone
    since, and `refused` what Mixpanel did not keep. `custom` are names of custom events, which
    nobody tracks. `today` is an ISO date (UTC).
    """

    plan: Catalog | None = None
    lexicon: Catalog | None = None
    joined: Catalog = field(default_factory=Catalog)
    base: Catalog | None = None
    drift: tuple[Disagreement, ...] = ()
    refused: tuple[tuple[EntityKey, Path], ...] = ()
    custom: frozenset[str] = frozenset()
    deep: Deep | None = None
    usage: Usage | None = None
    observation: Observation | None = None
    today: str = ""

    def lacks(self, needs: Iterable[str]) -> str:
        """What of these there is no evidence of, for people; empty where all is there."""
        return ", ".join(LACK[need] for need in needs if getattr(self, need) is None)


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A property as pages show it; `seen` is its part of the events, where raw events say."""

    name: str
    type: str = ""
    description: str = ""
    examples: tuple[Any, ...] = ()
    required: bool = False
    personal: bool = False
    seen: float | None = None
    seen_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as pages show it: what plan and Lexicon say, and what arrives.

    `status` is proposed, expected, live, deprecated or blocked; empty where nobody says one.
    `days` has one number for each of the report's days, and is empty where nobody counted it.
    """

    key: EntityKey
    status: str = ""
    hidden: bool = False
    display_name: str = ""
    description: str = ""
    trigger: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    replaced_by: str = ""
    sunset: str = ""
    is_planned: bool = False
    in_lexicon: bool = False
    is_live: bool = False
    volume: int | None = None
    share: float | None = None
    days: tuple[int, ...] = ()
    first: str = ""
    last: str = ""
    properties: tuple[PropertyRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the score: its points of 100, what it weighs in percent, and what it is made of.

    `points` is `None` where there is nothing to judge or no evidence: it then weighs nothing.
    """

    name: str
    points: float | None
    weight: int
    good: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """How healthy it all is, 0 to 100.

    `mixpanel` is by the formula of Mixpanel's own plug-in, for comparison; `mixpanel_lacks` are
    the parts of it that nobody told us, left out of it.
    """

    total: int
    parts: tuple[Part, ...] = ()
    mixpanel: int | None = None
    mixpanel_grade: str = ""
    mixpanel_lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule that could not be judged, and what it would have needed."""

    rule: str
    for_lack_of: str


@dataclass(frozen=True, slots=True)
class Past:
    """A score of an earlier audit."""

    at: str
    total: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found, ranked, with the score and what it is based on.

    `days` are ISO dates, oldest first; `planned` and `unplanned` are the volumes of those days,
    Mixpanel's own events left out. With a `baseline` (the file's name) `findings` are the new
    ones; `accepted` are still there, `fixed` are not. `waived` are set aside by the plan.
    `rules` are those that were judged. `notes` say what was asked, how old it is, and what was
    not counted. `by_owner` asks for the findings grouped by owner.
    """

    project: str
    at: str
    findings: tuple[Finding, ...] = ()
    score: Score = field(default_factory=lambda: Score(100))
    not_run: tuple[NotRun, ...] = ()
    events: tuple[EventRow, ...] = ()
    user_properties: tuple[PropertyRow, ...] = ()
    days: tuple[str, ...] = ()
    planned: tuple[int, ...] = ()
    unplanned: tuple[int, ...] = ()
    trend: tuple[Past, ...] = ()
    notes: tuple[str, ...] = ()
    plan: str = ""
    project_id: int | None = None
    region: str = ""
    accepted: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    fixed: tuple[Known, ...] = ()
    baseline: str = ""
    by_owner: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def total(self) -> int:
        """All events that were counted, Mixpanel's own left out."""
        return sum(self.planned) + sum(self.unplanned)

    @property
    def set_aside(self) -> str:
        """What is accepted, waived and fixed; nothing to say is nothing."""
        return set_aside(self.accepted, self.waived, self.fixed)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Lexicon as a page that people search: `mpgov export --format html`."""

    project: str
    at: str
    events: tuple[EventRow, ...] = ()
    user_properties: tuple[PropertyRow, ...] = ()
    days: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    project_id: int | None = None
    region: str = ""
