"""The one query: every property of every kind of event a column of its own, nothing unnested.

Most events of a kind have the same properties. Their values are taken out of the JSON in one go,
and all that is counted of them is counted side by side, by kind and library. What a kind seldom
carries, and events of kinds that are rare, are counted one value at a time (`rest`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.observation import PropertySeen
from mpgov.events.columns import Kind, Shapes, is_judged
from mpgov.events.demands import FIELDS, Demands
from mpgov.events.sql import listed, pointer, text
from mpgov.events.statistics import code, coded, counted, seen

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_NAMES: Final = 20_000  # rare properties that are told; a name made of data has no end
_LIBRARY: Final = "mp_lib"
_NOWHERE: Final = "\x01mpgov"  # no property: what a kind has in a column that it does not need
_OTHER: Final = 255

DemandsBy = Mapping[tuple[str, str], Demands]
# Of which column and kind a number of the answer is, and what it counts.
Told = tuple[int, int, str, str]
Surprises = dict[str, list[str]]


def measure_shapes(
    con: DuckDBPyConnection, source: str, shapes: Shapes, demands: DemandsBy
) -> tuple[list[PropertySeen], set[int], Surprises]:
    """What the columns show; the kinds of which something has no column; what surprised."""
    if not shapes.kinds:
        return [], {0}, {}
    asked = [*_asked(shapes), *_demanded(shapes, demands)]
    columns = [f"x[{i + 2}]::VARCHAR AS v{i}" for i in range(len(shapes.columns))]
    codes = [
        f"{code(f'v{i}')} AS c{i}"
        for i, column in enumerate(shapes.columns)
        if column.is_judged and column.sort != "plain"
    ]
    library = f"{_library('x[1]::VARCHAR', map(json.dumps, shapes.libraries))} AS l"
    sql = f"""
SELECT {", ".join(["k", "l", "sum(n)", *(one[3] for one in asked)])}
FROM (SELECT {", ".join(["*", *codes])} FROM (SELECT {", ".join([library, "k", "n", *columns])}
FROM (SELECT k, n, {_values(shapes.kinds)} AS x
FROM (SELECT properties, {_kind(shapes)} AS k, len(json_keys(properties)) AS n FROM ({source})))))
GROUP BY k, l"""
    found: list[PropertySeen] = []
    lacking: set[int] = set()
    surprises: Surprises = {}
    for row in con.execute(sql).fetchall():
        number, sender, keys = row[:3]
        if number == 0 or sender == _OTHER:
            lacking.add(0)
            continue
        kind = shapes.kinds[number - 1]
        present = 0
        for name, told in _read(kind, row[3:], asked):
            present += told["present"]
            one = seen((kind.event, name, shapes.libraries[sender]), told)
            if one is None:
                names = surprises.setdefault(kind.event, [])
                names += [name] if name not in names else []
            else:
                found.append(one)
        if present != keys:
            lacking.add(number)
    return found, lacking, surprises


def measure_rest(
    con: DuckDBPyConnection, source: str, shapes: Shapes, demands: DemandsBy, lacking: set[int]
) -> list[PropertySeen]:
    """The same of what has no column, one value at a time."""
    has_column = " ".join(
        f"WHEN k = {kind.number} THEN name NOT IN ({listed(filter(None, kind.slots))})"
        for kind in shapes.kinds
        if kind.number in lacking and any(kind.slots)
    )
    wanted = f"CASE {has_column} ELSE TRUE END" if has_column else "TRUE"
    numbers = ", ".join(map(str, sorted(lacking)))
    lib = "coalesce(json_extract_string(properties, '/mp_lib'), '')"
    sender = _library("lib", shapes.libraries)
    path = "'/' || replace(replace(name, '~', '~0'), '/', '~1')"
    asked = [
        *counted("v", "mixed"),
        *coded("c", "mixed"),
        *((name, _rest_demand(demands, name)) for name in FIELDS),
    ]
    kind = f"CASE WHEN {sender} = {_OTHER} THEN 0 ELSE {_kind(shapes)} END"
    sql = f"""
SELECT event, lib, name, {", ".join(one for _, one in asked)}
FROM (SELECT *, {code("v")} AS c
FROM (SELECT event, lib, name, json_extract(properties, {path})::VARCHAR AS v
FROM (SELECT event, lib, k, properties, unnest(list_distinct(json_keys(properties))) AS name
FROM (SELECT event, lib, properties, {kind} AS k
FROM (SELECT event, properties, {lib} AS lib FROM ({source}))) WHERE k IN ({numbers}))
WHERE {wanted}))
GROUP BY event, lib, name ORDER BY 4 DESC, event, name, lib LIMIT {MOST_NAMES}"""
    rows = con.execute(sql).fetchall()
    told = [dict(zip((name for name, _ in asked), row[3:], strict=True)) for row in rows]
    found = (
        seen((row[0], row[2], row[1]), _judged(row[2], one))
        for row, one in zip(rows, told, strict=True)
    )
    return [one for one in found if one is not None]


def _judged(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """The numbers without what it looks like, where nobody wants to know."""
    if is_judged(name):
        return told
    return {key: told[key] for key in (*FIELDS, *(one for one, _ in counted("v", "mixed")))}


def _asked(shapes: Shapes) -> Iterator[Told]:
    """Everything that is counted of every column."""
    for place, column in enumerate(shapes.columns):
        for name, sql in counted(f"v{place}", column.sort):
            yield place, 0, name, sql
        if column.is_judged:
            for name, sql in coded(f"c{place}", column.sort):
                yield place, 0, name, sql


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
    """The values of a row: the library first, then those of the columns."""
    branches = " ".join(
        f"WHEN {kind.number} THEN json_extract(properties, "
        f"[{', '.join(pointer(_NOWHERE if n is None else n) for n in (_LIBRARY, *kind.slots))}])"
        for kind in kinds
    )
    return f"CASE k {branches} END" if branches else "NULL::JSON[]"


def _demanded(shapes: Shapes, demands: DemandsBy) -> Iterator[Told]:
    """What is against the demands on properties that have a column."""
    for kind in shapes.kinds:
        for place, name in enumerate(kind.slots):
            said = None
            if name is not None:
                said = demands.get((kind.event, name)) or demands.get(("", name))
            for key, condition in said.conditions.items() if said else ():
                judged = condition.format(v=f"v{place}")
                mine = f"CASE WHEN k = {kind.number} THEN CASE WHEN {judged} THEN 1 END END"
                yield place, kind.number, key, f"count({mine})"


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


def _read(
    kind: Kind, row: Sequence[Any], asked: Sequence[Told]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The numbers of each property of one kind and library, out of a row of the answer."""
    told: dict[int, dict[str, Any]] = {}
    for (place, number, name, _), value in zip(asked, row, strict=True):
        if number in {0, kind.number}:
            told.setdefault(place, {})[name] = value
    for place, slot in enumerate(kind.slots):
        if slot is not None and told[place]["present"]:
            yield slot, told[place]
