"""What sync and undo do alike once they are prepared: show, settle, ask, send, read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import click

from mpgov.cli import options
from mpgov.cli.progress import progress
from mpgov.core.merge import Choice, Disagreement
from mpgov.core.model import EntityKey, Path
from mpgov.core.report import DiffReport, SyncReport
from mpgov.render.visible import shown, visible
from mpgov.workflows.run import Run
from mpgov.workflows.sync import choose, question

_CHOICES = {"p": "ours", "l": "theirs", "s": ""}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is carried out: whether somebody is asked, and what is drawn meanwhile."""

    answer: options.Answer
    asks: bool
    bar: str
    take: Callable[[], list[str]] = list


def carry_out(ctx: click.Context, run: Run, manner: Manner) -> SyncReport:
    """Show, ask, send and read back; exits where nothing may be sent."""
    if manner.answer.format != "json":
        options.Answer("text", None).write(ctx, run.comparison.report)
    if manner.asks and run.written is not None and run.comparison.report.conflicts:
        settle(ctx, run)
    if run.comparison.report.standing:
        return SyncReport(run.comparison.report)
    permit(ctx, run)
    if manner.asks:
        _ask(ctx, run)
    for line in manner.take():
        options.tell(ctx, f"taken into the plan: {line}")
    return send(ctx, run, manner.bar)


def permit(ctx: click.Context, run: Run) -> None:
    """Refuse where this account may not write; doubts are told."""
    for note in run.permit():
        options.tell(ctx, f"warning: {note}")


def send(ctx: click.Context, run: Run, bar: str) -> SyncReport:
    """Send what was agreed to, and read it back."""
    for _ in progress(run.send(), run.comparison.items, bar, quiet=ctx.obj.quiet):
        pass
    return run.finish()


def _ask(ctx: click.Context, run: Run) -> None:
    """Ask whether to go ahead, where there is anything to do."""
    if not run.comparison.items and not run.comparison.report.taken:
        return
    if not click.confirm(question(run), err=True):
        options.tell(ctx, "nothing was sent")
        ctx.exit(130)
    run.asked = True


def settle(ctx: click.Context, run: Run) -> None:
    """Ask about every conflict: the plan, Lexicon, or leave it."""
    chosen: dict[tuple[EntityKey, Path], Choice] = {}
    rest = ""
    for place in run.comparison.report.conflicts:
        click.echo(_both(place), err=True)
        answer = rest or click.prompt(
            "[p]lan, [l]exicon, [s]kip; P, L, S: the same for all that follow",
            type=click.Choice(["p", "l", "s", "P", "L", "S"]),
            default="s",
            show_choices=False,
            err=True,
        )
        if answer.isupper():
            rest = answer
        choice = _CHOICES[answer.lower()]
        if choice:
            chosen[place.key, place.path] = "ours" if choice == "ours" else "theirs"
    if chosen:
        choose(run, chosen)
        report: DiffReport = replace(run.comparison.report)
        options.Answer("text", None).write(ctx, report)


def _both(place: Disagreement) -> str:
    where = " ".join(place.path) or "the definition itself"
    return (
        f"conflict: {visible(place.key.name)} · {visible(where)}\n"
        f"  the plan says {shown(place.plan)}\n"
        f"  Lexicon says  {shown(place.lexicon)}"
    )
