"""`mpgov sync`."""

from __future__ import annotations

import sys

import click

from mpgov.cli import options, several
from mpgov.cli.carry_out import Manner, carry_out
from mpgov.cli.sync_several import SyncSeveral
from mpgov.core.report import CheckReport
from mpgov.errors import UsageError
from mpgov.workflows.compare import Wish
from mpgov.workflows.project import Surroundings
from mpgov.workflows.replay import prepare_changes
from mpgov.workflows.sync import Where, prepare, take_theirs
from mpgov.workflows.turns import our_turn


@click.command(
    "sync",
    epilog="""\b
Examples:
  mpgov sync
  mpgov sync plans/shop.yaml --only 'tag:Commerce' --yes
  mpgov sync --theirs 'Purchase*' --reason 'support rewrote them'""",
)
@options.plan_argument
@options.plan
@options.projects
@options.selection(fields=True)
@click.option("--changes", metavar="FILE", help="Apply exactly a change set that diff saved.")
@options.ours
@options.theirs
@options.prune
@options.prune_all
@options.since
@options.fill_only
@options.retry_refused
@options.allow
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.reason
@options.no_wait
@options.format_option(*options.FORMATS)
@options.output
@options.max_wait
@options.progress
@click.pass_context
def command(
    ctx: click.Context,
    *,
    plan: str | None,
    plan_option: str | None,
    project: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fields: str | None,
    changes: str | None,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    prune: bool,
    prune_all: bool,
    since: str,
    fill_only: bool,
    retry_refused: bool,
    allow: tuple[str, ...],
    yes: bool,
    reason: str,
    no_wait: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
    progress_: str,
) -> None:
    """Make Lexicon say what the plan says; nothing else is touched."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", hint="--yes does not ask")
    wish = Wish(
        options.selected(only, skip, fields),
        allow,
        fill_only,
        retry_refused,
        ours,
        theirs,
        prune=options.pruned(prune, prune_all),
        since=since,
        reason=reason,
    )
    answer = options.Answer(format_, output)
    manner = Manner(answer, not yes, progress_)
    named = plan or plan_option
    if several.is_asked(project):
        several.refuse_stdin(named, changes)
        together = SyncSeveral(
            ctx, answer, (plan, plan_option), wish, progress_, not yes, not no_wait
        )
        together.run(project, max_wait)
    found = options.around(ctx, project, max_wait)
    if changes is not None:
        narrowed = (only, skip, fields, ours, theirs, wish.prune, since, fill_only, named)
        _changes(ctx, found, (changes, wish), manner, narrowed=any(narrowed), wait=not no_wait)
        return
    where = Where(options.plan_path(plan, plan_option, found), found, not no_wait)
    with our_turn(found, found.project(), wait=not no_wait):
        run = prepare(where, wish)
        if isinstance(run, CheckReport):
            answer.errors(ctx, run)
            options.tell(ctx, "the plan has errors; nothing was sent")
            ctx.exit(1)
        prepared = Manner(answer, not yes, progress_, lambda: take_theirs(run, where))
        report = carry_out(ctx, run, prepared)
        answer.write(ctx, report)
        ctx.exit(report.exit_code)


def _changes(
    ctx: click.Context,
    found: Surroundings,
    wanted: tuple[str, Wish],
    manner: Manner,
    *,
    narrowed: bool,
    wait: bool,
) -> None:
    """Apply a saved change set."""
    if narrowed:
        raise UsageError(
            "--changes applies exactly what was saved; it goes with no plan and no selection",
            hint="narrow it where it is made: mpgov diff --only … --output changes.json",
        )
    file, wish = wanted
    with our_turn(found, found.project(), wait=wait):
        run = prepare_changes(found, file, wish, wait=wait)
        report = carry_out(ctx, run, manner)
        manner.answer.write(ctx, report)
        ctx.exit(report.exit_code)
