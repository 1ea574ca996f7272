"""Who accepted which bytes of a review: what the record says of each file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mpgov.core.model import Json
from mpgov.core.record import Record

KIND: Final = "review"
FOLDER: Final = "reviews"
SUFFIXES: Final = (".html", ".md", ".json")
_FILE: Final = re.compile(r"reviews/(\d{4}-Q[1-4])(?:\.html|\.md|\.json)", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signature:
    """One file of a review, by its path in the project's folder, and who accepted it when.

    `numbers` is the hash of the JSON that held the review's numbers then.
    """

    file: str
    sha256: str
    size: int
    by: str
    at: str
    numbers: str = ""

    @property
    def quarter(self) -> str:
        """The quarter that the file is about."""
        return quarter_of_file(self.file)

    @property
    def told(self) -> str:
        """Who signed it, and when."""
        return f"{self.by} ({self.at.replace('T', ' ')})"


def signed_as_json(signature: Signature, signer: str) -> dict[str, Json]:
    """What a record of the sign-off holds, beside who and when; `signer` where it is another."""
    said: dict[str, Json] = {
        "name": signature.file,
        "quarter": signature.quarter,
        "sha256": signature.sha256,
        "size": signature.size,
        "numbers_sha256": signature.numbers,
    }
    return {**said, "signer": signer} if signer else said


def signatures(records: Iterable[Record]) -> Mapping[str, tuple[Signature, ...]]:
    """Who signed each file, as it was signed last; a record that is none is passed by."""
    found: dict[str, tuple[Signature, ...]] = {}
    for one in _each(records):
        earlier = found.get(one.file, ())
        found[one.file] = (*(e for e in earlier if e.sha256 == one.sha256), one)
    return found


def _each(records: Iterable[Record]) -> Iterator[Signature]:
    for record in records:
        more = record.more
        name, digest, size = (more.get(key) for key in ("name", "sha256", "size"))
        is_file = isinstance(name, str) and quarter_of_file(name)
        if record.kind != KIND or not is_file or not isinstance(digest, str):
            continue
        signer = more.get("signer")
        by = signer if isinstance(signer, str) and signer else record.by
        if _HASH.fullmatch(digest):
            length = size if isinstance(size, int) else 0
            yield Signature(str(name), digest, length, by, record.at, _hash(more))


def _hash(more: Mapping[str, Json]) -> str:
    said = more.get("numbers_sha256")
    return said if isinstance(said, str) and _HASH.fullmatch(said) else ""


def quarter_of_file(name: str) -> str:
    """The quarter of a review's file, by its path in the project's folder; empty for others."""
    match = _FILE.fullmatch(name)
    return match[1] if match else ""
