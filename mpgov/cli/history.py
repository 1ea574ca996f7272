"""`mpgov history`."""

from __future__ import annotations

from calendar import month_name
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mpgov.cli import options, several
from mpgov.core.history import HistoryReport
from mpgov.core.quarter import quarter
from mpgov.core.record import KINDS, Wanted, end_of, moment
from mpgov.errors import UsageError
from mpgov.render.history_files import SUFFIXES, draw_past
from mpgov.render.verdicts import verdicts_as_json, verdicts_as_text

if TYPE_CHECKING:
    from mpgov.core.history import Checked
    from mpgov.render.history_files import PastReport
    from mpgov.workflows.project import Surroundings

FORMATS: Final = ("text", "json", "csv", "markdown")
PAGES: Final = ("html", "xlsx")
ADDED: Final = tuple(kind for kind in KINDS if kind not in {"sync", "undo"})

all_projects = click.option(
    "--all-projects", is_flag=True, help="Every project of mpgov.toml and of exports/."
)


@click.group(
    "history",
    invoke_without_command=True,
    epilog="""\b
Examples:
  mpgov history --name 'Purchase*' --since 2026-10-01
  mpgov history --kind token,owner --quarter 2026-Q3 --output audit.html""",
)
@click.option(
    "--kind",
    multiple=True,
    metavar="KIND,…",
    shell_complete=lambda _ctx, _param, begun: [kind for kind in KINDS if kind.startswith(begun)],
    help=f"Only these: {', '.join(KINDS)}. Repeatable.",
)
@click.option("--name", metavar="GLOB", default="", help="Only what is about these names.")
@click.option("--owner", metavar="GLOB", default="", help="Only what these owners answer for.")
@click.option("--since", metavar="DATE", default="", help="From this day or time on (UTC).")
@click.option("--until", metavar="DATE", default="", help="Up to this day or time.")
@click.option(
    "--quarter",
    "quarter_",
    metavar="YYYY-Qn",
    default="",
    help="Only this quarter. Years begin with [review] year_starts, and are called after the "
    "calendar year in which they begin.",
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@all_projects
@options.projects
@options.format_option(*FORMATS, *PAGES)
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    *,
    kind: tuple[str, ...],
    name: str,
    owner: str,
    since: str,
    until: str,
    quarter_: str,
    last: int | None,
    all_projects: bool,
    project: tuple[str, ...],
    format_: str | None,
    output: str | None,
) -> None:
    """What was done, by whom and why, the newest first."""
    from mpgov.workflows.history import history  # noqa: PLC0415

    if ctx.invoked_subcommand is not None:
        if any(ctx.params.values()):
            behind = f"mpgov history {ctx.invoked_subcommand} …"
            raise UsageError("history's options go with its list alone", hint=f"say {behind}")
        return
    _refuse_both(project, every=all_projects)
    names = project if several.is_asked(project) else ()
    around = options.around(ctx, () if names else project)
    wanted = Wanted(_kinds(kind), name, owner, *_span(since, until))
    if quarter_:
        wanted = _in_quarter(wanted, quarter_, around.settings.year_starts)
    report = history(around, wanted, last=last, every=all_projects, names=names)
    for file in report.damaged:
        options.tell(ctx, f"warning: {file} is damaged: mpgov history verify")
    _write(report, format_, output, around)


@command.command(
    "show",
    short_help="Every field that a run changed.",
    epilog="""\b
Examples:
  mpgov history show 20261124T093015Z-3f9a1c
  mpgov history show 20261124T093015Z-3f9a1c --format json""",
)
@click.argument("run")
@options.project
@options.format_option(*FORMATS, *PAGES)
@options.output
@click.pass_context
def show(
    ctx: click.Context, *, run: str, project: str | None, format_: str | None, output: str | None
) -> None:
    """Show what a run intended and what it did, field by field."""
    from mpgov.workflows.history import show as shown  # noqa: PLC0415

    around = options.around(ctx, project)
    _write(shown(around, run), format_, output, around)


@command.command(
    "add",
    short_help="Record something that mpgov did not do itself.",
    epilog="""\b
Examples:
  mpgov history add 'Lexicon frozen until the launch'
  mpgov history add 'asked the CDP team to filter it' --kind identity --name 'Sign Up'""",
)
@click.argument("text")
@click.option("--kind", type=click.Choice(ADDED), default="note", show_default=True)
@click.option("--name", metavar="NAME", default="", help="What it is about: an event, a token.")
@options.reason
@options.project
@click.pass_context
def add(
    ctx: click.Context, *, text: str, kind: str, name: str, reason: str, project: str | None
) -> None:
    """Add a record: what, and why; who and when are known."""
    from mpgov.workflows.history import add as added  # noqa: PLC0415

    added(options.around(ctx, project), kind, text, name=name, reason=reason)
    options.tell(ctx, "recorded")


