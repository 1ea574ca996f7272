"""Annotations: dated remarks on a project's charts (reference 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mpgov.core.witness import Annotation
from mpgov.errors import RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.pages import read_list


def annotate(client: Client, text: str, at: float) -> None:
    """Write an annotation for a moment; any role above consumer may."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    client.app("POST", _path(client), body={"date": date, "description": text})


def read_annotations(client: Client) -> list[Annotation]:
    """Every annotation of the project: one request a page, with or without envelope (C24)."""
    listed = read_list(client, _path(client), "annotations")
    if listed is None:
        raise RemoteError("Mixpanel answered with no list of annotations")
    return list(_each(listed))


def _path(client: Client) -> tuple[str, ...]:
    return ("projects", str(client.project_id), "annotations")


def _each(listed: list[Any]) -> Iterator[Annotation]:
    """Each annotation as far as it says anything: what else it holds does not matter (C25)."""
    for one in listed:
        if isinstance(one, Mapping) and isinstance(one.get("description"), str):
            date = one.get("date")
            id_ = one.get("id")
            yield Annotation(
                "" if id_ is None else str(id_),
                date if isinstance(date, str) else "",
                one["description"],
            )
