"""`mpgov demo`: the whole loop, narrated, on a sandbox of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpgov.errors import MpgovError, UsageError

if TYPE_CHECKING:
    from mpgov.sandbox.app import Sandbox

CONFIG = """\
plan = "plans"

[projects.shop]
id = {project}
service_account = "{account}"
host = "{host}"

[naming]
event = "Title Case"
property = "snake_case"

[limits]                  # the sandbox runs without Mixpanel's limits, so that you need not wait
requests_per_minute = 1000
updates_per_minute = 100000
"""


class DemoError(MpgovError):
    """A step of the demo did not end as it should: a bug in mpgov."""


@click.command(
    "demo",
    epilog="""\b
Examples:
  mpgov demo
  mpgov demo --keep ./mpgov-demo""",
)
@click.option("--keep", metavar="FOLDER", help="Leave the demo's files there, to look around.")
@click.pass_context
def command(ctx: click.Context, *, keep: str | None) -> None:
    """Show the whole loop on a sandbox, in one minute: no account, no network."""
    if keep is not None and Path(keep).exists() and not Path(keep).is_dir():
        raise UsageError(f"--keep {keep}: is no folder", hint="--keep ./mpgov-demo")
    with tempfile.TemporaryDirectory(prefix="mpgov-demo-") as folder:
        Demo(Path(folder), color=ctx.color is not False).run()
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True)
            click.echo(f"Its files are in {keep}.")


@dataclass(slots=True)
class Demo:
    """One run of the loop in a folder of its own."""

    folder: Path
    color: bool
    environment: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Start the sandbox, go through the loop, and stop it again."""
        from mpgov.sandbox.app import Sandbox  # noqa: PLC0415 - brings Flask with it
        from mpgov.sandbox.server import serve  # noqa: PLC0415 - as above

        sandbox = Sandbox("shop", limits=False)
        with serve(sandbox) as server:
            self._set_up(sandbox, server.url)
            self._tell(f"A sandbox Mixpanel runs at {server.url}: a shop, half documented.")
            self._loop(sandbox)
        self._farewell()

    def _set_up(self, sandbox: Sandbox, url: str) -> None:
        account, secret = sandbox.default_account
        config = CONFIG.format(project=sandbox.default_project, account=account, host=url)
        (self.folder / "mpgov.toml").write_text(config, "utf-8")
        (self.folder / "plans").mkdir()
        for name in ("shop.yaml", "tokens.yaml"):
            (self.folder / "plans" / name).write_bytes(demo_file(name))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "MPGOV_"))}
        self.environment = {
            **kept,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": str(self.folder / "state"),
            "MPGOV_CACHE_DIR": str(self.folder / "cache"),
            "COLUMNS": "100",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(_root()), kept.get("PYTHONPATH")])),
        }

    def _loop(self, sandbox: Sandbox) -> None:
        self._tell("1. The tracking plan is plans/shop.yaml. Is it sound? No network is needed.")
        self._mpgov("check")
        self._tell(
            "2. What would change in Lexicon? For one event first. Colleagues have typed things in",
            "   Mixpanel's UI, and mpgov will not replace their words unless you say so.",
        )
        self._mpgov("diff", "--only", "Purchase Completed")
        self._tell("3. So first fill what is empty, and replace nothing.")
        self._mpgov("sync", "--fill-only", "--yes", show_last=4)
        self._tell("4. Then the rest, with the guards lifted by name: you have read the diff.")
        lifted = ("--allow", "guards/foreign-text", "--allow", "guards/mass-change")
        self._mpgov("sync", "--yes", *lifted, show_last=14)
        self._tell("5. Lexicon now says what the plan says:")
        self._mpgov("diff", "--exit-code")
        self._tell(
            "6. A colleague edits a description in Mixpanel. mpgov keeps the edit, and shows it",
            "   as drift; the next sync will not undo it.",
        )
        project = sandbox.default_project
        text = "The visitor paid. (Edited by Kim in Mixpanel.)"
        sandbox.edit_in_ui(project, "event", "Purchase Completed", description=text)
        self._mpgov("sync", "--yes")
        self._mpgov("diff", "--exit-code")
        self._tell("7. Take Lexicon home as a file that git can diff:")
        self._mpgov("export")
        click.echo(f"   ({_lines(self.folder / 'exports' / 'shop' / 'lexicon.yaml')} lines)")

        self._record(lifted)

    def _record(self, lifted: tuple[str, ...]) -> None:
        """The second half: the record, undoing, and the audit."""
        self._tell("8. Every run is on record, each line chained to the one before:")
        self._mpgov("history")
        self._mpgov("history", "verify")
        self._tell(
            "9. Put the last run back, from what Mixpanel held before it. What the colleague",
            "   edited since stays, and is named (so it ends with 7: done in part).",
        )
        allowed = ("--allow", "guards/mass-change")
        self._mpgov("undo", "--last", "--yes", *allowed, show_last=14, ends_with=7)
        self._mpgov("sync", "--yes", "--ours", "*", *lifted, show_last=1)
        self._tell(
            "10. And is it true? The audit holds plan and Lexicon against what really arrives:",
            "    names, volumes, and the raw events of the last days (it ends with 1: errors).",
        )
        events = ("--events", "last-29-days", "--keep-events", "events")
        self._mpgov("audit", *events, "--output", "audit.html", show_notes=2, ends_with=1)
        self._mpgov("audit", "--events", "events", show_last=40, ends_with=1)
        click.echo(f"   (audit.html: {_size(self.folder / 'audit.html')}, a page to show around)")
        self._tell(
            "11. Who holds which token, and when is it due? The register keeps fingerprints alone;",
            "    mpgov tokens scan finds the values in code and configuration.",
        )
        self._mpgov("tokens", "list", "--offline")
        self._tell(
            "12. The quarter on one page: volumes, health, changes with who and why, owners, and",
            "    the decisions to take, each with the command that does it.",
        )
        self._mpgov(
            "review", "--events", "events", "--fail-on", "never", show_notes=0, show_last=16
        )

    def _farewell(self) -> None:
        self._tell("That was the loop. The sandbox is gone; nothing was left running.")
        click.echo("Next, type one of:")
        click.echo("  mpgov sandbox              a sandbox that stays, to try things on")
        click.echo("  mpgov check YOUR-PLAN.yaml judge a plan of your own")
        click.echo("  mpgov auth login           connect your Mixpanel project")

    def _mpgov(
        self,
        *arguments: str,
        show_last: int | None = None,
        show_notes: int | None = None,
        ends_with: int = 0,
    ) -> None:
        """Run a real mpgov and show what it says, or the end of it."""
        click.echo(click.style("$ mpgov " + subprocess.list2cmdline(arguments), bold=True))
        done = subprocess.run(  # noqa: S603 - our own command, with our own arguments
            [sys.executable, "-m", "mpgov", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        lines = done.stdout.splitlines()
        shown = lines if show_last is None else lines[-show_last:]
        if len(shown) < len(lines):
            click.echo(f"  … {len(lines) - len(shown)} lines more …")
        notes = done.stderr.splitlines()
        for line in [*(notes if show_notes is None else notes[len(notes) - show_notes :]), *shown]:
            click.echo(f"  {line}")
        if done.returncode != ends_with:
            raise DemoError(f"mpgov {arguments[0]} ended with {done.returncode}")

    def _tell(self, *lines: str) -> None:
        click.echo("")
        for line in lines:
            click.echo(click.style(line, fg="cyan") if self.color else line)


def demo_plan() -> bytes:
    """The demo plan."""
    return demo_file("shop.yaml")


def demo_file(name: str) -> bytes:
    """A file of the demo plan: beside this module in a wheel, in `plans/` of a checkout."""
    packed = files("mpgov.cli") / name
    return packed.read_bytes() if packed.is_file() else (_root() / "plans" / name).read_bytes()


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _size(path: Path) -> str:
    return f"{path.stat().st_size // 1024} KB"


def _lines(path: Path) -> int:
    return path.read_text("utf-8").count("\n")
