"""Whether a run of letters and digits may be a value, or is one that somebody made up."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_HEX: Final = re.compile(r"[0-9a-f]{32}")
_MOST_HUMPS: Final = 8  # capitals in a name of that length
_ORDER: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_TURNS: Final = frozenset({"90", "f0", "9a", "za"})  # where a sequence begins again


def is_hex(value: str) -> bool:
    """Whether it has the shape of a project token or an API secret."""
    return bool(_HEX.fullmatch(value))


def is_opaque(value: str) -> bool:
    """Whether it may be the secret of a service account: no name has so many digits or capitals."""
    digits, small, capital = _count(value)
    return digits > 1 or min(small, capital) > _MOST_HUMPS


def is_mixed(value: str) -> bool:
    """Whether it looks drawn by lot: digits, small and capital letters, or all hexadecimal."""
    if is_hex(value):
        return True
    digits, small, capital = _count(value)
    return min(digits, small, capital) > 1 or min(small, capital) > _MOST_HUMPS


def is_made_up(value: str) -> bool:
    """Whether nobody drew it by lot: few characters, a sequence, a word again and again."""
    lowered = value.lower()
    size = len(lowered)
    if len({*lowered}) < 7:
        return True
    if any(lowered[:-period] == lowered[period:] for period in range(1, size // 2 + 1)):
        return True
    pairs = pairwise(lowered)
    steps = sum(abs(_ORDER.find(a) - _ORDER.find(b)) < 2 or a + b in _TURNS for a, b in pairs)
    return steps > size // 2


def _count(value: str) -> tuple[int, int, int]:
    """How many digits, small and capital letters there are."""
    kinds = (str.isdigit, str.islower, str.isupper)
    digits, small, capital = (sum(map(kind, value)) for kind in kinds)
    return digits, small, capital
