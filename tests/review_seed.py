"""Two quarters of a shop: what a review is made of, written down where a test can count it again.

Nothing here comes from mpgov: volumes are a formula, records and plan are written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from mpgov.sandbox.app import Sandbox
from mpgov.storage.ledger import Ledger

FIRST, LAST = date(2026, 4, 1), date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 10, 2, tzinfo=UTC).timestamp()
THEN = datetime(2026, 10, 2, 9, 30, tzinfo=UTC).timestamp()
JANE = {"git": "Jane Moore <jane@acme.example>"}
ROBOT = {
    "ci": {"actor": "release-bot", "run": "https://ci.example/shop/runs/88", "pull_request": 17}
}


@dataclass(frozen=True)
class Stream:
    """An event: how many a day at first, how that grows in a hundred days, from when to when."""

    base: float
    growth: float = 0.0
    first: date = FIRST
    last: date = LAST

    def on(self, day: date) -> int:
        if not self.first <= day <= self.last:
            return 0
        weekend = 0.6 if day.weekday() > 4 else 1.0
        steady = 1 + self.growth * (day - FIRST).days / 100
        return round(self.base * weekend * steady * (1 + 0.04 * ((day.day * 7) % 5 - 2)))


STREAMS = {
    "Page Viewed": Stream(5200, 0.05),
    "Feature Used": Stream(1500, -0.16),
    "Item Added to Cart": Stream(640, 0.12),
    "Purchase Completed": Stream(150, 0.3),
    "Sign Up Completed": Stream(180, 0.02),
    "Checkout Clicked": Stream(120, -0.37),
    "Search Performed": Stream(410, first=date(2026, 10, 9)),
    "Coupon Printed": Stream(38, last=date(2026, 9, 14)),
    "Newsletter Opened": Stream(75, 0.6),
    "Purchse Completed": Stream(3, first=date(2026, 9, 20)),
    "Loyalty Joined": Stream(26, 0.2, first=date(2026, 11, 2)),
    "$identify": Stream(300),
}


def volumes(until: date = LAST) -> dict[str, dict[str, int]]:
    """How often each event arrived on each day."""
    days = [FIRST + timedelta(n) for n in range((until - FIRST).days + 1)]
    return {
        name: {day.isoformat(): stream.on(day) for day in days if stream.on(day)}
        for name, stream in STREAMS.items()
    }


PLAN = """\
mpgov: 1
events:
  Page Viewed:
    description: Somebody looked at a page.
    status: live
    owners: [team:Growth]
    properties: {page_name: {type: string, description: What the page is called.}}
  Feature Used:
    description: Somebody used a feature beyond the basics.
    status: live
    owners: [kim@acme.example, tom@acme.example]
  Item Added to Cart:
    description: An item was put into the cart.
    status: live
    owners: [team:Payments]
  Purchase Completed:
    description: A customer paid for an order.
    status: live
    owners: [sam@acme.example, team:Payments]
    properties:
      order_id: {type: string, required: true, description: Our order number.}
      revenue: {type: number, required: true, description: What was paid.}
  Sign Up Completed:
    description: A visitor created an account.
    status: live
    owners: [jane@acme.example, team:Growth]
    properties: {signup_method: {type: string}}
  Checkout Clicked:
    description: The button of the old checkout.
    status: deprecated
    deprecated: {since: 2026-05-01, sunset: 2026-11-01, replaced_by: Purchase Completed}
    owners: [sam@acme.example]
  Coupon Printed:
    description: A coupon was printed in a shop.
    status: live
    owners: [team:Growth]
  Newsletter Opened:
    status: live
  Loyalty Joined:
    description: A customer joined the loyalty programme.
    status: expected
    owners: [team:Growth]
super_properties:
  app_version: {type: string, set: register, when: always, reason: Release health per version.}
identity:
  id_merge: simplified
governance:
  left: [tom@acme.example]
waive:
  - rule: naming/look-alike
    name: Purchse Completed
    reason: Fixed in release 2.5.
    until: 2026-12-15
  - rule: documentation/undescribed
    name: Sign Up Completed
    reason: Being renamed.
    until: 2026-10-31
"""
# Name, kind, who holds it, rotated every so many days, and last on this day.
REGISTER = (
    ("ci", "service_account", "release-bot", 90, "2026-08-01"),
    ("export", "service_account", "kim@acme.example", 180, "2026-07-15"),
    ("web", "project_token", "jane@acme.example", None, ""),
    ("old dashboards", "api_secret", "sam@acme.example", None, ""),
)
API_SECRETS_END = "2027-03-03"
# What the plan did not say yet on the day of the review before.
LATER = (
    "    description: Somebody used a feature beyond the basics.\n",
    "    description: A coupon was printed in a shop.\n",
    "    description: The button of the old checkout.\n",
    "    owners: [team:Payments]\n  Purchase",
    ", description: Our order number.",
    ", description: What was paid.",
)
EARLIER_PLAN = PLAN
for words in LATER:
    assert words in EARLIER_PLAN
    kept = "  Purchase" if words.endswith("Purchase") else ""
    EARLIER_PLAN = EARLIER_PLAN.replace(words, kept, 1)


def change(action: str, name: str, *fields: list[Any], entity: str = "event") -> dict[str, Any]:
    """A change as the record has it; a field is its path, and what it was and is."""
    listed = []
    for path, before, after in fields:
        one: dict[str, Any] = {"path": path.split(".")}
        one |= {} if before is None else {"before": before}
        one |= {} if after is None else {"after": after}
        listed.append(one)
    return {"action": action, "entity": entity, "name": name, "fields": listed}


def record(at: str, *changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A line of the ledger."""
    said = {"format": 1, "kind": "sync", "state": "done", "run": "", "at": at, "who": JANE}
    said |= {**more, "changes": list(changes)}
    return {key: value for key, value in said.items() if value}


