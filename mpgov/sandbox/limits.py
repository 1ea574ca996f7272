"""Mixpanel's limits on the Schemas API and on queries, on a clock that tests can turn."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from mpgov.sandbox.refusal import Refusal

MINUTE: Final = 60
HOUR: Final = 3600
MOST_REQUESTS: Final = 5
MOST_UPDATES: Final = 3999  # "fewer than 4000"
MOST_QUERIES: Final = 60

MOST_EXPORTS: Final = 60  # an hour
MOST_EXPORTS_AT_ONCE: Final = 3  # a second
UNLIMITED: Final = 1_000_000


def quota_headers(limit: int, remaining: int) -> dict[str, str]:
    """What Mixpanel says of the queries of an hour (reference 1.8)."""
    return {
        "RateLimit-Policy": f'"project";q={limit};w={HOUR}, '
        '"x-concurrency";q=5;qu="concurrent-requests"',
        "RateLimit": f'"project";r={remaining}',
    }


Window = deque[tuple[float, int]]


def cost(entries: list[Any]) -> int:
    """What a write counts: each entity and each of its properties (reference 4.12)."""
    return sum(1 + _properties(entry) for entry in entries)


def _properties(entry: Any) -> int:
    schema = entry.get("schemaJson") if isinstance(entry, dict) else None
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return len(properties) if isinstance(properties, dict) else 0


@dataclass(slots=True)
class Limits:
    """The rolling windows; `scope` is an organization or a project, as the knob says."""

    clock: Callable[[], float]
    on: bool = True
    _requests: dict[str, Window] = field(default_factory=lambda: defaultdict(deque))
    _queries: dict[str, Window] = field(default_factory=lambda: defaultdict(deque))
    _exports: dict[str, Window] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, scope: str, updates: int) -> None:
        """Count a schemas request, or refuse it."""
        window = self._rolled(self._requests[scope], MINUTE)
        total = sum(number for _, number in window)
        if self.on and (len(window) >= MOST_REQUESTS or total + updates > MOST_UPDATES):
            raise Refusal(429, "Rate limit exceeded", retry_after=self._free(window, updates))
        window.append((self.clock(), updates))

    def query(self, scope: str, quota: int = MOST_QUERIES) -> dict[str, str]:
        """Count a query, or refuse it; what the answer's headers say of the quota."""
        window = self._rolled(self._queries[scope], HOUR)
        if self.on and len(window) >= quota:
            wait = window[0][0] + HOUR - self.clock()
            text = "Query rate limit exceeded"
            raise Refusal(429, text, retry_after=wait, headers=quota_headers(quota, 0))
        window.append((self.clock(), 1))
        return quota_headers(quota, quota - len(window)) if self.on else self._no_quota()

    def export(self, scope: str) -> None:
        """Count a raw export, or refuse it: so many an hour, and so many a second."""
        window = self._rolled(self._exports[scope], HOUR)
        lately = [at for at, _ in window if at > self.clock() - 1]
        if self.on and len(lately) >= MOST_EXPORTS_AT_ONCE:
            raise Refusal(429, "Too many exports at once", retry_after=1)
        if self.on and len(window) >= MOST_EXPORTS:
            wait = window[0][0] + HOUR - self.clock()
            raise Refusal(429, "Export rate limit exceeded", retry_after=wait)
        window.append((self.clock(), 1))

    def _no_quota(self) -> dict[str, str]:
        return quota_headers(UNLIMITED, UNLIMITED)

    def _rolled(self, window: Window, length: float) -> Window:
        while window and window[0][0] <= self.clock() - length:
            window.popleft()
        return window

    def _free(self, window: Window, updates: int) -> float:
        """Seconds until the request would fit."""
        requests, total = len(window), sum(number for _, number in window)
        for at, number in window:
            requests, total = requests - 1, total - number
            if requests < MOST_REQUESTS and total + updates <= MOST_UPDATES:
                return at + MINUTE - self.clock()
        return MINUTE
