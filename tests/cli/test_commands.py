"""The command line as a user meets it: a plan on disk, the sandbox on a port."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from syrupy.assertion import SnapshotAssertion

from mpgov.cli.main import COMMANDS, main
from mpgov.errors import RemoteError
from tests.conftest import House, event_entry

Run = Callable[..., Result]

SHOP = """
events:
  Purchase Completed:
    description: A customer paid for an order.
    status: live
    owners: [jane@acme.example, team:Growth]
    category: Commerce
    properties:
      order_id: {type: string, required: true, description: Our order number., examples: [O-1]}
      revenue: {type: number, description: What was paid.}
  Checkout Clicked:
    description: Before the checkout was split by step.
    owners: [jane@acme.example]
    status: deprecated
"""
LEXICON = (
    event_entry(
        "Purchase Completed",
        description="Paid",
        properties={"revenue": {"type": "string"}, "old": {"type": "string"}},
        metadata={"com.mixpanel": {"tags": ["KPI"]}},
    ),
    event_entry("Beta Opened", description="Not in the plan."),
)
ALLOW = ("--allow", "guards/foreign-text", "--allow", "guards/mass-change")


def process(*arguments: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpgov", *arguments],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **env},
    )


class TestTheLoop:
    """Design 5, in the order in which a team goes through it."""

    def test_environment_alone_is_enough(self, open_house: House) -> None:
        (open_house.folder / "mpgov.toml").unlink()
        open_house.plan(SHOP, "shop.yaml")
        assert process("sync", "shop.yaml", "--yes").returncode == 0
        assert process("diff", "shop.yaml", "--exit-code").returncode == 0
        base = open_house.folder / "exports" / str(open_house.project) / "base.json"
        assert json.loads(base.read_text("utf-8"))["region"] == "sandbox"

    def test_export_and_diff_of_the_export(self, open_house: House, run: Run) -> None:
        open_house.put(*LEXICON)
        open_house.plan(SHOP, "shop.yaml")
        assert run("sync", "shop.yaml", "--yes", *ALLOW).exit_code == 0
        exported = run("export", "--output", "x.yaml")
        assert (exported.exit_code, exported.stdout) == (0, "x.yaml\n")
        assert run("diff", "x.yaml", "--exit-code").exit_code == 0
        again = run("export")
        path = Path(again.stdout.strip())
        assert path.read_bytes() == Path("x.yaml").read_bytes()

    def test_what_a_person_reads(
        self, open_house: House, run: Run, snapshot: SnapshotAssertion
    ) -> None:
        open_house.put(*LEXICON)
        open_house.plan(SHOP, "shop.yaml")
        project = str(open_house.project)
        said = []
        for arguments in (
            ("check", "shop.yaml"),
            ("diff", "shop.yaml"),
            ("sync", "shop.yaml", "--yes"),
            ("sync", "shop.yaml", "--yes", "--fill-only"),
            ("sync", "shop.yaml", "--yes", *ALLOW),
            ("diff", "shop.yaml", "--exit-code"),
            ("export", "--output", "-"),
        ):
            done = run(*arguments)
            said.append(f"$ mpgov {' '.join(arguments)}\n{done.stdout}{done.stderr}")
            said.append(f"(exit {done.exit_code})\n\n")
        open_house.sandbox.edit_in_ui(
            open_house.project, "event", "Purchase Completed", description="Kim was here"
        )
        said.append(f"$ mpgov diff shop.yaml\n{run('diff', 'shop.yaml').stdout}\n")
        open_house.plan(SHOP.replace("A customer paid", "Somebody paid"), "shop.yaml")
        done = run("sync", "shop.yaml", "--yes")
        said.append(f"$ mpgov sync shop.yaml --yes\n{done.stdout}(exit {done.exit_code})\n")
        text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN", "".join(said))
        assert text.replace(project, "PROJECT") == snapshot


class TestDiffAsJson:
    def test_it_is_the_document_of_the_design(self, open_house: House, run: Run) -> None:
        open_house.put(*LEXICON)
        open_house.plan(SHOP, "shop.yaml")
        document = json.loads(run("diff", "shop.yaml", "--format", "json").stdout)
        assert document["format"] == 1
        assert document["project"] == str(open_house.project)
        assert document["summary"] == {
            "create": 1,
            "update": 1,
            "delete": 0,
            "unchanged": 0,
            "conflict": 0,
            "drift": 0,
            "unmanaged": 1,
        }
        create, update = document["changes"]
        assert create["action"], create["name"] == ("create", "Checkout Clicked")
        assert {
            "path": ["properties", "revenue", "type"],
            "before": "string",
            "after": "number",
        } in (update["fields"])
        assert {
            "path": ["description"],
            "before": "Paid",
            "after": "A customer paid for an order.",
        } in (update["fields"])

    def test_the_suffix_of_the_output_chooses_the_format(self, open_house: House, run: Run) -> None:
        open_house.plan(SHOP, "shop.yaml")
        done = run("diff", "shop.yaml", "--output", "changes.json")
        assert (done.exit_code, done.stdout) == (0, "")
        assert json.loads(Path("changes.json").read_text("utf-8"))["format"] == 1

    def test_drift_and_conflicts_name_all_three_sides(self, open_house: House, run: Run) -> None:
        open_house.plan("events: {Sale: {description: B, display_name: N}}", "shop.yaml")
        run("sync", "shop.yaml", "--yes")
        open_house.sandbox.edit_in_ui(
            open_house.project, "event", "Sale", description="L", display_name="M"
        )
        open_house.plan("events: {Sale: {description: P, display_name: N}}", "shop.yaml")
        document = json.loads(run("diff", "shop.yaml", "--format", "json").stdout)
        common = {"entity": "event", "name": "Sale"}
        assert document["conflicts"] == [
            {**common, "path": ["description"], "base": "B", "plan": "P", "lexicon": "L"}
        ]
        assert document["drift"] == [
            {**common, "path": ["display_name"], "base": "N", "plan": "N", "lexicon": "M"}
        ]
        assert run("diff", "shop.yaml", "--exit-code").exit_code == 1

    def test_drift_that_the_plan_has_the_last_word_on_is_not_called_kept(
        self, open_house: House, run: Run
    ) -> None:
        open_house.plan("events: {Sale: {description: B, display_name: N}}", "shop.yaml")
        run("sync", "shop.yaml", "--yes")
        open_house.sandbox.edit_in_ui(
            open_house.project, "event", "Sale", description="L", display_name="M"
        )
        config = (open_house.folder / "mpgov.toml").read_text("utf-8")
        open_house.config(f'{config}\n[lexicon]\nauthority = {{ description = "plan" }}\n')
        text = run("diff", "shop.yaml").stdout
        kept, lost = "drift: changed in Lexicon only, kept\n", "drift: the plan has the last word\n"
        assert f'{kept}  Sale\n    display_name: "N" → "M" in Lexicon\n' in text
        assert f'{lost}  Sale\n    description: the plan says "B", Lexicon "L"' in text
        for format_ in ("markdown", "html"):
            assert (
                "the plan has the last word" in run("diff", "shop.yaml", "--format", format_).stdout
            )
        drift = json.loads(run("diff", "shop.yaml", "--format", "json").stdout)["drift"]
        assert {one["path"][0]: one.get("overwritten") for one in drift} == {
            "description": True,
            "display_name": None,
        }
        assert "1 field kept as drift" in run("sync", "shop.yaml", "--yes").stdout

    def test_an_entity_that_the_plan_drops_is_said_to_stay(
        self, open_house: House, run: Run
    ) -> None:
        open_house.plan("events: {Sale: {description: B}}", "shop.yaml")
        run("sync", "shop.yaml", "--yes")
        open_house.plan("events: {}", "shop.yaml")
        text = run("diff", "shop.yaml").stdout
        assert "the plan says nothing any more; Lexicon keeps it\n" in text

    def test_a_demo_is_kept_in_no_file(self, open_house: House, run: Run) -> None:
        result = run("demo", "--keep", str(open_house.plan("events: {}", "shop.yaml")))
        assert (result.exit_code, "is no folder" in result.stderr) == (2, True)


class TestOffline:
    def test_against_an_export(self, open_house: House, run: Run) -> None:
        open_house.put(*LEXICON)
        open_house.plan(SHOP, "shop.yaml")
        online = json.loads(run("diff", "shop.yaml", "--format", "json").stdout)
        for name in ("x.yaml", "x.json"):
            assert run("export", "--output", name).exit_code == 0
            with pytest.MonkeyPatch.context() as offline:
                offline.delenv("MIXPANEL_HOST")
                done = run("diff", "shop.yaml", "--format", "json", "--against", name)
            document = json.loads(done.stdout)
            assert document["changes"] == online["changes"]
            assert document["summary"] == online["summary"]

    def test_against_the_base(self, open_house: House, run: Run) -> None:
        open_house.plan(SHOP, "shop.yaml")
        assert run("diff", "shop.yaml", "--against", "base").exit_code == 3
        run("sync", "shop.yaml", "--yes")
        assert run("diff", "shop.yaml", "--against", "base", "--exit-code").exit_code == 0


class TestExitCodes:
    """One row an exit code of design 2."""

    def test_0_plain_diff_computes(self, open_house: House, run: Run) -> None:
        open_house.plan(SHOP, "shop.yaml")
        assert run("diff", "shop.yaml").exit_code == 0
        assert run("diff", "shop.yaml", "--exit-code").exit_code == 1

    def test_1_findings(self, open_house: House, run: Run) -> None:
        open_house.plan("events: {Sale: }", "bare.yaml")
        assert run("check", "bare.yaml").exit_code == 0
        assert run("check", "bare.yaml", "--fail-on", "warning").exit_code == 1
        open_house.plan(
            "events: {Sale: {properties: {p: {type: number, examples: [x]}}}}", "wrong.yaml"
        )
        for command in (("check",), ("check", "--fail-on", "info"), ("diff",), ("sync", "--yes")):
            assert run(*command, "wrong.yaml").exit_code == 1
        assert run("check", "wrong.yaml", "--fail-on", "never").exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("nonsense",), "No such command 'nonsense'"),
            (("apply",), "In mpgov it is: mpgov sync"),
            (("snyc",), "In mpgov it is: mpgov sync"),
            (("sync", "plan.yaml"), "there is no terminal"),
            (("diff", "--fields", "descripton"), "did you mean description?"),
            (("diff", "plan.yaml", "--allow", "guards/delete"), "did you mean guards/deletes?"),
            (("check", "a.yaml", "--plan", "b.yaml"), "two plans"),
            (("diff", "plan.yaml", "--project", "nobody"), "nobody"),
        ],
    )
    def test_2_wrong_usage(
        self, open_house: House, run: Run, arguments: tuple[str, ...], said: str
    ) -> None:
        open_house.plan(SHOP)
        done = run(*arguments)
        assert (done.exit_code, said in done.stderr) == (2, True), done.stderr

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("events: {Sale: {descripton: d}}", "plan.yaml:2:17:"),
            ("events: [", "plan.yaml:"),
        ],
    )
    def test_3_a_file_that_is_not_what_it_claims(
        self, open_house: House, run: Run, text: str, said: str
    ) -> None:
        open_house.plan(text)
        for command in (("check",), ("diff",), ("sync", "--yes")):
            done = run(*command, "plan.yaml")
            assert (done.exit_code, said in done.stderr) == (3, True), done.stderr

    def test_3_no_such_plan(self, run: Run) -> None:
        done = run("check", "nowhere.yaml")
        assert (done.exit_code, "nowhere.yaml" in done.stderr) == (3, True)

    def test_3_a_record_that_cannot_be_written_stops_before_the_first_write(
        self, open_house: House, run: Run
    ) -> None:
        open_house.plan(SHOP)
        (open_house.folder / "exports").write_text("a file, not a folder", "utf-8")
        done = run("sync", "plan.yaml", "--yes")
        assert (done.exit_code, open_house.stored()) == (3, {}), done.stderr
        assert run("diff", "plan.yaml").exit_code == 0

    def test_4_no_credentials_or_refused(
        self, open_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_house.plan(SHOP)
        monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "wrong")
        assert run("diff", "plan.yaml").exit_code == 4
        monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
        assert run("diff", "plan.yaml").exit_code == 4

    def test_4_a_role_that_cannot_write(
        self, open_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_house.plan(SHOP)
        account, secret = open_house.sandbox.add_account(
            "reader", roles={open_house.project: "analyst"}
        )
        monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", account)
        monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
        assert run("diff", "plan.yaml").exit_code == 0
        done = run("sync", "plan.yaml", "--yes")
        assert (done.exit_code, "analyst" in done.stderr) == (4, True)
        assert open_house.stored() == {}

    def test_5_mixpanel_unreachable(
        self, open_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_house.plan(SHOP)
        monkeypatch.setenv("MIXPANEL_HOST", "http://127.0.0.1:9")
        done = run("diff", "plan.yaml", "--max-wait", "0")
        assert (done.exit_code, "Traceback" in done.stderr) == (5, False)

    def test_7_accepted_but_not_stored(self, open_house: House, run: Run) -> None:
        open_house.plan("events: {Sale: {owners: [nobody@acme.example]}}")
        done = run("sync", "plan.yaml", "--yes")
        assert (done.exit_code, "nobody@acme.example" in done.stdout) == (7, True)
        done = run("diff", "plan.yaml", "--exit-code")
        assert (done.exit_code, "lexicon/not-stored" in done.stdout) == (0, True)

    def test_70_a_bug(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any) -> None:
            raise KeyError("oops")

        monkeypatch.setattr("mpgov.cli.check.check", broken)
        done = run("check", "plan.yaml")
        assert (done.exit_code, "a bug in mpgov" in done.stderr) == (70, True)
        assert isinstance(run("--debug", "check", "plan.yaml").exception, KeyError)

    def test_130_interrupted(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("mpgov.cli.check.check", interrupted)
        assert run("check", "plan.yaml").exit_code == 130

    def test_an_error_knows_its_code(self) -> None:
        assert RemoteError.exit_code == 5


class TestHelp:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_shows_two_examples(self, run: Run, name: str) -> None:
        done = run(name, "--help")
        assert done.exit_code == 0
        assert done.stdout.count(f"\n    mpgov {name}") >= 2

    def test_commands_are_grouped(self, run: Run) -> None:
        said = run("--help").stdout
        assert said.index("Plan:") < said.index("Lexicon:") < said.index("Set-up:")

    def test_the_version(self, run: Run) -> None:
        assert run("--version").stdout.startswith("mpgov, version ")

    def test_every_command_loads(self) -> None:
        with click.Context(main) as ctx:
            assert all(isinstance(main.get_command(ctx, n), click.Command) for n in COMMANDS)


class TestStreams:
    @pytest.mark.usefixtures("open_house")
    def test_a_plan_from_standard_input(self) -> None:
        done = process("diff", "-", given="mpgov: 1\nevents: {Sale: {description: d}}\n")
        assert (done.returncode, "+ Sale" in done.stdout) == (0, True)

    def test_utf8_also_where_the_system_thinks_otherwise(self, open_house: House) -> None:
        open_house.plan("events: {Söl 🎉: {description: ñ}}")
        done = process("diff", "plan.yaml", PYTHONIOENCODING="ascii", LC_ALL="C")
        assert (done.returncode, "Söl 🎉" in done.stdout) == (0, True)

    def test_escapes_in_names_are_shown_not_obeyed(self, open_house: House, run: Run) -> None:
        open_house.plan('events: {"\\e[31mred\\e[0m [bold]x[/bold]": {description: "a\\u202Eb"}}')
        said = run("diff", "plan.yaml").stdout
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "\\x1b[31mred\\x1b[0m [bold]x[/bold]" in said

    @pytest.mark.usefixtures("open_house")
    def test_quiet_tells_only_the_answer(self, run: Run) -> None:
        done = run("--quiet", "export", "--output", "x.yaml")
        assert (done.stdout, done.stderr) == ("x.yaml\n", "")


class TestCheck:
    UNTIDY = """
