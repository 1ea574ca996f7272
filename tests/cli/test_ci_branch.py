"""CI keeps the record on a branch: fresh clones, a protected main, two jobs at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.storage.ledger import Ledger

CONFIG = """\
plan = "plan.yaml"
[limits]
requests_per_minute = 100000
updates_per_minute = 100000
[record]
keep = "branch"
"""
PROTECTED = '#!/bin/sh\nwhile read old new ref; do [ "$ref" != refs/heads/main ] || exit 1; done\n'
SYNCS = 20


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Jane", "-c", "user.email=jane@acme.example")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


class Jobs:
    """A repository on a server, and jobs that each start from a fresh clone of it."""

    def __init__(self, folder: Path, sandbox: Sandbox, url: str) -> None:
        self.folder, self.sandbox, self.url = folder, sandbox, url
        self.bare, self.desk = folder / "remote.git", folder / "desk"
        self.started = 0
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        git(folder, "clone", "-q", str(self.bare), str(self.desk))
        (self.desk / "mpgov.toml").write_text(CONFIG, "utf-8")
        (self.desk / ".gitignore").write_text("/exports/\n", "utf-8")
        self.commit("{A: {description: text 0, tags: [t]}, B: {description: b}}")
        hook = self.bare / "hooks" / "pre-receive"
        hook.write_text(PROTECTED, "utf-8")
        hook.chmod(0o755)

    def commit(self, events: str) -> None:
        """A change of the plan, as it lands on main."""
        (self.desk / "plan.yaml").write_text(f"mpgov: 1\nevents: {events}\n", "utf-8")
        git(self.desk, "add", "-A")
        git(self.desk, "commit", "-qm", "The plan")
        git(self.bare, "fetch", "-q", str(self.desk), "+HEAD:refs/heads/main")

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """One job on a machine of its own."""
        self.started += 1
        place = self.folder / f"job{self.started}"
        git(self.folder, "clone", "-q", "--depth", "1", self.bare.as_uri(), str(place))
        account, secret = self.sandbox.default_account
        environment = {
            **os.environ,
            "MIXPANEL_HOST": self.url,
            "MIXPANEL_PROJECT_ID": str(self.sandbox.default_project),
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": str(self.folder / f"state{self.started}"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "jane",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "acme/plan",
            "GITHUB_RUN_ID": str(self.started),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "mpgov", *arguments],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ledger(self) -> Ledger:
        """The record as a fresh clone of the branch has it."""
        place = self.folder / "record"
        git(self.folder, "clone", "-q", "-b", "mpgov-record", str(self.bare), str(place))
        return Ledger(place / "exports" / str(self.sandbox.default_project))


def ended(job: "subprocess.Popen[str]") -> str:
    said, _ = job.communicate(timeout=120)
    assert job.returncode == 0, said
    assert "conflict" not in said
    assert "drift" not in said
    return said


@pytest.fixture
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.usefixtures("plain_git")
def test_twenty_syncs_in_fresh_clones_are_one_chain(tmp_path: Path) -> None:
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        jobs = Jobs(tmp_path, sandbox, server.url)
        for number in range(SYNCS - 2):
            jobs.commit(
                f"{{A: {{description: text {number + 1}, tags: [t]}}, B: {{description: b}}}}"
            )
            ended(jobs.start("sync", "--yes"))
        jobs.commit("{A: {description: last, tags: [u]}, B: {description: both}}")
        at_once = [jobs.start("sync", "--yes") for _ in range(2)]
        for job in at_once:
            ended(job)
        schemas = {e["name"]: e["schemaJson"] for e in sandbox.stored(sandbox.default_project)}
        assert schemas["A"]["description"] == "last"
        assert schemas["A"]["metadata"]["com.mixpanel"]["tags"] == ["u"]
        ledger = jobs.ledger()
        verdict = ledger.verify()
        assert (verdict.problems, verdict.forks) == ((), ())
        entries = [line.entry for line in ledger.read()]
        done = [entry for entry in entries if entry["state"] == "done" and "changes" in entry]
        assert len({entry["run"] for entry in done}) in {SYNCS - 1, SYNCS}
        assert {entry["who"]["ci"]["actor"] for entry in entries} == {"jane"}
        pushed = git(jobs.bare, "rev-list", "--merges", "mpgov-record")
        assert pushed == ""

        project = sandbox.default_project
        sandbox.edit_in_ui(project, "event", "A", description="Typed in Mixpanel")
        job = jobs.start("diff", "--format", "json")
        said, _ = job.communicate(timeout=60)
        report = json.loads(said[said.index("{") :])
        assert [(p["name"], p["base"], p["lexicon"]) for p in report["drift"]] == [
            ("A", "last", "Typed in Mixpanel")
        ]
        assert report["findings"] == []


@pytest.mark.usefixtures("plain_git")
def test_a_job_that_may_not_push_sends_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        jobs = Jobs(tmp_path, sandbox, server.url)
        (jobs.bare / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 1\n", "utf-8")
        job = jobs.start("sync", "--yes")
        said, _ = job.communicate(timeout=60)
        assert job.returncode == 3, said
        assert "could not be pushed" in said
        assert sandbox.stored(sandbox.default_project) == []
