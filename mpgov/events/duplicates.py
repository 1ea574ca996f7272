"""Raw exports repeat events: the same event, time, distinct_id and $insert_id count once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mpgov.events.sql import pointer, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE: Final = 400_000  # repeated events whose properties are held in memory together


def mark_duplicates(con: DuckDBPyConnection) -> int:
    """How many rows repeat another; they leave `ids`, and their hashes stay in `repeated`."""
    con.execute(
        "CREATE TEMP TABLE repeated AS SELECT h, count(*) AS n FROM ids WHERE h IS NOT NULL "
        "GROUP BY h HAVING count(*) > 1"
    )
    row = con.execute("SELECT coalesce(sum(n - 1), 0) FROM repeated").fetchone()
    count = int(row[0]) if row else 0
    if count:
        con.execute(
            "CREATE TEMP TABLE whole AS SELECT * FROM ids WHERE h IS NULL OR h NOT IN "
            "(SELECT h FROM repeated) UNION ALL SELECT DISTINCT ON (h) * FROM ids "
            "WHERE h IN (SELECT h FROM repeated)"
        )
        con.execute("DROP TABLE ids")
        con.execute("ALTER TABLE whole RENAME TO ids")
    return count


def once(con: DuckDBPyConnection, raw: str, folder: Path) -> str:
    """The events, each once: those that repeat are set down beside the others, a part at a time."""
    row = con.execute("SELECT sum(n) FROM repeated").fetchone()
    parts = int(row[0]) // _AT_ONCE + 1 if row else 1
    hashed = f"SELECT event, properties, {hash_of('event', 'properties')} AS h FROM ({raw})"
    for part in range(parts):
        path = text(str(folder / f"repeated-{part}.parquet"))
        con.execute(
            "COPY (SELECT event, properties FROM (SELECT DISTINCT ON (h) h, event, properties "
            f"FROM ({hashed}) WHERE h % {parts} = {part} AND h IN (SELECT h FROM repeated))) "
            f"TO {path} (FORMAT parquet, COMPRESSION zstd)"
        )
    set_down = text(str(folder / "repeated-*.parquet"))
    return (
        f"SELECT event, properties FROM ({hashed}) "
        "WHERE h IS NULL OR h NOT IN (SELECT h FROM repeated) "
        f"UNION ALL SELECT event, properties::JSON FROM read_parquet({set_down})"
    )


def hash_of(event: str, properties: str) -> str:
    """What tells an event from another; nothing for one without an $insert_id."""
    time, who, insert = (
        f"json_extract_string({properties}, {pointer(name)})"
        for name in ("time", "distinct_id", "$insert_id")
    )
    return f"CASE WHEN {insert} IS NOT NULL THEN hash({event}, {time}, {who}, {insert}) END"
