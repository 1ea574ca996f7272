"""Reports as text for a terminal: signs and words first, colour only on top."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final

import click

from mpgov.core.audit import AuditReport
from mpgov.core.change import Change, FieldChange, field_changes, verb_of
from mpgov.core.finding import Finding
from mpgov.core.merge import Disagreement
from mpgov.core.model import PROFILE, UNSET, EntityKey, Path
from mpgov.core.report import CheckReport, DiffReport, Outcome, SyncReport, counts
from mpgov.render.audit_text import audit_lines
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import shown, visible

Paint = Callable[[str, str], str]

_SIGNS: Final = {"create": "+", "update": "~", "delete": "-"}
_COLORS: Final = {
    "create": "green",
    "update": "yellow",
    "delete": "red",
    "error": "red",
    "warning": "yellow",
    "info": "cyan",
}


def draw(report: Report, color: bool) -> str:
    """The report as lines of text."""
    paint: Paint = _painted if color else _plain
    match report:
        case CheckReport():
            lines = _check(report, paint)
        case DiffReport():
            lines = _diff(report, paint)
        case SyncReport():
            lines = _sync(report, paint)
        case AuditReport():
            lines = audit_lines(report, paint)
    return "\n".join(lines) + "\n"


RENDERER = Renderer("text", (".txt",), draw)


def _check(report: CheckReport, paint: Paint) -> Iterator[str]:
    yield from (visible(note) for note in report.notes)
    for finding in report.findings:
        yield _finding(finding, paint)
        if finding.fix and report.command != "check":
            yield f"    fix: {visible(finding.fix)}"
    if report.findings:
        yield ""
    counted = report.counted or (
        f"{_count(report.events, 'event')}, {_count(report.properties, 'property')}"
    )
    yield (
        f"{visible(report.plan)}: {counted}; {_totals(report.findings)}"
        f"{report.set_aside and f'; {report.set_aside}'}"
    )
    if report.fixed:
        file = visible(shlex.quote(report.baseline))
        yield f"to forget what is fixed: mpgov check --write-baseline {file}"


def _diff(report: DiffReport, paint: Paint) -> Iterator[str]:
    if report.drift_only:
        title = "changed in Lexicon since both sides last agreed"
        yield from _disagreements(title, report.drift, _drift)
        yield from _drift_summary(report)
        return
    yield from _changes(report.changes, paint)
    if report.not_explained:
        yield f"not explained by what the plan changed since {visible(report.since)}; not sent"
        yield ""
        yield from _changes(report.not_explained, paint)
    yield from _disagreements("conflicts: not sent, both sides changed", report.conflicts, _both)
    yield from _disagreements("drift: changed in Lexicon only, kept", report.kept, _drift)
    yield from _disagreements("drift: the plan has the last word", report.overwritten, _both)
    yield from _disagreements("taken from Lexicon into the plan", report.taken, _taken)
    yield from _disagreements("left out: edited in Lexicon since", report.moved, _moved)
    yield from _disagreements("no longer managed", report.released, _released)
    for finding in report.findings:
        yield _finding(finding, paint)
    if report.findings:
        yield ""
    yield from _diff_summary(report)


def _changes(changes: Iterable[Change], paint: Paint) -> Iterator[str]:
    any_ = False
    for change in changes:
        any_ = True
        verb = verb_of(change)
        title = f"{_SIGNS[verb]} {_name(change.key)}"
        yield f"{paint(title, _COLORS[verb])}  ({verb})"
        yield from (f"    {line}" for line in map(_field, field_changes(change)))
    if any_:
        yield ""


def _drift_summary(report: DiffReport) -> Iterator[str]:
    entities = len({place.key for place in report.drift})
    words = f"{_count(len(report.drift), 'field')} of {_count(entities, 'entity')} drifted"
    yield f"{visible(report.project)} against {visible(report.against)}: {words}"
    if report.drift:
        yield "take it into the plan: mpgov export --into PLAN --drift"


def _diff_summary(report: DiffReport) -> Iterator[str]:
    total = report.summary
    parts = [
        (total.create, "to create"),
        (total.update, "to update"),
        (total.delete, "to delete"),
        (total.conflict, "in conflict"),
        (total.drift, "drifted"),
        (total.unchanged, "unchanged"),
        (total.unmanaged, "unmanaged"),
    ]
    words = ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing planned"
    yield f"{visible(report.project)} against {visible(report.against)}: {words}"
    if report.changes:
        fields = report.fields
        yield (
            f"fields: {fields.new} new, {fields.fills} fill an empty one, "
            f"{fields.replaces} replace something"
        )
        wait = f", {report.seconds} s of waiting for Mixpanel's limits" if report.seconds else ""
        yield (
            f"to send: {_count(report.requests, 'request')}, "
            f"{_count(report.updates, 'update')}{wait}"
        )
    elif report.kept and not report.conflicts:
        yield "nothing to send; drift is kept until the plan changes too"
    if report.conflicts or report.kept:
        yield "to settle them: --ours NAME sends the plan's, --theirs NAME takes Lexicon's"
    elif report.moved:
        yield f"{_count(len(report.moved), 'field')} left out: edited in Lexicon since"
    elif report.is_clean:
        yield f"{visible(report.against)} says what the plan says"
    if report.standing:
        yield f"{_count(len(report.standing), 'guard')} would stop the sync"


def _sync(report: SyncReport, paint: Paint) -> Iterator[str]:
    for outcome in report.left:
        yield _left(outcome, paint)
    for finding in report.not_stored:
        yield _finding(finding, paint)
    if report.diff.moved and report.outcomes:
        yield from _disagreements("left out: edited in Lexicon since", report.diff.moved, _moved)
    if report.unrecorded:
        yield f"sent, but not recorded: {visible(report.unrecorded)}"
    if report.unverified:
        yield f"sent, but not confirmed: {visible(report.unverified)}"
        yield "run mpgov sync again: it sends nothing that landed"
    yield f"{visible(report.diff.project)}: {', '.join(_done(report))}"
    if report.run and report.applied:
        yield f"to put it back: mpgov undo {report.run}"


def _done(report: SyncReport) -> Iterator[str]:
    """What came of it, in a few words."""
    diff, states = report.diff, [o.state for o in report.outcomes]
    if diff.standing:
        yield f"nothing was sent: {_count(len(diff.standing), 'guard')} would have to be lifted"
        return
    if states:
        yield f"{states.count('applied')} applied"
    elif diff.conflicts or diff.drift or diff.moved or diff.taken:
        yield "nothing to send"
    else:
        yield "nothing to send; Lexicon says what the plan says"
    yield from (f"{states.count(s)} {s}" for s in ("failed", "skipped") if s in states)
    if diff.conflicts:
        entities = len({place.key for place in diff.conflicts})
        yield f"{_count(entities, 'entity')} in conflict set aside"
    if diff.kept:
        yield f"{_count(len(diff.kept), 'field')} kept as drift"
    if diff.taken:
        yield f"{_count(len(diff.taken), 'field')} taken into the plan"
    if diff.moved:
        yield f"{_count(len(diff.moved), 'field')} left out, edited since"


def _left(outcome: Outcome, paint: Paint) -> str:
    state = paint(outcome.state, _COLORS["error"])
    return f"{state}  {_name(outcome.change.key)}: {visible(outcome.why)}"


def _finding(finding: Finding, paint: Paint) -> str:
    place = f"{visible(str(finding.at))}: " if finding.at else ""
    subject = _name(finding.key) if finding.key else ""
    if finding.property:
        subject += f" · {visible(finding.property)}"
    if subject:
        subject += " "
    level = paint(finding.severity, _COLORS[finding.severity])
    return f"{place}{level}: {subject}{visible(finding.message)} [{finding.rule}]"


def _field(change: FieldChange) -> str:
    name = _path(change.path)
    if change.before is UNSET:
        return f"+ {name}: {shown(change.after)}"
    if change.after is UNSET:
        return f"- {name}: {shown(change.before)}"
    return f"~ {name}: {shown(change.before)} → {shown(change.after)}"


def _disagreements(
    title: str, places: tuple[Disagreement, ...], tell: Callable[[Disagreement], str]
) -> Iterator[str]:
    if not places:
        return
    yield title
    for key, group in groupby(places, key=lambda place: place.key):
        yield f"  {_name(key)}"
        yield from (f"    {_path(place.path)}: {tell(place)}" for place in group)
    yield ""


def _both(place: Disagreement) -> str:
    agreed = f" (last agreed: {shown(place.base)})" if place.base is not UNSET else ""
    return f"the plan says {shown(place.plan)}, Lexicon {shown(place.lexicon)}{agreed}"


def _drift(place: Disagreement) -> str:
    return f"{shown(place.base)} → {shown(place.lexicon)} in Lexicon"


def _taken(place: Disagreement) -> str:
    return f"the plan is to say {shown(place.plan)}"


def _moved(place: Disagreement) -> str:
    return f"was {shown(place.base)}, should become {shown(place.plan)}, is {shown(place.lexicon)}"


def _released(place: Disagreement) -> str:
    kept = shown(place.lexicon) if place.path else "it"
    return f"the plan says nothing any more; Lexicon keeps {kept}"


def _name(key: EntityKey) -> str:
    return (
        "user profiles ($user)"
        if key.name == PROFILE and key.kind == "profile"
        else visible(key.name)
    )


def _path(path: Path) -> str:
    if not path:
        return "the definition itself"
    if path[0] != "properties":
        return path[0]
    field = f" {path[2]}" if len(path) > 2 else ""
    return f"property {visible(path[1])}{field}"


def _totals(findings: Iterable[Finding]) -> str:
    found = [_count(number, word) for word, number in counts(findings).items() if number]
    return ", ".join(found) or "no findings"


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    plural = noun if noun == "info" else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {plural}"


def _painted(text: str, color: str) -> str:
    return click.style(text, fg=None if color == "bold" else color, bold=True)


def _plain(text: str, _: str) -> str:
    return text
