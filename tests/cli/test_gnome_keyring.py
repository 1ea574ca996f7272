"""Credentials in a real keyring: GNOME's, under a D-Bus session of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import needed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="GNOME's keyring is Linux's")
ROOT = Path(__file__).parents[2]
# What a desktop does at login: start the daemon, unlock it, and go on in the same session.
UNLOCKED = "printf test-password | gnome-keyring-daemon --unlock --components=secrets && {}"


def test_login_status_rotate_and_logout_in_a_real_keyring(open_house, tmp_path, monkeypatch):
    session = needed("dbus-run-session")
    needed("gnome-keyring-daemon")
    name, secret = open_house.sandbox.default_account
    for variable in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_SECRET"):
        monkeypatch.delenv(f"MIXPANEL_{variable}")
    limits = (open_house.folder / "mpgov.toml").read_text("utf-8")
    settings = f'[projects.shop]\nid = {open_house.project}\nservice_account = "{name}"\n{limits}'
    open_house.config(settings)
    mpgov = f"{shlex.quote(sys.executable)} -m mpgov auth"
    steps = (
        f"printf %s {shlex.quote(secret)} | {mpgov} login",
        f"{mpgov} status",
        f"{mpgov} rotate --yes",
        f"{mpgov} status",
        f"{mpgov} logout",
        f"! {mpgov} status",
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **os.environ,
        **dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"), str(home)),
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
    }
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    home.chmod(0o700)
    done = subprocess.run(
        [session, "--", "sh", "-c", UNLOCKED.format(" && ".join(steps))],
        cwd=open_house.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    (new,) = open_house.sandbox.state.accounts
    assert new != name
    assert done.stdout.count("keyring (SecretService Keyring)") == 3
    assert f"account   {new}" in done.stdout
    assert f"the secret of {new} is removed from the keyring" in done.stdout
    assert f"there is no secret for {new}" in done.stderr
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert secret not in said
