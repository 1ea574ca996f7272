"""What `mpgov auth` suggests is a command that helps, and that means the same project."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backends import null

from mpgov.storage.ledger import Ledger

CONFIG = """\
default_project = "eu"

[projects.eu]
id = 4242
service_account = "{account}"

[projects.us]
id = 4243
service_account = "{account}"
"""


@pytest.fixture
def home(open_house, memory, monkeypatch):
    """Two projects, of which one is the default, and one account; its secret in the keyring."""
    name, secret = open_house.sandbox.default_account
    for variable in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_SECRET"):
        monkeypatch.delenv(f"MIXPANEL_{variable}")
    limits = open_house.folder.joinpath("mpgov.toml").read_text()
    open_house.config(CONFIG.format(account=name) + limits)
    memory.set_password("mpgov", name, secret)
    return open_house


@pytest.fixture
def no_keyring(home, memory, monkeypatch):
    """No keyring, as in CI: the account and its secret are in the environment."""
    assert memory.kept
    keyring.set_keyring(null.Keyring())
    tell(monkeypatch, *home.sandbox.default_account)
    return home


def tell(monkeypatch, account: str, secret: str) -> None:
    """Let the environment name an account and hold its secret."""
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", account)
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)


def store_command(folder: Path) -> tuple[str, Path]:
    """A command that keeps what it gets, and where."""
    script, vault = folder / "store.py", folder / "vault"
    script.write_text(f"import sys; open({str(vault)!r}, 'w').write(sys.stdin.read())")
    return f"{sys.executable} {script}", vault


# The project


@pytest.mark.parametrize(
    "command", ["auth status", "auth list", "auth rotate --yes", "diff p.yaml"]
)
def test_without_a_secret_login_to_the_same_project_is_suggested(home, memory, run, command):
    memory.kept.clear()
    home.plan("events: {A: {description: d}}", "p.yaml")
    words = command.split()
    assert "next: mpgov auth login --project us, or" in run(*words, "--project", "us").stderr
    assert "next: mpgov auth login, or" in run(*words).stderr


def test_a_refusal_names_the_project_in_what_it_suggests(home, memory, run):
    memory.set_password("mpgov", home.sandbox.default_account[0], "another")
    assert "mpgov auth status --project us" in run("auth", "list", "--project", "us").stderr
    assert "mpgov auth status\n" in run("auth", "list").stderr


def test_what_the_api_cannot_make_is_made_by_hand_in_the_same_project(home, run):
    next(iter(home.sandbox.state.accounts.values())).role = "member"
    result = run("auth", "rotate", "--project", "us", "--yes")
    assert "next: mpgov auth rotate --manual --project us" in result.stderr


def test_a_kept_account_is_ended_in_the_project_that_keeps_it(home, run):
    result = run("auth", "rotate", "--project", "us", "--yes", "--keep-old", "7")
    assert "next: mpgov auth rotate --end-old --project us, then, or now" in result.stderr
    elsewhere = run("auth", "rotate", "--yes")
    assert "next: mpgov auth rotate --end-old --project us" in elsewhere.stderr
    assert run("auth", "rotate", "--end-old", "--project", "us", "--yes").exit_code == 0
    assert len(home.sandbox.state.accounts) == 1


# What the environment holds, and what helps there


def test_a_variable_that_holds_the_new_secret_is_not_said_to_hold_the_old_one(
    no_keyring, run, monkeypatch, tmp_path
):
    old, _ = no_keyring.sandbox.default_account
    store, vault = store_command(tmp_path)
    first = run("auth", "rotate", "--yes", "--keep-old", "7", "--store-command", store)
    assert first.exit_code == 0, first.output
    assert f"MIXPANEL_SERVICE_ACCOUNT still names {old}" in first.stderr
    assert "MIXPANEL_SERVICE_ACCOUNT_SECRET still holds the old secret" in first.stderr
    (new,) = set(no_keyring.sandbox.state.accounts) - {old}
    tell(monkeypatch, new, vault.read_text())
    for more, code in (([], 1), (["--end-old"], 0)):
        result = run("auth", "rotate", "--yes", *more)
        assert result.exit_code == code, result.output
        assert "still" not in result.stderr
        assert vault.read_text() not in result.output


def test_a_vault_that_has_the_new_secret_is_in_nobodys_way(home, memory, run, monkeypatch):
    script = home.folder / "vault.py"
    script.write_text(
        "import json, os; print(json.load(open('vault.json'))[os.environ['MPGOV_SERVICE_ACCOUNT']])"
    )
    monkeypatch.setenv("MPGOV_SECRET_COMMAND", f"{sys.executable} {script}")
    old, secret = home.sandbox.default_account
    Path("vault.json").write_text(json.dumps({old: secret}))
    first = run("auth", "rotate", "--yes", "--keep-old", "7")
    assert "MPGOV_SECRET_COMMAND goes before the keyring: let it fetch" in first.stderr
    kept = {account: value for (_, account), value in memory.kept.items()}
    Path("vault.json").write_text(json.dumps(kept))
    assert "MPGOV_SECRET_COMMAND" not in run("auth", "rotate", "--yes", "--end-old").stderr


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("more", [[], ["--keep-old", "7"], ["--manual", "--service-account", "x"]])
def test_without_a_keyring_only_what_takes_the_secret_is_suggested(run, more):
    result = run("auth", "rotate", "--yes", *more, given="x")
    assert result.exit_code in {2, 4}
    assert result.stderr.splitlines()[-1] == (
        "  next: --store-command 'gh secret set …' takes the new secret on its stdin"
    )


def test_with_a_keyring_time_can_be_given(home, run, monkeypatch):
    tell(monkeypatch, *home.sandbox.default_account)
    result = run("auth", "rotate", "--yes")
    assert result.stderr.endswith("on its stdin; or --keep-old DAYS gives you time\n")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "command",
    [
        "auth rotate --manual --service-account 'by hand'",
        "auth rotate --manual --service-account x --store-command 'cat -' --project us",
        "auth login --service-account x --region eu --project us",
        "auth login",
        "auth login --notify",
    ],
)
def test_without_a_secret_on_stdin_the_same_command_is_suggested(run, command):
    result = run(*shlex.split(command), given="")
    assert result.exit_code == 4
    assert result.stderr.endswith(f"  next: pass show … | mpgov {command}\n")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("MIXPANEL_SERVICE_ACCOUNT_SECRET__US", "set MIXPANEL_SERVICE_ACCOUNT_SECRET__US to the"),
        ("MPGOV_SECRET_COMMAND", "let MPGOV_SECRET_COMMAND fetch the"),
        ("", "mpgov auth login --project us: it keeps the"),
    ],
)
def test_a_refused_secret_is_replaced_where_it_came_from(
    home, memory, run, monkeypatch, source, said
):
    account, _ = home.sandbox.default_account
    memory.kept["mpgov", account] = "wrong"
    if source:
        monkeypatch.setenv(source, "echo another" if source.endswith("COMMAND") else "another")
    result = run("auth", "status", "--project", "us")
    assert result.exit_code == 4
    assert f"  next: {said} secret that {account} has now" in result.stderr
    assert "auth status" not in result.stderr


def test_right_after_a_rotation_the_new_account_is_not_suspected(home, run):
    old, _ = home.sandbox.default_account
    sync = {"kind": "sync", "state": "done", "run": "r", "account": old}
    Ledger(home.folder / "exports" / "eu").append({**sync, "at": "2026-10-01T10:00:00Z"})
    assert run("auth", "rotate", "--project", "us", "--yes").exit_code == 0
    (account,) = home.sandbox.state.accounts.values()
    for made in (account.created, "2026-01-01T00:00:00"):
        account.created = made
        assert "no sync was ever its" not in run("auth", "list").stdout
