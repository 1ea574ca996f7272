"""`--project` repeated, or as a glob: one table, one budget, and nobody stopped by another."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from mpgov.core.change import ChangeSet
from mpgov.core.report import DiffReport, Summary
from mpgov.core.several import Part, Toll
from mpgov.mixpanel.lexicon import read
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import several
from mpgov.workflows.several import each, toll_of

NAMES = ("au", "de", "fr", "jp", "uk", "us")
PLAN = "mpgov: 1\nevents:\n  Sale: {description: Somebody paid., owners: [jane@acme.example]}\n"


def toml(more: str = "") -> str:
    projects = "".join(
        f"[projects.{name}]\nid = {5000 + n}\norganization = 9\n" for n, name in enumerate(NAMES)
    )
    return f'plan = "plan.yaml"\n{projects}{more}'


@pytest.fixture
def shops(open_house, monkeypatch):
    """Six projects of one organization, without limits."""
    limits = (open_house.folder / "mpgov.toml").read_text("utf-8")
    open_house.config(toml(limits))
    (open_house.folder / "plan.yaml").write_text(PLAN, "utf-8")
    for n, name in enumerate(NAMES):
        open_house.sandbox.add_project(5000 + n, 9, name)
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    return open_house


def test_six_projects_are_one_table_and_their_total_stands_first(shops, run):
    result = run("diff", "--project", "*")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("6 projects: 6 requests in ")
    assert lines[0].endswith("to send: 6 requests, 6 updates")
    assert lines[2].split() == [
        *("project", "create", "update", "delete", "conflicts", "drift", "guards"),
        *("requests", "updates", "exit"),
    ]
    assert [line.split() for line in lines[3:]] == [[n, *"100000110"] for n in NAMES]
    assert len(shops.sandbox.schemas_requests()) == 6


def test_six_projects_share_one_budget(house, monkeypatch):
    """On the turned clock, with Mixpanel's limits: the sixth read waits, and nothing is refused."""
    house.config(toml())
    for n, name in enumerate(NAMES):
        house.sandbox.add_project(5000 + n, 9, name)
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    found = [
        replace(a, session=house.session, sleep=house.clock.sleep, now=house.clock)
        for a in several(None, house.told.append, ["*"])
    ]
    began = house.clock.at

    def work(around) -> Part:
        stored = read(connect(around, around.project()), "deprecated")
        return Part({"entities": len(stored.catalog)})

    report = each("diff", found, work)
    assert [part.project for part in report.parts] == list(NAMES)
    assert report.exit_code == 0
    assert [record.status for record in house.sandbox.log] == [200] * 6
    assert 60 <= house.clock.at - began < 61
    waits = [f"waiting {s} s for Mixpanel's limit of 5 requests a minute" for s in (60, 45, 30, 15)]
    assert house.told == waits


def test_the_waits_of_an_organization_add_up(house, monkeypatch):
    """A read before, a request and a read after for each of six: 18, of which 5 go at once."""
    house.config(toml("[projects.alone]\nid = 6000\norganization = 10\n"))
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    report = DiffReport("x", ChangeSet(), Summary(), requests=1, updates=4)
    found = [(a, report) for a in several(None, house.told.append, ["*"])]
    assert toll_of(found) == Toll(7, 28, 180)
    assert toll_of(found[-1:]) == Toll(1, 4, 0)
    nothing = DiffReport("x", ChangeSet(), Summary())
    assert toll_of([(a, nothing) for a, _ in found]) == Toll(0, 0, 0)


def test_one_that_fails_does_not_stop_the_others(shops, run):
    shops.sandbox.state.accounts[shops.sandbox.default_account[0]].roles.pop(5002)
    result = run("diff", "--project", "*", "--format", "json", "--exit-code")
    assert result.exit_code == 4
    document = json.loads(result.stdout)
    assert [p["exit_code"] for p in document["projects"]] == [1, 1, 4, 1, 1, 1]
    failed = document["projects"][2]
    assert (failed["project"], failed["answer"]) == ("fr", None)
    assert "(403)" in failed["problem"]
    assert document["projects"][0]["answer"]["summary"]["create"] == 1
    text = run("diff", "--project", "*").stdout
    assert "fr: error: Mixpanel does not let" in text


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (["--project", "u?"], ["uk", "us"]),
        (["--project", "us", "--project", "de"], ["us", "de"]),
        (["--project", "[df]*", "--project", "de"], ["de", "fr"]),
    ],
)
def test_names_and_globs_mean_each_project_once(shops, run, asked, meant):
    assert shops.folder.exists()
    document = json.loads(run("diff", *asked, "--format", "json").stdout)
    assert [p["project"] for p in document["projects"]] == meant


