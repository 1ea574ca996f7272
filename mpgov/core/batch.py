"""Sized things into the fewest batches that a limit allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Batch(Generic[T]):
    """What is sent in one request, and what it costs of the limit."""

    items: list[T] = field(default_factory=list)
    cost: int = 0


def pack(items: Iterable[T], cost: Callable[[T], int], limit: int) -> list[Batch[T]]:
    """Batches within the limit: largest first, each into the first batch with room.

    An item that is larger than the limit gets a batch of its own; the caller must refuse it.
    Within a batch the given order is kept.
    """
    listed = list(items)
    order = {id(item): place for place, item in enumerate(listed)}
    batches: list[Batch[T]] = []
    for item in sorted(listed, key=cost, reverse=True):
        size = cost(item)
        room = next((b for b in batches if b.cost + size <= limit), None)
        if room is None:
            batches.append(room := Batch())
        room.items.append(item)
        room.cost += size
    for batch in batches:
        batch.items.sort(key=lambda item: order[id(item)])
    return batches
