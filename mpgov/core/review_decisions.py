"""What a review asks to be decided: one line each, why now, and what to type; the worst first."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.figures import Figure, Sentence, plain
from mpgov.core.finding import SEVERITIES, Finding, Severity
from mpgov.core.review_standing import (
    DeprecatedRow,
    MergeReview,
    OwnersReview,
    TokensReview,
    WaiverRow,
)
from mpgov.core.review_volume import VolumeReview

SHOWN: Final = 12
SOON: Final = 30  # days in which a waiver ends
_QUARTER: Final = 92  # days overdue, beyond which nothing is more urgent
# What only raw events show: the command to look at it again needs them too.
_RAW: Final = frozenset({"observed", "privacy", "identity"})
# Rules whose findings have a decision of their own kind below.
_OWN: Final = frozenset(
    {
        *("lifecycle/deprecated-live", "lifecycle/unexpected", "lexicon/drift"),
        *("lexicon/not-stored", "lexicon/untracked-schema", "lifecycle/expected-arrived"),
        *("ownership/unowned", "ownership/unknown", "waiver/expired"),
        *("documentation/undescribed", "naming/look-alike", "naming/test-event"),
    }
)


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
    """What the decisions are taken from; `scope` names the project where a command needs it."""

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


def decisions_of(standing: Standing) -> tuple[Decision, ...]:
    """Every decision: the most severe first, the most urgent of those first."""
    makers = (
        *(_deprecated, _tokens, _repairs, _drift, _unexpected, _ownerless, _left),
        *(_undescribed, _silent, _waivers, _refused, _others, _leftovers, _identity),
    )
    found = [one for make in makers for one in make(standing)]
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), -one.urgency, plain(one.what)))
    return tuple(found)


def _deprecated(standing: Standing) -> Iterator[Decision]:
    for row in standing.deprecated:
        arrives: Sentence = ("still sent",)
        if row.lately is not None:
            arrives = (Figure(row.lately), " arrived lately")
        command = "mpgov audit --propose next-step.json" + standing.scope
        urgency = row.share or 0
        past = row.days_past
        if past is not None and past > 0:
            what = (f"Block {row.name}, or give it a later sunset",)
            why = ("its sunset passed ", *_days(past), f" ago ({row.sunset}); ", *arrives)
            yield Decision("error", what, why, command, max(urgency, _of_quarter(past)))
        elif past is None:
            what = (f"Give {row.name} a day after which it is blocked",)
            yield Decision(
                "warning", what, ("deprecated, without a sunset; ", *arrives), command, urgency
            )


def _tokens(standing: Standing) -> Iterator[Decision]:
    for row in standing.tokens.due:
        name = shlex.quote(row.name)
        if row.state == "overdue":
            why = ("overdue by ", *_days(-row.days), f": {row.why}")
            command = f"mpgov tokens rotated {name} --reason 'rotated after the review'"
            yield Decision("error", (f"Rotate {row.name}",), why, command, _of_quarter(-row.days))
        elif row.state == "soon":
            why = ("due in ", *_days(row.days), f": {row.why}")
            what = (f"Plan the rotation of {row.name}",)
            yield Decision("warning", what, why, "mpgov tokens due", 1 - _of_quarter(row.days))


def _repairs(standing: Standing) -> Iterator[Decision]:
    """Every error about one thing and of one rule."""
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in standing.report.findings:
        if one.severity == "error" and one.rule not in _OWN:
            name = one.key.name if one.key else ""
            groups[one.rule, name, one.property].append(one)
    for (rule, name, prop), found in groups.items():
        about = " · ".join(part for part in (_called(found[0]), prop) if part)
        what = (f"Repair {about}" if about else f"Repair what {rule} finds",)
        more: Sentence = (" (and ", Figure(len(found) - 1), " more)") if len(found) > 1 else ()
        raw = " --events last-7-days" if rule.partition("/")[0] in _RAW else ""
        only = f" --only {_glob(name)}" if name else ""
        command = f"mpgov audit{only}{raw}{standing.scope}"
        yield Decision("error", what, (found[0].message, *more), command, found[0].share or 0)


def _drift(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lexicon/drift")
    if not found:
        return
    names = {one.key.name for one in found if one.key}
    why = (Figure(len(found)), " fields changed in Lexicon alone since the last sync")
    if len(names) == 1:
        (name,) = names
        command = f"mpgov sync --theirs {_glob(name)}{standing.scope}"
        what: Sentence = (f"Keep what was typed in Lexicon for {name}, or say it in the plan",)
    else:
        command = f"mpgov export --into {_plan(standing)} --drift{standing.scope}"
        what = ("Take what was typed in Lexicon for ", Figure(len(names)), " events into the plan")
    yield Decision(_worst(found), what, why, command, _share(found))


def _unexpected(standing: Standing) -> Iterator[Decision]:
    """Every event that nobody planned: to be planned, or no longer to be sent."""
    odd = {
        one.key for rule in ("naming/look-alike", "naming/test-event") for one in standing.of(rule)
    }
    for one in standing.of("lifecycle/unexpected"):
        name = one.key.name if one.key else ""
        share, volume = one.share or 0, one.volume
        why: Sentence = ("nobody planned it",)
        if volume is not None:
            why = (
                *why,
                "; ",
                Figure(volume),
                " arrived lately, ",
                Figure(share, "percent"),
                " of all",
            )
        if one.key in odd:
            what, command = f"Stop sending {name}", f"mpgov audit --only {_glob(name)}"
        else:
            into = f"mpgov export --into {_plan(standing)} --live --only {_glob(name)}"
            what, command = f"Plan {name}, or stop sending it", into
        yield Decision(one.severity, (what,), why, f"{command}{standing.scope}", share)


def _ownerless(standing: Standing) -> Iterator[Decision]:
    found, owners = standing.of("ownership/unowned"), standing.owners
    if not found:
        return
    why: Sentence = (f"the first is {_called(found[0])}",)
    if owners.unowned_share is not None:
        why = (
            "nobody answers for ",
            Figure(owners.unowned_share, "percent"),
            " of the volume; ",
            *why,
        )
    what = ("Find an owner for ", Figure(len(found)), _s(" event", len(found)))
    yield Decision(_worst(found), what, why, "mpgov owners check", _share(found))


def _left(standing: Standing) -> Iterator[Decision]:
    for row in standing.owners.left:
        what = (f"Hand over what {row.owner} owned",)
        why = ("they left, and ", Figure(row.events), _s(" event", row.events) + " still name them")
        command = f"mpgov owners transfer {shlex.quote(row.owner)} NEW-OWNER"
        yield Decision("warning", what, why, command, row.share or 0)


def _undescribed(standing: Standing) -> Iterator[Decision]:
    found = standing.of("documentation/undescribed")
    if found:
        several = "s and properties" if len(found) > 1 else " or property"
        what = ("Describe ", Figure(len(found)), f" event{several}")
        why = (f"nobody can look up what they mean; the first is {_called(found[0])}",)
        yield Decision(_worst(found), what, why, "mpgov check", _share(found))


def _silent(standing: Standing) -> Iterator[Decision]:
    """Planned events that fell silent: a broken release, or an event to deprecate."""
    found = [one for one in standing.volume.silent if one.is_planned]
    total = sum(one.before_total for one in standing.volume.events) or 1
    for one in found:
        what = (f"Ask why {one.name} fell silent",)
        why = ("none this quarter, ", Figure(one.before_total), " in the one before")
        command = f"mpgov history blame {shlex.quote(one.name)}{standing.scope}"
        yield Decision("warning", what, why, command, one.before_total / total)


def _waivers(standing: Standing) -> Iterator[Decision]:
    for row in standing.waivers:
        left = row.days_left
        if left is None or left > SOON:
            continue
        what = (f"Renew or drop the waiver of {row.rule} for {row.name}",)
        if left < 0:
            why = ("over for ", *_days(-left), f": {row.reason}")
            yield Decision("warning", what, why, "mpgov check", _of_quarter(-left))
        else:
            ends = ("ends in ", *_days(left), f": {row.reason}")
            yield Decision("info", what, ends, "mpgov check", 1 - _of_quarter(left))


def _refused(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lexicon/not-stored")
    if found:
        what = ("Send again what Mixpanel did not keep, or take it out of the plan",)
        why = (Figure(len(found)), _s(" value", len(found)) + " of the plan are not in Lexicon")
        command = f"mpgov sync --retry-refused{standing.scope}"
        yield Decision(_worst(found), what, why, command, _share(found))


def _others(standing: Standing) -> Iterator[Decision]:
    """What other rules find, a line a rule."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in standing.report.findings:
        if one.severity != "error" and one.rule not in _OWN:
            by_rule[one.rule].append(one)
    for rule, mine in by_rule.items():
        what = ("Settle ", Figure(len(mine)), f" {_s('finding', len(mine))} of {rule}")
        about = _called(mine[0])
        why = ((f"{about}: " if about else "") + mine[0].message,)
        yield Decision(_worst(mine), what, why, f"mpgov rules explain {rule}", _share(mine))