@command.command(
    "verify",
    short_help="Check every byte of the record.",
    epilog="""\b
Examples:
  mpgov history verify
  mpgov history verify --witness --all-projects --format json""",
)
@click.option(
    "--witness",
    is_flag=True,
    help="Also hold it against the annotations that [record] witness left in Mixpanel.",
)
@all_projects
@options.projects
@options.format_option("text", "json")
@options.max_wait
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    witness: bool,
    all_projects: bool,
    project: tuple[str, ...],
    format_: str | None,
    max_wait: float,
) -> None:
    """Check the chain of the record; exit 1 if anything was changed or cut."""
    _refuse_both(project, every=all_projects)
    names = project if several.is_asked(project) else ()
    around = options.around(ctx, () if names else project, max_wait)
    found = _verified(around, names, every=all_projects, witness=witness)
    draw = verdicts_as_json if format_ == "json" else verdicts_as_text
    click.echo(draw(found), nl=False)
    ctx.exit(max((one.exit_code for one in found), default=0))


def _verified(
    around: Surroundings, names: tuple[str, ...], *, every: bool, witness: bool
) -> list[Checked]:
    """Check it offline, or with what only Mixpanel knows."""
    if witness:
        from mpgov.workflows.witness import verify_witnessed  # noqa: PLC0415 - it brings requests

        return verify_witnessed(around, every=every, names=names)
    from mpgov.workflows.history import verify as verified  # noqa: PLC0415

    return verified(around, every=every, names=names)


@command.command(
    "blame",
    short_help="Who said what of an event or a property.",
    epilog="""\b
Examples:
  mpgov history blame Purchase
  mpgov history blame Purchase revenue --audit-log audit-log.csv""",
)
@click.argument("event")
@click.argument("property", required=False, default="")
@click.option(
    "--audit-log",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Mixpanel's audit log, exported as CSV or JSON: shows edits past the plan.",
)
@options.plan
@options.project
@options.format_option(*FORMATS)
@options.output
@click.pass_context
def blame(
    ctx: click.Context,
    *,
    event: str,
    property: str,  # noqa: A002 - click names it as the argument
    audit_log: Path | None,
    plan_option: str | None,
    project: str | None,
    format_: str | None,
    output: str | None,
) -> None:
    """Join the record, the plan's commits and Mixpanel's audit log, field by field."""
    from mpgov.workflows.blame import Asked  # noqa: PLC0415
    from mpgov.workflows.blame import blame as blamed  # noqa: PLC0415

    plan = Path(plan_option) if plan_option else None
    asked = Asked(event, property, plan, audit_log)
    around = options.around(ctx, project)
    report = blamed(around, asked)
    for note in report.notes:
        options.tell(ctx, f"note: {note}")
    _write(report, format_, output, around)


def _write(
    report: PastReport, format_: str | None, output: str | None, around: Surroundings
) -> None:
    """Write it in the format that is asked for; what is handed on says who asked for it."""
    by_suffix = SUFFIXES.get(Path(output).suffix.lower(), "text") if output else "text"
    name = format_ or by_suffix
    if name in PAGES and isinstance(report, HistoryReport):
        from mpgov.workflows.history import asked_by  # noqa: PLC0415

        report = asked_by(around, report)
    options.Answer(format_, output).text(draw_past(report, name))


def _kinds(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that are named, parted by commas or one by one."""
    names = (name.strip() for text in texts for name in text.split(","))
    found = tuple(dict.fromkeys(name for name in names if name))
    for name in found:
        if name not in KINDS:
            near = get_close_matches(name, KINDS, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            hint = f"kinds: {' '.join(KINDS)}"
            raise UsageError(f"--kind {name}: there is no such kind{meant}", hint=hint)
    return found


def _span(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """The time from one day or moment to another."""
    start, end = moment(since), end_of(until)
    for option, text, found in (("--since", since, start), ("--until", until, end)):
        if text and found is None:
            raise UsageError(
                f"{option} {text}: is no day", hint="2026-11-24, or 2026-11-24T09:30:00Z"
            )
    return start, end


def _in_quarter(wanted: Wanted, text: str, year_starts: int) -> Wanted:
    """The same, of one quarter."""
    if wanted.since or wanted.until:
        raise UsageError("--quarter goes with neither --since nor --until")
    named = quarter(text, year_starts)
    if named is None:
        begins = f"with {month_name[year_starts]}"
        raise UsageError(
            f"--quarter {text}: is no quarter; write 2026-Q3 or 2026Q3",
            hint=f"2026-Q1 begins {begins} 2026, and 2026-Q4 is the last of that year",
        )
    return replace(wanted, since=named[0], until=named[1], quarter=text.strip())


def _refuse_both(project: tuple[str, ...], *, every: bool) -> None:
    if project and every:
        raise UsageError("--project and --all-projects contradict each other")
