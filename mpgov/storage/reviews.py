"""`exports/<project>/reviews/`: a quarter's review as three files, and what was signed of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpgov.core.last_review import LastReview, last_review
from mpgov.core.record import record_from_json
from mpgov.core.signature import FOLDER, Signature, quarter_of_file, signatures
from mpgov.errors import InputError
from mpgov.storage.ledger import Ledger


def review_path(folder: Path, quarter: str, suffix: str) -> Path:
    """Where a file of a quarter's review lies in a project's folder."""
    return folder / FOLDER / f"{quarter}{suffix}"


def read_document(folder: Path, quarter: str) -> Mapping[str, Any]:
    """The JSON of a review; empty where there is none, or none that can be read."""
    try:
        found: Any = json.loads(review_path(folder, quarter, ".json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def read_last(folder: Path, quarter: str) -> tuple[LastReview, tuple[str, ...]]:
    """The newest review of an earlier quarter, and which files are none although they say so."""
    damaged: list[str] = []
    for name in sorted(quarters(folder), reverse=True):
        if name < quarter:
            found = last_review(read_document(folder, name))
            if found is not None and found.quarter == name:
                return found, tuple(damaged)
            damaged.append(f"{FOLDER}/{name}.json")
    return LastReview(), tuple(damaged)


def quarters(folder: Path) -> set[str]:
    """The quarters that have a review."""
    files = (folder / FOLDER).glob("*.json")
    return {quarter_of_file(f"{FOLDER}/{path.name}") for path in files} - {""}


def signed(folder: Path) -> Mapping[str, tuple[Signature, ...]]:
    """What was signed of a project's reviews, by file."""
    return signatures(record_from_json(line.entry) for line in Ledger(folder).read())


def unsigned(folder: Path) -> set[str]:
    """The quarters of which nobody signed a file."""
    return quarters(folder) - {quarter_of_file(file) for file in signed(folder)}


def checked(folder: Path) -> Iterator[tuple[Signature, str]]:
    """Every signature with what is wrong with its file; nothing is with the bytes signed.

    Beside it the review's JSON, whose numbers the signed page shows, where that is another.
    """
    for one in (one for some in signed(folder).values() for one in some):
        yield one, _changed(folder / one.file, one.sha256)
        numbers = f"{FOLDER}/{one.quarter}.json"
        problem = one.numbers and numbers != one.file and _changed(folder / numbers, one.numbers)
        if problem:
            yield replace(one, file=numbers, sha256=one.numbers), problem


def _changed(path: Path, sha256: str) -> str:
    """How a file differs from the one of that hash; empty where it does not."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if hashlib.sha256(data).hexdigest() == sha256 else "was changed"


def read_bytes(path: Path) -> bytes:
    """The bytes to sign."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
