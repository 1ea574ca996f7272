"""`exports/<project>/runs/`: Mixpanel's raw entries of what a run changes, before and after.

Written before the first request, so that whatever happens next can be put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mpgov.core.json_text import JsonError, dump, load
from mpgov.core.model import EntityKey, Json, nothing
from mpgov.errors import InputError, UsageError
from mpgov.storage.files import write_beside

FORMAT: Final = 1
FOLDER: Final = "runs"
_HINT: Final = "restore it from git; without it this run cannot be put back"

Entries = Mapping[EntityKey, Json]  # the raw schema; None where there was no entry


@dataclass(frozen=True, slots=True)
class Run:
    """One run: whose, when, and the raw schemas of every entity that it was to change.

    `after` is empty until the run was read back; `recovered` runs have it from the next sync.
    """

    id: str
    kind: str
    at: str
    project_id: int
    region: str
    changes: tuple[Json, ...] = ()
    before: Entries = field(default_factory=nothing)
    after: Entries = field(default_factory=nothing)


def save_run(folder: Path, run: Run) -> None:
    """Write a run into the project's folder."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "run": run.id,
        "kind": run.kind,
        "at": run.at,
        "project": run.project_id,
        "region": run.region,
        "changes": list(run.changes),
        "before": _listed(run.before),
    }
    if run.after:
        document["after"] = _listed(run.after)
    write_beside(_path(folder, run.id), dump(document, indent=1))


def load_run(folder: Path, name: str, project_id: int, region: str) -> Run:
    """The run of that id; `UsageError` where there is none, `InputError` where it is damaged."""
    if not name or not all(c.isalnum() or c == "-" for c in name):
        raise UsageError(f"{name!r} is no run", hint="mpgov history lists the runs")
    path = _path(folder, name)
    try:
        document = load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no run {name}", hint="mpgov history lists the runs") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}:1:1: is not UTF-8", hint=_HINT) from None
    except JsonError as error:
        raise InputError(f"{path}:{error.line}:{error.column}: {error}", hint=_HINT) from None
    try:
        run = _run(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}:1:1: is no run: {error}", hint=_HINT) from None
    if (run.project_id, run.region) != (project_id, region):
        owner = f"{run.project_id} ({run.region})"
        raise InputError(f"{path}:1:1: belongs to project {owner}, not to {project_id} ({region})")
    return run


def drop_run(folder: Path, name: str) -> None:
    """Take a run away of which nothing was begun."""
    _path(folder, name).unlink(missing_ok=True)


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}.json"


def _listed(entries: Entries) -> Json:
    return [
        {"entityType": key.kind, "name": key.name, "schemaJson": entries[key]}
        for key in sorted(entries)
    ]


def _run(document: Any) -> Run:
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']!s:.20}")
    return Run(
        str(document["run"]),
        str(document["kind"]),
        str(document["at"]),
        int(document["project"]),
        str(document["region"]),
        tuple(document["changes"]),
        dict(_entries(document["before"])),
        dict(_entries(document.get("after", []))),
    )


def _entries(listed: Iterable[Any]) -> Iterable[tuple[EntityKey, Json]]:
    for one in listed:
        schema = one["schemaJson"]
        if schema is not None and not isinstance(schema, dict):
            raise TypeError("a schema is no object")
        yield EntityKey(one["entityType"], str(one["name"])), schema
