"""Look for tokens and secrets in files: which files, what is read of them, what is found."""

from __future__ import annotations

import codecs
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mpgov.core.model import Json
from mpgov.core.report import CheckReport
from mpgov.core.rule import judge
from mpgov.core.sightings import KnownValues, Scan, Sighting, known_values, look
from mpgov.core.token_page import Page
from mpgov.core.token_scan import MOST_RUNS, is_table
from mpgov.errors import InputError, UsageError
from mpgov.storage.git import Git, find_git
from mpgov.workflows.judging import rule_settings, rules_on
from mpgov.workflows.project import Surroundings
from mpgov.workflows.tokens import BEGIN, chosen, is_meant, known_projects, register

MOST_BYTES: Final = 5 * 1024 * 1024  # of a file: what is larger nobody wrote
_START: Final = 8192
_MOST_TOLD: Final = 5
# Where there is no .gitignore to say so.
_NOT_OURS: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", "Pods"}
)
_TABLE: Final = (
    f"holds more than {MOST_RUNS:,} runs of 32 letters and digits, so it was searched by "
    "fingerprint only; a token that the register does not know is not found in it"
)
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class ScanWish:
    """What is to be searched: paths, or what git has staged of them; and whose tokens count."""

    paths: tuple[str, ...] = (".",)
    staged: bool = False
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What was found; `searched` says of the files how many were read, and which not wholly."""

    report: CheckReport
    sightings: tuple[Sighting, ...]
    searched: Mapping[str, Json]


@dataclass(slots=True)
class _Search:
    """What a search has found so far; `passed` counts the files that were not read, by why.

    `tables` are those with so many candidates that only what the register knows was looked for.
    """

    files: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    tables: list[str] = field(default_factory=list)
    found: list[Sighting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to look into: its path inside of what is searched, its name, its bytes or why not."""

    inside: str
    name: str
    data: bytes = b""
    passed: str = ""


def scan(around: Surroundings, wish: ScanWish) -> ScanReport:
    """Every token and secret in the files, and what the rules say of each."""
    kept = register(around)
    if not kept.path.exists():
        around.notify(f"note: there is no register of tokens yet, so none is known: {BEGIN}")
    chosen(around, kept, wish.projects)  # says where nothing is meant
    known = known_values(kept.tokens)
    search = _searched(around, wish, known)
    projects = known_projects(around)
    kept_ones = tuple(
        one
        for one in search.found
        if one.token is None or is_meant(one.token, wish.projects, projects)
    )
    rules = rules_on(Scan, around.settings)
    report = CheckReport(
        plan=" ".join(wish.paths),
        events=0,
        properties=0,
        findings=tuple(judge(Scan(kept_ones), rules, rule_settings(around.settings))),
        rules=rules,
        command="tokens scan",
        counted=_counted(search, staged=wish.staged),
    )
    return ScanReport(report, kept_ones, _as_json(search))


def _searched(around: Surroundings, wish: ScanWish, known: KnownValues) -> _Search:
    search = _Search()
    for file in _files(around, wish):
        if file.passed:
            search.passed[file.passed] += 1
            continue
        search.files += 1
        page = _page(file)
        search.found += look(page, file.name, known)
        if is_table(page):
            search.tables.append(file.name)
            around.notify(f"note: {file.name} {_TABLE}")
    return search


def _counted(search: _Search, *, staged: bool) -> str:
    what = "staged file" if staged else "file"
    told = f"{search.files} {what}{'s'[: search.files != 1]}"
    left = ", ".join(f"{number} {why}" for why, number in sorted(search.passed.items()))
    asides = [f"passed over: {left}"] if left else []
    if search.tables:
        asides.append(f"by fingerprint only: {len(search.tables)}")
    return f"{told} ({'; '.join(asides)})" if asides else told


def _as_json(search: _Search) -> dict[str, Json]:
    return {
        "files": search.files,
        "passed_over": dict(search.passed),
        "by_fingerprint_only": list(search.tables),
    }


def _page(file: _File) -> Page:
    encoding = _WIDE.get(file.data[:2], "utf-8-sig")
    return Page(file.data.decode(encoding, "replace"), file.inside)


