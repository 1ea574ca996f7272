"""Where raw events are: files, folders and globs, as DuckDB reads them; what cannot be read."""

from __future__ import annotations

import glob
import gzip
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from mpgov.errors import InputError
from mpgov.events.sql import ident, listed, pointer, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINES: Final = (".jsonl", ".ndjson", ".json", ".txt")
PACKED: Final = {"": "uncompressed", ".gz": "gzip", ".zst": "zstd"}
PARQUET: Final = (".parquet", ".pq")
LONGEST: Final = 32 * 1024 * 1024  # bytes of a line; Mixpanel takes events below 1 MB
_SHOWN: Final = 20  # problems that are told
_HINT: Final = "raw events are lines of JSON as Mixpanel's raw export writes them, or Parquet"


@dataclass(frozen=True, slots=True)
class Files:
    """Files of raw events by kind; lines by how they are packed."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    parquet: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many files."""
        return sum(map(len, self.lines.values())) + len(self.parquet)


def find_files(given: Sequence[str | Path], folder: Path) -> Files:
    """The files that are meant; every path that leads nowhere is told at once.

    `-` is standard input, kept in `folder` while it is measured.
    """
    found, problems = Files(), []
    for one in given:
        paths = list(_paths(str(one), folder))
        if not paths:
            problems.append(f"{one}: there are no raw events")
        for path in paths:
            kind = _kind(path)
            if kind is None:
                problems.append(f"{path}: is no file of raw events by its name")
            elif kind == "parquet":
                found.parquet.append(path)
            else:
                found.lines.setdefault(kind, []).append(path)
    if problems:
        raise InputError(problems, hint=f"{_HINT}: {' '.join(LINES[:2])} (.gz, .zst) .parquet")
    return found


def _paths(one: str, folder: Path) -> Iterator[str]:
    if one == "-":
        yield _stdin(folder)
    elif os.path.isdir(one):  # noqa: PTH112 - a glob gives text
        names = sorted(str(path) for path in Path(one).rglob("*") if path.is_file())
        yield from (name for name in names if _kind(name) is not None)
    elif os.path.isfile(one):  # noqa: PTH113 - as above
        yield one
    else:
        yield from sorted(p for p in glob.glob(one, recursive=True) if Path(p).is_file())  # noqa: PTH207


def _stdin(folder: Path) -> str:
    path = folder / "stdin.jsonl"
    with path.open("wb") as file:
        while chunk := sys.stdin.buffer.read(1 << 20):
            file.write(chunk)
    return str(path)


def _kind(path: str) -> str | None:
    """How lines are packed, or that it is Parquet; `None` for a file of another kind."""
    name = path.casefold()
    if name.endswith(PARQUET):
        return "parquet"
    for suffix, packed in PACKED.items():
        if suffix and name.endswith(suffix):
            return packed if name.removesuffix(suffix).endswith(LINES) else None
    return "uncompressed" if name.endswith(LINES) else None


def relations(con: DuckDBPyConnection, files: Files) -> list[str]:
    """SELECTs of `event` (text) and `properties` (JSON), one for each kind of file."""
    made = [_of_lines(packed, paths, "JSON") for packed, paths in files.lines.items()]
    return made + [_of_parquet(con, path) for path in files.parquet]


def ids_of(con: DuckDBPyConnection, files: Files, flags: str) -> str:
    """One SELECT of what tells events, people and devices apart, a row an event.

    e event, l library, v version of the app, t day, h hash of what makes it the same event, d
    device, u `$user_id`, i any id of a person, f its `flags` (SQL of i), ok whether it can be read.
    """
    fields = ", ".join(f"{ident(name)} VARCHAR" for name in _TELLING)
    made = [_of_lines(packed, paths, f"STRUCT({fields})") for packed, paths in files.lines.items()]
    picked = ", ".join(
        f"{ident(name)} := json_extract_string(properties, {pointer(name)})" for name in _TELLING
    )
    made += [
        f"SELECT event, CASE WHEN properties IS NOT NULL THEN struct_pack({picked}) END "
        f"AS properties FROM ({_of_parquet(con, path)})"
        for path in files.parquet
    ]
    picked = ", ".join(f"properties.{ident(name)} AS {short}" for name, short in _TELLING.items())
    return f"""
SELECT e, coalesce(l, '') AS l, v,
 CAST(floor(CASE WHEN s > 1e11 THEN s / 1000 ELSE s END / 86400) AS INTEGER) AS t,
 CASE WHEN n IS NOT NULL THEN hash(e, w, who, n) END AS h,
 {_hash("d")} AS d, {_hash("u")} AS u, {_hash("i")} AS i, coalesce({flags}, 0)::UTINYINT AS f, ok
FROM (SELECT *, CASE WHEN abs(TRY_CAST(w AS DOUBLE)) < 1e15 THEN TRY_CAST(w AS DOUBLE) END AS s,
 coalesce(u, CASE WHEN who <> '' AND NOT starts_with(who, '$device:') AND d IS DISTINCT FROM who
 THEN who END) AS i
FROM (SELECT event AS e, properties IS NOT NULL AS ok, {picked}
FROM ({" UNION ALL ".join(made)})))"""


