"""What Mixpanel says of the service accounts in the register; without it the register counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mpgov.core.record import moment
from mpgov.core.tokens import Token
from mpgov.errors import MpgovError
from mpgov.workflows.project import Surroundings

if TYPE_CHECKING:
    from mpgov.core.accounts import ServiceAccount


def with_accounts(around: Surroundings, tokens: Iterable[Token]) -> tuple[Token, ...]:
    """The tokens; service accounts with the days that Mixpanel says of them.

    What cannot be asked is told, and left as the register has it.
    """
    listed = tuple(tokens)
    projects = dict.fromkeys(one.project for one in listed if one.account)
    told = {name: _accounts(around, name) for name in projects}
    return tuple(_joined(around, one, told.get(one.project)) for one in listed)


def _accounts(around: Surroundings, project: str) -> Mapping[str, ServiceAccount] | None:
    """The accounts of a project by name; `None` where nobody can be asked."""
    from mpgov.mixpanel.service_accounts import accounts_of_project  # noqa: PLC0415 - requests
    from mpgov.workflows.lexicon import connect  # noqa: PLC0415 - as above

    here = replace(around, project_name=project or None)
    try:
        found = accounts_of_project(connect(here, here.project()))
    except MpgovError as error:
        of = f" of project {project}" if project else ""
        around.notify(
            f"warning: Mixpanel could not be asked when service accounts{of} expire, so only the "
            f"register's own days are told: {error.message}"
        )
        return None
    return {one.name: one for one in found}


def _joined(
    around: Surroundings, token: Token, accounts: Mapping[str, ServiceAccount] | None
) -> Token:
    if not token.account or accounts is None:
        return token
    account = accounts.get(token.account)
    if account is None:
        around.notify(f"warning: {token.name}: project {token.project} has no {token.account}")
        return token
    if token.role and account.role and token.role.lower() != account.role.lower():
        around.notify(f"warning: {token.name} is {account.role}, and meant to be {token.role}")
    return replace(
        token,
        expires=_day(account.expires),
        created=_day(account.created),
        last_used=_day(account.last_used),
        last_rotated=_day(account.created) or token.last_rotated,
    )


def _day(text: str) -> str:
    """The day of a time as Mixpanel writes it; nothing where it is none."""
    found = moment(text) if text else None
    return found.date().isoformat() if found else ""
