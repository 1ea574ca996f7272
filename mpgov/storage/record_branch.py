"""The record on a git branch of its own, so that CI can keep it while main stays protected.

Commits are made beside the user's index, HEAD and working tree: with an index of our own and
git's plumbing. Pushes are fast-forward only; who loses a race fetches, says it again, and retries.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mpgov.errors import InputError
from mpgov.storage.files import write_beside
from mpgov.storage.git import Git

BRANCH: Final = "mpgov-record"
TRIES: Final = 20
_NOBODY: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "mpgov"), ("EMAIL", "mpgov@localhost"))
}
_LOGIN: Final = re.compile(r"(\w+://)[^/@\s]+@")
_LOST: Final = (b"[rejected]", b"[remote rejected]", b"fetch first", b"non-fast-forward")
_RACE: Final = (b"fetch first", b"non-fast-forward", b"cannot lock ref", b"failed to update ref")


class RecordBranch:
    """One folder of the repository (`exports/<project>/`), kept on the branch."""

    def __init__(
        self,
        git: Git,
        folder: Path,
        sleep: Callable[[float], None] = time.sleep,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.git = git
        self.folder = folder
        self.sleep = sleep
        self.notify = notify
        real = os.path.relpath(os.path.realpath(folder), os.path.realpath(git.root))
        if real.startswith(".."):
            raise InputError(f'{folder}: lies outside of the repository; [record] keep = "tree"')
        self.inside = real.replace(os.sep, "/")
        self.ref = f"refs/heads/{BRANCH}"
        self.remote = self._remote()

    def fetch(self) -> None:
        """Make the folder say what the branch says; its remote is asked first, if there is one."""
        before = self._tip()
        if self.remote:
            spec = f"+{self.ref}:{self._tracking}"
            done = self.git.attempt("fetch", "--quiet", "--no-tags", self.remote, spec)
            if done.returncode and b"couldn't find remote ref" not in done.stderr:
                self.notify(f"warning: the record could not be fetched: {_said(done.stderr)}")
        self._write_out(before)

    def publish(self, message: str, again: Callable[[], None]) -> None:
        """Commit the folder on top of what was fetched, and push.

        Where somebody was first, their record is fetched into the folder and `again` says ours
        anew on top of it, or raises to give up.
        """
        for attempt in range(TRIES):
            tip = self._tip()
            commit = self._commit(tip, message)
            if commit is None or self._land(commit, tip):
                return
            self.sleep(random.uniform(0.1, 0.5) * (attempt + 1))  # noqa: S311 - no secret
            self.fetch()
            again()
        raise InputError(
            f"{BRANCH}: others were faster {TRIES} times; the record was not kept",
            hint="run it again when less is going on",
        )

    @property
    def _tracking(self) -> str:
        return f"refs/remotes/{self.remote}/{BRANCH}"

    def _remote(self) -> str:
        names = self.git.run("remote").decode("utf-8", "replace").split()
        return "origin" if "origin" in names else names[0] if len(names) == 1 else ""

    def _tip(self) -> str:
        """The last commit of the branch that is known here; empty before the first."""
        ref = self._tracking if self.remote else self.ref
        return self.git.attempt("rev-parse", "--verify", "--quiet", ref).stdout.decode().strip()

    def _write_out(self, before: str) -> None:
        """The branch's files into the folder; what it had before and has no longer goes."""
        tip = self._tip()
        now = self._files(tip)
        for name in self._files(before).keys() - now.keys():
            (self.git.root / name).unlink(missing_ok=True)
        for name, blob in now.items():
            data = self.git.run("cat-file", "blob", blob)
            path = self.git.root / name
            try:
                if path.read_bytes() == data:
                    continue
            except OSError:
                pass
            write_beside(path, data)

    def _files(self, commit: str) -> dict[str, str]:
        """The folder's files at a commit, with their blobs."""
        if not commit:
            return {}
        where = f":(literal){self.inside}"
        listed = self.git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", where)
        entries = (entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry)
        return {
            name.decode("utf-8", "surrogateescape"): m.split()[2].decode() for m, name in entries
        }

    def _commit(self, tip: str, message: str) -> str | None:
        """The folder as a commit after the tip; nothing where the tip says it already."""
        with tempfile.TemporaryDirectory(prefix="mpgov-") as place:
            index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
            self.git.run("read-tree", *([tip] if tip else ["--empty"]), environ=index)
            lines = [f"0 {'0' * 40}\t{name}".encode() for name in self._files(tip)]
            for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
                if not path.name.startswith("."):
                    name = f"{self.inside}/{path.relative_to(self.folder).as_posix()}"
                    lines.append(self._entry(name, path.read_bytes()))
            lines.append(self._entry(".gitattributes", self._attributes().encode()))
            given = b"".join(line + b"\0" for line in lines)
            self.git.run("update-index", "-z", "--index-info", given=given, environ=index)
            tree = self.git.run("write-tree", environ=index).decode().strip()
        if tip and self.git.run("rev-parse", f"{tip}^{{tree}}").decode().strip() == tree:
            return None
        parents = ["-p", tip] if tip else []
        identity = {} if self.git.identity() else _NOBODY
        made = self.git.run(
            "commit-tree", "--no-gpg-sign", tree, *parents, "-m", message, environ=identity
        )
        return made.decode().strip()

    def _entry(self, name: str, data: bytes) -> bytes:
        """A line for the index, and the file among git's objects, byte for byte."""
        blob = self.git.run("hash-object", "-w", "--stdin", given=data).decode().strip()
        return f"100644 {blob}\t{name}".encode("utf-8", "surrogateescape")

    def _attributes(self) -> str:
        parent = self.inside.rpartition("/")[0]
        return f"{f'{parent}/' if parent else ''}**/ledger.* -text merge=union\n"

    def _land(self, commit: str, tip: str) -> bool:
        """Whether the commit is the branch's tip now; false where somebody was first."""
        if not self.remote:
            return not self.git.attempt("update-ref", self.ref, commit, tip or "0" * 40).returncode
        done = self.git.attempt(
            "push", "--quiet", "--porcelain", "--no-verify", self.remote, f"{commit}:{self.ref}"
        )
        if not done.returncode:
            self.git.run("update-ref", self._tracking, commit)
            return True
        said = done.stdout + done.stderr
        if any(word in said for word in _RACE):
            return False
        refused = any(word in said for word in _LOST)
        raise InputError(
            f"{BRANCH} could not be pushed: {_said(done.stderr or done.stdout)}",
            hint="give this job the right to write contents"
            if refused
            else "is the remote reachable, and may this account push?",
        )


def _said(stderr: bytes) -> str:
    """What git says is wrong, in a line, without a login that an address may carry."""
    lines = [
        line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()
    ]
    told = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "!"))]
    return _LOGIN.sub(r"\1", (told or lines or ["git said nothing"])[0])
