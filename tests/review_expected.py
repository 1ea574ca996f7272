"""What the pages of the seeded reviews must say, counted from the raw seed; nothing of mpgov's.

Every number is text as it stands on the page, under the name of the place that it claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml

from tests import review_seed as seed

Counted = dict[str, str]
SEVERITIES = ("error", "warning", "info")


def count(number: int) -> str:
    return f"{number:,}"


def signed(number: int) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else '±'}{abs(number):,}"  # noqa: RUF001


def percent(share: float) -> str:
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def change(now: int, before: int) -> str:
    by = (now - before) / before
    sign = "+" if by > 0 else "−" if by < 0 else "±"  # noqa: RUF001
    return sign + f"{100 * abs(by):.1f}".removesuffix(".0") + "%"


def days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]


@dataclass(frozen=True)
class Found:
    """A finding as a person who read the seed would expect it."""

    severity: str
    rule: str
    name: str = ""
    owners: tuple[str, ...] = ()
    new: bool = True


_PAYERS, _GROWERS = ("sam@acme.example",), ("jane@acme.example", "team:Growth")
_BOTH = ("kim@acme.example", "tom@acme.example")


@dataclass
class Quarter:
    """One of the two reviews: its days, what was there, and what is to be found."""

    name: str
    first: str
    last: str
    to: str
    before: tuple[str, str]
    day: str
    plan: dict[str, Any]
    until: date
    findings: list[Found]
    waived: int
    decisions: list[tuple[str, str, str]] = field(default_factory=list)
    then: Quarter | None = None
    raw: bool = False

    def __post_init__(self) -> None:
        self.volumes = {
            name: by_day
            for name, by_day in seed.volumes(self.until).items()
            if not name.startswith("$")
        }
        self.planned = set(self.plan["events"])
        self.now_days = days(self.first, self.to)
        self.before_days = days(*self.before)
        whole = self.to == self.last
        self.same_now = self.now_days
        self.same_before = self.before_days if whole else self.before_days[: len(self.now_days)]
        today = date.fromisoformat(self.day)
        self.lately_days = [(today - timedelta(n)).isoformat() for n in range(30)]

    def of(self, name: str, some: Iterable[str]) -> int:
        return sum(self.volumes.get(name, {}).get(day, 0) for day in some)

    def total(self, some: Iterable[str], *, planned: bool | None = None) -> int:
        some = list(some)
        return sum(
            self.of(name, some)
            for name in self.volumes
            if planned is None or (name in self.planned) is planned
        )

    def lately(self, name: str) -> int:
        return self.of(name, self.lately_days)

    def owners(self, name: str) -> list[str]:
        return list(self.plan["events"].get(name, {}).get("owners", []))

    @property
    def names(self) -> list[str]:
        """Every event of the plan, of Lexicon, or that arrived in a month."""
        lately = [name for name in self.volumes if self.lately(name)]
        return list(dict.fromkeys([*self.plan["events"], *seed.LEXICON, *lately]))

    def is_described(self, name: str) -> bool:
        said = self.plan["events"].get(name, {}).get("description")
        return bool(said or name in seed.LEXICON)


Q3 = Quarter(
    "2026-Q3",
    "2026-07-01",
    "2026-09-30",
    "2026-09-30",
    ("2026-04-01", "2026-06-30"),
    "2026-10-02",
    yaml.safe_load(seed.EARLIER_PLAN),
    date(2026, 10, 2),
    [
        Found("warning", "ownership/unknown", "Feature Used", _BOTH),
        Found("warning", "documentation/undescribed", "Feature Used", _BOTH),
        Found("warning", "ownership/unowned", "Item Added to Cart"),
        Found(
            "warning",
            "documentation/undescribed",
            "Purchase Completed",
            (*_PAYERS, "team:Payments"),
        ),
        Found(
            "warning",
            "documentation/undescribed",
            "Purchase Completed",
            (*_PAYERS, "team:Payments"),
        ),
        Found("warning", "documentation/undescribed", "Newsletter Opened"),
        Found("warning", "ownership/unowned", "Newsletter Opened"),
        Found("warning", "documentation/undescribed", "Checkout Clicked", _PAYERS),
        Found("warning", "lifecycle/deprecated-live", "Checkout Clicked", _PAYERS),
        Found("warning", "documentation/undescribed", "Coupon Printed", ("team:Growth",)),
        Found("warning", "lifecycle/unexpected", "Purchse Completed"),
    ],
    waived=2,
)
Q4 = Quarter(
    "2026-Q4",
    "2026-10-01",
    "2026-12-31",
    "2026-11-24",
    ("2026-07-01", "2026-09-30"),
    "2026-11-25",
    yaml.safe_load(seed.PLAN),
    date(2026, 11, 25),
    [
        Found("error", "lifecycle/deprecated-live", "Checkout Clicked", _PAYERS, new=False),
        Found("error", "identity/email-id"),
        Found("error", "identity/shared-device"),
        Found("warning", "ownership/unknown", "Feature Used", _BOTH, new=False),
        Found("warning", "lifecycle/unexpected", "Search Performed"),
        Found("warning", "documentation/undescribed", "Sign Up Completed", _GROWERS),
        Found("warning", "waiver/expired", "Sign Up Completed"),
        Found("warning", "documentation/undescribed", "Newsletter Opened", new=False),
        Found("warning", "ownership/unowned", "Newsletter Opened", new=False),
        Found("warning", "lifecycle/unexpected", "Purchse Completed", new=False),
        Found("warning", "lifecycle/never-seen", "Coupon Printed", ("team:Growth",)),
        Found("info", "lifecycle/expected-arrived", "Loyalty Joined", ("team:Growth",)),
    ],
    waived=1,
    then=Q3,
    raw=True,
)


def decided(quarter: Quarter) -> list[tuple[str, str, str]]:
    """What, why and what to type, the numbers in braces."""
    lately = {name: count(quarter.lately(name)) for name in quarter.volumes}
    all_ = quarter.total(quarter.lately_days)
    newsletter = quarter.lately("Newsletter Opened")
    if quarter is Q4:
        silent = count(quarter.of("Coupon Printed", quarter.before_days))
        return [
            (
                "Rotate ci",
                "overdue by {26} days: every 90 days",
                "mpgov tokens rotated ci --reason 'rotated after the review'",
            ),
            (
                "Block Checkout Clicked, or give it a later sunset",
                (
                    "its sunset passed {24} days ago (2026-11-01); "
                    f"{{{lately['Checkout Clicked']}}} arrived in {{30}} days"
                ),
                "mpgov audit --propose next-step.json",
            ),
            (
                "Repair what identity/email-id finds",
                "1 id is an e-mail address, in 1 event",
                "mpgov audit --events last-7-days",
            ),
            (
                "Repair what identity/shared-device finds",
                "1 device has several users (of 40), in 2 events",
                "mpgov audit --events last-7-days",
            ),
            (
                "Renew or drop the waiver of documentation/undescribed for Sign Up Completed",
                "over for {25} days: Being renamed.",
                "mpgov check",
            ),
            (
                "Hand over what tom@acme.example owned",
                "they left, and still own {1} event",
                "mpgov owners transfer tom@acme.example NEW-OWNER",
            ),
            (
                "Plan Search Performed, or stop sending it",
                f"nobody planned it; {{{lately['Search Performed']}}} arrived in {{30}} days",
                "mpgov export --into plans --live --only 'Search Performed'",
            ),
            (
                "Describe {2} events and properties",
                "nobody can look up what they mean; the first is Sign Up Completed",
                "mpgov audit",
            ),
            (
                "Find an owner for {1} event",
                (
                    f"{{{percent(newsletter / all_)}}} of the volume is of events that nobody "
                    "answers for; the first is Newsletter Opened"
                ),
                "mpgov audit --by owner",
            ),
            (
                "Ask why Coupon Printed fell silent",
                f"none this quarter, {{{silent}}} in the one before",
                "mpgov history blame 'Coupon Printed'",
            ),
            (
                "Stop sending Purchse Completed",
                f"nobody planned it; {{{lately['Purchse Completed']}}} arrived in {{30}} days",
                "mpgov audit --only 'Purchse Completed'",
            ),
            (
                "Renew or drop the waiver of naming/look-alike for Purchse Completed",
                "ends in {20} days: Fixed in release 2.5.",
                "mpgov check",
            ),
            (
                "Say live of {1} event",
                "expected, and arrived; the first is Loyalty Joined",
                "mpgov audit --only status:expected",
            ),
        ]
    unowned = newsletter + quarter.lately("Item Added to Cart")
    return [
        ("Plan the rotation of ci", "due in {28} days: every 90 days", "mpgov tokens due"),
        (
            "Describe {6} events and properties",
            "nobody can look up what they mean; the first is Feature Used",
            "mpgov audit",
        ),
        (
            "Hand over what tom@acme.example owned",
            "they left, and still own {1} event",
            "mpgov owners transfer tom@acme.example NEW-OWNER",
        ),
        (
            "Find an owner for {2} events",
            (
                f"{{{percent(unowned / all_)}}} of the volume is of events that nobody answers "
                "for; the first is Item Added to Cart"
            ),
            "mpgov audit --by owner",
        ),
        (
            "Stop sending Purchse Completed",
            f"nobody planned it; {{{lately['Purchse Completed']}}} arrived in {{30}} days",
            "mpgov audit --only 'Purchse Completed'",
        ),
        (
            "Look at how people are told apart",
            "profile merge accuracy is not judged without raw events",
            "mpgov review --events last-7-days",
        ),
        (
            "Renew or drop the waiver of documentation/undescribed for Sign Up Completed",
            "ends in {29} days: Being renamed.",
            "mpgov check",
        ),
    ]


def page_of(quarter: Quarter) -> Counted:
    """Every number of a page."""
    told: Counted = {}
    for part in (_volume, _movers, _score, _findings, _record, _standing, _decisions, _rest):
        found = part(quarter)
        twice = told.keys() & found.keys()
        assert not [name for name in twice if told[name] != found[name]], twice
        told |= found
    return told


def _volume(quarter: Quarter) -> Counted:
    told: Counted = {}
    for side, some in (("now", quarter.now_days), ("before", quarter.before_days)):
        total, planned = quarter.total(some), quarter.total(some, planned=True)
        at = f"volume.{side}"
        told |= {f"{at}.total": count(total), f"{at}.planned": count(planned)}
        told |= {f"{at}.planned_share": percent(planned / total), f"{at}.days": str(len(some))}
    now, before = quarter.total(quarter.same_now), quarter.total(quarter.same_before)
    at = "volume.compared"
    told |= {f"{at}.change": change(now, before), f"{at}.difference": signed(now - before)}
    told |= {f"{at}.before": count(before), f"{at}.days": str(len(quarter.same_now))}
    months = list(dict.fromkeys(day[:7] for day in days(quarter.first, quarter.last)))
    earlier = list(dict.fromkeys(day[:7] for day in quarter.before_days))
    highest = 0
    for place, both in enumerate(zip(months, earlier, strict=True)):
        for prefix, month, counted in (
            ("", both[0], quarter.now_days),
            ("before_", both[1], quarter.before_days),
        ):
            some = [day for day in counted if day[:7] == month]
            at = f"volume.months.{place}.{prefix}"
            told |= {f"{at}total": count(quarter.total(some)), f"{at}days": str(len(some))}
            told[f"{at}planned"] = count(quarter.total(some, planned=True))
            highest = max(highest, quarter.total(some))
    assert 150_000 < highest <= 250_000
    return told | {"plot.top": "250,000", "plot.middle": "125,000", "plot.bottom": "0"}


def _movers(quarter: Quarter) -> Counted:
    told: Counted = {}
    sides = {
        name: (quarter.of(name, quarter.same_now), quarter.of(name, quarter.same_before))
        for name in quarter.volumes
    }
    whole = {
        name: (quarter.of(name, quarter.now_days), quarter.of(name, quarter.before_days))
        for name in quarter.volumes
    }
    new = sorted((n for n, (a, b) in whole.items() if a and not b), key=lambda n: -whole[n][0])
    silent = sorted((n for n, (a, b) in whole.items() if b and not a), key=lambda n: -whole[n][1])
    both = [name for name, (a, b) in whole.items() if a and b]
    by: Callable[[str], int] = lambda name: sides[name][0] - sides[name][1]  # noqa: E731
    share: Callable[[str], float] = lambda name: by(name) / sides[name][1]  # noqa: E731
    sized = [name for name in both if sides[name][1] >= 100]
    lists = {
        "rising": sorted((n for n in both if by(n) > 0), key=lambda n: -by(n)),
        "falling": sorted((n for n in both if by(n) < 0), key=by),
        "faster": sorted((n for n in sized if by(n) > 0), key=lambda n: -share(n)),
        "slower": sorted((n for n in sized if by(n) < 0), key=share),
    }
    for kind, names in lists.items():
        for place, name in enumerate(names[:5]):
            now, before = sides[name]
            at = f"volume.{kind}.{place}"
            told |= {f"{at}.now": count(now), f"{at}.before": count(before)}
            if kind in {"rising", "falling"}:
                told[f"{at}.difference"] = signed(now - before)
            else:
                told[f"{at}.change"] = change(now, before)
    told |= {f"volume.new.{n}.total": count(whole[name][0]) for n, name in enumerate(new)}
    told |= {f"volume.silent.{n}.before_total": count(whole[x][1]) for n, x in enumerate(silent)}
    return told | {"#volume.new": str(len(new)), "#volume.silent": str(len(silent))}


def parts_of(quarter: Quarter) -> list[tuple[str, int, int, int]]:
    """Name, good, all and weight of each part of the score."""
    plan = quarter.plan["events"]
    own = [name for name in plan if plan[name].get("status") not in {"proposed", "blocked"}]
    props = [p for name in own for p in plan[name].get("properties", {}).values()]
    unclean = {
        one.name
        for one in quarter.findings
        if one.name
        and one.severity != "info"
        and one.rule.partition("/")[0] in {"lifecycle", "naming", "lexicon"}
    }
    arrived = quarter.lately_days
    return [
        ("described events", sum(map(quarter.is_described, own)), len(own), 20),
        ("described properties", sum("description" in p for p in props), len(props), 15),
        ("owned", sum(bool(plan[name].get("owners")) for name in own), len(own), 15),
        ("typed", sum("type" in p for p in props), len(props), 15),
        ("planned volume", quarter.total(arrived, planned=True), quarter.total(arrived), 20),
        ("hygiene", len(set(quarter.names) - unclean), len(quarter.names), 15),
    ]


def score_of(quarter: Quarter) -> int:
    parts = [(round(100 * good / of, 1), weight) for _, good, of, weight in parts_of(quarter)]
    return round(sum(points * weight for points, weight in parts) / 100)


def _score(quarter: Quarter) -> Counted:
    told = {"score.total": str(score_of(quarter))}
    for place, (_, good, of, weight) in enumerate(parts_of(quarter)):
        at = f"score.parts.{place}"
        told |= {f"{at}.points": f"{round(100 * good / of, 1):.0f}", f"{at}.good": count(good)}
        told |= {f"{at}.of": count(of), f"{at}.weight": str(weight)}
        if quarter.then:
            _, was, of_was, _ = parts_of(quarter.then)[place]
            told[f"{at}.before"] = f"{round(100 * was / of_was, 1):.0f}"
    trend = [total for _, total in seed.HEALTH]
    if quarter.then:
        was = score_of(quarter.then)
        trend.append(was)
        told["score.difference"] = signed(score_of(quarter) - was)
    for place, total in enumerate([*trend, score_of(quarter)]):
        told[f"score.trend.{place}.total"] = str(total)
    return told


def _findings(quarter: Quarter) -> Counted:
    now, then = quarter.findings, quarter.then
    new = [one for one in now if one.new]
    still = [one for one in now if not one.new]
    was = then.findings if then else []
    fixed = list(was)
    worse = 0
    for one in still:
        match = next(t for t in fixed if (t.rule, t.name) == (one.rule, one.name))
        fixed.remove(match)
        worse += SEVERITIES.index(one.severity) < SEVERITIES.index(match.severity)
    told = {"findings.accepted": "0", "findings.waived": str(quarter.waived)}
    for kind, names in (
        ("severities", list(SEVERITIES)),
        ("families", _families(quarter)),
    ):
        for place, name in enumerate(names):
            at = f"findings.{kind}.{place}"

            def counted(some: list[Found], name: str = name, kind: str = kind) -> str:
                return str(sum(name == _kind(one, kind) for one in some))

            told[f"{at}.now"] = counted(now)
            if then:
                told |= {f"{at}.then": counted(was), f"{at}.new": counted(new)}
                told[f"{at}.fixed"] = counted(fixed)
                if kind == "severities":
                    told[f"{at}.still"] = counted(still)
    errors = sum(one.severity == "error" for one in now)
    told |= {"summary.errors": str(errors)}
    told |= {"summary.warnings": str(sum(one.severity == "warning" for one in now))}
    if then:
        told["summary.errors_then"] = str(sum(one.severity == "error" for one in was))
        told["summary.warnings_then"] = str(sum(one.severity == "warning" for one in was))
        told |= {"#findings.new": str(len(new)), "#findings.fixed": str(len(fixed))}
        told |= {"findings.worse": str(worse)} if worse else {}
    return told


def _kind(one: Found, kind: str) -> str:
    return one.severity if kind == "severities" else one.rule.partition("/")[0]


def _families(quarter: Quarter) -> list[str]:
    def of(some: list[Found], name: str) -> int:
        return sum(one.rule.startswith(f"{name}/") for one in some)

    was = quarter.then.findings if quarter.then else []
    names = {one.rule.partition("/")[0] for one in (*quarter.findings, *was)}
    return sorted(names, key=lambda n: (-of(quarter.findings, n), -of(was, n), n))


def _record(quarter: Quarter) -> Counted:
    mine = [
        one
        for one in sorted(seed.RECORDS, key=lambda r: r["at"], reverse=True)
        if quarter.first <= one["at"][:10] <= quarter.last and one.get("state") != "intended"
    ]
    told: Counted = {}
    shown = [one for one in mine if one["kind"] in {"sync", "approval"}]
    became: dict[str, str] = {}
    approved = set()
    for place, one in enumerate(shown):
        actions = [change["action"] for change in one["changes"]]
        at = f"changes.records.{place}"
        for word, action in zip(
            ("created", "updated", "deleted", "approved"),
            ("create", "update", "delete", "approve"),
            strict=True,
        ):
            told[f"{at}.{word}"] = str(actions.count(action))
        told[f"{at}.fields"] = str(sum(len(change["fields"]) for change in one["changes"]))
        for changed in one["changes"]:
            name, action = changed["name"], changed["action"]
            if action == "approve":
                approved.add(name)
            elif became.get(name, "update") == "update":
                became[name] = action
    ends = list(became.values())
    told |= {"#changes.records": str(len(shown)), "#changes.approved": str(len(approved))}
    told |= {"#changes.new": str(ends.count("create"))}
    told |= {"#changes.changed": str(ends.count("update"))}
    told |= {"#changes.removed": str(ends.count("delete"))}
    declared = [one for one in mine if one["kind"] in {"identity", "super-property"}]
    told["#declared"] = str(sum(max(len(one.get("changes", [])), 1) for one in declared))
    return told


def _standing(quarter: Quarter) -> Counted:
    name = "Checkout Clicked"
    now, before = (quarter.of(name, d) for d in (quarter.same_now, quarter.same_before))
    sunset, today = date(2026, 11, 1), date.fromisoformat(quarter.day)
    at, past = "deprecated.0", (today - sunset).days
    told = {f"{at}.now": count(now), f"{at}.before": count(before)}
    told |= {f"{at}.change": change(now, before), f"{at}.lately": count(quarter.lately(name))}
    told |= {f"{at}.days_past": str(abs(past)), "#deprecated": "1"}
    told |= {"summary.deprecated_live": "1", "summary.past_sunset": str(int(past > 0))}
    all_ = quarter.total(quarter.lately_days)
    owned: dict[str, list[str]] = {}
    for event in quarter.names:
        for owner in quarter.owners(event) or [""]:
            owned.setdefault(owner, []).append(event)
    volume = {owner: sum(map(quarter.lately, names)) for owner, names in owned.items()}
    order = sorted(owned, key=lambda o: (not o, -volume[o], -len(owned[o]), o))
    for place, owner in enumerate(order):
        at, names = f"owners.rows.{place}", owned[owner]
        found = [f.severity for f in quarter.findings if owner in (f.owners or ("",))]
        told |= {f"{at}.share": percent(volume[owner] / all_), f"{at}.events": str(len(names))}
        told[f"{at}.undescribed"] = str(sum(not quarter.is_described(name) for name in names))
        told[f"{at}.errors"] = str(found.count("error"))
        told[f"{at}.warnings"] = str(found.count("warning"))
    nobody = sorted(owned[""], key=lambda name: -quarter.lately(name))
    for place, event in enumerate(nobody):
        told[f"owners.unowned.{place}.volume"] = count(quarter.lately(event))
    told |= {"#owners.unowned": str(len(nobody)), "summary.unowned": str(len(nobody))}
    return told | {"owners.unowned_share": percent(volume[""] / all_), "owners.days": "30"}


def _decisions(quarter: Quarter) -> Counted:
    told = {"#decisions": str(len(decided(quarter)))}
    if len(decided(quarter)) > 5:
        told["#decisions-5"] = str(len(decided(quarter)) - 5)
    if len(decided(quarter)) > 12:
        told["#decisions-12"] = str(len(decided(quarter)) - 12)
    told["summary.urgent"] = "4" if quarter is Q4 else "0"
    for place, (what, why, _) in enumerate(decided(quarter)[:12]):
        for n, figure in enumerate(re.findall(r"\{([^}]+)\}", what + why)):
            told[f"decisions.{place}.figures.{n}"] = figure
    return told


def _tokens(quarter: Quarter) -> Counted:
    today = date.fromisoformat(quarter.day)
    left = []
    for _, kind, _, every, last in seed.REGISTER:
        ends = [date.fromisoformat(last) + timedelta(every)] if every else []
        ends += [date.fromisoformat(seed.API_SECRETS_END)] if kind == "api_secret" else []
        left.append((min(ends) - today).days if ends else None)
    known = sorted(days for days in left if days is not None)
    due = [days for days in known if days <= 92]
    told = {f"tokens.due.{place}.days": str(abs(days)) for place, days in enumerate(due)}
    told |= {"summary.tokens_due": str(sum(days <= 30 for days in known))}
    told |= {"tokens.known": str(len(left)), "#tokens.due": str(len(due))}
    told |= {"tokens.later": str(len(known) - len(due))}
    return told | {"tokens.unscheduled": str(left.count(None))}


def _rest(quarter: Quarter) -> Counted:
    """Tokens, identity, waivers."""
    told = _tokens(quarter)
    if quarter.raw:
        rows = [row["properties"] for row in seed.raw_events()]
        users = {row["$user_id"] for row in rows}
        of: dict[str, set[str]] = {}
        for row in rows:
            of.setdefault(row["$device_id"], set()).add(row["$user_id"])
        shared = sum(len(some) > 1 for some in of.values())
        told |= {"merge.events": str(len(rows)), "merge.users": str(len(users))}
        told |= {"merge.devices": str(len(of)), "merge.shared_devices": str(shared)}
        told["merge.per_thousand"] = f"{1000 * shared / len(of):.0f}"
        told["merge.odd_ids"] = str(sum("@" in user for user in users))
    today = date.fromisoformat(quarter.day)
    ends = sorted(one["until"] for one in quarter.plan["waive"])
    for place, end in enumerate(ends):
        left = (end - today).days
        told[f"waivers.{place}.days_left"] = str(abs(left))
        told[f"waivers.{place}.findings"] = str(int(left >= 0))
    return told
