"""What was spent of Mixpanel's limits lately: a small file that all mpgov processes share."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from filelock import FileLock, Timeout

T = TypeVar("T")

_FORMAT: Final = 1
_LOCK_SECONDS: Final = 10  # it is held for milliseconds; longer means that its owner is stuck


@dataclass(frozen=True, slots=True)
class Entry:
    """One request: the latest moment at which Mixpanel may count it, and its updates."""

    at: float
    updates: int


@dataclass(slots=True)
class State:
    """Every request that still counts, and until when Mixpanel asked for silence."""

    entries: dict[str, Entry] = field(default_factory=dict)
    silent_since: float = 0
    silent_until: float = 0


class Spending:
    """The shared file; where it cannot be used, what this process alone spent.

    `warn` is told once why the file is not shared, or that it was damaged.
    """

    def __init__(self, folder: Path, key: str, mine: str, warn: Callable[[str], None]) -> None:
        slug = re.sub(r"[^A-Za-z0-9.]+", "-", key).strip("-.")[:40]
        digest = hashlib.sha256(key.encode()).hexdigest()[:8]
        self._path = folder / f"limits-{slug}-{digest}.json"
        self._mine = mine
        self._warn: Callable[[str], None] | None = warn
        self._own = State()
        self._alone = False
        self._mutex = threading.Lock()

    def update(self, change: Callable[[State], T]) -> T:
        """Look at the state and change it, while nobody else does."""
        with self._mutex, self._locked() as shared:
            text, state = self._read() if shared else ("", self._own)
            result = change(state)
            mine = {name: e for name, e in state.entries.items() if name.startswith(self._mine)}
            self._own = State(
                mine if shared else state.entries, state.silent_since, state.silent_until
            )
            if shared:
                self._write(text, state)
            return result

    @contextlib.contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether the file is ours while this lasts; never waits for long, never raises."""
        lock = None if self._alone else self._acquire()
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.release()

    def _acquire(self) -> FileLock | None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _lock(f"{self._path}.lock")
            lock.acquire()
        except Timeout:
            self._give_up("another process does not let go of its lock")
        except (OSError, NotImplementedError) as error:
            self._give_up(getattr(error, "strerror", None) or "it cannot be locked")
        else:
            return lock
        return None

    def _read(self) -> tuple[str, State]:
        try:
            text = self._path.read_text("utf-8")
            state = _loads(text)
        except FileNotFoundError:
            text, state = "", State()
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            text, state = "", State()
            self._say(f"{self._path} is damaged and was started anew")
        state.entries.update(self._own.entries)
        if self._own.silent_until > state.silent_until:
            state.silent_since = self._own.silent_since
            state.silent_until = self._own.silent_until
        return text, state

    def _write(self, before: str, state: State) -> None:
        text = _dumps(state)
        if text == before:
            return
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 a descriptor
                file.write(text)
            beside.replace(self._path)
        except OSError as error:
            self._give_up(error.strerror or "it cannot be written")
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    def _give_up(self, reason: str) -> None:
        self._alone = True
        self._say(
            f"cannot use {self._path}: {reason}; "
            "Mixpanel's limits are kept within this process alone"
        )

    def _say(self, warning: str) -> None:
        if self._warn is not None:
            warn, self._warn = self._warn, None
            warn(warning)


def _loads(text: str) -> State:
    document: Any = json.loads(text)
    if not isinstance(document, dict) or document["format"] != _FORMAT:
        raise ValueError("not of this format")
    entries = {
        str(name): Entry(_number(at), int(_number(updates)))
        for name, (at, updates) in document["spent"].items()
    }
    since, until = document["silent"]
    return State(entries, _number(since), _number(until))


def _number(value: Any) -> float:
    """A finite number, in a range that clocks have."""
    number = float(value)
    if not abs(number) < 1e12:
        raise ValueError("no time")
    return number


def _dumps(state: State) -> str:
    spent = {name: [entry.at, entry.updates] for name, entry in state.entries.items()}
    silent = [state.silent_since, state.silent_until]
    return json.dumps({"format": _FORMAT, "spent": spent, "silent": silent}) + "\n"


@cache
def _lock(path: str) -> FileLock:
    """One lock a file, for as long as the process lives.

    Ctrl-C in the middle of a lock's `__del__` would be lost, with a traceback.
    """
    return FileLock(path, timeout=_LOCK_SECONDS, mode=0o600)
