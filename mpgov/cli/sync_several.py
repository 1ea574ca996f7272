"""`mpgov sync` for several projects: one table, one question, and each in its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import NoReturn

import click

from mpgov.cli import options, several
from mpgov.cli.carry_out import permit, send
from mpgov.core.report import CheckReport, SyncReport
from mpgov.core.several import Part, SeveralReport, diff_cells, sync_cells
from mpgov.errors import MpgovError, UsageError
from mpgov.render.base import all_renderers
from mpgov.render.json_text import document_of
from mpgov.render.several import draw_several
from mpgov.render.visible import visible
from mpgov.storage.projects import Project
from mpgov.workflows.compare import Wish
from mpgov.workflows.project import Surroundings
from mpgov.workflows.run import Run
from mpgov.workflows.several import each, failed, toll_of
from mpgov.workflows.sync import Where, prepare
from mpgov.workflows.turns import our_turn


@dataclass(slots=True)
class SyncSeveral:
    """One sync of several projects; `bar` is how progress is drawn."""

    ctx: click.Context
    answer: options.Answer
    plan: tuple[str | None, str | None]
    wish: Wish
    bar: str = "auto"
    asks: bool = True
    wait: bool = True
    runs: dict[str, Run] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def run(self, names: tuple[str, ...], max_wait: float) -> NoReturn:
        """Compare all, show all, ask once, and send project by project."""
        if self.wish.theirs:
            raise UsageError("--theirs writes into the plan; say which one --project it is for")
        format_ = several.format_of(self.answer)
        arounds = several.surroundings(self.ctx, names, max_wait)
        with ExitStack() as turns:
            self._take_turns(arounds, turns)
            planned = each("sync", arounds, self._planned)
            self._show(planned, arounds, format_)
            if self.asks and any(run.comparison.items for run in self.runs.values()):
                self._ask()
            done = each("sync", arounds, self._done)
        several.show(self.ctx, self.answer, format_, replace(done, took=planned.took + done.took))

    def _take_turns(self, arounds: list[Surroundings], turns: ExitStack) -> None:
        """Hold every project's lock, in an order that two such syncs share."""
        for around, project in sorted(self._each_once(arounds), key=lambda one: _place(one[1])):
            try:
                turns.enter_context(our_turn(around, project, wait=self.wait))
            except MpgovError as error:
                self.parts[str(around.project_name)] = failed(around, error)

    def _each_once(self, arounds: list[Surroundings]) -> list[tuple[Surroundings, Project]]:
        """Every project that there is; two names of one would wait for each other."""
        found: dict[tuple[str, int], tuple[Surroundings, Project]] = {}
        for around in arounds:
            try:
                project = around.project()
                first, _ = found.setdefault(_place(project), (around, project))
                if first is not around:
                    raise UsageError(
                        f"is project {project.id}, and so is {first.project_name}: it is sent once",
                        hint="say which of the two is meant with --project",
                    )
            except MpgovError as error:
                self.parts[str(around.project_name)] = failed(around, error)
        return list(found.values())

    def _planned(self, around: Surroundings) -> Part:
        """Compare one project; its row of what would be sent."""
        name = str(around.project_name)
        if name in self.parts:
            return self.parts[name]
        try:
            where = Where(options.plan_path(*self.plan, around), around, self.wait)
            run = prepare(where, self.wish)
            if isinstance(run, CheckReport):
                self.parts[name] = several.of_plan(around, run)
                return self.parts[name]
            if not run.comparison.report.standing:
                permit(self.ctx, run)
        except MpgovError as error:
            self.parts[name] = failed(around, error)
            return self.parts[name]
        self.runs[name] = run
        report = SyncReport(run.comparison.report)
        return Part(diff_cells(run.comparison.report), exit_code=report.exit_code)

    def _show(self, planned: SeveralReport, arounds: list[Surroundings], format_: str) -> None:
        """What would be sent: the table, then every project's changes."""
        if format_ == "json":
            return
        sent = [(one, run.comparison.report) for one, run in self._pairs(arounds)]
        click.echo(draw_several(replace(planned, toll=toll_of(sent)), "text"))
        draw = all_renderers()["text"].draw
        for around, run in self._pairs(arounds):
            click.echo(f"{visible(str(around.project_name))}:")
            click.echo(draw(run.comparison.report, False))

    def _pairs(self, arounds: list[Surroundings]) -> Iterator[tuple[Surroundings, Run]]:
        for around in arounds:
            if str(around.project_name) in self.runs:
                yield around, self.runs[str(around.project_name)]

    def _ask(self) -> None:
        """Ask once for all of them."""
        sending = {
            name: len(run.comparison.items)
            for name, run in self.runs.items()
            if run.comparison.items and not run.comparison.report.standing
        }
        total = sum(sending.values())
        listed = ", ".join(f"{visible(name)} ({count})" for name, count in sending.items())
        if not click.confirm(f"Send {total} change{'s'[: total != 1]} to {listed}?", err=True):
            options.tell(self.ctx, "nothing was sent")
            self.ctx.exit(130)
        for run in self.runs.values():
            run.asked = True

    def _done(self, around: Surroundings) -> Part:
        """Send what one project is to get."""
        name = str(around.project_name)
        run = self.runs.get(name)
        if run is None:
            return self.parts[name]
        if run.comparison.report.standing:
            report = SyncReport(run.comparison.report)
        else:
            options.tell(self.ctx, f"{name}:")
            report = send(self.ctx, run, self.bar)
        return Part(sync_cells(report), document_of(report), report.exit_code)


def _place(project: Project) -> tuple[str, int]:
    """What tells projects apart: an id is one in each region."""
    return project.host or project.region, project.id
