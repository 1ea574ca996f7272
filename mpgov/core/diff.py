"""Two catalogs in normal form → the changes that lead from one to the other.

Plain inequality, no exceptions: whatever must not be touched was copied into what is wanted
before (`merge`).
"""

from __future__ import annotations

from mpgov.core.change import Change, ChangeSet, Create, Delete, Update, field_changes
from mpgov.core.model import Catalog, Entity, EntityKey


def diff(before: Catalog, after: Catalog) -> ChangeSet:
    """What turns `before` into `after`: creates, then updates, then deletes, each by name."""
    creates: list[Change] = []
    updates: list[Change] = []
    for key in sorted(after.entities):
        new, old = after.entities[key], before.entities.get(key)
        if old is None:
            creates.append(Create(new))
        elif old is not new and field_changes(Update(old, new)):
            updates.append(Update(old, new))
    deletes = [Delete(before.entities[k]) for k in sorted(before.entities.keys() - after.entities)]
    return ChangeSet((*creates, *updates, *deletes), held=len(before))


def patch(catalog: Catalog, changes: ChangeSet) -> Catalog:
    """The catalog as it is once the changes are made."""
    entities: dict[EntityKey, Entity] = dict(catalog.entities)
    for change in changes:
        match change:
            case Create(after) | Update(_, after):
                entities[change.key] = after
            case Delete():
                entities.pop(change.key, None)
    return Catalog(entities)
