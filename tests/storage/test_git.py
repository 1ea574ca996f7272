"""Git as mpgov asks it, in real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from mpgov.errors import InputError, UsageError
from mpgov.storage.git import Commit, Git, find_git, said


def run_git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Jané", "-c", "user.email=jane@x", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Git:
    """Three commits: a plan file, a plan folder beside it, a change of the file."""
    root = tmp_path / "repository"
    root.mkdir()
    run_git(root, "init", "-q", "-b", "main")
    write(root / "plan.yaml", b"one\r\n")
    commit(root, "first \u2028 line\n\nbody")
    write(root / "plans" / "b[1].yaml", b"b")
    write(root / "plans" / "deep" / "\u00e4.yml", b"a")
    write(root / "plans" / "notes.txt", b"no plan")
    commit(root, "a folder")
    write(root / "plan.yaml", b"two\n")
    commit(root, "the plan again")
    found = find_git(root)
    assert found is not None
    return found


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def commit(root: Path, message: str) -> None:
    run_git(root, "add", "-A")
    run_git(root, "commit", "-qm", message)


def test_outside_of_any_repository_there_is_none(tmp_path: Path) -> None:
    assert find_git(tmp_path) is None
    assert find_git(tmp_path / "not" / "there") is None


def test_without_git_there_is_none(repository: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_git(repository.root) is None


def test_the_root_is_found_from_a_file_and_a_folder_below(repository: Git) -> None:
    for name in ("plan.yaml", "plans/deep", "plans/not/there.yaml"):
        assert find_git(repository.root / name) == repository


def test_what_a_hook_is_told_of_its_repository_does_not_matter(
    repository: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    assert find_git(repository.root / "plans") == repository
    assert repository.is_clean(repository.root / "plan.yaml")


def test_a_commit_has_its_hash_time_author_and_first_line(repository: Git) -> None:
    found = repository.commits(repository.root / "plan.yaml")
    assert [one.subject for one in found] == ["the plan again", "first \u2028 line"]
    newest = found[0]
    assert newest == Commit(repository.head(), newest.at, "Jané <jane@x>", "the plan again")
    assert newest.at[10] == "T"
    assert repository.commits(repository.root / "plan.yaml", 1) == [newest]
    assert [c.subject for c in repository.commits(repository.root / "plans")] == ["a folder"]
    assert repository.commits(repository.root / "none.yaml") == []
    assert len(repository.commits(repository.root)) == 3


def test_a_relative_path_is_one_from_where_we_are(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.root / "plans")
    path = Path("b[1].yaml")
    assert [one.subject for one in repository.commits(path)] == ["a folder"]
    assert repository.files("HEAD", path) == {"plans/b[1].yaml": b"b"}
    path.write_text("changed", "utf-8")
    assert not repository.is_clean(path)


def test_files_of_a_commit_are_byte_for_byte(repository: Git) -> None:
    assert repository.files("HEAD~2", repository.root / "plan.yaml") == {"plan.yaml": b"one\r\n"}
    assert repository.files("HEAD", repository.root / "plans") == {
        "plans/b[1].yaml": b"b",
        "plans/deep/\u00e4.yml": b"a",
    }
    assert repository.files("HEAD~2", repository.root / "plans") == {}
    assert set(repository.files("HEAD~2", repository.root)) == {"plan.yaml"}


def test_empty_and_equal_files_keep_their_content(repository: Git) -> None:
    for name, content in (("x", b""), ("y", b"\n"), ("z", b"")):
        write(repository.root / "more" / f"{name}.yaml", content)
    commit(repository.root, "more")
    found = repository.files("HEAD", repository.root / "more")
    assert list(found.values()) == [b"", b"\n", b""]


@pytest.mark.parametrize("ignored", [False, True])
def test_clean_is_what_the_last_commit_says(repository: Git, ignored: bool) -> None:
    plan, new = repository.root / "plan.yaml", repository.root / "new.yaml"
    assert repository.is_clean(plan)
    if ignored:
        write(repository.root / ".gitignore", b"new.yaml\n")
    run_git(repository.root, "config", "status.showUntrackedFiles", "no")
    new.write_text("x", "utf-8")
    assert not repository.is_clean(new)
    plan.unlink()
    assert not repository.is_clean(plan)
    assert repository.is_clean(repository.root / "plans")
    assert not repository.is_clean(repository.root.parent)


def test_a_revision_that_is_not_there_is_named(repository: Git) -> None:
    assert repository.resolve("main") == repository.head()
    for name in ("nowhere", "--all", ""):
        with pytest.raises(UsageError, match="git knows no commit") as raised:
            repository.resolve(name)
        assert raised.value.hint == ""


def test_a_shallow_clone_says_why_a_commit_is_missing(repository: Git, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", "--depth", "1", repository.root.as_uri(), "shallow")
    shallow = Git(tmp_path / "shallow")
    assert shallow.is_shallow()
    with pytest.raises(UsageError) as raised:
        shallow.resolve("HEAD~1")
    assert "--unshallow" in raised.value.hint


def test_before_the_first_commit_there_is_no_head(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    git = Git(tmp_path)
    assert git.head() == ""
    assert git.commits(tmp_path) == []


def test_the_identity_is_the_one_that_git_would_sign_with(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.identity() == ""
    run_git(repository.root, "config", "user.name", "Jane")
    run_git(repository.root, "config", "user.email", "jane@x")
    assert repository.identity() == "Jane <jane@x>"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Joe")
    assert repository.identity() == "Joe <jane@x>"
    assert repository.identity("COMMITTER") == "Jane <jane@x>"


def test_what_fails_is_said_in_a_line(repository: Git) -> None:
    with pytest.raises(InputError, match=r"^git cat-file failed: fatal: .*nothing") as raised:
        repository.run("cat-file", "-p", "nothing")
    assert "\n" not in raised.value.message
    with pytest.raises(InputError, match="git has no object"):
        repository.blobs(["0" * 40])


def test_git_does_not_read_what_is_typed_for_mpgov(repository: Git) -> None:
    assert repository.run("hash-object", "--stdin") == repository.run(
        "hash-object", "--stdin", given=b""
    )


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        ("", "git said nothing"),
        ("hint: x\nfatal: no\nfatal: more", "fatal: no"),
        ("remote: \nremote: ====\nremote: no writing\nerror: failed", "remote: no writing"),
        ("fatal: https://jane:can@ry@host/r.git: no", "fatal: https://host/r.git: no"),
        ("fatal: 'ssh://token@host/r' 'https://t@h'", "fatal: 'ssh://host/r' 'https://h'"),
        ("fatal: \x1b[31mred", "fatal: [31mred"),
    ],
)
def test_a_reason_is_one_line_without_a_login(stderr: str, line: str) -> None:
    assert said(stderr.encode()) == line


def test_what_could_be_tracked_is_listed_and_what_is_ignored_is_not(repository: Git) -> None:
    root = repository.root
    write(root / ".gitignore", b"*.log\n/out/\n")
    write(root / "new [1].txt", b"new")
    write(root / "a.log", b"ignored")
    write(root / "out" / "b.txt", b"ignored")
    (root / "plan.yaml").unlink()
    run_git(root, "init", "-q", "inner")
    write(root / "inner" / "c.txt", b"another repository")
    names = repository.candidates([root])
    assert sorted(names) == [
        ".gitignore",
        "inner/",
        "new [1].txt",
        "plan.yaml",
        "plans/b[1].yaml",
        "plans/deep/\u00e4.yml",
        "plans/notes.txt",
    ]
    assert repository.candidates([root / "new [1].txt", root / "a.log"]) == ["new [1].txt"]
    assert repository.candidates([root / "plans" / "deep"]) == ["plans/deep/\u00e4.yml"]
    assert repository.candidates([]) == []


def test_what_is_staged_is_listed_with_what_will_be_committed(repository: Git) -> None:
    root = repository.root
    assert repository.staged([root]) == {}
    write(root / "plan.yaml", b"three\n")
    write(root / "new.txt", b"staged\n")
    write(root / "not.txt", b"not staged\n")
    (root / "link").symlink_to("plan.yaml")
    (root / "plans" / "notes.txt").unlink()
    run_git(root, "add", "plan.yaml", "new.txt", "link", "plans")
    write(root / "new.txt", b"edited after that\n")
    blobs = repository.staged([root])
    assert sorted(blobs) == ["new.txt", "plan.yaml"]
    assert repository.sizes(blobs.values()) == {blobs["new.txt"]: 7, blobs["plan.yaml"]: 6}
    assert repository.blobs([blobs["new.txt"]]) == {blobs["new.txt"]: b"staged\n"}
    assert list(repository.staged([root / "new.txt"])) == ["new.txt"]


def test_before_the_first_commit_all_that_is_staged_is_new(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    write(tmp_path / "a.txt", b"a")
    run_git(tmp_path, "add", "-A")
    assert list(Git(tmp_path).staged([tmp_path])) == ["a.txt"]


def test_a_hook_sees_what_git_commits(
    repository: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`git commit -a` stages into an index of its own, and tells hooks where that is."""
    root = repository.root
    write(root / "plan.yaml", b"four\n")
    index = root / ".git" / "next-index.lock"
    index.write_bytes((root / ".git" / "index").read_bytes())
    environ = {**os.environ, "GIT_INDEX_FILE": str(index)}
    subprocess.run(["git", "add", "-A"], cwd=root, env=environ, check=True)
    assert repository.staged([root]) == {}
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index.lock")
    assert list(repository.staged([root])) == ["plan.yaml"]
    elsewhere = tmp_path / "index"
    elsewhere.write_bytes(index.read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", str(elsewhere))
    assert repository.staged([root]) == {}
