"""A baseline as a file: the same text for the same findings, and one line for what is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.baseline import Known
from mpgov.errors import InputError
from mpgov.storage.baseline import dump_baseline, load_baseline, read_baseline

texts = st.text(st.characters(), max_size=6)
knowns = st.builds(
    Known, st.just("r/r"), texts, texts, texts, st.sampled_from(["", "has # of # é", "\ud800 \n"])
)
GOOD = '{"format": 1, "findings": [{"rule": "a/b"%s}]}'


@given(st.dictionaries(knowns, st.integers(1, 3), max_size=5))
def test_what_was_written_is_read(baseline: dict[Known, int]) -> None:
    text = dump_baseline(baseline)
    assert load_baseline(text.encode(), "b.json") == baseline
    assert dump_baseline(dict(reversed(baseline.items()))) == text
    assert text.count("\n") == (len(baseline) + 2 if baseline else 1)


def test_it_reads_well() -> None:
    one = Known("naming/event-case", "event", "größe", "", "is not Title Case")
    assert dump_baseline({one: 2}) == (
        '{"format": 1, "findings": [\n'
        '  {"rule": "naming/event-case", "entity": "event", "name": "größe", '
        '"message": "is not Title Case", "count": 2}\n'
        "]}\n"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"format": 1, "findings": [', "b.json:1:28: is not JSON: "),
        (b"\xff\xfe", "b.json: is no baseline: it is not UTF-8"),
        (b"[]", "b.json: is no baseline; it has no list of findings"),
        (b'{"format": 1}', "b.json: is no baseline; it has no list of findings"),
        (b'{"format": 2, "findings": []}', "b.json: is a baseline of format 2, this mpgov reads 1"),
        (b'{"format": true, "findings": []}', "b.json: is a baseline of format true"),
        ((GOOD % ', "count": 0').encode(), "b.json: finding 1 is none that mpgov wrote"),
        ((GOOD % ', "count": 1.5').encode(), "b.json: finding 1 is none that mpgov wrote"),
        ((GOOD % ', "line": 3').encode(), "b.json: finding 1 is none that mpgov wrote"),
        ((GOOD % ', "name": null').encode(), "b.json: finding 1 is none that mpgov wrote"),
        (b'{"format": 1, "findings": [3]}', "b.json: finding 1 is none that mpgov wrote"),
    ],
)
def test_a_damaged_one_is_one_line(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_baseline(data, "b.json")
    assert caught.value.message.startswith(said)
    assert "\n" not in caught.value.message
    assert "--write-baseline b.json" in caught.value.hint


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such baseline"):
        read_baseline(tmp_path / "b.json", "b.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_baseline(tmp_path, "b.json")
