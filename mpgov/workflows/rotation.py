"""Replace a service account by a new one: refuse first, then step by step, finished or undone.

An interrupted rotation is settled by the next call: where the new account's secret was kept it
goes on, else what was made is taken away again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from mpgov.core.accounts import WRITERS, Membership, ServiceAccount, cannot_be_made
from mpgov.core.moment import stamp
from mpgov.core.record import moment
from mpgov.core.rotation import Rotation, label_of
from mpgov.errors import AuthError, BusyError, MpgovError, RemoteError, UsageError
from mpgov.mixpanel.access import Access, who_am_i
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.service_accounts import accounts_of_project
from mpgov.storage.credentials import require_found, usable_keyring
from mpgov.storage.projects import Project, read_environment
from mpgov.storage.secret import Secret
from mpgov.storage.secret_command import check_command
from mpgov.storage.toml_edit import check_rename
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder, run_id
from mpgov.workflows.rotation_log import RotationLog, unfinished
from mpgov.workflows.rotation_steps import RotationSteps
from mpgov.workflows.token_changes import of_account

TAKEN: Final = "--store-command 'gh secret set …' takes the new secret on its stdin"

Ended: TypeAlias = Literal["rotated", "kept", "undone", "waiting"]


@dataclass(frozen=True, slots=True)
class RotateWish:
    """What was asked of a rotation; `keep_old` and `expires` in days."""

    keep_old: int | None = None
    store_command: str = ""
    expires: int | None = None
    reason: str = ""
    end_old: bool = False


@dataclass(frozen=True, slots=True)
class Rotated:
    """How a rotation ended, and what there is to know about it."""

    how: Ended
    rotation: Rotation
    text: str = ""


@dataclass(slots=True)
class Rotating:
    """A rotation that was prepared: everything that can be refused was."""

    steps: RotationSteps
    client: Client
    wish: RotateWish

    @property
    def rotation(self) -> Rotation:
        """What is to be done."""
        return self.steps.rotation

    def carry_out(self) -> Rotated:
        """Make the new account, prove it, put it in use, and end the old one."""
        steps = self.steps
        steps.log.begin()
        with steps.log.told():
            try:
                secret = steps.create(self.client)
            except MpgovError as error:
                raise _undone(steps, [self.client], error) from None
            return go_on(steps, secret, [self.client], self.wish)


def prepare(around: Surroundings, wish: RotateWish) -> Rotating:
    """Find out all that is needed, and refuse what cannot be; nothing is changed yet."""
    project = around.project()
    found = require_found(project, os.environ, around.scope)
    _refuse_homeless(found.source, wish)
    recorder = recorder_of(around, project, wish.reason)
    recorder.ledger.prepare()
    client = connect(around, project, found.secret)
    access = who_am_i(client)
    ours, places = _places(client, access)
    check_named(around, ours.name)
    problems = list(_problems(access, places))
    if problems:
        raise AuthError("\n".join(problems), hint=_by_hand(client.scope))
    now = around.now()
    rotation = Rotation(
        run_id(now),
        ours.name,
        ours.id,
        label_of(ours.name, stamp(now)[:10], secrets.token_hex(3)),
        access.organization,
        (access.organization_role or "").lower(),
        {place.project: place.role for place in places},
        keep=wish.keep_old,
        delivers=bool(wish.store_command),
    )
    log = RotationLog(recorder, rotation)
    ends = _end_of(ours, wish, now)
    return Rotating(RotationSteps(around, project, log, wish.store_command, ends), client, wish)


def go_on(steps: RotationSteps, secret: Secret, clients: list[Client], wish: RotateWish) -> Rotated:
    """From the new account to the old one's end; taken back where it does not work."""
    new = steps.client_of(steps.rotation.new, secret)
    done = steps.rotation.steps
    try:
        if "joined" not in done:
            steps.join(clients[0])
        steps.verify(secret)
        if "stored" not in done:
            steps.store(secret)
        steps.name()
        if steps.store_command and "delivered" not in done:
            steps.deliver(secret)
    except MpgovError as error:
        if steps.rotation.is_in_use:
            raise
        raise _undone(steps, clients, error) from None
    steps.register(secret)
    keep = steps.rotation.keep if wish.keep_old is None else wish.keep_old
    if keep is not None and not wish.end_old:
        until = datetime.fromtimestamp(steps.around.now(), UTC) + timedelta(days=keep)
        steps.log.kept(f"{until:%Y-%m-%d}")
        return Rotated("kept", steps.rotation)
    steps.end_old([new, *clients])
    return Rotated("rotated", steps.rotation)


