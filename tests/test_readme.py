"""The README: every command and rule is in it, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from mpgov.cli.main import COMMANDS
from mpgov.core.rule import Rule
from mpgov.workflows.judging import all_rules

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"### `mpgov {name} --help`" in TEXT


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_documented(rule: Rule) -> None:
    assert f"| `{rule.id}` |" in TEXT


@pytest.mark.parametrize("target", re.findall(r"\]\(((?!https?:)[^)#]+)\)", TEXT))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
