"""`mpgov auth rotate`: a service account is replaced by a new one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from mpgov.cli import options
from mpgov.cli.auth_asking import ask_account, ask_secret, typed
from mpgov.errors import UsageError
from mpgov.render.visible import visible

if TYPE_CHECKING:
    from mpgov.workflows.project import Surroundings
    from mpgov.workflows.rotation import Rotated, RotateWish

LONGEST = 3650  # days: ten years
PAGE = """\
In Mixpanel, as an owner or admin: Settings > Organization Settings > Service Accounts
(or Project Settings > Service Accounts) > Add Service Account. Give it the roles of
{old}; Mixpanel shows its secret once."""


@click.command(
    "rotate",
    short_help="Replace the service account by a new one.",
    epilog="""\b
Examples:
  mpgov auth rotate --project production --reason 'every 90 days'
  mpgov auth rotate --yes --keep-old 7 --store-command 'gh secret set MIXPANEL_SECRET'""",
)
@options.project
@click.option(
    "--keep-old", type=click.IntRange(1, LONGEST), metavar="DAYS", help="Delete the old one later."
)
@click.option("--end-old", is_flag=True, help="Delete now what an earlier --keep-old keeps.")
@click.option(
    "--expires", type=click.IntRange(1, LONGEST), metavar="DAYS", help="The new one is to end then."
)
@click.option(
    "--store-command",
    metavar="COMMAND",
    default="",
    help="Give it the new secret on stdin; $MPGOV_SERVICE_ACCOUNT is its name.",
)
@click.option(
    "--manual", is_flag=True, help="Where rights are missing: somebody makes the new one by hand."
)
@click.option("--service-account", metavar="NAME", help="With --manual: the new one's name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.reason
@options.no_wait
@options.max_wait
@click.pass_context
def rotate(
    ctx: click.Context,
    *,
    project: str | None,
    keep_old: int | None,
    end_old: bool,
    expires: int | None,
    store_command: str,
    manual: bool,
    service_account: str | None,
    yes: bool,
    reason: str,
    no_wait: bool,
    max_wait: float,
) -> None:
    """Replace the service account by a new one with the same roles.

    The new one is made, joined to the same projects, verified and put in use before the old one
    is deleted. If anything fails the old one stays. Interrupted, it is finished or taken back by
    calling it again.
    """
    from mpgov.workflows.rotation import (  # noqa: PLC0415 requests is heavy
        RotateWish,
        interrupted,
        refuse_elsewhere,
    )
    from mpgov.workflows.turns import turn_of_account  # noqa: PLC0415 as above

    if service_account and not manual:
        raise UsageError("--service-account names the new one of --manual")
    if not (yes or manual or sys.stdin.isatty()):
        raise UsageError("there is no terminal to ask on", hint="--yes does not ask")
    found = options.around(ctx, project, max_wait)
    wish = RotateWish(keep_old, store_command, expires, reason, end_old)
    with turn_of_account(found, found.project(), wait=not no_wait):
        found = options.around(ctx, project, max_wait)  # another rotation may just have ended
        refuse_elsewhere(found)
        settled = interrupted(found, wish)
        if settled is not None and settled.how != "undone":
            _tell(ctx, found, settled)
        if end_old:
            raise UsageError("no old account is kept: there is nothing to end")
        done = _by_hand(found, wish, service_account) if manual else _by_api(ctx, found, wish, yes)
        _tell(ctx, found, done)


def _by_api(ctx: click.Context, found: Surroundings, wish: RotateWish, yes: bool) -> Rotated:
    from mpgov.workflows.rotation import prepare  # noqa: PLC0415 requests is heavy

    rotating = prepare(found, wish)
    rotation = rotating.rotation
    roles = ", ".join(f"{role} in {project}" for project, role in rotation.roles.items())
    later = "" if wish.keep_old is None else f" after {wish.keep_old} days"
    asked = f"Replace {visible(rotation.old)} ({roles}) by a new account, and delete it{later}?"
    if not yes and not click.confirm(asked, err=True):
        options.tell(ctx, "nothing was changed")
        ctx.exit(130)
    return rotating.carry_out()


def _by_hand(found: Surroundings, wish: RotateWish, account: str | None) -> Rotated:
    from mpgov.storage.secret import Secret  # noqa: PLC0415 as above
    from mpgov.workflows.rotation_manual import (  # noqa: PLC0415 as above
        prepare_manual,
        rotate_manually,
    )

    old = prepare_manual(found, wish)
    click.echo(PAGE.format(old=visible(old)), err=True)
    new = account or ask_account("The new one's name", "say --service-account NAME")
    said = {"--service-account": new, "--store-command": wish.store_command}
    again = typed("auth rotate --manual", said, found.scope)
    return rotate_manually(found, wish, new, Secret(ask_secret(new, again)))


def _tell(ctx: click.Context, found: Surroundings, done: Rotated) -> NoReturn:
    """What became of it, and what to do next."""
    rotation = done.rotation
    old, new = visible(rotation.old), visible(rotation.new)
    ends = {
        "rotated": f"{old}: gone, and its secret forgotten",
        "undone": f"{old}: stays in use",
        "kept": f"{old}: kept until {rotation.until}"
        if rotation.until
        else f"{old}: delete it in Mixpanel",
        "waiting": f"{old}: {visible(done.text)}",
    }
    rows = {"account": new or old, "replaced": ends[done.how], "record": f"run {rotation.run}"}
    for name, value in rows.items():
        click.echo(f"{name:<9} {value}")
    if done.how in {"kept", "waiting"}:
        again = f"mpgov auth rotate{rotation.ending}{found.scope}"
        when = "once that is done" if rotation.manual else "then, or now"
        options.tell(ctx, f"next: {again}, {when}: it ends the old one's record")
    from mpgov.workflows.auth import outside  # noqa: PLC0415 requests is heavy

    for line in outside(found, rotation.old, rotation.new) if done.how != "undone" else ():
        options.tell(ctx, f"next: {line}")
    ctx.exit(1 if done.how == "waiting" else 0)
