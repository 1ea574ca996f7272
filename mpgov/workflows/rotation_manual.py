"""A rotation where the rights are missing: a person makes the new account, mpgov puts it in use."""

from __future__ import annotations

import os
from dataclasses import replace

from mpgov.core.rotation import Rotation
from mpgov.errors import AuthError, MpgovError, UsageError
from mpgov.mixpanel.access import Access, who_am_i
from mpgov.storage.credentials import (
    delete_secret,
    find_secret,
    kept_secret,
    store_secret,
)
from mpgov.storage.secret import Secret
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import run_id
from mpgov.workflows.rotation import (
    Rotated,
    RotateWish,
    check_named,
    recorder_of,
    refuse_unkept,
)
from mpgov.workflows.rotation_log import RotationLog
from mpgov.workflows.rotation_steps import RotationSteps


def prepare_manual(around: Surroundings, wish: RotateWish) -> str:
    """The account that is to be replaced; refuses before anybody types a secret in vain."""
    project = around.project()
    if not project.service_account:
        raise AuthError("no service account is named yet", hint=f"mpgov auth login{around.scope}")
    refuse_unkept(wish)
    recorder_of(around, project, wish.reason).ledger.prepare()
    check_named(around, project.service_account)
    return project.service_account


def rotate_manually(
    around: Surroundings, wish: RotateWish, account: str, secret: Secret
) -> Rotated:
    """Verify what a person made, put it in use, and wait for the old one's end."""
    project = around.project()
    if account == project.service_account:
        raise UsageError(f"{account} is the old account; name the new one")
    rotation = Rotation(
        run_id(around.now()), project.service_account, 0, roles=_roles(around), manual=True
    )
    kept = kept_secret(account)
    log = RotationLog(recorder_of(around, project, wish.reason), rotation)
    steps = RotationSteps(around, project, log, wish.store_command)
    log.begin()
    with log.told():
        log.made(account, 0)
        try:
            _put_in_use(steps, secret)
        except MpgovError as error:
            _put_back(steps, kept)
            log.end(f"given up, {rotation.old} stays: {error.message}")
            raise
        steps.register(secret)
        log.kept("")
    return Rotated("kept", log.rotation)


def _put_in_use(steps: RotationSteps, secret: Secret) -> None:
    """Prove the new account, keep its secret and name it."""
    steps.verify(secret)
    steps.store(secret)
    steps.name()
    if steps.store_command:
        steps.deliver(secret)


def _put_back(steps: RotationSteps, kept: Secret | None) -> None:
    """Name the old account again; of the new one's secret what was kept before stays."""
    steps.name_old()
    if kept is None:
        delete_secret(steps.rotation.new)
    else:
        store_secret(steps.rotation.new, kept)


def _roles(around: Surroundings) -> dict[int, str]:
    """The role that the old account has in the project, if Mixpanel still tells it."""
    project = around.project()
    secret = find_secret(project, os.environ)
    if secret is None:
        return {}
    try:
        access: Access = who_am_i(connect(around, replace(project), secret))
    except MpgovError:
        return {}
    return {project.id: access.role} if access.role else {}