def interrupted(around: Surroundings, wish: RotateWish) -> Rotated | None:
    """Settle a rotation that was begun and never ended; nothing where there is none."""
    project = around.project()
    recorder = recorder_of(around, project, wish.reason)
    rotation = unfinished(recorder)
    if rotation is None:
        return None
    log = RotationLog(recorder, rotation)
    steps = RotationSteps(around, project, log, wish.store_command)
    if not rotation.is_waiting:
        around.notify(f"the rotation {rotation.run} of {rotation.old} was interrupted")
    if rotation.manual:
        return _settle_manual(steps)
    return _settle(steps, wish)


def check_named(around: Surroundings, account: str) -> None:
    """Raise `InputError` where mpgov.toml or the register cannot name another account instead."""
    if around.settings.file:
        check_rename(around.settings.file, account)
    of_account(around, account)


def refuse_elsewhere(around: Surroundings) -> None:
    """Refuse where another project's record has a rotation of this account that has not ended."""
    here = around.project()
    for name, project in around.settings.projects.items():
        if name == here.name or project.service_account != here.service_account:
            continue
        there = replace(around, project_name=name)
        with suppress(UsageError):
            found = unfinished(recorder_of(there, there.project(), ""))
            if found is not None and here.service_account in {found.old, found.new}:
                raise BusyError(
                    f"project {name} has a rotation of {found.old} that has not ended",
                    hint=f"mpgov auth rotate{found.ending}{there.scope}",
                )


def refuse_unkept(wish: RotateWish) -> None:
    """Refuse where nothing would keep the new secret; a variable is nothing mpgov can set."""
    if not wish.store_command and usable_keyring() is None:
        raise AuthError("there is no system keyring to keep the new secret in", hint=TAKEN)


def recorder_of(around: Surroundings, project: Project, reason: str) -> Recorder:
    """The record, as it is now."""
    recorder = Recorder(around, project, None, reason, kind="token")
    if recorder.branch is not None:
        recorder.branch.fetch()
    return recorder


def _settle(steps: RotationSteps, wish: RotateWish) -> Rotated:
    """Go on with the new account where its secret is there, else take back what was made.

    Mixpanel and mpgov.toml say what is true; a line of the record may be missing.
    """
    rotation = steps.rotation
    if "deleted" in rotation.steps:
        steps.forget_old()
        return Rotated("rotated", rotation)
    if rotation.is_waiting and not wish.end_old and rotation.until > _today(steps.around):
        with suppress(AuthError, RemoteError):
            if steps.is_ended(_accepted(steps)):
                steps.forget_old()
                return Rotated("rotated", rotation)
        return Rotated("waiting", rotation, f"kept until {rotation.until}")
    clients = _accepted(steps)
    steps.recognise(clients)
    new = steps.proved(steps.rotation.new)
    if rotation.is_in_use and new is None:
        raise AuthError(
            f"{rotation.new} is in use, but its secret is not here to prove that it works; "
            f"{rotation.old} is kept",
            hint=f"set MIXPANEL_SERVICE_ACCOUNT={rotation.new} and its secret, and call it again",
        )
    if new is None:
        with steps.log.told():
            steps.undo(clients, "it was interrupted before its secret was kept", recovered=True)
        return Rotated("undone", steps.rotation)
    if rotation.is_waiting:
        with steps.log.told():
            steps.end_old([new[0], *clients])
        return Rotated("rotated", steps.rotation)
    if rotation.owes_delivery and not wish.store_command and wish.keep_old is None:
        raise UsageError(
            f"{rotation.new} is not yet where --store-command was to take its secret",
            hint="call it with --store-command again; or --keep-old DAYS gives you time",
        )
    with steps.log.told():
        return go_on(steps, new[1], clients, wish)


def _accepted(steps: RotationSteps) -> list[Client]:
    """Mixpanel as whoever of old and new it still takes; raises where it takes neither."""
    names = dict.fromkeys((steps.rotation.old, steps.project.service_account, steps.rotation.new))
    clients = [found[0] for found in map(steps.proved, names) if found is not None]
    if not clients:
        scope = steps.around.scope
        raise AuthError(
            f"neither {steps.rotation.old} nor what was to replace it is accepted by Mixpanel",
            hint=f"mpgov auth login{scope} with an account that is, "
            f"then mpgov auth rotate{scope} again",
        )
    return clients


