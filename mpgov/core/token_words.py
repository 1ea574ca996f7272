"""The words that names of tokens and secrets are made of, and those that tell them from others."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from mpgov.core.words import words_of

Role: TypeAlias = Literal["token", "secret", ""]

MIXPANEL: Final = re.compile(r"mix[ _-]?panel|mxpnl|mp-service-account", re.IGNORECASE)
_MIXPANEL: Final = re.compile(r"mix[ _-]?panel", re.IGNORECASE)
_GLUED: Final = re.compile(r"(mixpanel)|(api|project|client)(?=key|secret|token)", re.IGNORECASE)
IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")

TOKEN: Final = frozenset({"token", "tokens"})
KEY: Final = frozenset({"key", "keys"})
SECRET: Final = frozenset({"secret", "secrets", "password", "passwd", "pass"})
_ENVIRONMENTS: Final = frozenset(
    """production prod prd live release development develop dev local debug test testing staging
    stage stg qa uat preview sandbox default main""".split()  # noqa: SIM905 - a word a line would be a page
)
PLAIN: Final = (
    _ENVIRONMENTS
    | TOKEN
    | KEY
    | SECRET
    | frozenset(
        """project projects mixpanel mp api app apps client public web ios android mobile server
    backend frontend site website my our the env config analytics us eu in with service account
    sa user provider runtime next vite react expo nuxt gatsby vue k""".split()  # noqa: SIM905 - as above
    )
)
# What hides its own name and leaves it to the lines above.
PASSING: Final = _ENVIRONMENTS | frozenset(
    """case value content switch self if else elif return when env environment node process string
    fallback get func fun function def let const var val static final public private""".split()  # noqa: SIM905
)
OTHERS: Final = frozenset(
    """csrf xsrf session reset refresh access push device verification verify invite bearer jwt
    oauth hash md md5 sha checksum fingerprint digest integrity distinct
    insert event email uid uuid""".split()  # noqa: SIM905
)
# What a name that ends so says of a token or a secret: not itself.
_ABOUT: Final = frozenset(
    """id ids name names version versions path file arn ref url uri type length ttl""".split()  # noqa: SIM905
)
_USERS: Final = frozenset({"user", "users"})


def is_about_mixpanel(text: str) -> bool:
    """Whether a text speaks of Mixpanel."""
    return bool(MIXPANEL.search(text))


def words_in(text: str) -> frozenset[str]:
    """The words of a name, with those apart that people write in one."""
    return frozenset(_words(text))


def is_other(name: str) -> bool:
    """Whether a name is of something else, or of something that a token only has."""
    words = _words(name)
    return not OTHERS.isdisjoint(words) or not _ABOUT.isdisjoint(words[-1:])


def is_plainly(name: str) -> bool:
    """Whether a name has a key, or Mixpanel itself, and nothing that tells it from a token."""
    found = _MIXPANEL.search(name)
    words = words_in(name.rpartition(".")[2]) | words_in(name[found.start() :] if found else "")
    if not words <= PLAIN or (words & _USERS and not words & KEY):
        return False
    return bool(words & (KEY | {"mixpanel", "mp"}))


def _words(text: str) -> list[str]:
    apart = _GLUED.sub(lambda match: f" {match[0]} ", _MIXPANEL.sub("mixpanel", text))
    return [word for word in words_of(apart) if not word.isdigit()]
