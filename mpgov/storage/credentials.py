"""Secrets: from the environment or the system's keyring, never from or into a file."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from mpgov.errors import AuthError
from mpgov.storage.hosts import is_loopback, is_mixpanels
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret
from mpgov.storage.secret_command import COMMAND, fetched

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")
Source: TypeAlias = Literal["environment", "command", "keyring"]

VARIABLE: Final = "MIXPANEL_SERVICE_ACCOUNT_SECRET"
SERVICE: Final = "mpgov"
NO_KEYRING: Final = f"set {VARIABLE} in the environment instead; mpgov never writes it to a file"


@dataclass(frozen=True, slots=True)
class Found:
    """A secret and where it came from; `kept` is the keyring's name, or the variable's."""

    secret: Secret
    source: Source
    kept: str


def find_secret(project: Project, environ: Mapping[str, str]) -> Secret | None:
    """The secret of the project's service account, if there is one and the host may have it."""
    found = locate_secret(project, environ)
    return found.secret if found else None


def require_secret(project: Project, environ: Mapping[str, str], scope: str = "") -> Secret:
    """The secret; an error that says what to do where there is none."""
    return require_found(project, environ, scope).secret


def require_found(project: Project, environ: Mapping[str, str], scope: str = "") -> Found:
    """The secret and where it is kept; an error that says what to do where there is none.

    `scope` is what the command that is suggested needs to mean this project.
    """
    if not project.service_account:
        whose = f" for project {project.name}" if project.name else ""
        raise AuthError(
            f"no service account is named{whose}",
            hint="set MIXPANEL_SERVICE_ACCOUNT, or service_account in mpgov.toml; "
            f"mpgov auth login{scope} helps",
        )
    found = locate_secret(project, environ)
    if found is None:
        raise AuthError(
            f"there is no secret for {project.service_account}",
            hint=f"mpgov auth login{scope}, or set {VARIABLE}",
        )
    return found


def locate_secret(project: Project, environ: Mapping[str, str]) -> Found | None:
    """The secret and where it is kept: the environment goes before the keyring.

    In the environment the project's own variable goes first, and the command of a vault last.
    """
    check_host(project)
    for variable in variables_of(project):
        value = environ.get(variable, "").strip()
        if value:
            return Found(Secret(value), "environment", variable)
    if command := environ.get(COMMAND, "").strip():
        return Found(fetched(command, project, environ), "command", COMMAND)
    backend = usable_keyring()
    if backend is None or not project.service_account:
        return None
    kept = _kept(backend, project.service_account)
    return Found(kept, "keyring", keyring_name(backend)) if kept else None


def possible_secrets(project: Project, environ: Mapping[str, str]) -> Iterator[Secret]:
    """Every secret that may be the account's, wherever one is kept.

    A vault that does not know the account has none for it.
    """
    check_host(project)
    values = [environ.get(variable, "").strip() for variable in variables_of(project)]
    found = [Secret(value) for value in values if value]
    if command := environ.get(COMMAND, "").strip():
        with contextlib.suppress(AuthError):
            found.append(fetched(command, project, environ))
    if kept := kept_secret(project.service_account):
        found.append(kept)
    yield from (one for place, one in enumerate(found) if one not in found[:place])


def variables_of(project: Project) -> tuple[str, ...]:
    """The variables that may hold the project's secret, its own before the common one.

    `[projects.eu-shop]` has `MIXPANEL_SERVICE_ACCOUNT_SECRET__EU_SHOP`; its name as it stands is
    taken, too.
    """
    if not project.name:
        return (VARIABLE,)
    name = re.sub(r"[^A-Z0-9]", "_", project.name.upper())
    own = dict.fromkeys((f"{VARIABLE}__{name}", f"{VARIABLE}__{project.name}"))
    return (*own, VARIABLE)


def check_host(project: Project) -> None:
    """Refuse to send a secret to a host that only a file names (design 3)."""
    host = project.host
    if not host or project.host_from_environment or is_loopback(host) or is_mixpanels(host):
        return
    raise AuthError(
        f"mpgov.toml sends project {project.name} to {host}, which is neither Mixpanel's nor "
        "this machine: it gets no secret",
        hint=f"if that is right, set MIXPANEL_HOST={host}",
    )


def kept_secret(account: str) -> Secret | None:
    """The secret of an account in the keyring, if there is a keyring and it holds one."""
    backend = usable_keyring()
    return None if backend is None or not account else _kept(backend, account)


def store_secret(account: str, secret: Secret) -> str:
    """Put a secret into the keyring and read it back; the keyring's name."""
    backend = usable_keyring()
    if backend is None:
        raise AuthError("there is no system keyring to keep the secret in", hint=NO_KEYRING)
    _asked(lambda: backend.set_password(SERVICE, account, secret.reveal()), "written")
    kept = _asked(lambda: backend.get_password(SERVICE, account), "read")
    if kept is None or Secret(kept) != secret:
        raise AuthError(
            f"the keyring ({keyring_name(backend)}) does not give back what it was given",
            hint=NO_KEYRING,
        )
    return keyring_name(backend)


def delete_secret(account: str) -> bool:
    """Remove a secret from the keyring; whether there was one."""
    backend = usable_keyring()
    if backend is None or not _asked(lambda: backend.get_password(SERVICE, account), "read"):
        return False
    _asked(lambda: backend.delete_password(SERVICE, account), "changed")
    return True


def usable_keyring() -> KeyringBackend | None:
    """The system's keyring; none where it is no keyring, or one that keeps plain text."""

    def first() -> KeyringBackend | None:
        import keyring  # noqa: PLC0415 heavy

        return next(iter(_usable(keyring.get_keyring())), None)

    return _asked(first, "opened")


def keyring_name(backend: KeyringBackend) -> str:
    """The keyring's name, as it calls itself."""
    return str(backend.name)


def _kept(backend: KeyringBackend, account: str) -> Secret | None:
    kept = _asked(lambda: backend.get_password(SERVICE, account), "read")
    return Secret(kept) if kept else None


def _usable(backend: KeyringBackend) -> Iterable[KeyringBackend]:
    """The backend, or the first of a chain, if it keeps secrets secret.

    A chain writes to its first one: if that is not to be trusted, the chain is not.
    """
    from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415 heavy

    if isinstance(backend, ChainerBackend):
        return [one for first in backend.backends[:1] for one in _usable(first)]
    return [] if any(_keeps_nothing(kind) for kind in type(backend).__mro__) else [backend]


def _keeps_nothing(kind: type) -> bool:
    module, name = kind.__module__, kind.__qualname__
    if module in {"keyring.backends.null", "keyring.backends.fail"}:
        return True
    return module.split(".")[:2] == ["keyrings", "alt"] and "Plaintext" in name


def _asked(question: Callable[[], T], done: str) -> T:
    """What the keyring answers; whatever it raises, as one line of ours."""
    problem = ""
    try:
        return question()
    except Exception as error:  # noqa: BLE001 backends raise anything: D-Bus, Windows, plug-ins
        problem = type(error).__name__
    raise AuthError(f"the system keyring cannot be {done} ({problem})", hint=NO_KEYRING)