events:
  sign up:
    properties:
      Plan: {type: number, examples: [free]}
      size:
  Old Thing: {tags: [deprecated], description: d, owners: [tom@acme.example]}
governance: {left: [tom@acme.example]}
"""

    def test_what_a_person_reads(
        self, open_house: House, run: Run, snapshot: SnapshotAssertion
    ) -> None:
        open_house.config('[naming]\nevent = "Title Case"\nproperty = "snake_case"\n')
        open_house.plan(self.UNTIDY)
        done = run("check", "plan.yaml")
        assert f"{done.stdout}(exit {done.exit_code})\n" == snapshot

    def test_as_json_every_finding_has_its_place(self, open_house: House, run: Run) -> None:
        open_house.plan(self.UNTIDY)
        document = json.loads(run("check", "plan.yaml", "--format", "json").stdout)
        assert document["summary"] == {"error": 2, "warning": 6, "info": 0}
        assert document["findings"][0] == {
            "rule": "datatypes/example",
            "severity": "error",
            "entity": "event",
            "name": "sign up",
            "property": "Plan",
            "message": "has the example free, which is no number",
            "location": {"file": "plan.yaml", "line": 6, "column": 28},
            "owners": [],
            "volume": None,
            "share": None,
            "fix": None,
        }
        assert all(finding["location"] for finding in document["findings"])

    def test_a_rule_is_turned_off_or_up(self, open_house: House, run: Run) -> None:
        open_house.config(
            '[rules]\n"ownership/unowned" = "error"\n"documentation/undescribed" = "off"\n'
            '"no/such-rule" = "off"\n'
        )
        open_house.plan("events: {Sale: {}}")
        done = run("check", "plan.yaml")
        assert (done.exit_code, "undescribed" in done.stdout) == (1, False)
        assert "there is no rule no/such-rule" in done.stderr

    def test_the_schema_for_editors(self, run: Run) -> None:
        done = run("check", "--print-schema")
        assert json.loads(done.stdout)["type"] == "object"
