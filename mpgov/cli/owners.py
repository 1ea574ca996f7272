"""`mpgov owners`: who answers for what."""

from __future__ import annotations

from pathlib import Path

import click

from mpgov.cli import options, several
from mpgov.core.report import fails
from mpgov.core.several import Part
from mpgov.errors import UsageError
from mpgov.render.json_text import document_of
from mpgov.render.owners import FORMATS, draw_owners, owners_as_json
from mpgov.render.visible import visible
from mpgov.workflows import owners
from mpgov.workflows.codeowners import codeowners as codeowners_of
from mpgov.workflows.codeowners import write_section
from mpgov.workflows.project import Surroundings

SUFFIXES = {".json": "json", ".csv": "csv", ".md": "markdown"}
offline = click.option("--offline", is_flag=True, help="By the plan alone; ask nobody.")


@click.group(
    "owners",
    epilog="""\b
Examples:
  mpgov owners list
  mpgov owners transfer tom@acme.example jane@acme.example --reason 'Tom left'""",
)
def command() -> None:
    """Who answers for what: list, check, hand over."""


@command.command(
    "list",
    short_help="What everybody answers for.",
    epilog="""\b
Examples:
  mpgov owners list
  mpgov owners list --offline --format csv""",
)
@options.plan_argument
@options.plan
@options.projects
@offline
@options.format_option(*FORMATS)
@options.output
@options.max_wait
@click.pass_context
def listed(
    ctx: click.Context,
    *,
    plan: str | None,
    plan_option: str | None,
    project: tuple[str, ...],
    offline: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
) -> None:
    """List owners: their events, the share of volume, what is undescribed, what was found."""
    answer = options.Answer(format_, output)
    if several.is_asked(project):
        several.refuse_stdin(plan or plan_option)

        def work(one: Surroundings) -> Part:
            path = options.plan_path(plan, plan_option, one)
            rows = owners.list_owners(path, one, offline=offline)
            unowned = next((row.events for row in rows if not row.owner), 0)
            cells = {"owners": sum(bool(row.owner) for row in rows), "unowned events": unowned}
            return Part(cells, {"owners": owners_as_json(rows)})

        several.answer(ctx, project, answer, work, max_wait)
    found = options.around(ctx, project, max_wait)
    path = options.plan_path(plan, plan_option, found)
    rows = owners.list_owners(path, found, offline=offline)
    by_suffix = SUFFIXES.get(Path(output).suffix, "text") if output else "text"
    answer.text(draw_owners(rows, format_ or by_suffix))


@command.command(
    "check",
    short_help="Whether every owner is there, and may own.",
    epilog="""\b
Examples:
  mpgov owners check
  mpgov owners check --offline --format github""",
)
@options.plan_argument
@options.plan
@options.projects
@offline
@options.format_option(*options.FINDING_FORMATS)
@options.output
@options.fail_on
@options.max_wait
@click.pass_context
def check(
    ctx: click.Context,
    *,
    plan: str | None,
    plan_option: str | None,
    project: tuple[str, ...],
    offline: bool,
    format_: str | None,
    output: str | None,
    fail_on: str,
    max_wait: float,
) -> None:
    """Check every owner that the plan names.

    Each must be a member or a team of the organization (where Mixpanel lets us ask), of a domain
    that mpgov.toml allows ([owners] domains), and not in governance.left.
    """
    answer = options.Answer(format_, output)
    if several.is_asked(project):
        several.refuse_stdin(plan or plan_option)

        def work(one: Surroundings) -> Part:
            path = options.plan_path(plan, plan_option, one)
            report = owners.check(path, one, offline=offline)
            code = 1 if fails(report.findings, fail_on) else 0
            cells = {"errors": len(report.findings)}
            return Part(cells, document_of(report), code, notes=report.notes)

        several.answer(ctx, project, answer, work, max_wait)
    found = options.around(ctx, project, max_wait)
    report = owners.check(options.plan_path(plan, plan_option, found), found, offline=offline)
    answer.write(ctx, report)
    ctx.exit(1 if fails(report.findings, fail_on) else 0)


@command.command(
    "transfer",
    short_help="Let another owner stand where one stood.",
    epilog="""\b
Examples:
  mpgov owners transfer tom@acme.example team:Growth --reason 'Tom left'
  mpgov owners transfer tom@acme.example jane@acme.example --only 'tag:Commerce'""",
)
@click.argument("old")
@click.argument("new")
@options.plan
@options.project
@options.selection(fields=False)
@options.reason
@click.pass_context
def transfer(
    ctx: click.Context,
    *,
    old: str,
    new: str,
    plan_option: str | None,
    project: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    reason: str,
) -> None:
    """Hand over events in the plan: only those lines change, and it is recorded at once.

    The next sync tells Lexicon.
    """
    found = options.around(ctx, project)
    path = options.plan_path(None, plan_option, found)
    if isinstance(path, str):
        raise UsageError("the plan on stdin cannot be written to; name a file")
    done = owners.transfer(path, found, (old, new), options.selected(only, skip), reason)
    for name in done.events:
        click.echo(f"{visible(name)}: {visible(old)} → {visible(new)}")
    many = len(done.events)
    click.echo(f"{', '.join(done.files)}: {many} event{'s'[: many != 1]} handed over, recorded")
    for note in done.notes:
        options.tell(ctx, f"note: {note}")
    options.tell(ctx, "next: mpgov sync tells Lexicon")


@command.command(
    "codeowners",
    short_help="A CODEOWNERS section for the plan's files.",
    epilog="""\b
Examples:
  mpgov owners codeowners
  mpgov owners codeowners --into .github/CODEOWNERS""",
)
@options.plan_argument
@options.plan
@click.option("--into", metavar="FILE", help="Write it there, between two marks of its own.")
@click.pass_context
def codeowners(
    ctx: click.Context, *, plan: str | None, plan_option: str | None, into: str | None
) -> None:
    """Print who reviews changes to which file of the plan: the owners of what stands in it.

    The approvers stand for the folder. How a team is called by the code host stands in mpgov.toml:
    [owners] handles = { "team:Growth" = "@acme/growth" }.
    """
    found = options.around(ctx, None)
    path = options.plan_path(plan, plan_option, found)
    if isinstance(path, str):
        raise UsageError("the plan on stdin is no file that anybody owns; name one")
    lines, notes = codeowners_of(path, found)
    if into is None:
        click.echo("\n".join(lines))
    else:
        write_section(Path(into), lines)
        click.echo(visible(into))
    for note in notes:
        options.tell(ctx, f"note: {note}")
