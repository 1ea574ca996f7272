"""Git, as far as mpgov asks it: what the plan said at a commit, and who did what.

Git is a program that may be missing and a folder that may be no repository: `find_git` then
answers `None`, and whoever asks goes on without.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from mpgov.errors import InputError, UsageError

Environ: TypeAlias = "Mapping[str, str] | None"

YAML: Final = (".yaml", ".yml")
_FIELDS: Final = "%H%x00%cI%x00%an <%ae>%x00%s"
# A repository must not run programs of its own, nor a prompt wait for an answer in CI.
_QUIET: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_PLAIN: Final = tuple(
    part
    for setting in ("fsmonitor=false", "splitIndex=false", f"hooksPath={os.devnull}")
    for part in ("-c", f"core.{setting}")
)
# What a hook is told of its own repository: here the folder decides.
_TOLD: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_LOGIN: Final = re.compile(r"(\w+://)[^/\s]*@")
_WRONG: Final = ("remote:", "fatal:", "error:", "!")
_MANY: Final = 200  # paths of a command line
_STUCK: Final = 300  # seconds: a git that takes longer waits for something that will not come


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: its full hash, when (ISO 8601 with zone), by whom, and its first line."""

    hash: str
    at: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Git:
    """The repository that a folder belongs to; `root` is its working tree."""

    root: Path

    def run(self, *arguments: str, given: bytes | None = None, environ: Environ = None) -> bytes:
        """What git prints; `InputError` with git's own reason where it fails."""
        done = self.attempt(*arguments, given=given, environ=environ)
        if done.returncode:
            raise InputError(f"git {arguments[0]} failed: {said(done.stderr)}")
        return done.stdout

    def attempt(
        self, *arguments: str, given: bytes | None = None, environ: Environ = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git and let the caller look at how it ended."""
        inherited = {name: value for name, value in os.environ.items() if name not in _TOLD}
        command = [_program(), *_PLAIN, "-C", str(self.root), *arguments]
        try:
            return subprocess.run(  # noqa: S603 - a list, no shell
                command,
                input=given or b"",  # not ours: what is typed is not meant for git
                capture_output=True,
                check=False,
                env={**inherited, **_QUIET, **(environ or {})},
                timeout=_STUCK,
            )
        except subprocess.TimeoutExpired:
            reason = f"fatal: no answer within {_STUCK} seconds".encode()
            return subprocess.CompletedProcess(command, 124, b"", reason)

    def resolve(self, revision: str) -> str:
        """The full hash of a commit; `UsageError` where there is none of that name."""
        done = self.attempt(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if done.returncode:
            hint = ""
            if self.is_shallow():
                hint = "this clone is shallow: git fetch --unshallow (in CI: fetch-depth: 0)"
            raise UsageError(f"git knows no commit {revision}", hint=hint)
        return done.stdout.decode().strip()

    def head(self) -> str:
        """The commit that is checked out; empty before the first."""
        done = self.attempt("rev-parse", "--verify", "--quiet", "HEAD")
        return done.stdout.decode().strip()

    def is_shallow(self) -> bool:
        """Whether earlier commits were left out of this clone."""
        return self.attempt("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def is_clean(self, path: Path) -> bool:
        """Whether a file or folder says what the last commit says."""
        if self.inside(path).split("/")[0] == "..":
            return False  # no commit says anything of it
        ignored = ["--ignored"] if path.is_file() else []  # junk in a folder is no plan
        asked = ("status", "--porcelain", "--untracked-files=all", *ignored)
        done = self.attempt(*asked, "--", self._spec(path))
        return not done.returncode and not done.stdout.strip()

    def commits(self, path: Path, most: int = 1000) -> list[Commit]:
        """The commits that touched a file or folder, the newest first."""
        asked = ("log", "--no-show-signature", f"-n{most}", f"--format={_FIELDS}")
        done = self.attempt(*asked, "--", self._spec(path))
        lines = "" if done.returncode else done.stdout.decode("utf-8", "replace")
        found = (line.split("\0") for line in lines.split("\n"))
        return [Commit(*parts) for parts in found if len(parts) == 4]

    def files(self, revision: str, path: Path) -> dict[str, bytes]:
        """A plan at a commit: its file, or the YAML files below its folder.

        Keys are paths relative to the repository's root; empty where the commit lacks it.
        """
        inside = self.inside(path)
        listed = self.listed(revision, inside)
        wanted = [n for n in sorted(listed) if n == inside or n.endswith(YAML)]
        blobs = self.blobs(listed[name] for name in wanted)
        return {name: blobs[listed[name]] for name in wanted}

    def inside(self, path: Path) -> str:
        """A path as git writes it, from the root: `.` is the root, `..` and `../x` lie outside."""
        try:
            found = os.path.relpath(os.path.realpath(path), os.path.realpath(self.root))
        except ValueError:  # another drive
            return ".."
        return found.replace(os.sep, "/")

    def listed(self, revision: str, inside: str) -> dict[str, str]:
        """The files of a commit at or below a path from the root, each with its blob."""
        where = f":(literal){inside}"
        printed = self.run("ls-tree", "-r", "-z", "--full-tree", revision, "--", where)
        entries = (entry.split(b"\t", 1) for entry in printed.split(b"\0") if entry)
        return {os.fsdecode(n): m.split()[2].decode() for m, n in entries if b" blob " in m}

    def blobs(self, wanted: Iterable[str]) -> dict[str, bytes]:
        """What blobs hold, byte for byte; git is started once for all of them."""
        asked = list(dict.fromkeys(wanted))
        given = "".join(f"{blob}\n" for blob in asked).encode()
        printed = self.run("cat-file", "--batch", given=given) if asked else b""
        found, at = {}, 0
        for blob in asked:
            end = printed.index(b"\n", at)
            told = printed[at:end].split()
            if len(told) != 3:
                raise InputError(f"git has no object {blob}", hint="git fsck tells more")
            at = end + 1 + int(told[2])
            found[blob] = printed[end + 1 : at]
            at += 1
        return found

    def candidates(self, paths: Sequence[Path]) -> list[str]:
        """The files at or below paths that are tracked or could be: what is ignored is not.

        From the root; another repository within this one is listed by its folder.
        """
        asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        found: dict[bytes, None] = {}
        for first in range(0, len(paths), _MANY):
            specs = (self._spec(path) for path in paths[first : first + _MANY])
            found |= dict.fromkeys(self.run(*asked, "--", *specs).split(b"\0"))
        return [os.fsdecode(name) for name in found if name]

    def staged(self, paths: Sequence[Path]) -> dict[str, str]:
        """The files that the next commit adds or changes, from the root, each with its blob."""
        asked = ("diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff")
        printed = self.run(
            *(*asked, "--diff-filter=AMT", "--"),
            *(self._spec(path) for path in paths),
            environ=self._index_of_hook(),
        )
        parts = printed.split(b"\0")
        entries = zip(parts[::2], parts[1::2], strict=False)
        files = ((entry.split(), name) for entry, name in entries)
        return {
            os.fsdecode(name): entry[3].decode()
            for entry, name in files
            if entry[1].startswith(b"100")  # a file: no link, no other repository
        }

    def sizes(self, wanted: Iterable[str]) -> dict[str, int]:
        """How many bytes blobs hold."""
        asked = list(dict.fromkeys(wanted))
        given = "".join(f"{blob}\n" for blob in asked).encode()
        printed = self.run("cat-file", "--batch-check", given=given) if asked else b""
        lines = (line.split() for line in printed.splitlines())
        return {line[0].decode(): int(line[2]) for line in lines if len(line) == 3}

    def _index_of_hook(self) -> Environ:
        """The index that `git commit` has made for a hook, which may not be the usual one."""
        told = os.environ.get("GIT_INDEX_FILE", "")
        folder = self.attempt("rev-parse", "--absolute-git-dir").stdout.decode().strip()
        if not told or not folder:
            return None
        index = os.path.realpath(self.root / told)
        inside = index.startswith(os.path.realpath(folder) + os.sep)
        return {"GIT_INDEX_FILE": index} if inside else None

    def identity(self, role: str = "AUTHOR") -> str:
        """`Name <e-mail>` as git would sign a commit; empty where nobody told it."""
        done = self.attempt("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT")
        signed, end, _ = done.stdout.decode("utf-8", "replace").rpartition(">")
        return signed + end

    def _spec(self, path: Path) -> str:
        inside = self.inside(path)
        return ":(top)" if inside == "." else f":(top,literal){inside}"


def find_git(folder: Path) -> Git | None:
    """The repository that a folder lies in; `None` without git or outside of any."""
    if shutil.which("git") is None:
        return None
    place = next((p for p in (folder, *folder.parents) if p.is_dir()), folder)
    done = Git(place).attempt("rev-parse", "--show-toplevel")
    if done.returncode:
        return None
    return Git(Path(done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")))


def said(stderr: bytes) -> str:
    """What git says is wrong, in a line, without the login that an address may carry."""
    text = _LOGIN.sub(r"\1", stderr.decode("utf-8", "replace"))
    lines = ["".join(filter(str.isprintable, line)).strip() for line in text.splitlines()]
    lines = [line for line in lines if any(map(str.isalnum, line.removeprefix("remote:")))]
    told = [line for line in lines if line.startswith(_WRONG)]
    return (told or lines or ["git said nothing"])[0]


def _program() -> str:
    return shutil.which("git") or "git"
