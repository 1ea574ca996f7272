"""`state_file`: what is done stays done over a restart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.state import BadStateError
from tests.conftest import Clock
from tests.sandbox.caller import ORGANIZATION, PROJECT, Caller, caller, event, meta, ok


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.json"


def again(file: Path, **more: Any) -> Caller:
    return caller(state_file=file, **more)


def test_a_restart_loses_nothing(file: Path) -> None:
    before = again(file, seed="empty")
    before.post(event("Ünï", metadata=meta(tags=["Brand new"])))
    token = before.sandbox.state.projects[PROJECT].token
    before.ask("POST", "track", json={"event": "A", "properties": {"token": token}})
    before.app("POST", f"organizations/{ORGANIZATION}/service-accounts", {"username": "x"})
    before.sandbox.edit_in_ui(PROJECT, "event", "B", hidden=True)
    before.sandbox.add_project(77, 10, "Elsewhere")
    before.ask("PUT", "_sandbox/knobs", json={"unknown_tag": "reject"})
    after = again(file, seed="shop")
    assert after.sandbox.default_account == before.sandbox.default_account
    assert after.sandbox.state == before.sandbox.state
    assert dict(after.sandbox.knobs) == dict(before.sandbox.knobs)
    assert after.schemas("GET") == before.schemas("GET")
    assert after.post(event("C", metadata=meta(tags=["Unheard of"])))[0] == 400


def test_a_knob_of_the_start_wins_over_the_kept_one(file: Path) -> None:
    again(file, knobs={"expires": "ignored", "examples": "refused"})
    after = again(file, knobs={"expires": "honoured"})
    kept = {key: after.sandbox.knobs[key] for key in ("expires", "examples")}
    assert kept == {"expires": "honoured", "examples": "refused"}


def test_the_file_holds_hashes_of_secrets_and_is_its_owners(file: Path) -> None:
    before = again(file)
    secret = before.sandbox.add_account("other", {PROJECT: "admin"})[1]
    assert secret not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.glob(".sandbox*")) == []


def test_a_deleted_first_account_is_followed_by_another(file: Path) -> None:
    before = again(file)
    other = before.sandbox.add_account("other", {PROJECT: "admin"})
    path = f"organizations/{ORGANIZATION}/service-accounts/7"
    assert before.app("DELETE", path)[0] == 200
    after = again(file)
    assert after.auth != before.auth
    assert after.schemas("GET") == (200, ok([]))
    assert after.schemas("GET", auth=before.auth)[0] == 401
    assert after.schemas("GET", auth=other)[0] == 200


def test_what_is_kept_is_a_seed_too(file: Path, tmp_path: Path) -> None:
    before = again(file)
    before.post(event("A"))
    copy = Caller(sandbox := Sandbox(file, clock=Clock()), Clock(), before.session)
    assert sandbox.stored(PROJECT) == [event("A")]
    assert copy.sandbox.default_account != before.sandbox.default_account
    assert list(tmp_path.glob("*.json")) == [file]


def test_a_seed_written_by_hand(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    member = "ann@acme.example"
    row = {"event": "A", "properties": {"time": 1_790_000_000, "x": 1}}
    document = {
        "mpgov_sandbox": 1,
        "organizations": [{"id": 3, "name": "Own", "members": [member]}],
        "projects": [
            {
                "id": 5,
                "name": "Mine",
                "organization": 3,
                "schemas": [event("A", description="a")],
                "events": [row],
                "volumes": {"A": {"2026-09-21": 4}},
            }
        ],
        "knobs": {"examples": "refused"},
    }
    seed.write_text(json.dumps(document), "utf-8")
    mine = caller(str(seed))
    assert mine.sandbox.default_project == 5
    assert mine.schemas("GET", project=5) == (200, ok([event("A", description="a")]))
    top = mine.query("events/top", project_id=5, type="general")
    assert top[1]["events"] == [{"amount": 5, "event": "A", "percent_change": 0.0}]
    assert mine.sandbox.knobs["examples"] == "refused"
    assert len(mine.sandbox.state.projects[5].token) == 32


NONE_AT_ALL = "is no state of a sandbox"
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is not JSON: "),
    "no JSON": (b"{", "is not JSON: "),
    "no UTF-8": (b"\xff\xfe", "is no text in UTF-8"),
    "another file": (b'{"name": "package"}', NONE_AT_ALL),
    "a list": (b"[]", NONE_AT_ALL),
    "another format": (b'{"mpgov_sandbox": 2}', NONE_AT_ALL),
    "no project": (b'{"mpgov_sandbox": 1}', "holds no project"),
    "projects that are none": (b'{"mpgov_sandbox": 1, "projects": [5]}', NONE_AT_ALL),
    "an unknown key": (b'{"mpgov_sandbox": 1, "projects": [{"colour": 1}]}', NONE_AT_ALL),
    "a project of nobody": (
        b'{"mpgov_sandbox": 1, "projects": [{"id": 5, "name": "", "organization": 3}]}',
        "5 is of no organization that it holds",
    ),
}


@pytest.mark.parametrize(("content", "why"), BAD.values(), ids=BAD.keys())
def test_a_file_that_is_none_is_refused(file: Path, content: bytes, why: str) -> None:
    file.write_bytes(content)
    for make in (lambda: again(file), lambda: caller(str(file))):
        with pytest.raises(BadStateError) as refused:
            make()
        text = str(refused.value)
        assert why in text or "cannot be read: 'utf-8'" in text
        assert "\n" not in text
    assert file.read_bytes() == content


@pytest.mark.parametrize("knobs", [{"colour": "red"}, {"examples": "eaten"}, 5])
def test_a_file_with_a_bad_knob_is_refused(file: Path, knobs: Any) -> None:
    again(file)
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "knobs": knobs}), "utf-8")
    with pytest.raises(BadStateError, match="is no state of a sandbox"):
        again(file)


def test_a_file_without_the_secret_was_not_written_by_us(file: Path) -> None:
    again(file)
    kept = json.loads(file.read_text("utf-8"))
    del kept["default_secret"]
    file.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(BadStateError, match="was not written by `mpgov sandbox --state`"):
        again(file)


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        again(tmp_path / "missing" / "sandbox.json")
