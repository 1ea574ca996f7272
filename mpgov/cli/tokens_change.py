"""`mpgov tokens add` and `rotated`: what changes the register, and is recorded."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from mpgov.cli import options
from mpgov.core.model import OWNER
from mpgov.core.tokens import ENVIRONMENTS, KINDS, LONGEST, Token, days_of
from mpgov.errors import UsageError

if TYPE_CHECKING:
    from mpgov.workflows.token_changes import Changed


@click.command(
    "add",
    short_help="Put a token into the register.",
    epilog="""\b
Examples:
  pass show mixpanel/web | mpgov tokens add web-production --kind project_token
  mpgov tokens add sync --kind service_account --account gov.1a2b3c.mp-service-account""",
)
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is in Mixpanel.")
@click.option("--project", metavar="NAME", default="", help="Its project; else the default one.")
@click.option("--environment", type=click.Choice(ENVIRONMENTS), help="Which it is for.")
@click.option("--holder", metavar="WHO", default="", help="Who answers: an e-mail, or team:Name.")
@click.option("--used-in", multiple=True, metavar="WHERE", help="Where it is used. Repeatable.")
@click.option("--rotate-every", metavar="DAYS", default="", help="Its schedule: 365 days.")
@click.option("--last-rotated", metavar="DAY", default="", help="When it was made or replaced.")
@click.option("--account", metavar="NAME", default="", help="A service account's name.")
@click.option("--role", metavar="ROLE", default="", help="The role that it is meant to have.")
@click.option("--note", metavar="TEXT", default="", help="Whatever else is worth knowing.")
@options.reason
@click.pass_context
def add(
    ctx: click.Context,
    *,
    name: str,
    kind: str,
    project: str,
    environment: str | None,
    holder: str,
    used_in: tuple[str, ...],
    rotate_every: str,
    last_rotated: str,
    account: str,
    role: str,
    note: str,
    reason: str,
) -> None:
    """Put a token into the register; its value on stdin is fingerprinted and forgotten.

    Without a value on stdin, the fingerprint is left out: a scan then knows it by its shape alone.
    """
    from mpgov.workflows.token_changes import add as added  # noqa: PLC0415 - it brings requests

    token = Token(
        name=_name(name),
        kind=kind,
        project=project,
        environment=environment or "",
        holder=_holder(holder),
        used_in=tuple(dict.fromkeys(used_in)),
        rotate_every=_days(rotate_every),
        last_rotated=_day("--last-rotated", last_rotated),
        account=account,
        role=role,
        note=note,
    )
    _tell(ctx, added(options.around(ctx, None), token, _value(), reason), "added to")


@click.command(
    "rotated",
    short_help="Say that a token was replaced.",
    epilog="""\b
Examples:
  pass show mixpanel/web | mpgov tokens rotated web-production --reason 'every year'
  mpgov tokens rotated sync --reason 'Tom left' --account gov.4d5e6f.mp-service-account""",
)
@click.argument("name")
@click.option("--reason", metavar="TEXT", required=True, help="Why; goes into the record.")
@click.option("--on", metavar="DAY", default="", help="When it was; else today.")
@click.option("--account", metavar="NAME", default="", help="The new service account's name.")
@click.pass_context
def rotated(ctx: click.Context, *, name: str, reason: str, on: str, account: str) -> None:
    """Say that a token was replaced; the new value on stdin is fingerprinted and forgotten.

    The old fingerprint is kept as retired, so that a scan still knows it. Replace it in Mixpanel
    first: mpgov auth rotate for service accounts, an owner of the project for API secrets,
    Mixpanel's support for project tokens.
    """
    from mpgov.workflows.token_changes import rotated as replaced  # noqa: PLC0415 - requests

    if not reason.strip():
        raise UsageError("--reason says nothing", hint="--reason 'every year'")
    around, value = options.around(ctx, None), _value()
    done = replaced(around, name, value, reason, on=_day("--on", on), account=account)
    _tell(ctx, done, "rotated in")


def _tell(ctx: click.Context, done: Changed, verb: str) -> None:
    known = f" ({done.token.fingerprint})" if done.token.fingerprint else ""
    options.tell(ctx, f"{done.token.name}{known}: {verb} {done.file}, and recorded")
    for note in done.notes:
        options.tell(ctx, f"note: {note}")


def _value() -> str:
    """The value on stdin, where something is piped; never an argument, which `ps` would show."""
    stream = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        return ""
    return stream.buffer.read().decode("utf-8", "replace").strip()


def _name(name: str) -> str:
    if name.strip() and name.isprintable() and name == name.strip():
        return name
    raise UsageError("a token needs a name, in one line", hint="web-production, for one")


def _holder(holder: str) -> str:
    if not holder or OWNER.fullmatch(holder):
        return holder
    raise UsageError(f"--holder {holder}: is no holder", hint="an e-mail, or team:Name")


def _days(text: str) -> int | None:
    days = days_of(text) if text else None
    if text and days is None:
        raise UsageError(f"--rotate-every {text}: 1 to {LONGEST} days", hint="365, or '365 days'")
    return days


def _day(option: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"{option} {text}: is no day", hint="2026-11-24") from None
