"""Reports as Markdown for a pull request: a short summary, details folded, always short enough.

Whatever somebody wrote stands in `<code>`, every character of it that HTML or Markdown could act
on as an entity: it mentions nobody, links nothing and closes no tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mpgov.core.audit import AuditReport
from mpgov.core.change import Change, field_changes, verb_of
from mpgov.core.finding import Finding
from mpgov.core.merge import Disagreement
from mpgov.core.model import UNSET, EntityKey, Path, Value
from mpgov.core.report import CheckReport, DiffReport, Outcome, SyncReport, counts
from mpgov.render.audit_markdown import audit_parts
from mpgov.render.base import Renderer, Report
from mpgov.render.visible import shown, visible

MOST: Final = 60_000  # characters: what a pull request's comment takes, with room to spare
LENGTHS: Final = (2000, 300, 60)  # of a value, the longest that fits
LISTED: Final = (1000, 100, 25)  # of findings and disagreements

# Marks of Markdown and HTML, mentions, and what GitHub would make a link of.
_ACTS: Final = re.compile(r"[\\`*_\[\]<>|~&@#!$]|:(?!\s|$)|(?<![0-9])\.(?=\w)|^[-+=]")
_HINT: Final = "see all of it with <code>mpgov diff</code>"


def draw(report: Report, _color: bool) -> str:
    """The report as Markdown, below the length that a comment may have."""
    text = ""
    for longest, most in zip(LENGTHS, LISTED, strict=True):
        page = _Page(longest, most)
        head, details = page.parts(report)
        text = "\n\n".join([*head, *details]) + "\n"
        if len(text) < MOST:
            return text
    return _cut(head, details)


RENDERER = Renderer("markdown", (".md",), draw)


def _cut(head: Sequence[str], details: Sequence[str]) -> str:
    """As many details as fit, and how many do not."""
    kept = list(head)
    room = MOST - 200 - sum(len(part) + 2 for part in kept)
    for number, part in enumerate(details):
        room -= len(part) + 2
        if room < 0:
            kept.append(f"… and {len(details) - number} more; {_HINT}")
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"


class _Page:
    """One attempt, with values and lists as long as they may be."""

    def __init__(self, longest: int, most: int) -> None:
        self.longest = longest
        self.most = most

    def parts(self, report: Report) -> tuple[list[str], list[str]]:
        """What always stands, and what may be left out from the end."""
        match report:
            case CheckReport():
                return self._check(report)
            case DiffReport():
                return self._diff(report)
            case SyncReport():
                return self._sync(report)
            case AuditReport():
                head, details = audit_parts(report, code, self._finding, self.most)
                return [_mark("audit", report.project), *head], details

    def _check(self, report: CheckReport) -> tuple[list[str], list[str]]:
        total = ", ".join(f"{n} {word}" for word, n in counts(report.findings).items() if n)
        title = f"<b>mpgov check</b> · {code(report.plan)}: {total or 'no findings'}"
        title += report.set_aside and f"; {report.set_aside}"
        return [_mark("check", report.plan), title], self._findings(report.findings)

    def _diff(self, report: DiffReport) -> tuple[list[str], list[str]]:
        head = [_mark("diff", report.project), f"{_title('diff', report)}: {_summary(report)}"]
        if report.standing:
            told = [self._finding(one) for one in report.standing[: self.most]]
            head.append(_listed("These guards will stop the sync", told, len(report.standing)))
        return head, list(self._details(report))

    def _sync(self, report: SyncReport) -> tuple[list[str], list[str]]:
        states = [outcome.state for outcome in report.outcomes]
        words = [f"{states.count(s)} {s}" for s in ("applied", "failed", "skipped") if s in states]
        told = ", ".join(words) or "nothing was sent"
        head = [
            _mark("sync", report.diff.project),
            f"{_title('sync', report.diff)}: {told} (exit {report.exit_code})",
        ]
        left = [self._outcome(outcome) for outcome in report.left[: self.most]]
        if left:
            head.append(_listed("Not applied", left, len(report.left)))
        stored = [self._finding(one) for one in report.not_stored[: self.most]]
        if stored:
            head.append(_listed("Not kept by Mixpanel", stored, len(report.not_stored)))
        problems = [p for p in (report.unverified, report.unrecorded) if p]
        head += [f"<b>Not confirmed</b>: {self._said(problem)}" for problem in problems]
        return head, list(self._details(report.diff))

    def _details(self, report: DiffReport) -> Iterator[str]:
        kept, edited = ("agreed", "plan", "Lexicon"), ("was", "should become", "is")
        both = "Conflicts: not sent, both sides changed"
        yield from self._disagreements(both, report.conflicts, kept)
        yield from self._disagreements("Left out: edited in Lexicon since", report.moved, edited)
        yield from (self._change(change) for change in report.changes)
        if report.not_explained:
            since = code(report.since)
            yield f"<b>Not explained by the plan's changes since</b> {since}; not sent:"
            yield from (self._change(change) for change in report.not_explained)
        yield from self._disagreements("Drift: changed in Lexicon only, kept", report.kept, kept)
        lost = "Drift: the plan has the last word"
        yield from self._disagreements(lost, report.overwritten, kept)
        yield from self._disagreements("Taken from Lexicon into the plan", report.taken, kept)
        yield from self._disagreements("No longer managed", report.released, kept)
        standing = set(map(id, report.standing))
        yield from self._findings([f for f in report.findings if id(f) not in standing])

    def _change(self, change: Change) -> str:
        verb = verb_of(change)
        rows = [
            (_path(one.path), self._value(one.before), self._value(one.after))
            for one in field_changes(change)
        ]
        title = f"{_SIGNS[verb]} {_name(change.key)} ({verb}, {_fields(len(rows))})"
        return _folded(title, _table(("field", "before", "after"), rows[: self.most], len(rows)))

    def _disagreements(
        self, title: str, places: Sequence[Disagreement], names: tuple[str, str, str]
    ) -> Iterator[str]:
        if not places:
            return
        rows = [
            (
                f"{_name(p.key)} {_path(p.path)}",
                self._value(p.base),
                self._value(p.plan),
                self._value(p.lexicon),
            )
            for p in places[: self.most]
        ]
        yield _folded(f"{title} ({len(places)})", _table(("field", *names), rows, len(places)))

    def _findings(self, findings: Sequence[Finding]) -> list[str]:
        if not findings:
            return []
        told = [self._finding(one) for one in findings[: self.most]]
        return [_folded(f"Findings ({len(findings)})", _list(told, len(findings)))]

    def _finding(self, finding: Finding) -> str:
        subject = f"{_name(finding.key)} " if finding.key else ""
        if finding.property:
            subject += f"{code(finding.property)} "
        place = f"{code(str(finding.at))} " if finding.at else ""
        rule = code(finding.rule)
        return f"{finding.severity}: {place}{subject}{self._said(finding.message)} {rule}"

    def _outcome(self, outcome: Outcome) -> str:
        return f"{outcome.state}: {_name(outcome.change.key)} {self._said(outcome.why)}"

    def _value(self, value: Value) -> str:
        return "" if value is UNSET else code(shown(value, self.longest))

    def _said(self, text: str) -> str:
        return code(visible(text)[: self.longest * 2])


_SIGNS: Final = {"create": "+", "update": "~", "delete": "&minus;"}


def _mark(command: str, project: str) -> str:
    """What a CI job finds its comment by."""
    name = "".join(c if c.isalnum() else "-" for c in project)[:60]
    return f"<!-- mpgov {command} {name} -->"


def _title(command: str, report: DiffReport) -> str:
    return f"<b>mpgov {command}</b> · {code(report.project)}"


def _summary(report: DiffReport) -> str:
    total = report.summary
    parts = [
        (total.create, "new"),
        (total.update, "changed"),
        (total.delete, "deleted"),
        (total.conflict, "in conflict"),
        (total.drift, "drifted"),
    ]
    words = [f"{number} {word}" for number, word in parts if number]
    if report.standing:
        words.append(f"{len(report.standing)} guard{'s'[: len(report.standing) != 1]} will stop it")
    return ", ".join(words) or "nothing to send"


def _name(key: EntityKey) -> str:
    return "user profiles" if key.kind == "profile" else code(key.name)


def _path(path: Path) -> str:
    return code(" · ".join(path[1:] if path[0] == "properties" else path)) if path else ""


def _fields(count: int) -> str:
    return f"{count} field{'s'[: count != 1]}"


def code(text: str) -> str:
    """Somebody's text: shown as it is, and nothing in it acts."""
    return f"<code>{''.join(map(_entity, visible(text)))}</code>"


def words(text: str) -> str:
    """The same within a sentence, where only what could act is an entity."""
    return _ACTS.sub(lambda found: _entity(found[0]), visible(text))


def harmless(text: str) -> str:
    """Somebody's text in a table: plain where nothing in it could act, else as code."""
    return visible(text) if words(text) == visible(text) else code(text)


def _entity(char: str) -> str:
    return char if char.isalnum() or char == " " else f"&#{ord(char)};"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], total: int) -> str:
    drawn = [_row("th", names), *(_row("td", row) for row in rows)]
    more = total - len(drawn) + 1
    note = f"<p>… and {more} more; {_HINT}</p>" if more > 0 else ""
    return f"<table>{''.join(drawn)}</table>{note}"


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _list(items: Sequence[str], total: int) -> str:
    more = f"<li>… and {total - len(items)} more; {_HINT}</li>" if total > len(items) else ""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + more + "</ul>"


def _listed(title: str, items: Sequence[str], total: int) -> str:
    return f"<p><b>{title}</b></p>{_list(items, total)}"


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"
