"""Change values in mpgov.toml where they stand: comments, order and quotes of the rest stay."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mpgov.errors import InputError
from mpgov.storage.files import check_writable, write_beside

# Where a text stands, and what it is to say; `None` takes the key away.
Changes: TypeAlias = Mapping[tuple[str, ...], str | None]


def projects_of_account(file: Path, account: str) -> list[str]:
    """The `[projects.NAME]` whose service_account is this one."""
    return list(_naming(tomllib.loads(_text(file)), account))


def check_rename(file: Path, account: str) -> None:
    """Raise `InputError` where `rename_account` could not name another account instead of this."""
    names = projects_of_account(file, account)
    try:
        _changed(file, {("projects", name, "service_account"): "another" for name in names})
    except InputError as error:
        error.hint = "give each [projects.NAME] a service_account on a line of its own"
        raise
    if names:
        check_writable(file)


def rename_account(file: Path, old: str, new: str) -> list[str]:
    """Let every project that names the old account name the new one; which ones."""
    names = projects_of_account(file, old)
    change_toml(file, {("projects", name, "service_account"): new for name in names})
    return names


def change_toml(file: Path, changes: Changes) -> None:
    """Make the changes, and no other.

    Raises `InputError` where the file cannot be changed so that nothing else changes with it.
    """
    if changes:
        changed = _changed(file, changes)
        marked = file.read_bytes().startswith(b"\xef\xbb\xbf")
        write_beside(file, changed.encode("utf-8-sig" if marked else "utf-8"))


def _changed(file: Path, changes: Changes) -> str:
    """The text with the changes made; `InputError` where others would be made with them."""
    import tomlkit  # noqa: PLC0415 only here

    text = _text(file)
    document: Any = tomlkit.parse(text)
    wanted = tomllib.loads(text)
    for path, value in changes.items():
        _put(document, path, value)
        _put(wanted, path, value)
    changed = tomlkit.dumps(document)
    if tomllib.loads(changed) != wanted or _touched(text, changed) > len(changes):
        raise InputError(
            f"{file.name}: is written in a way that mpgov cannot change in place",
            hint=f"write it yourself: {'; '.join(_said(*one) for one in changes.items())}",
        )
    return changed


def _put(table: Any, path: tuple[str, ...], value: str | None) -> None:
    for name in path[:-1]:
        table = table[name]
    if value is None:
        del table[path[-1]]
    else:
        table[path[-1]] = value


def _touched(before: str, after: str) -> int:
    """How many lines are no longer as they were."""
    left = list(after.splitlines())
    gone = 0
    for line in before.splitlines():
        if line in left:
            left.remove(line)
        else:
            gone += 1
    return max(gone, len(left))


def _said(path: tuple[str, ...], value: str | None) -> str:
    where = f"[{'.'.join(path[:-1])}] {path[-1]}"
    return f"remove {where}" if value is None else f'{where} = "{value}"'


def _naming(document: Mapping[str, Any], account: str) -> Iterator[str]:
    projects = document.get("projects")
    for name, said in projects.items() if isinstance(projects, dict) else ():
        if isinstance(said, dict) and said.get("service_account") == account:
            yield name


def _text(file: Path) -> str:
    """The text with its own ends of lines."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name}: cannot be read: {error}") from None
