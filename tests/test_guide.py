"""The README's table of the guide: every line is done by a command that is typed here."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mpgov.cli.main import main
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from tests.corpus import value
from tests.readme_parts import guide

ROOT = Path(__file__).parent.parent
LINES = [(name, line) for name, lines in guide().items() for line in lines]
COMMANDS = sorted({line["by"] for _, line in LINES})
CONFIG = """\
plan = "plans/shop.yaml"
[projects.shop]
id = {project}
service_account = "{account}"
[limits]
requests_per_minute = 1000
updates_per_minute = 100000
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What every command of the table prints, typed once each in the demo shop."""
    folder = tmp_path_factory.mktemp("guide")
    sandbox = Sandbox("shop", limits=False)
    with serve(sandbox) as server, pytest.MonkeyPatch.context() as patch:
        account, secret = sandbox.default_account
        patch.chdir(folder)
        patch.setenv("MIXPANEL_HOST", server.url)
        patch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
        patch.setenv("MPGOV_STATE_DIR", str(folder / "state"))
        patch.setenv("MPGOV_CACHE_DIR", str(folder / "cache"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        config = CONFIG.format(project=sandbox.default_project, account=account)
        (folder / "mpgov.toml").write_text(config, "utf-8")
        (folder / "plans").mkdir()
        for name in ("shop.yaml", "tokens.yaml"):
            shutil.copy(ROOT / "plans" / name, folder / "plans")
        gaps = "mpgov: 1\nevents: {Nobody knows: {}}\n"
        (folder / "plans" / "gaps.yaml").write_text(gaps, "utf-8")
        (folder / "src").mkdir()
        (folder / "src" / "app.js").write_text(f'mixpanel.init("{value("guide")}");\n', "utf-8")
        yield {command: _typed(command) for command in sorted(COMMANDS, key=_order)}


def _order(command: str) -> tuple[bool, str]:
    """What reads comes before what writes: a sync changes what a diff shows."""
    return (" sync " in command, command)


def _typed(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "mpgov"
    done = CliRunner().invoke(main, words[1:], prog_name="mpgov")
    assert done.exit_code in {0, 1}, f"{command}: {done.output}"
    return done.output


@pytest.mark.parametrize(("section", "line"), LINES, ids=lambda x: x if isinstance(x, str) else "")
def test_a_line_of_the_guide_is_done_by_its_command(
    shop: dict[str, str], section: str, line: dict[str, str]
) -> None:
    assert line["shows"] in shop[line["by"]], f"{section}: {line['says']}"


def test_the_sections_are_whole() -> None:
    """As many lines as the guide has: bullets, rows of tables, steps."""
    assert {name: len(lines) for name, lines in guide().items()} == {
        "Access and Permissions": 14,
        "Configure Lexicon": 10,
        "Lexicon Validation": 5,
        "Change Log and Owners": 5,
    }


def test_the_readme_has_every_line() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for _, line in LINES:
        assert f"| {line['says']} | `{line['by']}` |" in text
