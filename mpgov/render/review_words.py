"""What a review says in sentences, for the page, for Markdown and for a terminal alike."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.figures import Figure, Sentence
from mpgov.core.review import ReviewReport
from mpgov.core.review_volume import Compared


def period(report: ReviewReport) -> str:
    """From when to when the quarter goes, and how far it has come."""
    span = f"{report.quarter.first} to {report.quarter.last}"
    if report.is_over:
        return span
    return f"{span}, so far, to {report.to}" if report.to >= report.quarter.first else span


def as_of(report: ReviewReport) -> Iterator[tuple[str, str]]:
    """Each part of the review, and of when it is."""
    now, before, day = report.volume.now, report.volume.before, minute(report.at)
    days = [f"{one.first} to {one.last}" for one in (now, before) if one]
    if days:
        yield "Volumes", f"whole days (UTC), {' and '.join(days)}"
    yield "The record", f"{report.quarter.first} to {min(report.quarter.last, report.at[:10])}"
    yield "Plan, Lexicon, findings and score", f"as they were at {day}"
    yield "What arrives lately, and the volumes of owners", "the days of the audit, up to that day"
    yield "Compared with", last(report)


def last(report: ReviewReport) -> str:
    """Which review this one is compared with."""
    if not report.last:
        return "no earlier review"
    return f"the review of {report.last}, made at {minute(report.last_at)}"


def glance(report: ReviewReport) -> Iterator[Sentence]:
    """The whole in a few sentences."""
    yield volume(report)
    yield score(report)
    yield findings(report)
    yield changes(report)
    yield standing(report)


def volume(report: ReviewReport) -> Sentence:
    """What arrived, against what is fair to compare it with, and how much was planned."""
    now, compared = report.volume.now, report.volume.compared
    if now is None:
        return ("Volumes are not known: ", "; ".join(report.volume.problems))
    so_far = "" if report.is_over else " so far"
    noun = f" event{'s'[: now.total != 1]}{so_far}"
    told: Sentence = (Figure(now.total, path="volume.now.total"), noun)
    if now.planned_share is not None:
        share = Figure(now.planned_share, "percent", "volume.now.planned_share")
        told = (*told, ", ", share, " of them planned")
    return (*told, "; ", *against(report, compared)) if compared else told


def against(report: ReviewReport, compared: Compared) -> Sentence:
    """By how much that is more or less than before, and what before is."""
    path = "volume.compared"
    before = Figure(compared.before, path=f"{path}.before")
    days = Figure(compared.days, path=f"{path}.days")
    what: Sentence = (f" in {report.earlier}",)
    if not compared.is_whole:
        ends = f"{compared.before_first} to {compared.before_last}"
        what = (" in the same ", days, f" days of {report.earlier} ({ends})")
    if compared.change is None:
        return ("there were ", before, *what)
    return (Figure(compared.change, "change", f"{path}.change"), " against ", before, *what)


def score(report: ReviewReport) -> Sentence:
    """The health score, and by how much it moved."""
    said = report.score
    total: Sentence = ("health score ", Figure(said.total, path="score.total"), " of 100")
    if said.difference is None:
        return (*total, ", with no earlier review to compare it with")
    if not said.difference:
        return (*total, f", as at the review of {report.last}")
    by = Figure(said.difference, "signed", "score.difference")
    return (*total, ", ", by, f" since the review of {report.last}")


def findings(report: ReviewReport) -> Sentence:
    """How many findings there are, and what became of those there were."""
    words: list[str | Figure] = []
    for place, row in enumerate(report.findings.severities):
        path = f"findings.severities.{place}"
        noun = row.name if row.now == 1 or row.name == "info" else f"{row.name}s"
        words += [", " if words else "", Figure(row.now, path=f"{path}.now"), f" {noun}"]
        if row.then is not None:
            words += [" (", Figure(row.then, path=f"{path}.then"), " then)"]
    if report.last:
        new, fixed = report.findings.new, report.findings.fixed
        words += ["; ", Figure(len(new), path="#findings.new"), " new, "]
        words += [Figure(len(fixed), path="#findings.fixed"), " fixed"]
    return tuple(words)


def changes(report: ReviewReport) -> Sentence:
    """How many events came, changed and went."""
    said = report.changes
    words: list[str | Figure] = ["events: "]
    for name in ("new", "changed", "removed", "approved"):
        some = getattr(said, name)
        words += [Figure(len(some), path=f"#changes.{name}"), f" {name}, "]
    count = len(said.records)
    words += ["in ", Figure(count, path="#changes.records"), f" record{'s'[: count != 1]}"]
    return tuple(words)


def standing(report: ReviewReport) -> Sentence:
    """What waits: deprecated events, events without an owner, tokens."""
    gone, unowned = len(report.deprecated), len(report.owners.unowned)
    due = report.tokens.pressing
    return (
        Figure(gone, path="summary.deprecated_live"),
        f" deprecated event{'s'[: gone != 1]} still live, ",
        Figure(unowned, path="summary.unowned"),
        f" event{'s'[: unowned != 1]} without an owner, ",
        Figure(due, path="summary.tokens_due"),
        f" token{'s'[: due != 1]} due",
    )


def minute(at: str) -> str:
    """A moment to the minute, in UTC."""
    return f"{at[:10]} {at[11:16]} UTC" if at[10:11] == "T" else at
