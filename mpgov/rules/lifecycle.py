"""Expected, live, deprecated, blocked: said in one place, and where Mixpanel can hear it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding, Severity
from mpgov.core.model import Catalog, Deprecation
from mpgov.core.rename import rename_findings
from mpgov.core.rule import Options, rule
from mpgov.core.usage import Usage
from mpgov.rules.about import about, about_property, arrivals, is_own_event, senders

_WEEK: Final = 7


@rule(
    "lifecycle/deprecated-tag",
    on=Catalog,
    severity="error",
    options={"tag": "deprecated"},
    good="events: {Old Thing: {status: deprecated}}",
    bad="events: {Old Thing: {tags: [deprecated]}}",
)
def deprecated_tag(catalog: Catalog, options: Options) -> Iterator[Finding]:
    """The tag that says deprecated belongs to `status`; said twice, it would contradict itself."""
    for entity in catalog:
        tags = entity.tags if isinstance(entity.tags, tuple) else ()
        if options["tag"] in (*tags, entity.category):
            message = f"has the tag {options['tag']}, which is how a status is said"
            yield about(entity, message, field="tags", fix="status: deprecated")


@rule(
    "lifecycle/blocked-profile",
    on=Catalog,
    severity="error",
    good="user_properties: {plan: {type: string, hidden: true}}",
    bad="user_properties: {plan: {type: string, blocked: true}}",
)
def blocked_profile(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """Mixpanel blocks events and their properties only, never profile properties."""
    for entity in catalog:
        for name, prop in entity.properties.items():
            if entity.key.kind == "profile" and prop is not None and prop.blocked:
                message = "is blocked, which Mixpanel cannot do to a profile property"
                yield about_property(
                    entity, name, prop, message, field="blocked", fix="hidden: true"
                )


@rule(
    "lifecycle/blocked-planned",
    on=Evidence,
    severity="error",
    needs=("plan", "lexicon"),
    good="""events: {Sign Up: {status: live}}
--- lexicon
events: {Sign Up: {description: A visitor created an account.}}""",
    bad="""events: {Sign Up: {status: live}}
--- lexicon
events: {Sign Up: {status: blocked}}""",
)
def blocked_planned(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What Lexicon blocks is discarded as it arrives, while the plan counts on it."""
    plan, lexicon = evidence.plan or Catalog(), evidence.lexicon or Catalog()
    for entity in plan:
        stored = lexicon.entities.get(entity.key)
        if stored is None or entity.status in {"blocked", "proposed"}:
            continue
        message = "is blocked in Lexicon, so its data is lost, and the plan counts on it"
        if stored.status == "blocked":
            yield about(entity, message, field="status", fix="status: blocked, or unblock it")
            continue
        for name, prop in entity.properties.items():
            there = stored.properties.get(name)
            if prop is not None and not prop.blocked and there is not None and there.blocked:
                yield about_property(
                    entity, name, prop, message, fix="blocked: true, or unblock it"
                )


@rule(
    "lifecycle/deprecated-live",
    on=Evidence,
    needs=("usage",),
    varies=True,
    good="""events: {Old Thing: {status: deprecated}}
--- arrived
New Thing: 12""",
    bad="""events: {Old Thing: {status: deprecated, deprecated: {sunset: 2999-01-01}}}
--- arrived
Old Thing: 12""",
)
def deprecated_live(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What is on its way out is not gone while something still sends it; past its sunset: error."""
    usage = evidence.usage or Usage()
    for entity in evidence.joined:
        name = entity.key.name
        live = is_own_event(entity.key) and usage.is_live(name)
        if entity.status != "deprecated" or not live:
            continue
        gone = entity.deprecated if isinstance(entity.deprecated, Deprecation) else Deprecation()
        days = _days_past(gone, evidence.today)
        told = [f"is deprecated and still arrives: {arrivals(usage, name)}{_trend(usage, name)}"]
        if days:
            told.append(f"{days} {'day' if days == 1 else 'days'} past its sunset of {gone.sunset}")
        told.append(senders(evidence.observation, name))
        severity: Severity = "error" if days else "warning"
        found = about(entity, "; ".join(filter(None, told)), field="status", fix=_instead(gone))
        yield replace(found, severity=severity)


@rule(
    "lifecycle/rename",
    on=Evidence,
    needs=("plan", "lexicon", "base"),
    good="""events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}
--- lexicon
events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}
--- base
events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}""",
    bad="""events: {Account Made: {properties: {plan: {type: string}, step: {type: integer}}}}
--- lexicon
events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}
--- base
events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}""",
)
def rename(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Mixpanel cannot rename what is tracked: a new name makes a second event."""
    plan, base = evidence.plan or Catalog(), evidence.base or Catalog()
    yield from rename_findings(plan, base, evidence.lexicon or Catalog())


def _days_past(gone: Deprecation, today: str) -> int:
    """How many days ago the sunset was; 0 where it is to come, or not a day."""
    try:
        sunset, now = date.fromisoformat(str(gone.sunset)), date.fromisoformat(today)
    except ValueError:
        return 0
    return max((now - sunset).days, 0)


def _trend(usage: Usage, name: str) -> str:
    """How the last week compares with the first of the days that were counted."""
    counts = usage.counts.get(name, ())
    if len(counts) < 2 * _WEEK:
        return ""
    first, last = sum(counts[:_WEEK]), sum(counts[-_WEEK:])
    word = "falling" if last < 0.8 * first else "rising" if last > 1.2 * first else "steady"
    return f", {word}: {first:,} in the first week, {last:,} in the last"


def _instead(gone: Deprecation) -> str:
    if isinstance(gone.replaced_by, str) and gone.replaced_by:
        return f"send {gone.replaced_by} instead; mpgov audit --propose FILE makes the next step"
    return "stop sending it; mpgov audit --propose FILE makes the next step"
