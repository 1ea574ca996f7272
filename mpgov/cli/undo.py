"""`mpgov undo`."""

from __future__ import annotations

import sys

import click

from mpgov.cli import options
from mpgov.cli.carry_out import Manner, carry_out
from mpgov.errors import UsageError
from mpgov.workflows.compare import Wish
from mpgov.workflows.replay import commit_of, prepare_undo
from mpgov.workflows.turns import our_turn


@click.command(
    "undo",
    epilog="""\b
Examples:
  mpgov undo --last
  mpgov undo 20261124T093015Z-3f9a1c --reason 'wrong project' --yes""",
)
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--last", is_flag=True, help="The last run that changed anything.")
@options.project
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
    run: str | None,
    last: bool,
    project: str | None,
    allow: tuple[str, ...],
    yes: bool,
    reason: str,
    no_wait: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
    progress_: str,
) -> None:
    """Put back what a run changed; what was edited since is left alone and named."""
    if bool(run) == last:
        raise UsageError("name a run, or --last", hint="mpgov history lists the runs")
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", hint="--yes does not ask")
    found = options.around(ctx, project, max_wait)
    answer = options.Answer(format_, output)
    with our_turn(found, found.project(), wait=not no_wait):
        wish = Wish(allow=allow, reason=reason)
        prepared = prepare_undo(found, run or "", wish, wait=not no_wait)
        report = carry_out(ctx, prepared, Manner(answer, not yes, progress_))
        answer.write(ctx, report)
        commit = commit_of(found, prepared.project, str(prepared.recorder.more["undoes"]))
        if commit and report.applied:
            options.tell(ctx, f"the plan still says it; to let it agree: git revert {commit[:12]}")
        ctx.exit(report.exit_code)
