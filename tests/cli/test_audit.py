"""`mpgov audit` on the shop: every planted problem and nothing else; repaired, nothing at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mpgov.cli.demo import demo_plan
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from tests.conftest import Clock, House, house_of

Run = Callable[..., Result]

PLANTED = [
    ("error", "datatypes/mismatch", "Purchase Completed", "revenue"),  # typed wrongly in the UI
    ("error", "datatypes/mismatch", "Purchase Completed", "revenue"),  # android sends text
    ("error", "identity/email-id", None, None),
    ("error", "identity/shared-device", None, None),
    ("error", "observed/missing-required", "Purchase Completed", "order_id"),
    ("warning", "documentation/undescribed", "$user", "shoe_size"),
    ("warning", "documentation/undescribed", "Checkout Clicked", "step"),
    ("warning", "lifecycle/deprecated-live", "Checkout Clicked", None),
    ("warning", "lifecycle/unexpected", "Newsletter Opened", None),
    ("warning", "lifecycle/unexpected", "Purchse Completed", None),
    ("warning", "lifecycle/unexpected", "Search Performed", None),
    ("warning", "lifecycle/unexpected", "test_event_kim", None),
    ("warning", "naming/look-alike", "Purchse Completed", None),
    ("warning", "ownership/unowned", "Newsletter Opened", None),
]
MORE_PLAN = """
  Newsletter Opened:
    description: Somebody opened the newsletter.
    owners: [team:Growth]
    status: live
  Search Performed:
    description: Somebody searched the shop.
    owners: [team:Growth]
    status: live
    properties:
      query: {type: string, description: What was searched for.}
      results: {type: integer, description: How many items were found.}

# What user profiles"""