@pytest.mark.parametrize("asked", [["--project", "x*"], ["--project", "us", "--project", "ux"]])
def test_a_name_that_means_nobody_is_an_error(shops, run, asked):
    result = run("diff", *asked)
    assert (result.exit_code, shops.sandbox.log) == (2, [])
    assert "there is no such project" in result.stderr
    assert "projects: au, de, fr, jp, uk, us" in result.stderr


@pytest.mark.usefixtures("shops")
def test_a_contradicting_variable_is_told_and_nothing_is_asked(run, monkeypatch):
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", "5001")
    result = run("diff", "--project", "*")
    assert result.exit_code == 2
    assert "but MIXPANEL_PROJECT_ID is 5001" in result.stdout


@pytest.mark.usefixtures("shops")
def test_the_table_of_several_projects_is_no_change_set(run):
    run("diff", "--project", "*", "--output", "all.json")
    result = run("sync", "--project", "us", "--changes", "all.json", "--yes")
    assert (result.exit_code, "is the table of several projects" in result.stderr) == (3, True)


def test_sync_asks_once_and_sends_to_each(shops, run):
    result = run("sync", "--project", "*", "--yes", "--reason", "all at once")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("+ Sale  (create)") == 6
    table = result.stdout.splitlines()[-6:]
    assert [line.split()[:2] for line in table] == [[name, "1"] for name in NAMES]
    for n, name in enumerate(NAMES):
        assert [e["name"] for e in shops.sandbox.stored(5000 + n)] == ["Sale"]
        assert (shops.folder / "exports" / name / "base.json").exists()
    again = run("sync", "--project", "*", "--yes", "--format", "json")
    assert {p["summary"]["applied"] for p in json.loads(again.stdout)["projects"]} == {0}


def test_sync_leaves_out_who_may_not_write_and_tells_it(shops, run):
    shops.sandbox.state.accounts[shops.sandbox.default_account[0]].roles[5003] = "analyst"
    result = run("sync", "--project", "*", "--yes")
    assert result.exit_code == 4
    assert "jp: error: the role analyst cannot write" in result.stdout
    written = [bool(shops.sandbox.stored(5000 + n)) for n in range(6)]
    assert written == [True, True, True, False, True, True]


def test_a_project_that_contradicts_a_variable_does_not_stop_the_others(shops, run, monkeypatch):
    text = (shops.folder / "mpgov.toml").read_text("utf-8")
    shops.config(text.replace("[projects.de]", '[projects.de]\nregion = "eu"'))
    monkeypatch.setenv("MIXPANEL_REGION", "us")
    result = run("sync", "--project", "*", "--yes")
    assert result.exit_code == 2
    assert "de: error: --project de lives in eu, but MIXPANEL_REGION is us" in result.stdout
    written = [bool(shops.sandbox.stored(5000 + n)) for n in range(6)]
    assert written == [True, False, True, True, True, True]


def test_two_names_of_one_project_do_not_wait_for_each_other(shops, run):
    with (shops.folder / "mpgov.toml").open("a") as file:
        file.write("[projects.usa]\nid = 5005\n")
    result = run("sync", "--project", "u*", "--yes", "--max-wait", "1")
    assert result.exit_code == 2
    told = "usa: error: is project 5005, and so is us: it is sent once"
    assert result.stdout.count(told) == 2  # before and after
    assert "waiting" not in result.stderr
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line}
    assert (rows["us"][0], rows["usa"][-1]) == ("1", "2")
    assert [e["name"] for e in shops.sandbox.stored(5005)] == ["Sale"]


