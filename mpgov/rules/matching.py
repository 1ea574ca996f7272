"""Other people's regular expressions, which may need longer for one text than anybody lives."""

from __future__ import annotations

import re
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

PATIENCE: Final = 0.5  # seconds for one text
MOST_SLOW: Final = 8  # patterns that get so much; then all have had their share
_slow: set[str] = set()


class _TooSlowError(Exception):
    """The time is up."""


def matches(pattern: str, text: str, *, whole: bool = False) -> bool | None:
    """Whether the pattern is in the text, or all of it; `None` where that takes too long."""
    if pattern in _slow:
        return None
    compiled = _compiled(pattern)
    try:
        with _deadline(PATIENCE if len(_slow) < MOST_SLOW else 0.01):
            return (compiled.fullmatch(text) if whole else compiled.search(text)) is not None
    except _TooSlowError:
        _slow.add(pattern)
        return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python may mean one day by [[
        return re.compile(pattern)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, where the system can: not on Windows, not in a thread."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return
    handler = signal.signal(signal.SIGALRM, _stop)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, handler)


def _stop(*_: object) -> None:
    raise _TooSlowError
