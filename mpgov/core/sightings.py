"""What a search through files finds: tokens and secrets, where they stand, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mpgov.core.model import Location, nothing
from mpgov.core.token_page import Page
from mpgov.core.token_place import NOTHING, Saying, said_by_place
from mpgov.core.token_scan import Seen, find
from mpgov.core.tokens import WORDS, Token


@dataclass(frozen=True, slots=True)
class Sighting:
    """A value that stands in a file; of the value itself only its fingerprint is kept.

    `says` is the environment that the place is for. `token` is what the register has of it; with
    `retired` it is a value that the token had before.
    """

    kind: str
    fingerprint: str
    at: Location
    says: Saying = NOTHING
    account: str = ""
    token: Token | None = None
    retired: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether whoever reads it can read or change what the project holds."""
        return self.kind != "project_token"

    @property
    def words(self) -> str:
        """What it is and whose, for people."""
        what = "secret of a service account" if self.kind == "service_account" else WORDS[self.kind]
        if self.token is not None:
            project = f" of project {self.token.project}" if self.token.project else ""
            return f"{self.token.name}, the {what}{project} ({self.fingerprint})"
        account = f", {self.account}," if self.account else ""
        return f"{'an' if what[0] == 'A' else 'a'} {what}{account} ({self.fingerprint})"


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that a search found, as the register knows it."""

    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownValues:
    """What the register knows a value by: current and retired fingerprints, accounts' names."""

    current: Mapping[str, Token] = field(default_factory=nothing)
    retired: Mapping[str, Token] = field(default_factory=nothing)
    accounts: Mapping[str, Token] = field(default_factory=nothing)

    @property
    def fingerprints(self) -> frozenset[str]:
        """All that is looked for wherever it stands."""
        return frozenset({*self.current, *self.retired})


def known_values(tokens: Iterable[Token]) -> KnownValues:
    """What the register's tokens are known by."""
    listed = tuple(tokens)
    return KnownValues(
        {one.fingerprint: one for one in listed if one.fingerprint},
        {print_of: one for one in listed for print_of in one.retired},
        {one.account: one for one in listed if one.account},
    )


def look(page: Page, name: str, known: KnownValues) -> list[Sighting]:
    """Every token and secret in a file's text; the file is shown by that name."""
    return [_sighting(page, one, name, known) for one in find(page, known.fingerprints)]


def _sighting(page: Page, seen: Seen, name: str, known: KnownValues) -> Sighting:
    line = page.number(seen.at)
    token = known.current.get(seen.fingerprint)
    retired = None if token else known.retired.get(seen.fingerprint)
    found = token or retired or known.accounts.get(seen.account)
    return Sighting(
        found.kind if found else seen.kind,
        seen.fingerprint,
        Location(name, line + 1, seen.at - page.starts[line] + 1),
        said_by_place(page.around(seen.at), page.path),
        seen.account,
        found,
        retired is not None,
    )
