"""Options that several commands share, defined once, and what every command does alike."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import click

from mpgov.core.report import CheckReport
from mpgov.core.select import FIELDS, Selection
from mpgov.errors import UsageError
from mpgov.render.base import Renderer, Report, all_renderers
from mpgov.render.text import RENDERER as TEXT
from mpgov.render.visible import visible
from mpgov.storage.files import write_beside
from mpgov.workflows.judging import unknown_rules
from mpgov.workflows.project import Surroundings, surroundings

F = TypeVar("F", bound=Callable[..., Any])

FORMATS: Final = ("text", "json", "markdown", "html")
FINDING_FORMATS: Final = (*FORMATS, "sarif", "junit", "github", "csv", "xlsx")

project = click.option("--project", metavar="NAME", help="Which [projects.NAME] of mpgov.toml.")
projects = click.option(
    "--project",
    "project",
    multiple=True,
    metavar="NAME",
    help="Which [projects.NAME] of mpgov.toml; repeatable, or a glob: one table of all.",
)
plan = click.option(
    "--plan", "plan_option", metavar="PATH", help="The plan: a file, a folder, or - for stdin."
)
plan_argument = click.argument("plan", required=False, metavar="[PLAN]")
output = click.option(
    "--output", metavar="PATH", help="Write the answer there; the suffix may choose the format."
)
max_wait = click.option(
    "--max-wait",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="Give up waiting for Mixpanel's limits after this.",
)
allow = click.option(
    "--allow",
    multiple=True,
    metavar="RULE[=GLOB]",
    help="Lift a guard by name, for all or for these entities. Repeatable.",
)
reason = click.option("--reason", metavar="TEXT", default="", help="Why; goes into the record.")
no_wait = click.option(
    "--no-wait", is_flag=True, help="Fail where another sync of the project is running."
)
ours = click.option(
    "--ours",
    multiple=True,
    metavar="SEL",
    help="Conflicts and drift of these: send what the plan says. Selectors as --only.",
)
theirs = click.option(
    "--theirs",
    multiple=True,
    metavar="SEL",
    help="Conflicts and drift of these: take what Lexicon says into the plan.",
)
prune = click.option(
    "--prune", is_flag=True, help="Also delete what the plan once managed and now lacks."
)
prune_all = click.option("--prune-all", is_flag=True, help="Also delete what no plan ever managed.")
since = click.option(
    "--since", metavar="REV", default="", help="Only what the plan's changes since REV explain."
)
fill_only = click.option(
    "--fill-only", is_flag=True, help="Only what is new or empty in Lexicon; replace nothing."
)
retry_refused = click.option(
    "--retry-refused", is_flag=True, help="Send again what Mixpanel did not keep last time."
)
progress = click.option(
    "--progress",
    "progress_",
    type=click.Choice(["auto", "plain"]),
    default="auto",
    help="plain: lines instead of a bar, for screen readers.",
)
notify = click.option(
    "--notify",
    is_flag=True,
    help="Post what is new to MPGOV_NOTIFY_URL, or the address in the keyring; each thing once.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit 1 for findings at or above this.",
)


def format_option(*names: str) -> Callable[[F], F]:
    """`--format` with these values; text unless told, or unless the output's suffix tells."""
    return click.option(
        "--format", "format_", type=click.Choice(names), help="How the answer is written."
    )


def selection(*, fields: bool) -> Callable[[F], F]:
    """`--only`, `--skip` and, where it makes sense, `--fields`."""

    def add(function: F) -> F:
        if fields:
            text = "Only these fields, parted by commas."
            function = click.option("--fields", metavar="A,B", help=text)(function)
        skip = "Not these; as --only."
        only = "Only these: a name glob, or owner: tag: status: file: with one. Repeatable."
        function = click.option("--skip", multiple=True, metavar="SEL", help=skip)(function)
        return click.option("--only", multiple=True, metavar="SEL", help=only)(function)

    return add


def selected(only: tuple[str, ...], skip: tuple[str, ...], fields: str | None = None) -> Selection:
    """What `--only`, `--skip` and `--fields` ask for."""
    names = tuple(name.strip() for name in (fields or "").split(",") if name.strip())
    for name in names:
        if name not in (*FIELDS, "properties"):
            near = get_close_matches(name, FIELDS, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"--fields {name}: there is no such field{meant}",
                hint="fields: " + " ".join(FIELDS),
            )
    return Selection(only, skip, names)


