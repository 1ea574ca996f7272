"""Quarters, figures, what may be compared, what became of findings, and what is read back."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.audit import AuditReport, EventRow, Evidence, Score
from mpgov.core.decision import Standing
from mpgov.core.figures import Figure, change, number, percent, plain, signed, written
from mpgov.core.finding import Finding
from mpgov.core.last_review import LastReview, Then, last_review, then_of
from mpgov.core.model import Catalog, Governance, Waiver, event
from mpgov.core.owned import OwnerRow
from mpgov.core.record import record_from_json
from mpgov.core.review import Material, review_of
from mpgov.core.review_changes import changes_review, declared_review, within
from mpgov.core.review_decisions import decisions_of
from mpgov.core.review_health import findings_review
from mpgov.core.review_matrix import MatrixReport, MatrixRow, cells_of, numbers_of, severities_of
from mpgov.core.review_span import Span, days_between, months_of, span_at, span_before, span_of
from mpgov.core.review_standing import (
    DeprecatedRow,
    MergeReview,
    OwnersReview,
    deprecated_review,
    owners_review,
    tokens_review,
    waivers_review,
)
from mpgov.core.review_volume import VolumeReview, volume_review
from mpgov.core.signature import signatures
from mpgov.core.tokens import Token
from mpgov.core.usage import Usage
from mpgov.render.review_json import review_as_json
from mpgov.render.review_words import glance, period

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
TODAY = "2026-11-25"


class TestQuarters:
    def test_names(self) -> None:
        assert span_of("2026-Q4", 1) == Span("2026-Q4", "2026-10-01", "2026-12-31")
        assert span_of(" 2026q1 ", 4) == Span("2026-Q1", "2026-04-01", "2026-06-30")
        assert span_of("2026-Q4", 4) == Span("2026-Q4", "2027-01-01", "2027-03-31")
        assert span_of("2026-Q1", 12) == Span("2026-Q1", "2026-12-01", "2027-02-28")
        with pytest.raises(ValueError, match="9999"):
            span_at("9999-12-31", 1)
        assert span_of("2026-Q5", 1) is span_of("Q4", 1) is span_of("0000-Q1", 1) is None
        assert span_of("0001-Q1", 1) is None  # no day is before it
        assert list(months_of(Span("2026-Q1", "2026-12-01", "2027-02-28"))) == [
            *("2026-12", "2027-01", "2027-02")
        ]

    @given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(1, 12))
    def test_every_day_is_in_one_quarter_and_they_follow_each_other(
        self, day: date, starts: int
    ) -> None:
        span = span_at(day.isoformat(), starts)
        assert span.first <= day.isoformat() <= span.last
        assert span_of(span.name, starts) == span
        before = span_before(span)
        last = date.fromisoformat(before.last) + timedelta(days=1)
        assert last.isoformat() == span.first
        assert span_at(before.last, starts) == before
        assert 89 <= len(days_between(span.first, span.last)) <= 92
        assert (date.fromisoformat(span.first).month - starts) % 3 == 0


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            (number(1_234_567), "1,234,567"),
            (signed(12), "+12"),
            (signed(-1_200), "\N{MINUS SIGN}1,200"),
            (signed(0), "±0"),
            (percent(0.5), "50%"),
            (percent(0.0004), "under 0.1%"),
            (percent(0.9999), "over 99.9%"),
            (change(0.125), "+12.5%"),
            (change(-1), "\N{MINUS SIGN}100%"),
            (change(11), "12\N{MULTIPLICATION SIGN}"),
            (written(-3, "signed"), "\N{MINUS SIGN}3"),
            (written(84.6, "points"), "85"),
            (plain(("a ", Figure(2000), " b ", Figure(0.1, "percent"))), "a 2,000 b 10%"),
        ],
    )
    def test_they_are_written_so(self, text: str, wanted: str) -> None:
        assert text == wanted


Q3, Q4 = (span for name in ("2026-Q3", "2026-Q4") if (span := span_of(name, 1)))


def counted(first: str, last: str, **events: dict[str, int]) -> VolumeReview:
    """A review of Q4 against Q3, of these days, with so many events on some of them."""
    days = days_between(first, last)
    counts = {name: tuple(by_day.get(day, 0) for day in days) for name, by_day in events.items()}
    return volume_review(Usage(days=days, counts=counts), Q4, Q3, lambda name: name == "A")


class TestVolume:
    def test_whole_quarters_are_compared_as_they_are(self) -> None:
        found = counted(Q3.first, Q4.last, A={"2026-07-01": 10, "2026-12-31": 15}).compared
        assert found is not None
        assert (found.is_whole, found.days, found.before_days) == (True, 92, 92)
        assert (found.now, found.before, found.difference, found.change) == (15, 10, 5, 0.5)

    def test_of_a_quarter_that_runs_only_the_days_that_both_have(self) -> None:
        events = {"A": {"2026-07-10": 8, "2026-08-01": 1000, "2026-10-10": 4}}
        volume = counted(Q3.first, "2026-10-10", **events)
        found = volume.compared
        assert found is not None
        assert (found.is_whole, found.days, found.before_last) == (False, 10, "2026-07-10")
        assert (found.now, found.before, found.change) == (4, 8, -0.5)
        assert volume.before is not None
        assert volume.before.total == 1008
        assert [(one.name, one.difference) for one in volume.falling] == [("A", -4)]
        assert volume.slower == ()  # eight events are too few for a proportion

    def test_what_did_not_arrive_in_those_days_is_not_new_if_it_did_in_others(self) -> None:
        events: dict[str, dict[str, int]] = {
            "A": {"2026-09-01": 5, "2026-10-02": 7},
            "B": {"2026-10-02": 3},
            "C": {"2026-07-02": 2},
        }
        volume = counted(Q3.first, "2026-10-10", **events)
        assert [one.name for one in volume.new] == ["B"]
        assert [(one.name, one.before_total) for one in volume.silent] == [("C", 2)]
        assert [(one.name, one.change) for one in volume.rising] == [("A", None)]
        assert [one.is_planned for one in volume.new] == [False]

    def test_nothing_counts_against_nothing(self) -> None:
        volume = counted(Q4.first, "2026-10-10", A={"2026-10-02": 3})
        assert (volume.before, volume.compared, volume.new) == (None, None, ())
        assert volume.now is not None
        assert volume.now.planned_share == 1
        nobody = counted(Q3.first, Q4.last)
        assert nobody.now is not None
        assert (nobody.now.total, nobody.now.planned_share) == (0, None)
        assert nobody.compared is not None
        assert nobody.compared.change is None

    def test_of_many_movers_the_largest_are_shown(self) -> None:
        events = {
            f"E{n:02}": {"2026-07-01": 1000, "2026-10-01": 1000 + (n - 10) * 10} for n in range(21)
        }
        events |= {f"N{n:02}": {"2026-10-01": n + 1} for n in range(13)}
        volume = counted(Q3.first, Q4.last, **events)
        assert [one.name for one in volume.rising] == ["E20", "E19", "E18", "E17", "E16"]
        assert [one.name for one in volume.slower] == ["E00", "E01", "E02", "E03", "E04"]
        assert (len(volume.new), volume.more_new, volume.new[0].name) == (10, 3, "N12")

    @given(
        st.dictionaries(
            st.text(max_size=3),
            st.dictionaries(st.sampled_from(days_between(Q3.first, Q4.last)), st.integers(0, 999)),
            max_size=6,
        ),
        st.integers(0, 183),
        st.integers(0, 183),
    )
    def test_its_parts_add_up_whatever_was_counted(
        self, events: dict[str, dict[str, int]], a: int, b: int
    ) -> None:
        every = days_between(Q3.first, Q4.last)
        days = every[min(a, b) : max(a, b) + 1]
        counts = {name: tuple(d.get(day, 0) for day in days) for name, d in events.items()}
        volume = volume_review(Usage(days=days, counts=counts), Q4, Q3, lambda name: len(name) == 1)
        months = volume.months
        for side, total in (
            (volume.now, sum(row.total for row in months)),
            (volume.before, sum(row.before_total for row in months)),
        ):
            if side is not None:
                assert side.total == side.planned + side.unplanned == total
        assert sum(one.total for one in volume.events) == (volume.now.total if volume.now else 0)
        if volume.compared:
            assert sum(one.now for one in volume.events) == volume.compared.now
            is_whole = volume.compared.is_whole
            assert is_whole or volume.compared.days == volume.compared.before_days


def finding(rule: str, name: str = "A", message: str = "is wrong", **more: Any) -> Finding:
    return Finding(message, event(name), rule=rule, **more)


class TestFindings:
    def test_new_fixed_still_there_and_worse(self) -> None:
        then = (
            finding("a/x", message="counts 12 of 40"),
            finding("a/x", message="another"),
            finding("b/y", severity="error"),
            finding("b/z", "Gone"),
        )
        now = (
            finding("a/x", message="another"),
            finding("a/x", message="counts 7 of 9", severity="error"),
            finding("c/w", severity="info"),
        )
        last = LastReview("2026-Q3", findings=tuple(map(then_of, then)))
        report = AuditReport("p", TODAY, now, accepted=(finding("b/z", "Gone"),))
        found = findings_review(report, last)
        assert [one.rule for one in found.new] == ["c/w"]
        assert [one.rule for one in found.fixed] == ["b/y"]  # b/z is only set aside
        assert (found.worse, found.accepted) == (1, 1)
        rows = {row.name: row for row in (*found.severities, *found.families)}
        error = rows["error"]
        assert (error.now, error.then, error.new, error.fixed, error.still) == (1, 1, 0, 1, 1)
        assert [row.name for row in found.families] == ["a", "c", "b"]

    def test_without_a_review_before_there_is_only_now(self) -> None:
        found = findings_review(AuditReport("p", TODAY, (finding("a/x"),)), LastReview())
        assert (found.new, found.fixed) == ((), ())
        assert [(row.now, row.then, row.new) for row in found.severities] == [
            *((0, None, None), (1, None, None), (0, None, None))
        ]

    @given(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("mn")))
    )
    def test_what_is_now_is_new_or_still_there(self, drawn: list[tuple[str, str, str]]) -> None:
        made = [finding(f"{rule}/r", name, text) for rule, name, text in drawn]
        half = len(made) // 2
        last = LastReview("2026-Q3", findings=tuple(map(then_of, made[:half])))
        found = findings_review(AuditReport("p", TODAY, tuple(made[half:])), last)
        for row in (*found.severities, *found.families):
            assert row.now == (row.new or 0) + (row.still or 0)
            assert row.then == (row.fixed or 0) + (row.still or 0)


class TestRecords:
    def record(self, at: str, *actions: tuple[str, str], **more: Any) -> Any:
        changes = [{"action": a, "entity": "event", "name": name} for a, name in actions]
        return record_from_json(
            {"kind": "sync", "state": "done", "at": at, **more, "changes": changes}
        )

    def test_an_event_is_what_its_last_creation_or_deletion_made_of_it(self) -> None:
        records = [
            self.record("2026-10-01T00:00:00Z", ("create", "A"), ("delete", "B"), ("update", "C")),
            self.record("2026-11-01T00:00:00Z", ("delete", "A"), ("create", "B"), ("update", "B")),
            self.record("2026-12-31T23:59:59Z", ("update", "C"), kind="undo", state="recovered"),
            self.record("2027-01-01T00:00:00Z", ("create", "D")),
            self.record("2026-09-30T23:59:59Z", ("create", "E")),
            self.record("2026-11-02T00:00:00Z", ("create", "F"), state="intended", run="r"),
            self.record("whenever", ("create", "G")),
        ]
        found = changes_review(within(records, Q4))
        names = [[one.name for one in some] for some in (found.new, found.changed, found.removed)]
        assert names == [["B"], ["C"], ["A"]]
        assert [row.at[:7] for row in found.changed[0].rows] == ["2026-12", "2026-10"]
        assert [row.kind for row in found.records] == ["undo", "sync", "sync"]
        assert found.unended == 1

    @given(st.lists(st.dictionaries(st.sampled_from(["kind", "at", "changes", "who"]), JSON)))
    def test_whatever_the_record_holds(self, entries: list[dict[str, Any]]) -> None:
        at = {"at": "2026-10-05T00:00:00Z", "state": "done"}
        kinds = ("sync", "identity", "approval")
        records = [
            record_from_json({**one, **at, "kind": kinds[n % 3]}) for n, one in enumerate(entries)
        ]
        mine = within(records, Q4)
        assert len(mine) == len(records)
        changes_review(mine)
        declared_review(mine)

    def test_signatures(self) -> None:
        def signed(name: str, digit: str, by: str) -> Any:
            more = {"name": name, "sha256": digit * 64, "size": 3}
            return record_from_json({"kind": "review", "at": TODAY, "who": {"git": by}, **more})

        file = "reviews/2026-Q3.html"
        records = [
            *(signed(file, "a", "Jane"), signed(file, "b", "Sam"), signed(file, "b", "Kim")),
            *(signed("../x.html", "a", "Eve"), signed(file, "g", "Eve")),
            record_from_json({"kind": "review", "at": TODAY, "text": "by hand"}),
        ]
        assert [one.by for one in signatures(records)[file]] == ["Sam", "Kim"]
        assert list(signatures(records)) == [file]


class TestStanding:
    def test_deprecated_events_are_in_order_of_their_sunset(self) -> None:
        rows = [
            EventRow(event(name), "deprecated", sunset=sunset, is_live=live, volume=5)
            for name, sunset, live in (
                *(("none", "", True), ("soon", "2026-12-25", True), ("past", "2026-11-01", True)),
                ("quiet", "2026-01-01", False),
            )
        ]
        found = deprecated_review(
            AuditReport("p", TODAY, events=tuple(rows)), VolumeReview(), TODAY
        )
        assert [(row.name, row.days_past) for row in found] == [
            *(("past", 24), ("soon", -30), ("none", None))
        ]
        assert found[0].now is None

    def test_tokens_waivers_and_people_who_left(self) -> None:
        tokens = [
            Token("late", "service_account", rotate_every=10, last_rotated="2026-11-01"),
            Token("soon", "service_account", rotate_every=30, last_rotated="2026-11-01"),
            Token("later", "service_account", rotate_every=365, last_rotated="2026-11-01"),
            Token("never", "project_token"),
        ]
        due = tokens_review(tokens, TODAY)
        assert [(one.name, one.days, one.state) for one in due.due] == [
            *(("late", -14, "overdue"), ("soon", 6, "soon"))
        ]
        assert (due.known, due.later, due.unscheduled, due.pressing) == (4, 1, 1, 2)
        plan = Catalog(
            waivers=(Waiver("a/x", "A", "r"), Waiver("a/*", "*", "r", "2026-11-24")),
            governance=Governance(left=("Tom@acme.example",)),
        )
        waivers = waivers_review(plan, [finding("a/x")], TODAY)
        assert [(one.days_left, one.findings) for one in waivers] == [(-1, 0), (None, 1)]
        rows = (EventRow(event("A"), owners=("tom@acme.example",), volume=3),)
        owners = owners_review(AuditReport("p", TODAY, events=rows, days=(TODAY,)), plan)
        assert [row.owner for row in owners.left] == ["tom@acme.example"]
        assert (owners.unowned, owners.days) == ((), 1)

    def test_of_an_event_that_nobody_saw_nothing_arrived(self) -> None:
        row = EventRow(event("A"), "deprecated", sunset="2026-11-25", is_live=True)
        volume = counted(Q3.first, Q4.last, B={"2026-10-01": 1})
        (found,) = deprecated_review(AuditReport("p", TODAY, events=(row,)), volume, TODAY)
        assert (found.days_past, found.now, found.before, found.change) == (0, 0, 0, None)


class TestDecisions:
    def of(self, *findings: Finding, **more: Any) -> list[tuple[str, str, str]]:
        report = AuditReport("p", TODAY, findings, plan="plans", days=(TODAY,), planned=(100,))
        parts = {
            "volume": VolumeReview(),
            "deprecated": (),
            "owners": OwnersReview(),
            "tokens": tokens_review((), TODAY),
            "waivers": (),
            "merge": MergeReview(is_judged=True),
        }
        standing = Standing(report, **{**parts, **more})
        return [(one.severity, plain(one.what), one.command) for one in decisions_of(standing)]

    def test_errors_first_then_the_busiest(self) -> None:
        found = self.of(
            finding("lifecycle/unexpected", "Rare", volume=1),
            finding("lifecycle/unexpected", "Bu*sy", volume=60),
            finding("observed/not-allowed", "C", severity="error", volume=1),
            finding("datatypes/mismatch", "D", severity="error", volume=2),
            finding("datatypes/mismatch", "D", severity="error", volume=2),
        )
        assert found == [
            ("error", "Repair D", "mpgov audit --only D"),
            ("error", "Repair C", "mpgov audit --only C --events last-7-days"),
            (
                "warning",
                "Plan Bu*sy, or stop sending it",
                "mpgov export --into plans --live --only 'Bu[*]sy'",
            ),
            (
                "warning",
                "Plan Rare, or stop sending it",
                "mpgov export --into plans --live --only Rare",
            ),
        ]

    def test_drift_of_one_event_and_of_several(self) -> None:
        one = finding("lexicon/drift", "It's")
        ((_, what, command),) = self.of(one, one)
        assert what == "Keep what was typed in Lexicon for It's, or overrule it"
        assert command == "mpgov sync --theirs 'It'\"'\"'s'"
        ((_, what, command),) = self.of(one, finding("lexicon/drift", "B"), scope=" --project x")
        assert what == "Take what was typed in Lexicon for 2 events into the plan"
        assert command == "mpgov export --into plans --drift --project x"

    def test_whoever_left_is_replaced_in_the_project_that_is_meant(self) -> None:
        owners = OwnersReview(left=(OwnerRow("o'neill@acme.example", 2, 0),))
        ((_, _, command),) = self.of(owners=owners, scope=" --project x")
        assert shlex.split(command)[1:] == [
            *("owners", "transfer", "o'neill@acme.example", "NEW-OWNER", "--project", "x")
        ]

    def test_without_a_sunset_and_without_a_count(self) -> None:
        gone = DeprecatedRow("Old", (), "", "", None)
        to_come = replace(gone, name="Soon", sunset="2026-12-01", days_past=-6)
        found = self.of(finding("lifecycle/unexpected"), deprecated=(gone, to_come))
        assert [what for _, what, _ in found] == [
            *("Give Old a day after which it is blocked", "Plan A, or stop sending it")
        ]

    def test_a_plan_on_stdin_has_no_name(self) -> None:
        report = AuditReport("p", TODAY, (finding("lifecycle/unexpected"),), plan="stdin")
        made = review_of(Material(report, Evidence(today=TODAY), Q4, Q3, "2026-11-24"))
        assert made.decisions[0].command.startswith("mpgov export --into PLAN")

    def test_every_other_kind(self) -> None:
        tokens = [
            Token("late", "service_account", rotate_every=10, last_rotated="2026-11-01"),
            Token("soon", "service_account", rotate_every=30, last_rotated="2026-11-01"),
        ]
        found = self.of(
            *(finding("lexicon/not-stored"), finding("lexicon/untracked-schema", severity="info")),
            *(finding("naming/event-case"), finding("naming/event-case", "B")),
            tokens=tokens_review(tokens, TODAY),
            merge=MergeReview(),
        )
        assert [(severity, what) for severity, what, _ in found] == [
            ("error", "Rotate late"),
            ("warning", "Plan the rotation of soon"),
            ("warning", "Send again what Mixpanel did not keep, or take it out of the plan"),
            ("warning", "Settle 2 findings of naming/event-case"),
            ("info", "Look at how people are told apart"),
            ("info", "Delete 1 definition that nobody uses"),
        ]


def test_a_review_that_knows_nothing_is_one_all_the_same() -> None:
    report = AuditReport("p", f"{TODAY}T10:00:00Z", score=Score(0))
    made = review_of(Material(report, Evidence(today=TODAY), Q4, Q3, "2026-11-24"))
    assert (made.is_over, made.summary.volume, made.summary.errors) == (False, None, 0)
    again = last_review(dict(review_as_json(made)))
    assert again == LastReview("2026-Q4", f"{TODAY}T10:00:00Z", 0)


def test_sentences_where_there_is_little_to_say() -> None:
    days = days_between(Q3.first, Q4.last)
    usage = Usage(days=days, counts={"A": tuple(int(d == "2026-10-01") for d in days)})
    report = AuditReport("p", f"{TODAY}T10:00:00Z", score=Score(71))
    last = LastReview("2026-Q3", "2026-10-01", 71)
    made = review_of(Material(report, Evidence(today=TODAY), Q4, Q3, Q4.last, usage, last=last))
    told = [plain(sentence) for sentence in glance(made)]
    assert told[:2] == [
        "1 event, 0% of them planned; there were 0 in 2026-Q3",
        "health score 71 of 100, as at the review of 2026-Q3",
    ]
    odd = replace(made, quarter=replace(Q4, first="2027-01-01"), is_over=False, to="2026-12-31")
    assert period(odd) == "2027-01-01 to 2026-12-31"


class TestReadingBack:
    def test_what_was_written_is_read(self) -> None:
        found = (finding("a/x", severity="error"), Finding("m", None, rule="b/y"))
        report = AuditReport("p", f"{TODAY}T10:00:00Z", found, score=Score(71))
        usage = Usage(days=("2026-10-01",), counts={"A": (3,), "B": (0,)})
        material = Material(report, Evidence(today=TODAY), Q4, Q3, "2026-10-01", usage)
        read = last_review(dict(review_as_json(review_of(material))))
        assert read is not None
        assert read.findings == tuple(map(then_of, found))
        assert (read.score, read.names) == (71, ("A",))

    @given(st.dictionaries(st.sampled_from(["format", "quarter", "score", "findings", "at"]), JSON))
    def test_whatever_the_file_holds(self, document: dict[str, Any]) -> None:
        last_review({**document, "format": 1, "quarter": {"name": "2026-Q3"}})
        assert last_review(document) is None or document["quarter"]
        numbers_of(document)
        list(severities_of(document))

    def test_another_format_is_none(self) -> None:
        assert last_review({"format": 2, "quarter": {"name": "2026-Q3"}}) is None
        assert last_review([]) is None
        assert Then("a/x", "error", "", "", "", "m").about == ("a/x", "", "", "")


def test_the_rows_of_several_projects_add_up() -> None:
    document = {
        "summary": {
            "score": 80,
            "score_change": -2,
            "volume": 10,
            "volume_change": 0.5,
            "errors": 1,
        },
        "findings": {"now": [{"severity": "error"}, {"severity": "odd"}, 3]},
    }
    rows = (MatrixRow("a", numbers_of(document), 2), MatrixRow("b", problem="no answer"))
    totals = MatrixReport("2026-Q4", TODAY, rows).totals
    assert (totals.projects, totals.failed, totals.errors, totals.unsigned) == (2, 1, 1, 2)
    assert list(severities_of(document)) == ["error"]
    cells = cells_of(rows[0])
    assert (cells["±"], cells["by"], cells["planned"]) == ("\N{MINUS SIGN}2", "+50%", None)
