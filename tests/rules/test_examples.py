"""Every rule's examples: the bad one yields its finding, the good one none."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from mpgov.core.audit import Evidence
from mpgov.core.base import Base
from mpgov.core.change import ChangeSet
from mpgov.core.diff import diff
from mpgov.core.finding import Finding
from mpgov.core.merge import merge
from mpgov.core.model import Catalog
from mpgov.core.normal import known, normal
from mpgov.core.rule import Rule, Setting, judge
from mpgov.core.sightings import Scan
from mpgov.core.tokens import Register
from mpgov.core.volumes import Volumes
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads
from mpgov.workflows.judging import all_rules
from tests.rules.evidence import evidence_of
from tests.rules.registers import register_of, scan_of

RULES = {rule.id: rule for rule in all_rules()}


def plan(text: str) -> Catalog:
    return loads([Source("plan.yaml", f"mpgov: 1\n{text}\n".encode())]).catalog


def changes(text: str) -> ChangeSet:
    before, after = (normal(plan(part)) for part in text.split("\n---\n"))
    foreign = frozenset(merge(after, Base(), known(before)).foreign)
    names = [key.name for key in before.entities]
    counts = {name: 100 if name.startswith("Busy") else 0 for name in names}
    volumes = Volumes(counts, sum(counts.values()))
    return replace(diff(known(before), known(after)), foreign=foreign, volumes=volumes)


def judged(rule: Rule, example: str, folder: Path) -> list[Finding]:
    if rule.on is Evidence:
        evidence = evidence_of(example, folder)
        assert not evidence.lacks(rule.needs)
        return judge(evidence, [rule], {})
    if rule.on is Register:
        return judge(register_of(example), [rule], {})
    if rule.on is Scan:
        return judge(scan_of(example), [rule], {})
    return judge(changes(example) if rule.on is ChangeSet else plan(example), [rule], {})


@pytest.mark.parametrize("name", RULES)
def test_the_bad_example_yields_the_finding(name: str, tmp_path: Path) -> None:
    found = judged(RULES[name], RULES[name].bad, tmp_path)
    assert found
    assert {(f.rule, f.severity) for f in found} == {(name, RULES[name].severity)}


@pytest.mark.parametrize("name", RULES)
def test_the_good_example_yields_none(name: str, tmp_path: Path) -> None:
    assert judged(RULES[name], RULES[name].good, tmp_path) == []


@pytest.mark.parametrize("name", RULES)
def test_explaining_a_rule_shows_both_examples(name: str, run: Callable[..., Result]) -> None:
    said = run("rules", "explain", name)
    assert said.exit_code == 0
    for example in (RULES[name].good, RULES[name].bad):
        assert all(f"  {line[:100]}" in said.stdout for line in example.splitlines()[:14])
    assert " ".join(RULES[name].reason.split()[:4]) in said.stdout


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_why_it_is_there(name: str) -> None:
    assert RULES[name].reason.endswith(".")


def test_a_register_that_is_complete_has_no_findings() -> None:
    text = """tokens:
  web: {kind: project_token, project: 1, environment: production, holder: team:Web,
    rotate_every: 365, last_rotated: 2026-11-01, fingerprint: 1a2b3c4d5e6f7890}
  dev: {kind: project_token, project: 2, environment: development, holder: team:Web,
    rotate_every: 365, last_rotated: 2026-11-01, fingerprint: 1a2b3c4d5e6f7891}
  sync: {kind: service_account, project: 1, environment: production, holder: team:Web,
    rotate_every: 365, last_rotated: 2026-11-01, account: a.mp-service-account}
  other: {kind: service_account, project: 1, environment: development, holder: team:Web,
    rotate_every: 365, last_rotated: 2026-11-01, account: b.mp-service-account}"""
    assert judge(register_of(text), all_rules(), {}) == []
    bare = judge(register_of("tokens: {a: {kind: service_account}}"), all_rules(), {})
    assert [finding.message for finding in bare] == [
        "a lacks project, environment and account",
        "a has no holder",
        "a has no rotation schedule",
    ]


def test_a_rule_that_is_off_is_silent() -> None:
    rule = RULES["documentation/undescribed"]
    assert judge(plan(rule.bad), [rule], {rule.id: Setting("off")}) == []
    (found,) = judge(plan(rule.bad), [rule], {rule.id: Setting("error")})
    assert (found.severity, str(found.at)) == ("error", "plan.yaml:2:10")


def test_options_of_a_rule_can_be_set() -> None:
    rule = RULES["guards/mass-change"]
    assert judge(changes(rule.bad), [rule], {rule.id: Setting("", {"share": 0.5})}) == []


def test_what_never_arrives_is_not_busy_whatever_the_least() -> None:
    rule = RULES["guards/busy-event"]
    assert judge(changes(rule.good), [rule], {rule.id: Setting("", {"least": 0})}) == []
    assert judge(changes(rule.bad), [rule], {rule.id: Setting("", {"least": 101})}) == []
    (found,) = judge(changes(rule.bad), [rule], {})
    assert (
        found.message
        == "is hidden, and arrived 100 times in 30 days (100% of all that was counted)"
    )


@pytest.mark.parametrize(
    ("style", "fits", "not_"),
    [
        ("Title Case", "Item Added to Cart 2 (iOS)", "Item added"),
        ("Sentence case", "Item added via API", "Item Added"),
        ("camelCase", "itemAdded2", "ItemAdded"),
        ("kebab-case", "item-added", "item_added"),
        ("snake_case", "item_added_2", "item__added"),
        ("/[a-z]+:[a-z]+/", "item:added", "item:added!"),
    ],
)
def test_naming_styles(style: str, fits: str, not_: str) -> None:
    rule = RULES["naming/event-case"]
    found = judge(
        plan(f"events: {{'{fits}': , '{not_}': }}"),
        [rule],
        {rule.id: Setting("", {"style": style})},
    )
    assert [finding.key.name for finding in found if finding.key] == [not_]


def test_mixpanels_own_names_are_never_findings() -> None:
    text = "events: {$experiment_started: {properties: {$city: , mp_lib: }}}"
    assert judge(plan(text), all_rules(), {}) == []


@pytest.mark.parametrize(
    ("prop", "message"),
    [
        ("{type: integer, examples: [1.5]}", "is no integer"),
        ("{type: boolean, examples: ['yes']}", "is no boolean"),
        ("{type: datetime, examples: [soon]}", "is no datetime"),
        ("{type: object, examples: [1]}", "is no object"),
        ("{type: list, examples: [{a: 1}]}", "is no list"),
        ("{type: string, allowed: [a], examples: [b]}", "is not one of the allowed values"),
        ("{type: string, pattern: '^a', examples: [b]}", "does not match ^a"),
        ("{type: number, minimum: 1, examples: [0]}", "is below the minimum of 1"),
        ("{type: number, maximum: 1, examples: [2]}", "is above the maximum of 1"),
    ],
)
def test_an_example_that_contradicts_its_property(prop: str, message: str) -> None:
    text = f"events: {{Sale: {{properties: {{p: {prop}}}}}}}"
    (found,) = judge(plan(text), [RULES["datatypes/example"]], {})
    assert found.message.endswith(message)


@pytest.mark.parametrize(
    "prop",
    [
        "{type: integer, examples: [1, 2.0]}",
        "{type: datetime, examples: [2024-01-02, '2024-01-02T10:00:00Z', '2024-01-02T10:00']}",
        "{type: list, examples: [[a], b]}",
        "{examples: [1, a, true]}",
        "{type: string, pattern: '^U', examples: [U1]}",
    ],
)
def test_an_example_that_fits(prop: str) -> None:
    text = f"events: {{Sale: {{properties: {{p: {prop}}}}}}}"
    assert judge(plan(text), [RULES["datatypes/example"]], {}) == []


def test_a_name_stands_in_a_command_as_a_shell_takes_it(tmp_path: Path) -> None:
    rule = RULES["lexicon/drift"]
    example = rule.bad.replace("Sign Up", '"Jane\'s $(x) *"')
    (found,) = judge(evidence_of(example, tmp_path), [rule], {})
    assert shlex.split(found.fix)[-1] == "Jane's $(x) [*]"
