"""Reports to look at: the shop after a year of little care, a hostile one, a large one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import mpgov.rules
from mpgov.core.audit import (
    AuditReport,
    Dictionary,
    EventRow,
    Evidence,
    NotRun,
    Part,
    Past,
    PropertyRow,
    Score,
)
from mpgov.core.baseline import Known
from mpgov.core.discover import discover
from mpgov.core.event_rows import by_day, event_rows, user_rows
from mpgov.core.finding import Finding, rank
from mpgov.core.model import USER, Catalog, Location, event
from mpgov.core.observation import EventSeen, Observation, PropertySeen
from mpgov.core.rule import Rule
from mpgov.core.score import score
from mpgov.core.usage import Usage, with_volume
from mpgov.formats import plan_yaml
from mpgov.formats.base import Source

PLAN = Path(__file__).parents[2] / "plans" / "shop.yaml"
DAYS = tuple((date(2026, 10, 26) + timedelta(n)).isoformat() for n in range(30))
VOLUMES = {
    "Page Viewed": 184_320,
    "Feature Used": 46_210,
    "Item Added to Cart": 21_870,
    "Search Performed": 12_918,
    "Logged In": 18_440,
    "Logged Out": 9_120,
    "Sign Up Started": 6_240,
    "Purchase Completed": 4_914,
    "Sign Up Completed": 3_470,
    "Newsletter Opened": 2_167,
    "Checkout Clicked": 1_555,
    "Subscription Started": 1_120,
    "page_viewed": 640,
    "Purchse Completed": 119,
    "test_event_kim": 31,
}
_FALLS = {"Checkout Clicked"}
_LATE = {"page_viewed": 21, "test_event_kim": 27}


def usage() -> Usage:
    """Thirty days with quiet weekends; one event falls, two begin late."""
    return Usage(
        names=frozenset(VOLUMES),
        days=DAYS,
        counts={name: _spread(name, total) for name, total in VOLUMES.items()},
        at="2026-11-25T09:41:00Z",
    )


def _spread(name: str, total: int) -> tuple[int, ...]:
    weights = [
        (0.55 if date.fromisoformat(day).weekday() > 4 else 1)
        * (1 + 0.12 * math.sin(n * 1.7 + len(name)))
        * (1 - n / 40 if name in _FALLS else 1 + n / 200)
        * (n >= _LATE.get(name, 0))
        for n, day in enumerate(DAYS)
    ]
    made = [round(total * weight / sum(weights)) for weight in weights]
    made[-1] += total - sum(made)
    return tuple(made)


def _plan() -> Catalog:
    return plan_yaml.loads([Source("plans/shop.yaml", PLAN.read_bytes())]).catalog


def _evidence() -> Evidence:
    plan = _plan()
    return Evidence(plan, plan, plan, usage=usage(), observation=_observation(), today="2026-11-25")


def _observation() -> Observation:
    seen = [
        ("Purchase Completed", "order_id", {"string": 4914}),
        ("Purchase Completed", "revenue", {"number": 4102, "string": 690}),
        ("Purchase Completed", "currency", {"string": 4792}),
        ("Purchase Completed", "payment_method", {"string": 4900, "null": 14}),
        ("Purchase Completed", "items", {"list": 4914}),
        ("Purchase Completed", "item_count", {"integer": 4711}),
        ("Purchase Completed", "discount_code", {"string": 803}),
        ("Page Viewed", "page_name", {"string": 184320}),
        ("Page Viewed", "page_url", {"string": 184320}),
        ("Page Viewed", "referrer", {"string": 120_418, "null": 310}),
        ("Page Viewed", "page_type", {"string": 184101}),
        ("Page Viewed", "scroll_depth", {"integer": 92_114}),
    ]
    counted = tuple(EventSeen(name, "web", VOLUMES[name]) for name in sorted({s[0] for s in seen}))
    return Observation(counted, tuple(PropertySeen(e, p, "web", types) for e, p, types in seen))


_PAYMENTS = ("sam@acme.example", "team:Payments")
_GROWTH = ("jane@acme.example", "team:Growth")
_30 = "in 30 days"
# severity, rule, event ("" for user profiles), property, message, line, owners, fix
_FOUND: tuple[tuple[str, str, str, str, str, int, tuple[str, ...], str], ...] = (
    ("error", "datatypes/mismatch", "Purchase Completed", "revenue", "is a number in the plan; 690 of 4,792 values (14.4%) are strings that hold a number, all from mp_lib web, app 3.9.0", 138, _PAYMENTS, "send 129.98, not \"129.98\""),
    ("error", "observed/missing-required", "Purchase Completed", "currency", "is required, and 122 of 4,914 events (2.5%) lack it: all of them from swift", 139, _PAYMENTS, "required: false"),
    ("error", "privacy/value", "Page Viewed", "page_url", "holds 41 texts that look like an e-mail address", 56, ("team:Growth",), ""),
    ("error", "observed/not-allowed", "Page Viewed", "page_type", "has 219 values (0.1%) that are not allowed; 6 are", 57, ("team:Growth",), "allowed: [home, product, blog, pricing, checkout, account, search]"),
    ("error", "identity/email-id", "", "", "12 ids of 8,402 have the shape of an e-mail address; they came with 310 events", 0, ("jane@acme.example",), "call identify() with the USR- number"),
    ("warning", "lifecycle/unexpected", "Search Performed", "", "is not in the plan and arrives: 12,918 times in 30 days (4.1% of all, 2026-10-26 to 2026-11-24)", 0, (), "Search Performed: {status: live, description: what it means}"),
    ("warning", "lifecycle/unexpected", "Newsletter Opened", "", "is not in the plan and arrives: 2,167 times in 30 days (0.7% of all, 2026-10-26 to 2026-11-24)", 0, (), "Newsletter Opened: {status: live, description: what it means}"),
    ("warning", "lifecycle/unexpected", "page_viewed", "", "is not in the plan and arrives: 640 times in 30 days (0.2% of all, 2026-11-16 to 2026-11-24); looks like Page Viewed (other case and separators)", 0, (), "send Page Viewed instead, if that is what is meant"),
    ("warning", "lifecycle/unexpected", "Purchse Completed", "", "is not in the plan and arrives: 119 times in 30 days (under 0.1% of all); looks like Purchase Completed (one letter is missing)", 0, (), "send Purchase Completed instead, if that is what is meant"),
    ("warning", "naming/test-event", "test_event_kim", "", "looks like a test event; it came 31 times in 30 days", 0, (), "send it to a project for tests"),
    ("warning", "naming/look-alike", "page_viewed", "", "looks like Page Viewed (other case and separators); it came 640 times in 30 days, Page Viewed 184,320 times", 0, (), "one of the two: send Page Viewed"),
    ("warning", "lifecycle/deprecated-live", "Checkout Clicked", "", "is deprecated and still arrives: 1,555 times in 30 days (0.5% of all), falling: 590 in the first week, 146 in the last; its sunset is in 126 days; web sends it", 203, ("sam@acme.example",), "send Purchase Completed instead; mpgov audit --propose FILE makes the next step"),
    ("warning", "lifecycle/never-seen", "Subscription Renewed", "", "is live in the plan and did not arrive in 30 days", 188, _PAYMENTS, "status: expected"),
    ("warning", "documentation/undescribed", "Checkout Clicked", "step", "has no description", 201, ("sam@acme.example",), "description: what it means"),
    ("warning", "documentation/undescribed", "", "shoe_size", "has no description", 213, (), "description: what it means"),
    ("warning", "documentation/placeholder", "Feature Used", "feature_context", "says “TODO” and nothing else", 112, ("kim@acme.example",), "description: what it means"),
    ("warning", "ownership/unowned", "Newsletter Opened", "", "has no owner", 0, (), "owners: [name@company, team:Name]"),
    ("warning", "ownership/unowned", "Search Performed", "", "has no owner", 0, (), "owners: [name@company, team:Name]"),
    ("warning", "datatypes/mixed", "Sign Up Completed", "plan_type", "is a string here and a list in User Upgraded", 90, _GROWTH, "type: string"),
    ("warning", "lexicon/drift", "Logged In", "", "its description was changed in Lexicon alone since the last sync", 96, ("jane@acme.example",), "mpgov diff --drift"),
    ("warning", "lexicon/not-stored", "Feature Used", "", "its owners were sent and Mixpanel did not keep them", 108, ("kim@acme.example",), "mpgov sync"),
    ("info", "observed/unplanned-property", "Page Viewed", "scroll_depth", "arrives with 92,114 of 184,320 events (50%) and is not in the plan", 0, ("team:Growth",), "scroll_depth: {type: integer, description: what it means}"),
    ("info", "lexicon/untracked-schema", "User Upgraded", "", "is defined in Lexicon, is not in the plan and does not arrive", 0, (), "mpgov sync --prune"),
    ("info", "lifecycle/expected-arrived", "Subscription Started", "", "was expected and has arrived: 1,120 times in 30 days", 172, _PAYMENTS, "status: live"),
    ("info", "privacy/name", "", "$email", "sounds personal, and the plan says so", 0, (), ""),
)  # fmt: skip


def _finding(row: tuple[str, str, str, str, str, int, tuple[str, ...], str]) -> Finding:
    severity, rule, name, prop, message, line, owners, fix = row
    return Finding(
        message,
        event(name) if name else USER,
        prop,
        Location("plans/shop.yaml", line, 5) if line else None,
        owners,
        fix,
        rule,
        severity,  # type: ignore[arg-type]
    )


def findings() -> tuple[Finding, ...]:
    """What the shop's audit found, ranked, with volumes."""
    return tuple(sorted((with_volume(_finding(row), usage()) for row in _FOUND), key=rank))


