"""What a page of the record says of itself: what was asked for, by whom, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mpgov.core.history import HistoryReport
from mpgov.core.record import Record, Wanted
from mpgov.core.record import moment as moment_of
from mpgov.render.history import moment_in_words, where_from
from mpgov.render.visible import visible


def subject_of(report: HistoryReport) -> str:
    """The projects whose record it is."""
    names = list(dict.fromkeys(one.project for one in report.chain))
    return ", ".join(map(visible, names)) or "no project"


def asked_for(report: HistoryReport) -> Iterator[tuple[str, str]]:
    """What was asked for, by whom and when: a word, and what it means."""
    wanted = report.wanted
    yield "Projects", subject_of(report)
    if report.in_full and report.told:
        yield "Run", visible(report.told[0].record.run)
    else:
        yield "Kinds", ", ".join(wanted.kinds) or "all"
        yield "Time", span(wanted) or "all"
    if wanted.name:
        yield "Names", visible(wanted.name)
    if wanted.owner:
        yield "Owners", visible(wanted.owner)
    shown = len(report.told)
    yield "Records", f"{shown:,}" if shown == report.found else f"{shown:,} of {report.found:,}"
    if report.who:
        yield "Asked for by", "; ".join(where_from(Record("", "", who=report.who)))
    if report.at:
        yield "Asked for at", moment_in_words(moment_of(report.at))


def span(wanted: Wanted) -> str:
    """The time that was asked for, from its first to its last moment; empty for all of it."""
    since, until = wanted.since, wanted.until
    parts = [
        f"from {_at(since)}" if since else "",
        f"to {_at(until - timedelta(microseconds=1))}" if until else "",
    ]
    told = " ".join(part for part in parts if part)
    return f"{visible(wanted.quarter)}: {told}" if wanted.quarter else told


def _at(moment: datetime) -> str:
    """A day, where it begins or ends with it."""
    is_day = f"{moment:%H:%M:%S}" in {"00:00:00", "23:59:59"}
    return f"{moment:%Y-%m-%d}" if is_day else moment_in_words(moment)
