"""One thing to ask of Mixpanel: an address that means what it says, and what may be repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote, urlencode, urljoin, urlsplit

from requests import Response

from mpgov.errors import RemoteError

# Repeating a read or a replace changes nothing more; 504 is left out of a bulk POST's, because
# the same batch would take as long again: its caller sends halves.
PASSING: Final = frozenset({429, 502, 503, 504})
BULK: Final = PASSING - {504}
READ: Final = PASSING | {500}
REFUSED: Final = frozenset({429})


Pool: TypeAlias = Literal["", "schemas", "queries", "exports"]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to ask of Mixpanel; `retry` are the statuses after which it is asked again.

    `budget` is the limit of Mixpanel's that it counts against, if it does against any; the
    answer to a `stream` is read by whoever asked.
    """

    method: str
    url: str
    params: Mapping[str, str] | None = None
    body: bytes | None = None
    content_type: str = "application/json"
    budget: Pool = ""
    updates: int = 0
    safe: bool = True
    retry: frozenset[int] = READ
    stream: bool = False

    @property
    def shown(self) -> str:
        """The call as an error names it."""
        return f"{self.method} {urlsplit(self.url).path}"


def address(base: str, parts: Sequence[str]) -> str:
    """An address of exactly these parts, whatever stands in them.

    An empty part is refused: one entity's address without its name is the address of all, also
    for DELETE (reference 4.10). So are dots, which every client and server resolves away.
    """
    for part in parts:
        if not part:
            raise ValueError("an empty name can be no part of an address")
        if part in {".", ".."}:
            raise RemoteError(f'nothing called "{part}" can be asked for by name')
    try:
        return "/".join((base, *(quote(part, safe="") for part in parts)))
    except UnicodeEncodeError:
        raise RemoteError("a name that is no valid text cannot be asked for") from None


def form(params: Mapping[str, str]) -> bytes:
    """Parameters as the body of a form."""
    return urlencode(params).encode()


def retryable(method: str, body: Any) -> frozenset[int]:
    """After which statuses a schemas request is asked again."""
    if method == "GET":
        return READ
    entries = body.get("entries") if isinstance(body, dict) else None
    return BULK if isinstance(entries, list) and len(entries) > 1 else PASSING


def encoded(body: Any) -> bytes | None:
    """Compact JSON; ASCII, so that text which is no valid Unicode goes back as it came."""
    if body is None:
        return None
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def is_stray(call: Call, response: Response) -> bool:
    """Whether the answer is a redirect that must not be followed."""
    if not 300 <= response.status_code < 400:
        return False
    return not redirect_of(call, response)


def redirect_of(call: Call, response: Response) -> str:
    """Where a read is to go on: the same host by the same scheme, or nowhere."""
    location = response.headers.get("Location", "")
    if not 300 <= response.status_code < 400 or call.method != "GET" or not location:
        return ""
    try:
        target = urljoin(response.url, location)
        old, new = urlsplit(call.url), urlsplit(target)
        same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError:
        return ""
    return target if same and not new.username else ""
