"""The plan to begin with: an example, a file's in any format, or Lexicon's; split into files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mpgov.core.model import USER, Catalog, Entity
from mpgov.core.normal import sparse
from mpgov.errors import MpgovError
from mpgov.formats import plan_yaml
from mpgov.formats.base import Source
from mpgov.formats.plan_schema import json_schema
from mpgov.formats.plan_split import EDITORS, SCHEMA, Home, by_category, by_tag, split
from mpgov.mixpanel.lexicon import read
from mpgov.workflows.ci import template
from mpgov.workflows.lexicon import connect
from mpgov.workflows.plans import read_plan
from mpgov.workflows.project import Surroundings


class SplitError(MpgovError):
    """The files would say something else than what they were made of: a bug in mpgov."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A plan as the files of a folder, by name, and what there is to know about it."""

    catalog: Catalog
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()


def begin_plan(around: Surroundings, source: str, *, lexicon: bool) -> Begun:
    """The plan of a file, of Lexicon, or the example."""
    if source:
        plan = read_plan(source, Path.cwd(), around.how())
        return _begun(plan.catalog, by_category, plan.notes)
    if lexicon:
        catalog, notes = _lexicon(around)
        return _begun(catalog, by_tag(catalog), notes)
    text = EDITORS + template("plan.yaml")
    return Begun(_read({"plan.yaml": text}), {"plan.yaml": text, SCHEMA: _schema()})


def _begun(catalog: Catalog, home: Home, notes: tuple[str, ...]) -> Begun:
    """The catalog in files, after they were read again."""
    texts = split(catalog, home)
    again = _read(texts)
    if again != catalog:
        raise SplitError(
            "a bug in mpgov: the plan's files would say something else than what they came from",
            hint="nothing was written; tell us",
        )
    return Begun(again, {**texts, SCHEMA: _schema()}, notes)


def _read(texts: Mapping[str, str]) -> Catalog:
    sources = [Source(f"plans/{name}", text.encode()) for name, text in texts.items()]
    return plan_yaml.loads(sources, folder=True).catalog


def _lexicon(around: Surroundings) -> tuple[Catalog, tuple[str, ...]]:
    """What Lexicon says, as a plan would; and what no plan can say."""
    stored = read(connect(around, around.project()), around.settings.deprecated_tag)
    catalog = sparse(stored.catalog)
    notes = []
    user = catalog.entities.get(USER)
    if user is not None:
        plain = Entity(USER, properties=user.properties)
        if plain != user:
            notes.append("left out: what Lexicon says of $user itself; a plan has no place for it")
        catalog = replace(catalog, entities={**catalog.entities, USER: plain})
    if stored.others:
        notes.append(f"left out: {len(stored.others)} definitions of kinds that no plan can say")
    notes.append("events that arrive and have no schema: mpgov export --into plans --live")
    return catalog, tuple(notes)


def _schema() -> str:
    """What editors complete and check a plan by."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
