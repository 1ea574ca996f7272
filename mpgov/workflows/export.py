"""Write what Lexicon says: to a file that git can diff, or into the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mpgov.core.model import Catalog, Entity, EntityKey, event, is_mixpanels
from mpgov.core.normal import blank, sparse
from mpgov.core.select import Selection, select
from mpgov.formats import plan_yaml, schemas_json
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.usage import MOST_NAMES, event_names
from mpgov.mixpanel.wire import Schema, Stored
from mpgov.storage.files import write_beside
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings

SUFFIXES = {"yaml": ".yaml", "json": ".json"}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what there is to know about it."""

    text: str
    path: Path | None
    stored: int
    stubs: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What was asked for; an `output` of `-` is stdout, none is the project's own folder."""

    format: str = "yaml"
    output: str | None = None
    selection: Selection = field(default_factory=Selection)
    live: bool = False


def export(around: Surroundings, wish: ExportWish) -> Exported:
    """Read Lexicon and write it down."""
    project = around.project()
    client = connect(around, project)
    stored = read(client, around.settings.deprecated_tag)
    stubs = live_stubs(client, stored) if wish.live else ()
    text = _text(stored, stubs, wish)
    path = None
    if wish.output != "-":
        default = around.folder(project) / f"lexicon{SUFFIXES[wish.format]}"
        path = Path(wish.output) if wish.output else default
        write_beside(path, text)
    return Exported(
        text,
        path,
        len(stored.catalog) + len(stored.others),
        len(stubs),
        _notes(stored, stubs, wish),
    )


def live_stubs(client: Client, stored: Stored) -> tuple[EntityKey, ...]:
    """The events that arrive and that no schema defines."""
    names = event_names(client)
    known = {e.get("name") for e in stored.others}
    return tuple(
        event(name)
        for name in sorted(names)
        if event(name) not in stored.catalog.entities
        and name not in known
        and not is_mixpanels(name)
    )


def _text(stored: Stored, stubs: tuple[EntityKey, ...], wish: ExportWish) -> str:
    chosen = select(stored.catalog, wish.selection)
    added = {key: Entity(key) for key in stubs if wish.selection.takes(blank(key))}
    if wish.format == "yaml":
        return plan_yaml.dumps(sparse(Catalog({**chosen.entities, **added})))
    entries = [
        {"entityType": key.kind, "name": key.name, "schemaJson": stored.schemas[key]}
        for key in chosen.entities
    ]
    entries += [{"entityType": k.kind, "name": k.name, "schemaJson": {}} for k in added]
    whole = not (wish.selection.only or wish.selection.skip)
    return schemas_json.dumps([*entries, *(stored.others if whole else ())])


def _notes(stored: Stored, stubs: tuple[EntityKey, ...], wish: ExportWish) -> tuple[str, ...]:
    notes = []
    if wish.live:
        notes.append(f"{len(stubs)} live events have no schema; they are added as stubs")
        if len(stubs) + len(stored.catalog) >= MOST_NAMES:
            notes.append(f"Mixpanel lists at most {MOST_NAMES} names; there may be more")
    else:
        notes.append(
            "Lexicon also lists events that arrive and have no schema: --live adds them as stubs"
        )
    if wish.format == "yaml" and stored.others:
        kinds = sorted({_kind(entry) for entry in stored.others})
        notes.append(
            f"left out: {len(stored.others)} of other kinds ({', '.join(kinds)}); "
            "--format json has them"
        )
    return tuple(notes)


def _kind(entry: Schema) -> str:
    """What an entry is that no plan can say."""
    kind = entry.get("entityType")
    return "events of names that no plan can say" if kind == "event" else str(kind)
