"""What is told of the past, as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from mpgov.core.history import BlameReport, HistoryReport, Told, Trace
from mpgov.core.model import PROFILE, Path
from mpgov.core.record import Record, Things, fields_of
from mpgov.render.visible import shown, visible

_SIGNS: Mapping[str, str] = {"create": "+", "update": "~", "delete": "-"}
_MOST = 12  # names in a block; the rest is counted


def history_as_text(report: HistoryReport) -> str:
    """One block a record, the newest first."""
    lines: list[str] = []
    several = len({told.project for told in report.told}) > 1
    for told in report.told:
        lines += [*_block(told, several=several, in_full=report.in_full), ""]
    return "\n".join([*lines, _count(report)]) + "\n"


def blame_as_text(report: BlameReport) -> str:
    """Field by field, the newest first."""
    lines: list[str] = []
    for path, traces in groupby(report.traces, key=lambda trace: trace.change.path):
        lines += [path_in_words(path), *(f"  {line}" for t in traces for line in _trace(t)), ""]
    name = subject(report)
    past = sum(trace.is_past for trace in report.traces)
    total = len(report.traces)
    if not total:
        lines.append(f"{name}: nothing is known of it")
    else:
        said = f"; {past} went past the plan" if past else ""
        lines.append(f"{name}: {total} change{'s' * (total != 1)} known{said}")
    return "\n".join(lines) + "\n"


def subject(report: BlameReport) -> str:
    """What was asked about."""
    name = "user profiles ($user)" if report.key.name == PROFILE else visible(report.key.name)
    return f"{name} · {visible(report.property)}" if report.property else name


def path_in_words(path: Path) -> str:
    """A field as a person calls it."""
    if not path:
        return "the definition"
    if path[0] != "properties":
        return " ".join(visible(step) for step in path)
    name, rest = path[1:2], path[2:]
    return " ".join(["property", *(visible(step) for step in (*name, *rest))])


def where_from(record: Record) -> Iterator[str]:
    """Who did it, and from where: the person, the run in CI, the account."""
    yield visible(record.by)
    if isinstance(record.who.get("ci"), Mapping):
        run = record.ci.get("run") or "CI"
        pull = record.ci.get("pull_request")
        yield visible(f"in CI: {run}" + (f", pull request {pull}" if pull else ""))
    if record.account and record.account != record.by:
        yield f"as {visible(record.account)}"


def moment_in_words(at: datetime | None) -> str:
    """A moment in UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ") if at else "at an unknown time"


def counted(record: Record) -> str:
    """How many things were done, and to how many fields."""
    actions = Counter(str(change.get("action", "change")) for change in record.changes)
    parts = [f"{number} {visible(action)}d" for action, number in actions.items()]
    fields = sum(1 for _ in record.fields())
    return ", ".join([*parts, f"{fields} field{'s' * (fields != 1)}"])


def plain(value: Any) -> str:
    """Whatever stands in a record, on one line."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list):
        return "; ".join(_said(one) for one in value)
    return visible(value) if isinstance(value, str) else shown(value)


def _count(report: HistoryReport) -> str:
    total = len(report.told)
    if not total:
        return "no records"
    more = f" of {report.found}" if report.found > total else ""
    return f"{total}{more} record{'s' * (report.found != 1)}"


def _block(told: Told, *, several: bool, in_full: bool) -> Iterator[str]:
    record = told.record
    head = [visible(record.at.replace("T", " ")), visible(record.kind), visible(record.run)]
    if several:
        head.append(f"in {visible(told.project)}")
    if in_full:
        head.append(visible(record.state))
    elif record.state in _STATES:
        head.append(_STATES[record.state])
    yield "  ".join(part for part in head if part)
    rows: dict[str, str] = {"by": "; ".join(where_from(record))}
    for name in ("name", "text"):
        rows[name] = plain(record.more.get(name))
    rows["why"] = visible(record.reason)
    rows["changes"] = _changes(record)
    if in_full:
        rows |= {"commit": visible(record.commit)}
    rows |= {n: plain(v) for n, v in record.more.items() if n not in {"name", "text"}}
    width = max(len("changes"), *(min(len(name), 12) for name in rows))
    yield from (f"  {visible(name):<{width}}  {text}" for name, text in rows.items() if text)
    if in_full:
        for change in record.changes:
            yield from _change(change)


_STATES: Mapping[str, str] = {
    "intended": "(intended; nobody knows yet how it ended)",
    "recovered": "(interrupted; recovered later)",
}


def _changes(record: Record) -> str:
    """How many, and of what."""
    if not record.changes:
        return ""
    names = [_name(change) for change in record.changes]
    listed = ", ".join(names[:_MOST])
    rest = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{counted(record)}: {listed}{rest}"


def _change(change: Things) -> Iterator[str]:
    yield f"    {_name(change)}"
    for one in fields_of(change):
        path = path_in_words(tuple(one["path"]))
        if "before" not in one:
            yield f"      + {path}: {shown(one.get('after'))}"
        elif "after" not in one:
            yield f"      - {path}: {shown(one['before'])}"
        else:
            yield f"      ~ {path}: {shown(one['before'])} → {shown(one['after'])}"


def _name(change: Things) -> str:
    sign = _SIGNS.get(str(change.get("action")), "·")
    return f"{sign} {visible(str(change.get('name', '?')))}"


def _trace(trace: Trace) -> Iterator[str]:
    before, after = trace.change.before, trace.change.after
    mark = "PAST THE PLAN  " if trace.is_past else ""
    name = trace.reference[:12] if trace.source == "plan" else trace.reference
    reference = f"  ({visible(name)})" if trace.reference else ""
    by = visible(trace.by) or "somebody"
    yield f"{mark}{moment_in_words(trace.at)}  {trace.source}: {by}{reference}"
    if trace.source != "Mixpanel" or before != after:
        yield f"    {shown(before)} → {shown(after)}"
    if trace.why:
        yield f"    {visible(trace.why)}"


def _said(one: Any) -> str:
    """One of a list: a text, or what was left and why."""
    if isinstance(one, str):
        return visible(one)
    if isinstance(one, dict) and {"name", "message"} & one.keys():
        parts = (one.get("name"), one.get("state"), one.get("why"), one.get("message"))
        return ": ".join(visible(part) for part in parts if isinstance(part, str) and part)
    return shown(one)
