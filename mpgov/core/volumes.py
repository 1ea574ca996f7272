"""How often events arrived lately, as far as somebody asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mpgov.core.model import nothing


@dataclass(frozen=True, slots=True)
class Volumes:
    """Events received in the last `days`: per name, and of all that was asked for."""

    counts: Mapping[str, int] = field(default_factory=nothing)
    total: int = 0
    days: int = 30
