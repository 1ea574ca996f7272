"""Annotations: dated remarks on a project's charts (reference 10)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from mpgov.sandbox.calls import Answer, Call, Route, ok
from mpgov.sandbox.pages import paged
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Project

_ALL: Final = "api/app/projects/{pid}/annotations"
LONGEST: Final = 512  # characters of a description
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def list_all(call: Call) -> Answer:
    """The annotations, between two days where they are given."""
    project = call.project()
    first, last = (_day(call, name) for name in ("fromDate", "toDate"))
    return paged(
        call,
        [
            _shown(project, one)
            for one in project.annotations
            if (not first or one["date"][:10] >= first) and (not last or one["date"][:10] <= last)
        ],
    )


def create(call: Call) -> Answer:
    """A new annotation."""
    project = _writable(call)
    body = call.fields()
    try:
        moment = datetime.strptime(str(body.get("date")), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        raise Refusal(400, "date must be YYYY-MM-DD HH:mm:ss") from None
    account = call.account()
    made = {
        "id": call.sandbox.state.next_id,
        "date": f"{moment:%Y-%m-%d %H:%M:%S}",
        "description": _description(body),
        "tags": _tags(project, body),
        "user": {"id": 9000 + account.id, "first_name": account.username, "last_name": ""},
    }
    call.sandbox.state.next_id += 1
    project.annotations.append(made)
    return ok(_shown(project, made), 201)


def get_one(call: Call) -> Answer:
    """One annotation."""
    project = call.project()
    return ok(_shown(project, _named(call, project)))


def patch(call: Call) -> Answer:
    """Change description or tags; the date cannot be changed."""
    project = _writable(call)
    found, body = _named(call, project), call.fields()
    if set(body) - {"description", "tags"}:
        raise Refusal(400, "only description and tags can be changed")
    if "description" in body:
        found["description"] = _description(body)
    if "tags" in body:
        found["tags"] = _tags(project, body)
    return ok(_shown(project, found))


def delete(call: Call) -> Answer:
    """Delete one annotation."""
    project = _writable(call)
    found = _named(call, project)
    project.annotations.remove(found)
    return ok({"id": found["id"]})


def list_tags(call: Call) -> Answer:
    """The tags; a bare list, or in an envelope, as the knob says (C24)."""
    project = call.project()
    used = {tag for one in project.annotations for tag in one["tags"]}
    shown = [_tag(project, id_, used) for id_ in project.annotation_tags]
    return ok(shown) if call.sandbox.knobs["annotation_tags"] == "enveloped" else Answer(shown)


def create_tag(call: Call) -> Answer:
    """A new tag, or the one of that name."""
    project = _writable(call)
    name = call.fields().get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, "name is required")
    known = {text: id_ for id_, text in project.annotation_tags.items()}
    if name not in known:
        known[name] = call.sandbox.state.next_id
        project.annotation_tags[known[name]] = name
        call.sandbox.state.next_id += 1
    shown = _tag(project, known[name], set())
    return ok(shown) if call.sandbox.knobs["annotation_tags"] == "enveloped" else Answer(shown)


def _writable(call: Call) -> Project:
    """The project, for any role above consumer."""
    project = call.project()
    if call.account().roles.get(project.id) == "consumer":
        raise Refusal(403, "You do not have permission to edit annotations")
    return project


def _day(call: Call, name: str) -> str:
    text = call.args.get(name, "")
    if text and not _DAY.fullmatch(text):
        raise Refusal(400, f"{name} must be yyyy-mm-dd")
    return text


def _description(body: dict[str, Any]) -> str:
    text = body.get("description")
    if not isinstance(text, str) or not text:
        raise Refusal(400, "description is required")
    if len(text) > LONGEST:
        raise Refusal(400, f"description is longer than {LONGEST} characters")
    return text


def _tags(project: Project, body: dict[str, Any]) -> list[int]:
    tags = body.get("tags") or []
    if not isinstance(tags, list) or any(tag not in project.annotation_tags for tag in tags):
        raise Refusal(400, "tags must be a list of ids of tags")
    return tags


def _named(call: Call, project: Project) -> dict[str, Any]:
    for one in project.annotations:
        if str(one["id"]) == call.names["id"]:
            return one
    raise Refusal(404, "annotation not found")


def _shown(project: Project, one: dict[str, Any]) -> dict[str, Any]:
    tags = [{"id": id_, "name": project.annotation_tags[id_]} for id_ in one["tags"]]
    return {**one, "tags": tags}


def _tag(project: Project, id_: int, used: set[int]) -> dict[str, Any]:
    return {
        "id": id_,
        "name": project.annotation_tags[id_],
        "project_id": project.id,
        "has_annotations": id_ in used,
    }


ROUTES = (
    Route("GET", _ALL, list_all),
    Route("POST", _ALL, create),
    Route("GET", f"{_ALL}/tags", list_tags),
    Route("POST", f"{_ALL}/tags", create_tag),
    Route("GET", f"{_ALL}/{{id}}", get_one),
    Route("PATCH", f"{_ALL}/{{id}}", patch),
    Route("DELETE", f"{_ALL}/{{id}}", delete),
)
