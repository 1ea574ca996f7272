"""Where notifications go, and which findings were told already."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mpgov.core.baseline import Baseline
from mpgov.errors import AuthError, UsageError
from mpgov.storage.baseline import dump_baseline, read_baseline
from mpgov.storage.credentials import kept_secret
from mpgov.storage.files import write_beside
from mpgov.storage.hosts import is_loopback
from mpgov.storage.secret import Secret

VARIABLE: Final = "MPGOV_NOTIFY_URL"
ACCOUNT: Final = "notify"  # its name in the keyring, under the service mpgov
NAME: Final = "notified.json"


def notify_address(environ: Mapping[str, str]) -> Secret:
    """The address to post to, from the environment or the keyring."""
    found = environ.get(VARIABLE, "").strip()
    secret = Secret(found) if found else kept_secret(ACCOUNT)
    if secret is None:
        raise AuthError(
            "there is no address to notify",
            hint=f"set {VARIABLE}, or mpgov auth login --notify (it is a secret: never an option)",
        )
    check_address(secret)
    return secret


def check_address(secret: Secret) -> None:
    """Refuse what cannot be posted to safely, without repeating it."""
    address = secret.reveal()
    if not address.startswith("https://") and not is_loopback(address):
        raise UsageError("the address to notify must begin with https://")
    if not address.isprintable() or " " in address:
        raise UsageError("the address to notify is none")


def is_direct(secret: Secret) -> bool:
    """Whether the address is this machine."""
    return is_loopback(secret.reveal())


def read_told(folder: Path) -> Baseline:
    """The findings that were told already; none where there is no file."""
    path = folder / NAME
    return read_baseline(path, NAME) if path.exists() else {}


def write_told(folder: Path, told: Baseline) -> None:
    """Remember what was told."""
    write_beside(folder / NAME, dump_baseline(told))
