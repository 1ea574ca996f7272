"""Where Mixpanel answers, and a connection to it that can be trusted with a secret."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import truststore
from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from mpgov import __version__

# Reference 1.1; ours for us, eu and in.
_APP: Final = {"us": "mixpanel.com", "eu": "eu.mixpanel.com", "in": "in.mixpanel.com"}
_DATA: Final = {
    "us": "data.mixpanel.com",
    "eu": "data-eu.mixpanel.com",
    "in": "data-in.mixpanel.com",
}
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The addresses of Mixpanel's APIs, without a final slash.

    `direct` is for an address on this machine: no proxy ever sees what goes there.
    """

    app: str
    query: str
    export: str
    direct: bool = False

    @property
    def name(self) -> str:
        """The host that answers, as a person would name it."""
        return urlsplit(self.app).netloc


class Reachable(Protocol):
    """A Mixpanel project, as much as is needed to talk to it."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def region(self) -> str:
        """us, eu or in."""

    @property
    def service_account(self) -> str:
        """Who asks."""

    @property
    def organization(self) -> int | None:
        """The organization it belongs to, where that is known."""

    @property
    def host(self) -> str:
        """One address for everything; empty for Mixpanel's own."""

    @property
    def is_local(self) -> bool:
        """Whether that address is this machine."""


def hosts_of(project: Reachable) -> Hosts:
    """Mixpanel's own hosts of the region; with a `host`, everything below that address."""
    if project.host:
        api = project.host.rstrip("/") + "/api"
        return Hosts(f"{api}/app", f"{api}/query", f"{api}/2.0/export", project.is_local)
    app, data = _APP[project.region], _DATA[project.region]
    return Hosts(
        f"https://{app}/api/app", f"https://{app}/api/query", f"https://{data}/api/2.0/export"
    )


def open_session(*, direct: bool, retries: Retry | int = 0) -> Session:
    """A session that trusts what this machine trusts, and keeps no cookies.

    The proxy variables count, except for a direct one; what the user set as REQUESTS_CA_BUNDLE
    counts instead of the system's trust store.
    """
    session = _Session()
    session.trust_env = not direct
    session.headers["User-Agent"] = f"mpgov/{__version__}"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    trusting = _SystemTrust if authorities() is True else HTTPAdapter
    session.mount("https://", trusting(max_retries=retries))
    session.mount("http://", HTTPAdapter(max_retries=retries))
    return session


def authorities() -> str | bool:
    """The bundle of certificates that the environment names, else `True`: the default."""
    return next((os.environ[name] for name in _BUNDLES if os.environ.get(name)), True)


class _Session(Session):
    """A session that leaves redirects alone; requests looks at them even where it must not."""

    def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002 requests' name
        return None


class _SystemTrust(HTTPAdapter):
    """TLS against the system's trust store, where companies put their own authorities."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["ssl_context"] = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        kwargs["ssl_context"] = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return super().proxy_manager_for(proxy, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:  # requests would add certifi's authorities to the system's
            conn.ca_certs = conn.ca_cert_dir = None
