"""What is asked of a person about credentials; a secret never as an argument, never with echo."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping

import click

from mpgov.errors import AuthError, UsageError
from mpgov.render.visible import visible


def ask_account(asked: str, hint: str) -> str:
    """An account's name, from a person; empty where they have none."""
    if not sys.stdin.isatty():
        raise UsageError("no service account is named", hint=hint)
    return str(click.prompt(asked, default="", show_default=False, err=True)).strip()


def typed(command: str, said: Mapping[str, str | None], scope: str = "") -> str:
    """A command as it was typed, with the options that it was given."""
    given = "".join(f" {option} {shlex.quote(value)}" for option, value in said.items() if value)
    return f"{command}{given}{scope}"


def ask_secret(account: str, command: str) -> str:
    """The secret, without echo, or all of stdin; never an argument, which `ps` would show.

    `command` is the one to call again where there is none.
    """
    if sys.stdin.isatty():
        asked = f"Secret of {visible(account)} (not shown)"
        secret = str(click.prompt(asked, hide_input=True, err=True)).strip()
    else:
        secret = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    if not secret:
        raise AuthError("there is no secret on stdin", hint=f"pass show … | mpgov {command}")
    if not secret.isprintable() or " " in secret:
        raise UsageError("that is no secret: it is more than one word")
    return secret
