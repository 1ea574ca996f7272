"""Let an existing file say another plan, changing only what differs, and losing nothing.

Where a workbook is open elsewhere, or saving it would lose something, the result goes beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mpgov.core.model import Catalog
from mpgov.errors import InputError
from mpgov.formats.base import CannotEditError, Format, How, Source

_LOCKS: Final = {"~${}": "Excel", ".~lock.{}#": "LibreOffice"}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What is to be written where; `why` says why it goes beside the file."""

    path: Path
    content: bytes
    why: str = ""


def rewritten(path: Path, source: Source, form: Format, wanted: Catalog, how: How) -> Rewritten:
    """The file's new content; raises `InputError` where its format cannot be written."""
    if form.dumps is None or form.update is None:
        raise InputError(f"{source.name}: is {form.name}, which mpgov only reads")
    try:
        content = as_bytes(form.update(source, wanted, how))
        why = "" if content == source.data else reason_beside(path, form.losses(source.data))
    except CannotEditError:
        content = as_bytes(form.dumps(wanted, how))
        why = "its layout has no place for the plan"
    return Rewritten(beside(path) if why else path, content, why)


def as_bytes(content: str | bytes) -> bytes:
    """Text as the UTF-8 that a file holds."""
    return content if isinstance(content, bytes) else content.encode()


def beside(path: Path) -> Path:
    """Where the result goes that must not replace the file."""
    return path.with_name(f"{path.stem}.new{path.suffix}")


def reason_beside(path: Path, lost: object) -> str:
    """Why a file must not be replaced; empty where it may be."""
    for lock, program in _LOCKS.items():
        if path.with_name(lock.format(path.name)).exists():
            return f"it is open in {program}"
    words = list(lost) if isinstance(lost, list | tuple) else []
    return f"saving it would lose its {', '.join(words)}" if words else ""
