"""The record on its branch, in real repositories."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.errors import InputError
from mpgov.storage import record_branch
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
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "EMAIL"):
        monkeypatch.delenv(name, raising=False)


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
    put(one, "mine.yaml", "not on the branch")
    other.publish("second", lose)
    one.fetch()
    assert not (one.folder / "runs" / "r.json").exists()
    assert (one.folder / "mine.yaml").exists()
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
        "for n in range(20):\n"
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
    assert [process.wait(300) for process in running] == [0, 0]
    lines = run_git(remote, "show", f"{BRANCH}:exports/p/list").splitlines()
    assert sorted(lines) == sorted(f"{who} {n}" for who in ("one", "two") for n in range(20))
    assert run_git(remote, "rev-list", "--merges", BRANCH) == ""
    assert len(run_git(remote, "rev-list", BRANCH).split()) == 40


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


def committed(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, "utf-8")
    run_git(root, "add", "-A")
    run_git(root, "-c", "user.name=J", "-c", "user.email=j@x", "commit", "-qm", name)


def listed(folder: Path) -> list[str]:
    return run_git(folder, "ls-tree", "-r", "--name-only", BRANCH).splitlines()


def test_nothing_of_the_users_is_touched(remote: Path) -> None:
    folder = clone(remote, "one")
    (folder / "staged").write_text("staged", "utf-8")
    run_git(folder, "add", "staged")
    (folder / "staged").write_text("not staged", "utf-8")
    for setting in ("core.autocrlf=true", "commit.gpgsign=true", "core.splitIndex=true"):
        run_git(folder, "config", *setting.split("="))
    index = (folder / ".git" / "index").read_bytes()
    branch = branch_of(folder)
    branch.fetch()
    put(branch, "base.json", "a\nb\r\n")
    branch.publish("first", lose)
    assert (folder / ".git" / "index").read_bytes() == index
    assert run_git(folder, "diff", "--cached", "--name-only") == "staged\n"
    assert (folder / "staged").read_text("utf-8") == "not staged"
    assert run_git(folder, "for-each-ref", "--format=%(refname)", "refs/heads") == (
        "refs/heads/main\n"
    )
    blob = subprocess.run(
        ["git", "cat-file", "blob", f"{BRANCH}:exports/p/base.json"],
        cwd=remote,
        check=True,
        capture_output=True,
    )
    assert blob.stdout == b"a\nb\r\n"


def test_a_detached_head_keeps_the_record(remote: Path) -> None:
    folder = clone(remote, "one")
    run_git(folder, "checkout", "-q", "--detach")
    branch = branch_of(folder)
    branch.fetch()
    put(branch, "base.json", "{}")
    branch.publish("first", lose)
    assert "exports/p/base.json" in listed(remote)
    assert run_git(folder, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD\n"


def test_worktrees_of_one_clone_do_not_take_turns_for_each_other(remote: Path) -> None:
    folder = clone(remote, "one")
    other = remote.parent / "worktree"
    run_git(folder, "worktree", "add", "-q", "--detach", str(other))
    one, two = branch_of(folder), branch_of(other)
    one.fetch()
    two.fetch()
    put(one, "list", "one\n")
    one.publish("one", lose)
    put(two, "list", "two\n")
    two.publish("two", lambda: put(two, "list", (two.folder / "list").read_text() + "two\n"))
    one.fetch()
    assert (one.folder / "list").read_text("utf-8") == "one\ntwo\n"


def test_a_fetch_by_hand_does_not_make_an_old_folder_a_new_one(remote: Path) -> None:
    """What another machine said is never overwritten by who has not read it."""
    one, two = (branch_of(clone(remote, name)) for name in ("one", "two"))
    for branch in (one, two):
        branch.fetch()
    put(one, "list", "one\n")
    one.publish("one", lose)
    run_git(two.git.root, "fetch", "-q")
    put(two, "list", "two\n")
    with pytest.raises(AssertionError, match="nobody else"):
        two.publish("two", lose)
    assert (two.folder / "list").read_text("utf-8") == "one\n"


def test_a_project_in_a_subfolder_keeps_its_paths_and_attributes(remote: Path) -> None:
    folder = clone(remote, "one")
    git = find_git(folder)
    assert git is not None
    for parent in ("team a/exports", "b[1]/exports", "team a/exports"):
        branch = RecordBranch(git, folder / parent / "p")
        branch.fetch()
        put(branch, "ledger.jsonl", "x\n")
        branch.publish(parent, lose)
    assert listed(remote) == [
        ".gitattributes",
        "b[1]/exports/p/ledger.jsonl",
        "team a/exports/p/ledger.jsonl",
    ]
    run_git(folder, "worktree", "add", "-q", str(remote.parent / "look"), f"origin/{BRANCH}")
    for name in listed(remote)[1:]:
        told = run_git(remote.parent / "look", "check-attr", "merge", "text", "--", name)
        assert "merge: union" in told
        assert "text: unset" in told


def test_what_else_is_on_the_branch_stays(remote: Path) -> None:
    folder = clone(remote, "one")
    run_git(folder, "checkout", "-q", "--orphan", BRANCH)
    committed(folder, "README.md", "the record")
    committed(folder, ".gitattributes", "*.md text")
    run_git(folder, "push", "-q", "origin", BRANCH)
    run_git(folder, "checkout", "-qf", "main")
    branch = branch_of(folder)
    branch.fetch()
    put(branch, "base.json", "{}")
    put(branch, ".ledger.lock", "somebody is at it")
    branch.publish("first", lose)
    assert listed(remote) == [".gitattributes", ".gitignore", "README.md", "exports/p/base.json"]
    assert run_git(remote, "show", f"{BRANCH}:.gitattributes") == (
        "*.md text\nexports/**/ledger.* -text merge=union\n"
    )


def test_the_users_name_is_the_commits(remote: Path) -> None:
    folder = clone(remote, "one")
    run_git(folder, "config", "user.name", "Jane")
    run_git(folder, "config", "user.email", "jane@x")
    branch = branch_of(folder)
    put(branch, "base.json", "{}")
    branch.publish("-a dash, and an \u00e4", lose)
    told = run_git(remote, "log", "--format=%an %ae %cn %ce %s", BRANCH)
    assert told == "Jane jane@x Jane jane@x -a dash, and an \u00e4\n"


def test_an_empty_folder_is_nothing_to_keep(remote: Path) -> None:
    branch = branch_of(clone(remote, "one"))
    branch.fetch()
    branch.publish("nothing", lose)
    assert run_git(remote, "branch", "--list", BRANCH) == ""


def test_giving_up_leaves_theirs_in_the_folder(remote: Path) -> None:
    one, two = (branch_of(clone(remote, name)) for name in ("one", "two"))
    for branch in (one, two):
        branch.fetch()
        put(branch, "list", f"{branch.git.root.name}\n")
    one.publish("one", lose)
    with pytest.raises(AssertionError):
        two.publish("two", lose)
    assert (two.folder / "list").read_text("utf-8") == "one\n"
    assert two.tip() == one.tip()


def test_who_always_loses_is_told(remote: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_branch, "TRIES", 3)
    one, two = (branch_of(clone(remote, name)) for name in ("one", "two"))

    def be_first() -> None:
        put(two, "list", f"two {two.tip()}\n")
        one.fetch()
        put(one, "list", f"one {one.tip()}\n")
        one.publish("one", lose)

    be_first()
    with pytest.raises(InputError, match="others were faster"):
        two.publish("two", be_first)


def test_an_answer_that_was_lost_is_looked_for(
    remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push landed, the connection broke: saying it again would say it twice."""
    branch = branch_of(clone(remote, "one"))
    branch.fetch()
    put(branch, "list", "one\n")
    attempt = Git.attempt

    def breaking(self: Git, *arguments: str, **more: object) -> object:
        done = attempt(self, *arguments, **more)  # type: ignore[arg-type]
        if "push" in arguments:
            return subprocess.CompletedProcess(arguments, 128, b"", b"fatal: the end hung up")
        return done

    monkeypatch.setattr(Git, "attempt", breaking)
    branch.publish("one", lose)
    assert run_git(remote, "log", "--format=%s", BRANCH) == "one\n"


