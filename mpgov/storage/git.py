"""Git, as far as mpgov asks it: what the plan said at a commit, and who did what.

Git is a program that may be missing and a folder that may be no repository: `find_git` then
answers `None`, and whoever asks goes on without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from mpgov.errors import InputError, UsageError

Environ: TypeAlias = "Mapping[str, str] | None"

YAML: Final = (".yaml", ".yml")
_FIELDS: Final = "%H%x00%cI%x00%an <%ae>%x00%s"
# A repository must not run programs of its own, nor a prompt wait for an answer in CI.
_QUIET: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


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
        """What git prints; `InputError` with git's own last line where it fails."""
        done = self.attempt(*arguments, given=given, environ=environ)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
            raise InputError(f"git {arguments[0]} failed: {said[-1]}")
        return done.stdout

    def attempt(
        self, *arguments: str, given: bytes | None = None, environ: Environ = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git and let the caller look at how it ended."""
        return subprocess.run(  # noqa: S603 - a list, no shell
            [_program(), "-C", str(self.root), *arguments],
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, **_QUIET, **(environ or {})},
        )

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
        return not self.attempt("status", "--porcelain", "--", str(path)).stdout.strip()

    def commits(self, path: Path, most: int = 1000) -> list[Commit]:
        """The commits that touched a file or folder, the newest first."""
        done = self.attempt("log", f"-n{most}", f"--format={_FIELDS}", "--", str(path))
        lines = done.stdout.decode("utf-8", "replace").splitlines() if not done.returncode else []
        return [Commit(*parts) for parts in (line.split("\0") for line in lines) if len(parts) == 4]

    def files(self, revision: str, path: Path) -> dict[str, bytes]:
        """A plan at a commit: its file, or the YAML files below its folder.

        Keys are paths relative to the repository's root; empty where the commit lacks it.
        """
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(self.root))
        spec = "." if inside == "." else inside.replace(os.sep, "/")
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", revision, "--", f":(literal){spec}")
        entries = [entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry]
        names = [
            name.decode("utf-8", "surrogateescape")
            for meta, name in entries
            if meta.split()[1] == b"blob"
        ]
        wanted = [name for name in names if name == spec or name.endswith(YAML)]
        return {name: self._blob(revision, name) for name in sorted(wanted)}

    def _blob(self, revision: str, name: str) -> bytes:
        return self.run("cat-file", "blob", f"{revision}:{name}")

    def identity(self) -> str:
        """`Name <e-mail>` as git would sign a commit; empty where nobody told it."""
        values = [
            self.attempt("config", "--get", key).stdout.decode("utf-8", "replace").strip()
            for key in ("user.name", "user.email")
        ]
        name, email = values
        return f"{name} <{email}>".strip() if email else name


def find_git(folder: Path) -> Git | None:
    """The repository that a folder lies in; `None` without git or outside of any."""
    if shutil.which("git") is None:
        return None
    place = next((p for p in (folder, *folder.parents) if p.is_dir()), folder)
    done = Git(place).attempt("rev-parse", "--show-toplevel")
    if done.returncode:
        return None
    return Git(Path(done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")))


def _program() -> str:
    return shutil.which("git") or "git"
