"""What arrives, held against the plan: unexpected, never seen, arrived as expected."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.look_alike import Names
from mpgov.core.model import Catalog, Entity, event
from mpgov.core.plan_words import plan_key
from mpgov.core.rule import Options, rule
from mpgov.core.usage import Usage
from mpgov.rules.about import about, arrivals, is_own_event, own_live, senders
from mpgov.rules.odd_names import odd


@rule(
    "lifecycle/unexpected",
    on=Evidence,
    needs=("plan", "usage"),
    good="""events: {Sign Up Completed: {status: live}}
--- arrived
Sign Up Completed: 120""",
    bad="""events: {Sign Up Completed: {status: live}}
--- arrived
Sign Up Completed: 120
Sign Up Complted: 3""",
)
def unexpected(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What nobody planned nobody understands: a mistake, a test, or a plan that lags behind."""
    plan, usage = evidence.plan or Catalog(), evidence.usage or Usage()
    planned = Names.of(key.name for key in plan.entities if is_own_event(key))
    for name in own_live(evidence):
        said = plan.entities.get(event(name))
        if said is not None and said.status != "proposed":
            continue
        there = said or evidence.joined.entities.get(event(name)) or Entity(event(name))
        what = "is not in the plan" if said is None else "is only proposed"
        told = [f"{what} and arrives: {arrivals(usage, name)}"]
        near = None if said else planned.nearest(name)
        told += [f"looks like {near[0]} ({near[1]})"] if near else []
        told += [odd(name), senders(evidence.observation, name)]
        yield about(there, "; ".join(filter(None, told)), fix=_fix(name, near, there))


@rule(
    "lifecycle/never-seen",
    on=Evidence,
    needs=("plan", "usage"),
    good="""events: {Sign Up: {status: live}, Beta Opened: {status: expected}}
--- arrived
Sign Up: 120""",
    bad="""events: {Sign Up: {status: live}}
--- arrived
Page Viewed: 120""",
)
def never_seen(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A plan that says live of what never arrives promises numbers that nobody gets."""
    plan, usage = evidence.plan or Catalog(), evidence.usage or Usage()
    for entity in plan:
        said = evidence.joined.entities.get(entity.key, entity).status
        if said in {"proposed", "expected", "deprecated", "blocked"}:
            continue
        if is_own_event(entity.key) and usage.volume(entity.key.name) == 0:
            days = len(usage.days) or 30
            message = f"never arrived in {days} days, and the plan does not call it expected"
            yield about(entity, message, field="status", fix="status: expected")


@rule(
    "lifecycle/expected-arrived",
    on=Evidence,
    severity="info",
    needs=("plan", "usage"),
    good="""events: {Beta Opened: {status: expected}}
--- arrived
Page Viewed: 120""",
    bad="""events: {Beta Opened: {status: expected}}
--- arrived
Beta Opened: 3""",
)
def expected_arrived(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What was expected has arrived: the plan can say so."""
    plan, usage = evidence.plan or Catalog(), evidence.usage or Usage()
    for entity in plan:
        name = entity.key.name
        if entity.status == "expected" and is_own_event(entity.key) and usage.is_live(name):
            told = [f"was expected and has arrived: {arrivals(usage, name)}"]
            told.append(senders(evidence.observation, name))
            message = "; ".join(filter(None, told))
            yield about(entity, message, field="status", fix="status: live")


def _fix(name: str, near: tuple[str, str] | None, there: Entity) -> str:
    """A line for the plan, or what to send instead."""
    if there.status == "proposed":
        return "status: live"
    if near is not None:
        return f"send {near[0]} instead, if that is what is meant"
    return f"{plan_key(name)}: {{status: live, description: what it means}}"
