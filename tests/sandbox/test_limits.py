"""How often Mixpanel lets itself be asked (reference 1.8), on a turned clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import OTHER_PROJECT, PROJECT, Caller, caller, event, no

TOO_MANY = (429, no("Rate limit exceeded"))
PATHS = {PROJECT: f"api/app/projects/{PROJECT}/schemas"}


def entry_of(cost: int, name: str = "A") -> dict[str, Any]:
    """An entry that counts that much: itself and its properties."""
    return event(name, properties={f"p{n}": {"type": "string"} for n in range(cost - 1)})


def test_five_requests_a_minute_whatever_they_are(strict_mp: Caller) -> None:
    ask = strict_mp.schemas
    assert [
        ask("GET")[0],
        strict_mp.post(event("A"))[0],
        ask("PATCH", "/event/A", {})[0],
        ask("GET", "/event/A")[0],
        ask("DELETE", "/event/A")[0],
    ] == [200] * 5
    assert ask("GET") == TOO_MANY
    assert ask("DELETE") == TOO_MANY


def test_the_minute_rolls(strict_mp: Caller) -> None:
    for _ in range(5):
        assert strict_mp.schemas("GET")[0] == 200
        strict_mp.clock.at += 10
    strict_mp.clock.at += 9.9
    assert strict_mp.schemas("GET") == TOO_MANY
    strict_mp.clock.at += 0.1
    assert strict_mp.schemas("GET")[0] == 200
    assert strict_mp.schemas("GET") == TOO_MANY
    strict_mp.clock.at += 10
    assert strict_mp.schemas("GET")[0] == 200


def test_a_refused_request_does_not_count(strict_mp: Caller) -> None:
    for _ in range(5):
        strict_mp.schemas("GET")
    for _ in range(20):
        strict_mp.clock.at += 2
        assert strict_mp.schemas("GET") == TOO_MANY
    strict_mp.clock.at += 20
    assert strict_mp.schemas("GET")[0] == 200


def test_a_request_that_is_invalid_counts(strict_mp: Caller) -> None:
    for _ in range(5):
        assert strict_mp.post(event(""))[0] == 400
    assert strict_mp.post(event("A")) == TOO_MANY


def test_fewer_than_four_thousand_updates_a_minute(strict_mp: Caller) -> None:
    assert strict_mp.post(entry_of(2000), entry_of(2000, "B")) == TOO_MANY
    assert strict_mp.names() == []
    assert strict_mp.post(entry_of(2000), entry_of(1998, "B"))[0] == 200
    assert strict_mp.post(event("C"))[0] == 200
    assert strict_mp.post(event("D")) == TOO_MANY
    assert strict_mp.schemas("GET")[0] == 200


def test_updates_roll_out_of_the_minute(strict_mp: Caller) -> None:
    assert strict_mp.post(entry_of(1999))[0] == 200
    strict_mp.clock.at += 30
    assert strict_mp.post(entry_of(2000, "B"))[0] == 200
    strict_mp.clock.at += 29.9
    assert strict_mp.schemas("POST", "/event/C", {}) == TOO_MANY
    strict_mp.clock.at += 0.1
    assert strict_mp.schemas("POST", "/event/C", entry_of(1999)["schemaJson"])[0] == 200
    assert strict_mp.schemas("PATCH", "/event/C", {}) == TOO_MANY


def test_a_deletion_is_a_request_and_no_update(strict_mp: Caller) -> None:
    strict_mp.post(*(event(f"e{n}") for n in range(3999)))
    strict_mp.clock.at += 1
    assert strict_mp.schemas("DELETE", "/event/e1")[0] == 200
    counted = [(r.method, r.status, r.updates) for r in strict_mp.sandbox.schemas_requests()]
    assert counted == [("POST", 200, 3999), ("DELETE", 200, 0)]


@pytest.mark.parametrize(("knob", "other"), [("organization", 429), ("project", 200)])
def test_projects_share_the_minute_as_the_knob_says(
    strict_mp: Caller, knob: str, other: int
) -> None:
    strict_mp.turn(rate_scope=knob)
    for _ in range(5):
        strict_mp.schemas("GET")
    assert strict_mp.schemas("GET") == TOO_MANY
    assert strict_mp.schemas("GET", project=OTHER_PROJECT)[0] == other


def test_another_organization_has_a_minute_of_its_own(strict_mp: Caller) -> None:
    strict_mp.sandbox.add_project(77, 10, "Elsewhere")
    for _ in range(5):
        strict_mp.schemas("GET")
    assert strict_mp.schemas("GET", project=77)[0] == 200


def test_reads_are_free_if_the_knob_says_so(strict_mp: Caller) -> None:
    strict_mp.turn(reads_count="no")
    assert [strict_mp.schemas("GET")[0] for _ in range(9)] == [200] * 9
    assert [strict_mp.schemas("DELETE")[0] for _ in range(6)] == [200] * 5 + [429]


def test_the_answer_says_when_to_come_again(strict_mp: Caller) -> None:
    strict_mp.schemas("GET")
    strict_mp.clock.at += 12.5
    for _ in range(4):
        strict_mp.schemas("GET")
    refused = strict_mp.ask("GET", PATHS[PROJECT])
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "48")
    strict_mp.clock.at += 48
    assert strict_mp.schemas("GET")[0] == 200


def test_a_write_is_told_when_its_updates_fit(strict_mp: Caller) -> None:
    strict_mp.schemas("GET")
    strict_mp.clock.at += 20
    strict_mp.post(entry_of(2001))
    body = {"entries": [entry_of(2000, "B")]}
    refused = strict_mp.ask("POST", PATHS[PROJECT], json=body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")


def test_the_answer_does_not_say_when_if_the_knob_says_so(strict_mp: Caller) -> None:
    strict_mp.turn(retry_after="absent")
    for _ in range(5):
        strict_mp.schemas("GET")
    refused = strict_mp.ask("GET", PATHS[PROJECT])
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)


def test_without_limits_nothing_is_refused(mp: Caller) -> None:
    assert [mp.schemas("GET")[0] for _ in range(9)] == [200] * 9
    assert mp.post(*(event(f"e{n}") for n in range(4001)))[0] == 200
    assert [mp.query("events/names", type="general")[0] for _ in range(61)] == [200] * 61


def test_who_may_not_write_uses_nothing_up(strict_mp: Caller) -> None:
    nobody = strict_mp.sandbox.add_account("reader", {PROJECT: "analyst"})
    for _ in range(9):
        assert strict_mp.schemas("DELETE", auth=nobody)[0] == 403
    assert strict_mp.schemas("GET")[0] == 200
    assert [record.status for record in strict_mp.sandbox.schemas_requests()] == [200]


def test_sixty_queries_an_hour_and_the_hour_rolls(strict_mp: Caller) -> None:
    paths = ("events/names", "events/top")
    for number in range(60):
        assert strict_mp.query(paths[number % 2], type="general")[0] == 200
        strict_mp.clock.at += 10
    strict_mp.clock.at += 3600 - 601
    parameters = {"project_id": PROJECT, "type": "general"}
    refused = strict_mp.ask("GET", "api/query/events/names", params=parameters)
    assert (refused.status_code, refused.json()) == (429, no("Query rate limit exceeded"))
    shown = {key: refused.headers.get(key) for key in ("Retry-After", "RateLimit")}
    assert shown == {"Retry-After": "1", "RateLimit": '"project";r=0'}
    policy = '"project";q=60;w=3600, "x-concurrency";q=5;qu="concurrent-requests"'
    assert refused.headers["RateLimit-Policy"] == policy
    strict_mp.clock.at += 1
    assert strict_mp.query("events/names", type="general")[0] == 200
    assert strict_mp.query("events/names", type="general")[0] == 429


def test_queries_are_counted_by_project(strict_mp: Caller) -> None:
    for _ in range(60):
        strict_mp.query("events/names", type="general")
    other = strict_mp.query("events/names", type="general", project_id=OTHER_PROJECT)
    assert other == (200, [])


def test_queries_and_schemas_do_not_share_a_limit(strict_mp: Caller) -> None:
    for _ in range(5):
        strict_mp.schemas("GET")
    assert strict_mp.query("events/names", type="general") == (200, [])
    assert strict_mp.app("GET", "me")[0] == 200
    assert strict_mp.app("GET", f"projects/{PROJECT}/data-definitions/events/")[0] == 200


def test_a_knob_of_the_limits_may_be_set_from_the_start() -> None:
    strict = caller(limits=True, knobs={"reads_count": "no"})
    assert [strict.schemas("GET")[0] for _ in range(6)] == [200] * 6


def test_raw_exports_have_limits_of_their_own(strict_mp: Caller) -> None:
    def ask() -> int:
        asked = {"project_id": PROJECT, "from_date": "2026-01-01", "to_date": "2026-01-01"}
        return strict_mp.ask("GET", "api/2.0/export", params=asked).status_code

    assert [ask() for _ in range(4)] == [200, 200, 200, 429]
    statuses = []
    for _ in range(60):
        strict_mp.clock.at += 1
        statuses.append(ask())
    assert statuses == [200] * 57 + [429] * 3
    strict_mp.clock.at += 3600
    assert ask() == 200
