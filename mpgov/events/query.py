"""The one query: every property of every kind of event a column of its own, nothing unnested.

Most events of a kind have the same properties. Their values are taken out of the JSON in one go,
and all that is counted of them is counted side by side, by kind and library. What a kind seldom
carries, and events of kinds that are rare, are counted one value at a time (`rest`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.model import is_mixpanels
from mpgov.core.observation import PropertySeen
from mpgov.events.demands import FIELDS, Demands
from mpgov.events.sql import listed, pointer, text
from mpgov.events.statistics import COUNTED, code, counted, seen, worked_out

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_KINDS: Final = 200
MOST_SLOTS: Final = 60  # properties of a kind; more are counted one by one
MOST_LIBRARIES: Final = 12
MOST_NAMES: Final = 20_000  # rare properties that are told; a name made of data has no end
_LIBRARY: Final = "mp_lib"
_OTHER: Final = 255
# Ids are looked at where people are told apart, not here.
_IDS: Final = frozenset({"distinct_id", "time", "alias", "token", "ip"})

DemandsBy = Mapping[tuple[str, str], Demands]
Demanded = tuple[int, int, str, str]  # kind, column, field and aggregate


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its number, its name, and the properties that have a column."""

    number: int
    event: str
    slots: tuple[str, ...]

    @property
    def judged(self) -> int:
        """How many of the first columns hold a team's own properties."""
        return sum(is_judged(name) for name in self.slots)


@dataclass(slots=True)
class Shapes:
    """The kinds and libraries that have columns and groups of their own."""

    kinds: list[Kind] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)


def is_judged(name: str) -> bool:
    """Whether texts of a property are looked at for what should not be sent."""
    return not is_mixpanels(name) and name not in _IDS


def slots_of(names: Mapping[str, int]) -> tuple[str, ...]:
    """The properties that get a column: the most frequent, a team's own first."""
    frequent = sorted(names, key=lambda name: (-names[name], name))[:MOST_SLOTS]
    return tuple(sorted(frequent, key=lambda name: (not is_judged(name), name)))


def measure_shapes(
    con: DuckDBPyConnection, source: str, shapes: Shapes, demands: DemandsBy
) -> tuple[list[PropertySeen], set[int]]:
    """What the columns show, and the kinds of which something has no column."""
    if not shapes.kinds:
        return [], {0}
    width = max((len(kind.slots) for kind in shapes.kinds), default=0)
    judged = max((kind.judged for kind in shapes.kinds), default=0)
    extra = list(_demanded(shapes, demands))
    names = [(f"v{i}", f"n{i}", f"s{i}") for i in range(width)]
    columns = [f"x[{i + 2}]::VARCHAR AS v{i}" for i in range(width)]
    plain = [sql for v, n, s in names for sql in worked_out(v, n, s, "escapes")]
    codes = [f"{code(*names[i], judged=i < judged)} AS c{i}" for i in range(width)]
    aggregates = [sql for i, found in enumerate(names) for sql in counted(*found, f"c{i}")]
    aggregates += [f"sum(strlen({v}))" for v, _, _ in names]
    aggregates += [sql for _, _, _, sql in extra]
    whole = ("k", "strlen(properties) AS b", "contains(properties, '\\') AS escapes")
    library = f"{_library('x[1]::VARCHAR', map(json.dumps, shapes.libraries))} AS l"
    sql = f"""
SELECT {", ".join(["k", "l", "count(*)", "sum(b)", *aggregates])}
FROM (SELECT {", ".join(["*", *codes])}
FROM (SELECT {", ".join(["*", *plain])}
FROM (SELECT {", ".join([library, "k", "b", "escapes", *columns])}
FROM (SELECT {", ".join(whole)}, {_values(shapes.kinds)} AS x
FROM (SELECT properties, {_kind(shapes)} AS k FROM ({source}))))))
GROUP BY k, l"""
    found: list[PropertySeen] = []
    lacking: set[int] = set()
    sizes = {kind.number: _sizes(con, kind) for kind in shapes.kinds}
    for row in con.execute(sql).fetchall():
        number, sender, rows, size = row[:4]
        if number == 0 or sender == _OTHER:
            lacking.add(0)
            continue
        kind = shapes.kinds[number - 1]
        counts = row[4 : 4 + width * COUNTED]
        lengths, against = row[4 + len(counts) :][:width], row[4 + len(counts) + width :]
        found += _read(
            kind, shapes.libraries[sender], counts, list(zip(extra, against, strict=True))
        )
        named = zip(sizes[number], counts[::COUNTED], strict=False)
        if size != rows + sum(n or 0 for n in lengths) + sum(a * b for a, b in named):
            lacking.add(number)
    return found, lacking


def _sizes(con: DuckDBPyConnection, kind: Kind) -> list[int]:
    """The bytes that the name of each column takes in the JSON of an event: `"name":` and `,`.

    Names, values and a bracket are the whole text where nothing lacks a column; to take the keys
    out of every event costs three times as much.
    """
    row = con.execute(
        "SELECT list_transform(?::VARCHAR[], lambda n: strlen(to_json(n)::VARCHAR) + 2)",
        [list(kind.slots)],
    ).fetchone()
    return list(row[0]) if row else []


