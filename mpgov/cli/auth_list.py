"""`mpgov auth list`: the service accounts, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import click

from mpgov.cli import options

SUFFIXES = {".json": "json", ".csv": "csv", ".md": "markdown"}


@click.command(
    "list",
    short_help="The service accounts of the project and the organization.",
    epilog="""\b
Examples:
  mpgov auth list
  mpgov auth list --project '*' --format json""",
)
@options.projects
@options.format_option("text", "json", "csv", "markdown")
@options.output
@options.max_wait
@click.pass_context
def accounts(
    ctx: click.Context,
    *,
    project: tuple[str, ...],
    format_: str | None,
    output: str | None,
    max_wait: float,
) -> None:
    """List the service accounts: role, when made, used and ending; and warn.

    Warned of: never expiring, unused for 90 days, expiring within 30 days, admin where analyst
    would do, and moved to consumer by a custom role that was deleted.
    """
    from mpgov.cli import several  # noqa: PLC0415 - it brings requests, as what follows does
    from mpgov.core.several import Part  # noqa: PLC0415
    from mpgov.render.accounts import accounts_as_json, draw_accounts, warnings_of  # noqa: PLC0415
    from mpgov.workflows.accounts import accounts as listed  # noqa: PLC0415
    from mpgov.workflows.project import Surroundings  # noqa: PLC0415

    answer = options.Answer(format_, output)
    if several.is_asked(project):

        def work(one: Surroundings) -> Part:
            found = listed(one)
            warned = len(list(warnings_of(found)))
            cells = {"accounts": len(found.accounts), "warnings": warned}
            return Part(cells, accounts_as_json(found))

        several.answer(ctx, project, answer, work, max_wait)
    report = listed(options.around(ctx, project, max_wait))
    by_suffix = SUFFIXES.get(Path(output).suffix, "text") if output else "text"
    answer.text(draw_accounts(report, format_ or by_suffix))
    if report.others is None:
        options.tell(ctx, f"note: the organization's other accounts: {report.unknown}")
