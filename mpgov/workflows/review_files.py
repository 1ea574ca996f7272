"""The files of a review: written together, never over one that was signed off; and the sign-off."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mpgov.core.review import ReviewReport
from mpgov.core.review_span import Span
from mpgov.core.signature import FOLDER, KIND, SUFFIXES, Signature, quarter_of_file, signed_as_json
from mpgov.errors import InputError, UsageError
from mpgov.render.review_files import SUFFIXES as DRAWN
from mpgov.render.review_files import draw_review
from mpgov.storage.files import write_beside
from mpgov.storage.projects import Project
from mpgov.storage.reviews import read_bytes, read_document, review_path, signed
from mpgov.workflows.lexicon import fetch_record
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder, record_branch


def signatures_of(around: Surroundings, project: Project, span: Span) -> tuple[Signature, ...]:
    """Who signed anything of a quarter's review, as the record has it now."""
    fetch_record(around, project)
    found = signed(around.folder(project))
    return tuple(one for some in found.values() for one in some if one.quarter == span.name)


def refuse_signed(around: Surroundings, project: Project, span: Span) -> None:
    """Stop before anything is asked where the quarter's review was signed off."""
    found = signatures_of(around, project, span)
    if found:
        one = found[-1]
        file = shown(around.folder(project) / one.file, Path.cwd())
        raise InputError(
            f"{file}: {one.told} signed it off; it is not overwritten",
            hint="--again writes it anew, to be signed off again; --output FILE writes another",
        )


def write_review(around: Surroundings, project: Project, report: ReviewReport) -> list[Path]:
    """Write the three files; on the record's branch too, where there is one."""
    folder = around.folder(project)
    drawn = {
        review_path(folder, report.quarter.name, suffix): draw_review(report, DRAWN[suffix])
        for suffix in SUFFIXES
    }
    _write(drawn)
    branch = record_branch(around, project)
    if branch is not None:
        try:
            branch.publish(f"mpgov review {report.quarter.name}", lambda: _write(drawn))
        except InputError as error:
            around.notify(f"warning: the review is not on the branch: {error.message}")
    return list(drawn)


def sign_off(around: Surroundings, file: Path, signer: str = "", reason: str = "") -> Signature:
    """Record who accepted which bytes of a review of this project."""
    project = around.project()
    folder = around.folder(project)
    data = read_bytes(file)
    name = _name(file, folder)
    quarter = quarter_of_file(name)
    said = read_document(folder, quarter)
    of, about = said.get("project"), said.get("quarter")
    named = about.get("name") if isinstance(about, Mapping) else None
    if (of, named) != (project.name, quarter):
        raise InputError(
            f"{file}: is no review of {project.name} that mpgov wrote: {quarter}.json beside it "
            "does not say so",
            hint=f"mpgov review --quarter {quarter or 'YYYY-Qn'}",
        )
    digest = hashlib.sha256(data).hexdigest()
    recorder = Recorder(around, project, None, reason, kind=KIND)
    numbers = hashlib.sha256(read_bytes(review_path(folder, quarter, ".json"))).hexdigest()
    made = Signature(name, digest, len(data), "", "", numbers)
    recorder.more = signed_as_json(made, signer.strip())
    if recorder.branch is not None:
        recorder.branch.fetch()
        if read_bytes(file) != data:
            raise InputError(
                f"{file}: another one was on the record's branch, and is here now",
                hint="read it, then sign it off",
            )
    recorder.tell(KIND, ())
    recorder.publish(f"mpgov review --sign-off {name}", lambda: recorder.tell(KIND, ()))
    return signed(folder)[name][-1]


def _name(file: Path, folder: Path) -> str:
    """The file's path in the project's folder; refused where no review can be."""
    try:
        name = file.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        name = ""
    if not quarter_of_file(name):
        place = shown(folder / FOLDER, Path.cwd())
        told = f"--sign-off {file}: is no file of a review of this project"
        raise UsageError(told, hint=f"{place}/2026-Q4.html")
    return name


def _write(drawn: Mapping[Path, str]) -> None:
    for path, text in drawn.items():
        write_beside(path, text)
