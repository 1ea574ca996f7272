"""`mpgov auth rotate`: one working account before, one after, whatever happens in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
import yaml
from keyring.backends import null

from mpgov.core.tokens import fingerprint
from mpgov.errors import InputError
from mpgov.storage.ledger import Ledger
from mpgov.storage.secret import Secret
from mpgov.workflows.project import surroundings
from mpgov.workflows.rotation_log import RotationLog
from mpgov.workflows.turns import turn_of_account

COMMENT = "# who syncs: see the wiki"
CONFIG = """\
plan = "plans"

[projects.shop]            # the real one
id = {project}
service_account = "{account}"   {comment}
region = 'us'

[projects.second]
id = 4243
service_account = "{account}"
"""


@pytest.fixture
def home(open_house, memory, monkeypatch):
    """The sandbox with its account in mpgov.toml and its secret in the keyring."""
    name, secret = open_house.sandbox.default_account
    for variable in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_SECRET"):
        monkeypatch.delenv(f"MIXPANEL_{variable}")
    limits = open_house.folder.joinpath("mpgov.toml").read_text()
    project = open_house.project
    open_house.config(CONFIG.format(project=project, account=name, comment=COMMENT) + limits)
    memory.set_password("mpgov", name, secret)
    return open_house


def toml(home) -> str:
    return (home.folder / "mpgov.toml").read_text("utf-8")


def records(home) -> list[dict]:
    return [dict(line.entry) for line in Ledger(home.folder / "exports" / "shop").read()]


def accounts(home) -> dict:
    return home.sandbox.state.accounts


def rotate(run, *more: str, given: str | None = None):
    return run("auth", "rotate", "--project", "shop", "--yes", *more, given=given)


def the_old_one_works(home, memory, run, old: str) -> None:
    """Nothing changed: the old account is named, kept and alone."""
    assert list(accounts(home)) == [old]
    assert f'service_account = "{old}"' in toml(home)
    assert list(memory.kept) == [("mpgov", old)]
    assert run("auth", "status", "--project", "shop").exit_code == 0


def test_a_rotation_leaves_one_account_that_works_and_is_named_everywhere(home, memory, run):
    old = next(iter(accounts(home)))
    before = toml(home)
    result = rotate(run, "--reason", "every 90 days")
    assert result.exit_code == 0, result.stderr
    (new,) = accounts(home)
    assert new != old
    assert new.startswith("gov-")
    assert accounts(home)[new].roles == {4242: "owner", 4243: "owner"}
    assert accounts(home)[new].role == "admin"
    assert list(memory.kept) == [("mpgov", new)]
    assert toml(home) == before.replace(old, new)
    assert run("auth", "status", "--project", "shop").exit_code == 0
    assert f"account   {new}" in result.stdout
    assert f"replaced  {old}: gone, and its secret forgotten" in result.stdout
    told = records(home)
    steps = ["begun", "created", "joined", "verified", "stored", "named", "deleted", "ended"]
    assert [entry["step"] for entry in told] == steps
    assert [entry.get("state") for entry in told] == ["intended", *[None] * 6, "done"]
    assert {entry["reason"] for entry in told} == {"every 90 days"}
    assert told[-1]["changes"][0]["fields"] == [{"path": ["name"], "before": old, "after": new}]
    assert run("history", "verify", "--project", "shop").exit_code == 0
    secret = next(iter(memory.kept.values()))
    everything = result.output + json.dumps(told) + toml(home)
    assert secret not in everything


def registered(home, account: str) -> Path:
    """A register that knows the account; its path."""
    path = home.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    path.write_text(
        "mpgov_tokens: 1\ntokens:\n"
        f"  sync:   # ours\n    kind: service_account\n    project: shop\n    account: {account}\n"
        "    last_rotated: 2025-01-01\n",
        "utf-8",
    )
    return path


def test_the_register_of_tokens_names_the_new_one(home, memory, run):
    old = next(iter(accounts(home)))
    path = registered(home, old)
    assert rotate(run).exit_code == 0
    (new,) = accounts(home)
    text = path.read_text("utf-8")
    assert f"account: {new}\n" in text
    assert "sync:   # ours" in text
    (said,) = yaml.safe_load(text)["tokens"].values()
    assert said["last_rotated"] == datetime.now(UTC).strftime("%Y-%m-%d")
    assert said["fingerprint"] == fingerprint(memory.kept["mpgov", new])
    told = [record for record in records(home) if record["kind"] == "token"]
    assert [change["name"] for one in told for change in one.get("changes", ())] == ["sync", old]


def test_a_register_that_cannot_be_read_keeps_the_old_one(home, memory, run):
    old = next(iter(accounts(home)))
    registered(home, old).write_text("mpgov_tokens: 1\ntokens: {x: {kind: cookie}}\n")
    assert rotate(run).exit_code == 3
    the_old_one_works(home, memory, run, old)


def test_every_token_of_the_account_names_the_new_one(home, memory, run):
    old = next(iter(accounts(home)))
    path = registered(home, old)
    second = f"  second:\n    kind: service_account\n    project: second\n    account: {old}\n"
    path.write_text(path.read_text("utf-8") + second, "utf-8")
    result = rotate(run)
    assert result.exit_code == 0, result.output
    (new,) = accounts(home)
    tokens = yaml.safe_load(path.read_text("utf-8"))["tokens"]
    print_of = fingerprint(memory.kept["mpgov", new])
    assert {one["account"] for one in tokens.values()} == {new}
    assert {one["fingerprint"] for one in tokens.values()} == {print_of}
    told = [change["name"] for one in records(home) for change in one.get("changes", ())]
    assert told == ["sync", "second", old]


@pytest.mark.parametrize("where", ["mpgov.toml", "the register"])
def test_what_cannot_be_renamed_is_found_before_anything_is_made(home, run, where):
    old = next(iter(accounts(home)))
    if where == "the register":
        path = registered(home, old)
        anchored = path.read_text("utf-8").replace("account: ", "account: &a ")
        path.write_text(f"{anchored}  x: {{kind: service_account, account: *a}}\n", "utf-8")
    else:
        home.config(toml(home).replace(f'"{old}"', f'"""\n{old}"""', 1))
    before = toml(home)
    result = rotate(run)
    assert (result.exit_code, toml(home)) == (3, before)
    assert "cannot change in place" in result.stderr
    assert not [one for one in home.sandbox.log if one.method == "POST"]
    assert list(accounts(home)) == [old]


def test_a_second_rotation_does_not_pile_up_the_name(home, run):
    assert rotate(run).exit_code == 0
    (first,) = accounts(home)
    assert rotate(run).exit_code == 0
    (second,) = accounts(home)
    assert len(first.split(".")[0]) == len(second.split(".")[0])


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "path": "/api/app/me", "after": 1, "status": 401}, 4),
        ({"kind": "status", "path": "/api/app/me", "after": 1, "status": 500, "times": 9}, 5),
        ({"kind": "status", "method": "GET", "path": "*/schemas", "status": 403}, 4),
        ({"kind": "status", "path": "*/add-to-project", "status": 400}, 5),
        ({"kind": "drop_after", "method": "POST", "path": "*/service-accounts"}, 5),
        ({"kind": "drop_before", "method": "POST", "path": "*/service-accounts"}, 5),
        ({"kind": "status", "method": "POST", "path": "*/service-accounts", "status": 429}, 5),
    ],
)
def test_what_fails_keeps_the_old_one_and_removes_the_new(home, memory, run, fault, code):
    old = next(iter(accounts(home)))
    before = toml(home)
    home.sandbox.fault(**fault)
    result = rotate(run, "--max-wait", "1")
    assert result.exit_code == code, result.output
    assert "removed again" in result.stderr
    home.sandbox.faults.clear()
    assert toml(home) == before
    the_old_one_works(home, memory, run, old)
    assert records(home)[-1]["state"] == "done"
    assert "rolled back, the old account stays" in records(home)[-1]["text"]


def test_creation_is_asked_for_once(home, run):
    home.sandbox.fault("status", method="POST", path="*/service-accounts", status=503, times=5)
    assert rotate(run).exit_code == 5
    asked = [r for r in home.sandbox.log if r.method == "POST" and r.path.endswith("accounts")]
    assert len(asked) == 1


def test_a_keyring_that_forgets_keeps_the_old_one(home, memory, run, monkeypatch):
    old = next(iter(accounts(home)))
    monkeypatch.setattr(type(memory), "set_password", lambda *_: None)
    result = rotate(run)
    assert result.exit_code == 4
    assert "does not give back" in result.stderr
    the_old_one_works(home, memory, run, old)


def test_an_old_one_that_cannot_be_deleted_is_deleted_by_the_next_call(home, memory, run):
    old = next(iter(accounts(home)))
    home.sandbox.fault("status", method="DELETE", path="*/service-accounts/*", status=403, times=2)
    assert rotate(run).exit_code == 4
    assert len(accounts(home)) == 2
    result = rotate(run)
    assert result.exit_code == 0, result.output
    assert "was interrupted" in result.stderr
    (new,) = accounts(home)
    assert new != old
    assert list(memory.kept) == [("mpgov", new)]


# What is refused before anything is made


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"role": "member"}, "only owners and admins of the organization"),
        ({"roles": {4242: "Data steward"}}, "in project 4242 it has Data steward"),
        ({"granted": {4242: "team"}}, "in project 4242 its role comes from its team"),
        ({"sensitive": True}, "in project 4242 it may see classified data"),
    ],
)
def test_what_the_api_cannot_make_again_is_refused(home, memory, run, fields, said):
    old = next(iter(accounts(home)))
    for name, value in fields.items():
        setattr(accounts(home)[old], name, value)
    result = rotate(run)
    assert result.exit_code == 4
    assert said in result.stderr
    assert "mpgov auth rotate --manual" in result.stderr
    assert not [r for r in home.sandbox.log if r.method == "POST"]
    assert records(home) == []
    the_old_one_works(home, memory, run, old)


def test_all_that_stands_in_the_way_is_told_at_once(home, run):
    account = next(iter(accounts(home).values()))
    account.role, account.granted, account.sensitive = "member", {4243: "team"}, True
    lines = [line for line in rotate(run).stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 4


@pytest.mark.parametrize("variable", ["SERVICE_ACCOUNT", "SERVICE_ACCOUNT_SECRET"])
def test_what_comes_from_the_environment_needs_a_place_to_go(home, run, monkeypatch, variable):
    name, secret = home.sandbox.default_account
    monkeypatch.setenv(f"MIXPANEL_{variable}", name if variable.endswith("ACCOUNT") else secret)
    result = rotate(run)
    assert result.exit_code == 2
    assert "comes from the environment" in result.stderr
    assert "--store-command" in result.stderr
    assert list(accounts(home)) == [name]
    assert rotate(run, "--keep-old", "3").exit_code == 0


def test_without_a_terminal_it_asks_for_yes(home, run):
    result = run("auth", "rotate", "--project", "shop")
    assert (result.exit_code, len(accounts(home))) == (2, 1)
    assert "--yes" in result.stderr


def test_a_record_that_cannot_be_written_stops_it(home, run):
    (home.folder / "exports").write_text("a file")
    assert rotate(run).exit_code == 3
    assert len(accounts(home)) == 1


# Where the secret goes, and when things end


def test_a_command_gets_the_secret_on_stdin_and_the_name_in_its_environment(home, memory, run):
    script = home.folder / "store.py"
    script.write_text(
        "import os, sys\n"
        "open('stored', 'a').write(os.environ['MPGOV_SERVICE_ACCOUNT'] + ' ' + sys.stdin.read())\n"
    )
    result = rotate(run, "--store-command", f"{sys.executable} {script}")
    assert result.exit_code == 0, result.output
    (new,) = accounts(home)
    assert (home.folder / "stored").read_text() == f"{new} {memory.kept['mpgov', new]}"


def test_a_command_that_fails_keeps_the_old_one(home, memory, run):
    old = next(iter(accounts(home)))
    result = rotate(run, "--store-command", f"{sys.executable} -c 'raise SystemExit(3)'")
    assert result.exit_code == 4
    assert "--store-command ended with 3" in result.stderr
    the_old_one_works(home, memory, run, old)
    assert rotate(run, "--store-command", "no-such-program").exit_code == 4
    assert rotate(run, "--store-command", "'").exit_code == 2
    the_old_one_works(home, memory, run, old)


def test_an_expiry_is_asked_for_and_checked(home, memory, run):
    assert rotate(run, "--expires", "90").exit_code == 0
    (new,) = accounts(home)
    assert accounts(home)[new].expires
    assert rotate(run).exit_code == 0  # as long a life as the one before had
    (newer,) = accounts(home)
    assert accounts(home)[newer].expires
    home.sandbox.turn({"expires": "ignored"})
    result = rotate(run, "--expires", "90")
    assert result.exit_code == 4
    assert "did not heed --expires" in result.stderr
    the_old_one_works(home, memory, run, newer)


def test_the_old_one_can_be_kept_for_a_while(home, memory, run, monkeypatch):
    old = next(iter(accounts(home)))
    result = rotate(run, "--keep-old", "7")
    assert result.exit_code == 0, result.output
    assert f"{old}: kept until" in result.stdout
    assert len(accounts(home)) == len(memory.kept) == 2
    again = rotate(run)
    assert again.exit_code == 1
    assert "kept until" in again.stdout
    assert len(accounts(home)) == 2
    monkeypatch.setattr("mpgov.workflows.rotation._today", lambda _: "2126-01-01")
    assert rotate(run).exit_code == 0
    (new,) = accounts(home)
    assert (new != old, list(memory.kept)) == (True, [("mpgov", new)])
    assert [r for r in records(home) if r.get("state") == "done"]


def test_what_is_kept_can_be_ended_at_once(home, run):
    assert rotate(run, "--end-old").exit_code == 2
    assert rotate(run, "--keep-old", "7").exit_code == 0
    assert rotate(run, "--end-old").exit_code == 0
    assert len(accounts(home)) == 1


def test_what_is_kept_is_not_ended_where_the_new_secret_is_not_here(
    home, memory, run, monkeypatch, tmp_path
):
    """In CI the new secret went to a vault: nothing may be taken back or ended unproved."""
    old, secret = home.sandbox.default_account
    script = tmp_path / "store.py"
    kept = tmp_path / "vault"
    script.write_text(f"import sys; open({str(kept)!r}, 'w').write(sys.stdin.read())")
    keyring.set_keyring(null.Keyring())
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    store = f"{sys.executable} {script}"
    assert rotate(run, "--keep-old", "3", "--store-command", store).exit_code == 0
    (new,) = [name for name in accounts(home) if name != old]
    result = rotate(run, "--end-old")
    assert result.exit_code == 4
    assert f"set MIXPANEL_SERVICE_ACCOUNT={new}" in result.stderr
    assert len(accounts(home)) == 2
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", kept.read_text())
    assert rotate(run, "--end-old").exit_code == 0
    assert list(accounts(home)) == [new]
    assert memory.kept


def store_command(folder: Path) -> tuple[str, Path]:
    """A command that keeps what it gets, and where."""
    script, vault = folder / "store.py", folder / "vault"
    script.write_text(f"import sys; open({str(vault)!r}, 'w').write(sys.stdin.read())")
    return f"{sys.executable} {script}", vault


def test_a_command_that_has_not_had_the_secret_gets_it_before_the_old_one_ends(
    home, run, monkeypatch, tmp_path
):
    old, secret = home.sandbox.default_account
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    store, vault = store_command(tmp_path)
    interrupt_before("delivered", run, monkeypatch, "--store-command", store)
    vault.unlink()
    forgotten = rotate(run)
    assert forgotten.exit_code == 2
    assert "call it with --store-command again" in forgotten.stderr
    assert len(accounts(home)) == 2
    assert rotate(run, "--store-command", store).exit_code == 0
    (new,) = accounts(home)
    assert new != old
    assert accounts(home)[new].knows(vault.read_text())


@pytest.mark.parametrize("step", ["deleted", "ended"])
def test_an_old_one_that_is_gone_is_not_said_to_be_kept(home, memory, run, monkeypatch, step):
    assert rotate(run, "--keep-old", "7").exit_code == 0
    interrupt_before(step, run, monkeypatch, "--end-old")
    (new,) = accounts(home)
    result = rotate(run)
    assert result.exit_code == 0, result.output
    assert list(memory.kept) == [("mpgov", new)]
    assert records(home)[-1]["step"] == "ended"


@pytest.mark.parametrize("option", ["--keep-old", "--expires"])
def test_days_have_an_end(home, run, option):
    assert rotate(run, option, "99999999").exit_code == 2
    assert len(accounts(home)) == 1


def test_what_goes_before_the_keyring_is_named(home, run, monkeypatch):
    _, secret = home.sandbox.default_account
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET__SHOP", secret)
    result = rotate(run, "--keep-old", "7")
    assert result.exit_code == 0, result.output
    assert "MIXPANEL_SERVICE_ACCOUNT_SECRET__SHOP still holds the old secret" in result.stderr
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET__SHOP")
    monkeypatch.setenv("MPGOV_SECRET_COMMAND", "false")
    assert "MPGOV_SECRET_COMMAND goes before the keyring" in rotate(run, "--end-old").stderr


# Two projects, one account


def test_a_rotation_that_another_project_waits_for_is_ended_first(home, run):
    assert rotate(run, "--keep-old", "7").exit_code == 0
    result = run("auth", "rotate", "--project", "second", "--yes")
    assert result.exit_code == 1
    assert "next: mpgov auth rotate --end-old --project shop" in result.stderr
    assert len(accounts(home)) == 2


def test_two_projects_do_not_rotate_one_account_at_once(home, run):
    found = surroundings(None, print, "second")
    with turn_of_account(found, found.project(), wait=True):
        assert rotate(run, "--no-wait").exit_code == 1
        assert run("sync", "--project", "shop", "--yes", "--no-wait").exit_code == 1
    assert len(accounts(home)) == 1
    assert rotate(run).exit_code == 0


# By hand


def test_where_rights_are_missing_a_person_makes_it(home, memory, run):
    old = next(iter(accounts(home)))
    new, secret = home.sandbox.add_account("by-hand", {4242: "owner"})
    result = rotate(run, "--manual", "--service-account", new, given=f"{secret}\n")
    assert result.exit_code == 0, result.output
    assert "Organization Settings > Service Accounts" in result.stderr
    assert f'service_account = "{new}"' in toml(home)
    assert memory.kept["mpgov", new] == secret
    assert f"{old}: delete it in Mixpanel" in result.stdout
    waiting = rotate(run)
    assert (waiting.exit_code, "delete it there" in waiting.stdout) == (1, True)
    del accounts(home)[old]
    done = rotate(run)
    assert done.exit_code == 0, done.output
    assert list(memory.kept) == [("mpgov", new)]
    assert [r["step"] for r in records(home)][-1] == "ended"
    assert secret not in json.dumps(records(home))


@pytest.mark.parametrize(("role", "said"), [("consumer", "lacks its role"), (None, "lacks its")])
def test_what_a_person_made_wrongly_is_not_put_in_use(home, memory, run, role, said):
    old = next(iter(accounts(home)))
    new, secret = home.sandbox.add_account("by-hand", {4242: role} if role else {})
    result = rotate(run, "--manual", "--service-account", new, given=secret)
    assert result.exit_code == 4
    assert said in result.stderr
    assert f'service_account = "{old}"' in toml(home)
    assert list(memory.kept) == [("mpgov", old)]


def test_a_command_that_fails_leaves_the_old_one_named_and_the_new_secret_forgotten(
    home, memory, run
):
    old = next(iter(accounts(home)))
    new, secret = home.sandbox.add_account("by-hand", {4242: "owner"})
    before = toml(home)
    by_hand = ["--manual", "--service-account", new, "--store-command", "false"]
    assert rotate(run, *by_hand, given=secret).exit_code == 4
    assert toml(home) == before
    assert list(memory.kept) == [("mpgov", old)]


# Interrupted


@pytest.mark.parametrize("label", ["", "gov", "-20260101-abcdef"])
def test_a_line_that_mpgov_did_not_write_deletes_nobody(home, memory, run, label):
    old = next(iter(accounts(home)))
    other, _ = home.sandbox.add_account("gov", {4242: "owner"})
    line = {"kind": "token", "run": "r1", "state": "intended", "step": "begun", "label": label}
    old_one = {"name": "someone", "id": 77}
    Ledger(home.folder / "exports" / "shop").append(
        {**line, "old": old_one, "roles": {}, "organization": 9, "at": "2026-11-01T00:00:00Z"}
    )
    result = rotate(run)
    assert result.exit_code == 0, result.output
    (new, still) = sorted(accounts(home), key=lambda name: name == other)
    assert (still, new != old) == (other, True)
    assert list(memory.kept) == [("mpgov", new)]


def test_a_rotation_never_removes_the_one_that_works(home, run, monkeypatch):
    """The label of a line names the account in use: it is all that Mixpanel takes."""
    rotate(run)
    (ours,) = accounts(home)
    label = ours.split(".")[0]
    line = {"kind": "token", "run": "r1", "state": "intended", "step": "begun", "label": label}
    Ledger(home.folder / "exports" / "shop").append(
        {**line, "old": {"name": "x", "id": 7}, "organization": 9, "at": "2026-11-01T00:00:00Z"}
    )
    monkeypatch.setattr("mpgov.storage.credentials.kept_secret", lambda _: None)
    monkeypatch.setattr("mpgov.workflows.rotation._accepted", lambda steps: [_client(steps)])
    secret = keyring.get_password("mpgov", ours)

    def _client(steps):
        return steps.client_of(ours, Secret(secret))

    result = rotate(run)
    assert result.exit_code == 4
    assert f"{ours} is all that works: it is not removed" in result.stderr
    assert list(accounts(home)) == [ours]


def test_a_vault_that_does_not_know_the_new_one_is_no_obstacle(home, run, monkeypatch, tmp_path):
    old, secret = home.sandbox.default_account
    script = tmp_path / "vault.py"
    known = f"print({secret!r}) if os.environ['MPGOV_SERVICE_ACCOUNT'] == {old!r} else sys.exit(1)"
    script.write_text(f"import os, sys\n{known}\n")
    monkeypatch.setenv("MPGOV_SECRET_COMMAND", f"{sys.executable} {script}")
    store, vault = store_command(tmp_path)
    interrupt_before("joined", run, monkeypatch, "--store-command", store)
    assert len(accounts(home)) == 2
    assert rotate(run, "--store-command", store).exit_code == 0
    (new,) = accounts(home)
    assert accounts(home)[new].knows(vault.read_text())


def interrupt_before(step: str, run, monkeypatch, *more: str) -> str:
    """Rotate, and have it interrupted before the step is recorded; what it said."""
    write = RotationLog._write  # noqa: SLF001

    def interrupted(self, more, *rest, **named):
        if more.get("step") == step:
            raise KeyboardInterrupt
        write(self, more, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(RotationLog, "_write", interrupted)
        result = rotate(run, *more)
        assert result.exit_code == 130
    return result.stderr


@pytest.mark.parametrize(
    "step", ["created", "joined", "verified", "stored", "named", "deleted", "ended"]
)
def test_interrupted_before_a_step_is_recorded_one_more_call_ends_it(
    home, memory, run, monkeypatch, step
):
    old = next(iter(accounts(home)))
    interrupt_before(step, run, monkeypatch)
    result = rotate(run)
    assert result.exit_code == 0, result.output
    (new,) = accounts(home)
    assert new != old
    assert list(memory.kept) == [("mpgov", new)]
    assert toml(home).count(new) == 2
    ended = [r for r in records(home) if r.get("state") in {"done", "recovered"}]
    begun = [r for r in records(home) if r.get("state") == "intended"]
    assert len(ended) == len(begun)
    assert run("auth", "status", "--project", "shop").exit_code == 0


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("created", "{new} is made, {old} still works: the same command again finishes it or"),
        ("stored", "{new} is made, {old} still works: the same command again finishes it or"),
        ("named", "{new} is in place, {old} still works: the same command again finishes it\n"),
        ("deleted", "{new} is in place, {old} is deleted: the same command again finishes it\n"),
    ],
)
def test_who_interrupts_it_is_told_how_it_stands(home, run, monkeypatch, step, said):
    old, _ = home.sandbox.default_account
    made = []
    created = RotationLog.made
    monkeypatch.setattr(RotationLog, "made", lambda *a: (made.append(a[1]), created(*a)))
    told = interrupt_before(step, run, monkeypatch)
    assert f"error: interrupted; {said.format(old=old, new=made[0])}" in told


def test_what_fails_once_the_new_one_is_in_place_says_how_it_stands(home, run, monkeypatch):
    old, _ = home.sandbox.default_account
    path = registered(home, old)
    refused = InputError("cannot write tokens.yaml: it is write-protected")
    with monkeypatch.context() as patch:
        patch.setattr("mpgov.workflows.token_changes.written", raising(refused))
        result = rotate(run)
    (new,) = set(accounts(home)) - {old}
    assert result.exit_code == 3
    assert result.stderr.endswith(
        f"error: {refused.problems[0]}; {new} is in place, {old} still works: the same command "
        "again finishes it\n"
    )
    assert rotate(run).exit_code == 0
    assert f"account: {new}" in path.read_text("utf-8")
    assert list(accounts(home)) == [new]


def test_an_old_one_that_cannot_be_deleted_is_said_to_work(home, run):
    home.sandbox.fault("status", method="DELETE", path="*/service-accounts/*", status=403, times=3)
    old, _ = home.sandbox.default_account
    assert "still works" not in rotate(run, "--keep-old", "3").stderr
    told = rotate(run, "--end-old").stderr
    assert f"is in place, {old} still works: the same command again finishes it" in told
    assert rotate(run, "--end-old").exit_code == 0


def raising(error: Exception):
    def raise_it(*_: object, **__: object) -> None:
        raise error

    return raise_it


@pytest.mark.parametrize("name", ["mpgov.toml", "tokens.yaml"])
@pytest.mark.parametrize("protected", ["the file", "its folder"])
def test_what_is_write_protected_is_found_before_anything_is_made(
    home, memory, run, monkeypatch, name, protected
):
    old, _ = home.sandbox.default_account
    path = registered(home, old) if name == "tokens.yaml" else home.folder / name
    shut = path if protected == "the file" else path.parent
    real = os.access
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda p, m: Path(p) != shut and real(p, m))
        result = rotate(run)
    assert result.exit_code == 3
    assert f"{name}: it" in result.stderr
    assert "write-protected" in result.stderr
    the_old_one_works(home, memory, run, old)


@pytest.fixture
def branched(home):
    """The record is kept on a branch of a repository with a remote."""
    remote = home.folder.parent / "remote.git"
    identity = ["-c", "user.name=Jane", "-c", "user.email=jane@acme.example"]
    for arguments in (
        ["init", "-q", "--bare", str(remote)],
        ["init", "-q"],
        ["remote", "add", "origin", str(remote)],
        ["commit", "-q", "--allow-empty", "-m", "Begin"],
    ):
        subprocess.run(["git", *identity, *arguments], cwd=home.folder, check=True)
    home.config(toml(home) + '\n[record]\nkeep = "branch"\n')
    return home


@pytest.mark.parametrize("step", ["created", "stored", "named", "ended"])
def test_on_a_branch_lines_that_were_never_pushed_are_not_needed_to_go_on(
    branched, memory, run, monkeypatch, step
):
    register = registered(branched, next(iter(accounts(branched))))
    interrupt_before(step, run, monkeypatch)
    result = rotate(run)
    assert result.exit_code == 0, result.output
    (new,) = accounts(branched)
    assert list(memory.kept) == [("mpgov", new)]
    assert toml(branched).count(new) == 2
    assert f"account: {new}" in register.read_text("utf-8")
    told = json.loads(run("history", "--project", "shop", "--format", "json").stdout)["records"]
    assert told[0]["changes"][0]["fields"][0]["after"] == new
    assert "intended" not in [record.get("state") for record in told]
    pushed = subprocess.run(
        ["git", "show", "mpgov-record:exports/shop/ledger.jsonl"],
        cwd=branched.folder.parent / "remote.git",
        capture_output=True,
        text=True,
        check=True,
    )
    assert pushed.stdout == (branched.folder / "exports" / "shop" / "ledger.jsonl").read_text()


def test_a_sync_takes_no_notice_of_a_rotation_that_was_interrupted(home, run, monkeypatch):
    home.sandbox.fault("status", method="DELETE", path="*/service-accounts/*", status=403, times=2)
    assert rotate(run).exit_code == 4
    Path("plans").mkdir()
    home.plan("events: {A: {description: d}}", "plans/plan.yaml")
    monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT", raising=False)
    result = run("sync", "--project", "shop", "--yes")
    assert result.exit_code == 0, result.output
    assert "was interrupted" not in result.stderr
