"""Numbers as people read them, and sentences that know which of their words are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["count", "signed", "percent", "change", "points"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a sentence, how it is written, and where in the report's JSON it stands."""

    value: float
    unit: Unit = "count"
    path: str = ""

    def __str__(self) -> str:
        return written(self.value, self.unit)


Sentence: TypeAlias = tuple["str | Figure", ...]


def written(value: float, unit: Unit) -> str:
    """A number as text."""
    match unit:
        case "signed":
            return signed(round(value))
        case "percent":
            return percent(value)
        case "change":
            return change(value)
        case "points":
            return f"{value:.0f}"
    return number(value)


def plain(sentence: Iterable[str | Figure]) -> str:
    """The sentence as text."""
    return "".join(map(str, sentence))


def number(count: float) -> str:
    """A count as people read it."""
    return f"{count:,.1f}".removesuffix(".0") if isinstance(count, float) else f"{count:,}"


def signed(count: int) -> str:
    """A difference, with its sign."""
    sign = "+" if count > 0 else "\N{MINUS SIGN}" if count < 0 else "±"
    return f"{sign}{abs(count):,}"


def percent(share: float) -> str:
    """A part of all; never 0% of what is there, nor 100% where something is missing."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def change(share: float) -> str:
    """By which part something grew or fell, with its sign; ten times and more as a factor."""
    if share >= 9:
        return f"{1 + share:,.0f}\N{MULTIPLICATION SIGN}"
    sign = "+" if share > 0 else "\N{MINUS SIGN}" if share < 0 else "±"
    return sign + f"{100 * abs(share):.1f}".removesuffix(".0") + "%"
