"""Each guard: it stands, it is lifted by name and the record says so, and it is silent."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from mpgov.workflows.compare import Wish
from tests.conftest import House, event_entry
from tests.workflows.doing import records, sync

TEN = "events:\n" + "\n".join(f"  E{n}: {{description: d}}" for n in range(10))


def many(changed: int) -> str:
    lines = [f"  E{n}: {{description: {'new' if n < changed else 'd'}}}" for n in range(10)]
    return "events:\n" + "\n".join(lines)


# The guard; the plan before, the plan that it stops, one that it lets pass; and the wish.
CASES: dict[str, tuple[str, str, str, Wish]] = {
    "guards/blocks-data": (
        "events: {Sale: {description: s}}",
        "events: {Sale: {status: blocked}}",
        "events: {Sale: {status: deprecated}}",
        Wish(),
    ),
    "guards/unblocks": (
        "events: {Sale: {status: blocked}}",
        "events: {Sale: {status: live}}",
        "events: {Sale: {status: blocked, description: s}}",
        Wish(),
    ),
    "guards/deletes": (
        "events: {Sale: {description: s}, B: {}}",
        "events: {B: {}}",
        "events: {Sale: {description: s}, B: {description: b}}",
        Wish(prune="managed"),
    ),
    "guards/removes-property": (
        "events: {Sale: {properties: {p: {type: string}}}}",
        "events: {Sale: {properties: {p: null}}}",
        "events: {Sale: {properties: {p: {type: number}}}}",
        Wish(),
    ),
    "guards/mass-change": (TEN, many(4), many(3), Wish()),
}


def begin(house: House, plan: str) -> None:
    house.plan(plan)
    report = sync(house)
    assert report.exit_code == 0, report
    assert not report.diff.standing


@pytest.mark.parametrize("guard", CASES)
def test_it_stands(house: House, guard: str) -> None:
    before, stopped, _, wish = CASES[guard]
    begin(house, before)
    stored, recorded = deepcopy(house.stored()), records(house)
    house.plan(stopped)
    report = sync(house, wish)
    assert report.exit_code == 1
    assert {f.rule for f in report.diff.standing} == {guard}
    assert all(f"--allow {guard}" in f.message for f in report.diff.standing)
    assert (house.stored(), records(house)) == (stored, recorded)


@pytest.mark.parametrize("guard", CASES)
def test_it_is_lifted_by_name_and_the_record_says_so(house: House, guard: str) -> None:
    before, stopped, _, wish = CASES[guard]
    begin(house, before)
    house.plan(stopped)
    lifted = Wish(allow=(guard,), prune=wish.prune, reason="Agreed in GOV-7.")
    report = sync(house, lifted)
    assert report.exit_code == 0
    assert report.applied
    intended, done = records(house)[-2:]
    for record, state in ((intended, "intended"), (done, "done")):
        assert (record["kind"], record["state"]) == ("sync", state)
        assert record["allow"] == [guard]
        assert record["reason"] == "Agreed in GOV-7."
        assert record["changes"]


@pytest.mark.parametrize("guard", CASES)
def test_it_is_silent(house: House, guard: str) -> None:
    before, _, passes, wish = CASES[guard]
    begin(house, before)
    house.plan(passes)
    report = sync(house, wish)
    assert report.exit_code == 0
    assert not report.diff.standing
    assert guard not in {f.rule for f in report.diff.findings}


@pytest.mark.parametrize("guard", CASES)
def test_lifted_for_another_entity_it_stands(house: House, guard: str) -> None:
    before, stopped, _, wish = CASES[guard]
    begin(house, before)
    house.plan(stopped)
    report = sync(house, Wish(allow=(f"{guard}=Else",), prune=wish.prune))
    assert {f.rule for f in report.diff.standing} == {guard}


class TestForeignText:
    @pytest.fixture
    def shop(self, house: House) -> House:
        house.put(event_entry("Sale", description="Typed by a colleague"))
        house.plan("events: {Sale: {description: Ours}}")
        return house

    def test_it_stands(self, shop: House) -> None:
        report = sync(shop, Wish())
        assert {f.rule for f in report.diff.standing} == {"guards/foreign-text"}
        assert shop.stored()["Sale"]["description"] == "Typed by a colleague"

    def test_it_is_lifted_and_the_record_says_so(self, shop: House) -> None:
        assert sync(shop, Wish(allow=("guards/foreign-text=Sa*",))).exit_code == 0
        assert records(shop)[-1]["allow"] == ["guards/foreign-text=Sa*"]
        change = records(shop)[-1]["changes"][0]["fields"][0]
        assert (change["before"], change["after"]) == ("Typed by a colleague", "Ours")

    def test_it_is_silent_for_what_the_plan_or_the_record_said(self, shop: House) -> None:
        sync(shop, Wish(allow=("guards/foreign-text",)))
        (shop.around.base_path(shop.around.project())).unlink()
        shop.plan("events: {Sale: {description: Newer}}")
        report = sync(shop, Wish())
        assert report.exit_code == 0
        assert shop.stored()["Sale"]["description"] == "Newer"

    def test_it_is_silent_for_an_empty_text(self, house: House) -> None:
        house.put(event_entry("Sale", description=""))
        house.plan("events: {Sale: {description: Ours}}")
        assert sync(house, Wish()).exit_code == 0


QUIETED: dict[str, Any] = {
    "hide": ("events: {Purchase Completed: {hidden: true}}", (), ""),
    "block": (
        "events: {Purchase Completed: {status: blocked}}",
        ("guards/blocks-data",),
        "",
    ),
    "delete": ("events: {Visit: {}}", ("guards/deletes",), "managed"),
}


class TestBusyEvent:
    @pytest.fixture
    def busy(self, house: House) -> House:
        day = datetime.fromtimestamp(house.clock() - 86_400, UTC).strftime("%Y-%m-%d")
        project = house.sandbox.state.projects[house.project]
        project.volumes = {"Purchase Completed": {day: 900}, "Visit": {day: 100}}
        house.plan("events: {Purchase Completed: {description: p}, Visit: {}}")
        assert sync(house, Wish()).exit_code == 0
        return house

    @pytest.mark.parametrize("how", QUIETED)
    def test_it_stands_with_volume_and_share(self, busy: House, how: str) -> None:
        plan, allow, prune = QUIETED[how]
        busy.plan(plan)
        report = sync(busy, Wish(allow=allow, prune=prune))
        busy_ones = [f for f in report.diff.standing if f.rule == "guards/busy-event"]
        assert [f.key.name for f in busy_ones if f.key] == ["Purchase Completed"]
        assert "900" in busy_ones[0].message
        assert "90%" in busy_ones[0].message

    @pytest.mark.parametrize("how", QUIETED)
    def test_it_is_lifted_and_the_record_says_so(self, busy: House, how: str) -> None:
        plan, allow, prune = QUIETED[how]
        busy.plan(plan)
        lifted = (*allow, "guards/busy-event=Purchase*")
        assert sync(busy, Wish(allow=lifted, prune=prune)).exit_code == 0
        assert records(busy)[-1]["allow"] == list(lifted)

    def test_it_is_silent_for_what_does_not_arrive(self, house: House) -> None:
        house.plan("events: {Sale: {description: s}}")
        sync(house, Wish())
        house.plan("events: {Sale: {hidden: true}}")
        assert sync(house, Wish()).exit_code == 0

    def test_nobody_is_asked_where_nothing_is_quieted(self, busy: House) -> None:
        before = [r for r in busy.sandbox.log if "/events" in r.path]
        busy.plan("events: {Purchase Completed: {description: other}}")
        assert sync(busy, Wish()).exit_code == 0
        assert [r for r in busy.sandbox.log if "/events" in r.path] == before
