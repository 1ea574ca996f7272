"""Annotations in whatever shape they come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mpgov.core.witness import Annotation
from mpgov.errors import RemoteError
from mpgov.mixpanel.annotations import annotate, read_annotations
from mpgov.mixpanel.client import Client
from mpgov.workflows.lexicon import connect
from tests.conftest import House
from tests.mixpanel.conftest import Answer, Server

ENTRY: dict[str, Any] = {
    "id": 12,
    "date": "2026-05-02 10:00:00",
    "description": "Plan v14",
    "tags": [],
}


@pytest.fixture
def answering(house: House, server: Server) -> Callable[[Any], Client]:
    """A client whose Mixpanel answers with this document."""
    house.monkeypatch.setenv("MIXPANEL_HOST", server.url)
    around = replace(house.around, session=None)

    def client(document: Any) -> Client:
        server.play(Answer(body=json.dumps(document)))
        return connect(around, around.project())

    return client


def test_one_is_written_for_a_moment_in_utc_and_read_back(house: House) -> None:
    client = connect(house.around, house.around.project())
    annotate(client, "Größe \u2028 x", 1_790_000_000)
    [found] = read_annotations(client)
    assert found == Annotation(found.id, "2026-09-21 14:13:20", "Größe \u2028 x")
    assert found.id


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"status": "ok", "results": [ENTRY]}, 1),
        ([{**ENTRY, "project_id": 1}], 1),
        ({"annotations": [ENTRY]}, 1),
        ({"results": {"annotations": [ENTRY, ENTRY]}}, 2),
        ({"results": [None, 1, {}, {"description": None}]}, 0),
        ({"results": []}, 0),
    ],
)
def test_every_envelope_is_understood(
    answering: Callable[[Any], Client], document: Any, found: int
) -> None:
    assert len(read_annotations(answering(document))) == found


def test_what_else_is_in_one_does_not_matter(answering: Callable[[Any], Client]) -> None:
    bare = {"results": [{"description": "x", "id": None, "date": 5}]}
    assert read_annotations(answering(bare)) == [Annotation("", "", "x")]


@pytest.mark.parametrize("document", [{}, {"status": "ok"}, {"results": "none"}, "x"])
def test_no_list_is_not_taken_for_an_empty_one(
    answering: Callable[[Any], Client], document: Any
) -> None:
    with pytest.raises(RemoteError, match="no list of annotations"):
        read_annotations(answering(document))


def test_a_list_without_end_is_no_list(answering: Callable[[Any], Client]) -> None:
    again = {"results": [ENTRY], "pagination": {"page_size": 1, "next_cursor": "abc"}}
    with pytest.raises(RemoteError, match="annotations has no end"):
        read_annotations(answering(again))


def test_annotations_of_every_page_are_read(house: House) -> None:
    house.sandbox.turn({"page_size": "2"})
    client = connect(house.around, house.around.project())
    for number in range(5):
        annotate(client, f"Plan v{number}", 1_790_000_000)
    assert [one.text for one in read_annotations(client)] == [f"Plan v{n}" for n in range(5)]
