"""The words that names of tokens and secrets are made of, and those that tell them from others."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from mpgov.core.words import words_of

Role: TypeAlias = Literal["token", "secret", ""]

MIXPANEL: Final = re.compile(r"mixpanel|mxpnl|mp-service-account", re.IGNORECASE)
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
    sa user next vite react expo nuxt gatsby vue k""".split()  # noqa: SIM905 - as above
    )
)
# What hides its own name and leaves it to the lines above.
PASSING: Final = _ENVIRONMENTS | frozenset(
    """case value content switch self if else elif return when env environment node process string
    get func fun function def let const var val static final public private""".split()  # noqa: SIM905
)
OTHERS: Final = frozenset(
    """csrf xsrf session reset refresh access push device verification verify invite bearer jwt
    oauth hash md5 sha checksum integrity distinct insert event email uid uuid""".split()  # noqa: SIM905
)


def is_about_mixpanel(text: str) -> bool:
    """Whether a text speaks of Mixpanel."""
    return bool(MIXPANEL.search(text))


def words_in(text: str) -> frozenset[str]:
    """The words of a name, with those apart that people write in one."""
    apart = _GLUED.sub(lambda match: f" {match[0]} ", text)
    return frozenset(word for word in words_of(apart) if not word.isdigit())
