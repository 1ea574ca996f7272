"""Secrets come from where they should, and never show themselves."""

from __future__ import annotations

import copy
import io
import logging
import pickle
import traceback
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from mpgov.errors import AuthError
from mpgov.storage import credentials
from mpgov.storage.credentials import (
    Secret,
    delete_secret,
    find_secret,
    locate_secret,
    require_secret,
    store_secret,
    usable_keyring,
)
from mpgov.storage.projects import Project
from tests.keyrings import Memory

CANARY = "c4naryS3cretOfThirtyTwoLetters00"
ACCOUNT = "gov.1a2b3c.mp-service-account"
PROJECT = Project("shop", 42, service_account=ACCOUNT)
FROM_ENVIRONMENT = {"MIXPANEL_SERVICE_ACCOUNT_SECRET": CANARY}


class Broken(Memory):
    """A keyring that is locked, or whose service does not run."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"locked: {service} {username} {self.kept}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password} for {username} of {service}")


class Forgetful(Memory):
    """A keyring that takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Plain(Memory):
    """Like keyrings.alt's keyring of plain text."""


Plain.__module__, Plain.__qualname__ = "keyrings.alt.file", "PlaintextKeyring"


class Encrypted(Memory):
    """Like keyrings.alt's encrypted one."""


Encrypted.__module__ = "keyrings.alt.file"


class Chain(chainer.ChainerBackend):
    """A chain of what a test says."""

    backends: list[KeyringBackend] = []  # noqa: RUF012 keyring's own way


def chain(*backends: KeyringBackend) -> KeyringBackend:
    made = Chain()
    made.__dict__["backends"] = list(backends)
    return made


@pytest.fixture(autouse=True)
def _same_keyring_afterwards() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory() -> Memory:
    made = Memory()
    keyring.set_keyring(made)
    return made


def test_the_environment_goes_before_the_keyring(memory):
    memory.set_password("mpgov", ACCOUNT, "kept")
    assert find_secret(PROJECT, FROM_ENVIRONMENT) == Secret(CANARY)
    assert find_secret(PROJECT, {}) == Secret("kept")
    assert find_secret(PROJECT, {"MIXPANEL_SERVICE_ACCOUNT_SECRET": " \n"}) == Secret("kept")
    assert find_secret(PROJECT, {"MIXPANEL_SERVICE_ACCOUNT_SECRET": "x\n"}) == Secret("x")
    located = locate_secret(PROJECT, {})
    assert (located.source, located.kept) == ("keyring", "memory")
    assert locate_secret(PROJECT, FROM_ENVIRONMENT).source == "environment"


def test_store_and_delete(memory):
    assert store_secret(ACCOUNT, Secret("ä" + CANARY)) == "memory"
    assert memory.kept == {("mpgov", ACCOUNT): "ä" + CANARY}
    assert delete_secret(ACCOUNT)
    assert not delete_secret(ACCOUNT)
    assert memory.kept == {}


def test_without_a_secret_it_is_told_what_to_do(memory):
    assert memory.kept == {}
    with pytest.raises(AuthError, match=f"no secret for {ACCOUNT}") as caught:
        require_secret(PROJECT, {})
    assert "mpgov auth login" in caught.value.hint
    assert "MIXPANEL_SERVICE_ACCOUNT_SECRET" in caught.value.hint
    with pytest.raises(AuthError, match="no service account") as caught:
        require_secret(Project("shop", 42), FROM_ENVIRONMENT)
    assert "MIXPANEL_SERVICE_ACCOUNT" in caught.value.hint
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("backend", "usable"),
    [
        (null.Keyring(), False),
        (fail.Keyring(), False),
        (Plain(), False),
        (type("Child", (Plain,), {})(), False),
        (chain(), False),
        (chain(null.Keyring()), False),
        (chain(Plain(), Memory()), False),
        (chain(fail.Keyring(), Plain()), False),
        (chain(Memory(), Plain()), True),
        (chain(chain(Memory())), True),
        (Memory(), True),
        (Encrypted(), True),
    ],
)
def test_which_keyrings_count(backend, usable):
    keyring.set_keyring(backend)
    assert (usable_keyring() is not None) is usable
    if not usable:
        assert find_secret(PROJECT, {}) is None
        assert not delete_secret(ACCOUNT)
        with pytest.raises(AuthError, match="no system keyring") as caught:
            store_secret(ACCOUNT, Secret(CANARY))
        assert "MIXPANEL_SERVICE_ACCOUNT_SECRET" in caught.value.hint


def test_keyrings_alt_as_it_is():
    alt = pytest.importorskip("keyrings.alt.file")
    keyring.set_keyring(alt.PlaintextKeyring())
    assert usable_keyring() is None


def test_a_keyring_that_forgets_is_told():
    keyring.set_keyring(Forgetful())
    with pytest.raises(AuthError, match="does not give back"):
        store_secret(ACCOUNT, Secret(CANARY))


def test_a_keyring_that_cannot_be_loaded(monkeypatch):
    def broken() -> None:
        raise ModuleNotFoundError("no.such.backend")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    with pytest.raises(AuthError, match="cannot be opened"):
        usable_keyring()


# Hosts


@pytest.mark.parametrize(
    "host",
    ["", "https://eu.mixpanel.com", "http://127.0.0.1:1", "http://localhost", "http://[::1]"],
)
def test_mixpanel_and_this_machine_get_the_secret(host):
    assert find_secret(Project("x", 1, host=host), FROM_ENVIRONMENT)


def test_another_host_gets_it_only_if_the_environment_names_it():
    with pytest.raises(AuthError, match="gets no secret") as caught:
        find_secret(Project("x", 1, host="https://evil.example"), FROM_ENVIRONMENT)
    assert caught.value.exit_code == 4
    assert "MIXPANEL_HOST=https://evil.example" in caught.value.hint
    named = Project("x", 1, host="https://proxy.example", host_from_environment=True)
    assert find_secret(named, FROM_ENVIRONMENT)


# Never shown


def test_a_secret_shows_itself_to_nobody():
    secret = Secret(CANARY)
    shown = f"{secret} {secret!r} {secret:>40} {[secret]} %s %r {vars(credentials).keys()}"
    assert CANARY not in shown % (secret, secret)
    assert secret.reveal() == CANARY
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            way(secret)
    with pytest.raises(TypeError):
        hash(secret)
    assert secret != CANARY
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("backend", [Broken(), Forgetful(), fail.Keyring()])
def test_no_failure_shows_it(backend, caplog):
    caplog.set_level(logging.DEBUG)
    keyring.set_keyring(backend)
    with pytest.raises(AuthError) as caught:
        store_secret(ACCOUNT, Secret(CANARY))
    out = io.StringIO()
    traceback.print_exception(caught.value, file=out)
    assert CANARY not in out.getvalue() + repr(caught.value) + caught.value.hint + caplog.text
    assert caught.value.__context__ is None
