"""Raw events are measured exactly as plain Python would, in whatever file they come."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.core.model import Catalog
from mpgov.core.observation import Observation, PropertySeen
from mpgov.errors import InputError
from mpgov.events import query
from mpgov.events.measure import measure
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads
from tests.events import plainly

NAMES = st.sampled_from(
    [
        "plan",
        "price",
        "tags",
        "it's",
        'a "b"',
        "a/b",
        "a~b",
        "$os",
        "7",
        "é",
        "x" * 300,
        "*",
        "tab\tname",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1.0, 1e3, 0, -0.0, 12345678901234567890])
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "jane@mail.example", "2026-01-02", "12.5", "a\\b", 'q"q', "pro", "free"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
ROWS = st.lists(
    st.builds(
        lambda event, properties, time, who, insert, library: {
            "event": event,
            "properties": {
                **properties,
                "time": time,
                **({"distinct_id": who} if who is not None else {}),
                **({"$insert_id": insert} if insert is not None else {}),
                **({"mp_lib": library} if library is not None else {}),
            },
        },
        st.sampled_from(["Sale", "Sign Up", "it's", "e" * 300]),
        st.dictionaries(NAMES, VALUES, max_size=4),
        st.sampled_from([1_790_000_000, 1_790_000_000_000, 1_790_100_000.5, 0]),
        st.sampled_from([None, "u1", "u2", "jane@mail.example", "$device:1"]),
        st.sampled_from([None, "i1", "i2", "i3"]),
        st.sampled_from([None, "web", "android", 'od"d']),
    ),
    max_size=40,
)
PLAN = """events:
  Sale:
    properties:
      plan: {type: string, allowed: [pro, free], pattern: "^(?=p)|^f"}
      price: {type: number, minimum: 0, maximum: 100, allowed: [1, 1000]}
      é: {type: string, pattern: "^[a-z]+$"}
      tags: {type: list, allowed: [pro, free]}
