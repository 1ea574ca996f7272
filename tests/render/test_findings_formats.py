"""Findings for other tools: what they write is read back by readers of their own."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result
from defusedxml import ElementTree
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from syrupy.assertion import SnapshotAssertion

from mpgov.core.audit import AuditReport
from mpgov.core.finding import Finding
from mpgov.core.model import Location, event
from mpgov.core.report import CheckReport
from mpgov.render import findings_csv, findings_workbook, github, junit, sarif, workbook
from mpgov.render.base import all_renderers
from mpgov.workflows.judging import all_rules
from tests.conftest import House
from tests.formats.test_office import convert
from tests.render import audit_samples
from tests.render.sarif_schema import SCHEMA

ESC, RTL = "\x1b[31m", "\u202e"
HOSTILE = (
    "<script>alert(1)</script>",
    "::error file=x::y\n::set-output name=a::b\r\n",
    f"{ESC}red{RTL}back",
    "=1+1",
    "@SUM(A1)",
    "] ]]> & \" ' <",
    "\x00\x0b\ud7ff\ufffe",
    "x" * 10_000,
    "| a | `b` **c** [d](javascript:e)",
)


def shop() -> AuditReport:
    return replace(audit_samples.shop(), rules=tuple(all_rules()))


def hostile() -> AuditReport:
    findings = tuple(
        Finding(
            text,
            event(text),
            text,
            Location(text, 3, 4),
            (text,),
            fix=text,
            rule="naming/look-alike",
            severity="error",
            volume=3,
            share=0.5,
        )
        for text in HOSTILE
    )
    return AuditReport(
        project=HOSTILE[2],
        at="2026-11-24T00:00:00Z",
        findings=findings,
        waived=findings[:1],
        notes=HOSTILE,
        plan=HOSTILE[0],
        events=audit_samples.hostile().events,
        rules=tuple(all_rules()),
    )


@pytest.mark.parametrize("report", [shop(), hostile(), AuditReport("empty", "now")])
def test_sarif_is_as_the_standard_has_it(report: AuditReport) -> None:
    document = json.loads(sarif.draw(report, False))
    checker = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(document)] == []
    (run,) = document["runs"]
    aside = (*report.accepted, *report.waived)
    assert len(run["results"]) == len(report.findings) + len(aside)
    for result in run["results"]:
        if "ruleIndex" in result:
            rules = run["tool"]["driver"]["rules"]
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert sum("suppressions" in result for result in run["results"]) == len(report.waived)


def test_sarif_points_at_the_line_and_keeps_its_fingerprint() -> None:
    one = Finding(
        "arrived 12 times", event("Sale"), at=Location("plans/a b.yaml", 7, 3), rule="r/x"
    )
    other = replace(one, message="arrived 13 times", at=Location("plans/a b.yaml", 9, 3))
    found = [
        json.loads(sarif.draw(AuditReport("p", "now", (finding,)), False))["runs"][0]["results"][0]
        for finding in (one, other)
    ]
    place = found[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "plans/a%20b.yaml"
    assert place["region"] == {"startLine": 7, "startColumn": 3}
    assert found[0]["partialFingerprints"] == found[1]["partialFingerprints"]
    cell = replace(one, at=Location("plan.xlsx", cell="Events!C4"))
    result = json.loads(sarif.draw(AuditReport("p", "now", (cell,)), False))["runs"][0]["results"][
        0
    ]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "Events!C4" in result["message"]["text"]


@pytest.mark.parametrize("report", [shop(), hostile(), AuditReport("empty", "now")])
def test_junit_opens_in_a_parser(report: AuditReport) -> None:
    root = ElementTree.fromstring(junit.draw(report, False))
    cases = root.findall("./testsuite/testcase")
    assert int(root.get("tests", "")) == len(cases)
    failed = [one for one in report.findings if one.severity != "info"]
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == len(failed)
    assert int(root.get("skipped", "")) == len(root.findall(".//skipped"))
    clean = {case.get("name") for case in cases if len(case) == 0}
    broken = {one.rule for one in (*report.findings, *report.accepted, *report.waived)}
    assert {rule.id for rule in report.rules} - broken <= clean


def test_github_annotations_point_at_the_line() -> None:
    one = Finding(
        "is 50% off,\nreally: yes",
        event("Sale, now: cheap"),
        at=Location("plans/a,b.yaml", 7, 3),
        rule="naming/event-case",
        severity="warning",
        fix="no",
    )
    first, last = github.draw(AuditReport("shop", "now", (one,)), False).splitlines()
    assert first == (
        "::warning file=plans/a%2Cb.yaml,line=7,col=3,title=mpgov naming/event-case::"
        "Sale, now: cheap: is 50%25 off,\\x0areally: yes — fix: no"
    )
    assert last == "::notice title=mpgov::shop: 1 warning"


def test_github_runs_no_command_that_somebody_typed_and_shows_the_worst_first() -> None:
    lines = github.draw(hostile(), False).splitlines()
    assert len(lines) == len(HOSTILE) + 1
    assert all(re.match(r"::(error|warning|notice) ", line) for line in lines)
    assert not any(char in line for line in lines for char in (ESC, RTL, "\r"))
    many = tuple(replace(hostile().findings[0], severity=level) for level in ("error", "info") * 30)
    told = github.draw(AuditReport("shop", "now", many), False).splitlines()
    assert len(told) == 21
    assert "40 of them are not annotated" in told[-1]


@pytest.mark.parametrize("report", [shop(), hostile()])
def test_csv_has_a_row_a_finding_and_runs_nothing(report: AuditReport) -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv.draw(report, False))))
    aside = (*report.accepted, *report.waived)
    assert len(rows) == len(report.findings) + len(aside)
    assert tuple(rows[0]) == findings_csv.COLUMNS
    assert not any(
        value.startswith(("=", "+", "-", "@", "\t")) for row in rows for value in row.values()
    )
    assert {row["state"] for row in rows} >= {"new"}


@pytest.mark.parametrize("report", [shop(), hostile()])
def test_the_workbook_has_a_sheet_a_family_and_links(report: AuditReport) -> None:
    book = load_workbook(io.BytesIO(findings_workbook.draw(report)))
    families = {one.rule.partition("/")[0].title() for one in report.findings}
    assert {"Summary", "Events", *families} <= set(book.sheetnames)
    rows = sum(
        book[name].max_row - 1 for name in book.sheetnames if name not in {"Summary", "Events"}
    )
    assert rows == len(report.findings) + len(report.accepted) + len(report.waived)
    for sheet in book:
        assert sheet.title == "Summary" or (sheet.freeze_panes, bool(sheet.auto_filter.ref)) == (
            "A2",
            True,
        )
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        for cell in cells:
            if cell.hyperlink and cell.hyperlink.location and sheet.title != "Summary":
                target = cell.hyperlink.location.rpartition("!")[2]
                assert book["Events"][target].value == cell.value


@pytest.mark.parametrize("report", [shop(), hostile()])
def test_libreoffice_opens_the_workbook(tmp_path: Path, report: AuditReport) -> None:
    path = tmp_path / "findings.xlsx"
    path.write_bytes(workbook.draw(report, False))
    saved = convert("xlsx", tmp_path, [path]) / "findings.xlsx"
    before, after = load_workbook(path), load_workbook(saved)
    assert before.sheetnames == after.sheetnames
    for name in before.sheetnames:
        mine, theirs = (
            [[cell.value for cell in row] for row in book[name].iter_rows()]
            for book in (before, after)
        )
        assert mine == theirs


@pytest.mark.parametrize("width", [120, 50])
def test_text_for_a_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = all_renderers()["text"].draw(shop(), False)
    assert isinstance(text, str)
    assert max(map(len, text.splitlines())) <= width
    assert text == snapshot


@pytest.mark.parametrize("name", ["text", "markdown", "json", "csv", "github", "junit", "sarif"])
def test_no_terminal_is_told_what_to_do(name: str) -> None:
    text = all_renderers()[name].draw(hostile(), False)
    assert isinstance(text, str)
    shown = text if name in {"text", "markdown", "csv", "github"} else ""
    assert not any(char in shown for char in ("\x1b", RTL, "\x00", "\r"))


def test_markdown_acts_on_nothing_that_somebody_typed() -> None:
    text = all_renderers()["markdown"].draw(hostile(), False)
    assert isinstance(text, str)
    assert len(text) < 60_001
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<script" not in page
    assert "javascript:" not in re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert "<a " not in page


def test_text_collapses_what_repeats_and_groups_by_owner() -> None:
    one = Finding("has no owner", event("E"), rule="ownership/unowned", owners=("a@b.example",))
    many = tuple(replace(one, key=event(f"E{n}")) for n in range(37))
    text = all_renderers()["text"].draw(AuditReport("p", "now", many), False)
    assert isinstance(text, str)
    assert "… and 27 more of ownership/unowned" in text
    grouped = all_renderers()["text"].draw(AuditReport("p", "now", many, by_owner=True), False)
    assert "a@b.example (37 warnings)" in str(grouped)


def test_check_speaks_them_too(open_house: House, run: Callable[..., Result]) -> None:
    open_house.plan("events: {Sale: {}}")
    written: dict[str, Any] = {}
    for name, suffix in (("sarif", "sarif"), ("junit", "xml"), ("csv", "csv"), ("xlsx", "xlsx")):
        done = run("check", "plan.yaml", "--output", f"found.{suffix}")
        assert done.exit_code == 0
        written[name] = (open_house.folder / f"found.{suffix}").read_bytes()
    result = json.loads(written["sarif"])["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 10,
    }
    assert ElementTree.fromstring(written["junit"]).get("failures") == "2"
    assert load_workbook(io.BytesIO(written["xlsx"])).sheetnames[0] == "Summary"
    github_lines = run("check", "plan.yaml", "--format", "github").stdout.splitlines()
    assert github_lines[0].startswith("::warning file=plan.yaml,line=2,col=10,")


def test_check_report_has_no_events_sheet() -> None:
    report = CheckReport("plan.yaml", 1, 0, shop().findings)
    assert "Events" not in load_workbook(io.BytesIO(findings_workbook.draw(report))).sheetnames