def shop() -> AuditReport:
    """The shop, with a baseline, a waiver and six quarters of scores."""
    evidence = _evidence()
    rows = event_rows(evidence)
    planned, unplanned = by_day(evidence, rows)
    found = findings()
    accepted = [one for one in found if one.rule.startswith("ownership/")]
    waived = [one for one in found if one.rule == "naming/test-event"]
    new = tuple(one for one in found if one not in accepted and one not in waived)
    return AuditReport(
        project="production",
        at="2026-11-25T10:02:31Z",
        findings=new,
        accepted=tuple(accepted),
        waived=tuple(waived),
        fixed=(Known("naming/event-case", "event", "log out", "", "is not in Title Case"),),
        baseline="baseline.json",
        score=score(evidence, found),
        not_run=(NotRun("lifecycle/rename", "a base: the first mpgov sync writes it"),),
        events=rows,
        user_properties=user_rows(evidence),
        days=DAYS,
        planned=planned,
        unplanned=unplanned,
        trend=tuple(
            Past(f"{day}T08:00:00Z", total)
            for day, total in (
                ("2025-06-30", 48),
                ("2025-09-30", 55),
                ("2025-12-31", 61),
                ("2026-03-31", 58),
                ("2026-06-30", 72),
                ("2026-09-30", 79),
            )
        ),
        notes=(
            "names and volumes asked of Mixpanel 21 minutes ago; --fresh asks anew",
            "raw events of 7 days: 2,114,306 read, 1,204 of them repeated and not counted",
        ),
        plan="plans/shop.yaml",
        project_id=4242,
        region="EU",
        rules=tuple(rule for rule in discover(mpgov.rules, Rule) if rule.severity != "off"),
    )


