"""Hosts: which are Mixpanel's, which are this machine, which are neither."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

REGIONS: Final = ("us", "eu", "in")
_MIXPANELS: Final = frozenset(
    {"mixpanel.com", "eu.mixpanel.com", "in.mixpanel.com"}
    | {f"{api}{region}.mixpanel.com" for api in ("data", "api") for region in ("", "-eu", "-in")}
)


def host_problem(address: str) -> str:
    """Why an address cannot be a host, without repeating it; empty if it can."""
    parts = _split(address)
    if parts is None or (parts.scheme in {"http", "https"} and not parts.hostname):
        return "is no address"
    if parts.scheme not in {"http", "https"}:
        return "must begin with https://"
    if parts.username is not None or parts.password is not None:
        return "must hold no name and no password"
    if parts.query or parts.fragment or any(c.isspace() or not c.isprintable() for c in address):
        return "must be scheme, host and port alone"
    if parts.scheme == "http" and not is_loopback(address):
        return "must begin with https://; plain http is only for this machine (127.0.0.1)"
    return ""


def is_loopback(address: str) -> bool:
    """Whether an address is this machine: 127.0.0.0/8, localhost or ::1."""
    parts = _split(address)
    name = (parts.hostname if parts else None) or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_mixpanels(address: str) -> bool:
    """Whether an address is one of Mixpanel's own, reached as it should be."""
    parts = _split(address)
    if parts is None or parts.scheme != "https" or parts.port not in {None, 443}:
        return False
    return parts.hostname in _MIXPANELS


def same_host(one: str, other: str) -> bool:
    """Whether two addresses name the same."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts
