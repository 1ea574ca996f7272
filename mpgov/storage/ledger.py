"""`exports/<project>/ledger.jsonl`: the append-only record; `ledger.head` guards its end.

The line is written first and the head after it: whoever is killed in between leaves a line that
the head does not know yet, which the next append puts right.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mpgov.core.chain import (
    Head,
    Line,
    Scan,
    Verdict,
    ends_in_a_line,
    head_of,
    is_whole,
    judge,
    link,
    read_head,
    scan,
    write_head,
)
from mpgov.core.model import Json
from mpgov.errors import InputError
from mpgov.storage.files import write_beside
from mpgov.storage.locks import writing

NAME: Final = "ledger.jsonl"
HEAD: Final = "ledger.head"
_HINT: Final = "restore both from git: ledger.jsonl and ledger.head"


class Ledger:
    """The record of one project, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME
        self.head_path = folder / HEAD

    def read(self) -> list[Line]:
        """Every line that is whole, in the file's order; `verify` names the others."""
        return list(scan(self._bytes()).lines)

    def verify(self) -> Verdict:
        """Check every byte of the record."""
        head = self._head()  # first: what it claims stays true while others append
        return judge(scan(self._bytes()), head)

    def prepare(self) -> None:
        """Raise `InputError` if nothing could be written now."""
        with self._locked():
            self._intact_head()
            try:
                for path in (self.path, self.head_path):
                    if path.exists():
                        with path.open("ab"):
                            pass
            except OSError as error:
                raise InputError(f"cannot write {path}: {error.strerror}") from None

    def append(self, entry: Mapping[str, Json]) -> Line:
        """Write one line at the end; `InputError` where that cannot be done."""
        with self._locked():
            head = self._intact_head()
            found = scan(self._bytes())
            number = found.total + 1
            torn = len(found.torn)
            start, drop = b"", 0
            if ends_in_a_line(found) or (torn and not is_whole(found, head)):
                start = b"\n"
            elif torn:
                drop, number = torn, found.total  # half a line of an append that was interrupted
            line = link(entry, found.last, number)
            if not found.total and not head.is_there:
                write_beside(self.head_path, "")  # from now on a head that is gone was taken away
            self._write(start + line.raw + b"\n", drop)
            grown = Scan((*found.lines, line), found.broken, number)
            write_beside(self.head_path, write_head(head_of(grown, head)))
            return line

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return b""
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from None

    def _head(self) -> Head:
        try:
            return read_head(self.head_path.read_bytes().decode("utf-8", "replace"))
        except (FileNotFoundError, NotADirectoryError):
            return Head()
        except OSError as error:
            raise InputError(f"{self.head_path}: cannot be read: {error.strerror}") from None

    def _intact_head(self) -> Head:
        head = self._head()
        if head.problems:
            raise InputError(f"{self.head_path}: {head.problems[0]}", hint=_HINT)
        return head

    def _write(self, data: bytes, drop: int) -> None:
        """Append the bytes in one go, in place of so many at the end; all of them or none."""
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self.path, flags, 0o666)
            try:
                end = os.lseek(handle, 0, os.SEEK_END) - drop
                if drop:
                    os.ftruncate(handle, end)
                    os.lseek(handle, end, os.SEEK_SET)
                if os.write(handle, data) != len(data):
                    os.ftruncate(handle, end)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror or error}") from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror or error}") from None
        with writing(self.path):
            yield
