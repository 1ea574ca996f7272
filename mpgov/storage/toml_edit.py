"""Change a value in mpgov.toml where it stands: comments, order and quotes of the rest stay."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from mpgov.errors import InputError
from mpgov.storage.files import write_beside


def projects_of_account(file: Path, account: str) -> list[str]:
    """The `[projects.NAME]` whose service_account is this one."""
    return list(_naming(tomllib.loads(_text(file)), account))


def rename_account(file: Path, old: str, new: str) -> list[str]:
    """Let every project that names the old account name the new one; which ones.

    Raises `InputError` where the file cannot be changed so that nothing else changes with it.
    """
    text = _text(file)
    names = projects_of_account(file, old)
    if not names:
        return []
    import tomlkit  # noqa: PLC0415 only here

    document = tomlkit.parse(text)
    for name in names:
        document["projects"][name]["service_account"] = new
    changed = tomlkit.dumps(document)
    wanted = tomllib.loads(text)
    for name in names:
        wanted["projects"][name]["service_account"] = new
    before, after = text.splitlines(), changed.splitlines()
    others = sum(one != other for one, other in zip(before, after, strict=False))
    if tomllib.loads(changed) != wanted or len(before) != len(after) or others > len(names):
        raise InputError(
            f"{file.name}: is written in a way that mpgov cannot change in place",
            hint=f'write it yourself: service_account = "{new}"',
        )
    marked = file.read_bytes().startswith(b"\xef\xbb\xbf")
    write_beside(file, changed.encode("utf-8-sig" if marked else "utf-8"))
    return names


def _naming(document: dict[str, object], account: str) -> Iterator[str]:
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
