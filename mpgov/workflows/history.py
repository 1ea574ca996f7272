"""The record as people ask for it: list it, check it, add to it. Nothing here needs Mixpanel."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from mpgov.core.chain import Verdict
from mpgov.core.history import Checked, HistoryReport, Told, newest_first, without_superseded
from mpgov.core.model import Json
from mpgov.core.moment import stamp
from mpgov.core.record import Record, Wanted, record_from_json
from mpgov.errors import InputError, UsageError
from mpgov.storage.git import find_git
from mpgov.storage.ledger import HEAD, NAME, Ledger
from mpgov.storage.record_branch import RecordBranch
from mpgov.storage.who import who
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.signed import signed_files


@dataclass(frozen=True, slots=True)
class Place:
    """A project's name and the folder with its record."""

    project: str
    folder: Path


def places(around: Surroundings, *, every: bool = False, names: Sequence[str] = ()) -> list[Place]:
    """The records of the projects that are meant, as they are now."""
    found = named_places(around, every=every, names=names)
    for place in found:
        fetch(around, place.folder)
    return found


def named_places(
    around: Surroundings, *, every: bool = False, names: Sequence[str] = ()
) -> list[Place]:
    """The project that is meant, or those of these names and globs.

    Or `every` one that is configured or has a record.
    """
    exports = around.settings.exports
    recorded = sorted(p.parent for p in exports.glob(f"*/{NAME}"))
    if names:
        known = dict.fromkeys([*around.settings.projects, *(folder.name for folder in recorded)])
        found = [Place(name, exports / name) for name in _meant(known, names)]
    elif every:
        folders = [*(exports / name for name in around.settings.projects), *recorded]
        found = [Place(folder.name, folder) for folder in dict.fromkeys(folders)]
    elif project := around.known_project():
        found = [Place(project.name, around.folder(project))]
    elif len(recorded) == 1:
        found = [Place(recorded[0].name, recorded[0])]
    else:
        around.project()  # says what is missing
        found = []
    return found


def _meant(known: Iterable[str], names: Sequence[str]) -> Iterator[str]:
    """The projects that the names and globs mean, each once."""
    found: dict[str, None] = {}
    for name in names:
        meant = [one for one in known if one == name or fnmatchcase(one, name)]
        if not meant:
            raise UsageError(
                f"--project {name}: there is no such project", hint=f"projects: {', '.join(known)}"
            )
        found |= dict.fromkeys(meant)
    yield from found


def history(
    around: Surroundings,
    wanted: Wanted,
    *,
    last: int | None = None,
    every: bool = False,
    names: Sequence[str] = (),
) -> HistoryReport:
    """The records that are looked for, the newest first."""
    meant = places(around, every=every, names=names)
    told = [one for place in meant for one in without_superseded(_told(place))]
    found = newest_first(t for t in told if wanted.takes(t.record))
    chain = tuple(map(checked, meant))
    return HistoryReport(tuple(found[:last]), len(found), chain=chain, wanted=wanted)


def show(around: Surroundings, run: str) -> HistoryReport:
    """Every record of one run, with every field."""
    meant = places(around)
    found = [t for place in meant for t in _told(place) if t.record.run == run]
    if not found:
        raise UsageError(f"there is no run {run}", hint="mpgov history lists the runs")
    chain = tuple(map(checked, meant))
    return HistoryReport(tuple(newest_first(found)), len(found), in_full=True, chain=chain)


def asked_by(around: Surroundings, report: HistoryReport) -> HistoryReport:
    """The report with who asked for it and when: for what is handed on."""
    at = stamp(around.now())
    return replace(report, at=at, who=who(around.settings.root, os.environ))


def verify(
    around: Surroundings, *, every: bool = False, names: Sequence[str] = ()
) -> list[Checked]:
    """Check every byte of the record."""
    return [checked(place) for place in places(around, every=every, names=names)]


def checked(place: Place) -> Checked:
    """Check every byte of one record, and of what was signed off."""
    verdict = Ledger(place.folder).verify()
    files = signed_files(place.folder)
    return Checked(
        place.project,
        shown(place.folder / NAME, Path.cwd()),
        verdict,
        tuple(_problems(place, verdict)),
        signed=files.kept,
        spoilt=files.problems,
    )


def add(around: Surroundings, kind: str, text: str, *, name: str = "", reason: str = "") -> None:
    """Write a record of something that mpgov did not do itself."""
    from mpgov.workflows.recording import Recorder  # noqa: PLC0415 - it brings requests

    if not text.strip():
        raise UsageError("there is nothing to record: the text is empty")
    said: Mapping[str, Json] = {"name": name, "text": text}
    recorder = Recorder(around, around.project(), None, reason, kind=kind, more=said)
    if recorder.branch is not None:
        recorder.branch.fetch()
    recorder.tell(kind, ())
    recorder.publish(f"mpgov history add: {kind}", lambda: recorder.tell(kind, ()))


def records(place: Place) -> list[Record]:
    """Every record of a project, as the ledger has them."""
    return [told.record for told in _told(place)]


def _told(place: Place) -> list[Told]:
    return [
        Told(place.project, line.number, record_from_json(line.entry), line.hash)
        for line in Ledger(place.folder).read()
    ]


def _problems(place: Place, verdict: Verdict) -> Iterator[str]:
    for number, text in verdict.problems:
        file = shown(place.folder / (NAME if number else HEAD), Path.cwd())
        yield f"{file}:{number}: {text}" if number else f"{file}: {text}"


def fetch(around: Surroundings, folder: Path) -> None:
    """Bring the record from its branch, where it is kept on one."""
    if around.settings.keep_record != "branch":
        return
    git = find_git(around.settings.root)
    if git is None:
        raise InputError(
            'mpgov.toml: [record] keep = "branch" needs git, and this is no git repository'
        )
    RecordBranch(git, folder, notify=around.notify).fetch()
