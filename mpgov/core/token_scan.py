"""Find Mixpanel's tokens and secrets in a text: by fingerprint where known, else by shape and name.

Of what is found only its fingerprint leaves here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import unquote

from mpgov.core.token_names import Names
from mpgov.core.token_page import Page
from mpgov.core.token_request import kind_by_address
from mpgov.core.token_shape import is_hex, is_made_up, is_mixed
from mpgov.core.token_words import MIXPANEL, is_about_mixpanel
from mpgov.core.tokens import fingerprint

SUFFIX: Final = ".mp-service-account"
NEAR: Final = 300  # characters around a secret in which its account may stand
MOST_RUNS: Final = 2000  # in a file; where there are more it is a table of hashes
_RUN: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{32}(?![0-9A-Za-z])")
# As secrets of other lengths and alphabets are written, which the register may know.
_WRITTEN: Final = (
    re.compile(r"(?<![\w+/-])[\w+/-]{16,80}+={0,2}", re.ASCII),
    re.compile(r"(?<![\w-])[\w-]{16,80}+(?![\w-])", re.ASCII),
)
# 32 characters of Base64 for addresses: drawn by lot, or words with hyphens between them.
_URL_SAFE: Final = re.compile(r"(?<![\w-])(?=[\w-]{0,31}[_-])[\w-]{32}(?![\w-])", re.ASCII)
_ACCOUNT: Final = re.compile(r"(?<![\w.-])[\w.-]{1,100}\.mp-service-account")
# An account with its secret beside it: in an address, for curl, in a pair.
_PAIR: Final = re.compile(
    r"(?<![\w.-])([\w.-]{1,100}\.mp-service-account)[\"'`\\]{0,3}\s{0,99}[:,]\s{0,99}[\"'`\\]{0,3}"
    r"([0-9A-Za-z+/=_-]{16,80})(?![\w.(])"
)
_NAMED: Final = re.compile(
    r"(?<![\w.$-])([\w.$-]{0,60}?(?:secret|password)[\w.$-]{0,60})[\"'\]]{0,3}\s{0,9}(?:=>|[:=])"
    r"\s{0,9}[\"'`]?"
    r"([0-9A-Za-z+/=_-]{20,80})(?![\w.(])",
    re.IGNORECASE,
)
_BASIC: Final = re.compile(r"\bBasic\s+([0-9A-Za-z+/]{20,}={0,2})")
_DATA: Final = re.compile(r"\bdata=(eyJ[0-9A-Za-z+/_=%-]{20,})")
_TOKEN_OF_DATA: Final = re.compile(r'"token"\s*:\s*"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class Seen:
    """A value in a text: what it is, as far as the text says, and where.

    `at` counts characters from 0; `account` is the service account that it belongs to.
    """

    kind: str
    fingerprint: str
    at: int
    account: str = ""


def find(page: Page, known: Collection[str] = ()) -> list[Seen]:
    """Everything on a page that is a token or a secret of Mixpanel, in its order.

    `known` are fingerprints: a value that has one is found whatever it is called. In a table of
    hashes only those are looked for, and no other run of 32 letters and digits.
    """
    speaks = _speaks(page)
    if not speaks and not known:
        return []
    found: dict[int, Seen] = {}
    if speaks:
        found = {one.at: one for one in (*_encoded(page), *_named(page), *_pairs(page))}
    names = Names(page) if speaks and not is_table(page) else None
    for match in (*_RUN.finditer(page.text), *_url_safe(page)):
        at, value = match.start(), match[0]
        if at in found:
            continue
        kind = names.kind_of(value, at) if names and not is_made_up(value) else ""
        digest = fingerprint(value) if kind or known else ""
        if kind or digest in known:
            account = _account_near(page, at) if kind == "service_account" else ""
            found[at] = Seen(kind or "project_token", digest, at, account)
    for one in _written(page, known):
        found.setdefault(one.at, one)
    return [found[at] for at in sorted(found)]


def _written(page: Page, known: Collection[str]) -> Iterator[Seen]:
    """What the register knows, of whatever length and alphabet."""
    for pattern in _WRITTEN if known else ():
        for match in pattern.finditer(page.text):
            if (digest := fingerprint(match[0])) in known:
                yield Seen("service_account", digest, match.start())


def is_table(page: Page) -> bool:
    """Whether so much on a page that speaks of Mixpanel may be a value that none is by its name."""
    return _speaks(page) and any(True for _ in islice(_RUN.finditer(page.text), MOST_RUNS, None))


def _speaks(page: Page) -> bool:
    return page.holds(MIXPANEL) or is_about_mixpanel(page.path)


def _url_safe(page: Page) -> Iterator[re.Match[str]]:
    return (match for match in _URL_SAFE.finditer(page.text) if is_mixed(match[0]))


def _pairs(page: Page) -> Iterator[Seen]:
    for match in _PAIR.finditer(page.text):
        if is_mixed(match[2]) and not is_made_up(match[2]):
            yield Seen("service_account", fingerprint(match[2]), match.start(2), match[1])


def _named(page: Page) -> Iterator[Seen]:
    """Secrets of another length or alphabet than those that are looked for everywhere."""
    for match in _NAMED.finditer(page.text):
        at, value = match.start(2), match[2]
        if _RUN.fullmatch(value) or not is_mixed(value) or is_made_up(value):
            continue
        account = _account_near(page, at)
        if account or is_about_mixpanel(match[1]):
            yield Seen("service_account", fingerprint(value), at, account)


def _encoded(page: Page) -> Iterator[Seen]:
    """What stands in Base64: the header of a request, the data of a pixel."""
    for match in _BASIC.finditer(page.text):
        user, _, secret = _decoded(match[1]).partition(":")
        if user.endswith(SUFFIX) and secret:
            yield Seen("service_account", fingerprint(secret), match.start(1), user)
        elif is_hex(user) and not is_made_up(user) and not secret:
            around = page.around(match.start(1))
            if is_about_mixpanel(around.block):
                yield Seen(kind_by_address(around), fingerprint(user), match.start(1))
    for match in _DATA.finditer(page.text):
        token = _TOKEN_OF_DATA.search(_decoded(unquote(match[1])))
        before = page.text[max(0, match.start() - NEAR) : match.start()]
        if token and not is_made_up(token[1]) and is_about_mixpanel(before):
            yield Seen("project_token", fingerprint(token[1]), match.start(1))


def _account_near(page: Page, at: int) -> str:
    """The service account that is named nearest to a place."""
    start = max(0, at - NEAR)
    found = _ACCOUNT.finditer(page.text[start : at + NEAR])
    nearest = min(found, key=lambda match: abs(start + match.start() - at), default=None)
    return nearest[0] if nearest else ""


def _decoded(text: str) -> str:
    """What Base64 says; nothing where it is none."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