def test_a_branch_that_was_rewritten_is_told(remote: Path) -> None:
    folder = clone(remote, "one")
    branch = branch_of(folder)
    for text in ("one", "two"):
        put(branch, "list", text)
        branch.publish(text, lose)
    run_git(remote, "update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~1")
    told: list[str] = []
    again = RecordBranch(branch.git, branch.folder, notify=told.append)
    again.fetch()
    again.fetch()
    assert told == [f"warning: {BRANCH} on origin was rewritten since it was last fetched"]
    assert (branch.folder / "list").read_text("utf-8") == "one"


def test_a_branch_that_was_deleted_is_brought_back(remote: Path) -> None:
    branch = branch_of(clone(remote, "one"))
    put(branch, "list", "one")
    branch.publish("one", lose)
    run_git(remote, "branch", "-D", BRANCH)
    branch.fetch()
    put(branch, "list", "two")
    branch.publish("two", lose)
    assert run_git(remote, "log", "--format=%s", BRANCH) == "two\none\n"


def test_a_local_record_goes_on_when_there_is_a_remote(remote: Path) -> None:
    folder = clone(remote, "one")
    run_git(folder, "remote", "rename", "origin", "elsewhere")
    run_git(folder, "remote", "add", "second", "nowhere")
    local = branch_of(folder)
    assert local.remote == ""
    put(local, "list", "one")
    local.publish("one", lose)
    run_git(folder, "remote", "remove", "second")
    branch = branch_of(folder)
    assert branch.remote == "elsewhere"
    branch.fetch()
    put(branch, "list", "two")
    branch.publish("two", lose)
    assert run_git(remote, "log", "--format=%s", BRANCH) == "two\none\n"


