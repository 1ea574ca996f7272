"""Which Mixpanel project is meant: what mpgov.toml says of it, and what the environment does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mpgov.core.model import Location
from mpgov.errors import UsageError
from mpgov.storage.hosts import REGIONS, host_problem, is_loopback
from mpgov.storage.toml_checks import nearest

# A project's name is the name of its folder below exports/, on every system.
_NAME: Final = re.compile(r'[^./\\:*?"<>|\s][^/\\:*?"<>|]*')


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """A `[projects.NAME]`: what is written, empty where nothing is."""

    name: str
    id: int
    region: str = ""
    organization: int | None = None
    service_account: str = ""
    host: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """The Mixpanel project that is meant, after the environment had its say.

    `host` is empty for Mixpanel's own; `host_from_environment` says that MIXPANEL_HOST names it.
    """

    name: str
    id: int
    region: str = "us"
    organization: int | None = None
    service_account: str = ""
    host: str = ""
    host_from_environment: bool = False

    @property
    def is_local(self) -> bool:
        """Whether it lives on this machine: the sandbox."""
        return bool(self.host) and is_loopback(self.host)


def place_of(project: Project) -> str:
    """The region that what is kept of a project belongs to; `sandbox` for any on this machine."""
    return "sandbox" if project.is_local else project.region


def project_name_problem(name: str) -> str:
    """Why a project cannot be called so; empty if it can."""
    if _NAME.fullmatch(name) and name.isprintable() and name[-1] not in ". ":
        return ""
    return "cannot be the name of a folder, which a project's name must be"


def account_problem(name: str) -> str:
    """Why a service account cannot be called so, without repeating it."""
    return "" if name.isprintable() and ":" not in name else "holds a character that no name has"


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says of the project; empty where it says nothing."""

    id: int | None = None
    region: str = ""
    account: str = ""
    host: str = ""


def read_environment(environ: Mapping[str, str]) -> Environment:
    """The `MIXPANEL_*` variables; their values are not repeated, they may be anything."""
    values = {key: environ.get(f"MIXPANEL_{key}", "").strip() for key in _VARIABLES}
    id_, region = values["PROJECT_ID"], values["REGION"].lower()
    problems = {
        "PROJECT_ID": "" if not id_ or _project_id(id_) else "is no project id, a whole number",
        "REGION": "" if not region or region in REGIONS else "must be us, eu or in",
        "SERVICE_ACCOUNT": account_problem(values["SERVICE_ACCOUNT"]),
        "HOST": host_problem(values["HOST"]) if values["HOST"] else "",
    }
    for key, problem in problems.items():
        if problem:
            raise UsageError(f"the environment variable MIXPANEL_{key} {problem}")
    return Environment(
        _project_id(id_), region, values["SERVICE_ACCOUNT"], values["HOST"].rstrip("/")
    )


_VARIABLES: Final = ("PROJECT_ID", "REGION", "SERVICE_ACCOUNT", "HOST")


def choose(
    projects: Mapping[str, ProjectSettings],
    default: str,
    name: str | None,
    environ: Mapping[str, str],
) -> Project:
    """`--project` decides; else the environment, else the default, else the only one."""
    env = read_environment(environ)
    if name is not None:
        found = _named(projects, name, env)
        _refuse_contradiction(found, env)
    else:
        found = _meant(projects, default, env)
    return Project(
        name=found.name,
        id=found.id,
        region=env.region or found.region or "us",
        organization=found.organization,
        service_account=env.account or found.service_account,
        host=env.host or found.host,
        host_from_environment=bool(env.host),
    )


def _named(projects: Mapping[str, ProjectSettings], name: str, env: Environment) -> ProjectSettings:
    if name in projects:
        return projects[name]
    if not projects:
        id_ = _project_id(name) or 0
        if id_:
            return ProjectSettings(str(id_), id_)
        raise UsageError(
            f"--project {name}: no project is configured",
            hint=f"add [projects.{name}] to mpgov.toml, or give the project's id",
        )
    if env.id is not None and name == str(env.id):
        return _of_id(projects, "", env.id)
    near = nearest(name, projects)
    meant = f"; did you mean {near}?" if near else ""
    raise UsageError(
        f"--project {name}: there is no such project{meant}", hint=f"projects: {_listed(projects)}"
    )


def _refuse_contradiction(found: ProjectSettings, env: Environment) -> None:
    hint = "unset the variable, or choose the other project"
    if env.id not in {None, found.id}:
        raise UsageError(
            f"--project {found.name} is project {found.id}, but MIXPANEL_PROJECT_ID is {env.id}",
            hint=hint,
        )
    if found.region and env.region not in {"", found.region}:
        raise UsageError(
            f"--project {found.name} lives in {found.region}, but MIXPANEL_REGION is {env.region}",
            hint=hint,
        )


def _meant(
    projects: Mapping[str, ProjectSettings], default: str, env: Environment
) -> ProjectSettings:
    """The project where nobody named one."""
    if env.id is not None:
        return _of_id(projects, default, env.id)
    if default in projects:
        return projects[default]
    if default:
        raise UsageError(
            f"the default project {default} is not configured",
            hint=f"add [projects.{default}] to mpgov.toml, or say --project NAME",
        )
    if len(projects) == 1:
        return next(iter(projects.values()))
    if projects:
        raise UsageError(
            f"which project? there are {_listed(projects)}",
            hint="say --project NAME, or set default_project in mpgov.toml",
        )
    raise UsageError(
        "no Mixpanel project is named",
        hint="set MIXPANEL_PROJECT_ID, or add [projects.NAME] with its id to mpgov.toml "
        "(mpgov init writes one)",
    )


def _of_id(projects: Mapping[str, ProjectSettings], default: str, id_: int) -> ProjectSettings:
    """The configured project of that id; one that nobody configured is called by its id."""
    found = [one for one in projects.values() if one.id == id_]
    preferred = [one for one in found if one.name == default]
    if len(found) > 1 and not preferred:
        names = " and ".join(one.name for one in found)
        raise UsageError(
            f"MIXPANEL_PROJECT_ID {id_} is {names}", hint="say which with --project NAME"
        )
    return (preferred or found or [ProjectSettings(str(id_), id_)])[0]


def _project_id(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return number or None


def _listed(projects: Mapping[str, ProjectSettings]) -> str:
    return ", ".join(projects)
