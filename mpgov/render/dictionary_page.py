"""The data dictionary as one page that people search: events, properties, owners, tags, status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.audit import Dictionary, EventRow
from mpgov.render.charts import sparkline
from mpgov.render.pages import MANY, anchor, page

MOST_PRINTED: Final = 200  # events that are opened on paper
NO_STATUS: Final = "no status"
NO_OWNER: Final = "no owner"
_SHADES: Final = {"proposed": "expected", "": "none"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by, and how many events have it."""

    name: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Card:
    """An event of the dictionary; what it is filtered by are numbers of choices."""

    row: EventRow
    anchor: str
    shade: str
    word: str
    line: str
    status: str
    tags: str
    owners: str


def dictionary_page(dictionary: Dictionary) -> str:
    """The dictionary as one HTML file that fetches nothing and reads without its script too."""
    rows = sorted(dictionary.events, key=lambda row: (row.key.name.casefold(), row.key.name))
    statuses = _choices((_status(row),) for row in rows)
    tags = _choices(row.tags for row in rows)
    owners = _choices(row.owners or (NO_OWNER,) for row in rows)
    cards = [
        Card(
            row,
            anchor(row.key.name),
            _SHADES.get(row.status, row.status),
            _word(row),
            sparkline(row.days) if any(row.days) else "",
            _numbers(statuses, (_status(row),)),
            _numbers(tags, row.tags),
            _numbers(owners, row.owners or (NO_OWNER,)),
        )
        for row in rows
    ]
    return page(
        "dictionary",
        {
            "dictionary": dictionary,
            "cards": cards,
            "names": frozenset(row.key.name for row in rows),
            "filters": [
                ("status", "Status", _sorted(statuses)),
                ("tag", "Tag", _sorted(tags)),
                ("owner", "Owner", _sorted(owners)),
            ],
            "is_big": len(cards) > MANY,
            "is_printed_whole": len(cards) <= MOST_PRINTED,
        },
    )


def _status(row: EventRow) -> str:
    return row.status or NO_STATUS


def _word(row: EventRow) -> str:
    return f"{_status(row)}, hidden" if row.hidden else _status(row)


def _choices(named: Iterable[Sequence[str]]) -> Mapping[str, Choice]:
    """Everything that occurs, with a number each: a page's markup then stays small and safe."""
    found = Counter(name for names in named for name in dict.fromkeys(names))
    return {name: Choice(name, n, count) for n, (name, count) in enumerate(found.items())}


def _numbers(choices: Mapping[str, Choice], names: Iterable[str]) -> str:
    return " ".join(str(choices[name].number) for name in names)


def _sorted(choices: Mapping[str, Choice]) -> list[Choice]:
    return sorted(choices.values(), key=lambda one: (one.name.casefold(), one.name))