def _files(around: Surroundings, wish: ScanWish) -> Iterator[_File]:
    """Every file, each once; what is passed over is told, a few of each kind."""
    seen: set[str] = set()
    told: Counter[str] = Counter()
    for git, paths in _by_repository(wish.paths):
        for file in _of_paths(around, git, paths, staged=wish.staged):
            if file.name in seen:
                continue
            seen.add(file.name)
            told[file.passed] += 1
            if file.passed not in {"", "binary"} and told[file.passed] <= _MOST_TOLD:
                around.notify(f"note: {file.name} is passed over: {file.passed}")
            yield file


def _by_repository(paths: Sequence[str]) -> Iterable[tuple[Git | None, list[Path]]]:
    """The paths with the repository that each lies in."""
    found: dict[Path, Git | None] = {}
    groups: dict[Git | None, list[Path]] = {}
    for path in map(Path, paths):
        if not os.path.lexists(path):
            raise InputError(f"{path}: there is no such file or folder")
        folder = path if path.is_dir() else path.parent
        if folder not in found:
            found[folder] = find_git(folder)
        groups.setdefault(found[folder], []).append(path)
    return groups.items()


def _of_paths(
    around: Surroundings, git: Git | None, paths: Sequence[Path], *, staged: bool
) -> Iterator[_File]:
    if git is None:
        if staged:
            raise UsageError("--staged needs git, and this is no git repository")
        above = {one for path in paths for one in (path.absolute(), *path.absolute().parents)}
        if any((one / ".git").exists() for one in above):
            around.notify("note: git gives no answer here, so .gitignore is not honoured")
        for path in paths:
            yield from _walked(path)
    elif staged:
        yield from _staged(git, paths)
    else:
        yield from _tracked(git, paths)


def _tracked(git: Git, paths: Sequence[Path]) -> Iterator[_File]:
    """What git tracks, or would if it were added."""
    names = git.candidates(paths)
    known = set(names)
    for path in paths:
        if path.is_file() and git.inside(path) not in known:
            yield _File("", _shown(path), passed="ignored by git")
    for name in names:
        full = git.root / name
        if full.is_symlink() or not os.path.lexists(full):
            continue  # a link is no text of its own; what is deleted is not there
        if full.is_dir():
            yield _File(name, _shown(full), passed="another repository")
        else:
            yield _read(full, name)


def _walked(path: Path) -> Iterator[_File]:
    """The files below a folder that no git knows."""
    if not path.is_dir():
        yield _read(path, path.name)
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(one for one in folders if one not in _NOT_OURS)
        for name in sorted(files):
            full = Path(folder) / name
            if not full.is_symlink() and full.is_file():
                yield _read(full, full.relative_to(path).as_posix())


def _read(full: Path, inside: str) -> _File:
    name = _shown(full)
    try:
        if not full.is_file():
            return _File(inside, name, passed="no file")
        if full.stat().st_size > MOST_BYTES:
            return _File(inside, name, passed="above 5 MB")
        data = full.read_bytes()
    except OSError as error:
        return _File(inside, name, passed=f"not readable: {(error.strerror or '').lower()}")
    return _of_bytes(inside, name, data)


def _staged(git: Git, paths: Sequence[Path]) -> Iterator[_File]:
    """What the next commit adds or changes, as it will be committed."""
    blobs = git.staged(paths)
    sizes = git.sizes(blobs.values())
    small = {name: blob for name, blob in blobs.items() if sizes.get(blob, 0) <= MOST_BYTES}
    for name in sorted(blobs.keys() - small.keys()):
        yield _File(name, _shown(git.root / name), passed="above 5 MB")
    contents = git.blobs(small.values())
    for name, blob in sorted(small.items()):
        yield _of_bytes(name, _shown(git.root / name), contents[blob])


def _of_bytes(inside: str, name: str, data: bytes) -> _File:
    is_binary = b"\0" in data[:_START] and data[:2] not in _WIDE
    return _File(inside, name, passed="binary") if is_binary else _File(inside, name, data)


def _shown(path: Path) -> str:
    """A file as the user knows it: from here, where it lies below."""
    here = os.path.relpath(os.path.realpath(path.parent), os.path.realpath(Path.cwd()))
    if Path(here).parts[:1] == ("..",):
        return str(path)
    return (Path(here) / path.name).as_posix()
