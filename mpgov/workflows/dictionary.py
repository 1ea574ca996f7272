"""Lexicon as a page that people search: what it says, with what only the plan can say beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TypeVar

from mpgov.core.audit import Dictionary, Evidence
from mpgov.core.event_rows import event_rows, user_rows
from mpgov.core.model import ENTITY_FIELDS, PROPERTY_FIELDS, Catalog, Entity, Property
from mpgov.core.moment import stamp
from mpgov.core.normal import is_empty
from mpgov.core.usage import Usage
from mpgov.render.dictionary_page import dictionary_page
from mpgov.storage.projects import Project, place_of
from mpgov.storage.usage_cache import UsageCache, cache_folder
from mpgov.workflows.plans import read_plan
from mpgov.workflows.project import Surroundings

T = TypeVar("T", Entity, Property)


def dictionary(
    chosen: Catalog, around: Surroundings, project: Project, usage: Usage | None
) -> tuple[str, tuple[str, ...]]:
    """The page, and what to know about it; volumes as far as somebody asked lately."""
    notes = []
    if usage is None:
        kept = UsageCache(cache_folder(os.environ), project).read(around.now())
        usage = kept[0] if kept else None
        if usage is None:
            notes.append("volumes are not known: --live asks for them, mpgov audit keeps them")
    plan = _plan(around)
    said = Catalog({e.key: _with_plan(e, plan.entities.get(e.key)) for e in chosen})
    known = None if usage is None else _only(usage, said)
    rows = event_rows(Evidence(plan=plan, lexicon=chosen, joined=said, usage=known))
    page = Dictionary(
        project=project.name,
        at=stamp(around.now()),
        events=rows,
        user_properties=user_rows(Evidence(joined=said)),
        days=usage.days if usage else (),
        project_id=project.id,
        region=place_of(project),
    )
    return dictionary_page(page), tuple(notes)


def _plan(around: Surroundings) -> Catalog:
    """The plan, where there is one; a dictionary needs none."""
    path = around.plan()
    if not path.exists():
        return Catalog()
    return read_plan(path, around.settings.root, around.how()).catalog


def _only(usage: Usage, said: Catalog) -> Usage:
    """The volumes of what is defined; what arrives beside it has no place in a dictionary."""
    names = frozenset(e.key.name for e in said if e.key.kind == "event")
    return replace(usage, names=usage.names & names)


def _with_plan(stored: Entity, said: Entity | None) -> Entity:
    """What Lexicon says, and where it says nothing, or cannot, what the plan does."""
    if said is None:
        return stored
    properties = {
        name: prop and _over(said.properties.get(name) or Property(), prop, PROPERTY_FIELDS)
        for name, prop in stored.properties.items()
    }
    return replace(_over(said, stored, ENTITY_FIELDS), category=None, properties=properties)


def _over(said: T, stored: T, names: tuple[str, ...]) -> T:
    told = {name: getattr(stored, name) for name in names if not is_empty(getattr(stored, name))}
    return replace(said, **told)
