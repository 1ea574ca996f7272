"""What went wrong on the way to Mixpanel, in words, and whether asking again may help."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import requests.exceptions as failures
import urllib3.exceptions as deeper

from mpgov.errors import MpgovError, RemoteError
from mpgov.mixpanel.answer import clean

# What requests, urllib3 and the operating system raise; an OSError for a bundle that is not there.
NEVER_SENT: Final = (failures.RequestException, deeper.HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failed attempt: the error it ends in unless asking `again` helps.

    `after` is how long Mixpanel asked to wait; `unsent` means it never heard of the request.
    """

    error: MpgovError
    why: str
    again: bool
    after: float | None = None
    unsent: bool = False


# The first that is found in the chain decides: why, and whether the request was never sent.
_PASSING: Final[tuple[tuple[tuple[type[BaseException], ...], str, bool], ...]] = (
    ((failures.ProxyError, deeper.ProxyError), "the proxy does not answer, or refuses", True),
    ((deeper.NameResolutionError,), "its name cannot be found", True),
    ((deeper.NewConnectionError,), "the connection was refused", True),
    ((failures.ConnectTimeout, deeper.ConnectTimeoutError), "no connection in 10 s", True),
    ((failures.ReadTimeout, deeper.ReadTimeoutError, TimeoutError), "no answer in time", False),
)
_LOST: Final = (failures.ConnectionError, failures.ChunkedEncodingError, deeper.HTTPError)


def trouble_of(error: BaseException, host: str) -> Trouble:
    """An exception as what it means to a person; nothing of its own text is shown."""
    chain = list(_chain(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    if has(ssl.SSLError, failures.SSLError, deeper.SSLError):
        return _final(
            f"the certificate of {host} is not trusted: {_certificate(chain)}",
            "behind a company proxy, set REQUESTS_CA_BUNDLE to its certificates",
        )
    for kinds, why, unsent in _PASSING:
        if has(*kinds):
            return _passing(_system_text(chain) or why if unsent else why, host, unsent=unsent)
    if has(failures.ContentDecodingError, deeper.DecodeError):
        return _final(f"{host} sent an answer that cannot be unpacked")
    if has(*_LOST):
        return _passing("the connection was lost", host)
    return _unusable(error, host)


def _unusable(error: BaseException, host: str) -> Trouble:
    if isinstance(error, failures.RequestException):
        return _final(f"{host}, or the proxy before it, is no address that can be asked")
    return _final(
        f"{host} cannot be asked: {clean(str(error))}",
        "if REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE is set, it must name a file that exists",
    )


def _system_text(chain: list[BaseException]) -> str:
    """What the operating system says: refused, unreachable, a name not known."""
    texts = (one.strerror for one in chain if isinstance(one, OSError) and one.strerror)
    return clean(next(texts, "")).lower()


def _passing(why: str, host: str, *, unsent: bool = False) -> Trouble:
    return Trouble(RemoteError(f"{host} cannot be reached: {why}"), why, True, unsent=unsent)


def _final(message: str, hint: str = "") -> Trouble:
    return Trouble(RemoteError(message, hint=hint), "", False)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it wraps: requests and urllib3 hide the cause in several ways."""
    seen: set[int] = set()
    open_ends: list[object] = [error]
    while open_ends:
        one = open_ends.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        open_ends += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]


def _certificate(chain: list[BaseException]) -> str:
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return clean(one.verify_message or "verification failed")
    return "the encrypted connection failed"
