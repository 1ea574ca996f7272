"""An audit as text for a terminal: findings by family or owner, what was not judged, the score."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from mpgov.core.audit import AuditReport, Part, Past
from mpgov.core.finding import SEVERITIES, Finding
from mpgov.core.report import counts
from mpgov.render.visible import visible

Paint = Callable[[str, str], str]

MOST: Final = 10  # findings of one rule; the others are counted
LONGEST: Final = 200  # characters of a name
WIDEST: Final = 110
NARROWEST: Final = 40
_COLORS: Final = {"error": "red", "warning": "yellow", "info": "cyan"}
_BAR: Final = 20
_ROOM_FOR_BARS: Final = 70
NOBODY: Final = "nobody"


def audit_lines(report: AuditReport, paint: Paint) -> Iterator[str]:
    """The audit as lines, none wider than the terminal where its words allow."""
    width = max(NARROWEST, min(shutil.get_terminal_size((100, 24)).columns, WIDEST))
    page = _Page(width, paint)
    for title, findings in grouped(report).items():
        yield paint(visible(f"{title} ({told(findings)})"), "bold")
        yield from page.group(findings)
        yield ""
    yield from page.beside(report)
    yield from page.score(report)


def grouped(report: AuditReport) -> Mapping[str, Sequence[Finding]]:
    """The findings by family of rules or by owner, in the order of the first of each."""
    found: dict[str, list[Finding]] = {}
    for one in report.findings:
        names = one.owners or (NOBODY,) if report.by_owner else (one.rule.partition("/")[0],)
        for name in names:
            found.setdefault(name, []).append(one)
    return found


def told(findings: Sequence[Finding]) -> str:
    """How many errors, warnings and notes there are, in words."""
    total = counts(findings)
    words = [f"{total[s]:,} {s}{'s'[: total[s] != 1]}" for s in SEVERITIES if total[s]]
    return ", ".join(words).replace("infos", "info") or "no findings"


def subject(finding: Finding) -> str:
    """What a finding is about, as people say it."""
    if finding.key is None:
        return ""
    name = "user profiles" if finding.key.kind == "profile" else finding.key.name
    return f"{name} · {finding.property}" if finding.property else name


class _Page:
    """Lines of a width."""

    def __init__(self, width: int, paint: Paint) -> None:
        self.width = width
        self.paint = paint

    def group(self, findings: Sequence[Finding]) -> Iterator[str]:
        """The findings of a group; of one rule only so many."""
        seen: dict[str, int] = {}
        for one in findings:
            seen[one.rule] = seen.get(one.rule, 0) + 1
            if seen[one.rule] <= MOST:
                yield from self._finding(one)
        for rule, count in seen.items():
            if count > MOST:
                yield f"  … and {count - MOST:,} more of {rule}; --format json has them all"

    def _finding(self, one: Finding) -> Iterator[str]:
        about = visible(subject(one))
        about = about if len(about) <= LONGEST else f"{about[:LONGEST]}…"
        text = f"{about}{': ' if about else ''}{visible(one.message)[: 4 * LONGEST]}"
        head = f"  {one.severity:<8}"
        lines = self._wrapped(f"{text} [{one.rule}]", head, " " * len(head))
        yield lines[0].replace(one.severity, self.paint(one.severity, _COLORS[one.severity]), 1)
        yield from lines[1:]
        if one.at is not None:
            yield from self._wrapped(visible(str(one.at)), f"{'':10}at ", " " * 13)
        if one.fix:
            fix = visible(one.fix)[: 4 * LONGEST]
            yield from self._wrapped(fix, f"{'':10}fix: ", " " * 15)

    def beside(self, report: AuditReport) -> Iterator[str]:
        """What was set aside, what was not judged, and what it is all based on."""
        if report.set_aside:
            yield from self._wrapped(report.set_aside, "", "  ")
        lacking: dict[str, list[str]] = {}
        for one in report.not_run:
            lacking.setdefault(one.for_lack_of, []).append(one.rule)
        for lack, rules in lacking.items():
            yield from self._wrapped(f"not judged for lack of {lack}: {', '.join(rules)}", "", "  ")
        for note in report.notes:
            yield from self._wrapped(visible(note), "", "  ")
        if report.set_aside or report.not_run or report.notes:
            yield ""

    def score(self, report: AuditReport) -> Iterator[str]:
        """The score with its parts, and the verdict: last, where the eye ends."""
        yield self.paint(f"health score {report.score.total} of 100", "bold") + _since(report.trend)
        for part in report.score.parts:
            yield f"  {part.name:<21}{self._part(part)}"
        if report.score.mixpanel is not None:
            lacks = ", ".join(report.score.mixpanel_lacks)
            without = f", without {lacks}" if lacks else ""
            text = f"by Mixpanel's formula {report.score.mixpanel}{without}"
            yield from self._wrapped(text, "  ", "    ")
        yield f"{visible(report.project)}: {told(report.findings)}"

    def _part(self, part: Part) -> str:
        if part.points is None:
            return "   -  nothing to judge"
        of = f"{part.good:,} of {part.of:,}"
        if self.width < _ROOM_FOR_BARS:
            return f"{part.points:>4.0f}  {of}"
        filled = round(_BAR * part.points / 100)
        return f"{part.points:>4.0f}  {'#' * filled}{'.' * (_BAR - filled)}  {of}"

    def _wrapped(self, text: str, first: str, rest: str) -> list[str]:
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=True,
            break_on_hyphens=False,
        ) or [first]


def _since(trend: Sequence[Past]) -> str:
    """The last score before this one."""
    return f" ({trend[-1].total} on {trend[-1].at[:10]})" if trend else ""
