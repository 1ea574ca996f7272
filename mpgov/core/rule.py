"""Rules: what can be wrong, why it matters, and examples that are also its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from mpgov.core.audit import Evidence, NotRun
from mpgov.core.change import ChangeSet
from mpgov.core.finding import Finding, Severity, rank
from mpgov.core.model import Catalog, Json, nothing
from mpgov.core.sightings import Scan
from mpgov.core.tokens import Register

Options: TypeAlias = Mapping[str, Json]
Subject: TypeAlias = Catalog | ChangeSet | Evidence | Register | Scan
Check: TypeAlias = Callable[[Any, Options], Iterator[Finding]]
Level: TypeAlias = Literal["error", "warning", "info", "off"]
LEVELS: Final = ("error", "warning", "info", "off")


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with a name, a severity, a reason and examples.

    `on` is what it judges. `good` and `bad` are plans in YAML without their first line; for a
    rule on a `ChangeSet` each is two plans, before and after, parted by a line of `---`; in them
    an event whose name begins with Busy arrived a hundred times lately. For a rule on `Evidence`
    further parts may follow the plan, each after a line such as `--- lexicon`: what Lexicon says
    (`lexicon`), what both last agreed on (`base`), how often events arrived (`arrived`) and raw
    events (`events`), one JSON object a line. For a rule on a `Register` or a `Scan` they are
    registers of tokens; of a scan its files follow, each after a line with its path. `needs` are
    the fields of the evidence without which it cannot be judged. Where a rule `varies`, a finding
    is as severe as the rule says it.
    """

    id: str
    on: type[Subject]
    check: Check
    reason: str
    good: str
    bad: str
    severity: Severity = "warning"
    options: Options = field(default_factory=nothing)
    needs: tuple[str, ...] = ()
    varies: bool = False

    @property
    def family(self) -> str:
        """The part of its name before the slash."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Setting:
    """What mpgov.toml says of a rule; an empty level leaves the rule's own."""

    level: Level | Literal[""] = ""
    options: Options = field(default_factory=nothing)


def rule(
    name: str,
    *,
    on: type[Subject],
    good: str,
    bad: str,
    severity: Severity = "warning",
    **more: Any,
) -> Callable[[Check], Rule]:
    """Make a rule of a function; its docstring is the reason. `more` are further fields of it."""

    def made(check: Check) -> Rule:
        reason = " ".join((check.__doc__ or "").split())
        return Rule(name, on, check, reason, good, bad, severity, **more)

    return made


def judge(
    subject: Subject, rules: Iterable[Rule], settings: Mapping[str, Setting]
) -> list[Finding]:
    """Everything that the rules in force notice, the worst first.

    Evidence is judged by the rules on it for which there is enough, and what it says of events
    (the plan laid over Lexicon) by the rules on a `Catalog`.
    """
    found: list[Finding] = []
    for one in rules:
        judged = _subject(subject, one)
        setting = settings.get(one.id, Setting())
        if judged is None or setting.level == "off":
            continue
        options = {**one.options, **setting.options}
        for finding in one.check(judged, options):
            level = setting.level or (finding.severity if one.varies else one.severity)
            found.append(replace(finding, rule=one.id, severity=level))
    return sorted(found, key=rank)


def not_run(
    evidence: Evidence, rules: Iterable[Rule], settings: Mapping[str, Setting]
) -> Iterator[NotRun]:
    """The rules in force that could not be judged, and for lack of what."""
    for one in rules:
        is_off = settings.get(one.id, Setting()).level == "off"
        lack = evidence.lacks(one.needs) if one.on is Evidence else ""
        if lack and not is_off:
            yield NotRun(one.id, lack)


def _subject(subject: Subject, one: Rule) -> Subject | None:
    """What of the subject the rule judges; nothing where it is not for this rule."""
    if isinstance(subject, Evidence):
        if one.on is Catalog:
            return subject.joined
        return None if one.on is not Evidence or subject.lacks(one.needs) else subject
    return subject if isinstance(subject, one.on) else None
