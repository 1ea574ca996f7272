"""How often events arrived lately: one Query request, however many names."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from mpgov.core.usage import Usage
from mpgov.core.volumes import Volumes
from mpgov.errors import AuthError, RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.quota import quota_of
from mpgov.mixpanel.usage import MOST_ADDRESS, event_names, read_span, read_usage, volumes
from mpgov.sandbox.app import Sandbox
from mpgov.workflows.lexicon import connect
from tests.conftest import Clock, House, house_of
from tests.mixpanel.conftest import Answer, Server


def day(house: House, ago: int) -> str:
    return (datetime.fromtimestamp(house.clock(), UTC) - timedelta(days=ago)).date().isoformat()


def arrived(house: House, **found: dict[int, int]) -> None:
    """So many of an event so many days ago."""
    house.sandbox.state.projects[house.project].volumes = {
        name: {day(house, ago): count for ago, count in days.items()}
        for name, days in found.items()
    }


def client(house: House) -> Client:
    return connect(house.around, house.around.project())


def asked(house: House) -> list[Any]:
    return [request for request in house.sandbox.log if "/events" in request.path]


def test_thirty_days_are_counted_and_today_is_one_of_them(house: House) -> None:
    arrived(house, Sale={0: 1, 29: 2, 30: 4}, Visit={31: 8}, Never={})
    found = volumes(client(house), ["Sale", "Visit", "Never"])
    assert found == Volumes({"Sale": 3, "Visit": 0, "Never": 0}, 3, 30)
    assert len(asked(house)) == 1


def test_others_are_asked_along_for_the_whole(house: House) -> None:
    arrived(house, Sale={1: 10}, Visit={1: 30}, Nobodys={1: 99})
    found = volumes(client(house), ["Sale"], ["Visit", "Sale"])
    assert found == Volumes({"Sale": 10, "Visit": 30}, 40)
    assert len(asked(house)) == 1


def test_others_go_along_only_as_far_as_the_address_allows(house: House) -> None:
    others = [f"Event Number {number}" for number in range(3000)]
    arrived(house, Sale={1: 10}, **{"Event Number 0": {1: 10}})
    found = volumes(client(house), ["Sale"], others)
    assert (found.counts["Sale"], found.counts["Event Number 0"], found.total) == (10, 10, 20)
    assert 100 < len(found.counts) < 3000
    (request,) = asked(house)
    assert request.method == "GET"


def test_many_names_are_still_one_request(house: House) -> None:
    names = [f"Événement {number}" for number in range(2000)]
    arrived(house, **{name: {1: 1} for name in names})
    found = volumes(client(house), names, ["Other"])
    assert found.counts == dict.fromkeys(names, 1)
    (request,) = asked(house)
    assert request.method == "POST"


@pytest.mark.parametrize("name", ['"', "a,b", "a&b=c", "é", "100%", "[]", "a b", "\u2028", "+"])
def test_a_name_arrives_as_it_is(house: House, name: str) -> None:
    arrived(house, **{name: {1: 7}})
    assert volumes(client(house), [name]).counts == {name: 7}
    many = [*(f"{name} {number}" for number in range(MOST_ADDRESS)), name]
    assert volumes(client(house), many).total == 7


def test_the_shop_is_counted(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = house_of(Sandbox("shop", clock=clock), clock, tmp_path, monkeypatch)
    names = sorted(event_names(client(shop)))
    found = volumes(client(shop), names)
    assert set(found.counts) == set(names)
    assert all(found.counts.values())
    assert found.total == sum(found.counts.values()) > 1000


def scripted(server: Server, house: House, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("MIXPANEL_HOST", server.url)
    return client(house)


def test_the_days_and_names_are_asked_for_as_documented(
    server: Server, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.play(Answer(body={"data": {"series": [], "values": {"A": {"2026-09-21": 2}}}}))
    assert volumes(scripted(server, house, monkeypatch), ["A", "A", "B"]) == Volumes(
        {"A": 2, "B": 0}, 2
    )
    path, _, query = server.seen[0].path.partition("?")
    assert path.endswith("/api/query/events")
    assert {key: value for key, (value,) in parse_qs(query).items()} == {
        "event": json.dumps(["A", "B"]),
        "type": "general",
        "unit": "day",
        "from_date": day(house, 29),
        "to_date": day(house, 0),
        "project_id": str(house.project),
    }


@pytest.mark.parametrize(
    ("days", "count"),
    [({"2026-09-21": 2, "2026-09-22": 3.0}, 5), ({"x": True, "y": None, "z": "9"}, 0), ([4], 0)],
)
def test_only_numbers_are_counted(
    server: Server, house: House, monkeypatch: pytest.MonkeyPatch, days: Any, count: int
) -> None:
    server.play(Answer(body={"data": {"values": {"A": days}}}))
    assert volumes(scripted(server, house, monkeypatch), ["A"]).counts == {"A": count}


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"NaN"])
def test_what_is_no_number_of_events_is_none(
    server: Server, house: House, monkeypatch: pytest.MonkeyPatch, number: bytes
) -> None:
    server.play(Answer(body=b'{"data": {"values": {"A": {"x": %s, "y": 2}}}}' % number))
    try:
        found = volumes(scripted(server, house, monkeypatch), ["A"])
    except RemoteError:
        return
    assert found.counts == {"A": 2}


@pytest.mark.parametrize("body", [[], {}, {"data": []}, {"data": {"values": [1]}}, "<html>", 7])
def test_an_odd_answer_is_an_error_and_no_zero(
    server: Server, house: House, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    server.play(Answer(body=body))
    with pytest.raises(RemoteError):
        volumes(scripted(server, house, monkeypatch), ["A"])
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthError), (403, AuthError), (404, RemoteError)]
)
def test_a_refusal_is_told(
    server: Server,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    error: type[Exception],
) -> None:
    server.play(Answer(status, {"error": "no"}))
    with pytest.raises(error, match=str(status)):
        volumes(scripted(server, house, monkeypatch), ["A"])
    assert len(server.seen) == 1


def many(house: House, count: int) -> list[str]:
    """So many live events, each arriving twice yesterday."""
    names = [f"Event Number {number} Happened" for number in range(count)]
    arrived(house, **{name: {1: 2} for name in names})
    return names


def usage(house: House, matter: list[str]) -> Usage:
    return read_usage(client(house), lambda names: [*matter, *names], "now")


def test_five_thousand_names_are_two_queries(house: House) -> None:
    names = many(house, 5000)
    found = usage(house, ["Planned"])
    assert len(asked(house)) == 2
    assert (len(found.counts), found.total, found.uncounted) == (5001, 10_000, ())
    assert (found.volume(names[7]), found.share(names[7]), found.volume("Planned")) == (
        2,
        1 / 5000,
        0,
    )
    assert found.seen(names[7]) == (day(house, 1), day(house, 1))
    assert (len(found.days), found.days[-1], found.is_whole) == (30, day(house, 0), False)


@pytest.mark.parametrize("form", ["refused", "ignored"])
def test_where_no_form_is_taken_what_matters_is_counted_first(house: House, form: str) -> None:
    names = many(house, 5000)
    house.sandbox.turn({"query_form": form})
    matter = names[4990:]
    found = usage(house, matter)
    assert len(asked(house)) == 4
    assert all(found.volume(name) == 2 for name in matter)
    assert 100 < len(found.counts) < 1000
    assert len(found.uncounted) == 5000 - len(found.counts)
    assert found.volume(found.uncounted[0]) is None


def test_few_names_need_no_form(house: House) -> None:
    many(house, 40)
    house.sandbox.turn({"query_form": "refused"})
    assert len(usage(house, []).counts) == 40
    assert len(asked(house)) == 2


def test_an_hour_has_sixty_queries_whoever_asks(house: House) -> None:
    many(house, 3)
    for _ in range(20):
        usage(house, [])  # two queries each, in another client each
    for _ in range(10):
        usage(house, [])
    assert house.clock.slept == []
    with pytest.raises(RemoteError, match="60 requests an hour"):
        usage(house, [])
    house.clock.at += 3600
    assert usage(house, []).total == 6


def test_the_quota_that_mixpanel_tells_counts(house: House) -> None:
    many(house, 3)
    house.sandbox.turn({"query_quota": "20"})
    for _ in range(10):
        usage(house, [])
    with pytest.raises(RemoteError, match=r"20 requests an hour|429"):
        usage(house, [])


def test_where_the_budget_ends_the_names_are_known_and_the_rest_is_told(house: House) -> None:
    many(house, 3)
    found = client(house)
    for _ in range(59):
        event_names(found)
    last = read_usage(found, list, "now")
    assert (len(last.names), dict(last.counts), len(last.uncounted)) == (3, {}, 3)


@pytest.mark.parametrize(
    ("policy", "state", "wanted"),
    [
        (
            '"project";q=60;w=3600, "x-concurrency";q=5;qu="concurrent-requests"',
            '"project";r=7',
            (60, 7),
        ),
        ('"project";q=60;w=3600', '"project";a=7', (60, 7)),
        ('"other";q=60;w=3600', '"project";r=7', None),
        ('"project";q=60;w=60', '"project";r=7', None),
        ("", "", None),
        ('"project";q=many;w=3600', '"project";r=7', None),
        ('"' * 5000, '"project";r=7', None),
    ],
)
def test_quota_headers(policy: str, state: str, wanted: tuple[int, int] | None) -> None:
    found = quota_of({"RateLimit-Policy": policy, "RateLimit": state})
    assert (found and (found.limit, found.remaining)) == wanted


class TestASpan:
    def days(self, house: House, first: int) -> tuple[str, ...]:
        return tuple(day(house, ago) for ago in range(first, 0, -1))

    def test_two_quarters_are_one_query(self, house: House) -> None:
        arrived(house, A={100: 3, 1: 4}, B={180: 1})
        found = read_span(client(house), ["A", "B", "Never"], self.days(house, 180))
        assert (len(asked(house)), sum(found.counts["A"]), found.volume("B")) == (1, 7, 1)
        assert (found.counts["Never"], found.uncounted) == ((0,) * 180, ())

    def test_names_that_fit_in_no_address_are_one_form(self, house: House) -> None:
        names = many(house, 5000)
        found = read_span(client(house), names, self.days(house, 180))
        assert (len(asked(house)), found.total) == (1, 5000 * 2)

    def test_where_no_form_is_taken_the_first_are_counted(self, house: House) -> None:
        names = many(house, 5000)
        house.sandbox.turn({"query_form": "refused"})
        found = read_span(client(house), names, self.days(house, 40))
        assert len(asked(house)) == 2
        assert found.volume(names[0]) == 2
        assert len(found.uncounted) == 5000 - len(found.counts) > 4000

    def test_days_beyond_what_is_kept_are_left_out(self, house: House) -> None:
        arrived(house, A={100: 3, 1: 4})
        house.sandbox.turn({"query_history": "90"})
        found = read_span(client(house), ["A"], self.days(house, 180))
        assert (found.days[0], found.total) == (day(house, 90), 4)
        with pytest.raises(AuthError, match="exceeds 90 days"):
            read_span(client(house), ["A"], (day(house, 120), day(house, 91)))

    def test_who_may_not_ask_is_told_so(self, house: House) -> None:
        house.sandbox.fault("status", path="/api/query/*", status=403, times=9)
        with pytest.raises(AuthError, match="403"):
            read_span(client(house), ["A"], self.days(house, 180))
        assert len(asked(house)) == 1
