"""What `mpgov auth` suggests is a command that helps, and that means the same project."""

from __future__ import annotations

import pytest

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