def dictionary() -> Dictionary:
    """The shop's data dictionary."""
    report = shop()
    rows = tuple(row for row in report.events if row.is_planned)
    return Dictionary(
        "production",
        report.at,
        rows,
        report.user_properties,
        DAYS,
        ("volumes asked of Mixpanel 21 minutes ago",),
        4242,
        "EU",
    )


LONG = "x" * 10_000
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "' onmouseover='alert(3)' autofocus onfocus='alert(4)",
    "</style><style>body{display:none}</style>",
    "</script><script>alert(5)</script>",
    "</title></head><body onload=alert(6)>",
    "\u202egnp.exe \u2066isolated\u2069",
    "**bold** [link](javascript:alert(7)) ![i](http://evil.example/x.png) | cell |",
    "\x1b[31mred\x1b[0m \x07\x00\r",
    "javascript:alert(8)",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "<!-- --> <svg/onload=alert(9)> &lt;b&gt; &#60;i&#62;",
    "\ud800 lone, and 😀 \u200d\ufeff",
    LONG,
    "a " * 5_000,
    "W" * 600 + "\u0301" * 200,
    "#?severity=error",
    "event-x y\tz",
)


def hostile() -> AuditReport:
    """Everything that somebody else may have typed is hostile."""
    rows = tuple(_hostile_row(n, text) for n, text in enumerate(HOSTILE))
    found = tuple(
        Finding(
            text,
            event(text),
            text,
            Location(text, 1, 1),
            (text, "jane@acme.example"),
            text,
            "naming/look-alike",
            ("error", "warning", "info")[n % 3],  # type: ignore[arg-type]
            volume=n,
            share=n / 1000,
        )
        for n, text in enumerate(HOSTILE)
    )
    nasty = HOSTILE[1]
    return AuditReport(
        project=HOSTILE[0],
        at="2026-11-25T10:02:31Z",
        findings=found,
        accepted=found[:2],
        waived=found[2:4],
        fixed=tuple(Known("naming/look-alike", "event", t, t, t) for t in HOSTILE),
        baseline=nasty,
        score=Score(1, (Part("described events", 0.4, 20, 1, 250), Part("hygiene", None, 15))),
        not_run=(NotRun("lifecycle/rename", nasty),),
        events=rows,
        user_properties=rows[1].properties,
        days=DAYS,
        planned=tuple(range(30)),
        unplanned=tuple(range(30)),
        trend=(Past("2026-09-30T08:00:00Z", 100),),
        notes=HOSTILE,
        plan=HOSTILE[4],
        region=nasty,
    )


