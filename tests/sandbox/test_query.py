"""The Query API: what is live, and how much (reference 6.1 to 6.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.caller import PROJECT, Caller, no

# The clock stands on 2026-09-21, 13:33:20 UTC.
TODAY, YESTERDAY, BEFORE = "2026-09-21", "2026-09-20", "2026-09-19"
DAY = 86_400
ALL = {
    "events": {
        "event": '["A"]',
        "type": "general",
        "unit": "day",
        "from_date": TODAY,
        "to_date": TODAY,
    },
    "events/names": {"type": "general"},
    "events/top": {"type": "general"},
    "events/properties": {
        "event": "A",
        "name": "x",
        "type": "general",
        "unit": "day",
        "from_date": TODAY,
        "to_date": TODAY,
    },
    "events/properties/top": {"event": "A"},
    "events/properties/values": {"event": "A", "name": "x"},
}
EMPTY: dict[str, Any] = {
    "events": {"data": {"series": [TODAY], "values": {}}, "legend_size": 0},
    "events/names": [],
    "events/top": {"events": [], "type": "general"},
    "events/properties": {"data": {"series": [TODAY], "values": {}}, "legend_size": 0},
    "events/properties/top": {},
    "events/properties/values": [],
}


def arrive(mp: Caller, name: str, ago: int = 0, times: int = 1, **properties: Any) -> None:
    """Events that arrived some days ago."""
    row = {"event": name, "properties": {"time": int(mp.clock.at) - ago * DAY, **properties}}
    mp.sandbox.state.projects[PROJECT].events += [row] * times


@pytest.mark.parametrize("path", ALL)
def test_an_empty_project_gives_empty_answers(mp: Caller, path: str) -> None:
    assert mp.query(path, **ALL[path]) == (200, EMPTY[path])


@pytest.mark.parametrize("path", ALL)
def test_unknown_parameters_are_ignored(mp: Caller, path: str) -> None:
    more = {"workspace_id": "7", "gadget": "1", "from_when": "?"}
    assert mp.query(path, **ALL[path], **more) == (200, EMPTY[path])


@pytest.mark.parametrize("path", ALL)
def test_the_project_has_to_be_named(mp: Caller, path: str) -> None:
    answer = mp.ask("GET", f"api/query/{path}", params=ALL[path])
    assert (answer.status_code, answer.json()) == (400, no("project_id is required"))
    assert mp.query(path, **ALL[path], project_id="999") == (404, no("project not found"))
    nobody = mp.ask("GET", f"api/query/{path}", params=ALL[path], auth=("a", "b"))
    assert nobody.status_code == 401


@pytest.mark.parametrize("path", ALL)
def test_each_required_parameter_is_asked_for(mp: Caller, path: str) -> None:
    for name in ALL[path]:
        rest = {key: value for key, value in ALL[path].items() if key != name}
        assert mp.query(path, **rest) == (400, no(f"{name} is required"))


@pytest.mark.parametrize("path", ALL)
def test_a_post_is_answered_too(mp: Caller, path: str) -> None:
    form = {"project_id": str(PROJECT), **ALL[path]}
    answer = mp.ask("POST", f"api/query/{path}", data=form)
    assert (answer.status_code, answer.json()) == (200, EMPTY[path])


def test_the_body_has_the_last_word(mp: Caller) -> None:
    arrive(mp, "A")
    arrive(mp, "B")
    url = f"api/query/events/names?project_id={PROJECT}&type=nonsense&limit=2"
    answer = mp.ask("POST", url, data={"type": "general", "limit": "1"})
    assert (answer.status_code, answer.json()) == (200, ["A"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("events", "type"),
        ("events", "unit"),
        ("events/names", "type"),
        ("events/top", "type"),
        ("events/properties", "type"),
        ("events/properties", "unit"),
    ],
)
def test_a_word_that_is_none_is_refused(mp: Caller, path: str, parameter: str) -> None:
    status, body = mp.query(path, **{**ALL[path], parameter: "fortnight"})
    assert (status, body["error"].startswith(f"{parameter} must be one of ")) == (400, True)


def test_a_list_is_a_json_array_in_a_text(mp: Caller) -> None:
    for wrong in ("A", '"A"', "{}", "[A]"):
        answer = mp.query("events", **{**ALL["events"], "event": wrong})
        assert answer == (400, no("event must be a JSON array"))


def test_names_come_by_volume_or_backwards(mp: Caller) -> None:
    for name, times in {"Common": 3, "Rare": 1, "Also rare": 1}.items():
        arrive(mp, name, times=times)
    assert mp.query("events/names", type="general") == (200, ["Common", "Also rare", "Rare"])
    mp.turn(names_order="alphabetical")
    assert mp.query("events/names", type="general") == (200, ["Rare", "Common", "Also rare"])


def test_names_are_of_the_last_31_days(mp: Caller) -> None:
    arrive(mp, "Just in", ago=30)
    arrive(mp, "Just out", ago=31)
    assert mp.query("events/names", type="general") == (200, ["Just in"])


def test_hidden_and_blocked_names_are_listed_and_planned_ones_are_not(mp: Caller) -> None:
    mp.sandbox.edit_in_ui(PROJECT, "event", "Hidden", hidden=True)
    mp.sandbox.edit_in_ui(PROJECT, "event", "Planned", description="not yet")
    arrive(mp, "Hidden")
    assert mp.query("events/names", type="general") == (200, ["Hidden"])


def test_255_names_unless_asked_for_more_and_never_over_5000(mp: Caller) -> None:
    volumes = {f"e{n:04}": {TODAY: 1} for n in range(5001)}
    mp.sandbox.state.projects[PROJECT].volumes = volumes
    names = sorted(volumes)
    assert mp.query("events/names", type="general") == (200, names[:255])
    assert mp.query("events/names", type="general", limit=3) == (200, names[:3])
    assert mp.query("events/names", type="general", limit=9999) == (200, names[:5000])
    assert mp.query("events/top", type="general")[1]["events"][99:] == [
        {"amount": 1, "event": "e0099", "percent_change": 0.0}
    ]


@pytest.mark.parametrize("limit", ["-1", "ten", "1.5", "", "²"])
def test_a_limit_that_is_no_number_is_refused(mp: Caller, limit: str) -> None:
    answer = mp.query("events/names", type="general", limit=limit)
    assert answer == (400, no("limit must be a whole number"))


def test_top_compares_today_with_yesterday(mp: Caller) -> None:
    arrive(mp, "Falling", times=3)
    arrive(mp, "Falling", ago=1, times=4)
    arrive(mp, "New", times=5)
    arrive(mp, "Silent today", ago=1)
    assert mp.query("events/top", type="unique") == (
        200,
        {
            "events": [
                {"amount": 5, "event": "New", "percent_change": 0.0},
                {"amount": 3, "event": "Falling", "percent_change": -0.25},
            ],
            "type": "unique",
        },
    )
    limited = mp.query("events/top", type="general", limit=1)[1]["events"]
    assert [row["event"] for row in limited] == ["New"]


def counts(mp: Caller, **more: Any) -> tuple[int, Any]:
    asked = {"event": json.dumps(["A", "B", "Ghost"]), "type": "general", "unit": "day"}
    return mp.query("events", **{**asked, **more})


def test_counts_are_by_day_and_of_what_is_asked(mp: Caller) -> None:
    arrive(mp, "A", times=2)
    arrive(mp, "A", ago=2)
    arrive(mp, "B", ago=9)
    arrive(mp, "C")
    mp.sandbox.state.projects[PROJECT].volumes = {"A": {TODAY: 10, YESTERDAY: 4}}
    expected = {
        "data": {
            "series": [BEFORE, YESTERDAY, TODAY],
            "values": {"A": {BEFORE: 1, YESTERDAY: 4, TODAY: 12}},
        },
        "legend_size": 1,
    }
    assert counts(mp, from_date=BEFORE, to_date=TODAY) == (200, expected)
    assert counts(mp, interval=3) == (200, expected)


def test_days_without_events_are_left_out_of_the_values(mp: Caller) -> None:
    arrive(mp, "A", ago=1)
    assert counts(mp, from_date=BEFORE, to_date=TODAY)[1]["data"]["values"] == {"A": {YESTERDAY: 1}}


def test_a_range_that_ends_before_it_begins_is_empty(mp: Caller) -> None:
    answer = counts(mp, from_date=TODAY, to_date=BEFORE)
    assert answer == (200, {"data": {"series": [], "values": {}}, "legend_size": 0})


@pytest.mark.parametrize("wrong", ["21.9.2026", "2026-13-01", "", "yesterday"])
@pytest.mark.parametrize("key", ["from_date", "to_date"])
def test_a_date_that_is_none_is_refused(mp: Caller, key: str, wrong: str) -> None:
    for path in ("events", "events/properties"):
        answer = mp.query(path, **{**ALL[path], key: wrong})
        assert answer == (400, no(f"{key} must be yyyy-mm-dd"))


def test_a_date_of_another_age_is_refused(mp: Caller) -> None:
    answer = counts(mp, from_date="1999-12-31", to_date=TODAY)
    assert answer == (400, no("from_date: invalid date, bad year"))
    assert counts(mp, from_date=TODAY, to_date="9999-12-31")[0] == 400
    assert counts(mp, interval=99_999_999_999)[0] == 400


def test_values_of_a_property_are_counted_by_day(mp: Caller) -> None:
    arrive(mp, "A", x="red", times=2)
    arrive(mp, "A", x=5, ago=1)
    arrive(mp, "A", x=True)
    arrive(mp, "A", x=None)
    arrive(mp, "A", y="red")
    arrive(mp, "B", x="red")
    asked = {**ALL["events/properties"], "from_date": YESTERDAY}
    series = [YESTERDAY, TODAY]
    values = {"red": {TODAY: 2}, "5": {YESTERDAY: 1}, "true": {TODAY: 1}}
    assert mp.query("events/properties", **asked) == (
        200,
        {"data": {"series": series, "values": values}, "legend_size": 3},
    )
    some = mp.query("events/properties", **asked, values='["5", "blue"]')
    expected = {"series": series, "values": {"5": {YESTERDAY: 1}}}
    assert some == (200, {"data": expected, "legend_size": 1})
    assert mp.query("events/properties", **asked, limit=1)[1]["data"]["values"] == {
        "red": {TODAY: 2}
    }


def test_ten_properties_of_an_event_unless_asked_for_more(mp: Caller) -> None:
    many = {f"p{n:02}": 1 for n in range(11)}
    arrive(mp, "A", times=2)
    arrive(mp, "A", **many)
    arrive(mp, "B", other=1)
    top = mp.query("events/properties/top", event="A")[1]
    assert top == {"time": {"count": 3}, **{f"p{n:02}": {"count": 1} for n in range(9)}}
    assert len(mp.query("events/properties/top", event="A", limit=99)[1]) == 12


def test_values_are_texts_and_255_unless_asked_for_more(mp: Caller) -> None:
    for value in (5, 5, True, "a", [1], None):
        arrive(mp, "A", x=value)
    answer = mp.query("events/properties/values", event="A", name="x")
    assert answer == (200, ["5", "true", "a", "[1]"])
    for number in range(300):
        arrive(mp, "B", x=number)
    assert len(mp.query("events/properties/values", event="B", name="x")[1]) == 255
    assert len(mp.query("events/properties/values", event="B", name="x", limit=299)[1]) == 299


def test_what_is_ingested_is_counted(mp: Caller) -> None:
    token = mp.sandbox.state.projects[PROJECT].token
    mp.ask("POST", "track", json=[{"event": "A", "properties": {"token": token}}])
    assert counts(mp, interval=1)[1]["data"]["values"] == {"A": {TODAY: 1}}


def test_every_answer_tells_what_is_left_of_the_quota(strict_mp: Caller) -> None:
    def ask() -> str:
        asked = {"project_id": PROJECT, "type": "general"}
        return strict_mp.ask("GET", "api/query/events/names", params=asked).headers.get(
            "RateLimit", ""
        )

    assert [ask(), ask()] == ['"project";r=59', '"project";r=58']
    strict_mp.sandbox.turn({"query_quota": "20"})
    assert ask() == '"project";r=17'
    strict_mp.sandbox.turn({"quota_headers": "refusals"})
    assert ask() == ""


def profiles(mp: Caller, count: int) -> None:
    mp.sandbox.state.projects[PROJECT].profiles = {
        f"USR-{number:05d}": {"$email": "a@b.example", "plan": "pro"} for number in range(count)
    }


def engaged(mp: Caller, **form: object) -> Any:
    return mp.ask("POST", "api/query/engage", params={"project_id": PROJECT}, data=form)


def test_profiles_come_a_thousand_a_page_and_only_the_first_counts(strict_mp: Caller) -> None:
    profiles(strict_mp, 1500)
    first = engaged(strict_mp, output_properties='["plan"]')
    page = first.json()
    assert (page["page"], page["page_size"], page["total"], len(page["results"])) == (
        *(0, 1000, 1500),
        1000,
    )
    assert page["results"][0] == {"$distinct_id": "USR-00000", "$properties": {"plan": "pro"}}
    second = engaged(strict_mp, session_id=page["session_id"], page=1).json()
    assert (second["page"], len(second["results"])) == (1, 500)
    assert first.headers["RateLimit"] == '"project";r=59'
    assert engaged(strict_mp).headers["RateLimit"] == '"project";r=58'


def test_profiles_by_id_and_what_is_refused(mp: Caller) -> None:
    profiles(mp, 3)
    found = engaged(mp, distinct_ids='["USR-00001", "nobody"]').json()
    assert [row["$distinct_id"] for row in found["results"]] == ["USR-00001"]
    assert engaged(mp, page=1).status_code == 400
    assert engaged(mp, where="true").status_code == 400


@pytest.mark.parametrize(
    ("form", "status"), [("accepted", 200), ("refused", 405), ("ignored", 400)]
)
def test_whether_a_form_is_taken_is_a_knob(mp: Caller, form: str, status: int) -> None:
    mp.sandbox.turn({"query_form": form})
    body = {"event": '["A"]', "type": "general", "unit": "day", "interval": "2"}
    answer = mp.ask("POST", "api/query/events", params={"project_id": PROJECT}, data=body)
    assert answer.status_code == status


def test_a_plan_that_keeps_ninety_days_refuses_older_ones(mp: Caller) -> None:
    arrive(mp, "A", 1)
    asked = {**ALL["events"], "to_date": TODAY}
    mp.sandbox.turn({"query_history": "90"})
    status, refused = mp.query("events", **{**asked, "from_date": "2026-06-22"})
    assert (status, refused["error"]) == (403, "Date range exceeds 90 days into the past")
    status, found = mp.query("events", **{**asked, "from_date": "2026-06-23"})
    assert (status, found["data"]["values"]) == (200, {"A": {YESTERDAY: 1}})
