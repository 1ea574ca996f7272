"""Mixpanel's limits a minute, kept by all mpgov processes of this machine together.

A request is entered *before* it goes out, at the latest moment at which Mixpanel may still count
it, and moved to the moment it ended when it is over. So whenever the server counts, no rolling
window holds more than the limits.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from mpgov.errors import RemoteError
from mpgov.mixpanel.session import Reachable, hosts_of
from mpgov.mixpanel.spending import Entry, Spending, State

MINUTE: Final = 60.0
# Past the window's edge, so that neither rounding nor an inclusive edge matters.
MARGIN: Final = 0.01
# A wait is announced when it begins and then every so many seconds.
TOLD_EVERY: Final = 15.0
# Shorter than a clock can be trusted to be.
NOTHING: Final = 0.001

AGAIN: Final = "run the same command again: it goes on where it stopped"


@dataclass(slots=True)
class Spent:
    """One request under the budget; the caller says how it went.

    `silence` is what a 429 asked for, in seconds: it did no updates, and others wait too.
    `unsent`: Mixpanel never heard of it.
    """

    waited: float = 0
    silence: float | None = None
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class _Room:
    """When there is room, why not before, and whether that is certain."""

    delay: float
    reason: str = ""
    certain: bool = True


@dataclass(slots=True)
class Budget:
    """So many requests and updates in any rolling window, per `key`, whoever asks.

    `window` is in seconds, and `per` its name in messages. `longest` is how long a request can
    take at most: that long a process that died in the middle of one keeps its place.
    """

    key: str
    requests: int = 5
    updates: int = 3999
    folder: Path = field(kw_only=True)
    notify: Callable[[str], None] = lambda _: None
    max_wait: float = 600
    longest: float = 150
    window: float = MINUTE
    per: str = "minute"
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    _mine: str = field(init=False, repr=False)
    _numbers: Iterator[int] = field(init=False, repr=False)
    _spending: Spending = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._mine = f"{uuid.uuid4().hex[:12]}-"
        self._numbers = count(1)
        self._spending = Spending(self.folder, self.key, self._mine, self.notify)

    def room_in(self, updates: int = 0) -> float:
        """How many seconds from now a request of so many updates could go."""
        return self._spending.update(lambda state: self._room(state, updates)).delay

    def free(self) -> int:
        """How many requests could go now, without waiting."""
        return self._spending.update(self._free)

    @contextmanager
    def spend(self, updates: int = 0, *, max_wait: float | None = None) -> Iterator[Spent]:
        """Wait until there is room, and take it for as long as the block runs."""
        if updates > self.updates:
            raise ValueError(f"{updates} updates in one request; the limit is {self.updates}")
        name = f"{self._mine}{next(self._numbers)}"
        patience = self.max_wait if max_wait is None else max_wait
        spent = Spent(self._wait(name, updates, patience))
        try:
            yield spent
        finally:
            self._spending.update(lambda state: self._settle(state, name, updates, spent))

    def _wait(self, name: str, updates: int, max_wait: float) -> float:
        """Wait for room and take it; how long that took."""
        waited, told = 0.0, -TOLD_EVERY
        while True:
            room = self._spending.update(lambda state: self._enter(state, name, updates))
            if not room.delay:
                return waited
            look = room.delay if room.certain else min(room.delay, self.window / 60)
            if waited + look > max_wait:
                raise RemoteError(
                    f"waiting for {room.reason} would take longer than {max_wait:g} s",
                    hint=f"{AGAIN}, or give it longer with --max-wait",
                )
            if waited - told >= TOLD_EVERY - NOTHING and (not waited or room.delay >= 1):
                told = waited
                at_most = "" if room.certain else "at most "
                self.notify(f"waiting {at_most}{seconds(room.delay)} for {room.reason}")
            step = min(look, max(told + TOLD_EVERY - waited, 1))
            self.sleep(step)
            waited += step

    def _enter(self, state: State, name: str, updates: int) -> _Room:
        room = self._room(state, updates)
        if not room.delay:
            state.entries[name] = Entry(self.now() + self.longest, updates)
        return room

    def _settle(self, state: State, name: str, updates: int, spent: Spent) -> None:
        now = self.now()
        state.entries[name] = Entry(now, updates if spent.silence is None else 0)
        if spent.unsent:
            del state.entries[name]
        if spent.silence and now + spent.silence > state.silent_until:
            state.silent_since, state.silent_until = now, now + spent.silence

    def _room(self, state: State, updates: int) -> _Room:
        """When both windows have room; `delay` 0 is now."""
        now = self.now()
        self._tidy(state, now)
        free, reason, certain = state.silent_until, "Mixpanel, which asked for a pause", True
        requests, total = len(state.entries), sum(e.updates for e in state.entries.values())
        for entry in sorted(state.entries.values(), key=lambda entry: entry.at):
            many = requests >= self.requests
            if not many and total + updates <= self.updates:
                break
            requests, total = requests - 1, total - entry.updates
            if entry.at + self.window + MARGIN > free:
                free, certain = entry.at + self.window + MARGIN, entry.at <= now
                limit = f"{self.requests} requests" if many else f"{self.updates} updates"
                reason = f"Mixpanel's limit of {limit} {_a(self.per)}"
        delay = free - now
        return _Room(delay, reason, certain) if delay > NOTHING else _Room(0)

    def _free(self, state: State) -> int:
        self._tidy(state, self.now())
        is_silent = state.silent_until > self.now()
        return 0 if is_silent else max(self.requests - len(state.entries), 0)

    def _tidy(self, state: State, now: float) -> None:
        """Forget what no longer counts; what a clock that was set back left in the future is cut.

        Cut once, and kept so: a stamp that moved with the clock would be waited for for ever.
        """
        latest = now + max(self.longest, self.window)
        state.entries = {
            name: entry if entry.at <= latest else Entry(latest, entry.updates)
            for name, entry in state.entries.items()
            if entry.at + self.window + MARGIN > now
        }
        if not state.silent_since <= now < state.silent_until:
            state.silent_since = state.silent_until = 0


def budget_key(project: Reachable) -> str:
    """Who shares one budget: an organization; where none is known, all that one host serves."""
    name = hosts_of(project).name
    return f"{name}/{project.organization}" if project.organization else name


def query_key(project: Reachable) -> str:
    """Who shares the queries of an hour: all that ask for one project."""
    return f"{hosts_of(project).name}/queries/{project.id}"


def export_key(project: Reachable) -> str:
    """Who shares the raw exports of an hour."""
    return f"{hosts_of(project).name}/exports/{project.id}"


def _a(word: str) -> str:
    return f"{'an' if word == 'hour' else 'a'} {word}"


def seconds(delay: float) -> str:
    """A wait as a person reads it."""
    return f"{max(1, round(delay))} s"
