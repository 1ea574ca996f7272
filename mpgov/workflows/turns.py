"""Whose turn it is: one sync at a time per project, and what a dead one left behind.

On one machine a lock decides. Where the record is kept on a branch, machines see each other in
it: an intended run that is not done is somebody's turn, until it is old.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mpgov.errors import BusyError, UsageError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.wire import Stored
from mpgov.storage.ledger import HEAD, NAME
from mpgov.storage.locks import Waiting, only_one
from mpgov.storage.projects import Project
from mpgov.storage.state_folder import state_folder
from mpgov.storage.who import who
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder, pending_runs, recover
from mpgov.workflows.witness import leave_witness

OLD: Final = 900  # seconds: a run of another machine that is older than this is dead
POLL: Final = 2


@contextmanager
def our_turn(around: Surroundings, project: Project, *, wait: bool) -> Iterator[None]:
    """Hold the project's lock on this machine; `BusyError` where it cannot be had."""
    place = project.host.partition("//")[2] or project.region
    waiting = Waiting(around.notify, around.max_wait, wait)
    key = f"{place}-{project.id}"
    with only_one(state_folder(os.environ), key, f"project {project.name}", waiting):
        yield


@contextmanager
def turn_of_account(around: Surroundings, project: Project, *, wait: bool) -> Iterator[None]:
    """Hold a service account, and every project that it syncs; `BusyError` where it cannot be."""
    place = project.host.partition("//")[2] or project.region
    waiting = Waiting(around.notify, around.max_wait, wait)
    account = project.service_account
    with ExitStack() as held:
        lock = only_one(state_folder(os.environ), f"{place}-{account}", account, waiting)
        held.enter_context(lock)
        projects = {project.id: project}
        for name, said in around.settings.projects.items():
            if said.service_account == account:
                with suppress(UsageError):
                    one = replace(around, project_name=name).project()
                    projects.setdefault(one.id, one)
        for _, one in sorted(projects.items()):
            held.enter_context(our_turn(around, one, wait=wait))
        yield


def wait_for_others(recorder: Recorder) -> None:
    """Wait until no other machine is in the middle of a run of this project."""
    branch, around = recorder.branch, recorder.around
    if branch is None:
        return
    waited = 0.0
    while True:
        others = [entry for entry in pending_runs(recorder.ledger) if _lives(recorder, entry)]
        if not others:
            return
        said = f"{others[0].get('run')} of {_by(others[0])}, begun {others[0].get('at')}"
        if not recorder.wait or waited > around.max_wait:
            hint = "try again later" if recorder.wait else "wait for it, or drop --no-wait"
            raise BusyError(
                f"another sync of {recorder.project.name} is running: {said}", hint=hint
            )
        if waited == 0:
            around.notify(f"waiting for another sync of {recorder.project.name}: {said}")
        around.sleep(POLL)
        waited += POLL
        branch.fetch()


def settle_interrupted(recorder: Recorder, client: Client, stored: Stored) -> None:
    """Find out what became of the runs that were interrupted, record it, tell, and witness it."""
    _tell_damage(recorder)
    for run in _settle(recorder, stored):
        leave_witness(recorder, client, run)


def _tell_damage(recorder: Recorder) -> None:
    """Say that the record is not whole before more is written behind it."""
    for number, text in recorder.ledger.verify().problems[:1]:
        place = shown(recorder.folder / (NAME if number else HEAD), Path.cwd())
        place += f":{number}" if number else ""
        told = f"warning: {place}: {text}; what is recorded now goes behind it"
        recorder.around.notify(f"{told} (mpgov doctor{recorder.around.scope})")


def _settle(recorder: Recorder, stored: Stored) -> list[str]:
    """Record what became of the runs that were interrupted; their names."""
    dead = [e for e in pending_runs(recorder.ledger) if not _lives(recorder, e)]
    told = [recover(recorder, entry, stored) for entry in dead]
    for line in told:
        recorder.around.notify(line)

    def again() -> None:
        _settle(recorder, stored)

    if told:
        recorder.publish("mpgov: an interrupted run", again)
    return [str(entry.get("run")) for entry in dead]


def _lives(recorder: Recorder, entry: dict[str, Any]) -> bool:
    """Whether another machine may still be at it; on this one we hold the lock."""
    if recorder.branch is None:
        return False
    theirs = (entry.get("who") or {}).get("machine")
    mine = who(recorder.around.settings.root, os.environ).get("machine")
    if theirs is None or theirs == mine:
        return False
    try:
        begun = datetime.strptime(str(entry.get("at")), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return recorder.around.now() - begun.timestamp() < OLD


def _by(entry: dict[str, Any]) -> str:
    person = entry.get("who") or {}
    ci = person.get("ci") or {}
    return str(ci.get("run") or ci.get("actor") or person.get("git") or person.get("os") or "?")
