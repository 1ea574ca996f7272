"""What is told of the past, for other programs and for pages: JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from mpgov.core.change import value_as_json
from mpgov.core.history import BlameReport, HistoryReport, Told, Trace
from mpgov.core.json_text import as_plain_text, dump, with_plain_texts
from mpgov.core.model import UNSET, Json
from mpgov.core.record import Things, fields_of, record_as_json
from mpgov.render import history_workbook
from mpgov.render.history import (
    blame_as_text,
    history_as_text,
    moment_in_words,
    path_in_words,
    subject,
    where_from,
)
from mpgov.render.history_page import history_page
from mpgov.render.markdown import harmless
from mpgov.render.verdicts import chain_as_json
from mpgov.render.visible import visible

PastReport: TypeAlias = HistoryReport | BlameReport

_COLUMNS: Final = (
    *("project", "at", "kind", "state", "run", "by", "account", "commit", "reason", "text"),
    *("action", "entity", "name", "field", "before", "after"),
)
_TRACES: Final = (
    *("at", "source", "by", "field", "before", "after", "why", "reference", "past_the_plan"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def draw_past(report: PastReport, name: str) -> str | bytes:
    """The report in the format of that name; pages and workbooks there are of records alone."""
    if isinstance(report, BlameReport):
        return _DRAW_BLAME[name](report)
    return _DRAW[name](report)


def history_as_json(report: HistoryReport) -> dict[str, Json]:
    """Records as the ledger has them, each with its project and line."""
    told: list[Json] = [
        {"project_name": one.project, "line": one.line, **record_as_json(one.record)}
        for one in report.told
    ]
    return {
        "format": 1,
        "found": report.found,
        "records": told,
        "damaged": list(report.damaged),
        "chain": [chain_as_json(one) for one in report.chain],
    }


def blame_as_json(report: BlameReport) -> dict[str, Json]:
    """Every trace, the newest of a field first."""
    return {
        "format": 1,
        "entity": report.key.kind,
        "name": report.key.name,
        "property": report.property or None,
        "traces": [_trace_json(trace) for trace in report.traces],
        "notes": list(report.notes),
    }


def _json_history(report: HistoryReport) -> str:
    return dump(with_plain_texts(history_as_json(report)), indent=1)


def _json_blame(report: BlameReport) -> str:
    return dump(with_plain_texts(blame_as_json(report)), indent=1)


def _trace_json(trace: Trace) -> Json:
    change = trace.change
    shown: dict[str, Json] = {
        "at": trace.at.strftime("%Y-%m-%dT%H:%M:%SZ") if trace.at else None,
        "source": trace.source,
        "by": trace.by,
        "path": list(change.path),
        "why": trace.why,
        "reference": trace.reference,
        "past_the_plan": trace.is_past,
    }
    for side in ("before", "after"):
        value = getattr(change, side)
        if value is not UNSET:
            shown[side] = value_as_json(value)
    return shown


def _csv_history(report: HistoryReport) -> str:
    """A row a field that changed; a record without any has one row."""
    return _csv(_COLUMNS, (row for told in report.told for row in _rows(told)))


def _csv_blame(report: BlameReport) -> str:
    return _csv(_TRACES, (_trace_row(trace) for trace in report.traces))


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
    return written.getvalue()


def _rows(told: Told) -> Iterator[dict[str, Any]]:
    record = told.record
    row: dict[str, Any] = {
        "project": told.project,
        "by": record.by,
        "name": record.more.get("name", ""),
        "text": record.more.get("text", ""),
    }
    for name in ("at", "kind", "state", "run", "account", "commit", "reason"):
        row[name] = getattr(record, name)
    for change in record.changes or ({},):
        about = {**row, **{name: change[name] for name in _ABOUT if name in change}}
        fields = list(fields_of(change))
        yield from ({**about, **_field(one)} for one in fields or [{"path": []}])


_ABOUT: Final = ("action", "entity", "name")


def _field(one: Things) -> dict[str, Any]:
    sides = {side: one[side] for side in ("before", "after") if side in one}
    return {"field": path_in_words(tuple(one["path"])) if one["path"] else "", **sides}


def _trace_row(trace: Trace) -> dict[str, Any]:
    found = _trace_json(trace)
    assert isinstance(found, dict)  # noqa: S101 - for mypy: it was made so
    return {**found, "field": path_in_words(trace.change.path)}


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula, all on one line."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    guard = "'" if text.startswith(_FORMULA) else ""
    return guard + visible(as_plain_text(text))


def _markdown_history(report: HistoryReport) -> str:
    """A table, a row a record."""
    rows = []
    for told in report.told:
        record = told.record
        about = [str(record.more.get("text") or ""), record.reason]
        names = ", ".join(record.names)
        rows.append(
            (
                record.at,
                told.project,
                f"{record.kind} {record.state}".strip(),
                "; ".join(where_from(record)),
                names,
                " / ".join(text for text in about if text),
                record.run,
            )
        )
    return _table(("When", "Project", "What", "Who", "Of", "Why", "Run"), rows)


def _markdown_blame(report: BlameReport) -> str:
    rows = [
        (
            path_in_words(trace.change.path),
            moment_in_words(trace.at),
            f"{trace.source}{', past the plan' if trace.is_past else ''}",
            trace.by,
            _cell(_trace_row(trace).get("before")).removeprefix("'"),
            _cell(_trace_row(trace).get("after")).removeprefix("'"),
            trace.why,
            trace.reference,
        )
        for trace in report.traces
    ]
    heads = ("Field", "When", "Source", "Who", "Before", "After", "Why", "Run or commit")
    return f"## {_escaped(subject(report))}\n\n{_table(heads, rows)}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(map(_escaped, row)) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


def _escaped(text: str) -> str:
    return harmless(as_plain_text(text))


_DRAW: Final[Mapping[str, Callable[[HistoryReport], str | bytes]]] = {
    "text": history_as_text,
    "json": _json_history,
    "csv": _csv_history,
    "markdown": _markdown_history,
    "html": history_page,
    "xlsx": history_workbook.draw,
}
_DRAW_BLAME: Final[Mapping[str, Callable[[BlameReport], str]]] = {
    "text": blame_as_text,
    "json": _json_blame,
    "csv": _csv_blame,
    "markdown": _markdown_blame,
}
SUFFIXES: Final = {
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
}