def test_what_is_for_one_project_is_refused_for_several(shops, run):
    for arguments in (
        ["sync", "--project", "*", "--yes", "--theirs", "*"],
        ["sync", "--project", "*", "--yes", "--changes", "c.json"],
        ["diff", "-", "--project", "*"],
        ["diff", "--project", "*", "--format", "xlsx", "--output", "x.xlsx"],
        ["audit", "--project", "*", "--propose", "step.json"],
        ["export", "--project", "*", "--into", "plans"],
    ):
        result = run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
    assert shops.sandbox.log == []


def test_audit_export_and_history_of_several(shops, run):
    assert run("sync", "--project", "*", "--yes").exit_code == 0
    audit = run("audit", "--project", "u*", "--format", "csv", "--fail-on", "never")
    assert audit.stdout.splitlines()[0].startswith("project,score,errors,warnings,info,events")
    export = run("export", "--project", "*")
    assert export.exit_code == 0, export.output
    assert (shops.folder / "exports" / "jp" / "lexicon.yaml").exists()
    history = json.loads(run("history", "--project", "u*", "--format", "json").stdout)
    assert {one["project_name"] for one in history["records"]} == {"uk", "us"}
    verified = run("history", "verify", "--project", "*")
    assert (verified.exit_code, len(verified.stdout.splitlines())) == (0, 6)


def test_a_project_says_some_things_for_itself(shops, run):
    limits = "[limits]\nrequests_per_minute = 1000\nupdates_per_minute = 100000\n"
    mine = '[projects.us.rules]\n"documentation/undescribed" = "error"\n'
    tag = '[projects.us.lexicon]\ndeprecated_tag = "old"\nauthority = { "*" = "plan" }\n'
    shops.config(toml(limits + mine + tag))
    (shops.folder / "plan.yaml").write_text("mpgov: 1\nevents: {Sale: {status: deprecated}}\n")
    result = run("diff", "--project", "*", "--exit-code", "--format", "json")
    codes = {p["project"]: p["exit_code"] for p in json.loads(result.stdout)["projects"]}
    assert codes == {**dict.fromkeys(NAMES, 1)}
    told = {p["project"]: p["problem"] for p in json.loads(result.stdout)["projects"]}
    assert told["us"] == "the plan has 1 error; nothing was compared"
    lines = run("diff", "--project", "*").stdout.splitlines()
    (hint,) = [line.removeprefix("  next: ") for line in lines if line.startswith("  next: ")]
    shown = run(*shlex.split(hint)[1:])
    assert (shown.exit_code, "Sale has no description" in shown.stdout) == (1, True)
    shops.config(toml(limits + tag))
    assert run("sync", "--project", "u*", "--yes").exit_code == 0
    tags = [shops.sandbox.stored(5000 + n)[0]["schemaJson"]["metadata"] for n in (4, 5)]
    assert [one["com.mixpanel"]["tags"] for one in tags] == [["deprecated"], ["old"]]


def test_a_rule_that_there_is_not_is_told_once(shops, run):
    more = '[rules]\n"naming/event-cse" = "error"\n[projects.us.rules]\n"x/y" = "off"\n'
    shops.config(toml(more))
    result = run("diff", "--project", "u*")
    told = [line for line in result.stderr.splitlines() if line.startswith("warning")]
    assert told == [
        "warning: mpgov.toml: there is no rule naming/event-cse; naming/event-case?",
        "warning: mpgov.toml: there is no rule x/y",
    ]


def test_a_project_has_a_secret_of_its_own_or_the_common_one(shops, run, monkeypatch):
    name, secret = shops.sandbox.default_account
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "wrong")
    assert run("diff", "--project", "us").exit_code == 4
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET__US", secret)
    assert run("diff", "--project", "us").exit_code == 0
    assert run("diff", "--project", "uk").exit_code == 4
    status = json.loads(run("auth", "status", "--project", "us", "--format", "json").stdout)
    assert status["account"] == name
    assert status["variable"] == "MIXPANEL_SERVICE_ACCOUNT_SECRET__US"
