"""The generated parts of the README, written by cog."""

import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent.parent))

from mpgov.cli.main import COMMANDS, main
from mpgov.storage.settings import Naming, RuleSetting, load_settings
from mpgov.workflows.rules import rules_table
from tests.scene import play


def rule_table() -> None:
    """Every rule: what it is called, how severe it is, and why it is there."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(None, Path(folder))
    naming = RuleSetting("warning")
    rules = {**settings.rules, "naming/event-case": naming, "naming/property-case": naming}
    shown = replace(settings, rules=rules, naming=Naming("Title Case", "snake_case"))
    print(rules_table(shown), end="")


def guide() -> dict[str, list[dict[str, str]]]:
    """The lines of the guide by section, each with the command that does it."""
    said = tomllib.loads((Path(__file__).parent / "guide.toml").read_text("utf-8"))
    return {section["name"]: section["line"] for section in said["section"]}


def guide_table() -> None:
    """The guide line by line; tests/test_guide.py types every command."""
    for name, lines in guide().items():
        print(f"**{name}**\n\n| the guide says | type | what it does |\n| --- | --- | --- |")
        for line in lines:
            print(f"| {line['says']} | `{line['by']}` | {line['does']} |")
        print()


def commands() -> None:
    """The help of every command, as it is printed."""
    with main.make_context("mpgov", [], resilient_parsing=True) as ctx:
        _block("mpgov --help", ctx.get_help())
        for name in COMMANDS:
            command = main.get_command(ctx, name)
            assert command is not None
            _command(command, f"mpgov {name}", ctx)


def _command(command: click.Command, path: str, parent: click.Context) -> None:
    name = path.rsplit(maxsplit=1)[-1]
    with command.make_context(name, [], parent, resilient_parsing=True) as ctx:
        _block(f"{path} --help", ctx.get_help())
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                _command(inner, f"{path} {name}", ctx)


def _block(title: str, text: str) -> None:
    print(f"### `{title}`\n\n```text")
    print("\n".join(line.rstrip() for line in text.splitlines()))
    print("```\n")


def scene_page() -> None:
    """Two people and one dictionary, as a terminal shows it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "plan"
        place.mkdir()
        print("```console")
        print(play(place))
        print("```")
