"""Which property of which kind of event stands in which column.

A column holds values of one sort, so that only what matters for that sort is counted: texts have
lengths, numbers have extremes. What a sample did not foretell is noticed, and counted once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from mpgov.core.model import is_mixpanels
from mpgov.core.observation import PropertySeen

Sort: TypeAlias = Literal["text", "number", "plain", "mixed"]

MOST_SLOTS: Final = 60  # properties of a kind; more are counted one by one
# Ids are looked at where people are told apart, not here.
_IDS: Final = frozenset({"distinct_id", "time", "alias", "token", "ip"})
_SORTS: Final[Mapping[str, Sort]] = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "plain",
    "list": "plain",
    "object": "plain",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the sort of its values, and whether its texts are looked at."""

    sort: Sort
    is_judged: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its number, its name, and its property in each column, or none."""

    number: int
    event: str
    slots: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The kinds and libraries that have groups of their own, and the columns of the kinds."""

    kinds: tuple[Kind, ...] = ()
    columns: tuple[Column, ...] = ()
    libraries: tuple[str, ...] = field(default=())


def is_judged(name: str) -> bool:
    """Whether texts of a property are looked at for what should not be sent."""
    return not is_mixpanels(name) and name not in _IDS


def frequent(names: Mapping[str, int]) -> list[str]:
    """The properties of a kind that get a column: those that most of its events carry."""
    return sorted(names, key=lambda name: (-names[name], name))[:MOST_SLOTS]


def sorts_of(seen: Iterable[PropertySeen]) -> dict[tuple[str, str], Sort]:
    """The sort of each property of each event, as a sample shows it; null tells nothing."""
    found: dict[tuple[str, str], set[Sort]] = {}
    for one in seen:
        sorts = {_SORTS[kind] for kind in one.types if kind != "null"}
        found.setdefault((one.event, one.name), set()).update(sorts)
    return {
        key: next(iter(sorts)) if len(sorts) == 1 else "mixed" if sorts else "text"
        for key, sorts in found.items()
    }


def laid_out(
    properties: Mapping[str, Sequence[str]],
    sorts: Mapping[tuple[str, str], Sort] | None,
    libraries: Sequence[str],
) -> Shapes:
    """Columns enough for every kind; without `sorts` each of them counts everything."""
    wanted: list[dict[Column, list[str]]] = []
    for event, names in properties.items():
        by_column: dict[Column, list[str]] = {}
        for name in names:
            sort: Sort = "mixed" if sorts is None else sorts.get((event, name), "text")
            by_column.setdefault(Column(sort, is_judged(name)), []).append(name)
        wanted.append(by_column)
    kinds_of_columns = sorted(
        {column for one in wanted for column in one}, key=lambda c: (c.sort, not c.is_judged)
    )
    widths = {c: max(len(one.get(c, ())) for one in wanted) for c in kinds_of_columns}
    kinds = []
    for number, (event, one) in enumerate(zip(properties, wanted, strict=True), 1):
        slots: list[str | None] = []
        for column in kinds_of_columns:
            names = one.get(column, [])
            slots += [*names, *[None] * (widths[column] - len(names))]
        kinds.append(Kind(number, event, tuple(slots)))
    columns = tuple(column for column in kinds_of_columns for _ in range(widths[column]))
    return Shapes(tuple(kinds), columns, tuple(libraries))
