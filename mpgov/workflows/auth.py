"""Credentials: verify them with Mixpanel, keep them in the keyring, say what they are worth."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from mpgov.errors import AuthError, MpgovError, UsageError
from mpgov.mixpanel.access import Access, MayWrite, may_write, who_am_i
from mpgov.mixpanel.client import RefusedError
from mpgov.mixpanel.service_accounts import expiry_of
from mpgov.storage.credentials import (
    NO_KEYRING,
    VARIABLE,
    Found,
    check_host,
    delete_secret,
    require_found,
    store_secret,
    usable_keyring,
    variables_of,
)
from mpgov.storage.hosts import REGIONS
from mpgov.storage.notify import ACCOUNT, check_address
from mpgov.storage.projects import Project, account_problem, read_environment
from mpgov.storage.secret import Secret
from mpgov.storage.secret_command import COMMAND, fetched
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings

# What a region answers about a project that lives in another (reference 1.1).
_NOT_HERE: Final = frozenset({401, 403, 404})
SOON: Final = 30  # days before its end in which an expiry is worth a warning


@dataclass(frozen=True, slots=True)
class Standing:
    """What a service account is worth, as Mixpanel says; empty where it did not say.

    `region` is where it was accepted, `configured` where it was first asked. `expires` is a time,
    `never`, or unknown.
    """

    account: str
    project_id: int
    project_name: str
    region: str
    configured: str
    role: str
    may_write: MayWrite
    expires: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """Where a secret is kept, and what it is worth; `problem` says why it is worth nothing.

    `kept` is the keyring's name, or the variable that holds it or the command that fetches it.
    """

    account: str
    source: str
    kept: str
    standing: Standing | None = None
    problem: str = ""
    hint: str = ""


def project_for(around: Surroundings, account: str = "", region: str = "") -> Project:
    """The project to log in to; without one only the account is verified."""
    if account_problem(account):
        raise UsageError(f"--service-account {account_problem(account)}")
    env = read_environment(os.environ)
    if around.settings.projects or around.project_name or env.id:
        project = around.project()
    else:
        project = Project("", 0, env.region or "us", service_account=env.account, host=env.host)
        project = replace(project, host_from_environment=bool(env.host))
    return replace(
        project,
        region=region or project.region,
        service_account=account or project.service_account,
    )


def prepare(project: Project) -> None:
    """Stop before anybody types a secret that could not be kept, or not be sent."""
    check_host(project)
    if usable_keyring() is None:
        raise AuthError("there is no system keyring to keep the secret in", hint=NO_KEYRING)


def login(around: Surroundings, project: Project, secret: Secret) -> tuple[Standing, str]:
    """Verify a secret, then keep it; what it is worth, and the keyring's name."""
    prepare(project)
    standing = verify(around, project, secret)
    return standing, store_secret(project.service_account, secret)


def keep_address(address: Secret) -> str:
    """Keep the address that notifications go to; the keyring's name."""
    check_address(address)
    return store_secret(ACCOUNT, address)


def forget_address() -> bool:
    """Forget the address for notifications; whether the keyring had one."""
    return delete_secret(ACCOUNT)


def status(around: Surroundings, project: Project) -> Status:
    """Where the project's secret is kept, and whether Mixpanel takes it."""
    found = require_found(project, os.environ, around.scope)
    kept = Status(project.service_account, found.source, found.kept)
    try:
        standing = verify(around, project, found.secret)
    except AuthError as error:
        refused = isinstance(error, RefusedError) and error.status == 401
        hint = _replacing(found, project.service_account, around.scope) if refused else error.hint
        return replace(kept, problem=error.message, hint=hint)
    kept = replace(kept, standing=standing)
    if standing.region != standing.configured:
        return replace(kept, problem=_moved(standing), hint=_region_hint(standing.region))
    if standing.project_id and not standing.project_name:
        return replace(kept, problem=_stranger(standing), hint=MEMBER_HINT)
    return kept


def _replacing(found: Found, account: str, scope: str) -> str:
    """How another secret comes to where a refused one came from."""
    match found.source:
        case "environment":
            return f"set {found.kept} to the secret that {account} has now"
        case "command":
            return f"let {COMMAND} fetch the secret that {account} has now; run it by hand"
        case "keyring":
            return f"mpgov auth login{scope}: it keeps the secret that {account} has now"


def logout(account: str) -> bool:
    """Forget the secret of an account; whether the keyring had one."""
    return delete_secret(account)


