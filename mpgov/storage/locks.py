"""One sync at a time per project and machine, and one writer at a time of a file.

The lock is the operating system's, so that a process that dies lets go of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from mpgov.errors import BusyError, InputError
from mpgov.storage.state_folder import state_folder

TELL_EVERY: Final = 15  # seconds
POLL: Final = 0.2
# Kept until the process ends: Ctrl-C in the middle of a lock's `__del__` would be lost.
_KEPT: Final[list[FileLock]] = []
PATIENCE: Final = 60  # seconds to wait for another process that writes a file


@dataclass(frozen=True, slots=True)
class Waiting:
    """How to wait for a lock: whether at all, how long, and who hears of it."""

    notify: Callable[[str], None]
    patience: float = 600
    wait: bool = True


@contextlib.contextmanager
def only_one(folder: Path, key: str, what: str, waiting: Waiting) -> Iterator[None]:
    """Hold the lock of a key; messages call it `what`.

    Where the folder cannot be written, warn and go on. Raises `BusyError` where it cannot be had.
    """
    name = re.sub(r"[^\w.-]+", "-", key)
    lock = FileLock(folder / f"sync-{name}.lock")
    _KEPT.append(lock)
    holder = folder / f"sync-{name}.holder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _acquire(lock, holder, what, waiting)
    except OSError as error:
        if isinstance(error, Timeout):
            raise
        reason = error.strerror or error
        waiting.notify(f"warning: {folder} cannot be written ({reason}): two syncs may meet")
        yield
        return
    try:
        with contextlib.suppress(OSError):
            holder.write_text(f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}", "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _acquire(lock: FileLock, holder: Path, what: str, waiting: Waiting) -> None:
    started = time.monotonic()
    told = -float(TELL_EVERY)
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pass
        else:
            return
        waited = time.monotonic() - started
        if not waiting.wait or waited > waiting.patience:
            raise BusyError(
                f"another sync of {what} is running ({_holder(holder)})",
                hint="wait for it, or drop --no-wait" if not waiting.wait else "try again later",
            )
        if waited - told >= TELL_EVERY:
            waiting.notify(f"waiting for another sync of {what} ({_holder(holder)})")
            told = waited
        time.sleep(POLL)


def _holder(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip() or "unknown"
    except (OSError, UnicodeDecodeError):
        return "unknown"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Be the only process that writes a file; nested calls are one.

    The lock lies where it litters nobody's repository, if it can. Raises `InputError` where there
    is none to be had.
    """
    lock = _writer(path)
    try:
        yield
    finally:
        lock.release()


def _writer(path: Path) -> FileLock:
    key = hashlib.sha256(os.path.realpath(path).encode("utf-8", "surrogateescape"))
    name = f"{path.stem}-{key.hexdigest()[:16]}.lock"
    reason = ""
    for folder, file in ((state_folder(os.environ), name), (path.parent, f".{path.stem}.lock")):
        lock = _lock(folder / file)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise InputError(
                f"{path}: another process has been writing it for {PATIENCE} s"
            ) from None
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or str(error)
        else:
            return lock
    raise InputError(f"cannot write {path}: {reason}")


@cache
def _lock(path: Path) -> FileLock:
    """One lock a file, for as long as the process lives, like those of syncs."""
    return FileLock(path)