def _leftovers(standing: Standing) -> Iterator[Decision]:
    arrived = standing.of("lifecycle/expected-arrived")
    if arrived:
        what = ("Say live of ", Figure(len(arrived)), _s(" event", len(arrived)))
        why = (f"expected, and arrived; the first is {_called(arrived[0])}",)
        command = f"mpgov audit --only status:expected{standing.scope}"
        yield Decision(_worst(arrived), what, why, command, _share(arrived))
    stale = standing.of("lexicon/untracked-schema")
    if stale:
        what = ("Delete ", Figure(len(stale)), _s(" definition", len(stale)) + " that nobody uses")
        why = (f"neither planned nor sent; the first is {_called(stale[0])}",)
        command = f"mpgov diff --prune-all{standing.scope}"
        yield Decision(_worst(stale), what, why, command, 0.0)


def _identity(standing: Standing) -> Iterator[Decision]:
    if not standing.merge.is_judged:
        what = ("Look at how people are told apart",)
        why = ("profile merge accuracy is not judged without raw events",)
        command = f"mpgov review --events last-7-days{standing.scope}"
        yield Decision("info", what, why, command, 1.0)


def _glob(name: str) -> str:
    """A name as `--only` takes it literally, quoted for a shell."""
    return shlex.quote("".join(f"[{c}]" if c in "*?[" else c for c in name))


def _plan(standing: Standing) -> str:
    return shlex.quote(standing.report.plan or "plans")


def _called(finding: Finding) -> str:
    if finding.key is None:
        return ""
    return "user profiles" if finding.key.kind == "profile" else finding.key.name


def _worst(found: Iterable[Finding]) -> Severity:
    return min((one.severity for one in found), key=SEVERITIES.index)


def _share(found: Iterable[Finding]) -> float:
    """The part of the volume that the events of these findings have, each counted once."""
    return min(sum({one.key: one.share or 0 for one in found}.values()), 1.0)


def _days(count: int) -> Sentence:
    return Figure(count), _s(" day", count)


def _of_quarter(days: int) -> float:
    return min(days / _QUARTER, 1.0)


def _s(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
