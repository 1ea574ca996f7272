"""What was done, by whom and why: one line of the ledger as a value, and how records are chosen.

A record is read tolerantly: what this version does not know, or does not expect where it stands,
is kept in `more` and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

from mpgov.core.model import Json, nothing

FORMAT: Final = 1
KINDS: Final = (
    "sync",
    "undo",
    "owner",
    "token",
    "super-property",
    "identity",
    "approval",
    "review",
    "note",
)
STATES: Final = ("intended", "done", "recovered")
_TEXTS: Final = ("kind", "state", "run", "at")
_KNOWN: Final = frozenset(
    {"format", *_TEXTS, "who", "account", "project", "commit", "reason", "changes", "prev", "hash"}
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Things = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was done; empty where nothing is known."""

    kind: str
    at: str
    state: str = ""
    run: str = ""
    who: Things = field(default_factory=nothing)
    account: str = ""
    project: Things = field(default_factory=nothing)
    commit: str = ""
    reason: str = ""
    changes: tuple[Things, ...] = ()
    more: Mapping[str, Json] = field(default_factory=nothing)

    @property
    def names(self) -> tuple[str, ...]:
        """What it is about, each name once."""
        found = [change.get("name") for change in self.changes] + [self.more.get("name")]
        return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))

    @property
    def owners(self) -> frozenset[str]:
        """Everybody who answered or answers for what it is about."""
        found: set[str] = set()
        for thing in (self.more, *self.changes):
            found |= {*_texts(thing.get("owners")), *_texts(thing.get("owner"))}
        for one in self.fields():
            if one["path"][0] == "owners":
                found |= {*_texts(one.get("before")), *_texts(one.get("after"))}
                found |= set(one["path"][1:])
        return frozenset(found)

    @property
    def moment(self) -> datetime | None:
        """When it was, as a time; `None` where `at` is none."""
        return moment(self.at)

    @property
    def by(self) -> str:
        """Who did it, in a word: the person that git knows, the actor in CI, or the user."""
        actor = self.ci.get("actor")
        found = (self.who.get("git"), actor, self.who.get("os"), self.account)
        return next((text for text in found if isinstance(text, str) and text), "somebody")

    @property
    def ci(self) -> Things:
        """What the platform said of the job, where it was done in CI."""
        ci = self.who.get("ci")
        return ci if isinstance(ci, Mapping) else {}

    def fields(self) -> Iterator[Things]:
        """Every field that changed, of whatever; only those that have a path."""
        for change in self.changes:
            yield from fields_of(change)


def record_as_json(record: Record) -> dict[str, Json]:
    """The record as the ledger has it, without `prev` and `hash`; what is empty is left out."""
    entry: dict[str, Any] = {
        "format": FORMAT,
        "kind": record.kind,
        "state": record.state,
        "run": record.run,
        "at": record.at,
        "who": dict(record.who),
        "account": record.account,
        "project": dict(record.project),
        "commit": record.commit,
        "reason": record.reason,
        "changes": [dict(change) for change in record.changes],
        **{name: value for name, value in record.more.items() if name not in _KNOWN},
    }
    return {name: value for name, value in entry.items() if value not in ("", [], {}, None)}


def record_from_json(entry: Mapping[str, Any]) -> Record:
    """A line of the ledger as a record, whatever wrote it."""
    taken: dict[str, Any] = {"kind": "", "at": ""}
    for name in (*_TEXTS, "account", "commit", "reason"):
        if isinstance(entry.get(name), str):
            taken[name] = entry[name]
    for name in ("who", "project"):
        if isinstance(entry.get(name), Mapping):
            taken[name] = entry[name]
    listed = entry.get("changes")
    if isinstance(listed, list):
        taken["changes"] = tuple(one for one in listed if isinstance(one, Mapping))
    more = {name: value for name, value in entry.items() if name not in _KNOWN}
    return Record(**taken, more=more)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are looked for; what is empty does not matter. `until` is not included.

    `quarter` is what somebody called the time from `since` to `until`.
    """

    kinds: tuple[str, ...] = ()
    name: str = ""
    owner: str = ""
    since: datetime | None = None
    until: datetime | None = None
    quarter: str = ""

    def takes(self, record: Record) -> bool:
        """Whether the record is one of them."""
        if self.kinds and record.kind not in self.kinds:
            return False
        if self.name and not _any(record.names, self.name):
            return False
        if self.owner and not _any(record.owners, self.owner):
            return False
        return self._is_in_time(record.moment)

    def _is_in_time(self, at: datetime | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if at is None or (self.since is not None and at < self.since):
            return False
        return self.until is None or at < self.until


def fields_of(change: Things) -> Iterator[Things]:
    """The fields of one change that have a path."""
    listed = change.get("fields")
    for one in listed if isinstance(listed, list) else ():
        path = one.get("path") if isinstance(one, Mapping) else None
        if isinstance(path, list) and path and all(isinstance(step, str) for step in path):
            yield one


def moment(text: str) -> datetime | None:
    """A time in ISO 8601; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def end_of(text: str) -> datetime | None:
    """The first moment after a day or a time."""
    found = moment(text)
    if found is None:
        return None
    step = timedelta(days=1) if _DAY.fullmatch(text.strip()) else timedelta(microseconds=1)
    try:
        return found + step
    except OverflowError:
        return None


def _any(texts: tuple[str, ...] | frozenset[str], glob: str) -> bool:
    return any(fnmatchcase(text, glob) for text in texts)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
