"""Service accounts (reference 9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import ORGANIZATION, OTHER_PROJECT, PROJECT, Caller, no, ok

ACCOUNTS = f"organizations/{ORGANIZATION}/service-accounts"
OF_PROJECT = f"projects/{PROJECT}/service-accounts"
FORBIDDEN = (403, no("You do not have permission in this organization"))


def made(mp: Caller, **body: Any) -> dict[str, Any]:
    status, answer = mp.app("POST", ACCOUNTS, {"username": "sync", **body})
    assert (status, answer["status"]) == (201, "ok")
    found: dict[str, Any] = answer["results"]
    return found


def roles(mp: Caller, id_: int) -> dict[int, str]:
    return next(a.roles for a in mp.sandbox.state.accounts.values() if a.id == id_)


def test_a_new_account_shows_its_secret_once(mp: Caller) -> None:
    projects = [{"id": PROJECT, "role": "analyst"}]
    account = made(mp, role="analyst", expires="2026-12-31T00:00:00", projects=projects)
    auth = (account["username"], account.pop("token"))
    assert mp.schemas("GET", auth=auth)[0] == 200
    assert account == {
        "id": 8,
        "username": auth[0],
        "last_used": None,
        "expires": "2026-12-31T00:00:00",
        "creator": 5,
        "created": account["created"],
        "user": 9008,
    }
    assert auth[0].startswith("sync.")
    account["last_used"] = "2026-09-21T14:13:20+00:00"
    assert mp.app("GET", f"{ACCOUNTS}/8") == (200, ok(account))
    assert mp.app("GET", ACCOUNTS)[1]["results"][1] == account
    assert mp.app("GET", OF_PROJECT)[1]["results"][1] == {
        **account,
        "role": "analyst",
        "role_order": 1,
        "target_type": "individual",
        "hasSensitiveAccess": False,
        "email": auth[0],
    }


def test_the_expiry_may_be_ignored(mp: Caller) -> None:
    mp.turn(expires="ignored")
    assert made(mp, expires="2020-01-01T00:00:00")["expires"] is None


def test_an_expired_account_is_refused_and_stays_listed(mp: Caller) -> None:
    account = made(mp, expires="2020-01-01T00:00:00Z", projects=[{"id": PROJECT, "role": "admin"}])
    auth = (account["username"], account["token"])
    assert mp.app("GET", "me", auth=auth) == (401, no("Service account has expired"))
    assert [a["id"] for a in mp.app("GET", ACCOUNTS)[1]["results"]] == [7, 8]
    assert [a["id"] for a in mp.app("GET", OF_PROJECT)[1]["results"]] == [7, 8]


def test_one_account_comes_in_the_shape_of_the_knob(mp: Caller) -> None:
    enveloped = mp.app("GET", f"{ACCOUNTS}/7")
    mp.turn(single_account="bare")
    assert enveloped == (200, ok(mp.app("GET", f"{ACCOUNTS}/7")[1]))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ([], 400, "the body must be a JSON object"),
        ({}, 400, "username is required"),
        ({"username": ""}, 400, "username is required"),
        ({"username": 5}, 400, "username is required"),
        ({"role": "boss"}, 400, "role must be one of owner, admin, analyst, consumer"),
        ({"expires": "soon"}, 400, "expires must be a date and time"),
        ({"expires": 5}, 400, "expires must be a date and time"),
        ({"projects": {}}, 400, "projects must be a list of objects"),
        ({"projects": {"id": 1}}, 400, "projects must be a list of objects"),
        ({"projects": [5]}, 400, "projects must be a list of objects"),
        ({"projects": [{"id": 999, "role": "admin"}]}, 404, "project not found"),
        ({"projects": [{"id": [1], "role": "admin"}]}, 404, "project not found"),
        (
            {"projects": [{"id": PROJECT, "role": "boss"}]},
            400,
            "role must be one of owner, admin, analyst, consumer",
        ),
    ],
)
def test_a_bad_account_is_not_made(mp: Caller, body: Any, status: int, error: str) -> None:
    named = {"username": "sync", **body} if isinstance(body, dict) and body else body
    answer = mp.app("POST", ACCOUNTS, named)
    assert answer == (status, no(error))
    assert len(mp.sandbox.state.accounts) == 1


def test_a_deleted_account_is_out_at_once(mp: Caller) -> None:
    account = made(mp, projects=[{"id": PROJECT, "role": "admin"}])
    assert mp.app("DELETE", f"{ACCOUNTS}/8") == (200, {"status": "ok"})
    auth = (account["username"], account["token"])
    assert mp.app("GET", "me", auth=auth) == (401, no("Invalid service account credentials"))
    gone = (404, no("service account not found"))
    assert mp.app("GET", f"{ACCOUNTS}/8") == gone
    assert mp.app("DELETE", f"{ACCOUNTS}/8") == gone
    assert mp.app("GET", f"{ACCOUNTS}/seven") == gone
    assert len(mp.sandbox.state.accounts) == 1


def test_accounts_join_and_leave_projects(mp: Caller) -> None:
    for _ in range(2):
        made(mp)
    projects = [{"id": PROJECT, "role": "analyst"}, {"id": OTHER_PROJECT, "role": "admin"}]
    joining = {"projects": projects, "service_account_ids": [8, 9]}
    assert mp.app("POST", f"{ACCOUNTS}/add-to-project", joining) == (200, {"status": "ok"})
    assert roles(mp, 8) == roles(mp, 9) == {PROJECT: "analyst", OTHER_PROJECT: "admin"}
    leaving = {"projects": [{"id": PROJECT, "service_account_ids": [8]}]}
    assert mp.app("POST", f"{ACCOUNTS}/remove-from-project", leaving) == (200, {"status": "ok"})
    assert (roles(mp, 8), roles(mp, 9)) == (
        {OTHER_PROJECT: "admin"},
        {PROJECT: "analyst", OTHER_PROJECT: "admin"},
    )


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("add", [], 400),
        ("add", {"projects": [{"id": PROJECT, "role": "admin"}]}, 400),
        ("add", {"projects": [], "service_account_ids": "7"}, 400),
        ("add", {"projects": [], "service_account_ids": [99]}, 404),
        ("add", {"projects": [{"id": 99, "role": "admin"}], "service_account_ids": [7]}, 404),
        ("remove", {}, 400),
        ("remove", {"projects": [PROJECT]}, 400),
        ("remove", {"projects": [{"id": PROJECT}]}, 400),
        ("remove", {"projects": [{"id": 99, "service_account_ids": [7]}]}, 404),
        (
            "remove",
            {
                "projects": [
                    {"id": PROJECT, "service_account_ids": [7]},
                    {"id": PROJECT, "service_account_ids": [99]},
                ]
            },
            404,
        ),
    ],
)
def test_a_bad_membership_changes_nothing(mp: Caller, call: str, body: Any, status: int) -> None:
    path = {"add": "add-to-project", "remove": "remove-from-project"}[call]
    assert mp.app("POST", f"{ACCOUNTS}/{path}", body)[0] == status
    assert roles(mp, 7) == {PROJECT: "owner", OTHER_PROJECT: "owner"}


CALLS = [
    ("GET", ACCOUNTS, None),
    ("POST", ACCOUNTS, {"username": "x"}),
    ("GET", f"{ACCOUNTS}/7", None),
    ("DELETE", f"{ACCOUNTS}/7", None),
    ("POST", f"{ACCOUNTS}/add-to-project", {"projects": [], "service_account_ids": []}),
    ("POST", f"{ACCOUNTS}/remove-from-project", {"projects": []}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call[:2]))
def test_only_owners_and_admins_of_the_organization_may(
    mp: Caller, call: tuple[str, str, Any]
) -> None:
    member = mp.sandbox.add_account("member", {PROJECT: "owner"})
    assert mp.app(*call, auth=member) == FORBIDDEN
    elsewhere = (call[0], call[1].replace("/9/", "/10/"), call[2])
    assert mp.app(*elsewhere) == (404, no("organization not found"))
    mp.sandbox.add_project(77, 10)
    assert mp.app(*elsewhere) == FORBIDDEN
    assert mp.app(*call, auth=("a", "b"))[0] == 401
    account = made(mp, role="admin")
    assert mp.app(*call, auth=(account["username"], account["token"]))[0] in {200, 201}


def test_members_of_a_project_see_who_else_is_one(mp: Caller) -> None:
    reader = mp.sandbox.add_account("reader", {PROJECT: "consumer"})
    shown = mp.app("GET", OF_PROJECT, auth=reader)[1]["results"]
    assert [(a["email"], a["role"]) for a in shown] == [
        (mp.auth[0], "owner"),
        (reader[0], "consumer"),
    ]
    stranger = mp.sandbox.add_account("stranger", {})
    refused = (403, no("You do not have access to this project"))
    assert mp.app("GET", OF_PROJECT, auth=stranger) == refused


def test_members_and_teams_come_in_the_shape_of_the_knob(mp: Caller) -> None:
    users, teams = (f"organizations/{ORGANIZATION}/{name}" for name in ("users/", "teams"))
    listed = mp.app("GET", users)[1]["results"]
    assert [one["email"] for one in listed][:2] == ["jane@acme.example", "sam@acme.example"]
    named = [one["name"] for one in mp.app("GET", teams)[1]["results"]]
    assert named == ["Growth", "Payments", "Platform"]
    mp.turn(people="by_id")
    assert list(mp.app("GET", users)[1]["results"].values()) == listed
    mp.turn(people="refused")
    assert mp.app("GET", users) == mp.app("GET", teams) == FORBIDDEN
    mp.turn(people="teams refused")
    assert mp.app("GET", users)[0] == 200
    assert mp.app("GET", teams) == FORBIDDEN


@pytest.mark.parametrize("shape", ["listed", "by_id"])
def test_lists_come_page_by_page_with_the_cursor_of_the_next(mp: Caller, shape: str) -> None:
    teams = f"organizations/{ORGANIZATION}/teams"
    mp.turn(people=shape, page_size="2")
    _, first = mp.app("GET", teams)
    assert [len(first["results"]), first["pagination"]["page_size"]] == [2, 2]
    cursor = first["pagination"]["next_cursor"]
    _, last = mp.app("GET", f"{teams}?cursor={cursor}")
    assert [len(last["results"]), last["pagination"]["next_cursor"]] == [1, None]
    assert len(mp.app("GET", f"{teams}?page_size=3")[1]["results"]) == 3
    for wrong in ("cursor=x", "page_size=0", "page_size=x"):
        assert mp.app("GET", f"{teams}?{wrong}")[0] == 400


def test_a_role_of_a_team_is_not_taken_away_with_the_account(mp: Caller) -> None:
    name, _ = mp.sandbox.add_account("sync", {PROJECT: "admin"}, granted={PROJECT: "team"})
    shown = mp.app("GET", OF_PROJECT)[1]["results"][1]
    assert (shown["username"], shown["target_type"]) == (name, "team")
    leaving = {"projects": [{"id": PROJECT, "service_account_ids": [shown["id"]]}]}
    assert mp.app("POST", f"{ACCOUNTS}/remove-from-project", leaving) == (200, {"status": "ok"})
    assert roles(mp, shown["id"]) == {PROJECT: "admin"}


def test_classified_data_shuts_the_schemas_to_who_may_not_see_it(mp: Caller) -> None:
    seeing = mp.sandbox.add_account("seeing", {PROJECT: "admin"}, sensitive=True)
    mp.turn(classified_data="on")
    assert mp.schemas("GET")[0] == 403
    assert mp.schemas("GET", auth=seeing)[0] == 200
    membership = mp.app("GET", "me", auth=seeing)[1]["results"]["projects"][str(PROJECT)]
    assert membership["hasSensitiveAccess"] is True


def test_the_date_of_an_answer_is_that_of_the_clock_and_the_knob(mp: Caller) -> None:
    def date() -> str:
        return mp.ask("GET", "api/app/me").headers["Date"]

    assert date() == "Mon, 21 Sep 2026 14:13:20 GMT"
    mp.turn(date_header="10 minutes behind")
    assert date() == "Mon, 21 Sep 2026 14:03:20 GMT"
    mp.turn(date_header="unreadable")
    assert date() == "soon"
