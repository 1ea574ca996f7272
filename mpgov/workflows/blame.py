"""Who said what of an event or a property: the record, the plan's commits, Mixpanel's audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpgov.core.change import Create, Delete, FieldChange, Update, field_changes
from mpgov.core.history import BlameReport, Trace, edits_of, in_order, is_about, traces_of
from mpgov.core.model import PROFILE, USER, Entity, EntityKey, event
from mpgov.core.normal import normal
from mpgov.core.record import Record, moment
from mpgov.errors import InputError
from mpgov.formats import audit_log
from mpgov.formats.base import How, Source
from mpgov.formats.plan_text import FORMAT
from mpgov.storage.git import Commit, Git, find_git
from mpgov.workflows.history import places, records
from mpgov.workflows.plans import plan_of, read_bytes, shown
from mpgov.workflows.project import Surroundings

MOST_COMMITS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: of which entity, which property (or all), with which files at hand."""

    name: str
    property: str = ""
    plan: Path | None = None
    audit_log: Path | None = None


def blame(around: Surroundings, asked: Asked) -> BlameReport:
    """Everything that is known of how an entity's fields came to be."""
    notes: list[str] = []
    ours = [record for place in places(around) for record in records(place)]
    traces = list(traces_of(ours, _key(asked), asked.property))
    path = asked.plan or around.plan()
    git = find_git(path)
    if git is None:
        notes.append("the plan is in no git repository: its commits are not known")
    else:
        traces += _committed(git, path, asked, notes, around.how())
    if asked.audit_log is not None:
        traces += _edited(around, asked, asked.audit_log, ours)
    return BlameReport(_key(asked), asked.property, in_order(traces), tuple(notes))


def _edited(around: Surroundings, asked: Asked, file: Path, ours: list[Record]) -> Iterator[Trace]:
    here = Path.cwd()
    edits = audit_log.loads(read_bytes(file, here), shown(file, here))
    project = around.known_project()
    if project is not None and project.service_account:
        ours = [*ours, Record("", "", account=project.service_account)]
    return edits_of(edits, _key(asked), asked.property, ours)


def _committed(git: Git, path: Path, asked: Asked, notes: list[str], how: How) -> Iterator[Trace]:
    """What each commit of the plan changed, as far as it goes to Lexicon."""
    commits = git.commits(path, MOST_COMMITS)
    if len(commits) == MOST_COMMITS:
        notes.append(f"only the plan's last {MOST_COMMITS} commits were read")
    if git.is_shallow():
        notes.append("this clone is shallow: earlier commits are not known (git fetch --unshallow)")
    before: Entity | None = None
    unread = 0
    for commit in reversed(commits):
        try:
            after = _entity_at(git, commit, path, asked, how)
        except InputError:
            unread += 1  # it was no plan then
            continue
        yield from _traces(before, after, commit, asked.property)
        before = after
    if unread:
        notes.append(f"{unread} commits hold a plan that cannot be read; they were left out")


def _entity_at(git: Git, commit: Commit, path: Path, asked: Asked, how: How) -> Entity | None:
    files = git.files(commit.hash, path)
    name = asked.name.encode("utf-8", "replace")
    is_plain = asked.name.isascii() and asked.name.replace(" ", "").isalnum()
    is_plain = is_plain and all(file.endswith(FORMAT.suffixes) for file in files)
    if not files or (is_plain and not any(name in data for data in files.values())):
        return None  # a name like that stands in YAML as it is
    sources = [Source(f"{commit.hash[:8]}:{file}", data) for file, data in files.items()]
    catalog = plan_of(sources, how, folder=path.is_dir()).catalog
    return normal(catalog).entities.get(_key(asked))


def _traces(
    before: Entity | None, after: Entity | None, commit: Commit, name: str
) -> Iterator[Trace]:
    if after is None:
        changes: tuple[FieldChange, ...] = () if before is None else field_changes(Delete(before))
    elif before is None:
        changes = field_changes(Create(after))
    else:
        changes = field_changes(Update(before, after))
    for change in changes:
        if is_about(change.path, name) and change.before != change.after:
            at, author = moment(commit.at), commit.author
            yield Trace(at, "plan", author, change, commit.subject, commit.hash)


def _key(asked: Asked) -> EntityKey:
    return USER if asked.name == PROFILE else event(asked.name)
