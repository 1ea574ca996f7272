"""Commands that fetch a secret from a vault, or take one to where it is needed.

No shell is between: the words are parted as a shell would part them, and run. What such a command
says is not shown, since it may hold the secret; it can be run by hand.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from typing import Final

from mpgov.errors import AuthError, UsageError
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret

COMMAND: Final = "MPGOV_SECRET_COMMAND"
_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "cmd", "powershell", "pwsh"})
PATIENCE: Final = 120  # seconds: some vaults ask a person first


def fetched(command: str, project: Project, environ: Mapping[str, str]) -> Secret:
    """The secret that the command prints; it is told for whom in `MPGOV_SERVICE_ACCOUNT`."""
    done = _run(command, COMMAND, _environment(project.service_account, project.name, environ))
    secret = done.decode("utf-8", "replace").strip()
    if not secret:
        raise AuthError(f"{COMMAND} printed nothing", hint=_BY_HAND)
    if not is_one_word(secret):
        raise AuthError(f"{COMMAND} printed more than one word: that is no secret", hint=_BY_HAND)
    return Secret(secret)


def handed(command: str, account: str, secret: Secret, environ: Mapping[str, str]) -> None:
    """Give the secret to the command on its stdin; raises `AuthError` where it does not take it."""
    given = secret.reveal().encode()
    _run(command, "--store-command", _environment(account, "", environ), given)


def check_command(command: str, option: str) -> list[str]:
    """The words of a command; raises `UsageError` where it is none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{option} is no command: {error}") from None
    if not words:
        raise UsageError(f"{option} is empty")
    return words


def is_one_word(secret: str) -> bool:
    """Whether a text can be a secret of Mixpanel's: one word that can be printed."""
    return secret.isprintable() and " " not in secret


_BY_HAND: Final = "run the command by hand to see what it does"


def _hint(words: list[str]) -> str:
    """What to do about a command that failed: by hand it may work where a shell is wanted."""
    if words[0] not in _SHELLS and set("|<>&;$`") & set("".join(words)):
        return f"{_BY_HAND}; no shell runs it here: for pipes, > and $ say sh -c '…'"
    return _BY_HAND


def _environment(account: str, project: str, environ: Mapping[str, str]) -> dict[str, str]:
    told = {"MPGOV_SERVICE_ACCOUNT": account, "MPGOV_PROJECT": project}
    return {**environ, **{name: value for name, value in told.items() if value}}


def _run(command: str, option: str, environment: dict[str, str], given: bytes = b"") -> bytes:
    """What the command prints."""
    words = check_command(command, option)
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, from the user's own hand
            words,
            env=environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"did not end within {PATIENCE} s"
    except OSError as error:
        problem = f"cannot be run: {error.strerror or error}"
    else:
        if done.returncode == 0:
            return done.stdout
        problem = f"ended with {done.returncode}"
    raise AuthError(f"{option} {problem}", hint=_hint(words))
