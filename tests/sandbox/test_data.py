"""Raw events out and in (reference 7, 8.1 and 8.2)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from requests import Response

from tests.sandbox.caller import OTHER_PROJECT, PROJECT, Caller, event, meta, no

# The clock stands on 2026-09-21, 13:33:20 UTC.
NOW = 1_790_000_000
TODAY, YESTERDAY = "2026-09-21", "2026-09-20"
MIDNIGHT = 1_789_948_800
OK = {"code": 200, "num_records_imported": 1, "status": "OK"}


def row(name: str = "A", *, time: Any = NOW, **properties: Any) -> dict[str, Any]:
    who = {"distinct_id": "u1", "$insert_id": "a1"}
    return {"event": name, "properties": {"time": time, **who, **properties}}


def arrived(mp: Caller) -> list[dict[str, Any]]:
    return mp.sandbox.state.projects[PROJECT].events


def export(mp: Caller, **parameters: Any) -> Response:
    asked = {"project_id": PROJECT, "from_date": TODAY, "to_date": TODAY, **parameters}
    asked = {key: value for key, value in asked.items() if value is not None}
    return mp.ask("GET", "api/2.0/export", params=asked)


def lines(answer: Response) -> list[Any]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_empty_window_is_an_empty_body(mp: Caller) -> None:
    answer = export(mp)
    assert (answer.status_code, answer.content) == (200, b"")


def test_both_days_of_the_window_count_in_utc(mp: Caller) -> None:
    edges = [MIDNIGHT - 86_401, MIDNIGHT - 86_400, MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 86_400]
    arrived(mp).extend(row(time=moment) for moment in edges)
    found = [r["properties"]["time"] for r in lines(export(mp, from_date=YESTERDAY))]
    assert found == edges[1:4]


def test_rows_are_given_as_they_came_and_twice_if_they_came_twice(mp: Caller) -> None:
    odd = row("Ü/☃", price=12.5, list=[1, {"a": None}], mp_lib="web", yes=True)
    arrived(mp).extend([odd, odd])
    assert lines(export(mp)) == [odd, odd]


def test_an_export_may_be_of_some_events_only(mp: Caller) -> None:
    arrived(mp).extend([row("A"), row("B"), row("C")])
    assert lines(export(mp, event='["A", "C", "Ghost"]')) == [row("A"), row("C")]


def test_an_export_may_be_cut_short(mp: Caller) -> None:
    arrived(mp).extend(row(time=NOW + number) for number in range(5))
    assert lines(export(mp, limit=2)) == [row(), row(time=NOW + 1)]
    assert len(lines(export(mp, limit=100_000))) == 5


def test_without_a_limit_an_export_is_whole(mp: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpgov.sandbox.data_routes.MOST_EXPORTED", 3)
    arrived(mp).extend([row()] * 5)
    assert (len(lines(export(mp))), len(lines(export(mp, limit=3)))) == (5, 3)


def test_time_may_be_in_milliseconds(mp: Caller) -> None:
    arrived(mp).append(row())
    assert lines(export(mp, time_in_ms="true")) == [row(time=NOW * 1000)]
    assert lines(export(mp, time_in_ms="false")) == [row()]
    assert arrived(mp) == [row()]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"project_id": None}, "project_id is required"),
        ({"from_date": None}, "from_date must be yyyy-mm-dd"),
        ({"to_date": "tomorrow"}, "to_date must be yyyy-mm-dd"),
        ({"limit": 100_001}, "limit must be a whole number from 1 to 100000"),
        ({"limit": -1}, "limit must be a whole number from 1 to 100000"),
        ({"limit": "many"}, "limit must be a whole number from 1 to 100000"),
        ({"event": "A"}, "event must be a JSON array"),
        ({"event": '"A"'}, "event must be a JSON array"),
        ({"where": "defined(user)"}, "the sandbox knows no where"),
    ],
)
def test_a_bad_export_is_refused(mp: Caller, parameters: dict[str, Any], error: str) -> None:
    arrived(mp).append(row())
    answer = export(mp, **parameters)
    assert (answer.status_code, answer.json()) == (400, no(error))


def test_an_export_is_for_members_and_consumers_are_some(mp: Caller) -> None:
    asked = {"project_id": PROJECT, "from_date": TODAY, "to_date": TODAY}
    nobody = mp.ask("GET", "api/2.0/export", params=asked, auth=("a", "b"))
    stranger = mp.sandbox.add_account("stranger", {OTHER_PROJECT: "owner"})
    reader = mp.sandbox.add_account("reader", {PROJECT: "consumer"})
    statuses = [
        mp.ask("GET", "api/2.0/export", params=asked, auth=auth).status_code
        for auth in (stranger, reader)
    ]
    assert (nobody.status_code, statuses) == (401, [403, 200])


def test_only_long_exports_are_zipped_and_only_if_wanted(mp: Caller) -> None:
    arrived(mp).append(row(text="x" * 250))
    assert "Content-Encoding" not in export(mp).headers
    arrived(mp).extend([row(text="y" * 250)] * 5)
    zipped = export(mp)
    assert (zipped.headers["Content-Encoding"], len(lines(zipped))) == ("gzip", 6)
    mp.session.headers["Accept-Encoding"] = "identity"
    plain = export(mp)
    assert ("Content-Encoding" in plain.headers, plain.content) == (False, zipped.content)


def test_the_line_between_short_and_long_is_1400_bytes(mp: Caller) -> None:
    length = len(json.dumps(row(text="")) + "\n")
    arrived(mp).append(row(text="x" * (1400 - length)))
    assert (len(export(mp).content), "Content-Encoding" in export(mp).headers) == (1400, False)
    arrived(mp)[0]["properties"]["text"] += "x"
    assert (len(export(mp).content), "Content-Encoding" in export(mp).headers) == (1401, True)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_cut_export_ends_in_the_middle(mp: Caller, encoding: str) -> None:
    arrived(mp).extend(row(time=NOW + number) for number in range(30))
    mp.session.headers["Accept-Encoding"] = encoding
    whole = export(mp).content
    mp.sandbox.fault("cut_export", path="*/export")
    cut = export(mp).content
    assert 0 < len(cut) < len(whole)
    assert whole.startswith(cut)
    assert not cut.endswith(b"\n")
    assert export(mp).content == whole


def send(mp: Caller, data: Any, **more: Any) -> tuple[int, Any]:
    """`POST /import` of JSON; bytes are sent as they are."""
    headers = more.pop("headers", {"Content-Type": "application/json"})
    auth = more.pop("auth", mp.auth)
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    parameters = {"strict": "1", "project_id": PROJECT, **more}
    answer = mp.ask("POST", "import", params=parameters, data=body, headers=headers, auth=auth)
    return answer.status_code, answer.json()


def test_what_is_imported_is_exported(mp: Caller) -> None:
    assert send(mp, [row(price=1.5)]) == (200, OK)
    assert lines(export(mp)) == [row(price=1.5)]


def test_milliseconds_become_seconds_and_long_texts_are_cut(mp: Caller) -> None:
    assert send(mp, [row("n" * 300, time=NOW * 1000 + 250, text="x" * 300)]) == (200, OK)
    assert arrived(mp) == [row("n" * 255, text="x" * 255)]


def test_zipped_and_by_line(mp: Caller) -> None:
    by_line = b"\n".join(json.dumps(row(n=n)).encode() for n in range(2)) + b"\n\n"
    headers = {"Content-Type": "application/x-ndjson"}
    two = {**OK, "num_records_imported": 2}
    assert send(mp, by_line, headers=headers) == (200, two)
    headers["Content-Encoding"] = "gzip"
    assert send(mp, gzip.compress(by_line), headers=headers) == (200, two)
    assert arrived(mp) == [row(n=0), row(n=1)] * 2


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"{", {}),
        (b'{"event": "A"}\n{', {"Content-Type": "application/x-ndjson"}),
        (b"[" * 100_000, {}),
        (b"[]", {"Content-Encoding": "gzip"}),
        (gzip.compress(b"[]", mtime=0)[:-4], {"Content-Encoding": "gzip"}),
    ],
    ids=["no JSON", "a line that is no JSON", "deep", "not zipped", "zipped by half"],
)
def test_what_cannot_be_read_is_refused(mp: Caller, data: bytes, headers: dict[str, str]) -> None:
    error = {"code": 400, "error": "the body cannot be read", "status": "Bad Request"}
    assert send(mp, data, headers=headers) == (400, error)
    assert arrived(mp) == []


BAD: dict[str, tuple[Any, str]] = {
    "no object": (7, ""),
    "a key too many": ({**row(), "more": 1}, ""),
    "no properties": ({"event": "A"}, ""),
    "no name": (row(""), "event"),
    "a name that is no text": (row(5), "event"),  # type: ignore[arg-type]
    "properties that are none": ({"event": "A", "properties": []}, "properties"),
    "255 properties": (row(**{f"p{n}": n for n in range(252)}), "properties"),
    "a time that is a text": (row(time="now"), "properties.time"),
    "a time that is true": (row(time=True), "properties.time"),
    "a time before 1971": (row(time=31_535_999), "properties.time"),
    "a time in over an hour": (row(time=NOW + 3601), "properties.time"),
    "the same in milliseconds": (row(time=(NOW + 3601) * 1000), "properties.time"),
    "an insert id that is too long": (row(**{"$insert_id": "a" * 37}), "properties.$insert_id"),
    "an insert id of odd letters": (row(**{"$insert_id": "a_1"}), "properties.$insert_id"),
    "an empty insert id": (row(**{"$insert_id": ""}), "properties.$insert_id"),
    "an insert id for nothing": (row(**{"$insert_id": "None"}), "properties.$insert_id"),
    "nobody": (row(distinct_id="Anonymous"), "properties.distinct_id"),
    "null": (row(distinct_id=None), "properties.distinct_id"),
}


@pytest.mark.parametrize(("wrong", "field"), BAD.values(), ids=BAD.keys())
def test_what_is_valid_is_kept_where_something_is_not(mp: Caller, wrong: Any, field: str) -> None:
    status, body = send(mp, [row(n=1), wrong, row(n=2)])
    properties = wrong.get("properties") if isinstance(wrong, dict) else None
    insert_id = properties.get("$insert_id", "") if isinstance(properties, dict) else ""
    failed = {"index": 1, "insert_id": insert_id, "field": field}
    assert body.pop("failed_records") == [{**failed, "message": body_message(field)}]
    assert (status, body) == (
        400,
        {
            "code": 400,
            "error": "some data points in the request failed validation",
            "num_records_imported": 2,
            "status": "Bad Request",
        },
    )
    assert arrived(mp) == [row(n=1), row(n=2)]


def body_message(field: str) -> str:
    messages = {
        "": "an event has exactly event and properties",
        "event": "'event' must be a non-empty string",
        "properties": "'properties' must be an object of fewer than 255 keys",
    }
    return messages.get(field, f"'{field}' is not valid")


@pytest.mark.parametrize(
    "properties",
    [
        {"time": NOW + 3600},
        {"time": 31_536_000},
        {"distinct_id": ""},
        {"$insert_id": "a" * 36},
        {f"p{n}": n for n in range(251)},
    ],
)
def test_what_is_only_just_valid_is_kept(mp: Caller, properties: dict[str, Any]) -> None:
    assert send(mp, [row(**properties)]) == (200, OK)
    assert arrived(mp) == [row(**properties)]


def test_without_strict_nothing_is_told_of_single_events(mp: Caller) -> None:
    assert send(mp, [row(), row("")], strict="0") == (200, OK)
    assert arrived(mp) == [row()]


def test_schemas_have_no_say_on_import_but_blocking(mp: Caller) -> None:
    blocked = {"type": "string", "metadata": meta(dropped=True)}
    mp.post(
        event("Blocked", metadata=meta(dropped=True)),
        event("Hidden", metadata=meta(hidden=True)),
        event("A", properties={"secret": blocked, "price": {"type": "number"}}, required=["x"]),
    )
    rows = [row("Blocked"), row("Hidden"), row("A", secret="s", price="9", unplanned=1)]
    assert send(mp, rows) == (200, {**OK, "num_records_imported": 3})
    assert arrived(mp) == [row("Hidden"), row("A", price="9", unplanned=1)]


def test_two_thousand_events_and_ten_megabytes_are_the_most(mp: Caller) -> None:
    too_large = {"code": 413, "status": "Request Entity Too Large"}
    most = {"error": "request exceeds max limit of 2000 events"}
    assert send(mp, [row()] * 2001) == (413, {**too_large, **most})
    assert arrived(mp) == []
    assert send(mp, [row()] * 2000) == (200, {**OK, "num_records_imported": 2000})
    long = gzip.compress(json.dumps([row(text="x" * 10_500_000)]).encode())
    answer = send(mp, long, headers={"Content-Encoding": "gzip"})
    assert answer == (
        413,
        {**too_large, "error": "request exceeds max limit of 10485760 bytes"},
    )


def test_who_may_import(mp: Caller) -> None:
    unauthorized = {"code": 401, "error": "Invalid credentials", "status": "Unauthorized"}
    assert send(mp, [row()], auth=("a", "b")) == (401, unauthorized)
    reader = mp.sandbox.add_account("reader", {PROJECT: "analyst"})
    status, body = send(mp, [row()], auth=reader)
    assert (status, body["code"], body["status"]) == (403, 403, "Forbidden")
    assert send(mp, [row()], project_id="999")[1] == {
        "code": 404,
        "error": "project not found",
        "status": "Not Found",
    }
    assert send(mp, [row()], project_id=None)[1] == {
        "code": 400,
        "error": "project_id is required",
        "status": "Bad Request",
    }
    assert arrived(mp) == []


def test_a_project_token_may_import(mp: Caller) -> None:
    token = mp.sandbox.state.projects[PROJECT].token
    assert send(mp, [row()], auth=(token, ""), project_id=None) == (200, OK)
    assert send(mp, [row()], auth=("0" * 32, ""))[0] == 401
    assert arrived(mp) == [row()]


def track(mp: Caller, data: Any, path: str = "track") -> str:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    answer = mp.ask("POST", path, auth=None, data=body)
    assert answer.status_code == 200
    return answer.text


def tracked(mp: Caller, **properties: Any) -> dict[str, Any]:
    token = mp.sandbox.state.projects[PROJECT].token
    return {"event": "A", "properties": {"token": token, **properties}}


def test_what_is_tracked_arrives_now_and_without_its_token(mp: Caller) -> None:
    assert track(mp, [tracked(mp, x=1), tracked(mp, time=NOW - 9)]) == "1"
    assert track(mp, tracked(mp, time="soon")) == "1"
    assert arrived(mp) == [
        {"event": "A", "properties": {"x": 1, "time": NOW}},
        {"event": "A", "properties": {"time": NOW - 9}},
        {"event": "A", "properties": {"time": NOW}},
    ]


def test_track_takes_a_form_as_the_libraries_send_it(mp: Caller) -> None:
    form = {"data": json.dumps(tracked(mp, x=1)), "verbose": "1"}
    answer = mp.ask("POST", "track", data=form, auth=None)
    assert answer.json() == {"status": 1, "error": None}
    assert arrived(mp) == [{"event": "A", "properties": {"x": 1, "time": NOW}}]


def test_track_says_yes_to_what_it_does_not_keep(mp: Caller) -> None:
    stranger = {"event": "A", "properties": {"token": "0" * 32}}
    for data in ([stranger], [{"event": "A"}], [5], [{"event": "A", "properties": [1]}]):
        assert track(mp, data) == "1"
    assert track(mp, [{**tracked(mp), "event": 5}]) == "1"
    assert arrived(mp) == []


def test_track_says_no_to_what_cannot_be_read(mp: Caller) -> None:
    assert [track(mp, data) for data in (b"{", b"", b"[" * 100_000)] == ["0"] * 3
    answer = json.loads(track(mp, b"{", "track?verbose=1"))
    assert answer == {"status": 0, "error": "the data cannot be read"}


def test_track_keeps_no_blocked_event(mp: Caller) -> None:
    mp.post(event("A", metadata=meta(dropped=True)))
    assert track(mp, [tracked(mp)]) == "1"
    assert arrived(mp) == []
