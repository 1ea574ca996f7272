"""Records to look at: a year of a shop, a hostile one, a large one; each a real chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mpgov.core.chain import ZERO, Head, Line, Scan, judge, link, tips
from mpgov.core.history import Checked, HistoryReport, Told, newest_first
from mpgov.core.quarter import quarter
from mpgov.core.record import Wanted, record_from_json
from tests.render.audit_samples import HOSTILE

JANE = {"git": "Jane Roe <jane@acme.example>", "os": "jane", "machine": "0123456789abcdef"}
CI = {
    "os": "runner",
    "ci": {
        "actor": "kim",
        "run": "https://ci.example/acme/tracking/actions/runs/4711",
        "pull_request": "128",
    },
}
ASKED = {"git": "Ada Auditor <ada@audit.example>"}
FIELDS = [
    {
        "path": ["description"],
        "before": "Paid",
        "after": "A customer paid for an order. Sent once the payment provider confirmed the "
        "charge, never for a free trial.",
    },
    {"path": ["owners"], "before": ["tom@acme.example"], "after": ["team:Growth"]},
    {"path": ["properties", "revenue", "type"], "before": "string", "after": "number"},
    {"path": ["properties", "coupon"], "after": {}},
    {"path": ["hidden"], "before": False, "after": None},
]
COMMIT = "9f2c1e7a55d0b1c4e8f7a6b5c4d3e2f1a0b9c8d7"


def entry(kind: str, at: str, **more: Any) -> dict[str, Any]:
    return {"format": 1, "kind": kind, "at": at, "who": JANE, "account": "gov.1a2b3c", **more}


def sync(run: str, at: str, *names: str, **more: Any) -> dict[str, Any]:
    changes = [
        {"action": "update", "entity": "event", "name": name, "fields": FIELDS} for name in names
    ]
    return entry("sync", at, **{"state": "done", "run": run, "changes": changes, **more})


def shop_entries() -> list[dict[str, Any]]:
    created = {
        "action": "create",
        "entity": "event",
        "name": "Wishlist Shared",
        "fields": [{"path": ["description"], "after": "Somebody sent a wishlist to a friend."}],
    }
    return [
        entry("note", "2026-07-02T08:00:00Z", text="Lexicon is frozen until\nthe launch."),
        sync("20260714T101500Z-aa11bb", "2026-07-14T10:15:00Z", "Purchase Completed", who=CI,
             commit=COMMIT, reason="Say when a purchase counts (#128)"),
        entry("token", "2026-08-01T09:00:00Z", name="production-server", reason="Yearly rotation",
              text="rotated", fingerprint="3a7bd3e2360a3d29"),
        entry("owner", "2026-08-19T16:20:00Z", reason="Tom has left", changes=[
            {"action": "update", "entity": "event", "name": "Checkout Clicked",
             "fields": [FIELDS[1]]}]),
        sync("20260902T070809Z-cc22dd", "2026-09-02T07:08:09Z", who=CI, commit=COMMIT,
             allow=["guards/foreign-text"], reason="Wishlists", changes=[created],
             left=[{"entity": "event", "name": "Sign Up", "state": "failed", "why": "(500)"}]),
        sync("20260903T070000Z-ee33ff", "2026-09-03T07:00:00Z", "Sign Up", state="recovered"),
        sync("20260930T235950Z-ab12cd", "2026-09-30T23:59:50Z", "Feature Used",
             state="intended"),
    ]  # fmt: skip


def hostile_entries() -> list[dict[str, Any]]:
    found = []
    for number, text in enumerate(HOSTILE):
        fields = [{"path": [text, text], "before": text, "after": [text]}]
        change = {"action": text, "entity": text, "name": text, "fields": fields}
        who = {"git": text, "ci": {"actor": text, "run": text, "pull_request": text}}
        found.append(
            entry(text, f"2026-11-0{number % 9 + 1}T00:00:00Z", who=who, account=text, run=text,
                  commit=text, reason=text, text=text, name=text, changes=[change],
                  **{text or "blank": text})
        )  # fmt: skip
    return [*found, entry("sync", HOSTILE[0], state=HOSTILE[0], text={"a": 1}, who=HOSTILE[0])]


def large_entries(count: int = 5000) -> list[dict[str, Any]]:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        sync(f"{at:%Y%m%dT%H%M%SZ}-{n:06x}", f"{at:%Y-%m-%dT%H:%M:%SZ}", f"Event {n:04}",
             who=JANE if n % 3 else CI, reason=f"change number {n}")
        for n in range(count)
        for at in [begin + timedelta(hours=n)]
    ]  # fmt: skip


def chained(entries: Iterable[dict[str, Any]]) -> list[Line]:
    lines: list[Line] = []
    for number, one in enumerate(entries, 1):
        lines.append(link(one, lines[-1].hash if lines else ZERO, number))
    return lines


def checked(project: str, lines: Sequence[Line], *problems: str) -> Checked:
    verdict = judge(Scan(tuple(lines), total=len(lines)), Head(True, tips(lines)))
    return Checked(project, f"exports/{project}/ledger.jsonl", verdict, problems)


def report_of(entries: Iterable[dict[str, Any]], project: str = "production") -> HistoryReport:
    lines = chained(entries)
    told = [Told(project, one.number, record_from_json(one.entry), one.hash) for one in lines]
    return HistoryReport(
        tuple(newest_first(told)),
        len(told),
        chain=(checked(project, lines),),
        at="2026-11-25T10:02:31Z",
        who=ASKED,
    )


def shop() -> HistoryReport:
    span = quarter("2026-Q3")
    assert span is not None
    wanted = Wanted(since=span[0], until=span[1], quarter="2026-Q3")
    return replace(report_of(shop_entries()), wanted=wanted)


def broken() -> HistoryReport:
    """Two projects, and one of them was tampered with."""
    one, other = report_of(shop_entries()), report_of(large_entries(3), "staging")
    problem = "exports/staging/ledger.jsonl:2: was changed: its hash does not fit"
    bad = replace(other.chain[0], problems=(problem,))
    told = newest_first((*one.told, *other.told))
    return replace(one, told=tuple(told), found=40, chain=(*one.chain, bad))
