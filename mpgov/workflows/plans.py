"""Read a plan from wherever it is kept: a file, a folder, or standard input."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mpgov.errors import InputError
from mpgov.formats.base import How, Plan, Source
from mpgov.formats.detect import format_of
from mpgov.formats.plan_text import FORMAT

STDIN = "-"
_WHOLE = How()
_SCHEMA = re.compile(r"\.json$|^\d+-\d+-\d+$")  # a folder of JSON Schemas; Iglu's have no suffix


def read_plan(path: Path | str, root: Path, how: How = _WHOLE) -> Plan:
    """The plan at a path; messages name files as seen from `root`."""
    sources = list(plan_sources(path, root))
    if str(path) == STDIN:
        return FORMAT.loads(sources, how)
    return plan_of(sources, how, folder=Path(path).is_dir())


def plan_of(sources: Sequence[Source], how: How, *, folder: bool) -> Plan:
    """The plan that files are, in whatever format."""
    formats = (format_of(source) for source in sources)
    form = next((one for one in formats if one is not FORMAT), FORMAT)
    return form.loads(sources, replace(how, folder=folder))


def plan_sources(path: Path | str, root: Path) -> Iterator[Source]:
    """Every file of the plan with its bytes."""
    if str(path) == STDIN:
        yield Source("stdin", sys.stdin.buffer.read())
        return
    for file in plan_files(Path(path), root):
        yield Source(shown(file, root), read_bytes(file, root))


def plan_files(path: Path, root: Path) -> list[Path]:
    """The files of a plan: itself, or every YAML file below a folder; of none, every JSON file."""
    if path.is_file():
        return [path]
    if not path.exists():
        raise InputError(
            f"{shown(path, root)}: there is no such plan",
            hint='name one: mpgov check PATH, or set plan = "…" in mpgov.toml',
        )
    every = sorted(file for file in path.rglob("*") if file.is_file())
    files = [file for file in every if file.suffix in FORMAT.suffixes]
    files = files or [file for file in every if _SCHEMA.search(file.name)]
    if not files:
        raise InputError(
            f"{shown(path, root)}: holds no {' or '.join(FORMAT.suffixes)} file", hint=_hint(every)
        )
    return files


def _hint(files: list[Path]) -> str:
    """What to type where a folder holds a plan that is no YAML."""
    tables = [file for file in files if file.suffix.lower() in {".xlsx", ".csv"}]
    return f"name the file itself: mpgov check {shlex.quote(str(tables[0]))}" if tables else ""


def read_bytes(path: Path, root: Path) -> bytes:
    """A file's bytes; what stands in the way is told in one line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown(path, root)}: cannot be read: {error.strerror}") from None


def shown(path: Path, root: Path) -> str:
    """A path as the user knows it: from the root where it lies below it."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError):
        return str(path)
