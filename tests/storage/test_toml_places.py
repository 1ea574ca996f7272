"""Every key of a TOML text is found where it stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.storage.toml_places import places

SAMPLE = '''\
# [not.a.table]
plan = "a # no comment" # one = 1
"quoted key".'lit.eral' = 'x = 1' \t
dotted . spaced = 1979-05-27T07:32:00Z
multi = """
inner = "no"
\\"""still = [in
end"""""
raw = \'\'\'
[nope]
a = 1\'\'\'
list = [
  1, # two, three = 4
  { a = 1, "b c" = [ { deep = true }, ] },
  [ "]", '}' ],
]
empty = {}
table = { x = { y.z = "}" }, w = inf }

[ projects . production ]
id = 1
  region = "eu"
[projects."dev.x"]
id=2
[[many]]
name = "first"
[many.below]
k = 1
[[many]]
name = "second"
[many.below]
k = 2
[[many.more]]
z = 1
"\\u00fc\\"" = 1
"" = 2
'''

EXPECTED = {
    ("plan",): "plan =",
    ("quoted key",): '"quoted key"',
    ("quoted key", "lit.eral"): "'lit.eral'",
    ("dotted", "spaced"): "spaced =",
    ("multi",): "multi",
    ("raw",): "raw",
    ("list", 0): "1, #",
    ("list", 1, "a"): "a = 1, ",
    ("list", 1, "b c"): '"b c"',
    ("list", 1, "b c", 0, "deep"): "deep",
    ("list", 2, 1): "'}' ]",
    ("empty",): "empty",
    ("table", "x", "y", "z"): 'z = "}"',
    ("table", "w"): "w = inf",
    ("projects",): "projects . production",
    ("projects", "production"): "production ]",
    ("projects", "production", "region"): 'region = "eu"',
    ("projects", "dev.x"): '"dev.x"',
    ("projects", "dev.x", "id"): "id=2",
    ("many", 0, "name"): 'name = "first"',
    ("many", 1, "name"): 'name = "second"',
    ("many", 0, "below", "k"): "k = 1",
    ("many", 1, "below", "k"): "k = 2",
    ("many", 1, "more", 0, "z"): "z = 1",
    ("many", 1, "more", 0, 'ü"'): '"\\u00fc\\""',
    ("many", 1, "more", 0, ""): '"" = 2',
}


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key and every index of a document."""
    if isinstance(value, dict):
        children: Any = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        return []
    return [p for k, child in children for p in [(*path, k), *paths(child, (*path, k))]]


def test_the_sample_is_toml():
    tomllib.loads(SAMPLE)


@pytest.mark.parametrize(("path", "begin"), EXPECTED.items(), ids=lambda value: str(value)[:30])
def test_each_key_stands_where_it_was_found(path, begin):
    found = places(SAMPLE)
    line, column = found.of(path)
    assert found.line(line)[column - 1 :].startswith(begin)


def test_all_keys_are_found_and_no_others():
    assert set(places(SAMPLE).keys) == set(paths(tomllib.loads(SAMPLE)))


def test_an_unknown_key_has_the_place_of_its_table():
    assert places("[a]\nb = 1\n").of(("a", "zzz")) == (1, 2)
    assert places("").of(("zzz",)) == (1, 1)


KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
SCALARS = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(["true", "'''a\n'b''c'''", '"""x\n[t]\n"y" # = """', "1.5e3", "07:32:00"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
)
GAPS = st.sampled_from(["", " ", "\t", "  "])


def quoted(key: str) -> str:
    if key.isascii() and key.replace("-", "a").replace("_", "a").isalnum():
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def inline(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{quoted(k)} = {v}" for k, v in values.items()) + " }"


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(KEYS, inner.filter(lambda v: "\n" not in v), max_size=3).map(inline),
        st.lists(inner, max_size=3).map(lambda items: "[ # x = ]\n" + ",\n".join(items) + "]"),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    tables=st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4),
    gap=GAPS,
    end=st.sampled_from(["\n", "\n\n", " # a = [1\n"]),
)
def test_any_document_agrees_with_tomllib(tables, gap, end):
    text = "".join(
        f"{gap}[{gap}{quoted(name)}]{end}"
        + "".join(f"{gap}{quoted(key)}{gap}={gap}{value}{end}" for key, value in table.items())
        for name, table in tables.items()
    )
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a list that breaks lines within an inline table
        return
    found = places(text)
    assert set(found.keys) == set(paths(document))
    for path, (line, column) in found.keys.items():
        if isinstance(path[-1], str):
            assert found.line(line)[column - 1 :].startswith(quoted(path[-1]))
