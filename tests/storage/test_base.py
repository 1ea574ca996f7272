"""The base as a file: the same text for the same base, and refused where it does not belong."""

import json
from pathlib import Path

import pytest

from mpgov.core.base import Base, Refusal
from mpgov.core.model import UNSET, USER, Catalog, Entity, Property, event
from mpgov.core.normal import normal
from mpgov.errors import InputError
from mpgov.storage.base import dump_base, load_base, read_base

SALE = event("Sale/ö")
FULL = Base(
    agreed=normal(
        Catalog(
            {
                SALE: Entity(
                    SALE,
                    description="d",
                    status=None,
                    hidden=False,
                    tags=("a", "b"),
                    properties={
                        "p": Property(type="number", examples=(1, True, {"a": [None]})),
                        "gone": None,
                    },
                ),
                USER: Entity(USER, properties={"$email": Property(type="string")}),
            }
        )
    ),
    beside={(SALE, "tags"): ("x",)},
    refused={
        (SALE, ("owners", "tom@acme.example")): Refusal(True, UNSET),
        (SALE, ("properties", "p", "examples")): Refusal((1,), None),
    },
)


def test_it_comes_back_as_it_was() -> None:
    text = dump_base(FULL, 42, "eu")
    assert load_base(text, "base.json", 42, "eu") == FULL
    assert dump_base(load_base(text, "base.json", 42, "eu"), 42, "eu") == text


def test_an_empty_base_comes_back() -> None:
    assert load_base(dump_base(Base(), 1, "us"), "base.json", 1, "us") == Base()


def test_no_file_is_an_empty_base(tmp_path: Path) -> None:
    assert read_base(tmp_path / "base.json", 42, "eu") == Base()


@pytest.mark.parametrize(("project", "region"), [(43, "eu"), (42, "sandbox")])
def test_another_projects_base_is_refused(project: int, region: str) -> None:
    text = dump_base(FULL, 42, "eu")
    with pytest.raises(InputError, match=r"base.json:1:1: belongs to project 42 \(eu\), not to"):
        load_base(text, "base.json", project, region)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": 2}',
        "[" * 100_000,
        '{"format": 1, "project": 42, "region": "eu", "events": []}',
        '{"format": 1, "project": 42, "region": "eu", "events": {"a": 1}}',
        '{"format": 1, "project": 42, "region": "eu", "events": {"a": {"tags": "x"}}}',
        '{"format": 1, "project": 42, "region": "eu", "events": {"a": {"hidden": "x"}}}',
        '{"format": 1, "project": 42, "region": "eu", "events": {"a": {"properties": {"p": 1}}}}',
        '{"format": 1, "project": 42, "region": "eu", "not_stored": [{"path": [1]}]}',
    ],
)
def test_a_damaged_file_is_one_clear_line(text: str) -> None:
    with pytest.raises(InputError, match=r"^base.json:\d+:\d+: ") as caught:
        load_base(text, "base.json", 42, "eu")
    assert len(caught.value.problems) == 1
    assert caught.value.hint


def test_bytes_that_are_no_text_are_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_base(path, 42, "eu")


def test_it_is_sorted_and_readable() -> None:
    document = json.loads(dump_base(FULL, 42, "eu"))
    assert list(document) == ["format", "project", "region", "events", "user", "not_stored"]
    assert document["events"]["Sale/ö"]["tags_beside"] == ["x"]
