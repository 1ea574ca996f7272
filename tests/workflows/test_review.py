"""The review of two seeded quarters: each number on the page is counted again from the seed."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import click
import pytest

from mpgov.cli.main import COMMANDS, main
from mpgov.errors import AuthError, InputError, UsageError
from mpgov.mixpanel.usage import event_names
from mpgov.render.review_files import draw_review
from mpgov.workflows.history import verify
from mpgov.workflows.lexicon import connect
from mpgov.workflows.review import ReviewWish, review
from mpgov.workflows.review_files import refuse_signed, sign_off
from tests import review_expected as expected
from tests import review_seed as seed
from tests.conftest import Clock, House
from tests.review_house import Reviewed, furnished, reviewed, written

# Days, months, quarters, moments and ids are no numbers; neither is what a scale ends with.
NO_NUMBER = re.compile(
    r"\d{4}-(?:Q\d|\d\d(?:-\d\d)?)(?: \d\d:\d\d UTC)?|of 100\b|per 1,000\b|ID merge", re.ASCII
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    with pytest.MonkeyPatch.context() as patch:
        yield reviewed(tmp_path_factory.mktemp("review"), patch)


class Page(HTMLParser):
    """Every number of a page with the place it claims, and digits that claim none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: dict[str, set[str]] = {}
        self.stray: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("data-n") or ""
        if tag in {"style", "script", "title", "time", "code", "h1", "head"} or "data-said" in said:
            name = name or "-"
        if tag not in {"br", "meta", "path", "rect", "circle", "link"}:
            self.open.append((tag, name))
            if name not in {"", "-"}:
                self.found.setdefault(name, set()).add("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        names = [name for _, name in self.open if name]
        if names and names[-1] != "-":
            self.found[names[-1]] = {*self.found[names[-1]] - {""}, data}
        elif not names and re.search(r"\d", NO_NUMBER.sub("", data)):
            self.stray.append(data.strip())


@pytest.mark.parametrize("quarter", [expected.Q3, expected.Q4], ids=lambda one: one.name)
def test_every_number_on_the_page_is_recomputed(both: Reviewed, quarter: expected.Quarter) -> None:
    page = Page(both.file(f"{quarter.name}.html"))
    wanted = expected.page_of(quarter)
    assert {name: texts for name, texts in page.found.items() if len(texts) != 1} == {}
    told = {name: next(iter(texts)) for name, texts in page.found.items()}
    assert told == wanted
    assert page.stray == []


@pytest.mark.parametrize("quarter", [expected.Q3, expected.Q4], ids=lambda one: one.name)
def test_the_json_has_the_numbers_of_the_page(both: Reviewed, quarter: expected.Quarter) -> None:
    document = json.loads(both.file(f"{quarter.name}.json"))
    for name, text in expected.page_of(quarter).items():
        if not name.startswith(("plot.", "#")) and re.fullmatch(r"[\d,]+", text):
            assert abs(round(_at(document, name))) == int(text.replace(",", "")), name
    found = [
        (one["severity"], one["rule"], one["name"] or "") for one in document["findings"]["now"]
    ]
    assert sorted(found) == sorted((f.severity, f.rule, f.name) for f in quarter.findings)
    decisions = [(one["what"], one["why"], one["command"]) for one in document["decisions"]]
    assert decisions == [
        (re.sub(r"[{}]", "", what), re.sub(r"[{}]", "", why), command)
        for what, why, command in expected.decided(quarter)
    ]
    order = [expected.SEVERITIES.index(one["severity"]) for one in document["decisions"]]
    assert order == sorted(order)


def _at(document: Any, path: str) -> float:
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return float(document)


def test_each_command_of_a_decision_is_one(both: Reviewed) -> None:
    """Every option and argument is known to the command that is to be typed."""
    for decision in (*both.then.decisions, *both.now.decisions):
        words = shlex.split(decision.command)[1:]
        assert words[0] in COMMANDS
        with main.make_context("mpgov", [], resilient_parsing=True) as ctx:
            command = main.get_command(ctx, words[0])
            assert command is not None, decision.command
            rest = words[1:]
            if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
                name, command, rest = command.resolve_command(ctx, rest)
                assert name
            assert command is not None
            command.make_context(command.name, rest, ctx)


def test_markdown_says_the_same(both: Reviewed) -> None:
    text = both.file("2026-Q4.md")
    wanted = expected.page_of(expected.Q4)
    for name in ("volume.now.total", "volume.compared.change", "score.total", "#findings.new"):
        assert f"**{wanted[name]}**" in text, name
    assert "| <code>Page Viewed</code> |" in text
    assert "jane@acme" not in text  # would mention somebody


def test_what_is_asked_of_mixpanel(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house = furnished(tmp_path, monkeypatch)
    written(house, ReviewWish("2026-Q3"))
    queries = [one for one in house.sandbox.log if "/api/query/" in one.path]
    assert len(house.sandbox.schemas_requests()) == 1
    assert [one.path.rpartition("/")[2] for one in queries] == ["names", "events", "events"]
    assert "from_date=2026-04-01&to_date=2026-09-30" in queries[-1].query
    written(house, ReviewWish("2026-Q3"))
    assert len([one for one in house.sandbox.log if "/api/query/" in one.path]) == 4
    assert Ledgers(house).kinds().count("review") == 0  # nothing is recorded of writing it


class Ledgers:
    """The record of a house."""

    def __init__(self, house: House) -> None:
        text = (house.folder / "exports" / "production" / "ledger.jsonl").read_text("utf-8")
        self.lines = [json.loads(line) for line in text.splitlines()]

    def kinds(self) -> list[str]:
        return [line["kind"] for line in self.lines]


class TestWhatCannotBeCounted:
    @pytest.fixture
    def house(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> House:
        return furnished(tmp_path, monkeypatch)

    def review(self, house: House, quarter: str = "") -> Any:
        around = house.around
        return review(around.plan(), around, ReviewWish(quarter))

    def test_a_plan_that_keeps_half_a_year_compares_the_same_days(self, house: House) -> None:
        house.sandbox.turn({"query_history": "180"})
        report = self.review(house, "2026-Q3")
        compared = report.volume.compared
        assert (compared.before_first, compared.before_last) == ("2026-04-05", "2026-06-30")
        assert (compared.first, compared.last) == ("2026-07-05", "2026-09-29")
        quarter = expected.Q3
        some = expected.days("2026-07-05", "2026-09-29"), expected.days("2026-04-05", "2026-06-30")
        assert (compared.now, compared.before) == tuple(map(quarter.total, some))
        assert "keeps this project's events from 2026-04-05 on" in report.volume.problems[0]
        assert "not counted" in draw_review(report, "html")

    def test_a_plan_that_keeps_no_earlier_quarter_compares_nothing(self, house: House) -> None:
        house.sandbox.turn({"query_history": "90"})
        volume = self.review(house, "2026-Q3").volume
        assert (volume.before, volume.compared, volume.new, volume.silent) == (None, None, (), ())
        assert volume.now.first == "2026-07-04"
        assert volume.now.total == expected.Q3.total(expected.days("2026-07-04", "2026-09-30"))

    @pytest.mark.parametrize("kind", ["text", "json", "markdown", "html"])
    def test_who_may_not_query_reviews_the_rest(self, house: House, kind: str) -> None:
        house.sandbox.fault("status", path="/api/query/*", status=403, times=9)
        report = self.review(house)
        assert (report.volume.now, report.score.total > 0) == (None, True)
        assert "does not tell us names and volumes" in draw_review(report, kind)

    def test_who_may_not_query_the_quarter_reviews_the_rest(self, house: House) -> None:
        self.review(house)
        house.sandbox.fault("status", path="/api/query/events", status=403, times=9)
        report = self.review(house)
        assert "the volumes of both quarters are not known" in report.volume.problems[0]
        house.sandbox.fault("status", path="*/schemas", status=403, times=9)
        with pytest.raises(AuthError):
            self.review(house)

    def test_what_was_not_counted_is_told(self, house: House) -> None:
        house.sandbox.turn({"query_form": "refused"})
        names = [f"{'E' * 100}{n:03}" for n in range(120)]
        text = "".join(f"  {name}: {{status: expected}}\n" for name in names)
        house.plan(f"events:\n{text}", "plans/more.yaml")
        (problem,) = self.review(house, "2026-Q3").volume.problems
        assert re.match(r"\d+ events were not counted \(", problem)
        house.sandbox.turn({"query_form": "accepted"})
        client = connect(house.around, house.around.project())
        while client.queries_left:
            event_names(client)
        report = self.review(house, "2026-Q3")
        assert report.volume.problems == ("this hour's queries are used up; nothing was counted",)

    def test_on_its_first_day_a_quarter_has_no_whole_day(self, house: House) -> None:
        house.clock.at = seed.THEN - 86_400
        report = self.review(house)
        assert (report.quarter.name, report.volume.now, report.volume.compared) == (
            "2026-Q4",
            None,
            None,
        )
        assert report.volume.before.total == expected.Q3.total(expected.Q3.now_days)
        assert "began today" in report.volume.problems[0]
        assert "2026-09-30" in draw_review(report, "html")

    def test_quarters_that_are_none(self, house: House) -> None:
        with pytest.raises(UsageError, match="is no quarter"):
            self.review(house, "Q3")
        with pytest.raises(UsageError, match="begins on 2027-01-01"):
            self.review(house, "2027-Q1")

    def test_a_year_that_begins_in_april(self, house: House) -> None:
        text = (house.folder / "mpgov.toml").read_text("utf-8")
        house.config(text + "\n[review]\nyear_starts = 4\n")
        report = self.review(house, "2026-Q2")
        assert (report.quarter.first, report.earlier) == ("2026-07-01", "2026-Q1")
        assert report.volume.now.total == expected.Q3.total(expected.Q3.now_days)

    def test_a_review_that_is_damaged_is_told_and_passed_over(self, house: House) -> None:
        written(house, ReviewWish("2026-Q3"))
        folder = house.folder / "exports" / "production" / "reviews"
        house.clock.at = seed.NOW
        (folder / "2026-Q2.json").write_bytes((folder / "2026-Q3.json").read_bytes())
        (folder / "2026-Q3.json").write_text('{"format": 1, "quarter": []}', "utf-8")
        report = self.review(house)
        assert report.last == ""  # the one of Q2 says that it is of Q3
        assert [n for n in report.notes if "cannot be read as a review" in n] == [
            "reviews/2026-Q3.json cannot be read as a review; an earlier one was taken",
            "reviews/2026-Q2.json cannot be read as a review; an earlier one was taken",
        ]


class TestSignOff:
    @pytest.fixture
    def house(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> House:
        found = furnished(tmp_path, monkeypatch)
        written(found, ReviewWish("2026-Q3"))
        clock.at = seed.NOW
        return found

    def file(self, house: House, name: str = "2026-Q3.html") -> Any:
        return house.folder / "exports" / "production" / "reviews" / name

    def test_it_records_who_accepted_which_bytes(self, house: House) -> None:
        made = sign_off(house.around, self.file(house), "The board", "meeting of 2 October")
        data = self.file(house).read_bytes()
        line = Ledgers(house).lines[-1]
        wanted = {"name": "reviews/2026-Q3.html", "quarter": "2026-Q3", "signer": "The board"}
        assert {key: line[key] for key in wanted} == wanted
        assert (line["sha256"], line["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
        assert (line["kind"], line["reason"]) == ("review", "meeting of 2 October")
        assert made.told.startswith("The board (2026-10-02 09:30:0")
        (checked,) = verify(house.around)
        assert (checked.problems, checked.spoilt) == ((), ())
        assert [text.partition(": as ")[0] for text in checked.signed] == [
            "exports/production/reviews/2026-Q3.html"
        ]

    def test_several_may_sign_and_a_new_one_counts_from_then_on(self, house: House) -> None:
        sign_off(house.around, self.file(house), "Jane")
        sign_off(house.around, self.file(house), "Sam")
        assert len(verify(house.around)[0].signed) == 2
        self.file(house).write_text("changed", "utf-8")
        problems = verify(house.around)[0].spoilt
        assert len(problems) == 2
        assert "2026-Q3.html: was changed since Jane (2026-10-02" in problems[0]
        sign_off(house.around, self.file(house), "Kim")
        (checked,) = verify(house.around)
        assert (checked.spoilt, len(checked.signed), checked.exit_code) == ((), 1, 0)
        self.file(house).unlink()
        assert "is gone since Kim" in verify(house.around)[0].spoilt[0]

    def test_what_was_signed_is_not_overwritten(self, house: House) -> None:
        around = house.around
        report = review(around.plan(), around, ReviewWish("2026-Q3"))
        refuse_signed(around, around.project(), report.quarter)
        sign_off(around, self.file(house, "2026-Q3.md"), "Jane")
        with pytest.raises(InputError, match=r"reviews/2026-Q3\.md: Jane \(.* signed it off"):
            refuse_signed(around, around.project(), report.quarter)

    def test_only_a_review_of_this_project_can_be_signed(self, house: House) -> None:
        other = house.folder / "2026-Q3.html"
        other.write_text("a page", "utf-8")
        for file in (other, self.file(house, "2026-Q3.txt")):
            if not file.exists():
                file.write_text("x", "utf-8")
            with pytest.raises(UsageError, match="is no file of a review of this project"):
                sign_off(house.around, file)
        with pytest.raises(InputError, match="cannot be read"):
            sign_off(house.around, self.file(house, "2026-Q2.html"))
        foreign = self.file(house, "2026-Q2.html")
        foreign.write_text("a page", "utf-8")
        with pytest.raises(InputError, match="is no review of production that mpgov wrote"):
            sign_off(house.around, foreign)
        said = json.loads(self.file(house, "2026-Q3.json").read_text("utf-8"))
        said["project"] = "staging"
        self.file(house, "2026-Q3.json").write_text(json.dumps(said), "utf-8")
        with pytest.raises(InputError, match="is no review of production"):
            sign_off(house.around, self.file(house))
