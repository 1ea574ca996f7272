"""What the doctor found: a line for everything that must be true, and the cause of what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["ok", "warning", "wrong", "skipped"]
SIGNS: Final = {"ok": "+", "warning": "!", "wrong": "x", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true: what was found, and the one command that mends it."""

    name: str
    state: State
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything that was looked at, in order."""

    project: str
    checks: tuple[Check, ...]

    @property
    def cause(self) -> Check | None:
        """The first thing that is wrong: what follows from it was not even tried."""
        return next((one for one in self.checks if one.state == "wrong"), None)

    @property
    def exit_code(self) -> int:
        """1 where anything is wrong; warnings do not count."""
        return 1 if self.cause else 0

    def count(self, state: State) -> int:
        """How many of that state."""
        return sum(one.state == state for one in self.checks)
