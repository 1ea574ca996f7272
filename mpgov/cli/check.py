"""`mpgov check`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mpgov.cli import options
from mpgov.core.report import fails
from mpgov.errors import UsageError
from mpgov.formats.plan_schema import json_schema
from mpgov.render.visible import visible
from mpgov.workflows.check import check, explain, write_baseline


@click.command(
    "check",
    epilog="""\b
Examples:
  mpgov check plans/shop.yaml
  mpgov check --format json --fail-on warning""",
)
@options.plan_argument
@options.plan
@options.format_option(*options.FINDING_FORMATS)
@options.output
@options.fail_on
@click.option("--baseline", metavar="FILE", help="Accept its findings; fail only on new ones.")
@click.option(
    "--write-baseline", "new_baseline", metavar="FILE", help="Accept today's findings from now on."
)
@click.option(
    "--explain-columns", is_flag=True, help="Say what each header of a spreadsheet is taken for."
)
@click.option("--print-schema", is_flag=True, help="Print the plan format's JSON Schema, and end.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    plan: str | None,
    plan_option: str | None,
    format_: str | None,
    output: str | None,
    fail_on: str,
    baseline: str | None,
    new_baseline: str | None,
    explain_columns: bool,
    print_schema: bool,
) -> None:
    """Judge the plan, offline: can it be read, and does it say all that it should."""
    answer = options.Answer(format_, output)
    if print_schema:
        answer.text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    found = options.around(ctx, None)
    path = options.plan_path(plan, plan_option, found)
    if explain_columns:
        answer.text("".join(f"{visible(line)}\n" for line in explain(path, found)))
        return
    if new_baseline:
        if baseline:
            raise UsageError("--write-baseline accepts every finding; it goes without --baseline")
        click.echo(visible(write_baseline(path, found, Path(new_baseline))))
        return
    report = check(path, found, Path(baseline) if baseline else None)
    answer.write(ctx, report)
    ctx.exit(1 if fails(report.findings, fail_on) else 0)
