"""What lies on this machine: exports, base, record, git."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from mpgov.core.checkup import Check
from mpgov.core.rotation import checked
from mpgov.errors import InputError
from mpgov.storage.base import read_base
from mpgov.storage.files import write_beside
from mpgov.storage.git import Git, find_git
from mpgov.storage.ledger import HEAD, NAME, Ledger
from mpgov.storage.projects import Project, place_of
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder, pending_runs
from mpgov.workflows.rotation_log import unfinished
from mpgov.workflows.tokens import dues, register, today


def kept(around: Surroundings, project: Project | None) -> Iterator[Check]:
    """Whether what is kept is whole, and can be added to."""
    git = find_git(around.settings.root)
    yield _exports(around)
    if project is not None:
        yield _base(around, project, git)
        yield _ledger(around, project, git)
        yield from _unfinished(around, project)
        yield _tokens(around)
    yield _git(around, git)


def _exports(around: Surroundings) -> Check:
    folder = around.settings.exports
    name = shown(folder, Path.cwd())
    problem = _writable(folder)
    if problem:
        return Check("exports", "wrong", problem, f"chmod u+w {shlex.quote(name)}")
    return Check("exports", "ok", f"{name} can be written")


def _writable(folder: Path) -> str:
    """Why nothing can be written into a folder; empty where it can, or could be made."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    probe = there / f".mpgov-doctor-{os.getpid()}"
    try:
        write_beside(probe, "")
    except InputError as error:
        return error.message.replace(str(probe), shown(folder, Path.cwd()))
    probe.unlink(missing_ok=True)
    return ""


def _base(around: Surroundings, project: Project, git: Git | None) -> Check:
    path = around.base_path(project)
    name = shown(path, Path.cwd())
    if not path.exists():
        return Check("base", "ok", "none yet: the first sync writes it")
    try:
        base = read_base(path, project.id, place_of(project))
    except InputError as error:
        return Check("base", "wrong", error.problems[0], _restore(git, [path]) or error.hint)
    return Check("base", "ok", f"{name}: {len(base.agreed)} entities agreed on")


def _ledger(around: Surroundings, project: Project, git: Git | None) -> Check:
    folder = around.folder(project)
    name = shown(folder / NAME, Path.cwd())
    try:
        verdict = Ledger(folder).verify()
    except InputError as error:
        return Check("ledger", "wrong", error.message, "mpgov history verify")
    if verdict.problems:
        number, text = verdict.problems[0]
        more = len(verdict.problems) - 1
        told = f"{name}{f':{number}' if number else ''}: {text}"
        told += f" (and {more} more)" if more else ""
        lost = _not_committed(git, folder / NAME)
        if lost:
            told += f"; the last commit lacks {lost} record{'s'[: lost != 1]} of it"
        mend = _restore(git, [folder / NAME, folder / HEAD])
        if mend and lost:  # what the commit lacks stays beside it
            mend = f"cp {shlex.join(_beside(folder / NAME))} && {mend}"
        return Check("ledger", "wrong", told, mend or "mpgov history verify")
    records = f"{verdict.count} record{'s'[: verdict.count != 1]}"
    return Check("ledger", "ok", f"{records}, whole" if verdict.count else "no record yet")


def _restore(git: Git | None, paths: list[Path]) -> str:
    """The command that takes files back from git, where git has them."""
    if git is None:
        return ""
    there = [p for p in paths if git.listed("HEAD", git.inside(p))] if git.head() else []
    names = shlex.join(os.path.relpath(path) for path in there)
    return f"git checkout HEAD -- {names}" if there else ""


def _not_committed(git: Git | None, path: Path) -> int:
    """How many records of a ledger no commit has."""
    if git is None or not git.head() or not path.exists():
        return 0
    kept = git.files("HEAD", path).get(git.inside(path), b"")
    return max(path.read_bytes().count(b"\n") - kept.count(b"\n"), 0)


def _beside(path: Path) -> list[str]:
    """A file, and where a copy of it goes."""
    return [os.path.relpath(path), os.path.relpath(path.with_name(f"damaged-{path.name}"))]


def _unfinished(around: Surroundings, project: Project) -> Iterator[Check]:
    """What was begun and never ended."""
    recorder = Recorder(around, project, None)
    pending = pending_runs(recorder.ledger)
    if pending:
        told = f"run {pending[0].get('run')} was interrupted; the next sync finds out what landed"
        yield Check("runs", "warning", told, "mpgov sync")
    rotation = unfinished(recorder)
    if rotation is not None:
        yield checked(rotation, today(around), around.scope)


def _tokens(around: Surroundings) -> Check:
    """Whether the register can be read, and what of it is due."""
    try:
        kept = register(around)
    except InputError as error:
        told = error.problems[0].split("\n")[0]
        return Check("tokens", "wrong", told, "mpgov tokens check")
    if not kept.tokens:
        return Check("tokens", "ok", f"{kept.name} holds none yet")
    due = dues(around, kept.tokens)
    overdue = [one.token.name for one in due if one.state == "overdue"]
    soon = [one.token.name for one in due if one.state == "soon"]
    if overdue:
        return Check("tokens", "warning", f"overdue: {', '.join(overdue)}", "mpgov tokens due")
    if soon:
        told = f"due soon: {', '.join(soon)}"
        return Check("tokens", "warning", told, "mpgov tokens due")
    return Check("tokens", "ok", f"{len(kept.tokens)} in {kept.name}, none due")


def _git(around: Surroundings, git: Git | None) -> Check:
    if git is None:
        told = "no git repository: plan and record have no history"
        return Check("git", "warning", told, "git init && git add -A && git commit -m 'The plan'")
    plan = around.plan()
    if plan.exists() and not git.is_clean(plan):
        name = shown(plan, Path.cwd())
        told = f"{name} says more than the last commit"
        return Check("git", "warning", told, f"git add {shlex.quote(name)} && git commit")
    return Check("git", "ok", "the plan is committed")