def _hostile_row(n: int, text: str) -> EventRow:
    return EventRow(
        event(text),
        status=("live", "blocked", "deprecated", "expected", "")[n % 5],
        display_name=text,
        description=text,
        trigger=text,
        owners=(text, "jane@acme.example"),
        tags=(text,),
        platforms=(text,),
        replaced_by=HOSTILE[n - 1],
        sunset=text,
        is_planned=n % 2 == 0,
        in_lexicon=True,
        is_live=True,
        volume=n,
        share=n / 1000,
        days=(n,) * 30,
        first=text[:20],
        last=text[:20],
        properties=(
            PropertyRow(text, text[:300], text, (text, {text[:50]: [text]}), True, False, 0.9999),
            PropertyRow("secret", "string", text, (text,), personal=True),
        ),
    )


def hostile_dictionary() -> Dictionary:
    """The same texts in a dictionary."""
    report = hostile()
    return Dictionary(
        report.project, report.at, report.events, report.user_properties, DAYS, report.notes
    )


def large(count: int = 5000) -> AuditReport:
    """As many events and findings as Mixpanel has names."""
    props = tuple(
        PropertyRow(f"property_{n}", "string", f"What number {n} means.", (f"value {n}",))
        for n in range(4)
    )
    rows = tuple(_large_row(n, count, props) for n in range(count))
    found = (
        Finding(
            f"is not in the plan and arrives: {count - n:,} times {_30}",
            event(f"Event {n:04}"),
            "",
            Location("plans/all.yaml", n + 10, 3),
            (f"owner{n % 40}@acme.example",),
            f"Event {n:04}: {{status: live, description: what it means}}",
            ("lifecycle/unexpected", "naming/look-alike", "ownership/unowned")[n % 3],
            ("error", "warning", "info")[n % 3],  # type: ignore[arg-type]
            volume=count - n,
            share=0.0002,
        )
        for n in range(count)
    )
    return replace(shop(), findings=tuple(found), accepted=(), waived=(), events=rows)


def _large_row(n: int, count: int, properties: tuple[PropertyRow, ...]) -> EventRow:
    return EventRow(
        event(f"Event {n:04}"),
        status="live",
        description=f"Somebody did the thing of number {n}.",
        owners=(f"owner{n % 40}@acme.example",),
        tags=(f"Tag {n % 25}",),
        is_planned=n % 4 > 0,
        is_live=True,
        volume=count - n,
        share=0.0002,
        days=tuple((n * day) % 97 for day in range(30)),
        properties=properties,
    )


def by_severity(report: AuditReport) -> Mapping[str, int]:
    """How many findings of each severity, those set aside too: what a filter shows."""
    everything = (*report.findings, *report.accepted, *report.waived)
    return {s: sum(one.severity == s for one in everything) for s in ("error", "warning", "info")}