def outside(around: Surroundings, old: str, new: str) -> list[str]:
    """What the environment still says of an account that was replaced."""
    told = []
    project = replace(around.project(), service_account=new)
    if read_environment(os.environ).account == old:
        told.append(f"MIXPANEL_SERVICE_ACCOUNT still names {old}: let it name {new}")
    for variable in before_keyring(project):
        if not _is_refused(around, project, variable):
            continue
        if variable == COMMAND:
            told.append(f"{COMMAND} goes before the keyring: let it fetch the secret of {new}")
        else:
            told.append(f"{variable} still holds the old secret, and goes before the keyring")
    return told


def _is_refused(around: Surroundings, project: Project, variable: str) -> bool:
    """Whether what a variable holds, or fetches, is for Mixpanel not the account's secret."""
    said = os.environ[variable].strip()
    try:
        secret = fetched(said, project, os.environ) if variable == COMMAND else Secret(said)
    except AuthError:
        return True
    try:
        who_am_i(replace(connect(around, project, secret), max_wait=0))
    except RefusedError:
        return True
    except MpgovError:
        return False  # nobody knows
    return False


def before_keyring(project: Project | None = None) -> list[str]:
    """The variables that are set and go before the keyring: secrets, or the command of a vault.

    Without a project those of all.
    """
    every = [name for name in sorted(os.environ) if name.startswith(VARIABLE)]
    names = variables_of(project) if project else every
    return [name for name in (*names, COMMAND) if os.environ.get(name, "").strip()]


def unwritten(around: Surroundings, project: Project) -> str:
    """What mpgov.toml lacks for the next command to find the account; empty if nothing."""
    wanted = f'service_account = "{project.service_account}"'
    configured = around.settings.projects.get(project.name)
    if read_environment(os.environ).account:
        return ""
    if configured is None:
        return f"{wanted} belongs into mpgov.toml, under [projects.NAME] with the project's id"
    if configured.service_account != project.service_account:
        return f"{wanted} belongs into mpgov.toml, under [projects.{project.name}]"
    return ""


def verify(around: Surroundings, project: Project, secret: Secret) -> Standing:
    """Ask Mixpanel who this is; where its region refuses, ask the other regions too."""
    try:
        return _standing(around, project, project, secret)
    except MpgovError as error:
        if getattr(error, "status", 0) not in _NOT_HERE:
            raise
        refusal = error
    for region in REGIONS if not project.host else ():
        if region == project.region:
            continue
        try:
            return _standing(around, project, replace(project, region=region), secret)
        except MpgovError:
            continue
    raise refusal


def _standing(around: Surroundings, asked: Project, project: Project, secret: Secret) -> Standing:
    client = connect(around, project, secret)
    access = who_am_i(client)
    expires = expiry_of(replace(client, max_wait=0)) if project.id else ""
    standing = Standing(
        account=project.service_account,
        project_id=project.id,
        project_name=access.project_name or "",
        region=_region(access, project),
        configured=asked.region,
        role=access.role or "",
        may_write=may_write(access),
        expires=expires,
    )
    return replace(standing, warnings=_warnings(standing, access))


def _region(access: Access, project: Project) -> str:
    """Where the project lives: as its domain says, else where it was found."""
    return project.region if project.host else access.region or project.region


MEMBER_HINT: Final = "check the id in mpgov.toml, or add the account to the project in Mixpanel"


def _warnings(standing: Standing, access: Access) -> tuple[str, ...]:
    found = []
    if standing.region != standing.configured:
        found.append(f"{_moved(standing)}: {_region_hint(standing.region)}")
    if standing.project_id and access.is_known and not standing.project_name:
        found.append(f"{_stranger(standing)}: {MEMBER_HINT}")
    elif standing.project_name and standing.may_write == "no":
        role = f"the role {standing.role}" if standing.role else "the role"
        found.append(f"{role} reads but does not write Lexicon: sync needs admin or owner")
    ends = _time(standing.expires)
    if ends is not None and (days := (ends - datetime.now(UTC)).days) < SOON:
        when = f"in {days} days" if days > 0 else "today" if days == 0 else "already"
        found.append(f"the account expires {when}")
    return tuple(found)


def _moved(standing: Standing) -> str:
    return f"your project lives in {standing.region.upper()}, not in {standing.configured.upper()}"


def _region_hint(region: str) -> str:
    return f'set region = "{region}" in mpgov.toml (or MIXPANEL_REGION={region})'


def _stranger(standing: Standing) -> str:
    return f"{standing.account} is no member of project {standing.project_id}"


def _time(text: str) -> datetime | None:
    """A time as Mixpanel writes it; without a zone it is UTC (reference 9)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
