"""The register of tokens and secrets: who holds what, where it is used, and when it is due.

Never a value: of each only the fingerprint is kept, the first 16 hex digits of its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias

from mpgov.core.model import Location, nothing

WORDS: Final[Mapping[str, str]] = {
    "project_token": "project token",
    "api_secret": "API secret",
    "service_account": "service account",
}
KINDS: Final = tuple(WORDS)
ENVIRONMENTS: Final = ("production", "staging", "development")
API_SECRETS_END: Final = "2027-03-03"  # concepts 8.4
SOON: Final = 30  # days before it is due in which that is told, at the most
LONGEST: Final = 3650  # days of a schedule
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_VALUE: Final = re.compile(r"[0-9a-f]{32}")  # of project tokens and API secrets
# What may be a value: Mixpanel's are 32 letters and digits, and no word has so many with a digit.
MAY_BE_VALUE: Final = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}|://[^/\s\"']*@"
)
_SCHEDULE: Final = re.compile(r"([1-9]\d{0,3})(?: days?)?")

State: TypeAlias = Literal["overdue", "soon", "later", "unscheduled"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token or secret as the register has it; empty where nothing is said.

    `project` is a `[projects.NAME]` or an id, `rotate_every` in days, `last_rotated` an ISO day.
    `retired` are fingerprints of values that were replaced. For a service account `account` is its
    name in Mixpanel and `role` what it is meant to have; `expires`, `created` and `last_used` are
    what Mixpanel says, where somebody asked.
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
    created: str = ""
    last_used: str = ""
    at: Location | None = field(default=None, compare=False)
    places: Mapping[str, Location] = field(default_factory=nothing, compare=False)

    @property
    def what(self) -> str:
        """What it is, in words."""
        return WORDS[self.kind]

    def place(self, name: str) -> Location | None:
        """Where a field was written, else the token itself."""
        return self.places.get(name, self.at)


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project that mpgov.toml names."""

    name: str
    id: int
    region: str = "us"
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of tokens: the register, the projects of mpgov.toml, and who left.

    `today` is an ISO date (UTC).
    """

    tokens: tuple[Token, ...] = ()
    projects: tuple[KnownProject, ...] = ()
    left: frozenset[str] = frozenset()
    today: str = ""

    def project_of(self, token: Token) -> KnownProject | None:
        """The project that a token names, by its name or its id."""
        return find_project(self.projects, token.project)


@dataclass(frozen=True, slots=True)
class Due:
    """When a token is due, and why then: its schedule, its expiry, or the end of its kind.

    `days` are left until then; negative where it is past. It is soon in the last `ahead` of them.
    """

    token: Token
    on: str = ""
    days: int | None = None
    why: str = ""
    state: State = "unscheduled"
    ahead: int = SOON


def fingerprint(value: str) -> str:
    """What is kept of a value: enough to know it again, too little to use it."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def is_fingerprint(text: str) -> bool:
    """Whether a text has the shape of a fingerprint."""
    return bool(_FINGERPRINT.fullmatch(text))


def value_problem(kind: str, value: str) -> str:
    """Why a value cannot be one of this kind, without repeating it; empty if it can."""
    if not value.isprintable() or " " in value:
        return "it is more than one word"
    if kind != "service_account" and not _VALUE.fullmatch(value):
        return "it is not 32 lower-case hexadecimal digits"
    return ""


def may_hold_value(text: str) -> bool:
    """Whether a token or a secret may stand in a text, so that it must not be shown or kept."""
    return bool(MAY_BE_VALUE.search(text))


def days_of(text: str) -> int | None:
    """The days of a schedule such as `365 days`; none where it is no such."""
    match = _SCHEDULE.fullmatch(text.strip())
    days = int(match[1]) if match else 0
    return days if 0 < days <= LONGEST else None


def find_project(projects: Iterable[KnownProject], named: str) -> KnownProject | None:
    """The project of that name, else of that id."""
    listed = tuple(projects)
    by_name = next((one for one in listed if one.name == named), None)
    return by_name or next((one for one in listed if str(one.id) == named), None)


def due_dates(tokens: Iterable[Token], today: str) -> list[Due]:
    """When each token is due, the most urgent first; the unscheduled last."""
    found = [due_of(token, date.fromisoformat(today)) for token in tokens]
    return sorted(found, key=lambda due: (due.on or "9999", due.token.name))


def due_of(token: Token, today: date) -> Due:
    """When one token is due: the first of what ends it."""
    ends = sorted(_ends(token))
    if not ends:
        return Due(token)
    on, why, _ = ends[0]
    first = date.fromisoformat(on)
    days = (first - today).days
    ahead = max(ahead - (date.fromisoformat(end) - first).days for end, _, ahead in ends)
    state: State = "overdue" if days < 0 else "soon" if days <= ahead else "later"
    return Due(token, on, days, why, state, ahead)


def _ends(token: Token) -> list[tuple[str, str, int]]:
    """The days on which it has to be replaced by, each with the reason, and from when it is soon.

    Of a schedule that is its last third: what is replaced every ten days is not due all the time.
    """
    found = []
    if token.rotate_every and token.last_rotated:
        rotated = date.fromisoformat(token.last_rotated).toordinal()
        on = date.fromordinal(min(rotated + token.rotate_every, date.max.toordinal()))
        ahead = min(SOON, max(token.rotate_every // 3, 1))
        found.append((on.isoformat(), f"every {token.rotate_every} days", ahead))
    if token.kind == "api_secret":
        found.append((API_SECRETS_END, "Mixpanel ends API secrets", SOON))
    if token.expires:
        found.append((token.expires[:10], "it expires", SOON))
    return found
