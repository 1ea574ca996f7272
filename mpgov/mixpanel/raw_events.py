"""Raw events to disk, a request a day: what is there is whole, so a second run goes on.

A raw export is a stream without an end that says so. A day counts as whole only if what was
packed is unpacked to its end and the last line is one; else it is fetched again.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from requests import Response

from mpgov.errors import InputError, MpgovError, RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.trouble import NEVER_SENT, Trouble, trouble_of

_PART: Final = 1 << 16  # bytes that are read at once; packed ones hold up to a thousand times that
_LOOKED_AT: Final = 1 << 20  # bytes of the last line that are kept, to see whether it is one
_APART: Final = 0.35  # seconds between requests: Mixpanel takes three a second
_PACKED: Final = 16 + zlib.MAX_WBITS


def download(
    client: Client,
    days: Sequence[date],
    folder: Path,
    progress: Callable[[str, int], None] = lambda _day, _size: None,
) -> list[Path]:
    """The days' raw events as files of the folder; a day that is there already is not asked for.

    `progress` hears of each day, and how many bytes came. Raises `RemoteError` where a day does
    not come whole, however often it is asked for.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    files = []
    for day in days:
        begun = client.now()
        files.append(_day(client, day, folder, progress))
        took = client.now() - begun
        if 0 <= took < _APART and day is not days[-1]:
            client.sleep(_APART - took)
    return files


def _day(client: Client, day: date, folder: Path, progress: Callable[[str, int], None]) -> Path:
    name = day.isoformat()
    for there in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"):
        if there.exists():
            return there
    patience = client.patience()
    last_size = -1
    while True:
        response = client.export({"from_date": name, "to_date": name}, patience)
        part = folder / f".{name}.{os.getpid()}.part"
        try:
            with closing(response):
                came = _received(client, response, part, name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if came.is_whole or (came.may_be_whole and came.size == last_size):
            there = folder / f"{name}.jsonl{'.gz' if came.is_packed else ''}"
            part.replace(there)
            progress(name, came.size)
            return there
        last_size = came.size
        part.unlink(missing_ok=True)
        if not patience.again(came.trouble):
            raise _given_up(came.trouble.error, patience.told_off)


def _given_up(error: MpgovError, told_off: str) -> RemoteError:
    hint = "run it again: the days that came are kept, the others are asked for"
    why = f" ({told_off})" if told_off else ""
    return RemoteError(f"{error.message}{why}", hint=hint)


@dataclass(slots=True)
class _Came:
    """What came of a day, and what is wrong with it."""

    is_packed: bool = False
    size: int = 0
    wrong: str = ""
    trouble: Trouble = field(init=False)
    last: bytes = b""
    first: bytes = b""

    @property
    def is_whole(self) -> bool:
        """Whether it ends as it should."""
        return not self.wrong and (not self.last or (self.last.endswith(b"\n") and self.is_event))

    @property
    def is_event(self) -> bool:
        """Whether its last line is an event; one too long to be kept is taken for one."""
        return len(self.last) > _LOOKED_AT or _is_event(self.last)

    @property
    def may_be_whole(self) -> bool:
        """Whether only the end of its last line is missing."""
        return not self.wrong and _is_event(self.last)


def _received(client: Client, response: Response, part: Path, day: str) -> _Came:
    """Write the body as it comes, and look at how it ends."""
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding not in {"gzip", "identity"}:
        raise RemoteError(f"Mixpanel sent the raw events of {day} packed in a way nobody asked for")
    came = _Came(is_packed=encoding == "gzip")
    lines = _Lines(came)
    try:
        with _kept(part) as keep:
            for chunk in _chunks(response):
                came.size += len(chunk)
                keep(chunk)
                lines.add(chunk)
    except zlib.error:
        came.wrong = "what was packed cannot be unpacked"
    except NEVER_SENT as error:
        trouble = trouble_of(error, client.hosts.name)
        came.wrong = trouble.why or "the connection was lost"
    lines.end()
    _refuse_errors(came, day)
    why = came.wrong or "its last line is no whole event"
    ended = RemoteError(f"the raw events of {day} did not come whole: {why}")
    came.trouble = Trouble(ended, f"the raw events of {day} were cut off", True)
    return came


@contextmanager
def _kept(part: Path) -> Iterator[Callable[[bytes], None]]:
    """A new file that only its owner reads; what fails here is no trouble of the connection."""

    def keep(chunk: bytes) -> None:
        try:
            file.write(chunk)
            file.flush()
        except OSError as error:
            raise _unwritable(part.parent, error) from None

    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise _unwritable(part.parent, error) from None
    with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor
        yield keep


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {folder}: {error.strerror}")


def _chunks(response: Response) -> Iterator[bytes]:
    """The bytes as they were sent, packed or not."""
    yield from response.raw.stream(_PART, decode_content=False)


class _Lines:
    """The lines of what came, as far as it takes to see whether the last one is whole."""

    def __init__(self, came: _Came) -> None:
        self._came = came
        self._unpacker = zlib.decompressobj(_PACKED) if came.is_packed else None

    def add(self, chunk: bytes) -> None:
        """Some more bytes."""
        if self._unpacker is None:
            self._look(chunk)
            return
        while chunk:
            if self._unpacker.eof:  # several packed parts, one after the other
                self._unpacker = zlib.decompressobj(_PACKED)
            self._look(self._unpacker.decompress(chunk))
            chunk = self._unpacker.unused_data

    def end(self) -> None:
        """There is no more."""
        if self._unpacker is not None and not self._unpacker.eof and not self._came.wrong:
            self._came.wrong = "what was packed breaks off"

    def _look(self, text: bytes) -> None:
        if not text:
            return
        came = self._came
        if b"\n" not in came.first and len(came.first) < _LOOKED_AT:
            came.first += text[:_LOOKED_AT]
        cut = text.rfind(b"\n", 0, len(text) - 1)
        begun = b"" if came.last.endswith(b"\n") else came.last[:_LOOKED_AT]
        came.last = text[cut + 1 :] if cut >= 0 else begun + text


def _is_event(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "event" in row


def _refuse_errors(came: _Came, day: str) -> None:
    """An answer that is no export at all, although its status says that all is well."""
    first = came.first.split(b"\n")[0].strip()
    if not first or first.startswith(b'{"event"') or _is_event(first):
        return
    if first.startswith(b"<"):
        raise RemoteError(f"Mixpanel answered the raw events of {day} with an HTML page")
    try:
        said = json.loads(first)
    except (ValueError, RecursionError):
        return
    if isinstance(said, dict) and "error" in said:
        raise RemoteError(f"Mixpanel answered the raw events of {day} with an error")