def measure_rest(
    con: DuckDBPyConnection, source: str, shapes: Shapes, demands: DemandsBy, lacking: set[int]
) -> list[PropertySeen]:
    """The same of what has no column, one value at a time."""
    known = [kind for kind in shapes.kinds if kind.number in lacking]
    has_column = " ".join(
        f"WHEN k = {kind.number} THEN name NOT IN ({listed(kind.slots)})" for kind in known
    )
    wanted = f"CASE {has_column} ELSE TRUE END" if has_column else "TRUE"
    numbers = ", ".join(map(str, sorted(lacking)))
    lib = "coalesce(json_extract_string(properties, '/mp_lib'), '')"
    sender = _library("lib", shapes.libraries)
    path = "'/' || replace(replace(name, '~', '~0'), '/', '~1')"
    against = [_rest_demand(demands, name) for name in FIELDS]
    kind = f"CASE WHEN {sender} = {_OTHER} THEN 0 ELSE {_kind(shapes)} END"
    sql = f"""
SELECT event, lib, name, {", ".join([*counted("v", "n", "s", "c"), *against])}
FROM (SELECT *, {code("v", "n", "s")} AS c
FROM (SELECT *, {", ".join(worked_out("v", "n", "s"))}
FROM (SELECT event, lib, name, json_extract(properties, {path})::VARCHAR AS v
FROM (SELECT event, lib, k, properties, unnest(list_distinct(json_keys(properties))) AS name
FROM (SELECT event, lib, properties, {kind} AS k
FROM (SELECT event, properties, {lib} AS lib FROM ({source}))) WHERE k IN ({numbers}))
WHERE {wanted})))
GROUP BY event, lib, name ORDER BY 4 DESC, event, name, lib LIMIT {MOST_NAMES}"""
    found = []
    for row in con.execute(sql).fetchall():
        event, library, name = row[:3]
        counts, rest = row[3 : 3 + COUNTED], row[3 + COUNTED :]
        one = seen((event, name, library), counts, judged=is_judged(name))
        wrong = {key: int(n or 0) for key, n in zip(FIELDS, rest, strict=True)}
        found.append(_against(one, wrong))
    return found


def _kind(shapes: Shapes) -> str:
    """The number of a row's kind; 0 for any other."""
    kinds = " ".join(f"WHEN {text(k.event)} THEN {k.number}" for k in shapes.kinds)
    return f"(CASE event {kinds} ELSE 0 END)::SMALLINT" if kinds else "0::SMALLINT"


def _library(value: str, libraries: Iterable[str]) -> str:
    """The number of a row's library; that of an event without one is the one of no name."""
    numbers = {name: number for number, name in enumerate(libraries)}
    known = " ".join(
        f"WHEN {text(name)} THEN {number}"
        for name, number in numbers.items()
        if name not in {"", '""'}
    )
    nothing = next((numbers[name] for name in ("", '""') if name in numbers), _OTHER)
    branches = f"WHEN {value} IS NULL OR {value} IN ('', '\"\"', 'null') THEN {nothing}"
    named = f"CASE {value} {known} ELSE {_OTHER} END" if known else str(_OTHER)
    return f"(CASE {branches} ELSE {named} END)::SMALLINT"


def _values(kinds: Sequence[Kind]) -> str:
    """The values of a row: the library first, then those of its kind's columns."""
    branches = " ".join(
        f"WHEN {kind.number} THEN json_extract(properties, "
        f"[{', '.join(map(pointer, (_LIBRARY, *kind.slots)))}])"
        for kind in kinds
    )
    return f"CASE k {branches} END" if branches else "NULL::JSON[]"


def _demanded(shapes: Shapes, demands: DemandsBy) -> Iterator[Demanded]:
    """Kind, column, field and aggregate of every demand on a property that has a column."""
    for kind in shapes.kinds:
        for slot, name in enumerate(kind.slots):
            said = demands.get((kind.event, name)) or demands.get(("", name))
            for key, condition in said.conditions.items() if said else ():
                judged = condition.format(v=f"v{slot}")
                mine = f"CASE WHEN k = {kind.number} THEN CASE WHEN {judged} THEN 1 END END"
                yield kind.number, slot, key, f"count({mine})"


def _rest_demand(demands: DemandsBy, key: str) -> str:
    """How many values of any property are against what is demanded of it."""
    branches = []
    for (event, name), said in demands.items():
        condition = said.conditions.get(key)
        if condition is not None:
            mine = f"name = {text(name)}" + (f" AND event = {text(event)}" if event else "")
            branches.append(f"WHEN {mine} THEN {condition.format(v='v')}")
    if not branches:
        return "0"
    return f"count(CASE WHEN CASE {' '.join(branches)} ELSE FALSE END THEN 1 END)"


def _against(one: PropertySeen, wrong: Mapping[str, int]) -> PropertySeen:
    """The numbers of a property with what is against the plan's demands."""
    return replace(
        one,
        not_allowed=wrong.get("not_allowed", 0),
        not_matching=wrong.get("not_matching", 0),
        below=wrong.get("below", 0),
        above=wrong.get("above", 0),
    )


def _read(
    kind: Kind, library: str, row: Sequence[Any], against: Sequence[tuple[Demanded, int]]
) -> Iterator[PropertySeen]:
    """The properties of one kind and library out of a row of the answer."""
    wrong: dict[int, dict[str, int]] = {}
    for (number, slot, key, _), count in against:
        if number == kind.number:
            wrong.setdefault(slot, {})[key] = int(count)
    for slot, name in enumerate(kind.slots):
        counts = row[slot * COUNTED : (slot + 1) * COUNTED]
        if counts[0]:
            one = seen((kind.event, name, library), counts, judged=slot < kind.judged)
            yield _against(one, wrong.get(slot, {}))
