"""The steps of a rotation, each of which may be done again.

Nothing is destroyed before the new account is proved to work, and what was made in vain is taken
away again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mpgov.core.accounts import ServiceAccount, at_least
from mpgov.core.model import Json
from mpgov.core.rotation import Rotation
from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.access import who_am_i
from mpgov.mixpanel.client import Client, RefusedError
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.service_accounts import (
    accounts_of_organization,
    create_account,
    delete_account,
    join_projects,
)
from mpgov.storage.credentials import (
    delete_secret,
    possible_secrets,
    store_secret,
    usable_keyring,
)
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret
from mpgov.storage.secret_command import handed
from mpgov.storage.toml_edit import projects_of_account, rename_account
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings
from mpgov.workflows.rotation_log import RotationLog
from mpgov.workflows.token_changes import account_rotated, of_account


@dataclass(slots=True)
class RotationSteps:
    """What is done in a rotation, and taken back."""

    around: Surroundings
    project: Project
    log: RotationLog
    store_command: str = ""
    expires: str = ""
    made: set[int] = field(default_factory=set)  # the ids of what this process made

    @property
    def rotation(self) -> Rotation:
        """How far it came."""
        return self.log.rotation

    def client_of(self, account: str, secret: Secret) -> Client:
        """Mixpanel, asked as an account."""
        return connect(self.around, replace(self.project, service_account=account), secret)

    def create(self, client: Client) -> Secret:
        """Make the new account; its secret."""
        organization = self._organization()
        made = create_account(
            client,
            organization,
            self.rotation.label,
            _role_to_give(self.rotation.organization_role),
            self.expires,
        )
        self.made.add(made.account.id)
        self.log.made(made.account.name, made.account.id)
        self.around.notify(f"made {made.account.name}")
        if self.expires and not made.account.expires:
            raise AuthError(
                "Mixpanel did not heed --expires: the new account would never expire",
                hint="go on without it, and put its end into plans/tokens.yaml",
            )
        return Secret(made.token)

    def join(self, client: Client) -> None:
        """Give the new account the roles of the old one."""
        join_projects(client, self._organization(), self.rotation.new_id, self.rotation.roles)
        self.log.step("joined")

    def verify(self, secret: Secret) -> None:
        """Prove that the new account may do what the old one may; raises where it may not."""
        client = self.client_of(self.rotation.new, secret)
        access = who_am_i(client)
        wanted = self.rotation.roles
        enough = at_least if self.rotation.manual else str.__eq__
        missing = [p for p, role in wanted.items() if not enough(access.roles.get(p, ""), role)]
        if access.is_known and missing:
            listed = ", ".join(f"{p} ({wanted[p]})" for p in missing)
            raise AuthError(f"the new account lacks its role in project {listed}")
        read(client, self.around.settings.deprecated_tag)
        self.log.step("verified")
        self.around.notify("it works: /me knows it, and Lexicon is read with it")

    def store(self, secret: Secret) -> None:
        """Put the new secret into the keyring, where there is one."""
        if usable_keyring() is not None:
            store_secret(self.rotation.new, secret)
        self.log.step("stored")

    def deliver(self, secret: Secret) -> None:
        """Let the command take the new secret where it is needed: nothing is taken back then."""
        handed(self.store_command, self.rotation.new, secret, os.environ)
        self.log.step("delivered")

    def name(self) -> None:
        """Let mpgov.toml name the new account."""
        file = self.around.settings.file
        named = rename_account(file, self.rotation.old, self.rotation.new) if file else []
        self.log.step("named", projects=list(named))
        for project in named:
            self.around.notify(f"mpgov.toml: [projects.{project}] names it now")

    def register(self, secret: Secret) -> None:
        """Let the register of tokens name the new account, where it names the old one."""
        if not of_account(self.around, self.rotation.old):
            return
        self.log.publish("the new account is named")  # another line of it is fetched now
        changed = account_rotated(
            self.around,
            (self.rotation.old, self.rotation.new),
            secret.reveal(),
            self.log.recorder.reason or "mpgov auth rotate",
        )
        told = ", ".join(one.token.name for one in changed)
        self.around.notify(f"{changed[0].file}: {told}: {self.rotation.new} now")

    def end_old(self, clients: Sequence[Client]) -> None:
        """Delete the old account, as the first who may, and forget its secret."""
        rotation = self.rotation
        self._delete(clients, rotation.old_id)
        self.around.notify(f"deleted {rotation.old}")
        self.log.step("deleted")
        self.forget_old()

    def forget_old(self) -> None:
        """Take the old secret out of the keyring; the end of the rotation."""
        delete_secret(self.rotation.old)
        done = f"{self.rotation.old} was replaced by {self.rotation.new}"
        self.log.end(done, (self.change(),))

    def undo(self, clients: Sequence[Client], why: str, *, recovered: bool = False) -> None:
        """Take away what was made in vain; the old account stays, and is named."""
        for account in self.made_in_vain(clients):
            others = [client for client in clients if client.account != account.name]
            if not others:
                raise AuthError(f"{account.name} is all that works: it is not removed")
            self._delete(others, account.id)
            self.around.notify(f"removed {account.name} again")
            delete_secret(account.name)
        self.name_old()
        if self.rotation.delivers and "stored" in self.rotation.steps:
            self.around.notify("note: what --store-command took, if it did, is worth nothing now")
        self.log.end(f"rolled back, the old account stays: {why}", recovered=recovered)

    def name_old(self) -> None:
        """Let mpgov.toml name the old account again, where it names the new one."""
        file = self.around.settings.file
        if file is not None and self.rotation.new and projects_of_account(file, self.rotation.new):
            rename_account(file, self.rotation.new, self.rotation.old)

    def made_in_vain(self, clients: Sequence[Client]) -> list[ServiceAccount]:
        """The accounts that this rotation made, as far as Mixpanel lists any."""
        return [a for a in self._all(clients) if a.id in self.made or self.rotation.is_ours(a)]

    def is_ended(self, clients: Sequence[Client]) -> bool:
        """Whether Mixpanel lists the new account, and the old one no longer."""
        names = {account.name for account in self._all(clients)}
        return self.rotation.new in names and self.rotation.old not in names

    def _all(self, clients: Sequence[Client]) -> Sequence[ServiceAccount]:
        """The accounts of the organization, as the first sees them who may."""
        error: MpgovError | None = None
        for client in clients:
            try:
                return accounts_of_organization(client, self._organization())
            except (AuthError, RemoteError) as failure:
                error = failure
        raise error or AuthError("nobody may list the service accounts of the organization")

    def recognise(self, clients: Sequence[Client]) -> None:
        """Find the new account by its label, where the record does not name it."""
        if not self.rotation.new:
            for account in self.made_in_vain(clients):
                self.log.made(account.name, account.id)

    def proved(self, account: str) -> tuple[Client, Secret] | None:
        """The secret with which Mixpanel takes an account, of those that could be its.

        The environment's may be the old one's or the new one's; the keyring's is by name.
        """
        if not account:
            return None
        named = replace(self.project, service_account=account)
        for secret in possible_secrets(named, os.environ):
            client = self.client_of(account, secret)
            try:
                who_am_i(client)
            except RefusedError:
                continue
            return client, secret
        return None

    def change(self) -> dict[str, Json]:
        """What became of the account, as the record has it."""
        rotation = self.rotation
        return {
            "action": "update",
            "entity": "service account",
            "name": rotation.old,
            "fields": [{"path": ["name"], "before": rotation.old, "after": rotation.new}],
        }

    def _delete(self, clients: Sequence[Client], id_: int) -> None:
        """Delete an account as the first of these who may."""
        error: MpgovError | None = None
        for client in clients:
            try:
                delete_account(client, self._organization(), id_)
            except (AuthError, RemoteError) as failure:
                error = failure
            else:
                return
        if error is not None:
            raise error

    def _organization(self) -> int:
        if self.rotation.organization is None:
            raise AuthError("Mixpanel does not say which organization the account belongs to")
        return self.rotation.organization


def _role_to_give(organization_role: str) -> str:
    """The role to ask for; a member is made without one, which the API cannot say."""
    return organization_role if organization_role in {"owner", "admin"} else ""
