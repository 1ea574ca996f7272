"""Raw events measured by mpgov, by one plain query, and merely scanned: the same file, in turn."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.events import write_copies, write_events

RUNS = 3
READ = (
    "read_json('{file}', format='newline_delimited', "
    "columns={{'event': 'VARCHAR', 'properties': '{properties}'}})"
)
PLAIN = (
    "SELECT event, name, substr(value, 1, 1) AS first, count(*) FROM (SELECT event, "
    "unnest(map_keys(properties)) AS name, unnest(map_values(properties))::VARCHAR AS value "
    "FROM {rows}) GROUP BY ALL"
)
SCAN = "SELECT event, count(*), count(properties) FROM {rows} GROUP BY event"
QUERY = """
import json, sys, time
import duckdb
con = duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": False})
con.execute("SET enable_progress_bar = false")
began = time.process_time()
rows = con.execute(sys.argv[1]).fetchall()
took = time.process_time() - began
print(json.dumps({"seconds": took, "rows": rows if sys.argv[2:] else len(rows)}))
"""
MEASURE = """
import json, sys, time
import duckdb
from mpgov.events.measure import measure
began = time.process_time()
found = measure([sys.argv[1]])
took = time.process_time() - began
counts = {}
for one in found.properties:
    for kind, count in one.types.items():
        key = json.dumps([one.event, one.name, "number" if kind == "integer" else kind])
        counts[key] = counts.get(key, 0) + count
print(json.dumps({"seconds": took, "counts": counts}))
"""
_FIRST = {'"': "string", "{": "object", "[": "list", "t": "boolean", "f": "boolean", "n": "null"}
Row = tuple[str, str, str]


def rows(folder: Path) -> Iterator[Row]:
    """How mpgov compares with a plain query and with a scan; how ten times as much compares."""
    file = folder / "events.jsonl"
    write_events(file, 1_000_000)
    plain = PLAIN.format(rows=READ.format(file=file, properties="MAP(VARCHAR, JSON)"))
    scan = SCAN.format(rows=READ.format(file=file, properties="JSON"))
    seen: dict[str, list[float]] = {"mpgov": [], "plain": [], "scan": []}
    for number in range(RUNS + 1):
        ours, _ = _run(MEASURE, str(file))
        theirs, _ = _run(QUERY, plain, "rows")
        least, _ = _run(QUERY, scan)
        if number:  # the first round warms up
            for name, told in (("mpgov", ours), ("plain", theirs), ("scan", least)):
                seen[name].append(told["seconds"])
    mine, others, bare = (statistics.median(seen[name]) for name in ("mpgov", "plain", "scan"))
    agree = "the same counts" if ours["counts"] == _counts(theirs["rows"]) else "OTHER COUNTS"
    yield (
        "measuring 1 000 000 raw events over a plain query that counts types",
        f"{mine / others:.2f}",
        f"{mine:.2f} s over {others:.2f} s; {agree}",
    )
    yield "the same over a scan by event", f"{mine / bare:.1f}", f"{mine:.2f} s over {bare:.2f} s"
    large = folder / "more.jsonl"
    write_copies(file, large, 10)
    file.unlink()
    ten, megabytes = _run(MEASURE, str(large))
    yield (
        "measuring 10 000 000 raw events over 1 000 000",
        f"{ten['seconds'] / mine:.1f}",
        f"{ten['seconds']:.0f} s over {mine:.2f} s; {megabytes:.0f} MB at most",
    )


def _counts(found: list[list[object]]) -> dict[str, int]:
    """The plain query's counts, by event, property and type."""
    counts: dict[str, int] = {}
    for event, name, first, count in found:
        # a map of JSON has SQL's NULL for JSON's
        kind = "null" if first is None else _FIRST.get(str(first), "number")
        key = json.dumps([event, name, kind])
        counts[key] = counts.get(key, 0) + int(str(count))
    return counts


def _run(code: str, *arguments: str) -> tuple[dict, float]:  # type: ignore[type-arg]
    """What a process of its own printed, and its peak of memory in MB."""
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101
    told = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"measuring ended with {process.returncode}")
    return told, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
