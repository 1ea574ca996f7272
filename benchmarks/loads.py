"""What a load costs Mixpanel: requests, updates and time, on a sandbox whose clock is turned."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from requests import Session

from benchmarks.plans import write
from mpgov.core.report import CheckReport
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.transport import PREFIX, mount
from mpgov.workflows.compare import Wish
from mpgov.workflows.project import Surroundings, surroundings
from mpgov.workflows.sync import Where, prepare

LIFTED = ("guards/foreign-text", "guards/mass-change")


@dataclass
class Clock:
    """Turned by whoever sleeps."""

    at: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What one sync asked of Mixpanel."""

    requests: int
    updates: int
    seconds: float


@contextmanager
def mixpanel() -> Iterator[tuple[Sandbox, Clock, Surroundings, Path]]:
    """An empty Mixpanel with its limits, and a folder to work in."""
    clock = Clock()
    sandbox = Sandbox("empty", clock=clock)
    session = Session()
    mount(session, sandbox)
    account, secret = sandbox.default_account
    before = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "MIXPANEL_HOST": PREFIX,
            "MIXPANEL_PROJECT_ID": str(sandbox.default_project),
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": folder,
        }
        os.chdir(folder)
        try:
            found = surroundings(None, lambda _: None)
            around = Surroundings(
                found.settings,
                found.notify,
                max_wait=10_000,
                session=session,
                sleep=clock.sleep,
                now=clock,
            )
            yield sandbox, clock, around, Path(folder)
        finally:
            os.chdir(before[1])
            os.environ.clear()
            os.environ.update(before[0])


def load(events: int, properties: int, *, edited: int = 0) -> tuple[Load, Load, Load]:
    """The first load, the one after `edited` events changed, and one with nothing to do."""
    with mixpanel() as (sandbox, clock, around, folder):
        plan = write(folder / "plan.yaml", events, properties)
        first = _sync(sandbox, clock, around, plan)
        write(plan, events, properties, edited=edited)
        second = _sync(sandbox, clock, around, plan)
        return first, second, _sync(sandbox, clock, around, plan)


def _sync(sandbox: Sandbox, clock: Clock, around: Surroundings, plan: Path) -> Load:
    clock.at += 61
    asked, began = len(sandbox.schemas_requests()), clock.at
    run = prepare(Where(plan, around), Wish(allow=LIFTED))
    if isinstance(run, CheckReport):
        raise SystemExit("the generated plan has errors")
    run.permit()
    for _ in run.send():
        pass
    if run.finish().exit_code:
        raise SystemExit("the generated plan did not land")
    counted = sandbox.schemas_requests()[asked:]
    return Load(len(counted), sum(record.updates for record in counted), clock.at - began)
