"""`mpgov doctor`: the one cause first, and the command that mends it does."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
import trustme
from werkzeug.serving import make_server

from mpgov.storage.ledger import Ledger

PLAN = "mpgov: 1\nevents: {Sale: {description: Somebody paid., owners: [jane@acme.example]}}\n"

COMMANDS = {"mpgov", "git", "sudo", "read", "unset", "export", "sleep", "chmod", "curl"}
COMMANDS |= {"${EDITOR:-vi}"}


@pytest.fixture
def home(open_house, memory, monkeypatch):
    """Everything in place: settings, a committed plan, a keyring with the secret, a record."""
    name, secret = open_house.sandbox.default_account
    for variable in ("PROJECT_ID", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_SECRET"):
        monkeypatch.delenv(f"MIXPANEL_{variable}")
    limits = (open_house.folder / "mpgov.toml").read_text("utf-8")
    write(open_house, name, limits)
    (open_house.folder / "plan.yaml").write_text(PLAN, "utf-8")
    memory.set_password("mpgov", name, secret)
    ledger = Ledger(open_house.folder / "exports" / "shop")
    for number in range(3):
        ledger.append({"kind": "note", "text": f"note {number}", "at": "2026-10-01T10:00:00Z"})
    for git in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "The plan"]):
        identity = ["-c", "user.name=Jane", "-c", "user.email=jane@acme.example"]
        subprocess.run(["git", *identity, *git], cwd=open_house.folder, check=True)
    return open_house


def write(home, account: str, limits: str, more: str = "") -> None:
    head = f'plan = "plan.yaml"\n[projects.shop]\nid = {home.project}\n'
    home.config(f'{head}service_account = "{account}"\n{more}{limits}')


def seen(run, *more: str) -> dict:
    result = run("doctor", *more, "--format", "json")
    assert result.exit_code in {0, 1}, result.output
    return json.loads(result.stdout)


def states(document: dict) -> dict[str, str]:
    return {one["name"]: one["state"] for one in document["checks"]}


def mpgov(run, command: str, given: str | None = None):
    """Type a command that the doctor named, as it stands."""
    words = shlex.split(command, comments=True)
    assert words[0] == "mpgov", command
    return run(*words[1:], given=given)


def test_where_everything_is_in_place_it_says_so(home, run):
    document = seen(run)
    assert document["cause"] is None
    assert set(states(document).values()) == {"ok"}, document
    names = "versions settings project plan keyring secret connection clock credentials region"
    names += " role Lexicon limits exports base ledger tokens git"
    assert [n for n in states(document) if n != "host"] == names.split()
    text = run("doctor")
    assert (text.exit_code, text.stdout.splitlines()[-1]) == (0, "everything is in place")
    assert next(iter(home.sandbox.state.accounts)) in text.stdout


# The eight set-ups


def test_a_consumer_role(home, memory, run):
    account = next(iter(home.sandbox.state.accounts.values()))
    account.roles[home.project] = "consumer"
    document = seen(run)
    assert document["cause"] == "role"
    lines = run("doctor").stdout.splitlines()
    assert lines[0] == (
        "wrong: the role consumer reads Lexicon and does not write it; sync needs admin or owner"
    )
    new, secret = home.sandbox.add_account("better", {home.project: "admin"})
    done = mpgov(run, f"{document['fix'].partition('#')[0]} --service-account {new}", secret)
    assert done.exit_code == 0, done.output
    assert memory.kept["mpgov", new] == secret
    assert seen(run)["cause"] is None


def test_an_expired_account(home, run):
    account = next(iter(home.sandbox.state.accounts.values()))
    account.expires = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    document = seen(run)
    assert document["cause"] == "credentials"
    assert "expired" in run("doctor").stdout.splitlines()[0]
    new, secret = home.sandbox.add_account("fresh", {home.project: "owner"})
    done = mpgov(run, f"{document['fix']} --service-account {new}", secret)
    assert done.exit_code == 0, done.output
    assert seen(run)["cause"] is None


def test_no_keyring(home, run, monkeypatch):
    import keyring  # noqa: PLC0415
    from keyring.backends import null  # noqa: PLC0415

    keyring.set_keyring(null.Keyring())
    document = seen(run)
    assert document["cause"] == "keyring"
    assert states(document)["Mixpanel"] == "skipped"
    variable = "MIXPANEL_SERVICE_ACCOUNT_SECRET"
    assert document["fix"] == f"read -rs {variable} && export {variable}"
    _, secret = home.sandbox.default_account
    typed = subprocess.run(
        ["bash", "-c", f"{document['fix']} && printf %s ${variable}"],
        input=f"{secret}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    monkeypatch.setenv(variable, typed.stdout)
    document = seen(run)
    assert document["cause"] is None
    assert states(document)["keyring"] == "ok"


def test_a_clock_that_is_off_by_ten_minutes(home, run):
    home.sandbox.turn({"date_header": "10 minutes behind"})
    document = seen(run)
    assert document["cause"] == "clock"
    assert "10 minutes ahead of Mixpanel's" in run("doctor").stdout.splitlines()[0]
    assert document["fix"].startswith("sudo timedatectl set-ntp true")
    home.sandbox.turn({"date_header": "true"})  # what the command does
    assert seen(run)["cause"] is None
    home.sandbox.turn({"date_header": "unreadable"})
    assert states(seen(run))["clock"] == "skipped"


def test_a_broken_ledger(home, run):
    path = home.folder / "exports" / "shop" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"note 1", b"note X"))
    document = seen(run)
    assert document["cause"] == "ledger"
    said = run("doctor").stdout.splitlines()[0]
    assert said == "wrong: exports/shop/ledger.jsonl:2: was changed: its hash does not fit"
    subprocess.run(shlex.split(document["fix"]), cwd=home.folder, check=True)
    assert seen(run)["cause"] is None


def test_what_no_commit_has_of_a_broken_ledger_is_not_thrown_away(home, run):
    path = home.folder / "exports" / "shop" / "ledger.jsonl"
    Ledger(path.parent).append({"kind": "note", "text": "note 3", "at": "2026-10-02T10:00:00Z"})
    path.write_bytes(path.read_bytes().replace(b"note 1", b"note X"))
    document = seen(run)
    told = next(one["text"] for one in document["checks"] if one["name"] == "ledger")
    assert told.endswith("; the last commit lacks 1 record of it")
    subprocess.run(["bash", "-c", document["fix"]], cwd=home.folder, check=True)
    assert seen(run)["cause"] is None
    assert b"note 3" in path.with_name("damaged-ledger.jsonl").read_bytes()


def test_a_command_names_the_project_where_another_would_be_meant(home, run, memory):
    file = home.folder / "mpgov.toml"
    file.write_text(
        file.read_text("utf-8").replace("plan = ", 'default_project = "shop"\nplan = ', 1)
        + '\n[projects."two words"]\nid = 4242\nservice_account = "other"\n'
    )
    assert seen(run)["cause"] is None
    fix = seen(run, "--project", "two words")["fix"]
    assert fix == "mpgov auth login --project 'two words'"
    memory.kept.clear()
    assert seen(run)["fix"] == "mpgov auth login"


def test_an_unsafe_host(home, run, monkeypatch):
    url = os.environ["MIXPANEL_HOST"]
    monkeypatch.delenv("MIXPANEL_HOST")
    name, _ = home.sandbox.default_account
    limits = (home.folder / "mpgov.toml").read_text("utf-8").partition("[limits]")[2]
    write(home, name, f"[limits]{limits}", 'host = "https://evil.example"   # somebody added it\n')
    document = seen(run)
    assert document["cause"] == "host"
    assert "gets no secret" in run("doctor").stdout.splitlines()[0]
    assert states(document)["Mixpanel"] == "skipped"
    assert home.sandbox.log == []
    done = mpgov(run, f"{document['fix']} --yes --max-wait 0")
    assert "mpgov.toml: remove [projects.shop] host" in done.stderr
    assert "evil" not in (home.folder / "mpgov.toml").read_text("utf-8")
    assert "mixpanel.com cannot be reached" in done.stdout  # its own host again: not from here
    monkeypatch.setenv("MIXPANEL_HOST", url)
    assert seen(run)["cause"] is None


def test_a_missing_plan(home, run):
    (home.folder / "plan.yaml").unlink()
    document = seen(run)
    assert document["cause"] == "plan"
    assert run("doctor").stdout.splitlines()[0] == "wrong: plan.yaml: there is no such plan"
    home.put({"entityType": "event", "name": "Sale", "schemaJson": {"description": "Paid"}})
    done = mpgov(run, document["fix"])
    assert done.exit_code == 0, done.output
    assert seen(run)["cause"] is None


def test_a_missing_plan_folder(home, run):
    (home.folder / "plan.yaml").unlink()
    file = home.folder / "mpgov.toml"
    file.write_text(file.read_text("utf-8").replace("plan.yaml", "plans"), "utf-8")
    document = seen(run)
    assert document["fix"] == "mpgov init"
    assert mpgov(run, document["fix"]).exit_code == 0
    assert seen(run)["cause"] is None


@pytest.mark.usefixtures("memory")
def test_the_wrong_region(regions, run, monkeypatch, tmp_path):
    regions("eu.mixpanel.com")
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "c4naryS3cretOfThirtyTwoLetters00")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "plan.yaml").write_text(PLAN, "utf-8")
    document = seen(run)
    assert document["cause"] == "region"
    said = run("doctor").stdout.splitlines()[0]
    assert said == "wrong: your project lives in EU, not in US"
    done = mpgov(run, f"{document['fix']} --yes")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "mpgov.toml").read_text("utf-8").count('region = "eu"') == 1
    assert seen(run)["cause"] is None


@pytest.mark.usefixtures("memory")
def test_the_wrong_region_is_mended_where_it_is_said(regions, run, monkeypatch, tmp_path):
    regions("eu.mixpanel.com")
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "c4naryS3cretOfThirtyTwoLetters00")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "plan.yaml").write_text(PLAN, "utf-8")
    monkeypatch.setenv("MIXPANEL_REGION", "us")
    assert seen(run)["fix"] == "export MIXPANEL_REGION=eu"
    monkeypatch.setenv("MIXPANEL_REGION", "eu")
    assert states(seen(run))["region"] == "ok"
    monkeypatch.delenv("MIXPANEL_REGION")
    file = tmp_path / "mpgov.toml"
    file.write_text(f'{file.read_text()}host = "https://mixpanel.com"\n')
    document = seen(run)
    assert document["cause"] == "region"
    told = next(one["text"] for one in document["checks"] if one["name"] == "region")
    assert told == "your project lives in EU, not in https://mixpanel.com"
    mpgov(run, f"{document['fix']} --yes")
    assert "host" not in file.read_text()
    assert states(seen(run))["region"] == "ok"


# Beside them


@pytest.mark.parametrize(
    ("spoil", "cause", "said"),
    [
        (lambda f: (f / "mpgov.toml").write_text("[projects\n"), "settings", "is no TOML"),
        (lambda f: (f / "mpgov.toml").write_text("[projects.a]\nid = 1\n[projects.b]\nid = 2\n"),
         "project", "which project?"),
        (lambda f: (f / "plan.yaml").write_text("mpgov: 1\nevents: {A: {tag: x}}\n"), "plan",
         'plan.yaml:2:14: "A" has no field "tag"'),
        (lambda f: (f / "exports" / "shop" / "base.json").write_text("{"), "base", "base.json:1:2"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_the_cause(home, run, spoil, cause, said):
    spoil(home.folder)
    document = seen(run)
    assert document["cause"] == cause
    assert said in run("doctor").stdout.splitlines()[0]
    assert document["fix"]


def test_every_line_that_is_not_in_order_names_a_command(home, run, monkeypatch):
    """What a shell would not take as a command line is no fix."""
    account = next(iter(home.sandbox.state.accounts.values()))
    (home.folder / "plan.yaml").write_text(PLAN.replace("{desc", "{status: blocked, desc"))
    seen_states = set()
    for role in ("admin", "consumer", "custom-role", ""):
        account.roles = {home.project: role} if role else {5005: "admin"}
        for line in seen(run)["checks"]:
            if line["state"] in {"warning", "wrong"}:
                seen_states.add((line["name"], line["state"]))
                assert line["fix"], line
                assert shlex.split(line["fix"], comments=True)[0] in COMMANDS, line
    assert {("role", "warning"), ("role", "wrong"), ("credentials", "wrong")} <= seen_states
    monkeypatch.setenv("MIXPANEL_REGION", "mars")
    assert seen(run)["fix"] == "unset MIXPANEL_REGION"


def test_the_project_of_another_id_is_named(home, run):
    account = next(iter(home.sandbox.state.accounts.values()))
    home.sandbox.add_project(5005, 9, "kiosk")
    account.roles = {5005: "admin"}
    document = seen(run)
    assert document["cause"] == "credentials"
    told = run("doctor").stdout.splitlines()[0]
    assert told.endswith(f"is accepted and no member of project {home.project}, but of 5005")
    assert document["fix"] == '"${EDITOR:-vi}" mpgov.toml'


@pytest.mark.usefixtures("home")
def test_a_project_that_there_is_not_is_a_word_typed_wrong(run):
    result = run("doctor", "--project", "shpo")
    assert (result.exit_code, "did you mean shop?" in result.stderr) == (2, True)


def test_a_secret_that_is_missing_or_wrong(home, memory, run):
    name, secret = home.sandbox.default_account
    memory.kept.clear()
    document = seen(run)
    assert (document["cause"], document["fix"]) == ("secret", "mpgov auth login")
    assert mpgov(run, document["fix"], given=secret).exit_code == 0
    assert seen(run)["cause"] is None
    memory.kept["mpgov", name] = "wrong"
    assert seen(run)["cause"] == "credentials"


def test_a_project_whose_classified_data_it_may_not_see(home, run):
    home.sandbox.turn({"classified_data": "on"})
    document = seen(run)
    assert document["cause"] == "Lexicon"
    assert "does not see classified data" in run("doctor").stdout.splitlines()[0]


def test_what_was_begun_and_never_ended_is_a_warning(home, run):
    home.sandbox.fault("status", method="DELETE", path="*/service-accounts/*", status=403, times=2)
    assert run("auth", "rotate", "--yes").exit_code == 4
    document = seen(run)
    assert document["cause"] is None
    assert states(document)["rotation"] == "warning"
    fix = next(one["fix"] for one in document["checks"] if one["name"] == "rotation")
    assert mpgov(run, f"{fix} --yes").exit_code == 0
    assert "rotation" not in states(seen(run))


def rotation_of(run) -> dict:
    return next(one for one in seen(run)["checks"] if one["name"] == "rotation")


def test_an_old_account_is_kept_in_order_until_its_day_and_then_the_command_ends_it(
    home, run, monkeypatch
):
    name, _ = home.sandbox.default_account
    assert run("auth", "rotate", "--yes", "--keep-old", "7").exit_code == 0
    until = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%d")
    kept = rotation_of(run)
    sooner = f"{name} is kept until {until}; mpgov auth rotate --end-old deletes it sooner"
    assert (kept["state"], kept["text"]) == ("ok", sooner)
    monkeypatch.setattr("mpgov.workflows.doctor_record.today", lambda _: until)
    over = rotation_of(run)
    assert (over["state"], until in over["text"]) == ("warning", True)
    assert mpgov(run, f"{over['fix']} --yes").exit_code == 0
    assert "rotation" not in states(seen(run))


def test_an_account_that_a_person_is_to_delete_is_named(home, run):
    old, _ = home.sandbox.default_account
    new, secret = home.sandbox.add_account("by-hand", {home.project: "owner"})
    by_hand = ["--manual", "--service-account", new]
    assert run("auth", "rotate", *by_hand, given=secret).exit_code == 0
    found = rotation_of(run)
    assert f"{old} is to be deleted in Mixpanel" in found["text"]
    del home.sandbox.state.accounts[old]
    assert mpgov(run, f"{found['fix']} --yes").exit_code == 0
    assert "rotation" not in states(seen(run))


def test_tokens_that_are_due_are_a_warning_and_a_register_that_is_none_is_wrong(home, run):
    def tokens() -> dict:
        return next(one for one in seen(run)["checks"] if one["name"] == "tokens")

    (home.folder / "plans").mkdir()
    register = home.folder / "plans" / "tokens.yaml"
    entry = "kind: project_token, project: shop, rotate_every: 90 days, last_rotated"
    register.write_text(f"mpgov_tokens: 1\ntokens:\n  web: {{{entry}: 2024-01-01}}\n")
    assert (tokens()["state"], tokens()["fix"]) == ("warning", "mpgov tokens due")
    assert tokens()["text"] == "overdue: web"
    assert mpgov(run, tokens()["fix"]).exit_code == 1
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    register.write_text(f"mpgov_tokens: 1\ntokens:\n  web: {{{entry}: {today}}}\n")
    assert tokens()["text"] == "1 in plans/tokens.yaml, none due"
    register.write_text("mpgov_tokens: 1\ntokens: {web: {kind: cookie}}\n")
    assert (tokens()["state"], tokens()["fix"]) == ("wrong", "mpgov tokens check")


def test_a_mixpanel_that_is_not_there(home, run, monkeypatch):
    monkeypatch.setenv("MIXPANEL_HOST", "http://127.0.0.1:9")
    assert home.sandbox.log == []
    document = seen(run, "--max-wait", "1")
    assert document["cause"] == "connection"
    assert states(document)["credentials"] == "skipped"


def test_the_issuer_of_the_certificate_is_named_also_where_it_is_not_trusted(
    home, run, monkeypatch, tmp_path
):
    authority = trustme.CA(organization_name="Acme Proxy")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = make_server("127.0.0.1", 0, home.sandbox.wsgi, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        monkeypatch.setenv("MIXPANEL_HOST", f"https://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
        document = seen(run, "--max-wait", "1")
        assert document["cause"] == "connection"
        first, fix = run("doctor", "--max-wait", "1").stdout.splitlines()[:2]
        assert "is not trusted" in first
        assert "certificate by Acme Proxy" in first
        assert "export REQUESTS_CA_BUNDLE=FILE" in fix
        bundle = tmp_path / "bundle.pem"
        authority.cert_pem.write_to_path(bundle)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        assert seen(run)["cause"] is None
        assert f"certificate by Acme Proxy, trusted by {bundle}" in run("doctor").stdout
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_mend_writes_nothing_where_nothing_is_wrong_there(home, run):
    before = (home.folder / "mpgov.toml").read_bytes()
    result = run("doctor", "--mend", "--yes")
    assert "nothing that --mend could write" in result.stderr
    assert (home.folder / "mpgov.toml").read_bytes() == before


def test_several_projects_are_one_table(home, run):
    with (home.folder / "mpgov.toml").open("a") as file:
        file.write('[projects.other]\nid = 9999\nservice_account = "x"\n')
    result = run("doctor", "--project", "*", "--format", "json")
    assert result.exit_code == 1
    rows = {p["project"]: p["summary"] for p in json.loads(result.stdout)["projects"]}
    assert rows["shop"]["wrong"] == 0
    assert rows["other"]["cause"] == "there is none for x"


def test_no_secret_is_shown_and_the_probe_is_taken_away(home, memory, run):
    _, secret = home.sandbox.default_account
    assert secret not in run("doctor").output
    assert list(memory.kept) == [("mpgov", next(iter(home.sandbox.state.accounts)))]
    assert not list(Path().rglob(".mpgov-doctor*"))
