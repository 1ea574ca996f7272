"""The Query API: which events are live and how much (reference 6.1 to 6.6)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from mpgov.sandbox.calls import Answer, Call, Route
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Project

_BASE: Final = "api/query"
NAMES_WINDOW: Final = 31
MOST_NAMES: Final = 5000
MOST_DAYS: Final = 10_000
PAGE: Final = 1000  # profiles
TYPES: Final = ("general", "unique", "average")
UNITS: Final = ("minute", "hour", "day", "week", "month")


def names(call: Call) -> Answer:
    """`/events/names`: the names of the last 31 days."""
    project = _begin(call)
    _one_of(call, "type", TYPES)
    volumes = {
        name: sum(_days(project, name, NAMES_WINDOW, call).values()) for name in _all(project)
    }
    live = [name for name, volume in volumes.items() if volume]
    by_volume = call.sandbox.knobs["names_order"] == "volume"
    live.sort(key=(lambda name: (-volumes[name], name)) if by_volume else None)
    if not by_volume:
        live.reverse()
    return Answer(live[: min(_limit(call, 255), MOST_NAMES)])


def top(call: Call) -> Answer:
    """`/events/top`: today's events."""
    project = _begin(call)
    _one_of(call, "type", TYPES)
    today, yesterday = (_today(call) - timedelta(days=n) for n in (0, 1))
    rows = []
    for name in _all(project):
        days = _days(project, name, 2, call)
        amount, before = days[today.isoformat()], days[yesterday.isoformat()]
        if amount:
            change = (amount - before) / before if before else 0.0
            rows.append({"amount": amount, "event": name, "percent_change": change})
    rows.sort(key=lambda row: -int(str(row["amount"])))
    return Answer({"events": rows[: _limit(call, 100)], "type": call.args["type"]})


def events(call: Call) -> Answer:
    """`/events`: counts of named events."""
    project = _begin(call)
    _one_of(call, "type", TYPES)
    _one_of(call, "unit", UNITS)
    wanted = _listed(call, "event")
    days = list(_range(call))
    counted = {name: _counts(project, name, days) for name in wanted}
    values = {name: found for name, found in counted.items() if any(found.values())}
    return Answer(_series(days, values))


def properties(call: Call) -> Answer:
    """`/events/properties`: counts of a property's values."""
    project = _begin(call)
    _one_of(call, "type", TYPES)
    _one_of(call, "unit", UNITS)
    event, name = _given(call, "event"), _given(call, "name")
    days = list(_range(call))
    wanted = _listed(call, "values") if "values" in call.args else None
    found: dict[str, Counter[str]] = {}
    for row in _rows(project, event):
        value, day = row["properties"].get(name), _day_of(row)
        if value is not None and day in days and (wanted is None or _text(value) in wanted):
            found.setdefault(_text(value), Counter())[day] += 1
    kept = dict(sorted(found.items(), key=lambda item: -item[1].total())[: _limit(call, 255)])
    return Answer(_series(days, {value: dict(counts) for value, counts in kept.items()}))


def properties_top(call: Call) -> Answer:
    """`/events/properties/top`: the properties of one event, ten of them unless asked for more."""
    project = _begin(call)
    found: Counter[str] = Counter()
    for row in _rows(project, _given(call, "event")):
        found.update(row["properties"].keys())
    return Answer({name: {"count": n} for name, n in found.most_common(_limit(call, 10))})


def properties_values(call: Call) -> Answer:
    """`/events/properties/values`: values of one property, all as text."""
    project = _begin(call)
    event, name = _given(call, "event"), _given(call, "name")
    found: Counter[str] = Counter(
        _text(row["properties"][name])
        for row in _rows(project, event)
        if row["properties"].get(name) is not None
    )
    return Answer([value for value, _ in found.most_common(_limit(call, 255))])


def _begin(call: Call) -> Project:
    """Who asks for which project, counted against the queries of an hour."""
    if "project_id" not in call.args:
        call.account()
        raise Refusal(400, "project_id is required")
    project = call.project(pid=call.args["project_id"])
    if not (call.parts[-1] == "engage" and call.args.get("session_id")):
        quota = int(call.sandbox.knobs["query_quota"])
        call.quota = call.sandbox.limits.query(str(project.id), quota)
    return project


