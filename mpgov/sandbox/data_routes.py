"""Raw events out and in: `/export`, `/import`, `/track` (reference 7, 8.1, 8.2)."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from mpgov.sandbox.calls import Answer, Call, Route, credentials
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Project
from mpgov.sandbox.validation import NAMESPACE

MOST_EXPORTED: Final = 100_000
WORTH_ZIPPING: Final = 1400
MOST_IMPORTED: Final = 2000
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PROPERTIES: Final = 254
EARLIEST: Final = 31_536_000  # 1971-01-01
_INSERT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,36}")
_STATUS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Request Entity Too Large",
}
_NOBODY: Final = frozenset(
    {"00000000-0000-0000-0000-000000000000", "anon", "anonymous", "nil", "none", "null", "n/a"}
    | {"na", "undefined", "unknown", "<nil>", "0", "-1", "true", "false", "[]", "{}"}
)


def export(call: Call) -> Answer:
    """`GET /export`: one JSON object a line, as it was received; nothing is deduplicated."""
    if "project_id" not in call.args:
        call.account()
        raise Refusal(400, "project_id is required")
    project = call.project(pid=call.args["project_id"])
    call.sandbox.limits.export(str(project.id))
    rows, limit = list(_chosen(call, project)), _limit(call)
    if "where" in call.args:
        raise Refusal(400, "the sandbox knows no where")
    text = "".join(json.dumps(_exported(row, call)) + "\n" for row in rows[:limit])
    body, headers = text.encode(), {}
    if "gzip" in call.headers.get("Accept-Encoding", "") and len(body) > WORTH_ZIPPING:
        body, headers = gzip.compress(body), {"Content-Encoding": "gzip"}
    return Answer(body, headers=headers, mimetype="text/plain")


def _chosen(call: Call, project: Project) -> Iterator[dict[str, Any]]:
    first, last = (_day(call, key) for key in ("from_date", "to_date"))
    names = _names(call)
    for row in project.events:
        day = datetime.fromtimestamp(row["properties"]["time"], UTC).date()
        if first <= day <= last and (names is None or row["event"] in names):
            yield row


def _limit(call: Call) -> int | None:
    """How many at most; without a limit, all."""
    text = call.args.get("limit")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) <= MOST_EXPORTED:
        raise Refusal(400, f"limit must be a whole number from 1 to {MOST_EXPORTED}")
    return int(text)


def _names(call: Call) -> list[Any] | None:
    if "event" not in call.args:
        return None
    try:
        names = json.loads(call.args["event"])
    except ValueError:
        names = None
    if not isinstance(names, list):
        raise Refusal(400, "event must be a JSON array")
    return names


def _exported(row: dict[str, Any], call: Call) -> dict[str, Any]:
    if call.args.get("time_in_ms", "false").lower() != "true":
        return row
    properties = {**row["properties"], "time": row["properties"]["time"] * 1000}
    return {"event": row["event"], "properties": properties}


def _day(call: Call, key: str) -> date:
    try:
        return date.fromisoformat(call.args.get(key, ""))
    except ValueError:
        raise Refusal(400, f"{key} must be yyyy-mm-dd") from None


def import_(call: Call) -> Answer:
    """`POST /import`: valid events are kept also where others are refused."""
    try:
        project = _importer(call)
        rows = _imported(call)
    except Refusal as refusal:
        code, error = refusal.status, refusal.text
        error = "Invalid credentials" if code == 401 else error
        return Answer({"code": code, "error": error, "status": _STATUS[code]}, code)
    failed, kept = [], 0
    for place, row in enumerate(rows):
        problem = _problem(row, call.sandbox.clock())
        if problem is None:
            _ingest(project, row)
            kept += 1
        elif call.args.get("strict", "1") == "1":
            failed.append(_failed(place, row, *problem))
    if not failed:
        return Answer({"code": 200, "num_records_imported": kept, "status": "OK"})
    return Answer(
        {
            "code": 400,
            "error": "some data points in the request failed validation",
            "failed_records": failed,
            "num_records_imported": kept,
            "status": "Bad Request",
        },
        400,
    )


def track(call: Call) -> Answer:
    """`POST /track`: `1` says only that it could be read."""
    is_verbose = call.args.get("verbose") == "1"
    try:
        rows = json.loads(call.args.get("data") or call.data)
    except (ValueError, RecursionError):
        if is_verbose:
            return Answer({"status": 0, "error": "the data cannot be read"})
        return Answer("0", mimetype="text/plain")
    projects = {project.token: project for project in call.sandbox.state.projects.values()}
    for row in rows if isinstance(rows, list) else [rows]:
        sent = row.get("properties") if isinstance(row, dict) else None
        properties = dict(sent) if isinstance(sent, dict) else {}
        project = projects.get(str(properties.pop("token", "")))
        if not _is_timely(properties.get("time"), call.sandbox.clock()):
            properties["time"] = int(call.sandbox.clock())
        if project is not None and isinstance(row.get("event"), str):
            _ingest(project, {"event": row["event"], "properties": properties})
    if is_verbose:
        return Answer({"status": 1, "error": None})
    return Answer("1", mimetype="text/plain")


def _importer(call: Call) -> Project:
    """Where to import to: a service account names a project, a project token is one."""
    username, secret = credentials(call.headers.get("Authorization", ""))
    for project in call.sandbox.state.projects.values():
        if project.token == username and not secret:
            return project
    if "project_id" not in call.args:
        call.account()
        raise Refusal(400, "project_id is required")
    return call.project(pid=call.args["project_id"], writes=True)


def _imported(call: Call) -> list[Any]:
    rows = _read(call)
    if len(rows) > MOST_IMPORTED:
        raise Refusal(413, f"request exceeds max limit of {MOST_IMPORTED} events")
    return rows


def _read(call: Call) -> list[Any]:
    data = call.data
    try:
        if call.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        if len(data) > MOST_BYTES:
            raise Refusal(413, f"request exceeds max limit of {MOST_BYTES} bytes")
        if "ndjson" in call.headers.get("Content-Type", ""):
            return [json.loads(line) for line in data.splitlines() if line.strip()]
        rows = json.loads(data)
    except (ValueError, OSError, EOFError, RecursionError, zlib.error):
        raise Refusal(400, "the body cannot be read") from None
    return rows if isinstance(rows, list) else [rows]


def _problem(row: Any, now: float) -> tuple[str, str] | None:
    """What is wrong with an event: the field, and why."""
    if not isinstance(row, dict) or row.keys() != {"event", "properties"}:
        return "", "an event has exactly event and properties"
    properties = row["properties"]
    if not isinstance(row["event"], str) or not row["event"]:
        return "event", "'event' must be a non-empty string"
    if not isinstance(properties, dict) or len(properties) > MOST_PROPERTIES:
        return "properties", "'properties' must be an object of fewer than 255 keys"
    wrong = {
        "time": not _is_timely(properties.get("time"), now),
        "$insert_id": not _is_insert_id(properties.get("$insert_id")),
        "distinct_id": str(properties.get("distinct_id", "null")).lower() in _NOBODY,
    }
    field = next((name for name, is_wrong in wrong.items() if is_wrong), None)
    if field is None:
        return None
    return f"properties.{field}", f"'properties.{field}' is not valid"


def _is_insert_id(value: Any) -> bool:
    text = str(value)
    return _INSERT_ID.fullmatch(text) is not None and text.lower() not in _NOBODY


def _is_timely(moment: Any, now: float) -> bool:
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        return False
    return EARLIEST <= (moment / 1000 if moment > 1e11 else moment) <= now + 3600


def _failed(place: int, row: Any, field: str, message: str) -> dict[str, Any]:
    properties = row.get("properties") if isinstance(row, dict) else None
    insert_id = properties.get("$insert_id", "") if isinstance(properties, dict) else ""
    return {"index": place, "insert_id": str(insert_id), "field": field, "message": message}


def _ingest(project: Project, row: dict[str, Any]) -> None:
    """Keep an event, unless Lexicon blocks it; leave out the properties it blocks."""
    schema = project.schemas.get(("event", row["event"]), {})
    if schema.get("metadata", {}).get(NAMESPACE, {}).get("dropped"):
        return
    blocked = {
        name
        for name, prop in schema.get("properties", {}).items()
        if isinstance(prop, dict) and prop.get("metadata", {}).get(NAMESPACE, {}).get("dropped")
    }
    properties = {k: _cut(v) for k, v in row["properties"].items() if k not in blocked}
    if properties["time"] > 1e11:
        properties["time"] = properties["time"] / 1000
    properties["time"] = int(properties["time"])
    project.events.append({"event": _cut(row["event"]), "properties": properties})


def _cut(value: Any) -> Any:
    return value[:255] if isinstance(value, str) else value


ROUTES = (
    Route("GET", "api/2.0/export", export),
    Route("POST", "import", import_),
    Route("POST", "track", track),
)
