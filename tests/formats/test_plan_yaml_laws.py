"""What is true of every plan."""

from __future__ import annotations

import contextlib

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mpgov.core.model import Catalog
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import dumps, loads
from mpgov.formats.yaml_text import Style, flow
from tests.strategies import catalogs, complete_catalogs, json_values, names

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str) -> Catalog:
    return loads([Source("plan.yaml", text.encode())]).catalog


@quick
@given(catalogs())
def test_what_is_written_reads_back_the_same(catalog: Catalog) -> None:
    text = dumps(catalog)
    assert read(text) == catalog
    assert dumps(read(text)) == text


@quick
@given(complete_catalogs())
def test_complete_catalogs_read_back_the_same(catalog: Catalog) -> None:
    assert read(dumps(catalog)) == catalog


@quick
@given(st.dictionaries(names(), json_values(), max_size=4))
def test_every_reader_of_yaml_reads_what_was_meant(document: dict[str, object]) -> None:
    block = "".join(f"{line}\n" for line in Style().mapping(document))
    for text in (block or "{}", flow(document)):
        assert yaml.load(text, yaml.CSafeLoader) == document
        assert YAML(typ="safe", pure=True).load(text) == document


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.text("mpgov:1 events-[]{},&*!|>'\"#%@`?\n\t<ab\x00\x85\u2028", max_size=60).map(str.encode)
)
def test_garbage_is_a_plan_or_an_input_error(data: bytes) -> None:
    for start in (b"", b"mpgov: 1\n", b"mpgov: 1\nevents:\n  A:\n    "):
        with contextlib.suppress(InputError):
            loads([Source("x.yaml", start + data)])