def test_a_local_branch_that_went_on_is_a_lost_race(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    committed(tmp_path, "README.md", "x")
    other = tmp_path.parent / f"{tmp_path.name}-other"
    run_git(tmp_path, "worktree", "add", "-q", "--detach", str(other))
    one, two = branch_of(tmp_path), branch_of(other)
    put(one, "list", "one\n")
    one.publish("one", lose)
    put(two, "list", "two\n")
    two.publish("two", lambda: put(two, "list", (two.folder / "list").read_text() + "two\n"))
    assert run_git(tmp_path, "show", f"{BRANCH}:exports/p/list") == "one\ntwo\n"


def test_a_local_branch_that_is_checked_out_is_left_alone(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "-b", BRANCH)
    branch = branch_of(tmp_path)
    put(branch, "list", "one")
    with pytest.raises(InputError, match="is checked out here"):
        branch.publish("one", lose)


def test_a_local_ref_that_cannot_be_written_is_no_race(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "-b", "main")
    committed(tmp_path, "README.md", "x")
    run_git(tmp_path, "branch", f"{BRANCH}/below")  # a name that leaves no room for ours
    branch = branch_of(tmp_path)
    put(branch, "list", "one")
    with pytest.raises(InputError):
        branch.publish("one", lose)


def test_a_folder_outside_of_the_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    run_git(tmp_path / "inner", "init", "-q")
    for folder in (tmp_path / "exports", tmp_path / "inner"):
        with pytest.raises(InputError, match="inside of the repository"):
            RecordBranch(Git(tmp_path / "inner"), folder)


def test_a_branch_cannot_write_outside_of_the_folder(remote: Path) -> None:
    folder = clone(remote, "one")
    blob = run_git(folder, "hash-object", "-w", ".gitignore").strip()
    tree = blob
    for name in ("..", "p", "exports"):
        kind = "100644 blob" if tree == blob else "040000 tree"
        made = subprocess.run(
            ["git", "mktree"],
            cwd=folder,
            input=f"{kind} {tree}\t{name}\n".encode(),
            capture_output=True,
            check=True,
        )
        tree = made.stdout.decode().strip()
    who = ("-c", "user.name=J", "-c", "user.email=j@x")
    commit = run_git(folder, *who, "commit-tree", tree, "-m", "bad").strip()
    run_git(folder, "push", "-q", "origin", f"{commit}:refs/heads/{BRANCH}")
    with pytest.raises(InputError, match="is no name of a file"):
        branch_of(folder).fetch()


def test_without_permission_reading_works(remote: Path) -> None:
    one = branch_of(clone(remote, "one"))
    put(one, "list", "one")
    one.publish("one", lose)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'remote is read-only for you' >&2\nexit 1\n", "utf-8")
    two = branch_of(clone(remote, "two", "--single-branch"))
    two.fetch()
    assert (two.folder / "list").read_text("utf-8") == "one"
    put(two, "list", "two")
    with pytest.raises(InputError, match="remote is read-only for you") as raised:
        two.publish("two", lose)
    assert "contents: write" in raised.value.hint


def test_an_unreachable_remote_stops_a_push_without_its_login(remote: Path) -> None:
    folder = clone(remote, "one")
    branch = branch_of(folder)
    branch.fetch()
    run_git(folder, "remote", "set-url", "origin", "http://jane:can@ry@127.0.0.1:9/none.git")
    put(branch, "list", "one")
    with pytest.raises(InputError, match="could not be pushed: fatal:") as raised:
        branch.publish("one", lose)
    assert "ry@" not in raised.value.message
    assert "jane" not in raised.value.message
    assert "reachable" in raised.value.hint


def test_two_projects_of_one_clone_at_once(remote: Path) -> None:
    folder = clone(remote, "one")
    script = (
        "import sys; from pathlib import Path\n"
        "from mpgov.storage.git import find_git\n"
        "from mpgov.storage.record_branch import RecordBranch\n"
        "root = Path(sys.argv[1])\n"
        "b = RecordBranch(find_git(root), root / 'exports' / sys.argv[2])\n"
        "path = b.folder / 'list'\n"
        "for n in range(4):\n"
        "    b.fetch()\n"
        "    def add():\n"
        "        path.parent.mkdir(parents=True, exist_ok=True)\n"
        "        path.write_text((path.read_text() if path.exists() else '') + f'{n}\\n')\n"
        "    add(); b.publish(str(n), add)\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), project])
        for project in ("p", "q")
    ]
    assert [process.wait(300) for process in running] == [0, 0]
    for project in ("p", "q"):
        assert run_git(remote, "show", f"{BRANCH}:exports/{project}/list") == "0\n1\n2\n3\n"


def test_another_project_is_no_race_for_this_one(remote: Path) -> None:
    one, two = branch_of(clone(remote, "one"), "p"), branch_of(clone(remote, "two"), "q")
    for branch in (one, two):
        branch.fetch()
        put(branch, "list", "first\n")
    one.publish("one", lose)
    two.publish("two", lose)
    assert run_git(remote, "show", f"{BRANCH}:exports/p/list") == "first\n"
    assert run_git(remote, "show", f"{BRANCH}:exports/q/list") == "first\n"


def test_a_partial_clone_is_given_all_files_at_once(
    remote: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_git(remote, "config", "uploadpack.allowFilter", "true")
    one = branch_of(clone(remote, "one"))
    for n in range(20):
        put(one, f"runs/{n}.json", str(n))
    one.publish("one", lose)
    two = branch_of(clone(remote, "two", "--filter=blob:none"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    two.fetch()
    found = sorted((two.folder / "runs").iterdir())
    assert sorted(path.read_text("utf-8") for path in found) == sorted(map(str, range(20)))
    assert (tmp_path / "trace").read_text("utf-8").count("trace: built-in: git fetch") < 5


def test_a_repository_with_longer_hashes_keeps_the_record(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--object-format=sha256")
    branch = branch_of(tmp_path)
    for text in ("one", "two"):
        put(branch, "list", text)
        branch.publish(text, lose)
        branch.fetch()
    assert run_git(tmp_path, "show", f"{BRANCH}:exports/p/list") == "two"
