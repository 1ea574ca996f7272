"""`mpgov auth` as a person uses it: keyring, sandbox, regions, a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backends import null

CANARY = "c4naryS3cretOfThirtyTwoLetters00"


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def gone(open_house, monkeypatch):
    """The sandbox, with no secret in the environment."""
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
    return open_house


def account_of(house) -> tuple[str, str]:
    return house.sandbox.default_account


# Log in


def test_login_verifies_keeps_and_says_what_it_is_worth(gone, memory, run):
    name, secret = account_of(gone)
    result = run("auth", "login", given=f"{secret}\n")
    assert result.exit_code == 0, result.stderr
    assert memory.kept == {("mpgov", name): secret}
    rows = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert rows["account"] == name
    assert rows["project"].endswith(f"({gone.project})")
    assert rows["role"].endswith("may write Lexicon")
    assert rows["secret"] == "kept in the keyring (memory)"
    assert {"region", "expires"} <= rows.keys()
    assert secret not in result.output
    assert run("auth", "status").exit_code == 0


@pytest.mark.usefixtures("gone")
def test_login_with_a_wrong_secret_keeps_nothing(memory, run):
    result = run("auth", "login", given=CANARY)
    assert result.exit_code == 4
    assert "refused the credentials" in result.stderr
    assert CANARY not in result.output
    assert memory.kept == {}


@pytest.mark.usefixtures("no_keyring")
def test_login_without_a_keyring_names_the_variable(gone, run):
    result = run("auth", "login", given=account_of(gone)[1])
    assert result.exit_code == 4
    assert "no system keyring" in result.stderr
    assert "MIXPANEL_SERVICE_ACCOUNT_SECRET" in result.stderr
    assert "never writes it to a file" in result.stderr


def test_login_to_another_host_of_the_file_sends_nothing(gone, memory, run, monkeypatch):
    monkeypatch.delenv("MIXPANEL_HOST")
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    gone.config('[projects.p]\nid = 1\nservice_account = "x"\nhost = "https://evil.example"\n')
    result = run("auth", "login", given=CANARY)
    assert result.exit_code == 4
    assert "gets no secret" in result.stderr
    assert memory.kept == {}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [("", 4, "no secret on stdin"), ("\n \n", 4, "no secret"), ("a b", 2, "more than one word")],
)
@pytest.mark.usefixtures("gone")
def test_what_is_no_secret(memory, run, given, code, said):
    assert memory.kept == {}
    result = run("auth", "login", given=given)
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


@pytest.mark.usefixtures("gone")
def test_login_without_an_account_and_a_terminal(memory, run, monkeypatch):
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT")
    result = run("auth", "login", given="x")
    assert result.exit_code == 2
    assert "--service-account NAME" in result.stderr
    assert memory.kept == {}


def test_login_needs_no_project_and_tells_what_the_file_lacks(gone, memory, run, monkeypatch):
    name, secret = account_of(gone)
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT")
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    result = run("auth", "login", "--service-account", name, given=secret)
    assert result.exit_code == 0, result.stderr
    assert "none named yet" in result.stdout
    assert "[projects.NAME]" in result.stderr
    gone.config(f"[projects.shop]\nid = {gone.project}\n")
    result = run("auth", "login", "--service-account", name, given=secret)
    assert f'service_account = "{name}" belongs into mpgov.toml, under [projects.shop]' in (
        result.stderr
    )
    assert memory.kept


def test_login_warns_of_the_role_of_strangers_and_of_the_variable(gone, memory, run, monkeypatch):
    name, secret = gone.sandbox.add_account("reader", {gone.project: "analyst"})
    result = run("auth", "login", "--service-account", name, given=secret)
    assert "the role analyst reads but does not write Lexicon" in result.stderr
    assert "analyst: may not write Lexicon" in result.stdout
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", "99999")
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "other")
    result = run("auth", "login", "--service-account", name, given=secret)
    assert f"{name} is no member of project 99999" in result.stderr
    assert "goes before the keyring" in result.stderr
    assert ("mpgov", name) in memory.kept


def test_the_module_loads_nothing_heavy():
    code = "import sys, mpgov.cli.auth; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"requests", "keyring", "rich", "flask", "pandas"} & set(done.stdout.split()) == set()


def test_help_tells_how_to_get_an_account(run):
    result = run("auth", "login", "--help")
    assert "Service Accounts" in result.stdout
    assert "Hello! Could you make a Mixpanel service account" in result.stdout


# Status


def test_status_tells_the_source(open_house, memory, run, monkeypatch):
    name, secret = account_of(open_house)
    assert "from the environment" in run("auth", "status").stdout
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
    result = run("auth", "status")
    assert (result.exit_code, result.stdout) == (4, "")
    assert f"there is no secret for {name}" in result.stderr
    memory.set_password("mpgov", name, secret)
    result = run("auth", "status", "--format", "json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["source"] == "keyring"
    assert answer["keyring"] == "memory"
    assert answer["verified"] is True
    assert answer["project"]["id"] == open_house.project
    assert answer["may_write"] == "yes"
    assert secret not in result.output


@pytest.mark.usefixtures("open_house")
def test_status_of_refused_credentials(run, monkeypatch):
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", CANARY)
    result = run("auth", "status", "--format", "json")
    assert result.exit_code == 4
    answer = json.loads(result.stdout)
    assert (answer["verified"], answer["source"]) == (False, "environment")
    assert "401" in answer["problem"]
    assert CANARY not in result.output


@pytest.mark.usefixtures("open_house")
def test_status_of_a_stranger(run, monkeypatch):
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", "99999")
    result = run("auth", "status")
    assert result.exit_code == 4
    assert "is no member of project 99999" in result.stderr


def test_status_needs_a_project_or_an_account(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("auth", "status")
    assert result.exit_code == 4
    assert "MIXPANEL_SERVICE_ACCOUNT" in result.stderr


# Log out


def test_logout(gone, memory, run, monkeypatch):
    name, secret = account_of(gone)
    memory.set_password("mpgov", name, secret)
    result = run("auth", "logout")
    assert (result.exit_code, memory.kept) == (0, {})
    assert f"the secret of {name} is removed" in result.stdout
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    result = run("auth", "logout")
    assert result.exit_code == 0
    assert f"holds no secret of {name}" in result.stdout
    assert "still set in the environment" in result.stderr


def test_logout_of_nobody(run, tmp_path, monkeypatch, memory):
    monkeypatch.chdir(tmp_path)
    assert memory.kept == {}
    assert run("auth", "logout").exit_code == 2


# Regions: Mixpanel's own hosts, answered on the wire


def test_login_finds_the_region(regions, memory, run):
    wire = regions("eu.mixpanel.com")
    result = run("auth", "login", given=CANARY)
    assert result.exit_code == 0, result.stderr
    assert wire.asked == ["mixpanel.com", "eu.mixpanel.com", "eu.mixpanel.com"]
    assert 'your project lives in EU, not in US: set region = "eu"' in result.stderr
    assert "region    eu" in result.stdout
    assert memory.kept == {("mpgov", "gov"): CANARY}


def test_login_asks_all_regions_before_it_gives_up(regions, memory, run):
    wire = regions("nowhere.example")
    result = run("auth", "login", given=CANARY)
    assert result.exit_code == 4
    assert sorted(wire.asked) == ["eu.mixpanel.com", "in.mixpanel.com", "mixpanel.com"]
    assert "unknown account" in result.stderr
    assert memory.kept == {}


def test_status_in_the_wrong_region_is_a_refusal(regions, run, monkeypatch):
    regions("in.mixpanel.com")
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", CANARY)
    result = run("auth", "status")
    assert result.exit_code == 4
    assert "your project lives in IN" in result.stderr
    assert 'region = "in"' in result.stderr


@pytest.mark.parametrize(
    ("days", "said"), [(-3, "expires already"), (5, "expires in 4 days"), (90, ""), (None, "")]
)
def test_an_expiry_that_is_near_is_a_warning(regions, run, days, said):
    wire = regions("mixpanel.com")
    ends = datetime.now(UTC) + timedelta(days=days or 0)
    wire.expires = None if days is None else f"{ends:%Y-%m-%dT%H:%M:%S}"
    result = run("auth", "login", given=CANARY)
    assert f"expires   {wire.expires or 'never'}" in result.stdout
    assert said in result.stderr
    assert ("warning" in result.stderr) is bool(said)


def test_texts_of_mixpanel_cannot_drive_the_terminal(regions, run):
    regions("mixpanel.com", name="Shop\x1b[2J\u202e")
    result = run("auth", "login", given=CANARY)
    assert "project   Shop (42)" in result.stdout


# A real terminal


@pytest.mark.skipif(sys.platform == "win32", reason="no pty there")
def test_on_a_terminal_the_secret_is_not_echoed(gone, tmp_path):
    import pty  # noqa: PLC0415 POSIX only

    backend = tmp_path / "kept_here.py"
    backend.write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Kept(KeyringBackend):\n"
        "    priority = 1\n"
        "    kept = {}\n"
        "    def get_password(self, s, u): return self.kept.get((s, u))\n"
        "    def set_password(self, s, u, p): self.kept[s, u] = p\n"
    )
    name, secret = account_of(gone)
    environ = {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": "kept_here.Kept",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])]),
    }
    environ.pop("MIXPANEL_SERVICE_ACCOUNT")
    child, terminal = pty.fork()
    if not child:
        os.execve(sys.executable, [sys.executable, "-m", "mpgov", "auth", "login"], environ)  # noqa: S606
    shown = until(terminal, "none yet)")
    os.write(terminal, f"{name}\n".encode())
    shown += until(terminal, "(not shown)")
    os.write(terminal, f"{secret}\n".encode())
    shown += until(terminal, None)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert "kept in the keyring" in shown
    assert secret not in shown


def until(terminal: int, text: str | None) -> str:
    """What a terminal shows, up to a text or the end."""
    shown = ""
    while text is None or text not in shown:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            return shown
        if not data:
            return shown
        shown += data.decode()
    return shown
