"""`mpgov auth`: credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from mpgov.cli import options
from mpgov.cli.auth_asking import ask_account, ask_secret, typed
from mpgov.cli.auth_list import accounts
from mpgov.cli.auth_rotate import rotate
from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.errors import AuthError, UsageError
from mpgov.render.visible import visible

if TYPE_CHECKING:
    from mpgov.workflows.auth import Standing, Status

ASKED: Final = "Service account (empty if you have none yet)"
HOW_TO_GET_ONE: Final = """\
\b
A service account is Mixpanel's login for programs: a name and a secret.
To make one: Mixpanel > Settings > Organization Settings > Service Accounts
(or Project Settings > Service Accounts), as an owner or admin.
Role in the project: admin, to sync; analyst is enough for diff and export.

\b
If you may not, send this to one of your Mixpanel admins:

\b
  Hello! Could you make a Mixpanel service account for our tracking plan?
  Settings > Organization Settings > Service Accounts > Add Service Account;
  name: plan-sync; project role: admin (it is used for Lexicon alone).
  Please send me its name, the project's id and region (US, EU or India),
  and the secret by a safe way: Mixpanel shows it only once. Thank you!
"""

EXAMPLES_LOGIN: Final = """\
\b
Examples:
  mpgov auth login --project production
  pass show mixpanel | mpgov auth login --service-account gov.1a2b3c.mp-service-account
"""

service_account = click.option(
    "--service-account", metavar="NAME", help="Its name; else as mpgov.toml or the environment say."
)


@click.group(
    "auth",
    epilog="""\b
Examples:
  mpgov auth login --project production
  mpgov auth status --format json""",
)
def command() -> None:
    """Credentials: log in, log out, see what they are worth, replace them."""


command.add_command(rotate)
command.add_command(accounts)


@command.command(
    "login",
    short_help="Verify a secret and keep it in the keyring.",
    epilog=f"{HOW_TO_GET_ONE}\n{EXAMPLES_LOGIN}",
)
@options.project
@service_account
@click.option("--region", type=click.Choice(["us", "eu", "in"]), help="Where the project lives.")
@click.option("--notify", is_flag=True, help="Keep the address that --notify posts to, instead.")
@options.max_wait
@click.pass_context
def login(
    ctx: click.Context,
    *,
    project: str | None,
    service_account: str | None,
    region: str | None,
    notify: bool,
    max_wait: float,
) -> None:
    """Verify a service account's secret and keep it in the system's keyring.

    The secret is asked for without echo, or read from stdin where that is no terminal.
    """
    from mpgov.storage.secret import Secret  # noqa: PLC0415 keyring is heavy
    from mpgov.workflows import auth  # noqa: PLC0415 requests is heavy

    if notify:
        _keep_address()
        return
    found = options.around(ctx, project, max_wait)
    chosen = auth.project_for(found, service_account or "", region or "")
    auth.prepare(chosen)
    if not chosen.service_account:
        chosen = auth.project_for(found, _ask_account(found.scope), region or "")
    said = {"--service-account": service_account, "--region": region}
    secret = ask_secret(chosen.service_account, typed("auth login", said, found.scope))
    standing, keyring = auth.login(found, chosen, Secret(secret))
    click.echo(_described(standing))
    click.echo(f"secret    kept in the keyring ({visible(keyring)})")
    for warning in standing.warnings:
        options.tell(ctx, f"warning: {warning}")
    for variable in auth.before_keyring(chosen):
        options.tell(ctx, f"note: {variable} is set and goes before the keyring")
    if missing := auth.unwritten(found, chosen):
        options.tell(ctx, f"next: {missing}")


@command.command(
    "status",
    short_help="Where the secret comes from, and what it is worth.",
    epilog="""\b
Examples:
  mpgov auth status
  mpgov auth status --project production --format json""",
)
@options.project
@options.format_option("text", "json")
@options.max_wait
@click.pass_context
def status(
    ctx: click.Context, *, project: str | None, format_: str | None, max_wait: float
) -> None:
    """Say where the secret comes from and what Mixpanel thinks of it."""
    from mpgov.workflows import auth  # noqa: PLC0415 requests is heavy

    found = options.around(ctx, project, max_wait)
    answer = auth.status(found, auth.project_for(found))
    click.echo(_as_json(answer) if format_ == "json" else _as_text(answer))
    for warning in answer.standing.warnings if answer.standing and not answer.problem else ():
        options.tell(ctx, f"warning: {warning}")
    if answer.problem:
        raise AuthError(answer.problem, hint=answer.hint)


@command.command(
    "logout",
    short_help="Remove a secret from the keyring.",
    epilog="""\b
