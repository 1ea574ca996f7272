"""What a review asks to be decided: one line each, why now, and what to type; the worst first."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mpgov.core import decisions_standing
from mpgov.core.decision import Decision, Standing, called, glob, many, worst
from mpgov.core.figures import Figure, Sentence, plain
from mpgov.core.finding import SEVERITIES, Finding

SHOWN: Final = 12
# What only raw events show: the command to look at it again needs them too.
_RAW: Final = frozenset({"observed", "privacy", "identity"})
# Rules whose findings have a decision of a kind of their own.
_OWN: Final = frozenset(
    {
        *("lifecycle/deprecated-live", "lifecycle/unexpected", "lexicon/drift"),
        *("lexicon/not-stored", "lexicon/untracked-schema", "lifecycle/expected-arrived"),
        *("ownership/unowned", "ownership/unknown", "waiver/expired"),
        *("documentation/undescribed", "naming/look-alike", "naming/test-event"),
    }
)


def decisions_of(standing: Standing) -> tuple[Decision, ...]:
    """Every decision: the most severe first, the most urgent of those first."""
    by_time = decisions_standing
    makers = (
        *(by_time.deprecated, by_time.tokens, _repairs, _drift, _unexpected, _unowned),
        *(by_time.left, _undescribed, by_time.silent, by_time.waivers, _refused, _arrived),
        *(_unused, _others, by_time.identity),
    )
    found = [one for make in makers for one in make(standing)]
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), -one.urgency, plain(one.what)))
    return tuple(found)


def _repairs(standing: Standing) -> Iterator[Decision]:
    """Every error about one thing and of one rule."""
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in standing.report.findings:
        if one.severity == "error" and one.rule not in _OWN:
            groups[one.rule, one.key.name if one.key else "", one.property].append(one)
    for (rule, name, prop), found in groups.items():
        about = " · ".join(part for part in (called(found[0]), prop) if part)
        what = (f"Repair {about or f'what {rule} finds'}",)
        more: Sentence = (" (and ", Figure(len(found) - 1), " more)") if len(found) > 1 else ()
        raw = " --events last-7-days" if rule.partition("/")[0] in _RAW else ""
        only = f" --only {glob(name)}" if name else ""
        command = f"mpgov audit{only}{raw}{standing.scope}"
        yield Decision("error", what, (found[0].message, *more), command, standing.share(found))


def _drift(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lexicon/drift")
    names = sorted({one.key.name for one in found if one.key})
    if not found:
        return
    what: Sentence = (f"Keep what was typed in Lexicon for {names[0]}, or overrule it",)
    command = f"mpgov sync --theirs {glob(names[0])}{standing.scope}"
    if len(names) > 1:
        what = ("Take what was typed in Lexicon for ", *many(len(names), "event"), " into the plan")
        command = f"mpgov export --into {_plan(standing)} --drift{standing.scope}"
    why = (*many(len(found), "field"), " changed in Lexicon alone since the last sync")
    yield Decision(worst(found), what, why, command, standing.share(found))


def _unexpected(standing: Standing) -> Iterator[Decision]:
    """Every event that nobody planned: to be planned, or no longer to be sent."""
    report = standing.report
    odd = {
        one.key
        for one in (*report.findings, *report.accepted, *report.waived)
        if one.rule in {"naming/look-alike", "naming/test-event"}
    }
    for one in standing.of("lifecycle/unexpected"):
        name, what = called(one), f"Plan {called(one)}, or stop sending it"
        command = f"mpgov export --into {_plan(standing)} --live --only {glob(name)}"
        if one.key in odd:
            what, command = f"Stop sending {name}", f"mpgov audit --only {glob(name)}"
        why = ("nobody planned it; ", *standing.lately(one.volume))
        command += standing.scope
        yield Decision(one.severity, (what,), why, command, standing.share([one]))


def _unowned(standing: Standing) -> Iterator[Decision]:
    found = standing.of("ownership/unowned")
    if not found:
        return
    why: Sentence = (f"the first is {called(found[0])}",)
    if standing.report.days:
        part = Figure(standing.share(found), "percent")
        why = (part, " of the volume is of events that nobody answers for; ", *why)
    what = ("Find an owner for ", *many(len(found), "event"))
    yield Decision(
        worst(found), what, why, f"mpgov audit --by owner{standing.scope}", standing.share(found)
    )


def _undescribed(standing: Standing) -> Iterator[Decision]:
    found = standing.of("documentation/undescribed")
    if found:
        several = "events and properties" if len(found) > 1 else "event or property"
        what = ("Describe ", Figure(len(found)), f" {several}")
        why = (f"nobody can look up what they mean; the first is {called(found[0])}",)
        command = f"mpgov audit{standing.scope}"  # mpgov check sees none that Lexicon alone has
        yield Decision(worst(found), what, why, command, standing.share(found))


def _refused(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lexicon/not-stored")
    if found:
        what = ("Send again what Mixpanel did not keep, or take it out of the plan",)
        why = (*many(len(found), "value"), " of the plan did not stay in Lexicon")
        command = f"mpgov sync --retry-refused{standing.scope}"
        yield Decision(worst(found), what, why, command, standing.share(found))


def _arrived(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lifecycle/expected-arrived")
    if found:
        what = ("Say live of ", *many(len(found), "event"))
        why = (f"expected, and arrived; the first is {called(found[0])}",)
        command = f"mpgov audit --only status:expected{standing.scope}"
        yield Decision(worst(found), what, why, command, standing.share(found))


def _unused(standing: Standing) -> Iterator[Decision]:
    found = standing.of("lexicon/untracked-schema")
    if found:
        what = ("Delete ", *many(len(found), "definition"), " that nobody uses")
        why = (f"neither planned nor sent; the first is {called(found[0])}",)
        command = f"mpgov diff --prune-all{standing.scope}"
        yield Decision(worst(found), what, why, command)


def _others(standing: Standing) -> Iterator[Decision]:
    """What other rules find, a line a rule; what fell silent is asked about already."""
    silent = {one.name for one in standing.volume.silent}
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in standing.report.findings:
        is_told = one.rule == "lifecycle/never-seen" and called(one) in silent
        if one.severity != "error" and one.rule not in _OWN and not is_told:
            by_rule[one.rule].append(one)
    for rule, found in by_rule.items():
        what = ("Settle ", *many(len(found), "finding"), f" of {rule}")
        why = (": ".join(part for part in (called(found[0]), found[0].message) if part),)
        yield Decision(
            worst(found), what, why, f"mpgov rules explain {rule}", standing.share(found)
        )


def _plan(standing: Standing) -> str:
    plan = standing.report.plan
    return "PLAN" if plan in {"", "stdin"} else shlex.quote(plan)
