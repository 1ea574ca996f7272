"""Two people, one dictionary: the scene that the README shows and test_scene.py checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve

PLAN = """\
mpgov: 1
events:
  Cart Viewed:
    description: "The visitor opened the cart."   # agreed with Kim
    display_name: Cart
    tags: [Commerce]
  Order Paid:
    description: A customer paid for an order.
    display_name: Order
"""
CONFIG = """\
plan = "plan.yaml"
[projects.shop]
id = {id}
host = "{host}"
[limits]
requests_per_minute = 1000
updates_per_minute = 100000
"""


class Scene:
    """A repository with a plan, a sandbox, and what was said on the terminal."""

    def __init__(self, folder: Path, sandbox: Sandbox, url: str) -> None:
        self.folder, self.sandbox, self.said = folder, sandbox, [""]
        project = sandbox.default_project
        (folder / "plan.yaml").write_text(PLAN, "utf-8")
        (folder / "mpgov.toml").write_text(CONFIG.format(id=project, host=url), "utf-8")
        account, secret = sandbox.default_account
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "GIT_"))}
        self.environment = {
            **ours,
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": str(folder.parent / "state"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Jane", "-c", "user.email=jane@acme.example")
        return self._run(["git", *identity, *arguments])[1]

    def commit(self, subject: str) -> None:
        self.git("add", "plan.yaml")
        self.git("commit", "-qm", subject)

    def write(self, old: str, new: str) -> None:
        """Jane edits the plan."""
        path = self.folder / "plan.yaml"
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def type_in_mixpanel(self, name: str, **fields: object) -> None:
        """Kim edits Lexicon."""
        self.sandbox.edit_in_ui(self.sandbox.default_project, "event", name, **fields)

    def stored(self, name: str) -> dict[str, object]:
        entries = self.sandbox.stored(self.sandbox.default_project)
        return next(e["schemaJson"] for e in entries if e["name"] == name)

    def tell(self, line: str) -> None:
        self.said.append(f"# {line}")

    def mpgov(self, *arguments: str) -> int:
        """Run mpgov as the README shows it."""
        code, said = self._run([sys.executable, "-m", "mpgov", *arguments])
        shown = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "20261124T093015Z-3f9a1c", said.strip("\n"))
        typed = " ".join(f"'{a}'" if " " in a else a for a in arguments if a != "--yes")
        self.said += [f"$ mpgov {typed}", shown, *([f"(exit {code})"] if code else []), ""]
        return code

    def show(self, *arguments: str) -> str:
        """Run git as the README shows it."""
        said = self.git(*arguments)
        lines = [line for line in said.splitlines() if re.match(r"[-+] ", line)]
        self.said += [f"$ git {' '.join(arguments)}", *lines, ""]
        return said

    def _run(self, command: list[str]) -> tuple[int, str]:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            text=True,
        )
        return done.returncode, done.stdout


def begin(folder: Path, sandbox: Sandbox, url: str) -> Scene:
    """The plan is committed, and Lexicon says it."""
    scene = Scene(folder, sandbox, url)
    scene.git("init", "-q", "-b", "main")
    scene.commit("The plan")
    scene.mpgov("sync", "--yes")
    scene.said.clear()
    return scene


def different_fields(scene: Scene) -> int:
    scene.tell("Jane describes an event better; Kim gave it another display name in Mixpanel.")
    scene.write("A customer paid for an order.", "The provider confirmed the payment.")
    scene.commit("Say when an order is paid")
    scene.type_in_mixpanel("Order Paid", display_name="Sale")
    return scene.mpgov("sync", "--yes")


def the_same_field(scene: Scene) -> int:
    scene.tell("Now both changed the same description; Jane also described another event.")
    scene.write("The visitor opened the cart.", "The cart was shown.")
    scene.write("confirmed the payment.", "confirmed the charge.")
    scene.commit("Shorter, and charge instead of payment")
    scene.type_in_mixpanel("Cart Viewed", description="The visitor saw the cart's page.")
    return scene.mpgov("sync", "--yes")


def theirs(scene: Scene) -> tuple[int, str]:
    scene.tell("They talk; Kim's is better. It goes into the plan, where it stands.")
    code = scene.mpgov("sync", "--theirs", "Cart Viewed", "--yes")
    return code, scene.show("diff", "-U0", "plan.yaml")


def undone(scene: Scene) -> int:
    scene.tell("And the change before that was a mistake after all.")
    return scene.mpgov("undo", "--last", "--yes")


def play(folder: Path) -> str:
    """The whole scene as a terminal shows it."""
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        scene = begin(folder, sandbox, server.url)
        different_fields(scene)
        the_same_field(scene)
        theirs(scene)
        undone(scene)
        return "\n".join(scene.said).strip()