def _counted(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """The answer with what its headers say of the quota; a form is taken, or it is not."""

    def wrapped(call: Call) -> Answer:
        form = call.sandbox.knobs["query_form"]
        if call.method == "POST" and form == "refused" and call.parts[-1] != "engage":
            raise Refusal(405, "Method Not Allowed")
        if call.method == "POST" and form == "ignored" and call.parts[-1] != "engage":
            call = replace(call, args=dict(parse_qsl(call.headers.get("X-Query", ""))))
        made = answer(call)
        if call.sandbox.knobs["quota_headers"] == "always":
            made.headers.update(call.quota)
        return made

    return wrapped


def engage(call: Call) -> Answer:
    """`/engage`: user profiles, a thousand a page; later pages name the session of the first."""
    project = _begin(call)
    if "where" in call.args:
        raise Refusal(400, "where is not supported by the sandbox")
    page = _whole(call, "page") if "page" in call.args else 0
    session = call.args.get("session_id", "")
    if page and not session:
        raise Refusal(400, "session_id is required for pages above 0")
    wanted = _listed(call, "distinct_ids") if "distinct_ids" in call.args else None
    if "distinct_id" in call.args:
        wanted = [call.args["distinct_id"]]
    shown = _listed(call, "output_properties") if "output_properties" in call.args else None
    found = [
        {"$distinct_id": who, "$properties": _only(said, shown)}
        for who, said in sorted(project.profiles.items())
        if wanted is None or who in wanted
    ]
    return Answer(
        {
            "page": page,
            "page_size": PAGE,
            "session_id": session or f"{project.id}-{len(found)}",
            "status": "ok",
            "total": len(found),
            "results": found[page * PAGE : (page + 1) * PAGE],
        }
    )


def _only(said: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    return said if names is None else {name: said[name] for name in names if name in said}


def _series(days: list[str], values: dict[str, dict[str, int]]) -> dict[str, Any]:
    return {"data": {"series": days, "values": values}, "legend_size": len(values)}


def _counts(project: Project, name: str, days: list[str]) -> dict[str, int]:
    volumes = _volumes(project, name)
    return {day: volumes[day] for day in days if volumes[day]}


def _volumes(project: Project, name: str) -> Counter[str]:
    """Events of a name by day: the rows that are kept, and those that are only counted."""
    found = Counter(project.volumes.get(name, {}))
    found.update(_day_of(row) for row in _rows(project, name))
    return found


def _days(project: Project, name: str, length: int, call: Call) -> Counter[str]:
    first = (_today(call) - timedelta(days=length - 1)).isoformat()
    return Counter({d: n for d, n in _volumes(project, name).items() if d >= first})


def _all(project: Project) -> list[str]:
    return sorted(project.volumes.keys() | {row["event"] for row in project.events})


def _rows(project: Project, event: str) -> Iterator[dict[str, Any]]:
    return (row for row in project.events if row["event"] == event)


def _day_of(row: dict[str, Any]) -> str:
    return datetime.fromtimestamp(row["properties"]["time"], UTC).date().isoformat()


def _today(call: Call) -> date:
    return datetime.fromtimestamp(call.sandbox.clock(), UTC).date()


def _range(call: Call) -> Iterator[str]:
    """The days that are asked for: by interval, or from one to another."""
    if "interval" in call.args:
        last = _today(call)
        length = _whole(call, "interval")
        if length > MOST_DAYS:
            raise Refusal(400, f"interval cannot be over {MOST_DAYS}")
        first = last - timedelta(days=max(length - 1, 0))
    else:
        first, last = _date(call, "from_date"), _date(call, "to_date")
        _remembered(call, first)
    while first <= last:
        yield first.isoformat()
        first += timedelta(days=1)


def _remembered(call: Call, first: date) -> None:
    """Refuse what is older than the plan keeps (reference 6.1)."""
    kept = call.sandbox.knobs["query_history"]
    if kept != "all" and first < _today(call) - timedelta(days=int(kept)):
        raise Refusal(403, f"Date range exceeds {kept} days into the past")


def _date(call: Call, key: str) -> date:
    try:
        found = date.fromisoformat(_given(call, key))
    except ValueError:
        raise Refusal(400, f"{key} must be yyyy-mm-dd") from None
    if not 2000 <= found.year <= 2100:
        raise Refusal(400, f"{key}: invalid date, bad year")
    return found


def _given(call: Call, key: str) -> str:
    if key not in call.args:
        raise Refusal(400, f"{key} is required")
    return call.args[key]


def _whole(call: Call, key: str) -> int:
    text = _given(call, key)
    if not text.isdecimal():
        raise Refusal(400, f"{key} must be a whole number")
    return int(text)


def _limit(call: Call, usual: int) -> int:
    return _whole(call, "limit") if "limit" in call.args else usual


def _one_of(call: Call, key: str, words: tuple[str, ...]) -> None:
    if _given(call, key) not in words:
        raise Refusal(400, f"{key} must be one of {', '.join(words)}")


def _listed(call: Call, key: str) -> list[str]:
    """A JSON array in a text: how Mixpanel takes lists."""
    try:
        found = json.loads(_given(call, key))
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise Refusal(400, f"{key} must be a JSON array")
    return [str(item) for item in found]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_TABLE: Final = {
    "engage": engage,
    "events": events,
    "events/names": names,
    "events/top": top,
    "events/properties": properties,
    "events/properties/top": properties_top,
    "events/properties/values": properties_values,
}
ROUTES = tuple(
    Route(method, f"{_BASE}/{path}", _counted(answer))
    for path, answer in _TABLE.items()
    for method in ("GET", "POST")
)
