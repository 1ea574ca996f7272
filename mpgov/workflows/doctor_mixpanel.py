"""What has to be asked of Mixpanel to know whether everything is in place."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mpgov.core.accounts import SOON
from mpgov.core.checkup import Check
from mpgov.core.model import Catalog
from mpgov.core.record import moment
from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.access import Access, may_write, who_am_i
from mpgov.mixpanel.client import Client, RefusedError
from mpgov.mixpanel.connection import Connection, look, skew_of
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.service_accounts import expiry_of
from mpgov.storage.hosts import REGIONS
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret
from mpgov.storage.toml_edit import Changes
from mpgov.workflows.lexicon import connect
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings

MOST_SKEW: Final = 120  # seconds; pacing and expiries go by the clock
BY_HAND: Final = "mpgov auth rotate --manual"
MEND: Final = "mpgov doctor --mend"
_CLOCKS: Final = "sudo timedatectl set-ntp true   # Windows: w32tm /resync; macOS: sudo sntp -sS "
CLOCK: Final = f"{_CLOCKS}time.apple.com"
_NOT_HERE: Final = frozenset({401, 403, 404})


def edit(file: Path | None) -> str:
    """The command that opens the settings."""
    name = shlex.quote(shown(file, Path.cwd())) if file else "mpgov.toml"
    return f'"${{EDITOR:-vi}}" {name}'


def online(
    around: Surroundings,
    project: Project,
    secret: Secret,
    plan: Catalog | None,
    mends: dict[str, Changes],
) -> Iterator[Check]:
    """The way there, the clock, the credentials, the region, the role, and what is left."""
    client = connect(around, project, secret)
    connection = look(client)
    answer = _asked(client)
    if isinstance(answer, RemoteError) and answer.status not in _NOT_HERE:
        yield _way(connection, answer)
        yield Check("credentials", "skipped", "not tried: Mixpanel was not reached")
        return
    yield _way(connection, None)
    yield _clock(client)
    if isinstance(answer, MpgovError):
        yield _refused(around, project, secret, answer, mends)
        return
    if answer.is_known and answer.project_name is None:
        yield _elsewhere(around, project, answer)
        return
    yield _credentials(client, answer)
    yield _region(around, project, answer, mends)
    yield _role(project, answer, plan)
    yield from _lexicon(client, answer)


def _elsewhere(around: Surroundings, project: Project, access: Access) -> Check:
    """The account is good, and of other projects than this one."""
    told = f"{project.service_account} is accepted and no member of project {project.id}"
    if access.roles:
        others = ", ".join(map(str, sorted(access.roles)[:5]))
        more = f" and {len(access.roles) - 5} more" if len(access.roles) > 5 else ""
        fix = edit(around.settings.file)
        return Check("credentials", "wrong", f"{told}, but of {others}{more}", fix)
    return Check("credentials", "wrong", told, BY_HAND)


def _asked(client: Client) -> Access | MpgovError:
    try:
        return who_am_i(client)
    except MpgovError as error:
        return error


def _way(connection: Connection, error: RemoteError | None) -> Check:
    """Proxy and certificate; why Mixpanel is not reached, if it is not."""
    told = connection.host
    if connection.proxy:
        told += f" through the proxy {connection.proxy}"
    if connection.encrypted:
        told += f", certificate by {connection.issuer or 'an issuer that could not be read'}"
        told += f", trusted by {connection.bundle}" if connection.bundle else ""
    else:
        told += ", unencrypted: it is this machine"
    if error is None:
        return Check("connection", "ok", told)
    scheme = "https" if connection.encrypted else "http"
    fix = f"curl --head {scheme}://{connection.host}   # is it the network, or mpgov?"
    if "certificate" in error.message:
        fix = "export REQUESTS_CA_BUNDLE=FILE   # with the certificates of whoever issued it"
    return Check("connection", "wrong", f"{error.message} ({told})", fix)


def _clock(client: Client) -> Check:
    skew = skew_of(client)
    if skew is None:
        return Check("clock", "skipped", "Mixpanel did not say what time it is")
    ahead = "ahead of" if skew > 0 else "behind"
    minutes = abs(skew) / 60
    if abs(skew) > MOST_SKEW:
        told = f"this machine's clock is {minutes:.0f} minutes {ahead} Mixpanel's"
        return Check("clock", "wrong", told, CLOCK)
    return Check("clock", "ok", "agrees with Mixpanel's within two minutes")


def _refused(
    around: Surroundings,
    project: Project,
    secret: Secret,
    refusal: MpgovError,
    mends: dict[str, Changes],
) -> Check:
    """Why the credentials are not taken: another region, an end, or a wrong secret."""
    for region in REGIONS if not project.is_local else ():
        if region == project.region and not project.host:
            continue
        elsewhere = replace(project, region=region, host="")
        access = _asked(connect(around, elsewhere, secret))
        if isinstance(access, Access) and access.project_name is not None:
            return _lives_in(around, project, access.region or region, mends)
    told = f"{refusal.message}; a secret ends when its account expires or is deleted"
    return Check("credentials", "wrong", told, BY_HAND)


def _lives_in(
    around: Surroundings, project: Project, region: str, mends: dict[str, Changes]
) -> Check:
    """Another region than what is said; it is mended where it is said."""
    said = project.host or project.region.upper()
    told = f"your project lives in {region.upper()}, not in {said}"
    if project.host and project.host_from_environment:
        fix = f"unset MIXPANEL_HOST; export MIXPANEL_REGION={region}"
    elif project.name not in around.settings.projects or os.environ.get("MIXPANEL_REGION"):
        fix = f"export MIXPANEL_REGION={region}"
    else:
        fix = MEND
        own: Changes = {("projects", project.name, "host"): None} if project.host else {}
        mends["region"] = {("projects", project.name, "region"): region, **own}
    return Check("region", "wrong", told, fix)


def _credentials(client: Client, access: Access) -> Check:
    account = client.account
    ends = expiry_of(replace(client, max_wait=0))
    at = moment(ends) if ends not in {"", "never"} else None
    told = f"{account} is accepted, expires {ends[:10] or 'nobody says when'}"
    if at is not None:
        days = (at - datetime.fromtimestamp(client.now(), UTC)).days
        if days < SOON:
            text = f"{told}, in {days} day{'s'[: days != 1]}"
            return Check("credentials", "warning", text, _renewal(access))
    return Check("credentials", "ok", told)


def _renewal(access: Access) -> str:
    may = (access.organization_role or "").lower() in {"owner", "admin"}
    return "mpgov auth rotate" if may else BY_HAND


def _region(
    around: Surroundings, project: Project, access: Access, mends: dict[str, Changes]
) -> Check:
    if project.host:
        return Check("region", "ok", f"the one host {project.host} is for all")
    if access.region and access.region != project.region:
        return _lives_in(around, project, access.region, mends)
    return Check("region", "ok", f"{project.region.upper()} is where the project lives")


def _role(project: Project, access: Access, plan: Catalog | None) -> Check:
    """Whether the role is enough for what the plan asks."""
    role = access.role or "that Mixpanel does not tell"
    verdict = may_write(access)
    asks = plan is None or any(entity.status != "proposed" for entity in plan)
    if verdict == "no":
        told = f"the role {role} reads Lexicon and does not write it; sync needs admin or owner"
        if not asks:
            return Check("role", "ok", f"{role}; the plan asks for nothing to be written")
        fix = f"{BY_HAND}   # or let an admin raise the role of {project.service_account}"
        return Check("role", "wrong", told, fix)
    if verdict == "unknown":
        told = f"nobody knows whether {role} may write Lexicon"
        return Check("role", "warning", told, "mpgov auth list")
    if access.role == "admin" and plan is not None and _blocks(plan):
        told = "admin; the plan blocks something, which Mixpanel's UI lets only owners do"
        return Check("role", "warning", told, "mpgov auth list")
    return Check("role", "ok", f"{role} may write Lexicon")


def _blocks(plan: Catalog) -> bool:
    return any(
        entity.status == "blocked"
        or any(prop is not None and prop.blocked for prop in entity.properties.values())
        for entity in plan
    )


def _lexicon(client: Client, access: Access) -> Iterator[Check]:
    """Classified data, and what is left of Mixpanel's limits; a read where there is room."""
    left = client.budget.free()
    if left:
        yield _read(client, access)
        left = client.budget.free()
    else:
        yield Check("Lexicon", "skipped", "not read now: this minute's requests are spent")
    queries = client.queries_left
    told = (
        f"{left} of {client.budget.requests} schemas requests this minute, {queries} of "
        f"{client.queries.requests if client.queries else queries} queries this hour"
    )
    fix = "" if left and queries else f"sleep {60 if queries else 3600}; mpgov doctor"
    yield Check("limits", "warning" if fix else "ok", f"left: {told}", fix)


def _read(client: Client, access: Access) -> Check:
    sees = {True: "sees", False: "does not see", None: "may or may not see"}
    classified = f"the account {sees[access.has_sensitive_access]} classified data"
    try:
        stored = read(client, "deprecated")
    except RefusedError as error:
        told = f"{error.message}; {classified}"
        fix = f"{BY_HAND}   # with a role that has Classified Data Access"
        return Check("Lexicon", "wrong", told, fix)
    except (AuthError, RemoteError) as error:
        return Check("Lexicon", "wrong", error.message, "sleep 60; mpgov doctor")
    return Check("Lexicon", "ok", f"holds {len(stored.catalog)} entities; {classified}")
