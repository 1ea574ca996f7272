"""Read a plan from wherever it is kept: a file, a folder, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import FORMAT, Plan, loads

STDIN = "-"


def read_plan(path: Path | str, root: Path) -> Plan:
    """The plan at a path; messages name files as seen from `root`."""
    return loads(list(plan_sources(path, root)), folder=str(path) != STDIN and Path(path).is_dir())


def plan_sources(path: Path | str, root: Path) -> Iterator[Source]:
    """Every file of the plan with its bytes."""
    if str(path) == STDIN:
        yield Source("stdin", sys.stdin.buffer.read())
        return
    for file in plan_files(Path(path), root):
        yield Source(shown(file, root), read_bytes(file, root))


def plan_files(path: Path, root: Path) -> list[Path]:
    """The files of a plan: itself, or every YAML file below a folder."""
    if path.is_file():
        return [path]
    if not path.exists():
        raise InputError(
            f"{shown(path, root)}: there is no such plan",
            hint='name one: mpgov check PATH, or set plan = "…" in mpgov.toml',
        )
    files = sorted(f for f in path.rglob("*") if f.suffix in FORMAT.suffixes and f.is_file())
    if not files:
        raise InputError(f"{shown(path, root)}: holds no {' or '.join(FORMAT.suffixes)} file")
    return files


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
