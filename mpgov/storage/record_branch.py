"""The record on a git branch of its own, so that CI can keep it while main stays protected.

Commits are made beside the user's index, HEAD and working tree: with an index of our own and
git's plumbing. Pushes are fast-forward only; who loses a race fetches, says it again, and retries.

Two refs of this worktree alone hold what the remote said last (`theirs`) and which commit the
folder was last made to say (`seen`). A commit's parent is always the latter: `git fetch`, typed
by a person or run for another project, must not make an old folder look like a new one.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mpgov.errors import InputError
from mpgov.storage.files import write_beside
from mpgov.storage.git import Git, said

BRANCH: Final = "mpgov-record"
TRIES: Final = 20
_ATTRIBUTES: Final = ".gitattributes"
_OVER_THE_WIRE: Final = (
    *("-c", "gc.auto=0", "-c", "push.recurseSubmodules=no"),
    *("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"),
)
_FETCH: Final = (*_OVER_THE_WIRE, "fetch", "-q", "--no-tags", "--no-recurse-submodules")
_PUSH: Final = (*_OVER_THE_WIRE, "push", "-q", "--no-verify", "--no-signed", "--no-follow-tags")
_FIRST: Final = (b"fetch first", b"non-fast-forward", b"cannot lock ref", b"failed to update ref")
_DENIED: Final = (b"reject", b"denied", b"not allowed", b"403", b"permission", b"authentic")
_MAY: Final = "may this account push there? in GitHub Actions: permissions: contents: write"
_GLOB: Final = re.compile(r"([][*?!#\\])")


@dataclass(slots=True)
class RecordBranch:
    """One folder of the repository (`exports/<project>/`), kept on the branch.

    The remote is `origin`, else the only one; where there is none the branch is local.
    """

    git: Git
    folder: Path
    branch: str = BRANCH
    remote: str | None = None
    sleep: Callable[[float], None] = time.sleep
    notify: Callable[[str], None] = lambda _: None
    inside: str = field(init=False)
    _told: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.inside = self.git.inside(self.folder)
        if self.inside == "." or self.inside.split("/")[0] == "..":
            raise InputError(
                f"{self.folder}: is no folder inside of the repository {self.git.root}",
                hint='[record] keep = "tree" keeps the record there',
            )
        if self.remote is None:
            names = os.fsdecode(self.git.run("remote")).split()
            self.remote = "origin" if "origin" in names else names[0] if len(names) == 1 else ""

    def fetch(self) -> None:
        """Make the folder say what the branch says; its remote is asked first, if there is one.

        Where that cannot be reached, what was fetched last counts, and `notify` is told.
        """
        self._take(self._theirs())

    def publish(self, message: str, again: Callable[[], None]) -> None:
        """Commit the folder on top of what was fetched, and push.

        Where somebody was first with this folder, their record is fetched into it and `again`
        says ours anew on top of it, or raises to give up.
        """
        for attempt in range(1, TRIES + 1):
            seen = self.tip()
            commit = self._commit(seen, message)
            if not commit or self._land(commit, seen):
                return
            self.sleep(random.uniform(0.05, 0.2) * attempt)  # noqa: S311 - no secret
            theirs = self._theirs(must=True)
            if self._files(theirs) == self._files(seen):
                self._say_seen(theirs)  # they said nothing of this folder: ours stands as it is
            else:
                self._take(theirs)
                again()
        raise InputError(
            f"{self.branch}: others were faster {TRIES} times; the record was not kept",
            hint="run it again when less is going on",
        )

    def tip(self) -> str:
        """The commit that the folder was last made to say; empty before the first."""
        return self._at(self._ref("seen"))

    def _theirs(self, *, must: bool = False) -> str:
        """The branch's last commit, as its remote says it; empty where there is no branch."""
        local, kept = f"refs/heads/{self.branch}", self._ref("theirs")
        if not self.remote:
            return self._at(local) or self.tip()
        # No refmap: a tracking branch may be locked by another fetch of this repository.
        spec = f"+{local}:{kept}"
        done = self.git.attempt(*_FETCH, "--refmap=", self.remote, spec)
        if not done.returncode:
            return self._unless_rewritten(self._at(kept))
        reason = said(done.stderr)
        if b"find remote ref" not in done.stderr:
            if must:
                raise InputError(f"{self.branch} could not be fetched: {reason}")
            self._tell(
                f"{self.branch} could not be fetched, what was fetched last counts: {reason}"
            )
        return self._newest(kept, f"refs/remotes/{self.remote}/{self.branch}", local)

    def _unless_rewritten(self, tip: str) -> str:
        seen = self.tip()
        if seen and not self._follows(seen, tip):
            self._tell(f"{self.branch} on {self.remote} was rewritten since it was last fetched")
        return tip

    def _newest(self, *refs: str) -> str:
        """Of the commits known here, the one that goes on from the others."""
        newest = self.tip()
        for one in map(self._at, refs):
            if one and (not newest or self._follows(newest, one)):
                newest = one
        return newest

    def _take(self, tip: str) -> None:
        """The commit's files into the folder; what it had before and has no longer goes."""
        if not tip:
            return
        now, before = self._files(tip), self._files(self.tip())
        try:
            for name in before.keys() - now.keys():
                (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"cannot delete {self.folder / name}: {error.strerror}") from None
        other = {name: blob for name, blob in now.items() if self._blob_here(name, blob) != blob}
        self._bring(other.values())
        blobs = self.git.blobs(other.values())
        for name, blob in other.items():
            write_beside(self.folder / name, blobs[blob])
        self._say_seen(tip)

    def _bring(self, blobs: Iterable[str]) -> None:
        """Ask for all files at once where the clone is partial: git asks for one at a time."""
        partial = self.git.attempt("config", "--bool", f"remote.{self.remote}.promisor").stdout
        wanted = "".join(f"{blob}\n" for blob in blobs).encode()
        if wanted and partial.strip() == b"true":
            bulk = ("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, "--filter=blob:none")
            self.git.attempt(*bulk, "--refmap=", "--stdin", str(self.remote), given=wanted)

    def _files(self, commit: str) -> dict[str, str]:
        """The folder's files at a commit, by their paths in it, with their blobs."""
        found = self.git.listed(commit, self.inside) if commit else {}
        start = f"{self.inside}/"
        files = {
            name.removeprefix(start): blob for name, blob in found.items() if name.startswith(start)
        }
        for name in files:
            if not {"..", ".", ""}.isdisjoint(name.split("/")) or "\\" in name:
                raise InputError(f"{self.branch}: {name!r} is no name of a file of the record")
        return files

    def _blob_here(self, name: str, like: str) -> str:
        """The blob that a file of the folder would be; empty where there is none."""
        try:
            return _blob((self.folder / name).read_bytes(), like)
        except OSError:
            return ""

    def _commit(self, seen: str, message: str) -> str:
        """The folder as a commit after the one seen; empty where that says it already."""
        files = self._here()
        if not (files or seen):
            return ""
        tree = self._tree(seen, files)
        if seen and self._at(f"{seen}^{{tree}}") == tree:
            return ""
        nobody = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            if not self.git.identity(role)
            for what, value in (("NAME", "mpgov"), ("EMAIL", "mpgov@localhost"))
        }
        parent = ("-p", seen) if seen else ()
        made = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", "--no-gpg-sign", tree, *parent)
        return self.git.run(*made, "-m", message, environ=nobody).decode().strip()

    def _here(self) -> dict[str, bytes]:
        """The folder's files; hidden ones are somebody's unfinished work."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            if path.is_file() and not any(part.startswith(".") for part in name.parts):
                try:
                    found[name.as_posix()] = path.read_bytes()
                except OSError as error:
                    raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        return found

    def _tree(self, seen: str, files: dict[str, bytes]) -> str:
        """The commit's tree with this folder replaced; all else stays as it is."""
        listed = self.git.run("ls-tree", "-r", "-z", "--full-tree", seen) if seen else b""
        entries = dict(entry.split(b"\t", 1)[::-1] for entry in listed.split(b"\0") if entry)
        known = set(self._files(seen).values())
        start = os.fsencode(f"{self.inside}/")
        entries = {name: e for name, e in entries.items() if not name.startswith(start)}
        for name, data in files.items():
            blob = _blob(data, seen)
            entries[start + os.fsencode(name)] = self._entry(data, blob if blob in known else "")
        attributes = entries.get(_ATTRIBUTES.encode(), b"").split()
        old = self.git.run("cat-file", "blob", attributes[2].decode()) if attributes else b""
        entries[_ATTRIBUTES.encode()] = self._entry(_with_line(old, self._union()))
        given = b"".join(entry + b"\t" + name + b"\0" for name, entry in entries.items())
        with tempfile.TemporaryDirectory(prefix="mpgov-") as place:
            index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
            self.git.run("update-index", "-z", "--index-info", given=given, environ=index)
            return self.git.run("write-tree", environ=index).decode().strip()

    def _entry(self, data: bytes, known: str = "") -> bytes:
        """A file as a tree has it; byte for byte among git's objects, if it is not yet."""
        blob = known.encode() or self.git.run("hash-object", "-w", "--stdin", given=data).strip()
        return b"100644 blob " + blob

    def _union(self) -> bytes:
        """What lets git join two ledgers line by line, for the exports folder as it is named."""
        parent = self.inside.rpartition("/")[0]
        pattern = _GLOB.sub(r"\\\1", f"{parent}/" if parent else "") + "**/ledger.*"
        if re.search(r'[\s"]', pattern):
            escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
            pattern = f'"{escaped}"'
        return os.fsencode(f"{pattern} -text merge=union")

    def _land(self, commit: str, seen: str) -> bool:
        """Whether the commit is the branch's last now; false where somebody was first."""
        ref = f"refs/heads/{self.branch}"
        if self.remote:
            done = self.git.attempt(*_PUSH, "--porcelain", self.remote, f"{commit}:{ref}")
            now = commit if not done.returncode else self._found_there(done.stderr, seen)
            busy = any(word in done.stdout + done.stderr for word in _FIRST)
        else:
            if self.git.attempt("symbolic-ref", "-q", "HEAD").stdout.decode().strip() == ref:
                raise InputError(f"{self.branch} is checked out here", hint="git switch -")
            done = self.git.attempt("update-ref", ref, commit, seen)
            now, busy = self._at(ref), b".lock" in done.stderr
        if now == commit:
            self._say_seen(commit)
            return True
        if now != seen or busy:
            return False
        told = done.stderr + b"\n" + done.stdout
        raise InputError(
            f"{self.branch} could not be {'pushed' if self.remote else 'written'}: {said(told)}",
            hint=_hint(self.remote, told.lower()),
        )

    def _found_there(self, stderr: bytes, seen: str) -> str:
        """What the remote's branch is after a push that failed: it may have been the answer."""
        asked = (*_OVER_THE_WIRE, "ls-remote", str(self.remote), f"refs/heads/{self.branch}")
        if b"unable to access" in stderr:
            return seen  # it would say the same again
        done = self.git.attempt(*asked)
        return seen if done.returncode else "".join(done.stdout.decode().split()[:1])

    def _ref(self, name: str) -> str:
        """A ref of this worktree and this folder, which no fetch and no push ever touches."""
        key = hashlib.sha256(f"{self.branch}:{self.inside}".encode()).hexdigest()[:16]
        return f"refs/worktree/mpgov/{key}/{name}"

    def _say_seen(self, commit: str) -> None:
        # Where the repository is read-only it stays old, and the next push is refused: safe.
        self.git.attempt("update-ref", self._ref("seen"), commit)

    def _at(self, revision: str) -> str:
        done = self.git.attempt("rev-parse", "--verify", "--quiet", revision)
        return done.stdout.decode().strip() if not done.returncode else ""

    def _follows(self, old: str, new: str) -> bool:
        return not self.git.attempt("merge-base", "--is-ancestor", old, new).returncode

    def _tell(self, text: str) -> None:
        """A warning, once: whoever waits for somebody fetches again and again."""
        if text not in self._told:
            self._told.add(text)
            self.notify(f"warning: {text}")


def _hint(remote: str | None, told: bytes) -> str:
    if not remote:
        return ""
    return _MAY if any(word in told for word in _DENIED) else f"is {remote} reachable?"


def _blob(data: bytes, like: str) -> str:
    """The name that git gives to a file's bytes, in the kind of repository that a hash is from."""
    kind = "sha256" if len(like) == 64 else "sha1"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _with_line(text: bytes, line: bytes) -> bytes:
    """A text with the line in it, at its end if it was not there."""
    if line in text.splitlines():
        return text
    end = b"" if not text or text.endswith(b"\n") else b"\n"
    return text + end + line + b"\n"
