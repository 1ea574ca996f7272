"""What this Mixpanel holds: organizations, projects, service accounts, schemas, events."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from mpgov.sandbox.knobs import Knobs

FORMAT: Final = 1


class BadStateError(ValueError):
    """A file that is no state of a sandbox; says why."""


@dataclass(slots=True)
class Account:
    """A service account; of its secret only a salted hash is kept.

    `granted` says of projects whose role does not come from the account itself where it comes
    from: `team` or `organization`.
    """

    id: int
    username: str
    salt: str
    hashed: str
    organization: int
    role: str = "member"
    roles: dict[int, str] = field(default_factory=dict)
    expires: str | None = None
    created: str = ""
    last_used: str | None = None
    sensitive: bool = False
    granted: dict[int, str] = field(default_factory=dict)

    def knows(self, secret: str) -> bool:
        """Whether this is its secret."""
        return hmac.compare_digest(self.hashed, _hashed(self.salt, secret))


@dataclass(slots=True)
class Organization:
    """An organization: its people, teams and tags."""

    id: int
    name: str = "Acme"
    members: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    @property
    def known(self) -> set[str]:
        """The members' e-mails, in lower case."""
        return {email.lower() for email in self.members}


@dataclass(slots=True)
class Project:
    """A project: its schemas, and the events that arrived.

    `schemas` are by (entity type, name). `events` are rows as the raw export gives them;
    `volumes` count more of them by name and day (`YYYY-MM-DD`). `profiles` are the properties of
    user profiles by distinct id.
    """

    id: int
    name: str
    organization: int
    domain: str = "mixpanel.com"
    timezone: str = "UTC"
    token: str = ""
    schemas: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    volumes: dict[str, dict[str, int]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    annotation_tags: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """Everything."""

    organizations: dict[int, Organization] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    knobs: dict[str, str] = field(default_factory=dict)
    next_id: int = 7

    def add_project(self, id_: int, organization: int, name: str = "", **more: Any) -> Project:
        """A new project; its organization is made if need be."""
        self.organizations.setdefault(organization, Organization(organization))
        made = Project(id_, name or f"Project {id_}", organization, **more)
        made.token = made.token or hashlib.sha256(f"token {id_}".encode()).hexdigest()[:32]
        self.projects[id_] = made
        return made

    def add_account(
        self, label: str, organization: int, *, expires: str | None = None, secret: str = ""
    ) -> tuple[Account, str]:
        """A new service account and its secret, which is shown this once."""
        secret = secret or secrets.token_urlsafe(24)
        salt = secrets.token_hex(8)
        suffix = secrets.token_hex(3)
        account = Account(
            id=self.next_id,
            username=f"{label}.{suffix}.mp-service-account",
            salt=salt,
            hashed=_hashed(salt, secret),
            organization=organization,
            expires=expires,
            created=datetime.now(UTC).isoformat(timespec="seconds").removesuffix("+00:00"),
        )
        self.next_id += 1
        self.accounts[account.username] = account
        return account, secret


def dump(state: State) -> str:
    """The state as JSON text: what `--state` writes and `--seed FILE` reads."""
    document = {
        "mpgov_sandbox": FORMAT,
        "next_id": state.next_id,
        "knobs": state.knobs,
        "organizations": [
            {**_plain(o), "tags": sorted(o.tags)} for o in state.organizations.values()
        ],
        "projects": [_project_json(project) for project in state.projects.values()],
        "accounts": [_plain(account) for account in state.accounts.values()],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def load(text: str) -> State:
    """The state of a file; raises `BadStateError` that says why it is none."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BadStateError(f"is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("mpgov_sandbox") != FORMAT:
        raise BadStateError(f'is no state of a sandbox: "mpgov_sandbox": {FORMAT} is missing')
    try:
        return _state(document)
    except BadStateError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadStateError(f"is no state of a sandbox: {type(error).__name__} {error}") from None


def _state(document: dict[str, Any]) -> State:
    organizations = [
        Organization(**{**shown, "tags": set(shown.get("tags", ()))})
        for shown in document.get("organizations", ())
    ]
    accounts = [_account(shown) for shown in document.get("accounts", ())]
    projects = [_project(shown) for shown in document.get("projects", ())]
    if not projects:
        raise BadStateError("holds no project")
    known = {o.id for o in organizations}
    owned = {p.id: p.organization for p in projects} | {a.id: a.organization for a in accounts}
    for id_, organization in owned.items():
        if organization not in known:
            raise BadStateError(f"{id_} is of no organization that it holds")
    return State(
        organizations={o.id: o for o in organizations},
        projects={p.id: p for p in projects},
        accounts={a.username: a for a in accounts},
        knobs=Knobs(document.get("knobs")).turned,
        next_id=max([int(document.get("next_id", 7)), *(a.id + 1 for a in accounts)]),
    )


def _project_json(project: Project) -> dict[str, Any]:
    entries = [
        {"entityType": kind, "name": name, "schemaJson": schema}
        for (kind, name), schema in sorted(project.schemas.items())
    ]
    return {**_plain(project), "schemas": entries}


def _project(shown: dict[str, Any]) -> Project:
    schemas = {(e["entityType"], e["name"]): e["schemaJson"] for e in shown.get("schemas", ())}
    tags = _by_id(shown.get("annotation_tags", {}))
    return Project(**{**shown, "schemas": schemas, "annotation_tags": tags})


def _account(shown: dict[str, Any]) -> Account:
    by_project = {name: _by_id(shown.get(name, {})) for name in ("roles", "granted")}
    return Account(**{**shown, **by_project})


def _by_id(shown: dict[str, str]) -> dict[int, str]:
    """A mapping whose keys are ids, which JSON made texts."""
    return {int(key): value for key, value in shown.items()}


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _hashed(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}:{secret}".encode()).hexdigest()
