"""Service accounts as Mixpanel lists them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from mpgov.core.model import nothing
from mpgov.core.record import moment

SOON: Final = 30  # days before its end in which an expiry is worth a warning
UNUSED: Final = 90  # days after which an account is worth a question
ROLES: Final = ("owner", "admin", "analyst", "consumer")  # what the API can give
WRITERS: Final = ("owner", "admin")

Grant: TypeAlias = Literal["individual", "team", "organization", ""]


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """One account; times as Mixpanel writes them, empty where it says none.

    `role` and `grant` are those in the project that was asked about, and empty in the list of an
    organization. `never_expires` and `never_used` are what Mixpanel says by null.
    """

    id: int
    name: str
    role: str = ""
    grant: Grant = ""
    sensitive: bool | None = None
    created: str = ""
    expires: str = ""
    last_used: str = ""
    never_expires: bool = False
    never_used: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an account beside Mixpanel: the role it is meant to have, and its syncs.

    `synced` is the day of its last sync by the record; `meant` is from the register of tokens.
    """

    synced: str = ""
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An account with what is wrong with it; `is_ours` is the one that asked."""

    account: ServiceAccount
    warnings: tuple[str, ...] = ()
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class AccountsReport:
    """The accounts of a project, and where the role allows, of its organization.

    `others` are members of the organization alone; `None` where it could not be asked, for the
    reason that `unknown` says.
    """

    project: str
    accounts: tuple[Listed, ...] = ()
    others: tuple[Listed, ...] | None = None
    unknown: str = ""


def listed(
    accounts: Iterable[ServiceAccount],
    ours: str,
    now: datetime,
    known: Mapping[str, Known] | None = None,
) -> tuple[Listed, ...]:
    """The accounts by name, each with its warnings.

    `known` is by name; without any there is no evidence of who syncs, and nobody is suspected.
    """
    about: Mapping[str, Known] = nothing() if known is None else known
    somebody_syncs = any(one.synced for one in about.values())
    found = []
    for account in sorted(accounts, key=lambda one: one.name):
        mine = about.get(account.name, Known())
        is_idle = somebody_syncs and not mine.synced
        told = (*_times(account, now), *_roles(account, mine, is_idle=is_idle))
        found.append(Listed(account, told, account.name == ours))
    return tuple(found)


def inheriting(known: Mapping[str, Known], before: Mapping[str, str]) -> dict[str, Known]:
    """What is known of accounts, where one that replaced another did what that one did.

    `before` names the account that each replaced.
    """
    found = dict(known)
    for account in before:
        line = [account]
        while (older := before.get(line[-1], "")) and older not in line:
            line.append(older)
        synced = max(known.get(one, Known()).synced for one in line)
        if synced:
            found[account] = replace(known.get(account, Known()), synced=synced)
    return found


def _times(account: ServiceAccount, now: datetime) -> Iterator[str]:
    ends = moment(account.expires) if account.expires else None
    if account.never_expires:
        yield "never expires"
    elif ends is not None and ends <= now:
        yield f"expired on {account.expires[:10]}; delete it"
    elif ends is not None and ends - now < timedelta(days=SOON):
        days = (ends - now).days
        yield f"expires in {days} day{'s'[: days != 1]}" if days else "expires today"
    used = moment(account.last_used) if account.last_used else None
    made = moment(account.created) if account.created else None
    since = used or (made if account.never_used else None)
    if since is not None and now - since > timedelta(days=UNUSED):
        word = "unused" if used else "never used, made"
        yield f"{word} since {since:%Y-%m-%d}: is it needed?"


def _roles(account: ServiceAccount, known: Known, *, is_idle: bool) -> Iterator[str]:
    role = account.role.lower()
    if role in WRITERS and known.meant.lower() in {"analyst", "consumer"}:
        yield f"is {account.role}, and meant to be {known.meant}"
    elif role in WRITERS and is_idle and not known.meant:
        yield f"is {account.role} and no sync was ever its: analyst would do"
    if role == "consumer" and (known.synced or known.meant.lower() not in {"", "consumer"}):
        before = known.meant or f"synced on {known.synced}"
        yield (
            f"is consumer now, was {before}: a custom role was probably deleted, which moves its "
            "accounts there"
        )


def at_least(role: str, wanted: str) -> bool:
    """Whether a role lets do what another does; of custom ones only the same does."""
    if role == wanted:
        return True
    order = {name: rank for rank, name in enumerate(ROLES)}
    mine, least = order.get(role.lower()), order.get(wanted.lower())
    return mine is not None and least is not None and mine <= least


@dataclass(frozen=True, slots=True)
class Membership:
    """An account's place in one project."""

    project: int
    role: str
    grant: Grant = ""
    sensitive: bool | None = None


def cannot_be_made(memberships: Iterable[Membership]) -> Iterator[str]:
    """Why the API cannot make an account with these places; nothing where it can."""
    for one in memberships:
        where = f"in project {one.project}"
        if one.role.lower() not in ROLES:
            role = one.role or "no role that Mixpanel tells"
            yield f"{where} it has {role}: the API gives only {', '.join(ROLES)}"
        elif one.grant not in {"individual", ""}:
            yield f"{where} its role comes from its {one.grant}: the API cannot give it that way"
        if one.sensitive:
            yield f"{where} it may see classified data: the API cannot allow that"
