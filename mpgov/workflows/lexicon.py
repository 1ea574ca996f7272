"""The way to a project's Lexicon: credentials, limits, and where its base lies."""

from __future__ import annotations

import os
from pathlib import Path

from mpgov.core.base import Base
from mpgov.core.normal import known, normal
from mpgov.errors import InputError
from mpgov.formats import plan_yaml, schemas_json
from mpgov.formats.base import Source
from mpgov.mixpanel.budget import Budget, budget_key
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.wire import Stored, decode
from mpgov.storage.base import read_base
from mpgov.storage.credentials import require_secret
from mpgov.storage.projects import Project, place_of
from mpgov.workflows.compare import Side
from mpgov.workflows.plans import read_bytes, shown
from mpgov.workflows.project import Surroundings


def connect(around: Surroundings, project: Project) -> Client:
    """A client of the project, with its secret and this machine's share of the limits."""
    limits = around.settings.limits
    budget = Budget(
        budget_key(project),
        limits.requests_per_minute,
        limits.updates_per_minute,
        notify=around.notify,
        max_wait=around.max_wait,
        longest=limits.timeout,
        sleep=around.sleep,
        now=around.now,
    )
    return Client(
        project,
        require_secret(project, os.environ),
        budget,
        timeout=limits.timeout,
        max_wait=around.max_wait,
        notify=around.notify,
        sleep=around.sleep,
        now=around.now,
        session=around.session,
    )


def online(around: Surroundings, client: Client, project: Project) -> Side:
    """Lexicon as it is now."""
    base = read_base(around.base_path(project), project.id, place_of(project))
    return Side(read(client, around.settings.deprecated_tag), base, project.name)


def offline(around: Surroundings, against: str) -> Side:
    """What a file says of Lexicon; `base` is the state on which both sides last agreed."""
    project = around.known_project()
    base = Base()
    if project is not None:
        base = read_base(around.base_path(project), project.id, place_of(project))
    name = project.name if project else "offline"
    if against == "base":
        if not base.agreed.entities:
            raise InputError(
                "there is no base yet", hint="the first mpgov sync writes it: exports/…/base.json"
            )
        return Side(Stored(known(base.agreed)), base, name, "the base")
    path = Path(against)
    data = read_bytes(path, Path.cwd())
    return Side(_export(path, data, around), base, name, shown(path, Path.cwd()))


def _export(path: Path, data: bytes, around: Surroundings) -> Stored:
    name = shown(path, Path.cwd())
    if path.suffix == ".json":
        return decode(schemas_json.loads(data, name), around.settings.deprecated_tag)
    return Stored(known(normal(plan_yaml.loads([Source(name, data)]).catalog)))
