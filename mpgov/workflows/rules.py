"""The rules as people look them up: a table of all, and one in full."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from itertools import groupby

from mpgov.core.audit import LACK, Evidence
from mpgov.core.change import ChangeSet
from mpgov.core.model import Json
from mpgov.core.rule import Rule, Setting
from mpgov.core.sightings import Scan
from mpgov.core.tokens import Register
from mpgov.storage.settings import Settings
from mpgov.workflows.judging import all_rules, rule_settings


def listed(settings: Settings, *, markdown: bool = False) -> str:
    """Every rule with its severity in force, who judges by it, and why it is there."""
    if markdown:
        return rules_table(settings)
    lines: list[str] = []
    for family, rules in groupby(all_rules(), key=lambda one: one.family):
        lines += ["", family] if lines else [family]
        for one in rules:
            level, by = _level(one, settings), judged_by(one)
            lines.append(f"  {one.id:<29}{level:<9}{by:<14}{_first(one.reason)}")
    return "\n".join(lines) + "\n"


def rules_table(settings: Settings) -> str:
    """The same as a table of Markdown, for the README."""
    rows = ["| rule | severity | by | why |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{one.id}` | {_level(one, settings)} | {judged_by(one)} | {one.reason} |"
        for one in all_rules()
    ]
    return "\n".join(rows) + "\n"


def rules_as_json(settings: Settings) -> list[Json]:
    """Every rule with all that there is to say of it."""
    return [
        {
            "id": one.id,
            "severity": _level(one, settings),
            "default": one.severity,
            "by": judged_by(one),
            "needs": list(one.needs),
            "reason": one.reason,
            "options": dict(_options(one, settings)),
            "good": one.good,
            "bad": one.bad,
        }
        for one in all_rules()
    ]


def explained(rule: Rule, settings: Settings) -> str:
    """One rule in full."""
    return "\n".join(_explained(rule, settings)) + "\n"


def judged_by(rule: Rule) -> str:
    """Which commands judge by it."""
    named = {ChangeSet: "diff, sync", Register: "tokens check", Scan: "tokens scan"}
    if rule.on in named:
        return named[rule.on]
    return "audit" if rule.on is Evidence and set(rule.needs) - {"plan"} else "check, audit"


def _explained(rule: Rule, settings: Settings) -> Iterator[str]:
    level = _level(rule, settings)
    usual = "" if level == rule.severity else f" (its own: {rule.severity})"
    yield f"{rule.id}: {level}{usual}, judged by {judged_by(rule)}"
    yield ""
    yield from textwrap.wrap(rule.reason, 88)
    lacks = [LACK[need] for need in rule.needs if need != "plan"]
    if lacks:
        yield f"It needs {', and '.join(lacks)}."
    for title, example in (("good", rule.good), ("bad", rule.bad)):
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in _short(example))
    yield ""
    yield "in mpgov.toml:"
    yield "  [rules]"
    yield f'  "{rule.id}" = "{"off" if level != "off" else rule.severity}"'
    found = _options(rule, settings)
    if found:
        shown = ", ".join(f"{name} = {json.dumps(value)}" for name, value in found.items())
        yield f'  "{rule.id}" = {{ severity = "{rule.severity}", {shown} }}'


def _short(example: str) -> Iterator[str]:
    """The lines of an example; of many, and of long ones, the beginning."""
    lines = example.splitlines()
    for line in lines[:14]:
        yield line if len(line) <= 100 else f"{line[:100]}…"
    if len(lines) > 14:
        yield f"… and {len(lines) - 14} lines more"


def _level(rule: Rule, settings: Settings) -> str:
    return rule_settings(settings).get(rule.id, Setting()).level or rule.severity


def _options(rule: Rule, settings: Settings) -> dict[str, Json]:
    return {**rule.options, **rule_settings(settings).get(rule.id, Setting()).options}


def _first(reason: str) -> str:
    """The beginning of a reason: what fits beside its name."""
    first = reason.split(": ", maxsplit=1)[0].split("; ", maxsplit=1)[0].rstrip(".")
    return first if len(first) <= 90 else f"{first[:89]}…"
