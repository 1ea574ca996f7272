"""The register of tokens and secrets: who holds what, where it is used, and when it is due.

Never a value: of each only the fingerprint is kept, the first 16 hex digits of its SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from mpgov.core.model import Location

KINDS: Final = ("project_token", "api_secret", "service_account")
ENVIRONMENTS: Final = ("production", "staging", "development")
API_SECRETS_END: Final = "2027-03-03"  # concepts 8.4
SOON: Final = 30  # days before it is due in which that is told

State: TypeAlias = Literal["overdue", "soon", "later", "unscheduled"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token or secret as the register has it; empty where nothing is said.

    `project` is a `[projects.NAME]` or an id, `rotate_every` in days, `last_rotated` an ISO day.
    `retired` are fingerprints of values that were replaced. For a service account `account` is its
    name in Mixpanel and `role` what it is meant to have; `expires` is what Mixpanel says, where
    somebody asked.
    """

    name: str
    kind: str
    project: str = ""
    environment: str = ""
    holder: str = ""
    used_in: tuple[str, ...] = ()
    rotate_every: int | None = None
    last_rotated: str = ""
    fingerprint: str = ""
    retired: tuple[str, ...] = ()
    account: str = ""
    role: str = ""
    note: str = ""
    expires: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Due:
    """When a token is due, and why then: its schedule, its expiry, or the end of its kind.

    `days` are left until then; negative where it is past.
    """

    token: Token
    on: str = ""
    days: int | None = None
    why: str = ""
    state: State = "unscheduled"


def fingerprint(value: str) -> str:
    """What is kept of a value: enough to know it again, too little to use it."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def due_dates(tokens: Iterable[Token], today: str) -> list[Due]:
    """When each token is due, the most urgent first; the unscheduled last."""
    found = [due_of(token, date.fromisoformat(today)) for token in tokens]
    return sorted(found, key=lambda due: (due.on or "9999", due.token.name))


def due_of(token: Token, today: date) -> Due:
    """When one token is due: the first of what ends it."""
    ends = sorted(_ends(token))
    if not ends:
        return Due(token)
    on, why = ends[0]
    days = (date.fromisoformat(on) - today).days
    state: State = "overdue" if days < 0 else "soon" if days <= SOON else "later"
    return Due(token, on, days, why, state)


def _ends(token: Token) -> list[tuple[str, str]]:
    """The days on which it has to be replaced by, each with the reason."""
    found = []
    if token.rotate_every and token.last_rotated:
        rotated = date.fromisoformat(token.last_rotated)
        on = (rotated + timedelta(days=token.rotate_every)).isoformat()
        found.append((on, f"every {token.rotate_every} days"))
    if token.kind == "api_secret":
        found.append((API_SECRETS_END, "Mixpanel ends API secrets"))
    if token.expires:
        found.append((token.expires[:10], "it expires"))
    return found
