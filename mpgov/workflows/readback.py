"""What Lexicon says after a write, against what was written."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.change import Change, Delete, field_changes, field_value, sides
from mpgov.core.finding import Finding
from mpgov.core.model import SETS, Entity, EntityKey, Path
from mpgov.core.normal import element_key, same


def differences(change: Change, stored: Entity | None) -> Iterator[tuple[EntityKey, Path]]:
    """Every place of an entity where Lexicon does not say what was written."""
    if isinstance(change, Delete):
        if stored is not None:
            yield change.key, ()
        return
    if stored is None:
        yield change.key, ()
        return
    wanted = sides(change)[1]
    for path in dict.fromkeys(_written(change)):
        name = path[-1]
        there, said = field_value(stored, path), field_value(wanted, path)
        if path[0] == "properties" and len(path) == 3 and path[1] not in stored.properties:
            yield change.key, path[:2]
        elif path[0] in SETS:
            yield from ((change.key, (name, *e)) for e in _lost(name, said, there))
        elif not same(name, said, there):
            yield change.key, path


def _written(change: Change) -> Iterator[Path]:
    for one in field_changes(change):
        yield one.path


def _lost(name: str, said: object, there: object) -> Iterator[tuple[str, ...]]:
    """Elements that were sent and are not there; the empty tuple for any that did not go."""
    sent = {element_key(name, str(e)): str(e) for e in (said if isinstance(said, tuple) else ())}
    kept = {element_key(name, str(e)) for e in (there if isinstance(there, tuple) else ())}
    for key, element in sent.items():
        if key not in kept:
            yield (element,)
    if kept - sent.keys():
        yield ()


def vanished(missing: list[tuple[EntityKey, Path]]) -> Iterator[Finding]:
    """What should be there and is not, or is gone and is still listed."""
    for key, path in missing:
        if not path:
            message = "Mixpanel accepted it and lists something else; run sync again"
            yield Finding(message, key, rule="lexicon/not-stored", severity="error")
