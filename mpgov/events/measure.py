"""Raw events → what they show, measured by DuckDB within a fixed amount of memory.

First the few fields that tell people, devices and duplicates apart; then, in one pass, all that
is counted of every property.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.model import Catalog
from mpgov.core.observation import EventSeen, IdentitySeen, Observation
from mpgov.errors import InputError
from mpgov.events.demands import Matcher, demands_of
from mpgov.events.duplicates import mark_duplicates, once
from mpgov.events.query import (
    MOST_KINDS,
    MOST_LIBRARIES,
    Kind,
    Shapes,
    measure_rest,
    measure_shapes,
    slots_of,
)
from mpgov.events.source import Files, broken_lines, explained, find_files, ids_of, relations
from mpgov.events.sql import listed
from mpgov.events.statistics import looks_like

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY: Final = "1GB"  # of DuckDB; beyond it, what is worked on lies on disk
MOST_EVENTS: Final = 20_000
SAMPLE: Final = 20_000  # events whose properties tell which get a column
_FEW: Final = 200  # events of a kind: fewer are counted without columns


def measure(
    given: Sequence[str | Path], plan: Catalog | None = None, memory: str = MEMORY
) -> Observation:
    """What the events in files, folders or globs show, each counted once; `-` is stdin.

    Raises `InputError` with the file and line of whatever is no raw event.
    """
    with tempfile.TemporaryDirectory(prefix="mpgov-events-") as name:
        folder = Path(name)
        files = find_files(given, folder)
        with _opened(folder, memory) as con, explained(files):
            return _measured(con, files, plan or Catalog(), folder)


@contextmanager
def _opened(folder: Path, memory: str) -> Iterator[DuckDBPyConnection]:
    import duckdb  # noqa: PLC0415 - 24 MB, and only for raw events

    config: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": str(folder / "spilled"),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=config) as con:
        con.execute("SET enable_progress_bar = false")
        yield con


def _measured(con: DuckDBPyConnection, files: Files, plan: Catalog, folder: Path) -> Observation:
    con.execute(f"CREATE TEMP TABLE ids AS {ids_of(con, files, _flags(plan, con))}")
    rows, nothing = _one(con, "SELECT count(*), count(*) FILTER (e IS NULL OR NOT ok) FROM ids")
    if nothing:
        raise InputError(broken_lines(files) or [f"{nothing} rows are no raw events"])
    raw = " UNION ALL ".join(relations(con, files))
    duplicates = mark_duplicates(con)
    source = once(con, raw, folder) if duplicates else raw
    shapes = _shapes(con, source)
    demands = demands_of(plan, con)
    properties, lacking = measure_shapes(con, source, shapes, demands)
    if lacking:
        properties += measure_rest(con, source, shapes, demands, lacking)
    first, last = _one(con, "SELECT min(t), max(t) FROM ids")
    return Observation(
        events=tuple(_events(con)),
        properties=tuple(sorted(properties, key=lambda p: (p.event, p.name, p.library))),
        identity=_identity(con),
        rows=int(rows),
        duplicates=duplicates,
        first=_day(first),
        last=_day(last),
        source=f"{files.count} file{'s'[: files.count != 1]}",
    )


def _flags(plan: Catalog, con: DuckDBPyConnection) -> str:
    """What an id looks like, as one number: 1 e-mail, 2 phone, 4 against the plan's pattern."""
    found = plan.identity.user_id_pattern
    said = found if isinstance(found, str) else ""
    wrong = f"NOT {Matcher(con).condition(said, '{v}')}".format(v="i") if said else "FALSE"
    return (
        f"(CASE WHEN contains(i, '@') AND {looks_like('email', 'i')} THEN 1"
        f" WHEN starts_with(i, '+') AND {looks_like('phone', 'i')} THEN 2"
        f" WHEN {wrong} THEN 4 ELSE 0 END)"
    )


def _shapes(con: DuckDBPyConnection, source: str) -> Shapes:
    """Which kinds and libraries are frequent, and which properties those kinds carry."""
    kinds = con.execute(
        f"SELECT e FROM ids GROUP BY e HAVING count(*) >= {_FEW} "
        f"ORDER BY count(*) DESC, e LIMIT {MOST_KINDS}"
    ).fetchall()
    libraries = con.execute(
        f"SELECT l FROM ids GROUP BY l ORDER BY count(*) DESC, l LIMIT {MOST_LIBRARIES}"
    ).fetchall()
    names = [str(row[0]) for row in kinds]
    found: dict[str, dict[str, int]] = {}
    for sample in (f"SELECT * FROM ({source}) LIMIT {SAMPLE}", source):
        missing = [name for name in names if name not in found]
        if missing:
            sql = (
                "SELECT event, name, count(*) FROM (SELECT event, unnest(json_keys(properties)) AS "
                f"name FROM ({sample}) WHERE event IN ({listed(missing)})) GROUP BY event, name"
            )
            for event, name, count in con.execute(sql).fetchall():
                found.setdefault(str(event), {})[str(name)] = int(count)
    slots = {name: slots_of(found[name]) for name in names if name in found}
    made = [Kind(number, name, slots[name]) for number, name in enumerate(slots, 1)]
    return Shapes(made, [str(row[0]) for row in libraries])


def _events(con: DuckDBPyConnection) -> Iterator[EventSeen]:
    """The events by library, with the versions of the app that sent the most."""
    versions: dict[tuple[str, str], dict[str, int]] = {}
    sql = (
        "SELECT e, l, v, count(*) AS n FROM ids WHERE v IS NOT NULL GROUP BY e, l, v "
        "QUALIFY row_number() OVER (PARTITION BY e, l ORDER BY count(*) DESC, v) <= 3 "
        f"ORDER BY n DESC LIMIT {3 * MOST_EVENTS}"
    )
    for event, library, version, count in con.execute(sql).fetchall():
        versions.setdefault((event, library), {})[str(version)[:40]] = int(count)
    sql = (
        "SELECT e, l, count(*) AS n, min(t), max(t) FROM ids GROUP BY e, l "
        f"ORDER BY n DESC, e, l LIMIT {MOST_EVENTS}"
    )
    for event, library, count, first, last in con.execute(sql).fetchall():
        told = versions.get((event, library), {})
        yield EventSeen(event, library, int(count), _day(first), _day(last), told)


def _identity(con: DuckDBPyConnection) -> IdentitySeen:
    """People and devices; a device is shared where it had several `$user_id`s."""
    users, devices = _one(con, "SELECT count(DISTINCT i), count(DISTINCT d) FROM ids")
    flags = _one(
        con,
        "SELECT "
        + ", ".join(
            f"count(DISTINCT i) FILTER (f & {bit} > 0), count(*) FILTER (f & {bit} > 0)"
            for bit in (1, 2, 4)
        )
        + " FROM ids WHERE f > 0",
    )
    shared = _one(
        con,
        "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ids "
        "WHERE d IS NOT NULL AND u IS NOT NULL GROUP BY d HAVING min(u) <> max(u))",
    )
    return IdentitySeen(
        users=users,
        devices=devices,
        email_ids=flags[0],
        email_events=flags[1],
        phone_ids=flags[2],
        phone_events=flags[3],
        mismatched_ids=flags[4],
        mismatched_events=flags[5],
        shared_devices=shared[0],
        shared_events=shared[1],
    )


def _one(con: DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = con.execute(sql).fetchone()
    return row if row is not None else ()


def _day(days: int | None) -> str:
    """Days since 1970 as an ISO date."""
    if days is None:
        return ""
    return datetime.fromtimestamp(days * 86_400, UTC).date().isoformat()
