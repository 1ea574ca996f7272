"""Findings as JUnit XML: a suite a family, a case a finding, one for each rule that is clean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from mpgov.core.audit import AuditReport
from mpgov.core.finding import Finding
from mpgov.core.report import CheckReport
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import visible

LONGEST: Final = 1000
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def draw(report: Report, _color: bool) -> str:
    """The report as test results: what CI systems draw as tests."""
    assert isinstance(report, CheckReport | AuditReport)  # noqa: S101 - `draws` says so
    root = ET.Element("testsuites", name="mpgov")
    rules = sorted({rule.id for rule in report.rules} | {one.rule for one in _all(report)})
    for family in dict.fromkeys(rule.partition("/")[0] for rule in rules):
        mine = [rule for rule in rules if rule.partition("/")[0] == family]
        _suite(root, family, mine, report)
    for name in ("tests", "failures", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


RENDERER = Renderer("junit", (".xml",), draw, (CheckReport, AuditReport))


def _all(report: CheckReport | AuditReport) -> Sequence[Finding]:
    return (*report.findings, *report.accepted, *report.waived)


def _suite(
    root: ET.Element, family: str, rules: Sequence[str], report: CheckReport | AuditReport
) -> None:
    suite = ET.SubElement(root, "testsuite", name=f"mpgov.{family}")
    failures = skipped = 0
    for rule in rules:
        found = [one for one in report.findings if one.rule == rule]
        for one in found:
            case = _case(suite, rule, one)
            text = _text(f"{one.severity}: {one.message}")
            if one.severity == "info":
                skipped += 1
                ET.SubElement(case, "skipped", message=text)
                continue
            failures += 1
            failure = ET.SubElement(case, "failure", type=one.severity, message=text)
            said = [text, str(one.at) if one.at else "", f"fix: {one.fix}" if one.fix else ""]
            failure.text = _text("\n".join(filter(None, said)), lines=True)
        for why, aside in (
            ("accepted by the baseline", report.accepted),
            ("waived", report.waived),
        ):
            for one in aside:
                if one.rule == rule:
                    skipped += 1
                    ET.SubElement(_case(suite, rule, one), "skipped", message=why)
        if not found:
            ET.SubElement(suite, "testcase", classname=f"mpgov.{family}", name=rule)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    suite.set("skipped", str(skipped))


def _case(suite: ET.Element, rule: str, one: Finding) -> ET.Element:
    parts = (one.key.name if one.key else "", one.property)
    about = _text(" · ".join(part for part in parts if part))
    name = f"{rule}: {about}" if about else rule
    case = ET.SubElement(suite, "testcase", classname=str(suite.get("name")), name=name)
    if one.at is not None:
        case.set("file", _text(one.at.file))
        if one.at.line:
            case.set("line", str(one.at.line))
    return case


def _text(text: str, *, lines: bool = False) -> str:
    """Text that XML can hold, every character that it cannot hold spelled out."""
    shown = "\n".join(map(visible, text.split("\n"))) if lines else visible(text)
    return _FORBIDDEN.sub("\ufffd", shown)[: LONGEST * (4 if lines else 1)]
