"""The next step for what is deprecated and still arrives: tag it, hide it, block it."""

from __future__ import annotations

from dataclasses import replace

from mpgov.core.audit import Evidence
from mpgov.core.diff import diff
from mpgov.core.model import Catalog, Deprecation, Entity, EntityKey, is_mixpanels
from mpgov.core.normal import blank, known
from mpgov.core.report import DiffReport, Summary
from mpgov.core.usage import Usage
from mpgov.mixpanel.lexicon import prepare
from mpgov.storage.settings import Settings
from mpgov.workflows.compare import Side, cost_of, count_fields


def proposal(evidence: Evidence, side: Side, settings: Settings) -> DiffReport:
    """One step for each such event, as a change set: `sync --changes` can apply it.

    First the tag, so that everybody sees it; then hidden, so that nobody builds on it; blocked
    only past its sunset, because what is blocked is lost.
    """
    usage = evidence.usage or Usage()
    entities: dict[EntityKey, Entity] = dict(side.stored.catalog.entities)
    for entity in evidence.joined:
        key = entity.key
        is_own = key.kind == "event" and not is_mixpanels(key.name)
        if is_own and entity.status == "deprecated" and usage.is_live(key.name):
            stored = entities.get(key) or blank(key)
            entities[key] = _next(stored, entity, evidence.today)
    changes = diff(side.stored.catalog, known(Catalog(entities)))
    changes = replace(changes, volumes=None)
    items = prepare(list(changes), side.stored, settings.deprecated_tag)
    requests, updates, seconds = cost_of(items, settings)
    return DiffReport(
        project=side.project,
        changes=changes,
        summary=Summary(create=changes.count("create"), update=changes.count("update")),
        fields=count_fields(changes),
        requests=requests,
        updates=updates,
        seconds=seconds,
        project_id=side.project_id,
        region=side.region,
        at=side.at,
    )


def _next(stored: Entity, said: Entity, today: str) -> Entity:
    if stored.status not in {"deprecated", "blocked"}:
        return replace(stored, status="deprecated")
    if stored.hidden is not True:
        return replace(stored, hidden=True)
    gone = said.deprecated if isinstance(said.deprecated, Deprecation) else Deprecation()
    is_over = isinstance(gone.sunset, str) and bool(gone.sunset) and gone.sunset < today
    return replace(stored, status="blocked") if is_over else stored
