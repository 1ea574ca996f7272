"""What can go wrong in a sync, as things to do to one real process."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "kill",
    "interrupt",
    "429",
    "429 without Retry-After",
    "500",
    "502",
    "503",
    "504",
    "drop_before",
    "drop_after",
    "hang",
    "html",
    "error_200",
    "truncated",
    "bad_gzip",
    "full disk",
    "no base folder",
    "no state folder",
    "clock forward",
    "clock back",
)
SIGNALS = {"kill": "SIGKILL", "interrupt": "SIGINT"}


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong, and when: before the n-th request, or after n bytes."""

    kind: str
    at: int
    server: dict[str, Any] = field(default_factory=dict)

    @property
    def strikes_the_process(self) -> bool:
        return self.kind in SIGNALS


def trouble(chance: random.Random) -> Trouble:
    """A trouble, drawn."""
    kind = chance.choice(KINDS)
    # a sync asks for: schemas, /me, POST (one or more), schemas again
    at = chance.randrange(0, 6)
    return Trouble(kind, at, _server(kind, at))


def _server(kind: str, after: int) -> dict[str, Any]:
    common: dict[str, Any] = {"after": after}
    if kind.startswith("429"):
        wait = None if "without" in kind else 1
        return {"kind": "status", "status": 429, "retry_after": wait, **common}
    if kind in {"500", "502", "503", "504"}:
        return {"kind": "status", "status": int(kind), "retry_after": 1, **common}
    if kind == "hang":
        return {"kind": "hang", "seconds": 2.5, **common}
    if kind in {"drop_before", "drop_after", "html", "error_200", "truncated", "bad_gzip"}:
        return {"kind": kind, **common}
    return {}
