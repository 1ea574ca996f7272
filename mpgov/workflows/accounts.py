"""The service accounts of a project and its organization, with what is known of them here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mpgov.core.accounts import AccountsReport, Known, ServiceAccount, inheriting, listed
from mpgov.core.rotation import predecessors
from mpgov.core.tokens import Token
from mpgov.errors import AuthError, InputError, RemoteError
from mpgov.mixpanel.access import Access, who_am_i
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.service_accounts import accounts_of_organization, accounts_of_project
from mpgov.storage.ledger import Ledger
from mpgov.storage.projects import Project
from mpgov.workflows.lexicon import connect, fetch_record
from mpgov.workflows.project import Surroundings
from mpgov.workflows.tokens import register


def accounts(around: Surroundings) -> AccountsReport:
    """The accounts of the project, and those of the organization alone where we may ask."""
    project = around.project()
    fetch_record(around, project)
    client = connect(around, project)
    members = accounts_of_project(client)
    others, unknown = _others(client, who_am_i(client), members)
    known = known_accounts(around, project)
    now = datetime.fromtimestamp(around.now(), UTC)
    ours = project.service_account
    return AccountsReport(
        project.name,
        listed(members, ours, now, known),
        None if others is None else listed(others, ours, now),
        unknown,
    )


def known_accounts(around: Surroundings, project: Project) -> dict[str, Known]:
    """What is known of accounts: when each synced last, and the role it is meant to have."""
    found: dict[str, Known] = {}
    for entry in _record(around, project.name):
        account, day = entry.get("account"), str(entry.get("at", ""))[:10]
        if entry.get("kind") in {"sync", "undo"} and entry.get("state") == "done" and account:
            found[str(account)] = Known(synced=day)
    found = inheriting(found, _replaced(around, project))
    for token in _registered(around):
        if token.account and token.role:
            mine = found.get(token.account, Known())
            found[token.account] = replace(mine, meant=token.role)
    return found


def _replaced(around: Surroundings, project: Project) -> dict[str, str]:
    """The account that each replaced, by the records here: another project's may have it."""
    found: dict[str, str] = {}
    for name in dict.fromkeys((*around.settings.projects, project.name)):
        with suppress(InputError):
            found |= predecessors(_record(around, name))
    return found


def _record(around: Surroundings, project: str) -> Iterator[Mapping[str, Any]]:
    return (line.entry for line in Ledger(around.settings.exports / project).read())


def _registered(around: Surroundings) -> tuple[Token, ...]:
    """The register's tokens; one that cannot be read is told, and says nothing here."""
    try:
        return register(around).tokens
    except InputError as error:
        around.notify(f"note: nobody knows which role is meant: {error.problems[0]}")
        return ()


def _others(
    client: Client, access: Access, members: tuple[ServiceAccount, ...]
) -> tuple[tuple[ServiceAccount, ...] | None, str]:
    """The accounts that are in the organization and not in the project; or why nobody says."""
    if access.organization is None:
        return None, "Mixpanel does not say which organization the project belongs to"
    try:
        everybody = accounts_of_organization(client, access.organization)
    except (AuthError, RemoteError) as error:
        return None, error.message
    there = {one.name for one in members}
    return tuple(one for one in everybody if one.name not in there), ""
