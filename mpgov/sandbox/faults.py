"""Scripted failures: what a bad day at Mixpanel looks like from outside."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

# A fault strikes before the request is applied, or after it.
BEFORE: Final = frozenset({"status", "drop_before", "html", "error_200"})
AFTER: Final = frozenset(
    {"drop_after", "drop_midway", "truncated", "bad_gzip", "cut_export", "short_export"}
)
KINDS: Final = (*sorted(BEFORE), *sorted(AFTER), "hang")


@dataclass(slots=True)
class Fault:
    """One scripted failure.

    `drop_midway` loses the connection when half of the answer was sent; `cut_export` breaks off in
    the middle of what was sent, `short_export` ends properly in the middle of a line.

    A fault strikes `times` requests that match `method` and `path` (a glob), after letting
    `after` of them pass. `status` and `retry_after` are for the kind `status`, `seconds` for
    `hang`.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    after: int = 0
    status: int = 503
    retry_after: float | None = None
    seconds: float = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind}; there are: {', '.join(KINDS)}")
        texts, numbers = (self.method, self.path), (self.times, self.after, self.status)
        waits = (self.seconds, 0 if self.retry_after is None else self.retry_after)
        if not (
            all(isinstance(text, str) for text in texts)
            and all(isinstance(number, int) for number in numbers)
            and all(isinstance(wait, int | float) for wait in waits)
        ):
            raise ValueError("a detail of the fault is of the wrong type")


class Faults:
    """The failures that are still to come, in order."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Script one more."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Those still to come."""
        return [asdict(fault) for fault in self._waiting]

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if one does."""
        for fault in self._waiting:
            if not (fnmatchcase(method, fault.method) and fnmatchcase(path, fault.path)):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None