def _hash(name: str) -> str:
    """The hash of what is there; DuckDB has one of nothing, too."""
    return f"CASE WHEN {name} IS NOT NULL THEN hash({name}) END"


# What tells events, people and devices apart, and what it is called in `ids`.
_TELLING: Final = {
    "time": "w",
    "distinct_id": "who",
    "$insert_id": "n",
    "$device_id": "d",
    "$user_id": "u",
    "mp_lib": "l",
    "$app_version_string": "v",
}


def _of_lines(packed: str, paths: Sequence[str], properties: str) -> str:
    return (
        f"SELECT event, properties FROM read_json([{listed(paths)}], "
        "format='newline_delimited', "
        f"columns={{'event': 'VARCHAR', 'properties': {text(properties)}}}, "
        f"compression='{packed}', maximum_object_size={LONGEST})"
    )


def _of_parquet(con: DuckDBPyConnection, path: str) -> str:
    """Parquet with `properties` as JSON text or nested, or with one column a property."""
    where = f"read_parquet({text(path)})"
    columns = {
        str(row[0]): str(row[1]) for row in con.execute(f"DESCRIBE {_all(where)}").fetchall()
    }
    name = next((c for c in ("event", "event_name", "$event_name") if c in columns), None)
    if name is None:
        raise InputError(f"{path}: has no column event", hint=_HINT)
    kind = columns.get("properties")
    if kind is None:
        rest = ", ".join(f"{ident(c)} := {ident(c)}" for c in columns if c != name)
        if not rest:
            raise InputError(f"{path}: has no properties beside {name}", hint=_HINT)
        properties = (
            f"json_merge_patch('{{}}', to_json(struct_pack({rest})))"  # without what is null
        )
    elif kind in {"VARCHAR", "JSON"}:
        properties = "json(properties)"  # written as DuckDB writes it: sizes are compared
    else:
        properties = "json_merge_patch('{}', to_json(properties))"
    return f"SELECT {ident(name)}::VARCHAR AS event, {properties} AS properties FROM {where}"


def _all(where: str) -> str:
    return f"SELECT * FROM {where}"


@contextmanager
def explained(files: Files) -> Iterator[None]:
    """Turn what DuckDB says of a broken file into a line that says where it is broken."""
    import duckdb  # noqa: PLC0415 - as its caller

    try:
        yield
    except duckdb.Error as error:
        problems = broken_lines(files)
        if problems:
            raise InputError(problems, hint=_HINT) from None
        said = str(error).splitlines()[0]
        raise InputError(f"raw events cannot be read: {said}", hint=_HINT) from None


def broken_lines(files: Files) -> list[str]:
    """Every line that is no raw event, up to a few, with file and line."""
    problems: list[str] = []
    for packed, paths in files.lines.items():
        for path in paths:
            problems += _broken(path, packed, _SHOWN - len(problems))
    return problems


def _broken(path: str, packed: str, most: int) -> Iterator[str]:
    number = 0
    try:
        with _opened(path, packed) as file:
            for number, line in enumerate(file, 1):
                why = _why_broken(line)
                if why and most > 0:
                    most -= 1
                    cut = " (the file was cut off)" if not line.endswith(b"\n") else ""
                    yield f"{path}:{number}: {why}{cut}"
    except (OSError, EOFError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        yield f"{path}:{number + 1}: cannot be read: {said}"


def _why_broken(line: bytes) -> str:
    if not line.strip():
        return ""
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError):
        return "is no JSON"
    if not isinstance(row, dict) or not isinstance(row.get("event"), str):
        return "is no raw event: it has no event"
    return "" if isinstance(row.get("properties"), dict) else "is no raw event: no properties"


def _opened(path: str, packed: str) -> AbstractContextManager[Iterable[bytes]]:
    if packed == "gzip":
        return gzip.open(path, "rb")
    if packed == "zstd":
        return _unpacked(path)
    return open(path, "rb")  # noqa: PTH123 - the caller closes it


@contextmanager
def _unpacked(path: str) -> Iterator[IO[bytes]]:
    """What DuckDB reads of a packed file, since Python 3.11 cannot."""
    raise ValueError(f"{Path(path).name} is broken, or holds a broken line; unpack it to see which")
    yield  # pragma: no cover
