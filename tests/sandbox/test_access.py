"""Who may do what (reference 1.2, 2.1 and 3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.caller import OTHER_PROJECT, PROJECT, Caller, event, meta, no, ok

UNKNOWN = (401, no("Invalid service account credentials"))
NO_ACCESS = (403, no("You do not have access to this project"))
NO_WRITING = (403, no("You do not have permission to write data definitions"))
SCHEMAS = f"api/app/projects/{PROJECT}/schemas"


def header(mp: Caller, value: str) -> int:
    return mp.ask("GET", SCHEMAS, auth=None, headers={"Authorization": value}).status_code


def test_basic_is_taken_encoded_and_plain(mp: Caller) -> None:
    plain = ":".join(mp.auth)
    encoded = base64.b64encode(plain.encode()).decode()
    assert header(mp, f"Basic {encoded}") == 200
    assert header(mp, f"basic {encoded}") == 200
    assert header(mp, f"Basic {plain}") == 200


@pytest.mark.parametrize("value", ["Bearer abc", "Basic", "Basic abc", "Basic :", "Basic YWJj", ""])
def test_what_is_no_basic_is_nobody(mp: Caller, value: str) -> None:
    assert header(mp, value) == 401


def test_a_wrong_secret_or_name_is_nobody(mp: Caller) -> None:
    assert mp.schemas("GET", auth=(mp.auth[0], "wrong")) == UNKNOWN
    assert mp.schemas("GET", auth=("nobody", mp.auth[1])) == UNKNOWN
    assert mp.schemas("GET", auth=None) == UNKNOWN
    assert mp.app("GET", "me", auth=None) == UNKNOWN


def test_a_secret_that_is_not_ascii_is_nobodys(mp: Caller) -> None:
    value = base64.b64encode("gov:ü€".encode()).decode()
    assert header(mp, f"Basic {value}") == 401


@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_an_account_ends_when_it_expires(mp: Caller, zone: str) -> None:
    mp.clock.at = 1_767_225_599  # 2025-12-31T23:59:59Z
    auth = mp.sandbox.add_account("brief", {PROJECT: "admin"}, f"2026-01-01T00:00:00{zone}")
    assert mp.schemas("GET", auth=auth)[0] == 200
    mp.clock.at += 1
    assert mp.schemas("GET", auth=auth) == (401, no("Service account has expired"))


def test_without_a_role_there_is_no_project(mp: Caller) -> None:
    stranger = mp.sandbox.add_account("stranger", {OTHER_PROJECT: "owner"})
    assert mp.schemas("GET", auth=stranger) == NO_ACCESS
    assert mp.schemas("POST", "", {"entries": []}, auth=stranger) == NO_ACCESS
    assert mp.schemas("GET", auth=stranger, project=OTHER_PROJECT)[0] == 200


@pytest.mark.parametrize("number", ["999", "abc", "-1", "%C2%B2"])
def test_a_project_that_is_none_is_not_found(mp: Caller, number: str) -> None:
    assert mp.app("GET", f"projects/{number}/schemas")[0] == 404


@pytest.mark.parametrize("role", ["analyst", "consumer"])
def test_who_only_reads_cannot_write(mp: Caller, role: str) -> None:
    mp.post(event("A"))
    auth = mp.sandbox.add_account("reader", {PROJECT: role})
    assert mp.schemas("GET", auth=auth) == (200, ok([event("A")]))
    assert mp.app("GET", f"projects/{PROJECT}/data-definitions/events/", auth=auth)[0] == 200
    writes = [
        ("POST", "", {"entries": [event("B")]}),
        ("PATCH", "", {"entries": [event("A")]}),
        ("DELETE", "", None),
        ("DELETE", "/event", None),
        ("POST", "/event/B", {}),
        ("PATCH", "/event/A", {}),
        ("DELETE", "/event/A", None),
    ]
    assert [mp.schemas(*write, auth=auth) for write in writes] == [NO_WRITING] * len(writes)
    assert mp.names() == [("event", "A")]


@pytest.mark.parametrize("role", ["owner", "admin", "data steward"])
def test_owners_admins_and_custom_roles_write(mp: Caller, role: str) -> None:
    auth = mp.sandbox.add_account("writer", {PROJECT: role})
    assert mp.schemas("POST", "/event/A", {}, auth=auth) == (200, {"status": "ok"})


BLOCKING: dict[str, tuple[str, str, Any]] = {
    "an event": ("POST", "", {"entries": [event("A", metadata=meta(dropped=True))]}),
    "a property": (
        "POST",
        "/event/A",
        {"properties": {"x": {"type": "string", "metadata": meta(dropped=True)}}},
    ),
    "by PATCH": ("PATCH", "/event/A", {"metadata": meta(dropped=True)}),
    "by bulk PATCH": ("PATCH", "", {"entries": [event("A", metadata=meta(dropped=True))]}),
}


@pytest.mark.parametrize("write", BLOCKING.values(), ids=BLOCKING.keys())
def test_an_admin_blocks_only_if_the_knob_lets_them(
    mp: Caller, write: tuple[str, str, Any]
) -> None:
    mp.post(event("A"))
    admin = mp.sandbox.add_account("admin", {PROJECT: "admin"})
    mp.turn(blocking_as_admin="refused")
    assert mp.schemas(*write, auth=admin) == (403, no("You do not have permission to block"))
    assert mp.stored() == {}
    hiding = {"metadata": meta(hidden=True, dropped=False)}
    assert mp.schemas("POST", "/event/A", hiding, auth=admin)[0] == 200
    assert mp.schemas(*write)[0] == 200
    mp.turn(blocking_as_admin="accepted")
    assert mp.schemas(*write, auth=admin)[0] == 200


def test_me_tells_who_asks(mp: Caller) -> None:
    auth = mp.sandbox.add_account("sync", {PROJECT: "admin", OTHER_PROJECT: "consumer"})
    project = {
        "name": "Shop (sandbox)",
        "organization_id": 9,
        "timezone": "UTC",
        "utc_offset": 0,
        "domain": "mixpanel.com",
        "has_workspaces": True,
        "type": 0,
        "owner_id": 5,
        "role": {"id": 2, "name": "admin"},
        "permissions": ["write_data_definitions"],
        "hasSensitiveAccess": False,
    }
    other = {
        **project,
        "name": "Shop 2 (sandbox)",
        "role": {"id": 2, "name": "consumer"},
        "permissions": [],
    }
    member = {"id": 9, "name": "Acme", "role": "member", "permissions": []}
    expected = {
        "user_id": 9008,
        "user_email": auth[0],
        "user_name": "sync",
        "organizations": {"9": member},
        "projects": {"4242": project, "4243": other},
        "workspaces": {},
    }
    answer = mp.app("GET", "me", auth=auth, params={"include_workspace_users": "false"})
    assert answer == (200, ok(expected))


def test_names_of_accounts_are_longer_than_what_was_asked_for(mp: Caller) -> None:
    name, secret = mp.sandbox.add_account("sync", {})
    label, short, suffix = name.split(".")
    assert (label, len(short), suffix, len(secret)) == ("sync", 6, "mp-service-account", 32)
