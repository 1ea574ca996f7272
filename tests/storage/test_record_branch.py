"""The record on its branch, in real repositories."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.errors import InputError
from mpgov.storage.git import Git, find_git
from mpgov.storage.record_branch import BRANCH, RecordBranch

PROTECTED = """#!/bin/sh
while read old new ref; do
  [ "$ref" = refs/heads/main ] && { echo "main is protected" >&2; exit 1; }
done
exit 0
"""


def run_git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with a first commit, whose main then refuses pushes."""
    bare = tmp_path / "remote.git"
    run_git(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    first = tmp_path / "first"
    run_git(tmp_path, "clone", "-q", str(bare), str(first))
    (first / ".gitignore").write_text("exports/\n", "utf-8")
    run_git(first, "add", "-A")
    who = ("-c", "user.name=J", "-c", "user.email=j@x")
    run_git(first, *who, "commit", "-qm", "first")
    run_git(first, "push", "-q", "origin", "HEAD:main")
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(PROTECTED, "utf-8")
    hook.chmod(0o755)
    return bare


def clone(remote: Path, name: str, *options: str) -> Path:
    folder = remote.parent / name
    run_git(remote.parent, "clone", "-q", *options, remote.as_uri(), str(folder))
    return folder


def branch_of(folder: Path, project: str = "p") -> RecordBranch:
    git = find_git(folder)
    assert git is not None
    return RecordBranch(git, folder / "exports" / project, sleep=lambda _: None)


def put(branch: RecordBranch, name: str, text: str) -> None:
    path = branch.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def lose() -> None:
    raise AssertionError("nobody else is there")


@pytest.mark.parametrize("options", [(), ("--depth", "1")])
def test_what_one_clone_publishes_another_fetches(remote: Path, options: tuple[str, ...]) -> None:
    one = branch_of(clone(remote, "one", *options))
    one.fetch()
    put(one, "base.json", "{}\r\n")
    put(one, "runs/r.json", "[]")
    one.publish("first", lose)
    assert run_git(one.git.root, "status", "--porcelain") == ""
    assert run_git(one.git.root, "rev-parse", "--abbrev-ref", "HEAD").strip() == "main"
    other = branch_of(clone(remote, "other", *options))
    other.fetch()
    assert (other.folder / "base.json").read_bytes() == b"{}\r\n"
    assert (other.folder / "runs" / "r.json").read_text("utf-8") == "[]"
    (other.folder / "runs" / "r.json").unlink()
    other.publish("second", lose)
    one.fetch()
    assert not (one.folder / "runs" / "r.json").exists()
    attributes = run_git(remote, "show", f"{BRANCH}:.gitattributes")
    assert attributes == "exports/**/ledger.* -text merge=union\n"


def test_projects_side_by_side_do_not_touch_each_other(remote: Path) -> None:
    folder = clone(remote, "one")
    for project in ("p", "q"):
        branch = branch_of(folder, project)
        branch.fetch()
        put(branch, "base.json", project)
        branch.publish(project, lose)
    assert run_git(remote, "show", f"{BRANCH}:exports/p/base.json") == "p"
    assert run_git(remote, "show", f"{BRANCH}:exports/q/base.json") == "q"


def test_nothing_new_is_no_commit(remote: Path) -> None:
    one = branch_of(clone(remote, "one"))
    put(one, "base.json", "{}")
    one.publish("first", lose)
    one.publish("second", lose)
    assert run_git(remote, "log", "--format=%s%ae", BRANCH) == "firstmpgov@localhost\n"


def test_who_loses_the_race_says_it_again_on_top(remote: Path) -> None:
    one, two = (branch_of(clone(remote, name)) for name in ("one", "two"))
    for branch in (one, two):
        branch.fetch()
    put(one, "list", "one\n")
    one.publish("one", lose)
    put(two, "list", "two\n")
    said: list[str] = []

    def again() -> None:
        said.append((two.folder / "list").read_text("utf-8"))
        put(two, "list", said[-1] + "two\n")

    two.publish("two", again)
    assert said == ["one\n"]
    assert run_git(remote, "show", f"{BRANCH}:exports/p/list") == "one\ntwo\n"


def test_two_processes_race(remote: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from mpgov.storage.git import find_git\n"
        "from mpgov.storage.record_branch import RecordBranch\n"
        "root = Path(sys.argv[1]); b = RecordBranch(find_git(root), root / 'exports' / 'p')\n"
        "path = b.folder / 'list'\n"
        "for n in range(6):\n"
        "    b.fetch()\n"
        "    def add():\n"
        "        path.parent.mkdir(parents=True, exist_ok=True)\n"
        "        old = path.read_text() if path.exists() else ''\n"
        "        path.write_text(f'{old}{sys.argv[2]} {n}\\n')\n"
        "    add(); b.publish(f'{sys.argv[2]} {n}', add)\n"
    )
    folders = [clone(remote, name) for name in ("one", "two")]
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), folder.name])
        for folder in folders
    ]
    assert [process.wait(120) for process in running] == [0, 0]
    lines = run_git(remote, "show", f"{BRANCH}:exports/p/list").splitlines()
    assert sorted(lines) == sorted(f"{who} {n}" for who in ("one", "two") for n in range(6))
    assert run_git(remote, "rev-list", "--merges", BRANCH) == ""
    assert len(run_git(remote, "rev-list", BRANCH).split()) == 12


def test_without_the_right_to_push_it_is_one_clear_line(remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'no writing here' >&2\nexit 1\n", "utf-8")
    one = branch_of(clone(remote, "one"))
    one.fetch()
    put(one, "base.json", "{}")
    with pytest.raises(InputError, match="could not be pushed") as raised:
        one.publish("first", lose)
    assert raised.value.exit_code == 3
    assert "\n" not in raised.value.message


def test_without_a_remote_the_branch_is_local(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "config", "commit.gpgsign", "true")
    branch = branch_of(tmp_path)
    branch.fetch()
    put(branch, "base.json", json.dumps({}))
    branch.publish("first", lose)
    assert run_git(tmp_path, "show", f"{BRANCH}:exports/p/base.json") == "{}"


def test_an_unreachable_remote_is_told_and_the_last_known_is_read(remote: Path) -> None:
    folder = clone(remote, "one")
    branch = branch_of(folder)
    put(branch, "base.json", "{}")
    branch.publish("first", lose)
    run_git(folder, "remote", "set-url", "origin", "https://jane:canary@127.0.0.1:9/none.git")
    (branch.folder / "base.json").unlink()
    told: list[str] = []
    again = RecordBranch(Git(folder), branch.folder, notify=told.append)
    again.fetch()
    assert (branch.folder / "base.json").read_text("utf-8") == "{}"
    assert len(told) == 1
    assert "canary" not in told[0]
