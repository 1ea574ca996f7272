"""The Schemas API's entries as a file: what `POST …/schemas` takes, and what `GET` answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mpgov.core.json_text import JsonError, dump, load
from mpgov.errors import InputError


def dumps(entries: Iterable[Mapping[str, Any]]) -> str:
    """The entries as a body for `POST …/schemas`, sorted by kind and name."""
    ordered = sorted(entries, key=lambda e: (str(e.get("entityType")), str(e.get("name"))))
    return dump({"entries": [dict(entry) for entry in ordered]}, indent=2, sort_keys=True)


def loads(data: bytes, name: str) -> list[dict[str, Any]]:
    """The entries of a file: a list of them, under `entries`, or under `results`."""
    try:
        document = load(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}:{line}:1: is not UTF-8") from None
    except JsonError as error:
        raise InputError(f"{name}:{error.line}:{error.column}: {error}") from None
    if isinstance(document, dict):
        document = document.get("entries", document.get("results"))
    if not isinstance(document, list):
        raise InputError(
            f'{name}:1:1: holds no schemas: a list is expected, bare or under "entries"',
            hint="mpgov export --format json writes such a file",
        )
    problems = [
        f"{name}:1:1: entry {place} is no schema: entityType, name and schemaJson are expected"
        for place, entry in enumerate(document, 1)
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str)
    ]
    if problems:
        raise InputError(problems)
    return document
