"""What a plan's file format is: text or bytes on one side, a catalog on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mpgov.core.model import Catalog


@dataclass(frozen=True, slots=True)
class Source:
    """A file's bytes, and its path as the user should see it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read: the catalog, and a note for each file that was passed over."""

    catalog: Catalog = field(default_factory=Catalog)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One way to keep a plan in files.

    `loads` takes every file of the plan at once (a folder has many) and raises `InputError` with
    all problems; `dumps` gives the whole plan as one file.
    """

    name: str
    suffixes: tuple[str, ...]
    loads: Callable[..., Plan]
    dumps: Callable[[Catalog], str | bytes]
