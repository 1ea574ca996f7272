"""What another tool's plan says and ours cannot: gathered while reading, told in a few lines."""

from __future__ import annotations

from typing import Final

from mpgov.formats.yaml_problems import visible

MOST_NAMES: Final = 10
_WIDEST: Final = 80


class LeftOut:
    """Names by what was left out of them, in the order in which it was met."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, what: str, name: str) -> None:
        """Remember that something of this name was left out."""
        self._found.setdefault(what, {})[name] = None

    def notes(self) -> tuple[str, ...]:
        """One line for each kind of thing, with how many there are and which."""
        return tuple(
            f"left out: {visible(what)} ({len(names)}): {listed(names)}"
            for what, names in self._found.items()
        )


def listed(names: dict[str, None]) -> str:
    """The first names of many, parted by commas, and how many more there are."""
    some = [visible(name) for name in list(names)[:MOST_NAMES]]
    some = [name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…" for name in some]
    more = len(names) - len(some)
    return ", ".join(some) + (f" and {more} more" if more else "")