def _settle_manual(steps: RotationSteps) -> Rotated:
    """Find out whether a person has ended the old account."""
    rotation, named = steps.rotation, steps.project.service_account
    if not rotation.is_waiting and named == rotation.old:
        steps.log.end(f"given up, {rotation.old} stays", recovered=True)
        return Rotated("undone", rotation)
    if not rotation.is_waiting:  # it was put in use, and the record does not know it yet
        steps.log.made(named, 0)
        steps.log.kept("")
    new = steps.proved(steps.rotation.new)
    if new is None:
        raise AuthError(
            f"{steps.rotation.new} is in use, but no secret of it is here",
            hint=f"mpgov auth login{steps.around.scope}",
        )
    if _is_there(steps, new[0]):
        return Rotated("waiting", steps.rotation, "Mixpanel still has it: delete it there")
    steps.forget_old()
    return Rotated("rotated", steps.rotation)


def _is_there(steps: RotationSteps, client: Client) -> bool:
    """Whether the old account is still there: by the project's list, else by its own secret."""
    old = steps.rotation.old
    try:
        return any(account.name == old for account in accounts_of_project(client))
    except (AuthError, RemoteError):
        return steps.proved(old) is not None


def _undone(steps: RotationSteps, clients: list[Client], error: MpgovError) -> MpgovError:
    """Take back what was made, for this reason; the error to end with."""
    try:
        steps.undo(clients, error.message)
        error.hint = error.hint or f"{steps.rotation.old} stays in use; nothing else changed"
        error.message += "; what was made was removed again"
    except MpgovError as failure:
        error.message += f"; what was made could not be removed yet: {failure.message}"
        error.hint = failure.hint
    return error


def _refuse_homeless(source: str, wish: RotateWish) -> None:
    """Refuse where the new name and secret would reach nobody."""
    if wish.store_command:
        check_command(wish.store_command, "--store-command")
    is_outside = source != "keyring" or bool(read_environment(os.environ).account)
    if is_outside and wish.keep_old is None and not wish.store_command:
        raise UsageError(
            "the account's name or secret comes from the environment, where mpgov cannot put the "
            "new one, and the old one would end at once",
            hint=TAKEN
            if usable_keyring() is None
            else f"{TAKEN}; or --keep-old DAYS gives you time",
        )
    refuse_unkept(wish)


def _places(client: Client, access: Access) -> tuple[ServiceAccount, tuple[Membership, ...]]:
    """The account as Mixpanel lists it, and its place in every project of its organization."""
    places: list[Membership] = []
    ours: ServiceAccount | None = None
    for project in access.roles or {client.project_id: ""}:
        for account in accounts_of_project(client, project):
            if account.name == client.account:
                ours = account
                places.append(Membership(project, account.role, account.grant, account.sensitive))
    if ours is None or not ours.id:
        raise AuthError(
            f"Mixpanel does not list {client.account} among the accounts of its projects",
            hint=_by_hand(client.scope),
        )
    return ours, tuple(places)


def _by_hand(scope: str) -> str:
    return f"mpgov auth rotate --manual{scope}: somebody with the rights makes the new one"


def _problems(access: Access, places: tuple[Membership, ...]) -> Iterator[str]:
    """Why the account cannot be replaced by API."""
    role = (access.organization_role or "").lower()
    if role not in WRITERS:
        shown = access.organization_role or "none that Mixpanel tells"
        yield (
            "only owners and admins of the organization make service accounts by API; this "
            f"account's role in it is {shown}"
        )
    yield from cannot_be_made(places)


def _end_of(ours: ServiceAccount, wish: RotateWish, now: float) -> str:
    """When the new account is to expire: as asked, else after as long as the old one had."""
    life = timedelta(days=wish.expires) if wish.expires is not None else None
    made, ends = moment(ours.created), moment(ours.expires) if ours.expires else None
    if life is None and made is not None and ends is not None and ends > made:
        life = ends - made
    if life is None:
        return ""
    return f"{datetime.fromtimestamp(now, UTC) + life:%Y-%m-%dT%H:%M:%S}"


def _today(around: Surroundings) -> str:
    return stamp(around.now())[:10]
