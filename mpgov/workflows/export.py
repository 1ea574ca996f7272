"""Write what Lexicon says: to a file that git can diff, or into the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mpgov.core.model import Catalog, Entity, EntityKey, event, is_mixpanels
from mpgov.core.moment import stamp
from mpgov.core.normal import blank, known, sparse
from mpgov.core.select import Selection, select
from mpgov.formats import lexicon_csv, plan_csv, plan_excel, plan_text, schemas_json
from mpgov.formats.base import Format, How
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.usage import MOST_NAMES, event_names, read_usage
from mpgov.mixpanel.wire import Schema, Stored
from mpgov.storage.files import write_beside
from mpgov.workflows.dictionary import dictionary
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings

# What an export can be written as, and how its file then ends.
SUFFIXES: Final = {
    "yaml": ".yaml",
    "xlsx": ".xlsx",
    "csv": ".csv",
    "json": ".json",
    "lexicon-csv": ".mixpanel.csv",
    "html": ".html",
}
_PLANS: Final[Mapping[str, Format]] = {
    form.name: form
    for form in (plan_text.FORMAT, plan_excel.FORMAT, plan_csv.FORMAT, lexicon_csv.FORMAT)
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what there is to know about it."""

    content: str | bytes
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
    content: str | bytes
    project = around.project()
    client = connect(around, project)
    stored = read(client, around.settings.deprecated_tag)
    stubs = live_stubs(client, stored) if wish.live else ()
    chosen = _chosen(stored, stubs, wish)
    told: tuple[str, ...] = ()
    if wish.format == "html":
        usage = None
        if wish.live:
            names = [key.name for key in chosen.entities if key.kind == "event"]
            usage = read_usage(client, lambda _live: names, stamp(around.now()))
        content, told = dictionary(known(chosen), around, project, usage)
    else:
        content = _content(stored, chosen, wish, around.how())
    path = None
    if wish.output != "-":
        default = around.folder(project) / f"lexicon{SUFFIXES[wish.format]}"
        path = Path(wish.output) if wish.output else default
        write_beside(path, content)
    notes = _notes(stored, stubs, wish) + told
    if wish.format in _PLANS:
        notes += tuple(_PLANS[wish.format].left_out(chosen))
    held = len(stored.catalog) + len(stored.others)
    return Exported(content, path, held, len(stubs), notes)


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


def _chosen(stored: Stored, stubs: tuple[EntityKey, ...], wish: ExportWish) -> Catalog:
    """What was asked for of what Lexicon says, as a plan says it."""
    chosen = select(stored.catalog, wish.selection)
    added = {key: Entity(key) for key in stubs if wish.selection.takes(blank(key))}
    return sparse(Catalog({**chosen.entities, **added}))


def _content(stored: Stored, chosen: Catalog, wish: ExportWish, how: How) -> str | bytes:
    """What is written: a plan, or the entries as the Schemas API has them."""
    dumps = _PLANS[wish.format].dumps if wish.format in _PLANS else None
    if dumps is not None:
        return dumps(chosen, how)
    entries = [
        {"entityType": key.kind, "name": key.name, "schemaJson": stored.schemas.get(key, {})}
        for key in chosen.entities
    ]
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
    if wish.format != "json" and stored.others:
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
