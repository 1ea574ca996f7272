"""`mpgov check`."""

from __future__ import annotations

import json

import click

from mpgov.cli import options
from mpgov.core.report import fails
from mpgov.formats.plan_schema import json_schema
from mpgov.workflows.check import check


@click.command(
    "check",
    epilog="""\b
Examples:
  mpgov check plans/shop.yaml
  mpgov check --format json --fail-on warning""",
)
@options.plan_argument
@options.plan
@options.format_option(*options.FORMATS)
@options.output
@options.fail_on
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
    print_schema: bool,
) -> None:
    """Judge the plan, offline: can it be read, and does it say all that it should."""
    answer = options.Answer(format_, output)
    if print_schema:
        answer.text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    found = options.around(ctx, None)
    report = check(options.plan_path(plan, plan_option, found), found)
    answer.write(ctx, report)
    ctx.exit(1 if fails(report.findings, fail_on) else 0)
