"""Run the jobs of a written GitHub workflow: real bash, git and mpgov; `gh` and `pip` recorded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mpgov.sandbox.app import Sandbox

PYTHON = f"""#!/bin/sh
if [ "$1 $2" = "-m pip" ]; then
  printf '%s\\n' "$*" >> "$FAKE/pip"; exit 0
fi
exec "{sys.executable}" "$@"
"""
MPGOV = f'#!/bin/sh\nexec "{sys.executable}" -m mpgov "$@"\n'
GH = f"""#!{sys.executable}
import json, os, sys
from pathlib import Path
fake, words = Path(os.environ["FAKE"]), sys.argv[1:]
body = [Path(word[6:]).read_text("utf-8") for word in words if word.startswith("body=@")]
with (fake / "gh").open("a", encoding="utf-8") as file:
    call = {{"words": words, "body": body, "token": os.environ["GH_TOKEN"]}}
    file.write(json.dumps(call) + "\\n")
answer = fake / "-".join(word for word in words[:2] if word.isalpha())
if answer.exists() and "--method" not in words:
    print(answer.read_text("utf-8"))
"""


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Jane", "-c", "user.email=jane@acme.example", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@dataclass
class Repo:
    """A repository on a server, a desk where the plan is written, and jobs in fresh clones."""

    folder: Path
    sandbox: Sandbox
    url: str
    jobs: int = 0
    secret: bool = True
    said: str = ""
    ran: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk, self.bare, self.fake = (
            self.folder / name for name in ("desk", "remote.git", "fake")
        )
        git(self.folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        git(self.folder, "clone", "-q", str(self.bare), str(self.desk))
        git(self.desk, "switch", "-q", "-c", "main")
        self.fake.mkdir()
        for name, text in (("python", PYTHON), ("mpgov", MPGOV), ("gh", GH)):
            path = self.fake / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o755)

    @property
    def project(self) -> int:
        return self.sandbox.default_project

    def init(self, *arguments: str, **more: str) -> None:
        """`mpgov init` at the desk, by somebody who has no secret there."""
        command = [sys.executable, "-m", "mpgov", "init", *arguments]
        environment = {**self._environment(), "MIXPANEL_HOST": "", **more}
        done = subprocess.run(
            command, cwd=self.desk, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self.said = done.stdout

    def plan(self, events: str) -> None:
        (self.desk / "plans" / "plan.yaml").write_text(f"mpgov: 1\nevents: {events}\n", "utf-8")

    def commit(self, branch: str = "main") -> None:
        git(self.desk, "add", "-A")
        git(self.desk, "commit", "-q", "--allow-empty", "-m", "The plan")
        git(self.desk, "push", "-q", "--force", "origin", f"HEAD:{branch}")

    def answer(self, name: str, text: str) -> None:
        """What `gh` answers to this command from now on."""
        (self.fake / name).write_text(text, "utf-8")

    def gh(self) -> list[dict[str, Any]]:
        """The calls of `gh` so far, without its set-up."""
        path = self.fake / "gh"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        calls = [json.loads(line) for line in lines]
        return [one for one in calls if one["words"][:2] != ["auth", "setup-git"]]

    def run(self, job: str, *, branch: str = "main", fork: bool = False, **inputs: str) -> int:
        """Run a job as GitHub would, in a clone of its own; the code of the step that failed."""
        self.jobs += 1
        place = self.folder / f"job{self.jobs}"
        git(self.folder, "clone", "-q", "-b", branch, str(self.bare), str(place))
        document = yaml.safe_load((place / ".github/workflows/mpgov.yml").read_text("utf-8"))
        steps = document["jobs"][job]["steps"]
        folder = document["defaults"]["run"].get("working-directory", ".")
        event = "workflow_dispatch" if inputs else "push" if job == "sync" else "pull_request"
        environment = {
            **self._environment(),
            **self._filled(document["env"], {}),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "jane",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_REPOSITORY": "acme/plan",
            "GITHUB_STEP_SUMMARY": str(place.with_suffix(".summary")),
            "MIXPANEL_HOST": self.url,
            "MPGOV_STATE_DIR": str(place.with_suffix(".state")),
            "RUNNER_TEMP": str(place.with_suffix(".temp")),
        }
        Path(environment["RUNNER_TEMP"]).mkdir()
        code, self.said, self.ran = 0, "", []
        for step in steps:
            condition = step.get("if", "")
            if "run" not in step or (code and "!cancelled()" not in condition):
                continue
            if fork and "head.repo" in condition:
                continue
            self.ran.append(step["name"])
            values = {f"inputs.{name}": value for name, value in inputs.items()}
            mine = {**environment, **self._filled(step.get("env", {}), values)}
            code = self._step(step["run"], place / folder, mine) or code
        return code

    def run_gitlab(self, job: str, source: str, **more: str) -> int:
        """Run a job as GitLab would: the lines of its script, one after the other."""
        self.jobs += 1
        place = self.folder / f"job{self.jobs}"
        git(self.folder, "clone", "-q", "-b", "main", str(self.bare), str(place))
        document = yaml.safe_load((place / ".gitlab-ci.yml").read_text("utf-8"))
        account, secret = self.sandbox.default_account
        values = {k: v["value"] for k, v in document["variables"].items() if isinstance(v, dict)}
        environment = {
            **self._environment(),
            **values,
            "CI_DEFAULT_BRANCH": "main",
            "CI_PIPELINE_SOURCE": source,
            "CI_PROJECT_DIR": str(place),
            "MIXPANEL_HOST": self.url,
            "MIXPANEL_PROJECT_ID": str(self.project),
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MPGOV_STATE_DIR": str(place.with_suffix(".state")),
            **({"MIXPANEL_SERVICE_ACCOUNT_SECRET": secret} if self.secret else {}),
            **more,
        }
        self.said = ""
        return self._step("\n".join(document[job]["script"]), place, environment)

    def _step(self, script: str, folder: Path, environment: dict[str, str]) -> int:
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        self.said += done.stdout + done.stderr
        return done.returncode

    def _filled(self, given: dict[str, str], inputs: dict[str, str]) -> dict[str, str]:
        """The variables of a step; `${{ … }}` stands for what GitHub would put there."""
        account, secret = self.sandbox.default_account
        known = {
            "vars.MIXPANEL_PROJECT_ID": str(self.project),
            "vars.MIXPANEL_REGION": "",
            "vars.MIXPANEL_SERVICE_ACCOUNT": account,
            "secrets.MIXPANEL_SERVICE_ACCOUNT_SECRET": secret if self.secret else "",
            "github.token": "token-of-the-job",
            "github.event.pull_request.number": "7",
            **dict.fromkeys(("inputs.project", "inputs.allow", "inputs.reason"), ""),
            **inputs,
        }
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], value)
            for name, value in given.items()
        }

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL_", "GITHUB_"))}
        path = os.pathsep.join((str(self.fake / "bin"), kept["PATH"]))
        found = {**kept, "PATH": path, "FAKE": str(self.fake), "HOME": str(self.folder)}
        root = str(Path(__file__).parents[2])
        return {**found, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": root}

    def record(self) -> list[dict[str, Any]]:
        """The lines of the record, as its branch has them."""
        place = self.folder / "record"
        shutil.rmtree(place, ignore_errors=True)
        git(self.folder, "clone", "-q", "-b", "mpgov-record", str(self.bare), str(place))
        ledger = next(place.rglob("ledger.jsonl"))
        return [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
