"""Bad days (`sandbox.fault`), in process and on a port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from requests import Response
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ContentDecodingError, JSONDecodeError, ReadTimeout

from mpgov.sandbox.faults import KINDS
from mpgov.sandbox.server import serve
from tests.sandbox.caller import PROJECT, Caller, caller, event, no, ok

SCHEMAS = f"api/app/projects/{PROJECT}/schemas"


@pytest.fixture(params=["in process", "on a port"])
def mp(request: pytest.FixtureRequest) -> Iterator[Caller]:
    """An empty Mixpanel without limits, by both front doors."""
    found = caller()
    if request.param == "in process":
        yield found
        return
    with serve(found.sandbox) as server:
        found.base = server.url
        yield found
        found.session.close()


def write(mp: Caller, **more: Any) -> Response:
    return mp.ask("POST", SCHEMAS, json={"entries": [event("A")]}, **more)


@pytest.mark.parametrize("status", [429, 500, 502, 504])
def test_a_status_in_place_of_the_answer(mp: Caller, status: int) -> None:
    mp.sandbox.fault("status", status=status, retry_after=2.5)
    answer = write(mp)
    found = (answer.status_code, answer.json(), answer.headers["Retry-After"])
    assert found == (status, no("scripted failure"), "2.5")
    assert mp.names() == []


def test_a_status_is_503_and_says_not_when_unless_told_to(mp: Caller) -> None:
    mp.sandbox.fault("status")
    answer = write(mp)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, False)


def test_a_connection_dropped_before(mp: Caller) -> None:
    mp.sandbox.fault("drop_before")
    with pytest.raises(RequestsConnectionError):
        write(mp)
    assert mp.names() == []
    assert write(mp).json() == ok({"added": 1, "deleted": 0})


def test_a_connection_dropped_after(mp: Caller) -> None:
    mp.sandbox.fault("drop_after")
    with pytest.raises(RequestsConnectionError):
        write(mp)
    assert mp.names() == [("event", "A")]


def test_a_page_of_html(mp: Caller) -> None:
    mp.sandbox.fault("html")
    answer = write(mp)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        502,
        "text/html; charset=utf-8",
    )
    assert answer.text.startswith("<!doctype html>")
    assert mp.names() == []


def test_a_failure_that_says_200(mp: Caller) -> None:
    mp.sandbox.fault("error_200")
    answer = write(mp)
    assert (answer.status_code, answer.json()) == (200, no("something went wrong"))
    assert mp.names() == []


def test_half_an_answer(mp: Caller) -> None:
    mp.sandbox.fault("truncated")
    answer = write(mp)
    assert (answer.status_code, mp.names()) == (200, [("event", "A")])
    with pytest.raises(JSONDecodeError):
        answer.json()
    assert write(mp).content.startswith(answer.content)


def test_an_answer_that_only_says_it_is_zipped(mp: Caller) -> None:
    mp.sandbox.fault("bad_gzip")
    with pytest.raises(ContentDecodingError):
        write(mp)
    assert mp.names() == [("event", "A")]


def test_an_export_that_breaks_off(mp: Caller) -> None:
    row = {"event": "A", "properties": {"time": int(mp.clock.at)}}
    mp.sandbox.state.projects[PROJECT].events += [row] * 3
    asked = {"project_id": PROJECT, "from_date": "2026-09-21", "to_date": "2026-09-21"}
    whole = mp.ask("GET", "api/2.0/export", params=asked).text
    mp.sandbox.fault("cut_export")
    cut = mp.ask("GET", "api/2.0/export", params=asked).text
    assert whole.startswith(cut)
    assert cut == whole[: len(whole) * 2 // 3 - 1]


def test_a_request_that_hangs_is_answered_in_the_end(mp: Caller) -> None:
    mp.sandbox.fault("hang", seconds=130)
    assert write(mp).json() == ok({"added": 1, "deleted": 0})
    assert mp.clock.slept == [130]


def test_who_does_not_wait_for_a_hang_knows_nothing() -> None:
    found = caller()
    leave = threading.Event()
    found.sandbox.sleep = lambda _: bool(leave.wait(5)) and None
    with serve(found.sandbox) as server:
        found.sandbox.fault("hang", seconds=130)
        with pytest.raises(ReadTimeout):
            found.session.post(f"{server.url}/{SCHEMAS}", auth=found.auth, timeout=0.1)
        assert found.names() == []
        others = found.session.get(f"{server.url}/{SCHEMAS}", auth=found.auth, timeout=5)
        assert others.json() == ok([])
        leave.set()
        found.session.close()


def test_a_fault_strikes_what_it_is_meant_for(mp: Caller) -> None:
    mp.sandbox.fault("status", method="POST", path="*/schemas")
    assert mp.schemas("GET")[0] == 200
    assert mp.schemas("POST", "/event/A", {})[0] == 200
    assert write(mp).status_code == 503
    assert write(mp).status_code == 200


def test_a_fault_strikes_as_often_and_as_late_as_it_is_told(mp: Caller) -> None:
    mp.sandbox.fault("status", times=2, after=1)
    assert [write(mp).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_faults_strike_in_their_order(mp: Caller) -> None:
    mp.sandbox.fault("status", status=500)
    mp.sandbox.fault("status", status=502)
    assert [write(mp).status_code for _ in range(3)] == [500, 502, 200]


def test_a_fault_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^there is no fault explode; there are: "):
        caller().sandbox.fault("explode")


def test_a_struck_request_is_in_the_log_and_used_nothing_up(mp: Caller) -> None:
    mp.sandbox.fault("status", status=500)
    write(mp)
    write(mp)
    assert [record.status for record in mp.sandbox.log] == [500, 200]
    assert [record.status for record in mp.sandbox.schemas_requests()] == [200]


def scripted(kind: str, **more: Any) -> dict[str, Any]:
    usual = {"method": "*", "path": "*", "times": 1, "after": 0, "status": 503}
    return {"kind": kind, **usual, "retry_after": None, "seconds": 0, **more}


def test_faults_are_scripted_over_http(mp: Caller) -> None:
    first = {"kind": "status", "status": 500, "times": 2}
    answer = mp.ask("POST", "_sandbox/faults", json=first, auth=None)
    assert answer.json() == [scripted("status", status=500, times=2)]
    more = [{"kind": kind} for kind in KINDS]
    answer = mp.ask("POST", "_sandbox/faults", json=more, auth=None)
    every = [scripted("status", status=500, times=2), *map(scripted, KINDS)]
    assert answer.json() == every
    assert write(mp).status_code == 500
    left = mp.ask("GET", "_sandbox/faults", auth=None).json()
    assert left == [scripted("status", status=500), *every[1:]]
    assert mp.ask("DELETE", "_sandbox/faults", auth=None).json() == {"status": "ok"}
    assert mp.ask("GET", "_sandbox/faults", auth=None).json() == []
    assert write(mp).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [5, {}, {"kind": "explode"}, {"kind": "status", "colour": 1}, [{"kind": "html"}, 5]],
)
def test_a_bad_script_is_refused_whole(wrong: Any) -> None:
    found = caller()
    assert found.ask("POST", "_sandbox/faults", json=wrong, auth=None).status_code == 400
    assert found.sandbox.faults.as_json() == []


@pytest.mark.parametrize("wrong", [{"status": "x"}, {"times": "2"}, {"seconds": None}])
def test_a_fault_with_a_wrong_number_is_refused(wrong: dict[str, Any]) -> None:
    found = caller()
    answer = found.ask("POST", "_sandbox/faults", json={"kind": "status", **wrong}, auth=None)
    assert (answer.status_code, found.sandbox.faults.as_json()) == (400, [])
    assert write(found).status_code == 200
