"""What an annotation says of the record, what is read out of it, and what it proves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.chain import ZERO, Line, link, tips
from mpgov.core.record import record_from_json
from mpgov.core.witness import LONGEST, Annotation, Compared, compare, witness_of, witness_text

RUNS = [f"2026112{n}T093015Z-00000{n}" for n in range(4)]
TIP = "0123456789abcdef" * 4


def entry(run: str, **more: Any) -> dict[str, Any]:
    at = f"{run[:4]}-{run[4:6]}-{run[6:8]}T09:30:15Z"
    return {"kind": "sync", "state": "done", "run": run, "at": at, **more}


def chain(*entries: dict[str, Any], after: Line | None = None) -> list[Line]:
    lines = [] if after is None else [after]
    for number, one in enumerate(entries, len(lines) + 1):
        lines.append(link(one, lines[-1].hash if lines else ZERO, number))
    return lines if after is None else lines[1:]


def annotated(lines: list[Line], note: str = "{}") -> Annotation:
    """What is written after the last of the lines."""
    record = record_from_json(lines[-1].entry)
    return Annotation("1", record.at[:10], note.format(witness_text(record, tips(lines))))


def test_it_says_what_was_done_and_how_the_record_ends() -> None:
    changes = [{"action": "create"}, {"action": "create"}, {"action": "update"}, {"action": "x"}]
    more = {"left": [{}], "not_stored": [{}, {}], "reason": "for jane@acme.example"}
    record = record_from_json(entry(RUNS[0], changes=changes, **more))
    assert witness_text(record, [(TIP, 41)]) == (
        f"mpgov sync {RUNS[0]}: 2 created, 1 updated, 1 changed, 1 left, 2 not stored; "
        f"record: 41 lines, head {TIP}"
    )
    undone = record_from_json(entry(RUNS[0], kind="undo", state="recovered"))
    assert witness_text(undone, [(TIP, 1), ("f" * 64, 2)]) == (
        f"mpgov undo {RUNS[0]}: interrupted, nothing changed; "
        f"record: 1 line, head {TIP}; 2 lines, head {'f' * 64}"
    )


@given(
    st.dictionaries(st.sampled_from(["kind", "run", "state", "left", "text"]), st.text()),
    st.lists(st.integers(1, 999_999_999), min_size=1, max_size=20),
)
def test_it_is_short_enough_and_its_first_claims_are_whole(
    said: dict[str, str], counts: list[int]
) -> None:
    claims = [(f"{number:064x}", count) for number, count in enumerate(counts)]
    text = witness_text(record_from_json(said), claims)
    assert len(text) <= LONGEST
    found = witness_of(Annotation("", "", text))
    assert found is not None
    assert found.claims == tuple(claims[: len(found.claims)])
    assert len(found.claims) >= min(3, len(claims))


@pytest.mark.parametrize(
    "note",
    [
        "{}",
        "Black Friday!\n\n{} @jane: please keep",
        "(edited) {}, and 12 lines more",
    ],
)
def test_ours_is_known_whatever_stands_around_it(note: str) -> None:
    lines = chain(entry(RUNS[0]))
    witness = witness_of(annotated(lines, note))
    assert witness is not None
    assert (witness.runs, witness.claims) == ((RUNS[0],), ((lines[0].hash, 1),))
    shouted = annotated(lines)
    again = witness_of(Annotation("1", "", shouted.text.upper().replace(" ", "\n")))
    assert again is not None
    assert again.claims == witness.claims


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tracking plan v14 pushed (3 events changed)",
        "mpgov sync tomorrow: who is in?",
        f"41 lines, head {TIP}0",
        f"41 lines, head {TIP[1:]}",
    ],
)
def test_other_people_s_are_not_ours(text: str) -> None:
    assert witness_of(Annotation("1", "", text)) is None


def test_a_record_that_grew_agrees() -> None:
    lines = chain(*map(entry, RUNS))
    notes = [annotated(lines[: n + 1]) for n in range(4)]
    foreign = [Annotation("9", "2026-11-24", "Sale!")] * 3
    assert compare([*foreign, *notes], lines) == Compared(4, 4)
    assert compare(notes[:2], lines) == Compared(
        2,
        2,
        notes=(
            (
                "2 runs have no annotation, though earlier ones do (it was refused, or deleted "
                f"since): {RUNS[2]}, {RUNS[3]}"
            ),
        ),
        unwitnessed=(RUNS[2], RUNS[3]),
    )


def test_a_record_that_was_merged_agrees() -> None:
    first = chain(entry(RUNS[0]))
    mine = chain(entry(RUNS[1]), after=first[0])
    theirs = chain(entry(RUNS[2]), after=first[0])
    notes = [annotated(first), annotated(first + mine), annotated(first + theirs)]
    assert compare(notes, first + mine + theirs) == Compared(3, 3)
    assert compare(notes, first + theirs + mine) == Compared(3, 3)
    both = annotated(first + mine + theirs)
    assert both.text.count("2 lines, head ") == 2
    assert compare([both], first + theirs + mine).agree == 1


def test_a_record_that_was_rewritten_whole_is_caught() -> None:
    lines = chain(*map(entry, RUNS))
    notes = [annotated(lines[: n + 1]) for n in range(4)]
    others = chain(*map(entry, RUNS[:2]), entry(RUNS[2], reason="nicer"), entry(RUNS[3]))
    found = compare(notes, others)
    assert (found.found, found.agree, found.exit_code, found.unwitnessed) == (4, 2, 1, ())
    assert found.problems == tuple(
        f"Mixpanel's annotation of 2026-11-2{n} (run {RUNS[n]}) knows {n + 1} lines up to "
        f"{lines[n].hash[:12]}…, which are not there: the record was rewritten or cut"
        for n in (2, 3)
    )
    last = f"Mixpanel's annotation of 2026-11-21 (run {RUNS[1]}) is the last that agrees"
    assert found.notes == (last,)


def test_a_record_that_was_cut_is_caught_at_either_end() -> None:
    lines = chain(*map(entry, RUNS))
    notes = [annotated(lines)]
    assert "which are not there" in compare(notes, lines[:3]).problems[0]
    assert compare(notes, lines[1:]).problems == (
        (
            f"Mixpanel's annotation of 2026-11-23 (run {RUNS[3]}) knows 4 lines up to "
            f"{lines[3].hash[:12]}…, and 3 are there: the record was cut, or somebody edited that"
        ),
    )


def test_an_annotation_that_somebody_edited_is_told() -> None:
    lines = chain(*map(entry, RUNS[:1]))
    whole = annotated(lines)
    gone = Annotation("1", whole.date, whole.text.partition(" head")[0])
    assert compare([gone], lines) == Compared(
        1,
        0,
        notes=(
            (
                f"Mixpanel's annotation of 2026-11-20 (run {RUNS[0]}) names no head any more: "
                "somebody edited it"
            ),
        ),
    )
    other = Annotation("1", "", whole.text.replace("1 line,", "2 lines,"))
    assert "an unknown day" in compare([other], lines).problems[0]


def test_without_any_nothing_is_proved() -> None:
    lines = chain(entry(RUNS[0]), {"kind": "note"})
    assert compare([], lines) == Compared(
        notes=("Mixpanel holds no annotation of the record: nothing vouches for it yet",)
    )


def test_what_was_only_intended_or_came_before_needs_none() -> None:
    lines = chain(
        entry(RUNS[0]),
        entry(RUNS[1]),
        entry(RUNS[2], state="intended"),
        {"kind": "note", "at": "2026-11-25T00:00:00Z"},
        entry("odd", at="some time", state="recovered"),
    )
    assert compare([annotated(lines[:2])], lines).unwitnessed == ("odd",)
