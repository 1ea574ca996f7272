"""`mpgov doctor`."""

from __future__ import annotations

import sys

import click

from mpgov.cli import options, several
from mpgov.core.several import Part
from mpgov.errors import UsageError
from mpgov.render.checkup import checkup_as_json, draw_checkup
from mpgov.render.visible import visible
from mpgov.storage.toml_edit import change_toml
from mpgov.workflows.doctor import Diagnosis, doctor, examine
from mpgov.workflows.project import Surroundings


@click.command(
    "doctor",
    epilog="""\b
Examples:
  mpgov doctor
  mpgov doctor --project '*' --format json""",
)
@options.projects
@click.option("--mend", is_flag=True, help="Write into mpgov.toml what is wrong there.")
@click.option("--yes", is_flag=True, help="With --mend: do not ask.")
@options.format_option("text", "json")
@options.output
@options.max_wait
@click.pass_context
def command(
    ctx: click.Context,
    *,
    project: tuple[str, ...],
    mend: bool,
    yes: bool,
    format_: str | None,
    output: str | None,
    max_wait: float,
) -> None:
    """Is everything in place, and if not, what to do; the cause stands first.

    Exit 1 where anything is wrong; warnings do not count. A probe is kept in the keyring for a
    moment, and one schemas request is made where there is room.
    """
    answer = options.Answer(format_, output)
    if several.is_asked(project):
        if mend:
            raise UsageError("--mend is for one project at a time")

        def work(one: Surroundings) -> Part:
            found = examine(one).checkup
            cells = {"wrong": found.count("wrong"), "warnings": found.count("warning")}
            cause = found.cause.text if found.cause else None
            document = checkup_as_json(found)
            return Part({**cells, "cause": cause}, document, found.exit_code)

        several.answer(ctx, project, answer, work, max_wait)
    name = project[0] if project else None
    found = doctor(ctx.obj.config, options.teller(ctx), name, max_wait)
    if mend:
        _mend(ctx, found, yes=yes)
        found = doctor(ctx.obj.config, options.teller(ctx), name, max_wait)
    is_json = format_ == "json" or (format_ is None and (output or "").endswith(".json"))
    color = ctx.color is not False and not answer.to_file and sys.stdout.isatty()
    answer.text(draw_checkup(found.checkup, "json" if is_json else "text", color=color))
    ctx.exit(found.checkup.exit_code)


def _mend(ctx: click.Context, found: Diagnosis, *, yes: bool) -> None:
    """Write what can be written, after asking."""
    file = found.around.settings.file if found.around else None
    if file is None or not found.mends:
        options.tell(ctx, "there is nothing that --mend could write")
        return
    for changes in found.mends.values():
        for path, value in changes.items():
            where = f"[{'.'.join(path[:-1])}] {path[-1]}"
            asked = f"remove {where}" if value is None else f'{where} = "{value}"'
            if not (yes or sys.stdin.isatty()):
                raise UsageError("there is no terminal to ask on", hint="--mend --yes")
            if yes or click.confirm(f"{visible(asked)}, in {visible(file.name)}?", err=True):
                change_toml(file, {path: value})
                options.tell(ctx, f"{file.name}: {asked}")