@pytest.fixture
def shop(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A shop on a port, without limits, with its plan."""
    clock.at = time.time()
    sandbox = Sandbox("shop", limits=False)
    with serve(sandbox) as server:
        found = house_of(sandbox, clock, tmp_path, monkeypatch)
        monkeypatch.setenv("MIXPANEL_HOST", server.url)
        found.config(
            "[limits]\nrequests_per_minute = 1000\nupdates_per_minute = 100000\n"
            '[naming]\nevent = "Title Case"\nproperty = "snake_case"\n'
        )
        (found.folder / "plans").mkdir()
        (found.folder / "plans" / "shop.yaml").write_bytes(demo_plan())
        yield found


def exported(house: House) -> str:
    """Every event of the shop as a file."""
    rows = house.sandbox.state.projects[house.project].events
    path = house.folder / "events.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def findings(result: Result) -> list[tuple[Any, ...]]:
    found = json.loads(result.stdout)["findings"]
    return sorted(((f["severity"], f["rule"], f["name"], f["property"]) for f in found), key=str)


def test_every_planted_problem_and_nothing_else(shop: House, run: Run) -> None:
    result = run("audit", "--format", "json", "--events", exported(shop))
    assert findings(result) == PLANTED
    assert result.exit_code == 1
    assert json.loads(result.stdout)["summary"] == {"error": 5, "warning": 9, "info": 0}


@pytest.mark.usefixtures("shop")
def test_without_raw_events_what_needs_them_is_named(run: Run) -> None:
    result = run("audit", "--format", "json")
    wanted = [
        one
        for one in PLANTED
        if not one[1].startswith(("identity/", "observed/")) and one[1] != "datatypes/mismatch"
    ]
    assert findings(result) == [PLANTED[0], *wanted]
    lacking = {one["rule"]: one["for_lack_of"] for one in json.loads(result.stdout)["not_run"]}
    assert "observed/missing-required" in lacking
    assert lacking["lexicon/drift"].startswith("a base")
    assert lacking["privacy/value"].startswith("raw events")


def repaired(shop: House, run: Run) -> None:
    """Do what the findings ask for."""
    plan = shop.folder / "plans" / "shop.yaml"
    text = plan.read_text("utf-8").replace("\n# What user profiles", MORE_PLAN, 1)
    plan.write_text(text, "utf-8")
    project = shop.sandbox.state.projects[shop.project]
    gone = {"Purchse Completed", "test_event_kim", "Checkout Clicked"}
    project.volumes = {name: days for name, days in project.volumes.items() if name not in gone}
    kept = []
    for row in project.events:
        told = row["properties"]
        is_wrong = (
            row["event"] in gone
            or told["$device_id"] == "shared-tablet"
            or "@" in told["distinct_id"]
            or isinstance(told.get("revenue"), str)
            or (row["event"] == "Purchase Completed" and "order_id" not in told)
        )
        if not is_wrong:
            kept.append(row)
    project.events = kept
    allow = ("--allow", "guards/foreign-text", "--allow", "guards/mass-change")
    assert run("sync", "--yes", *allow).exit_code == 0
    user = project.schemas["profile", "$user"]["properties"]
    user["shoe_size"]["description"] = "European size of the shoes."
    project.schemas["event", "Checkout Clicked"]["properties"].pop("step")


def test_on_the_repaired_shop_there_is_nothing(shop: House, run: Run) -> None:
    repaired(shop, run)
    result = run("audit", "--format", "json", "--fresh", "--events", exported(shop))
    assert (findings(result), result.exit_code) == ([], 0)
    score = json.loads(result.stdout)["score"]
    assert {name: part["points"] for name, part in score["parts"].items()} == dict.fromkeys(
        score["parts"], 100.0
    )
    assert score["total"] == 100
    assert json.loads(result.stdout)["not_run"] == []


def test_messages_carry_numbers(shop: House, run: Run) -> None:
    result = run("audit", "--format", "json", "--events", exported(shop))
    found = {
        (f["rule"], f["name"], f["property"]): f for f in json.loads(result.stdout)["findings"]
    }
    misspelt = found["lifecycle/unexpected", "Purchse Completed", None]
    assert (
        misspelt["volume"]
        == sum(shop.sandbox.state.projects[shop.project].volumes["Purchse Completed"].values()) + 12
    )
    assert 0 < misspelt["share"] < 0.001
    assert "looks like Purchase Completed (one letter is missing)" in misspelt["message"]
    assert "sent by iphone (app 2.4" in misspelt["message"]
    gone = found["lifecycle/deprecated-live", "Checkout Clicked", None]
    assert "falling:" in gone["message"]
    assert gone["location"]["file"] == "plans/shop.yaml"
    missing = found["observed/missing-required", "Purchase Completed", "order_id"]
    assert "node 12 of 12" in missing["message"]


def test_the_second_audit_asks_nothing_of_the_query_api(shop: House, run: Run) -> None:
    def queries() -> int:
        return sum("/api/query/" in record.path for record in shop.sandbox.log)

    first = run("audit")
    asked = queries()
    assert asked == 2
    assert "just now" in first.stdout
    second = run("audit")
    assert queries() == asked
    assert "from the cache, under a minute old; --fresh asks anew" in second.stdout
    run("audit", "--fresh")
    assert queries() == 2 * asked


def test_a_baseline_accepts_what_is_there_and_fails_on_what_is_new(shop: House, run: Run) -> None:
    assert run("audit", "--write-baseline", "accepted.json").exit_code == 0
    again = run("audit", "--baseline", "accepted.json", "--fail-on", "info", "--format", "json")
    assert (again.exit_code, json.loads(again.stdout)["findings"]) == (0, [])
    assert len(json.loads(again.stdout)["baseline"]["accepted"]) == 10
    shop.sandbox.state.projects[shop.project].volumes["Sing Up Started"] = {
        next(iter(shop.sandbox.state.projects[shop.project].volumes["Logged In"])): 5
    }
    new = run("audit", "--baseline", "accepted.json", "--fresh", "--format", "json")
    assert [one[1:3] for one in findings(new)] == [("lifecycle/unexpected", "Sing Up Started")]


def test_a_waiver_of_the_plan_sets_aside_and_ends(shop: House, run: Run) -> None:
    plan = shop.folder / "plans" / "shop.yaml"
    one = "{rule: lifecycle/unexpected, name: Search Performed, reason: Soon., until: %s}"
    waive = f"\nwaive:\n  - {one}\n"
    text = plan.read_text("utf-8")
    plan.write_text(text + waive % "2999-01-01", "utf-8")
    found = json.loads(run("audit", "--format", "json").stdout)
    assert [one["name"] for one in found["waived"]] == ["Search Performed"]
    plan.write_text(text + waive % "2020-01-01", "utf-8")
    found = json.loads(run("audit", "--format", "json").stdout)
    assert found["waived"] == []
    (expired,) = [one for one in found["findings"] if one["rule"] == "waiver/expired"]
    assert (expired["name"], expired["location"]["line"] > 200) == ("Search Performed", True)


def test_the_next_step_for_what_is_deprecated_can_be_applied(shop: House, run: Run) -> None:
    def stored() -> dict[str, Any]:
        return shop.stored()["Checkout Clicked"].get("metadata", {}).get("com.mixpanel", {})

    for step, wanted in enumerate(({"tags": ["deprecated"]}, {"hidden": True})):
        assert run("audit", "--propose", f"step{step}.json", "--fail-on", "never").exit_code == 0
        done = run("sync", "--changes", f"step{step}.json", "--yes", "--allow", "guards/busy-event")
        assert done.exit_code == 0, done.output
        assert {name: stored()[name] for name in wanted} == wanted
    run("audit", "--propose", "step2.json", "--fail-on", "never")
    assert json.loads((shop.folder / "step2.json").read_text("utf-8"))["changes"] == []


def test_the_proposal_blocks_only_past_the_sunset(shop: House, run: Run) -> None:
    plan = shop.folder / "plans" / "shop.yaml"
    plan.write_text(
        plan.read_text("utf-8").replace("sunset: 2027-03-31", "sunset: 2026-04-01"), "utf-8"
    )
    shop.put(
        {
            "entityType": "event",
            "name": "Checkout Clicked",
            "schemaJson": {"metadata": {"com.mixpanel": {"tags": ["deprecated"], "hidden": True}}},
        }
    )
    result = run("audit", "--propose", "step.json", "--format", "json")
    (change,) = json.loads((shop.folder / "step.json").read_text("utf-8"))["changes"]
    assert [(f["path"], f["after"]) for f in change["fields"]] == [(["status"], "blocked")]
    found = {f["rule"]: f for f in json.loads(result.stdout)["findings"]}[
        "lifecycle/deprecated-live"
    ]
    assert (found["severity"], "past its sunset of 2026-04-01" in found["message"]) == (
        "error",
        True,
    )


def test_deep_asks_the_unpublished_api_and_does_without_it(shop: House, run: Run) -> None:
    def asked() -> list[str]:
        return [r.method for r in shop.sandbox.log if "data-definitions" in r.path]

    run("audit")
    assert asked() == []
    found = json.loads(run("audit", "--deep", "--format", "json").stdout)
    assert asked() == ["GET"] * 3
    assert found["score"]["mixpanel"]["left_out"] == ["open issues"]
    shop.sandbox.fault("status", path="*data-definitions*", status=404, times=9)
    found = json.loads(run("audit", "--deep", "--format", "json").stdout)
    assert found["score"]["mixpanel"]["left_out"] == ["verified", "open issues"]
    assert any("without Lexicon's unpublished API" in note for note in found["notes"])


@pytest.mark.usefixtures("shop")
def test_by_owner_and_a_selection(run: Run) -> None:
    text = run("audit", "--by", "owner").stdout
    assert "team:Payments (" in text
    assert "nobody (" in text
    only = run("audit", "--format", "json", "--only", "owner:sam@*")
    assert {one[2] for one in findings(only)} == {"Purchase Completed", "Checkout Clicked"}


def test_the_score_comes_last_and_is_kept_for_the_trend(shop: House, run: Run) -> None:
    first = run("audit")
    assert "health score" in first.stdout
    assert first.stdout.splitlines()[-1].endswith("1 error, 9 warnings")
    kept = shop.folder / "exports" / "4242" / "health.jsonl"
    (line,) = kept.read_text("utf-8").splitlines()
    older = {**json.loads(line), "at": "2026-01-02T03:04:05Z", "total": 41}
    kept.write_text(json.dumps(older) + "\n", "utf-8")
    second = run("audit")
    assert "(41 on 2026-01-02)" in second.stdout
    assert len(kept.read_text("utf-8").splitlines()) == 2
    run("audit")
    assert len(kept.read_text("utf-8").splitlines()) == 2


def test_days_are_downloaded_measured_and_forgotten(shop: House, run: Run, tmp_path: Path) -> None:
    by_file = run("audit", "--format", "json", "--events", exported(shop))
    result = run("audit", "--format", "json", "--events", "last-30-days")
    downloaded = json.loads(result.stdout)
    assert {one[1] for one in findings(result)} >= {"identity/email-id", "identity/shared-device"}
    assert any("raw events of" in note for note in downloaded["notes"])
    assert not list((tmp_path / "cache").rglob("*.jsonl*"))
    run("audit", "--events", "last-2-days", "--keep-events", "kept")
    assert len(list((shop.folder / "kept").iterdir())) == 2
    assert json.loads(by_file.stdout)["summary"]["error"] == 5


def test_the_query_api_may_be_forbidden(shop: House, run: Run) -> None:
    shop.sandbox.fault("status", path="/api/query/*", status=403, times=9)
    result = run("audit", "--format", "json")
    lacking = {one["rule"] for one in json.loads(result.stdout)["not_run"]}
    assert "lifecycle/unexpected" in lacking
    assert any(
        "nobody knows names and volumes" in note for note in json.loads(result.stdout)["notes"]
    )


@pytest.mark.usefixtures("shop")
def test_usage_errors(run: Run) -> None:
    both = run("audit", "--baseline", "a", "--write-baseline", "b")
    assert (both.exit_code, "goes without --baseline" in both.stderr) == (2, True)
    mixed = run("audit", "--events", "last-3-days", "--events", "x.jsonl")
    assert (mixed.exit_code, "once last-N-days" in mixed.stderr) == (2, True)
    kept = run("audit", "--events", "x.jsonl", "--keep-events", "d")
    assert (kept.exit_code, "last-7-days" in kept.stderr) == (2, True)
    missing = run("audit", "--events", "none.jsonl")
    assert (missing.exit_code, "none.jsonl: there are no raw events" in missing.stderr) == (3, True)


def test_a_rule_that_there_is_not_is_answered_with_one_that_there_is(run: Run) -> None:
    result = run("rules", "explain", "naming/lookalike")
    assert (result.exit_code, "did you mean naming/look-alike?" in result.stderr) == (2, True)
    assert "planned volume" in run("rules", "explain", "score").stdout


def test_the_page_and_the_other_files(shop: House, run: Run) -> None:
    events = ("--events", exported(shop), "--fail-on", "never")
    for name in ("audit.html", "audit.xlsx", "audit.sarif", "audit.xml", "audit.csv", "audit.md"):
        assert run("audit", *events, "--output", name).exit_code == 0
        assert (shop.folder / name).stat().st_size > 1000
    page = (shop.folder / "audit.html").read_text("utf-8")
    assert "Purchse Completed" in page
    assert "jane.doe@mail.example" not in page
    result = json.loads((shop.folder / "audit.sarif").read_text("utf-8"))["runs"][0]["results"]
    places = [one["locations"][0].get("physicalLocation") for one in result]
    assert {p["artifactLocation"]["uri"] for p in places if p} == {"plans/shop.yaml"}


def test_no_personal_value_is_shown_in_any_format(shop: House, run: Run) -> None:
    events = ("--events", exported(shop), "--fail-on", "never")
    for name in ("text", "json", "markdown", "sarif", "junit", "github", "csv", "html"):
        assert "jane.doe" not in run("audit", *events, "--format", name).stdout, name


def test_the_dictionary_is_a_page_with_volumes_where_they_are_known(shop: House, run: Run) -> None:
    first = run("export", "--format", "html", "--output", "dictionary.html")
    assert first.exit_code == 0
    assert "volumes are not known" in first.stderr
    page = (shop.folder / "dictionary.html").read_text("utf-8")
    assert "Purchase Completed" in page
    assert "Paid" in page  # Lexicon's word, not the plan's
    assert "Split by step" not in page
    run("audit")
    second = run("export", "--output", "dictionary.html")
    assert "volumes are not known" not in second.stderr
    assert len((shop.folder / "dictionary.html").read_text("utf-8")) > len(page)
    before = len(shop.sandbox.log)
    assert run("export", "--format", "html", "--live").exit_code == 0
    asked = [r.path for r in shop.sandbox.log[before:] if "/query/" in r.path]
    assert len(asked) == 3
    assert (shop.folder / "exports" / "4242" / "lexicon.html").exists()
