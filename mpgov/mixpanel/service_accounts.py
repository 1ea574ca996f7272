"""Service accounts: list them, make one, give it roles, delete one (reference 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from mpgov.core.accounts import Grant, ServiceAccount
from mpgov.errors import AuthError, RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.pages import read_list
from mpgov.mixpanel.shapes import flag, mapping, number, role, text

_GRANTS = ("individual", "team", "organization")


@dataclass(frozen=True, slots=True)
class Made:
    """A new account, and its secret, which Mixpanel shows this once."""

    account: ServiceAccount
    token: str = field(repr=False)


def accounts_of_project(client: Client, project: int | None = None) -> tuple[ServiceAccount, ...]:
    """The accounts of a project, with their roles in it."""
    number = client.project_id if project is None else project
    return _accounts(client, ("projects", str(number), "service-accounts"))


def accounts_of_organization(client: Client, organization: int) -> tuple[ServiceAccount, ...]:
    """All accounts of an organization; only its owners and admins may ask."""
    return _accounts(client, _all(organization))


def create_account(
    client: Client, organization: int, label: str, its_role: str, expires: str = ""
) -> Made:
    """Make an account with a role in the organization; asked once, whatever comes of it.

    The role may be empty. Where the answer is lost, an account may be there whose secret nobody
    has: its name holds the label.
    """
    wanted = {"username": label, "role": its_role, "expires": expires}
    body = {name: value for name, value in wanted.items() if value}
    document = client.app("POST", _all(organization), body=body, once=True)
    results = mapping(mapping(document).get("results"))
    token = results.get("token")
    account = _account(results)
    if account is None or not account.id or not isinstance(token, str) or not token.strip():
        raise RemoteError("Mixpanel made a service account, but told no name or no secret of it")
    return Made(account, token)


def join_projects(client: Client, organization: int, id_: int, roles: Mapping[int, str]) -> None:
    """Give an account its roles in projects; said again it changes nothing."""
    body = {
        "projects": [{"id": project, "role": role} for project, role in roles.items()],
        "service_account_ids": [id_],
    }
    client.app("POST", (*_all(organization), "add-to-project"), body=body, safe=True)


def delete_account(client: Client, organization: int, id_: int) -> None:
    """Delete an account; one that is gone already is as good."""
    try:
        client.app("DELETE", (*_all(organization), str(id_)), safe=True)
    except RemoteError as error:
        if error.status != 404:
            raise


def expiry_of(client: Client) -> str:
    """When the account's credentials end: a time as Mixpanel writes it, `never`, or empty.

    Empty is unknown: not every account may list the accounts of its project.
    """
    try:
        listed_there = accounts_of_project(client)
    except (AuthError, RemoteError):
        return ""
    for account in listed_there:
        if account.name == client.account:
            return account.expires or "never"
    return ""


def _all(organization: int) -> tuple[str, ...]:
    return "organizations", str(organization), "service-accounts"


def _accounts(client: Client, path: Sequence[str]) -> tuple[ServiceAccount, ...]:
    entries = read_list(client, path)
    if entries is None:
        raise RemoteError("Mixpanel's list of service accounts is no list")
    return tuple(one for one in map(_account, entries) if one is not None)


def _account(shown: Any) -> ServiceAccount | None:
    """An account as Mixpanel shows it; nothing where it has no name, id 0 where it has none."""
    said = mapping(shown)
    name = text(said.get("username"))
    if not name:
        return None
    grant = said.get("target_type")
    return ServiceAccount(
        id=number(said.get("id")) or 0,
        name=name,
        role=role(said.get("role")),
        grant=cast("Grant", grant if grant in _GRANTS else ""),
        sensitive=flag(said.get("hasSensitiveAccess")),
        created=text(said.get("created")),
        expires=text(said.get("expires")),
        last_used=text(said.get("last_used")),
        never_expires=not said.get("expires"),
        never_used="last_used" in said and said["last_used"] is None,
    )
