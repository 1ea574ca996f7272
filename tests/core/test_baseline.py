"""The baseline: what was there is accepted, what is new is not, and lines do not matter."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.baseline import baseline_of, known, split
from mpgov.core.finding import Finding
from mpgov.core.model import Location, event

findings = st.lists(
    st.builds(
        Finding,
        message=st.sampled_from(["is empty", "has 3 owners", "has 12 owners"]),
        key=st.sampled_from([None, event("A"), event("B 2")]),
        property=st.sampled_from(["", "p"]),
        at=st.builds(Location, st.just("plan.yaml"), st.integers(1, 99), st.integers(1, 9)),
        rule=st.sampled_from(["a/a", "b/b"]),
    ),
    max_size=12,
)


@given(findings, findings)
def test_a_split_loses_nothing_and_accepts_no_more_than_there_was(
    before: list[Finding], today: list[Finding]
) -> None:
    parts = split(today, baseline_of(before))
    assert sorted(map(repr, (*parts.new, *parts.accepted))) == sorted(map(repr, today))
    assert len(parts.accepted) + len(parts.fixed) == len(before)
    assert not set(map(known, parts.new)) & set(parts.fixed)


@given(findings)
def test_todays_findings_are_accepted_wherever_they_move_to(today: list[Finding]) -> None:
    moved = [replace(one, at=Location("other.yaml", 7, 7)) for one in reversed(today)]
    parts = split(moved, baseline_of(today))
    assert (parts.new, len(parts.accepted), parts.fixed) == ((), len(today), ())


def test_one_more_of_the_same_is_new() -> None:
    one = Finding("has the example 3, which is no string", event("A"), "p", rule="r/r")
    other = replace(one, message="has the example 4, which is no string")
    parts = split([one, other], baseline_of([one]))
    assert (parts.accepted, parts.new) == ((one,), (other,))


def test_a_count_in_a_message_does_not_matter_and_a_name_with_digits_does() -> None:
    before = Finding("has 1,300 properties", event("Step 1"), rule="r/r")
    more = replace(before, message="has 1,301 properties")
    elsewhere = replace(more, key=event("Step 2"))
    assert split([more, elsewhere], baseline_of([before])).new == (elsewhere,)
