"""`--project` repeated, or as a glob: the same command for several projects, as one table."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import click

from mpgov.cli import options
from mpgov.core.report import CheckReport, fails
from mpgov.core.several import Part, SeveralReport
from mpgov.errors import UsageError
from mpgov.render.several import FORMATS, draw_several
from mpgov.workflows.judging import unknown_rules
from mpgov.workflows.project import Surroundings
from mpgov.workflows.project import several as surroundings_of
from mpgov.workflows.several import each

Work = Callable[[Surroundings], Part]
_SUFFIXES: Final = {".json": "json", ".md": "markdown", ".csv": "csv", ".txt": "text"}


def is_asked(names: tuple[str, ...]) -> bool:
    """Whether more than one project may be meant."""
    return len(names) > 1 or any(mark in name for name in names for mark in "*?[")


def surroundings(
    ctx: click.Context, names: tuple[str, ...], max_wait: float = 600
) -> list[Surroundings]:
    """The surroundings of every project that is meant."""
    found = surroundings_of(ctx.obj.config, options.teller(ctx), names, max_wait)
    for line in dict.fromkeys(line for one in found for line in unknown_rules(one.settings)):
        options.tell(ctx, f"warning: {line}")
    return found


def answer(
    ctx: click.Context,
    names: tuple[str, ...],
    where: options.Answer,
    work: Work,
    max_wait: float = 600,
) -> NoReturn:
    """Do the work for every project, show one table, and end with the worst exit code."""
    format_ = format_of(where)
    found = surroundings(ctx, names, max_wait)
    command = ctx.command_path.removeprefix("mpgov ")
    show(ctx, where, format_, each(command, found, work))


def show(
    ctx: click.Context, where: options.Answer, format_: str, report: SeveralReport
) -> NoReturn:
    """Write the table, and end with the worst exit code."""
    color = ctx.color is not False and not where.to_file and sys.stdout.isatty()
    where.text(draw_several(report, format_, color=color and format_ == "text"))
    ctx.exit(report.exit_code)


def format_of(where: options.Answer) -> str:
    """The format of the table; refused before anything is asked where there is none such."""
    suffix = Path(where.output).suffix.lower() if where.output else ""
    name = where.format or _SUFFIXES.get(suffix, "text" if suffix in {"", ".txt"} else suffix[1:])
    if name not in FORMATS:
        raise UsageError(
            f"several projects make no {name}", hint=f"one --project NAME, or {', '.join(FORMATS)}"
        )
    return name


def of_plan(around: Surroundings, report: CheckReport) -> Part:
    """The row of a project whose plan has errors by its own rules: nothing was compared."""
    errors = sum(fails([one], "error") for one in report.findings)
    told = f"the plan has {errors} error{'s'[: errors != 1]}; nothing was compared"
    name = shlex.quote(around.project_name or "")
    hint = f"mpgov diff {shlex.quote(report.plan)} --project {name}"
    return Part(exit_code=1, problem=told, hint=hint)


def refuse_stdin(plan: str | None, changes: str | None = None) -> None:
    """Refuse what can be for one project only: a plan on stdin, a saved change set."""
    if plan == "-":
        raise UsageError("the plan on stdin can be read once; name a file for several projects")
    if changes is not None:
        raise UsageError("a saved change set is for one project; say which one --project it is")
