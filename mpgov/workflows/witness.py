"""Mixpanel as a witness of the record: an annotation after every run, and what they say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mpgov.core.chain import tips
from mpgov.core.history import Checked
from mpgov.core.record import record_from_json
from mpgov.core.witness import Annotation, Compared, compare, witness_text
from mpgov.errors import MpgovError, UsageError
from mpgov.mixpanel.annotations import annotate, read_annotations
from mpgov.mixpanel.client import Client, RefusedError
from mpgov.storage.ledger import Ledger
from mpgov.workflows.history import Place, checked, fetch, named_places
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder

_ROLE: Final = "give the account a role above consumer, or set [record] witness = false"
_LATER: Final = "the next run's annotation will vouch for it, too"
_FOREIGN: Final = "is no project of mpgov.toml"


def leave_witness(recorder: Recorder, client: Client, run: str) -> None:
    """Write an annotation of a run that is recorded; where that fails, the run stays as it is."""
    around = recorder.around
    if not around.settings.record.witness:
        return
    lines = recorder.ledger.read()
    ended = [line for line in lines if line.entry.get("run") == run]
    if not ended:
        return
    text = witness_text(record_from_json(ended[-1].entry), tips(lines))
    try:
        annotate(client, text, around.now())
    except MpgovError as error:
        is_refused = isinstance(error, RefusedError) and error.status == 403
        around.notify(
            f"warning: run {run} is recorded, but Mixpanel took no annotation of it: "
            f"{error.message}; {_ROLE if is_refused else _LATER}"
        )


def verify_witnessed(
    around: Surroundings, *, every: bool = False, names: Sequence[str] = ()
) -> list[Checked]:
    """Check every byte of the record, and hold it against Mixpanel's annotations."""
    found = named_places(around, every=every, names=names)
    return [_witnessed(around, place, must=not every) for place in found]


def _witnessed(around: Surroundings, place: Place, *, must: bool) -> Checked:
    """Mixpanel is asked first: a sync that ends meanwhile writes its line before its annotation."""
    try:
        told = _asked(around, place, must=must)
        failed = Compared(notes=(f"{_FOREIGN}: Mixpanel was not asked",))
    except MpgovError as error:
        told = None
        failed = Compared(error=error.message, hint=error.hint, exit_code=error.exit_code)
    fetch(around, place.folder)
    found = checked(place)
    if told is None:
        return replace(found, witness=failed)
    return replace(found, witness=compare(told, Ledger(place.folder).read()))


def _asked(around: Surroundings, place: Place, *, must: bool) -> list[Annotation] | None:
    """The annotations of a record's project; none to ask for where nobody knows the project."""
    mine = _of(around, place)
    if mine is not None:
        return read_annotations(connect(mine, mine.project()))
    if must:
        raise UsageError(f"{place.project} {_FOREIGN}", hint=f"[projects.{place.project}] needs id")
    return None


def _of(around: Surroundings, place: Place) -> Surroundings | None:
    """What surrounds the project that a record is of; `None` where nobody knows its project."""
    settings = around.settings
    if place.project in settings.projects:
        return replace(around, project_name=place.project, settings=settings.of(place.project))
    known = around.known_project()
    return around if known is not None and around.folder(known) == place.folder else None