"""


def plan_of(text: str) -> Catalog:
    return loads([Source("plan.yaml", f"mpgov: 1\n{text}\n".encode())]).catalog


def written(folder: Path, rows: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
    path = folder / name
    text = "".join(json.dumps(row, ensure_ascii=bool(len(rows) % 2)) + "\n" for row in rows)
    path.write_text(text, "utf-8")
    return path


def told(found: Observation) -> dict[tuple[str, str, str], PropertySeen]:
    return {(one.event, one.name, one.library): one for one in found.properties}


@pytest.mark.parametrize("columns", ["columns", "one by one"])
@settings(max_examples=25)
@given(rows=ROWS)
def test_as_plain_python_would(
    tmp_path_factory: pytest.TempPathFactory, columns: str, rows: list[dict[str, Any]]
) -> None:
    plan = plan_of(PLAN)
    path = written(tmp_path_factory.mktemp("rows"), rows)
    with pytest.MonkeyPatch.context() as patch:
        if columns == "columns":
            patch.setattr("mpgov.events.measure._FEW", 1)
        found = measure([path], plan)
    kept = plainly.once(rows)
    assert (found.rows, found.duplicates) == (len(rows), len(rows) - len(kept))
    seen = told(found)
    assert {key: dict(one.types) for key, one in seen.items()} == plainly.types(kept)
    for key, wanted in plainly.extremes(kept).items():
        one = seen[key]
        assert (one.least, one.greatest, one.shortest, one.longest) == wanted, key
    wrong = plainly.against(kept, plan)
    for what in ("not_allowed", "not_matching", "below", "above"):
        by = {(n[0], n[1]): count for n, count in wrong.items() if n[2] == what}
        mine: dict[tuple[str, str], int] = {}
        for (event, name, _), one in seen.items():
            count = getattr(one, what)
            if count:
                mine[event, name] = mine.get((event, name), 0) + count
        assert mine == by, what


@settings(max_examples=15)
@given(rows=ROWS)
def test_emails_are_found_where_plain_python_finds_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    found = measure([written(tmp_path_factory.mktemp("rows"), rows)])
    wanted = plainly.emails(plainly.once(rows))
    mine: dict[tuple[str, str], int] = {}
    for one in found.properties:
        if one.shapes.get("email"):
            key = one.event, one.name
            mine[key] = mine.get(key, 0) + one.shapes["email"]
    assert mine == {key: n for key, n in wanted.items() if query.is_judged(key[1])}


def row(event: str = "Sale", **properties: Any) -> dict[str, Any]:
    return {"event": event, "properties": {"time": 1_790_000_000, **properties}}


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("jane.doe@mail.example", "email"),
        ("https://shop.example/?mail=jane@mail.example", "email"),
        ("https://shop.example/?mail=jane%40mail.example", "email"),
        ("+49 151 2345678", "phone"),
        ("(030) 123 456", "phone"),
        ("4111 1111 1111 1111", "card"),
        ("4111111111111111", "card"),
        ("378282246310005", "card"),
        ("192.168.17.4", "ip"),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "ip"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "token"),
        ("sk_live_abcdefghijkl", "token"),
        ("Bearer abcdefghijklmnop", "token"),
    ],
)
def test_what_should_not_be_sent_is_counted(tmp_path: Path, value: str, shape: str) -> None:
    (one,) = [
        p for p in measure([written(tmp_path, [row(text=value)])]).properties if p.name == "text"
    ]
    assert dict(one.shapes) == {shape: 1}


@pytest.mark.parametrize(
    "value",
    [
        *("ORD-2026-12345", "4111111111111112", "1234567890123456", "2.4.1", "550e8400-e29b-41d4"),
        *(
            "550e8400-e29b-41d4-a716-446655440000",
            "10:30:00",
            "2026-01-02T10:00:00Z",
            "icon@2x.png",
        ),
        *(
            "SKU-1",
            "5 000 000",
            "d41d8cd98f00b204e9800998ecf8427e",
            "@home",
            "a@b",
            "1.2.3",
            "999-1",
        ),
        *("https://shop.example:8080/a", "12.50", "+1", "Basic", "basically a long text of words"),
    ],
)
def test_what_only_looks_a_little_like_it_is_not(tmp_path: Path, value: str) -> None:
    (one,) = [
        p for p in measure([written(tmp_path, [row(text=value)])]).properties if p.name == "text"
    ]
    assert dict(one.shapes) == {}


def test_people_and_devices(tmp_path: Path) -> None:
    rows = [
        row(**{"$user_id": "USR-1", "$device_id": "d1", "distinct_id": "USR-1"}),
        row(**{"$user_id": "USR-2", "$device_id": "d1", "distinct_id": "USR-2"}),
        row(**{"$device_id": "d2", "distinct_id": "$device:d2"}),
        row(distinct_id="jane@mail.example"),
        row(distinct_id="+49 151 2345678"),
        row(distinct_id="somebody"),
    ]
    plan = plan_of('events: {Sale: }\nidentity: {user_id: {pattern: "^USR-[0-9]+$"}}')
    seen = measure([written(tmp_path, rows)], plan).identity
    assert (seen.users, seen.devices) == (5, 2)
    assert (seen.email_ids, seen.email_events, seen.phone_ids, seen.phone_events) == (1, 1, 1, 1)
    assert (seen.mismatched_ids, seen.mismatched_events) == (1, 1)
    assert (seen.shared_devices, seen.shared_events) == (1, 2)


def test_every_kind_of_file_shows_the_same(tmp_path: Path) -> None:
    rows = [
        row(plan="pro", price=n / 2, **{"$insert_id": f"i{n}", "distinct_id": "u"})
        for n in range(9)
    ]
    plain = written(tmp_path, rows)
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "a.ndjson.gz").write_bytes(gzip.compress(plain.read_bytes()))
    columns = "columns={'event': 'VARCHAR', 'properties': 'JSON'}"
    where = f"read_json('{plain}', format='newline_delimited', {columns})"
    con = duckdb.connect()
    fields = '(time BIGINT, plan VARCHAR, price DOUBLE, "$insert_id" VARCHAR, distinct_id VARCHAR)'
    nested = where.replace("'JSON'", f"'STRUCT{fields}'")
    for name, chosen, how in (
        ("t.parquet", f"event, properties::VARCHAR AS properties FROM {where}", "FORMAT parquet"),
        ("n.parquet", f"* FROM {nested}", "FORMAT parquet"),
        ("c.parquet", f"event, unnest(properties) FROM {nested}", "FORMAT parquet"),
        ("e.jsonl.zst", f"event, properties FROM {where}", "FORMAT json, COMPRESSION zstd"),
    ):
        con.execute(f"COPY (SELECT {chosen}) TO '{tmp_path}/{name}' ({how})")
    wanted = told(measure([plain]))
    for name in ("packed", "packed/*.gz", "t.parquet", "n.parquet", "c.parquet", "e.jsonl.zst"):
        assert told(measure([str(tmp_path / name)])) == wanted, name
    twice = measure([plain, tmp_path / "t.parquet"])
    assert (twice.rows, twice.duplicates, told(twice)) == (18, 9, wanted)


def test_events_come_by_pipe(tmp_path: Path) -> None:
    plain = written(tmp_path, [row(plan="pro")])
    code = "from mpgov.events.measure import measure; print(measure(['-']).rows)"
    with plain.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=file, capture_output=True, check=True
        )
    assert done.stdout.strip() == b"1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '{"event": "A", "properties": {}}\n{"event": "B", "prop',
            ":2: is no JSON (the file was cut off)",
        ),
        ('{"event": "A", "properties": {}}\n{"foo": 1}\n', ":2: is no raw event: it has no event"),
        ('{"event": "A", "properties": 5}\n', ":1: is no raw event: no properties"),
        ("<html>\n", ":1: is no JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        measure([path])
    assert f"{path}{problem}" in raised.value.message


def test_all_that_is_no_file_of_events_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"x")
    with pytest.raises(InputError) as raised:
        measure([str(tmp_path / "none.jsonl"), str(tmp_path / "notes.pdf")])
    assert "none.jsonl: there are no raw events" in raised.value.message
    assert "notes.pdf: is no file of raw events by its name" in raised.value.message


def test_an_empty_file_shows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    assert measure([path]).rows == 0
    path.write_text(json.dumps(row(plan="pro")), "utf-8")  # without a last line end
    assert measure([path]).rows == 1


def test_libraries_and_kinds_beyond_those_with_columns_count_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpgov.events.measure._FEW", 1)
    monkeypatch.setattr("mpgov.events.measure.MOST_KINDS", 2)
    monkeypatch.setattr("mpgov.events.measure.MOST_LIBRARIES", 2)
    monkeypatch.setattr("mpgov.events.measure.SAMPLE", 3)
    monkeypatch.setattr("mpgov.events.query.MOST_SLOTS", 3)
    rows = [
        row(
            f"Kind {n % 4}",
            mp_lib=f"lib{n % 4 + n % 3}",
            **{f"p{n % 6}": n, "q": str(n), "r": None},
        )
        for n in range(60)
    ]
    found = measure([written(tmp_path, rows)])
    assert {key: dict(one.types) for key, one in told(found).items()} == plainly.types(rows)
    assert sum(one.count for one in found.events) == 60


# Values that DuckDB writes longer or shorter than they were, so that sizes might make up for
# each other.
SPELLED = st.sampled_from(
    [
        "1E5",
        "1e22",
        "1.50",
        "-0",
        "0.10000",
        "[1,   2]",
        '{ "a" : 1 }',
        '"\\u00e9\\/"',
        '"\\u007f"',
        "null",
    ]
)


@settings(max_examples=40)
@given(
    usual=st.lists(SPELLED, min_size=1, max_size=4),
    odd=st.tuples(NAMES, SPELLED),
    parquet=st.booleans(),
)
def test_one_property_in_one_event_is_never_overlooked(
    tmp_path_factory: pytest.TempPathFactory,
    usual: list[str],
    odd: tuple[str, str],
    parquet: bool,
) -> None:
    said = [f'"p{n}": {value}' for n, value in enumerate(usual)]
    properties = ["{" + ", ".join(said) + "}"] * 250
    properties.append("{" + ", ".join([*said, f"{json.dumps(odd[0])}: {odd[1]}"]) + "}")
    path = tmp_path_factory.mktemp("events") / ("one.parquet" if parquet else "one.jsonl")
    lines = [f'{{"event": "Sale", "properties": {one}}}' for one in properties]
    if parquet:
        with duckdb.connect() as con:
            con.execute("CREATE TABLE t (event VARCHAR, properties VARCHAR)")
            con.executemany("INSERT INTO t VALUES ('Sale', ?)", [[one] for one in properties])
            con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    else:
        path.write_text("\n".join(lines), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mpgov.events.measure.SAMPLE", 100)
        found = told(measure([path]))
    wanted = plainly.types([json.loads(line) for line in lines])
    assert {key: dict(one.types) for key, one in found.items()} == wanted


def test_what_the_sample_did_not_foretell_is_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpgov.events.measure._FEW", 1)
    monkeypatch.setattr("mpgov.events.measure.SAMPLE", 2)
    usual = [row(plan="pro", price=n, is_new=True, tags=["a"], note=None) for n in range(50)]
    odd = [
        row(plan=7, price="9.50", is_new="yes", tags=None, note="jane@mail.example"),
        row(plan=[1], price=None, is_new=1.5, tags={"a": 1}, note={"b": 2}),
        row("Refund", plan="free", price=[]),
    ]
    plan = plan_of("events: {Sale: {properties: {plan: {type: string, allowed: [pro]}}}}")
    found = told(measure([written(tmp_path, usual + odd)], plan))
    assert {key: dict(one.types) for key, one in found.items()} == plainly.types(usual + odd)
    assert found["Sale", "price", ""].numerals == 1
    assert (found["Sale", "price", ""].least, found["Sale", "price", ""].greatest) == (0, 49)
    assert dict(found["Sale", "note", ""].shapes) == {"email": 1}
    assert found["Sale", "plan", ""].longest == 3