Examples:
  mpgov auth logout
  mpgov auth logout --service-account gov.1a2b3c.mp-service-account""",
)
@options.project
@service_account
@click.option("--notify", is_flag=True, help="Forget the address that --notify posts to, instead.")
@click.pass_context
def logout(
    ctx: click.Context, *, project: str | None, service_account: str | None, notify: bool
) -> None:
    """Remove a service account's secret from the system's keyring."""
    from mpgov.workflows import auth  # noqa: PLC0415 requests is heavy

    if notify:
        gone = auth.forget_address()
        click.echo(f"the address for notifications {'is removed' if gone else 'was not kept'}")
        return
    account = service_account
    if not account:
        account = auth.project_for(options.around(ctx, project)).service_account
    if not account:
        raise UsageError("no service account is named", hint="say --service-account NAME")
    if auth.logout(account):
        click.echo(f"the secret of {visible(account)} is removed from the keyring")
        click.echo("Mixpanel still accepts it: delete the account there to end that")
    else:
        click.echo(f"the keyring holds no secret of {visible(account)}")
    for variable in auth.before_keyring():
        options.tell(ctx, f"note: {variable} is still set in the environment")


def _ask_account(scope: str) -> str:
    """The account's name, from a person; with none at hand, how to get one."""
    hint = "say --service-account NAME, or set MIXPANEL_SERVICE_ACCOUNT"
    name = ask_account(ASKED, hint)
    if not name:
        click.echo(HOW_TO_GET_ONE.replace("\b\n", ""))
        hint = f"mpgov auth login{scope}, once there is one"
        raise AuthError("no service account was named", hint=hint)
    return name


def _keep_address() -> None:
    """Keep the address of the team's chat; it is a secret as well."""
    from mpgov.storage.secret import Secret  # noqa: PLC0415 keyring is heavy
    from mpgov.workflows import auth  # noqa: PLC0415 as above

    address = Secret(ask_secret("the address for notifications", "auth login --notify"))
    click.echo(f"address   kept in the keyring ({visible(auth.keep_address(address))})")


def _described(standing: Standing) -> str:
    """What Mixpanel said of an account, as a person reads it."""
    writes = {
        "yes": "may write Lexicon",
        "no": "may not write Lexicon",
        "unknown": "whether it may write Lexicon is not known",
    }
    project = "none named yet"
    if standing.project_id:
        project = f"{standing.project_name or 'not a member'} ({standing.project_id})"
    rows = (
        ("account", standing.account),
        ("project", project),
        ("region", standing.region),
        ("role", f"{standing.role or 'unknown'}: {writes[standing.may_write]}"),
        ("expires", standing.expires or "not known"),
    )
    return "\n".join(f"{name:<9} {visible(value)}" for name, value in rows)


def _as_text(answer: Status) -> str:
    word = {"keyring": "the keyring", "command": "a command"}.get(answer.source, "the environment")
    kept = f"from {word} ({answer.kept})"
    head = (
        _described(answer.standing) if answer.standing else f"account   {visible(answer.account)}"
    )
    return f"{head}\nsecret    {visible(kept)}"


def _as_json(answer: Status) -> str:
    standing = answer.standing
    document: dict[str, Json] = {
        "format": 1,
        "account": answer.account,
        "source": answer.source,
        "keyring": answer.kept if answer.source == "keyring" else None,
        "variable": None if answer.source == "keyring" else answer.kept,
        "verified": standing is not None,
        "project": None,
        "region": None,
        "role": None,
        "may_write": None,
        "expires": None,
        "problem": answer.problem or None,
    }
    if standing is not None:
        document |= {
            "project": {"id": standing.project_id, "name": standing.project_name or None},
            "region": standing.region,
            "role": standing.role or None,
            "may_write": standing.may_write,
            "expires": standing.expires or None,
        }
    return dump(document, indent=1).rstrip("\n")
