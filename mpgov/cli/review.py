"""`mpgov review`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from mpgov.cli import options, several
from mpgov.core.report import fails
from mpgov.errors import UsageError
from mpgov.render.visible import visible
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.several import each

if TYPE_CHECKING:
    from mpgov.workflows.review import ReviewWish

FORMATS: Final = ("text", "json", "markdown", "html")


@click.command(
    "review",
    epilog="""\b
Examples:
  mpgov review --quarter 2026-Q3 --events last-7-days
  mpgov review --sign-off exports/production/reviews/2026-Q3.html --reason 'board, 2 October'""",
)
@click.option(
    "--quarter", metavar="YYYY-Qn", default="", help="Which one; without it the one of today."
)
@options.plan
@options.projects
@click.option(
    "--events",
    multiple=True,
    metavar="PATH",
    help="Judge raw events too, for profile merge accuracy; as in mpgov audit.",
)
@click.option("--fresh", is_flag=True, help="Ask names and volumes anew, not the cache.")
@click.option("--again", is_flag=True, help="Write it anew although it was signed off.")
@click.option(
    "--sign-off", metavar="FILE", help="Record that these bytes of a review are accepted."
)
@click.option("--as", "signer", metavar="NAME", default="", help="Who signs off, if not you.")
@options.notify
@options.reason
@options.format_option(*FORMATS)
@options.output
@options.fail_on
@options.max_wait
@click.pass_context
def command(
    ctx: click.Context,
    *,
    quarter: str,
    plan_option: str | None,
    project: tuple[str, ...],
    events: tuple[str, ...],
    fresh: bool,
    again: bool,
    sign_off: str | None,
    signer: str,
    notify: bool,
    reason: str,
    format_: str | None,
    output: str | None,
    fail_on: str,
    max_wait: float,
) -> None:
    """Review a quarter: the audit and its trend, volumes, changes, owners, and what to decide."""
    asked = Asked(quarter, plan_option, options.Answer(format_, output), again, fail_on, notify)
    if sign_off is not None:
        if any((quarter, plan_option, events, fresh, again, notify, format_, output)):
            raise UsageError("--sign-off FILE goes with --as, --reason and --project alone")
        _sign_off(ctx, project, sign_off, (signer, reason))
        return
    if signer or reason:
        raise UsageError("--as and --reason go with --sign-off FILE")
    if several.is_asked(project):
        several.refuse_stdin(plan_option)
        _several(ctx, project, asked, (events, fresh), max_wait)
    _one(ctx, options.around(ctx, project, max_wait), asked, (events, fresh))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line, beside what is to be looked at."""

    quarter: str
    plan: str | None
    answer: options.Answer
    again: bool
    fail_on: str
    notify: bool

    def wish(self, look: tuple[tuple[str, ...], bool]) -> ReviewWish:
        """The same for the workflow."""
        from mpgov.workflows.evidence import Look  # noqa: PLC0415 - it brings requests
        from mpgov.workflows.review import ReviewWish  # noqa: PLC0415

        return ReviewWish(self.quarter, Look(look[0], fresh=look[1]))


def _one(
    ctx: click.Context, found: Surroundings, asked: Asked, look: tuple[tuple[str, ...], bool]
) -> NoReturn:
    """Review one project; its files are written unless the answer goes elsewhere."""
    from mpgov.render.review_files import SUFFIXES, draw_review  # noqa: PLC0415 - jinja2
    from mpgov.workflows.notify import notify as tell_team  # noqa: PLC0415
    from mpgov.workflows.review import quarter_meant, review, review_news, tokens_of  # noqa: PLC0415
    from mpgov.workflows.review_files import refuse_signed, write_review  # noqa: PLC0415

    project, answer, wish = found.project(), asked.answer, asked.wish(look)
    if answer.output is None and not asked.again:
        refuse_signed(found, project, quarter_meant(found, asked.quarter))
    path, tokens = options.plan_path(None, asked.plan, found), tokens_of(found, project)
    report = review(path, found, wish, tokens)
    suffix = Path(answer.output or "").suffix.lower()
    name = answer.format or SUFFIXES.get(suffix, "text")
    drawn = draw_review(report, name)
    if answer.output is not None:
        answer.text(drawn)
    else:
        paths = [shown(path, Path.cwd()) for path in write_review(found, project, report)]
        answer.text(drawn)
        for path in paths:
            click.echo(visible(path), err=name != "text")
    if asked.notify:
        options.tell(ctx, tell_team(found, review_news(report)))
    ctx.exit(1 if fails(report.findings.now, asked.fail_on) else 0)


def _several(
    ctx: click.Context,
    names: tuple[str, ...],
    asked: Asked,
    look: tuple[tuple[str, ...], bool],
    max_wait: float,
) -> NoReturn:
    """Review every project; one page of them all beside the table."""
    from mpgov.workflows.review_several import ReviewSeveral  # noqa: PLC0415 - as above

    answer = asked.answer
    file = Path(answer.output) if answer.to_file and answer.output else None
    as_page = (answer.format or (file.suffix.lower() if file else "")) in {"html", ".html"}
    format_ = "html" if as_page else several.format_of(answer)
    arounds = several.surroundings(ctx, names, max_wait)
    wish = asked.wish(look)
    work = ReviewSeveral(asked.plan, wish, asked.again, asked.fail_on, asked.notify)
    report = each("review", arounds, work.part)
    for path in work.write(report, arounds):
        options.tell(ctx, shown(path, Path.cwd()))
    if as_page:
        answer.text(work.drawn(report, arounds, file and file.with_suffix(".html")))
        ctx.exit(report.exit_code)
    several.show(ctx, answer, format_, report)


def _sign_off(ctx: click.Context, names: tuple[str, ...], file: str, said: tuple[str, str]) -> None:
    from mpgov.workflows.review_files import sign_off  # noqa: PLC0415 - it brings requests

    if several.is_asked(names):
        raise UsageError("--sign-off is for one project at a time")
    signature = sign_off(options.around(ctx, names), Path(file), *said)
    click.echo(visible(f"{file}: {signature.told} signed off {signature.size:,} bytes"))
    click.echo(f"sha256 {signature.sha256}")
