"""A review as Markdown, for a wiki or a pull request: the same parts as the page, in tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mpgov.core.figures import Figure, Sentence, change, number, percent, signed
from mpgov.core.last_review import Then, then_of
from mpgov.core.review import ReviewReport
from mpgov.core.review_changes import ChangedEvent, DeclaredRow
from mpgov.core.review_volume import Mover
from mpgov.render.markdown import code, words
from mpgov.render.review_words import as_of, changes, findings, glance, period, score, volume

MOST: Final = 30  # rows of a table
NONE: Final = "-"

Rows = Iterable[Sequence[str]]


def review_as_markdown(report: ReviewReport) -> str:
    """The whole review; of long lists the beginning, and how many more there are."""
    parts = [f"# Review of {code(report.project)}, {report.quarter.name}", period(report)]
    parts.append(_listed(_said(sentence) for sentence in glance(report)))
    for section in (_decisions, _volume, _health, _changes, _standing, _identity, _about):
        parts += section(report)
    return "\n\n".join(part for part in parts if part) + "\n"


def _decisions(report: ReviewReport) -> Iterator[str]:
    yield f"## Decisions to take ({len(report.decisions)})"
    yield (
        "\n".join(
            f"{place}. **{one.severity}** {_said((*one.what, ': ', *one.why))}<br>"
            f"{code(one.command)}"
            for place, one in enumerate(report.shown, 1)
        )
        or "Nothing waits for a decision."
    )
    more = len(report.decisions) - len(report.shown)
    yield f"… and {more} more, less urgent" if more else ""


def _volume(report: ReviewReport) -> Iterator[str]:
    said = report.volume
    yield "## Volume"
    yield _listed(words(problem) for problem in said.problems)
    yield f"{_said(volume(report))}." if said.now else ""
    if said.months:
        heads = ("month", "events", "planned", "days", "before", "events", "planned", "days")
        yield _table(
            heads,
            (
                (
                    *(m.month, number(m.total), number(m.planned), number(m.days)),
                    *(m.before_month, number(m.before_total), number(m.before_planned)),
                    number(m.before_days),
                )
                for m in said.months
            ),
        )
    for title, movers in (
        ("Moved most, by events", (*said.rising, *said.falling)),
        ("Moved most, in proportion", (*said.faster, *said.slower)),
    ):
        if movers:
            yield f"### {title}"
            yield _table(("event", "before", "now", "difference", "change"), map(_mover, movers))
    for title, some, more in (
        ("New this quarter", said.new, said.more_new),
        ("Fell silent", said.silent, said.more_silent),
    ):
        if some:
            yield f"### {title} ({len(some) + more})"
            yield _listed(f"{code(m.name)}: {number(m.total or m.before_total)}" for m in some)


def _mover(one: Mover) -> Sequence[str]:
    by = NONE if one.change is None else change(one.change)
    moved = NONE if one.difference is None else signed(one.difference)
    return code(one.name), number(one.before), number(one.now), moved, by


def _health(report: ReviewReport) -> Iterator[str]:
    yield "## Lexicon health"
    yield f"{_capital(_said(score(report)))}."
    yield _table(
        ("part", "points", "then", "good", "of", "weighs"),
        (
            (
                *(part.name, _points(part.points), _points(part.before)),
                *(number(part.good), number(part.of), f"{part.weight}%"),
            )
            for part in report.score.parts
        ),
    )
    yield (
        "Score over time: "
        + ", ".join(f"{one.at[:10]} **{one.total}**" for one in report.score.trend)
        if report.score.trend
        else ""
    )
    yield f"{_said(findings(report))}."
    said = report.findings
    heads = ("findings", "then", "fixed", "still", "new", "now")
    rows = (
        (words(row.name), *(map(_count, (row.then, row.fixed, row.still, row.new, row.now))))
        for row in (*said.severities, *said.families)
    )
    yield _table(heads, rows)
    if said.worse:
        yield f"{number(said.worse)} of those still there are more severe than then."
    yield f"{number(said.accepted)} accepted by the baseline, {number(said.waived)} waived."
    new = [then_of(one) for one in said.new]
    for title, some in (("New", new), ("Fixed", said.fixed)):
        if some:
            yield f"### {title} since {report.last} ({len(some)})"
            yield _listed(map(_finding, some))


def _finding(one: Then) -> str:
    about = f"{code(one.name)} " if one.name else ""
    return f"{one.severity}: {about}{words(one.message)} {code(one.rule)}"


def _changes(report: ReviewReport) -> Iterator[str]:
    said = report.changes
    yield "## What was changed, by whom and why"
    yield f"{_capital(_said(changes(report)))}."
    rows = [
        row
        for title in ("new", "changed", "removed", "approved")
        for one in getattr(said, title)
        for row in _changed(title, one, report)
    ]
    if rows:
        yield _table(("", "event", "what", "who", "when", "why", "record"), rows)
    if said.unended:
        yield f"{said.unended} more runs have no end in the record yet."


def _changed(title: str, event: ChangedEvent, report: ReviewReport) -> Iterator[Sequence[str]]:
    for row in event.rows:
        record = report.changes.records[row.record - 1]
        what = ", ".join(row.fields) if row.action in {"update", "approve"} else f"{row.action}d"
        yield (
            *(title, code(event.name), code(what), code(row.by), words(row.at[:10])),
            *(code(row.reason) if row.reason else NONE, code(record.run or record.kind)),
        )


def _standing(report: ReviewReport) -> Iterator[str]:
    yield f"## Deprecated, still live ({len(report.deprecated)})"
    if report.deprecated:
        yield _table(
            ("event", "sunset", "days past", "instead", "before", "now", "lately"),
            (
                (
                    *(code(row.name), words(row.sunset) or NONE, _count(row.days_past)),
                    code(row.replaced_by) if row.replaced_by else NONE,
                    *map(_count, (row.before, row.now, row.lately)),
                )
                for row in report.deprecated
            ),
        )
    yield f"## Ownership ({len(report.owners.unowned)} without an owner)"
    yield _table(
        ("owner", "events", "volume", "share", "undescribed", "errors", "warnings"),
        (
            (
                *(code(row.owner) if row.owner else "nobody", number(row.events)),
                *(_count(row.volume), NONE if row.share is None else percent(row.share)),
                *map(number, (row.undescribed, row.errors, row.warnings)),
            )
            for row in report.owners.rows
        ),
    )
    yield _listed(f"{code(one.name)}: {_count(one.volume)}" for one in report.owners.unowned)
    yield f"## Tokens and secrets ({report.tokens.pressing} due, of {report.tokens.known})"
    if report.tokens.due:
        yield _table(
            ("token", "kind", "holder", "due", "days", "why"),
            (
                (code(t.name), t.kind, code(t.holder), words(t.on), number(t.days), words(t.why))
                for t in report.tokens.due
            ),
        )
    yield f"## Waivers ({len(report.waivers)})"
    if report.waivers:
        yield _table(
            ("rule", "for", "why", "until", "days left", "sets aside"),
            (
                (
                    *(code(w.rule), code(w.name), code(w.reason), words(w.until) or NONE),
                    *(_count(w.days_left), number(w.findings)),
                )
                for w in report.waivers
            ),
        )


def _identity(report: ReviewReport) -> Iterator[str]:
    yield f"## Identity and super properties ({len(report.declared)})"
    yield _listed(map(_declared, report.declared))
    said = report.merge
    if not said.is_judged:
        command = code(f"mpgov review --events last-7-days{report.scope}")
        yield f"Profile merge accuracy: not judged, needs raw events: {command}"
        return
    yield (
        f"Profile merge accuracy: of {number(said.devices)} devices {number(said.shared_devices)} "
        f"have several users; of {number(said.users)} users {number(said.odd_ids)} have odd ids."
    )
    yield _listed(words(one.message) for one in said.findings)


def _declared(row: DeclaredRow) -> str:
    parts = (
        *(
            words(row.at[:10]),
            row.kind,
            code(row.name) if row.name else "",
            f"{words(row.action)}:",
        ),
        code(row.text) if row.text else "",
        *(f"{code(f.name)} {_was(f.before)}{code(f.after)}" for f in row.fields),
        f"by {code(row.by)}",
        f"why: {code(row.reason)}" if row.reason else "",
    )
    return " ".join(part for part in parts if part)


def _was(text: str) -> str:
    return f"{code(text)} → " if text else ""


def _about(report: ReviewReport) -> Iterator[str]:
    yield "## What this is based on"
    yield _listed(f"{title}: {words(text)}" for title, text in as_of(report))
    yield _listed(words(note) for note in report.notes)


def _said(sentence: Sentence) -> str:
    return "".join(f"**{p}**" if isinstance(p, Figure) else words(p) for p in sentence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _count(value: int | None) -> str:
    return NONE if value is None else number(value)


def _points(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f}"


def _listed(items: Iterable[str]) -> str:
    found = list(items)
    more = [f"- … and {len(found) - MOST} more"] if len(found) > MOST else []
    return "\n".join([*(f"- {item}" for item in found[:MOST]), *more])


def _table(heads: Sequence[str], rows: Rows) -> str:
    found = list(rows)
    lines = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *found[:MOST])]
    more = [f"\n… and {len(found) - MOST} more"] if len(found) > MOST else []
    return "\n".join([*lines, *more])
