"""Lexicon as mpgov uses it: read it whole, and send batches of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mpgov.core.batch import pack
from mpgov.core.change import Change, Delete, Update, sides
from mpgov.core.normal import blank
from mpgov.core.report import Outcome
from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.wire import Schema, Stored, cost, decode, encode

_GONE: Final = 404

# A batch that is refused for what is in it, or is too much, is cut in half (design 5).
_HALVED: Final = frozenset({400, 413, 504})


@dataclass(frozen=True, slots=True)
class Item:
    """A change with the entry that carries it; a deletion has none."""

    change: Change
    entry: dict[str, Any] | None
    cost: int = field(default=0)


def read(client: Client, deprecated_tag: str) -> Stored:
    """All that Lexicon holds, in one request."""
    document = client.schemas("GET")
    entries = document.get("results") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise RemoteError("Mixpanel's list of schemas is no list: nothing was read")
    return decode(entries, deprecated_tag)


def prepare(changes: Sequence[Change], stored: Stored, deprecated_tag: str) -> tuple[Item, ...]:
    """The changes with their entries, each laid over what is stored."""
    items = []
    for change in changes:
        if isinstance(change, Delete):
            items.append(Item(change, None))
            continue
        before, after = sides(change)
        schema: Schema | None = stored.schemas.get(change.key)
        if schema is None and isinstance(change, Update):
            # an export has no raw schemas: what it says stands for what is stored
            schema = encode(blank(change.key), before, None, deprecated_tag)["schemaJson"]
        entry = encode(before, after, schema, deprecated_tag)
        items.append(Item(change, entry, cost(entry)))
    return tuple(items)


def batches(items: Sequence[Item], limit: int) -> list[list[Item]]:
    """The fewest requests that carry the items; every deletion is one of its own."""
    sent = [item for item in items if item.entry is not None]
    packed = [batch.items for batch in pack(sent, lambda item: item.cost, limit)]
    return [*packed, *([item] for item in items if item.entry is None)]


def write(client: Client, items: Sequence[Item], limit: int) -> Iterator[Outcome]:
    """Send one batch; what became of each change.

    A batch that Mixpanel refuses is halved until the entry at fault stands alone. A failure that
    is nobody's fault ends the batch: what was not sent is told as failed, with the same reason.
    """
    for item in items:
        if item.entry is None:
            yield _delete(client, item.change)
    items = [item for item in items if item.entry is not None]
    too_large = [item for item in items if item.cost > limit]
    for item in too_large:
        why = f"has {item.cost - 1} properties; at most {limit - 1} can be sent in a minute"
        yield Outcome(item.change, "failed", why)
    rest = [item for item in items if item.cost <= limit]
    if rest:
        yield from _send(client, rest)


def _delete(client: Client, change: Change) -> Outcome:
    """Take one definition away; one that is gone already is as good."""
    kind, name = change.key.kind, change.key.name
    if not name or name in {".", ".."}:
        return Outcome(
            change, "failed", "has a name that no address can carry; delete it in the UI"
        )
    try:
        client.schemas("DELETE", (kind, name))
    except RemoteError as error:
        if error.status == _GONE:
            return Outcome(change, "applied")
        return Outcome(change, "failed", error.message, error)
    except AuthError as error:
        return Outcome(change, "failed", error.message, error)
    return Outcome(change, "applied")


def _send(client: Client, items: Sequence[Item]) -> Iterator[Outcome]:
    body: dict[str, Any] = {"entries": [item.entry for item in items]}
    try:
        client.schemas("POST", body=body, updates=sum(item.cost for item in items))
    except RemoteError as error:
        if error.status in _HALVED and len(items) > 1:
            half = len(items) // 2
            yield from _send(client, items[:half])
            yield from _send(client, items[half:])
            return
        yield from _all(items, error)
    except AuthError as error:
        yield from _all(items, error)
    else:
        for item in items:
            yield Outcome(item.change, "applied")


def _all(items: Sequence[Item], error: MpgovError) -> Iterator[Outcome]:
    for item in items:
        yield Outcome(item.change, "failed", error.message, error)
