"""The geometry of the pages' small pictures: bars, sparklines, columns by day, a trend."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HIGH: Final = 20  # a sparkline's height in its own units
MOST_POINTS: Final = 60  # of a trend
MOST_LABELS: Final = 8
_WIDE, _TALL, _LEFT, _RIGHT, _TOP, _BOTTOM = 340, 140, 16, 324, 22, 126
_LEAST: Final = 0.6  # percent: what is there at all is seen


@dataclass(frozen=True, slots=True)
class Column:
    """A day: where its two bars stand, from the top, in a picture of 100 units' height."""

    x: float
    y: float
    height: float
    y_above: float
    height_above: float
    day: str
    below: int
    above: int


@dataclass(frozen=True, slots=True)
class Dot:
    """An earlier or today's score, and where it stands; `label` where there is room for one."""

    x: float
    y: float
    at: str
    total: int
    label: bool


def bar(count: int | None, most: int) -> float:
    """How long a bar is, in percent; never invisible where something is there."""
    if not count or most <= 0:
        return 0
    return round(max(_LEAST, 100 * count / most), 1)


def sparkline(days: Sequence[int]) -> str:
    """The path of a line through the days, as wide as they are many."""
    most = max(days, default=0) or 1
    heights = (HIGH - round((HIGH - 1) * count / most, 1) for count in days)
    return "M" + "L".join(f"{x} {y:g}" for x, y in enumerate(heights))


def ceiling(most: int) -> int:
    """A round number for the top of an axis, not below the largest."""
    if most <= 10:
        return max(2, most + most % 2)
    step = int(10 ** (len(str(most)) - 1))
    return next(step * k // 2 for k in (2, 3, 4, 5, 6, 8, 10, 12, 16, 20) if step * k // 2 >= most)


def columns(days: Sequence[str], below: Sequence[int], above: Sequence[int]) -> Iterator[Column]:
    """One column a day, one series upon the other."""
    top = ceiling(max((a + b for a, b in zip(below, above, strict=False)), default=0))
    for x, (day, low, high) in enumerate(zip(days, below, above, strict=False)):
        height, on_top = round(100 * low / top, 2), round(100 * high / top, 2)
        y = round(100 - height, 2)
        yield Column(x + 0.12, y, height, round(y - on_top, 2), on_top, day, low, high)


def trend(points: Sequence[tuple[str, int]]) -> list[Dot]:
    """Scores over time, the latest last, evenly spaced; labelled where they would not collide."""
    shown = points[-MOST_POINTS:]
    last = len(shown) - 1
    step = (_RIGHT - _LEFT) / last if last > 0 else 0
    low, high = _scale([total for _, total in shown])
    return [
        Dot(
            round(_LEFT + n * step if last else _RIGHT, 1),
            round(_BOTTOM - (_BOTTOM - _TOP) * (total - low) / (high - low), 1),
            at,
            total,
            last < MOST_LABELS or n in {0, last},
        )
        for n, (at, total) in enumerate(shown)
    ]


def _scale(totals: Sequence[int]) -> tuple[int, int]:
    """The lowest and the highest of the axis: tens around what is shown, at least thirty apart."""
    low = max(0, 10 * math.floor(min(totals, default=0) / 10) - 10)
    high = min(100, 10 * math.ceil(max(totals, default=100) / 10))
    return (low, high) if high - low >= 30 else (max(0, high - 30), max(30, high))