RECORDS = [
    record(
        "2026-07-14T08:11:00Z",
        change("create", "Coupon Printed", ["description", None, "A coupon."]),
        change("update", "Page Viewed", ["description", "Page", "Somebody looked at a page."]),
        run="20260714T081100Z-aaaa01",
        reason="The shops print coupons",
    ),
    record(
        "2026-08-03T12:00:00Z",
        change("update", "identity", ["user_id_pattern", None, "^USR-[0-9]+$"], entity="identity"),
        kind="identity",
        state="",
        reason="Ids of the old shop looked otherwise",
    ),
    record(
        "2026-10-12T09:20:11Z",
        change(
            "create",
            "Loyalty Joined",
            ["description", None, "A customer joined the loyalty programme."],
            ["owners", None, ["team:Growth"]],
        ),
        change("update", "Purchase Completed", ["properties.revenue.type", "string", "number"]),
        change("delete", "Old Banner Clicked", ["description", "Banner", None]),
        run="20261012T092011Z-b7d201",
        reason="Loyalty programme, and revenue is a number",
        commit="4be1a90c77",
    ),
    record(
        "2026-10-12T09:20:09Z",
        change("create", "Loyalty Joined"),
        state="intended",
        run="20261012T092011Z-b7d201",
    ),
    record(
        "2026-10-12T09:20:12Z",
        change("approve", "Loyalty Joined", ["status", "proposed", "expected"]),
        kind="approval",
        state="",
        reason="Loyalty programme, and revenue is a number",
    ),
    record(
        "2026-10-28T15:42:30Z",
        change(
            "update",
            "super_properties",
            ["reason", None, "Release health per version."],
            entity="super_properties",
        )
        | {"action": "create", "name": "app_version"},
        kind="super-property",
        state="",
        reason="We compare releases from now on",
    ),
    record(
        "2026-11-05T16:03:44Z",
        change("update", "Purchase Completed", ["description", "Paid", "A customer paid."]),
        change("update", "Item Added to Cart", ["owners.team:Payments", None, "team:Payments"]),
        change("update", "$user", ["properties.plan.type", None, "string"], entity="profile"),
        who=ROBOT,
        run="20261105T160344Z-c90f3e",
        reason="Payments own the cart (#17)",
        commit="91c07d2ab1",
        state="recovered",
    ),
    record(
        "2026-11-06T08:00:00Z",
        change("update", "identity", ["id_merge", "original", "simplified"], entity="identity"),
        kind="identity",
        state="",
        reason="Moved to the project with Simplified ID Merge",
    ),
    record(
        "2026-11-09T10:00:00Z",
        kind="identity",
        state="",
        name="Sign Up Completed",
        text="asked the CDP team to stop sending $identify",
    ),
]
HEALTH = [("2025-12-30", 55), ("2026-03-31", 61), ("2026-06-30", 66)]


def raw_events() -> Iterator[dict[str, Any]]:
    """A few rows of the last week: forty people, one device that two of them share, one e-mail."""
    moment = int(NOW) - 3 * 86_400
    for n in range(40):
        shared = n in {7, 8}
        yield {
            "event": "Page Viewed",
            "properties": {
                "time": moment + n,
                "distinct_id": f"USR-{n}",
                "$user_id": f"USR-{n}",
                "$device_id": "tablet" if shared else f"device-{n}",
                "$insert_id": f"{n:016x}",
                "mp_lib": "web",
                "app_version": "2.4.1",
                "page_name": "Home",
            },
        }
    yield {
        "event": "Sign Up Completed",
        "properties": {
            "time": moment,
            "distinct_id": "ann@mail.example",
            "$user_id": "ann@mail.example",
            "$device_id": "device-ann",
            "$insert_id": "a" * 16,
            "mp_lib": "web",
            "app_version": "2.4.1",
            "signup_method": "email",
        },
    }


LEXICON = {
    "Page Viewed": {"description": "Page Viewed."},
    "Purchase Completed": {"description": "Purchase Completed."},
    "Sign Up Completed": {"description": "Sign Up Completed."},
}


def furnish(folder: Path, sandbox: Sandbox, project: int, name: str = "production") -> Path:
    """Mixpanel, the plan, the record and the scores as they were on the day of the first review."""
    sandbox.state.projects[project].volumes = volumes(date(2026, 10, 2))
    entries = [
        {"entityType": "event", "name": event, "schemaJson": schema}
        for event, schema in LEXICON.items()
    ]
    sandbox.put_stored(project, entries)
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "plans" / "shop.yaml").write_text(EARLIER_PLAN, "utf-8")
    kept = folder / "exports" / name
    ledger = Ledger(kept)
    for one in RECORDS:
        ledger.append(one)
    lines = [json.dumps({"at": f"{day}T08:00:00Z", "total": total}) for day, total in HEALTH]
    (kept / "health.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    rows = "".join(json.dumps(row) + "\n" for row in raw_events())
    (folder / "events.jsonl").write_text(rows, "utf-8")
    return kept


def eight_weeks_later(folder: Path, sandbox: Sandbox, project: int) -> None:
    """The plan has grown, and more has arrived."""
    sandbox.state.projects[project].volumes = volumes()
    (folder / "plans" / "shop.yaml").write_text(PLAN, "utf-8")
