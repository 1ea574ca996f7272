"""What a plan's file format is: text or bytes on one side, a catalog on the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mpgov.core.model import Catalog, nothing


@dataclass(frozen=True, slots=True)
class Source:
    """A file's bytes, and its path as the user should see it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class How:
    """What a reader is told beside the files: they are a folder's, and what mpgov.toml says.

    `columns` names a spreadsheet's headers by the column that they are, `people` the owners by
    the names that are written for them; `tag_separator` parts several tags in Mixpanel's CSV, and
    `deprecated_tag` is the one that says a status.
    """

    folder: bool = False
    columns: Mapping[str, str] = field(default_factory=nothing)
    people: Mapping[str, str] = field(default_factory=nothing)
    tag_separator: str = ""
    deprecated_tag: str = "deprecated"


@dataclass(frozen=True, slots=True)
class Column:
    """A header of a spreadsheet, where it stands, and the column of a plan that it was taken for.

    `meaning` is empty where the header is unknown; it then goes to `extra`.
    """

    place: str
    header: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read: the catalog, a note for what was passed over, and what headers meant."""

    catalog: Catalog = field(default_factory=Catalog)
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()


class CannotEditError(Exception):
    """A file is laid out in a way that has no place for what is wanted."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to keep a plan in files.

    `loads` takes every file of the plan at once (a folder has many) and raises `InputError` with
    all problems. `dumps(catalog, how)` gives the plan as one file; what is only read has none.
    `update` gives an existing file made to say the plan, in which nothing else changes; it raises
    `CannotEditError` where the file has no place for it. `losses` names what that would lose
    of a file, `left_out` what of a plan the format cannot carry. `is_it` says, by what a file
    holds, whether it is in this format.
    """

    name: str
    suffixes: tuple[str, ...]
    loads: Callable[[Sequence[Source], How], Plan]
    dumps: Callable[..., str | bytes] | None = None
    is_it: Callable[[Source], bool] = lambda _source: False
    update: Callable[[Source, Catalog, How], str | bytes] | None = None
    losses: Callable[[bytes], Sequence[str]] = lambda _data: ()
    left_out: Callable[[Catalog], Sequence[str]] = lambda _catalog: ()