def pruned(prune: bool, prune_all: bool) -> Literal["", "managed", "all"]:
    """What `--prune` and `--prune-all` ask for."""
    return "all" if prune_all else "managed" if prune else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where and how the answer is written."""

    format: str | None
    output: str | None

    def write(self, ctx: click.Context, report: Report) -> None:
        """Draw the report and write it to the file or to stdout.

        What the format cannot draw goes to stdout as text: the errors of a plan are no workbook.
        """
        renderer = self._renderer()
        answer = self
        if renderer is None or not isinstance(report, renderer.draws):
            renderer, answer = TEXT, Answer("text", None)
        color = not answer.to_file and ctx.color is not False and sys.stdout.isatty()
        answer.text(renderer.draw(report, color))

    def errors(self, ctx: click.Context, report: CheckReport) -> None:
        """Tell a plan's errors where changes were asked for: as text where those are a file."""
        (Answer("text", None) if self.is_for_changes else self).write(ctx, report)

    def text(self, content: str | bytes) -> None:
        """Write what was drawn to the file or to stdout."""
        if self.output is None or self.output == "-":
            echo(content)
            return
        write_beside(Path(self.output), content)

    @property
    def to_file(self) -> bool:
        """Whether the answer goes anywhere but to stdout."""
        return self.output not in {None, "-"}

    @property
    def is_for_changes(self) -> bool:
        """Whether it is written in a format that carries changes, and nothing beside them."""
        renderer = self._renderer()
        return renderer is None or renderer.name == "xlsx"

    def _renderer(self) -> Renderer | None:
        """What draws reports in the format; `lexicon-csv` is none that reports are drawn in."""
        if self.format is None:
            return _by_suffix(self.output) or TEXT
        return TEXT if self.format == TEXT.name else all_renderers().get(self.format)


def _by_suffix(output: str | None) -> Renderer | None:
    """The renderer that the suffix of a file asks for."""
    suffix = Path(output).suffix.lower() if output else ""
    if not suffix:
        return None  # most runs: the other renderers need not be loaded
    return next((r for r in all_renderers().values() if suffix in r.suffixes), None)


def echo(content: str | bytes) -> None:
    """Write an answer to stdout; bytes are for a file or another program, never for a terminal."""
    if isinstance(content, bytes) and sys.stdout.isatty():
        raise UsageError("a workbook is not for a terminal", hint="--output FILE.xlsx")
    click.echo(content, nl=False)


def _check_answer(ctx: click.Context) -> None:
    """Refuse, before anything is asked or sent, an answer that could not be written."""
    format_, output = (ctx.params.get(name) for name in ("format_", "output"))
    names = [
        str(name)
        for one in ctx.command.params
        if one.name == "format_" and isinstance(one.type, click.Choice)
        for name in one.type.choices
    ]
    meant = None if format_ else _by_suffix(output)
    if names and meant is not None and meant.name not in names:
        raise UsageError(
            f"--output {output}: {ctx.command_path} writes no {meant.name}",
            hint=f"--format: {' '.join(names)}",
        )
    to_stdout = output == "-" or (output is None and "text" in names)
    if format_ == "xlsx" and to_stdout:
        echo(b"")


def around(
    ctx: click.Context, project_name: tuple[str, ...] | str | None, max_wait: float = 600
) -> Surroundings:
    """Settings and project as the command line names them; waits are told on stderr.

    Of several names that a command takes, this is for the one that is left.
    """
    _check_answer(ctx)
    if isinstance(project_name, tuple):
        project_name = project_name[0] if project_name else None
    found = surroundings(ctx.obj.config, teller(ctx), project_name, max_wait)
    for line in unknown_rules(found.settings):
        tell(ctx, f"warning: {line}")
    return found


def teller(ctx: click.Context) -> Callable[[str], None]:
    """A function that tells a person something on stderr."""

    def say(message: str) -> None:
        tell(ctx, message)

    return say


def tell(ctx: click.Context, message: str) -> None:
    """Say something beside the answer, on stderr, unless --quiet."""
    if not ctx.obj.quiet:
        click.echo(visible(message), err=True)


def plan_path(plan: str | None, plan_option: str | None, found: Surroundings) -> Path | str:
    """The plan that is meant: the argument, `--plan`, mpgov.toml, or `plans/`."""
    if plan and plan_option and plan != plan_option:
        raise UsageError(f"two plans are named: {plan} and --plan {plan_option}")
    named = plan or plan_option
    if named:
        return named if named == "-" else Path(named)
    return found.plan()
