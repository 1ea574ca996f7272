"""The way to Mixpanel, as it is seen from here: the proxy, the certificate's issuer, the clock."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from mpgov.mixpanel.client import Client
from mpgov.mixpanel.session import authorities, hosts_of

TIMEOUT: Final = 10


@dataclass(frozen=True, slots=True)
class Connection:
    """How the host is reached; the issuer is of whatever certificate was shown, trusted or not.

    `proxy` is host and port alone; `bundle` the file that the environment names as authorities.
    """

    host: str
    encrypted: bool
    proxy: str = ""
    issuer: str = ""
    bundle: str = ""


def look(client: Client) -> Connection:
    """Look at the connection without sending anything over it."""
    hosts = hosts_of(client.project)
    parts = urlsplit(hosts.app)
    name = parts.hostname or ""
    proxy = "" if hosts.direct else (select_proxy(hosts.app, get_environ_proxies(hosts.app)) or "")
    bundle = authorities()
    encrypted = parts.scheme == "https"
    issuer = _issuer(name, parts.port or 443, proxy) if encrypted else ""
    return Connection(
        hosts.name, encrypted, _bare(proxy), issuer, bundle if isinstance(bundle, str) else ""
    )


def skew_of(client: Client) -> float | None:
    """How many seconds this machine's clock is ahead of Mixpanel's; `None` where it told none."""
    try:
        theirs = parsedate_to_datetime(client.date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return client.now() - theirs


def _issuer(host: str, port: int, proxy: str) -> str:
    """Who signed the certificate that the host, or whoever is between, shows.

    The certificate is fetched without trusting it, then read by a second handshake that trusts
    that very one.
    """
    open_ = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    open_.check_hostname = False
    open_.verify_mode = ssl.CERT_NONE
    try:
        shown = ssl.DER_cert_to_PEM_cert(_handshake(host, port, proxy, open_)[0])
        exact = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        exact.check_hostname = False
        exact.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        exact.load_verify_locations(cadata=shown)
        named = _handshake(host, port, proxy, exact)[1]
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    fields = dict(pair[0] for pair in named)
    return fields.get("organizationName") or fields.get("commonName") or ""


def _handshake(host: str, port: int, proxy: str, context: ssl.SSLContext) -> tuple[bytes, Any]:
    """The certificate that is shown, and its issuer where it was verified."""
    at = urlsplit(proxy)
    through = (at.hostname or host, at.port or port) if proxy else (host, port)
    connection = http.client.HTTPSConnection(*through, timeout=TIMEOUT, context=context)
    if proxy:
        connection.set_tunnel(host, port)
    try:
        connection.connect()
        sock = connection.sock
        read = sock.getpeercert() or {}
        return sock.getpeercert(True) or b"", read.get("issuer", ())
    finally:
        connection.close()


def _bare(proxy: str) -> str:
    parts = urlsplit(proxy)
    return f"{parts.hostname}:{parts.port}" if parts.hostname and parts.port else proxy and "set"
