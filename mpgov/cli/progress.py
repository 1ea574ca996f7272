"""How far a sync has come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence

import click

from mpgov.core.model import EntityKey
from mpgov.core.report import Outcome
from mpgov.mixpanel.lexicon import Item

EVERY = 15  # seconds between lines where there is no terminal


def progress(
    outcomes: Iterable[Outcome], items: Sequence[Item], style: str, *, quiet: bool
) -> Iterator[Outcome]:
    """Pass the outcomes on, and show on stderr how many of the updates are through."""
    costs = {item.change.key: item.cost for item in items}
    if quiet or not items:
        return iter(outcomes)
    if style == "plain" or not sys.stderr.isatty():
        return _lines(outcomes, costs)
    return _bar(outcomes, costs)


def _bar(outcomes: Iterable[Outcome], costs: dict[EntityKey, int]) -> Iterator[Outcome]:
    from rich.console import Console  # noqa: PLC0415 - heavy, and for terminals only
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    columns = ("updates", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("updates", total=sum(costs.values()))
        for outcome in outcomes:
            bar.advance(task, costs[outcome.change.key])
            yield outcome


def _lines(outcomes: Iterable[Outcome], costs: dict[EntityKey, int]) -> Iterator[Outcome]:
    total, done, told = sum(costs.values()), 0, time.monotonic()
    for outcome in outcomes:
        done += costs[outcome.change.key]
        if done == total or time.monotonic() - told >= EVERY:
            told = time.monotonic()
            click.echo(f"{done} of {total} updates sent", err=True)
        yield outcome
