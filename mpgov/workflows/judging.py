"""Which rules are in force, and what they say."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

import mpgov.rules
from mpgov.core.audit import Evidence, NotRun
from mpgov.core.change import ChangeSet
from mpgov.core.discover import discover
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.rule import Rule, Setting, Subject, judge, not_run
from mpgov.errors import UsageError
from mpgov.storage.settings import Settings


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule there is."""
    return tuple(sorted(discover(mpgov.rules, Rule), key=lambda rule: rule.id))


def judge_plan(plan: Catalog, settings: Settings, today: str = "") -> list[Finding]:
    """What the rules that need nothing else say of a plan as it was written, on that day."""
    return judge_evidence(Evidence(plan=plan, joined=plan, today=today), settings)


def judge_evidence(evidence: Evidence, settings: Settings) -> list[Finding]:
    """What the rules say of all that is known, as far as each has enough to judge."""
    return judge(evidence, all_rules(), rule_settings(settings))


def judged_rules(evidence: Evidence, settings: Settings) -> tuple[Rule, ...]:
    """The rules in force that had enough to judge."""
    found = rule_settings(settings)
    return tuple(
        one
        for one in all_rules()
        if found.get(one.id, Setting()).level != "off"
        and one.on in {Catalog, Evidence}
        and not (one.on is Evidence and evidence.lacks(one.needs))
    )


def rules_on(kind: type[Subject], settings: Settings) -> tuple[Rule, ...]:
    """The rules in force on a subject that is no plan."""
    found = rule_settings(settings)
    return tuple(
        one for one in all_rules() if one.on is kind and found.get(one.id, Setting()).level != "off"
    )


def not_judged(evidence: Evidence, settings: Settings) -> tuple[NotRun, ...]:
    """The rules in force that lack something."""
    return tuple(not_run(evidence, all_rules(), rule_settings(settings)))


def judge_changes(
    changes: ChangeSet, settings: Settings, allow: Sequence[str]
) -> tuple[list[Finding], list[Finding]]:
    """What the guards say of a change set: all of it, and what stands since nobody lifted it."""
    found, standing = [], []
    for finding in judge(changes, all_rules(), rule_settings(settings)):
        if finding.severity != "error":
            found.append(finding)
        elif _is_lifted(finding, allow):
            said = f"{finding.message}; lifted by --allow {finding.rule}"
            found.append(replace(finding, severity="info", message=said))
        else:
            standing.append(_with_advice(finding))
    return [*standing, *found], standing


def rule_settings(settings: Settings) -> dict[str, Setting]:
    """`[rules]` of mpgov.toml, with what its other sections mean for rules."""
    found: dict[str, Setting] = {
        name: Setting(setting.severity, setting.options) for name, setting in settings.rules.items()
    }
    styles = (
        ("naming/event-case", settings.naming.event),
        ("naming/property-case", settings.naming.property),
    )
    for name, style in styles:
        mine = found.get(name, Setting())
        level = mine.level if style else "off"
        found[name] = Setting(level, {**mine.options, "style": style})
    tagged = found.get("lifecycle/deprecated-tag", Setting())
    options = {**tagged.options, "tag": settings.deprecated_tag}
    found["lifecycle/deprecated-tag"] = replace(tagged, options=options)
    return found


def stamped(rule: str, findings: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
    """Findings of the merge under their rule's name, as severe as mpgov.toml says."""
    setting = rule_settings(settings).get(rule, Setting())
    level = setting.level or next(one.severity for one in all_rules() if one.id == rule)
    if level == "off":
        return
    for finding in findings:
        yield replace(finding, rule=rule, severity=level or "warning")


def unknown_rules(settings: Settings) -> Iterator[str]:
    """A line for every rule of mpgov.toml that there is not."""
    known = {rule.id for rule in all_rules()} if settings.rules else set()
    for name in settings.rules:
        if name not in known:
            near = get_close_matches(name[:80], known, 1)
            yield f"mpgov.toml: there is no rule {name}" + (f"; {near[0]}?" if near else "")


def check_allowed(allow: Sequence[str]) -> None:
    """Refuse to lift a guard that there is not."""
    guards = [rule.id for rule in all_rules() if rule.on is ChangeSet]
    for wish in allow:
        name = wish.partition("=")[0]
        if name not in guards:
            near = get_close_matches(name, guards, 1, cutoff=0.4)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"--allow {name}: there is no such guard{meant}", hint="guards: " + " ".join(guards)
            )


def _is_lifted(finding: Finding, allow: Sequence[str]) -> bool:
    for wish in allow:
        name, given, glob = wish.partition("=")
        subject = finding.key.name if finding.key else ""
        if name == finding.rule and (not given or fnmatchcase(subject, glob)):
            return True
    return False


def _with_advice(finding: Finding) -> Finding:
    """The guard's message, ending with what to type to go ahead."""
    wish = finding.rule
    if finding.key is not None:
        literal = "".join(f"[{c}]" if c in "*?[" else c for c in finding.key.name)
        wish = f"{wish}={literal}"
    return replace(finding, message=f"{finding.message}; to go ahead: --allow {shlex.quote(wish)}")
