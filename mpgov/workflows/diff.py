"""What sync would change: against Lexicon, or offline against a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from mpgov.core.change import ChangeSet, Delete, Update, field_changes
from mpgov.core.merge import merge
from mpgov.core.model import Catalog, Entity, EntityKey
from mpgov.core.report import CheckReport, DiffReport, Summary, fails
from mpgov.core.select import select
from mpgov.formats import lexicon_rows
from mpgov.workflows.check import judged
from mpgov.workflows.compare import Side, Wish, compare
from mpgov.workflows.earlier import plan_since
from mpgov.workflows.lexicon import Ground, connect, fetch_record, offline
from mpgov.workflows.plans import STDIN
from mpgov.workflows.project import Surroundings
from mpgov.workflows.sync import check_wish

_ADVICE: Final = (
    "import it in Lexicon's UI, and leave *replace Lexicon entries* unticked: ticked, it would "
    "remove everything that is not in the file"
)


def diff(
    path: Path | str, around: Surroundings, wish: Wish, against: str | None, *, drift: bool = False
) -> DiffReport | CheckReport:
    """What sync would change; the plan's own errors where it has any.

    With `drift`, only what changed in Lexicon since both sides last agreed.
    """
    check_wish(wish, "")
    plan, checked = judged(path, around)
    for note in plan.notes:
        around.notify(note)
    if fails(checked.findings, "error"):
        return checked
    earlier = plan_since(path, wish.since, around.how()) if wish.since else None
    kept_at = Path(path) if str(path) != STDIN else None
    if against is not None:
        side = offline(around, against, kept_at, plan.catalog)
    else:
        project = around.project()
        fetch_record(around, project)
        side = Ground(around, project, connect(around, project), kept_at).read(plan.catalog)
    if drift:
        return _drifted(side, wish)
    return compare(plan.catalog, side, wish, around.settings, earlier).report


def _drifted(side: Side, wish: Wish) -> DiffReport:
    """What Lexicon says otherwise than was agreed on, whatever the plan says now."""
    agreed = Catalog(select(side.base.agreed, wish.selection).entities)
    moved = tuple(merge(agreed, side.base, side.stored.catalog).drift)
    return DiffReport(
        project=side.project,
        against=side.against,
        changes=ChangeSet(),
        summary=Summary(drift=len(moved)),
        drift=moved,
        project_id=side.project_id,
        region=side.region,
        at=side.at,
        drift_only=True,
    )


def as_lexicon_csv(report: DiffReport, around: Surroundings) -> tuple[str, tuple[str, ...]]:
    """The changed rows as Mixpanel's own CSV, for people who import by hand; and what to know.

    Its importer replaces all that a row says, so every row holds the whole of what is wanted.
    """
    entities: dict[EntityKey, Entity] = {}
    gone = []
    for change in report.changes:
        if isinstance(change, Delete):
            gone.append(change.key.name)
            continue
        touched = {one.path[1] for one in field_changes(change) if one.path[0] == "properties"}
        kept = {name: prop for name, prop in change.after.properties.items() if name in touched}
        entities[change.key] = replace(change.after, properties=kept)
        if isinstance(change, Update):
            missing = sorted(set(change.before.properties) - set(change.after.properties))
            gone += [f"{change.key.name}, {name}" for name in missing]
    catalog = Catalog(entities)
    notes = [
        *lexicon_rows.left_out(catalog),
        _ADVICE,
    ]
    if gone:
        notes.append(f"left out: this format cannot delete: {', '.join(gone)}")
    return lexicon_rows.dumps(catalog, around.how()), tuple(notes)
