"""The way to a project's Lexicon: credentials, limits, and where its base lies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from mpgov.core.base import Base
from mpgov.core.model import Catalog
from mpgov.core.moment import stamp
from mpgov.core.normal import known, normal
from mpgov.core.volumes import Volumes
from mpgov.errors import AuthError, InputError, RemoteError
from mpgov.formats import schemas_json
from mpgov.formats.base import Source
from mpgov.formats.detect import format_of
from mpgov.mixpanel.budget import Budget, budget_key, export_key, query_key
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.quota import HOUR, MOST_EXPORTS
from mpgov.mixpanel.usage import volumes
from mpgov.mixpanel.wire import Stored, decode
from mpgov.storage.base import read_base
from mpgov.storage.credentials import require_secret
from mpgov.storage.ledger import Ledger
from mpgov.storage.projects import Project, place_of
from mpgov.storage.secret import Secret
from mpgov.storage.state_folder import state_folder
from mpgov.workflows.compare import Side
from mpgov.workflows.earlier import Past, base_of_past
from mpgov.workflows.plans import read_bytes, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import record_branch


def connect(around: Surroundings, project: Project, secret: Secret | None = None) -> Client:
    """A client of the project, with its secret and this machine's share of the limits.

    A `secret` is for an account that is not settled yet: one that logs in, or replaces another.
    """
    limits = around.settings.limits
    shared = partial(
        Budget,
        folder=state_folder(os.environ),
        notify=around.notify,
        max_wait=around.max_wait,
        longest=limits.timeout,
        sleep=around.sleep,
        now=around.now,
    )
    schemas = shared(budget_key(project), limits.requests_per_minute, limits.updates_per_minute)
    queries = shared(query_key(project), limits.queries_per_hour, window=HOUR, per="hour")
    exports = shared(export_key(project), MOST_EXPORTS, window=HOUR, per="hour")
    return Client(
        project,
        secret or require_secret(project, os.environ, around.scope),
        schemas,
        queries,
        exports,
        timeout=limits.timeout,
        max_wait=around.max_wait,
        notify=around.notify,
        sleep=around.sleep,
        now=around.now,
        session=around.session,
        sent=around.asked.one,
        scope=around.scope,
    )


@dataclass(slots=True)
class Ground:
    """What a plan is compared on: a project's Lexicon, its base, and what was ever said of it.

    `path` is where the plan is kept, if anywhere: its earlier commits are a witness.
    """

    around: Surroundings
    project: Project
    client: Client
    path: Path | None = None
    _asked: dict[tuple[str, ...], Volumes | None] = field(default_factory=dict)

    def read(self, plan: Catalog) -> Side:
        """Lexicon as it is now, in one request."""
        return self.side(read(self.client, self.around.settings.deprecated_tag), plan)

    def side(self, stored: Stored, plan: Catalog) -> Side:
        """What was read, with the base as it is now."""
        past = Past(self.path, Ledger(self.around.folder(self.project)), self.around.how())
        return Side(
            stored,
            _base(self.around, self.project, plan, (stored.catalog, past)),
            self.project.name,
            project_id=self.project.id,
            region=place_of(self.project),
            at=stamp(self.around.now()),
            volumes=lambda names: self._volumes(names, stored),
            said=past.said,
        )

    def _volumes(self, names: Sequence[str], stored: Stored) -> Volumes | None:
        """How much arrived of these events lately; asked once, and only where it matters."""
        wanted = tuple(sorted(names))
        if not wanted:
            return None
        if wanted not in self._asked:
            try:
                self._asked[wanted] = volumes(self.client, wanted, _events(stored))
            except (AuthError, RemoteError) as error:
                self.around.notify(f"warning: nobody knows their volumes: {error.message}")
                self._asked[wanted] = None
        return self._asked[wanted]


def _events(stored: Stored) -> list[str]:
    return sorted(key.name for key in stored.catalog.entities if key.kind == "event")


def fetch_record(around: Surroundings, project: Project) -> None:
    """Bring the record from its branch, where it is kept on one."""
    branch = record_branch(around, project)
    if branch is not None:
        branch.fetch()


def offline(around: Surroundings, against: str, path: Path | None, plan: Catalog) -> Side:
    """What a file says of Lexicon; `base` is the state on which both sides last agreed."""
    project = around.known_project()
    base = Base()
    name = project.name if project else "offline"
    if project is not None:
        fetch_record(around, project)
        base = read_base(around.base_path(project), project.id, place_of(project))
    side = Side(
        Stored(),
        base,
        name,
        project_id=project.id if project else None,
        region=place_of(project) if project else "",
        at=stamp(around.now()),
    )
    if against == "base":
        if not base.agreed.entities:
            raise InputError(
                "there is no base yet", hint="the first mpgov sync writes it: exports/…/base.json"
            )
        return replace(side, stored=Stored(known(base.agreed)), against="the base")
    file = Path(against)
    stored = _export(file, read_bytes(file, Path.cwd()), around)
    shown_as = shown(file, Path.cwd())
    side = replace(side, stored=stored, against=shown_as)
    if project is None:
        return side
    past = Past(path, Ledger(around.folder(project)), around.how())
    base = _base(around, project, plan, (stored.catalog, past))
    return replace(side, base=base, said=past.said)


def _base(
    around: Surroundings, project: Project, plan: Catalog, sides: tuple[Catalog, Past]
) -> Base:
    """The project's base; where there is none, what earlier commits of the plan said."""
    path = around.base_path(project)
    if path.exists():
        return read_base(path, project.id, place_of(project))
    return base_of_past(normal(plan), *sides)


def _export(path: Path, data: bytes, around: Surroundings) -> Stored:
    name = shown(path, Path.cwd())
    if path.suffix == ".json":
        return decode(schemas_json.loads(data, name), around.settings.deprecated_tag)
    source = Source(name, data)
    catalog = format_of(source).loads([source], around.how()).catalog
    return Stored(known(normal(catalog)))
