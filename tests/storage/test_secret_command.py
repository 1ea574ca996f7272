"""A vault's command gives the secret, and nothing of what it says is shown."""

from __future__ import annotations

import os
import sys

import pytest

from mpgov.errors import AuthError, UsageError
from mpgov.storage.credentials import locate_secret
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret
from mpgov.storage.secret_command import handed

CANARY = "c4naryS3cretOfThirtyTwoLetters00"
PROJECT = Project("eu-shop", 42, service_account="gov.1a2b3c.mp-service-account")


def command(code: str) -> dict[str, str]:
    return {"MPGOV_SECRET_COMMAND": f'{sys.executable} -c "{code}"'}


def test_the_command_is_told_for_whom_and_its_answer_is_the_secret():
    code = "import os; print(os.environ['MPGOV_PROJECT'] + os.environ['MPGOV_SERVICE_ACCOUNT'])"
    found = locate_secret(PROJECT, command(code))
    assert found is not None
    assert found.secret == Secret("eu-shopgov.1a2b3c.mp-service-account")
    assert (found.source, found.kept) == ("command", "MPGOV_SECRET_COMMAND")


def test_a_variable_goes_before_the_command_and_the_project_s_own_before_the_common():
    given = {
        **command("raise SystemExit(1)"),
        "MIXPANEL_SERVICE_ACCOUNT_SECRET": "common",
        "MIXPANEL_SERVICE_ACCOUNT_SECRET__EU_SHOP": "own",
    }
    found = locate_secret(PROJECT, given)
    assert found is not None
    assert (found.secret, found.kept) == (
        Secret("own"),
        "MIXPANEL_SERVICE_ACCOUNT_SECRET__EU_SHOP",
    )
    del given["MIXPANEL_SERVICE_ACCOUNT_SECRET__EU_SHOP"]
    common = locate_secret(PROJECT, given)
    assert common is not None
    assert common.secret == Secret("common")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (command(f"print('{CANARY}'); raise SystemExit(3)"), "ended with 3"),
        (command(f"import sys; sys.exit('{CANARY}')"), "ended with 1"),
        (command("print()"), "printed nothing"),
        (command(f"print('{CANARY} {CANARY}')"), "more than one word"),
        ({"MPGOV_SECRET_COMMAND": "no-such-program x"}, "cannot be run: No such file"),
    ],
)
def test_a_command_that_fails_is_told_without_what_it_said(given, said, capfd):
    with pytest.raises(AuthError) as caught:
        locate_secret(PROJECT, given)
    assert said in caught.value.message
    assert "by hand" in caught.value.hint
    assert CANARY not in caught.value.message + caught.value.hint + "".join(capfd.readouterr())


def test_a_pipe_without_a_shell_is_explained():
    with pytest.raises(AuthError) as told:
        handed("cat > vault", "a", Secret("s"), {})
    assert "say sh -c '…'" in told.value.hint
    handed("sh -c 'cat > /dev/null'", "a", Secret("s"), os.environ)


def test_words_that_are_no_command_are_wrong_usage():
    with pytest.raises(UsageError, match="is no command"):
        locate_secret(PROJECT, {"MPGOV_SECRET_COMMAND": "pass 'show"})
