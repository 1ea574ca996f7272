"""`mpgov tokens`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mpgov.cli import options
from mpgov.cli.tokens_change import add, rotated
from mpgov.core.report import fails
from mpgov.core.tokens import Token

if TYPE_CHECKING:
    from mpgov.workflows.project import Surroundings
    from mpgov.workflows.tokens import Kept

FORMATS: Final = ("text", "json", "csv", "markdown")
FOUND: Final = ("text", "json", "github", "sarif", "csv")
SUFFIXES: Final = {".json": "json", ".csv": "csv", ".md": "markdown", ".ics": "ics"}

projects = click.option(
    "--project",
    "project",
    multiple=True,
    metavar="NAME",
    help="Only the tokens of this project; repeatable, or a glob.",
)
offline = click.option(
    "--offline", is_flag=True, help="Do not ask Mixpanel when service accounts expire."
)


@click.group(
    "tokens",
    epilog="""\b
Examples:
  mpgov tokens list
  mpgov tokens due --within 60 --format ics --output tokens.ics""",
)
def command() -> None:
    """The register of tokens and secrets: who holds what, where it is, when it is due.

    It is tokens.yaml in the plan's folder, and never holds a value: of each only a fingerprint is
    kept, the first 16 hex digits of its SHA-256.
    """


command.add_command(add)
command.add_command(rotated)


@command.command(
    "list",
    short_help="Every token of the register.",
    epilog="""\b
Examples:
  mpgov tokens list --project production
  mpgov tokens list --offline --format csv""",
)
@projects
@offline
@options.max_wait
@options.format_option(*FORMATS)
@options.output
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    project: tuple[str, ...],
    offline: bool,
    max_wait: float,
    format_: str | None,
    output: str | None,
) -> None:
    """List what there is: whose, where it is used, and when it is due."""
    from mpgov.render.tokens import draw_list  # noqa: PLC0415 - as what follows, for its own time
    from mpgov.workflows.tokens import dues  # noqa: PLC0415

    around = options.around(ctx, None, max_wait)
    kept, tokens = _asked(ctx, around, project, offline=offline)
    drawn = draw_list(dues(around, tokens), kept.name, _format(format_, output))
    options.Answer(format_, output).text(drawn)


@command.command(
    "due",
    short_help="What is to be replaced, and when.",
    epilog="""\b
Examples:
  mpgov tokens due --within 30
  mpgov tokens due --format ics --output tokens.ics""",
)
@click.option(
    "--within", type=click.IntRange(min=0), metavar="DAYS", help="Only what is due by then."
)
@projects
@offline
@options.max_wait
@options.format_option(*FORMATS, "ics")
@options.output
@click.pass_context
def due(
    ctx: click.Context,
    *,
    within: int | None,
    project: tuple[str, ...],
    offline: bool,
    max_wait: float,
    format_: str | None,
    output: str | None,
) -> None:
    """Tell what is due and when, the most urgent first; exit 1 where something is overdue.

    A day comes from the schedule, from a service account's expiry, or from the end of API
    secrets, on 2027-03-03.
    """
    from mpgov.core.moment import stamp  # noqa: PLC0415 - as what follows, for its own time
    from mpgov.core.tokens import due_dates  # noqa: PLC0415
    from mpgov.render.tokens import draw_due  # noqa: PLC0415

    around = options.around(ctx, None, max_wait)
    kept, tokens = _asked(ctx, around, project, offline=offline)
    now = stamp(around.now())
    found = due_dates(tokens, now[:10])
    if within is not None:
        found = [one for one in found if one.days is not None and one.days <= within]
    drawn = draw_due(found, kept.name, _format(format_, output), now=now)
    options.Answer(format_, output).text(drawn)
    ctx.exit(1 if any(one.state == "overdue" for one in found) else 0)


@command.command(
    "scan",
    short_help="Find tokens and secrets in code and configuration.",
    epilog="""\b
Examples:
  mpgov tokens scan src config --format sarif --output tokens.sarif
  mpgov tokens scan --staged""",
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--staged", is_flag=True, help="Only what git has staged, for a pre-commit hook.")
@projects
@options.format_option(*FOUND)
@options.output
@options.fail_on
@click.pass_context
def scan(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    staged: bool,
    project: tuple[str, ...],
    format_: str | None,
    output: str | None,
    fail_on: str,
) -> None:
    """Find Mixpanel's tokens and secrets in files, and say whose they are; never the line's text.

    By fingerprint where the register knows it, else by shape and by what it is called. A secret
    in a file is an error, and so are a retired token and a production token in a file that says
    development. What git ignores, binary files and files above 5 MB are passed over.
    """
    from mpgov.render.token_findings import scan_as_csv, scan_as_json  # noqa: PLC0415 - as below
    from mpgov.workflows.token_scan import ScanWish  # noqa: PLC0415 - for its own time
    from mpgov.workflows.token_scan import scan as scanned  # noqa: PLC0415

    answer, name = options.Answer(format_, output), _format(format_, output)
    found = scanned(options.around(ctx, None), ScanWish(paths or (".",), staged, project))
    places = {one.at: one for one in found.sightings}
    if name == "json":
        answer.text(scan_as_json(found.report, places, found.searched))
    elif name == "csv":
        answer.text(scan_as_csv(found.report, places))
    else:
        answer.write(ctx, found.report)
    ctx.exit(1 if fails(found.report.findings, fail_on) else 0)


@command.command(
    "check",
    short_help="Judge the register, offline.",
    epilog="""\b
Examples:
  mpgov tokens check --fail-on warning
  mpgov tokens check --print-schema > tokens.schema.json""",
)
@projects
@options.format_option(*FOUND)
@options.output
@options.fail_on
@click.option("--print-schema", is_flag=True, help="Print the register's JSON Schema, and end.")
@click.pass_context
def check(
    ctx: click.Context,
    *,
    project: tuple[str, ...],
    format_: str | None,
    output: str | None,
    fail_on: str,
    print_schema: bool,
) -> None:
    """Judge the register: shared values and projects, holders who left, what is due."""
    from mpgov.formats.tokens_schema import json_schema  # noqa: PLC0415 - as what follows
    from mpgov.render.token_findings import check_as_json  # noqa: PLC0415 - for its own time
    from mpgov.workflows.tokens import check as checked  # noqa: PLC0415

    answer = options.Answer(format_, output)
    if print_schema:
        answer.text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    report = checked(options.around(ctx, None), project)
    if _format(format_, output) == "json":
        answer.text(check_as_json(report))
    else:
        answer.write(ctx, report)
    ctx.exit(1 if fails(report.findings, fail_on) else 0)


def _asked(
    ctx: click.Context, around: Surroundings, names: tuple[str, ...], *, offline: bool
) -> tuple[Kept, tuple[Token, ...]]:
    """The register, and the tokens that are meant, with what Mixpanel says of them."""
    from mpgov.workflows.token_accounts import with_accounts  # noqa: PLC0415 - for its own time
    from mpgov.workflows.tokens import BEGIN, chosen, register  # noqa: PLC0415 - as above

    kept = register(around)
    tokens = chosen(around, kept, names)
    if not kept.tokens:
        options.tell(ctx, f"{kept.name}: no tokens yet; begin with: {BEGIN}")
    return kept, tokens if offline else with_accounts(around, tokens)


def _format(format_: str | None, output: str | None) -> str:
    by_suffix = SUFFIXES.get(Path(output).suffix.lower(), "text") if output else "text"
    return format_ or by_suffix
