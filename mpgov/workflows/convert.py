"""A plan from one file format into another, offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mpgov.core.model import Catalog
from mpgov.errors import InputError, UsageError
from mpgov.formats import plan_text
from mpgov.formats.base import CannotEditError, Format, Source
from mpgov.formats.detect import all_formats, format_for, format_of
from mpgov.storage.files import write_all, write_beside
from mpgov.workflows.plans import plan_sources, read_bytes, read_plan, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.rewriting import Rewritten, as_bytes, rewritten
from mpgov.workflows.taking import edited_files, folder_edits

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of it: the files written or to be written, the content for stdout, and notes."""

    changed: tuple[str, ...] = ()
    content: bytes = b""
    notes: tuple[str, ...] = ()


def convert(
    around: Surroundings, source: str, target: str, name: str | None, *, check: bool = False
) -> Converted:
    """Write the plan of `source` to `target`; with `check`, only say what would be written.

    `name` is a format, where the suffix and an existing file do not tell.
    """
    root = Path.cwd()
    plan = read_plan(source if source == STDOUT else Path(source), root, around.how())
    path = Path(target)
    if target != STDOUT and path.is_dir():
        changed = _into_folder(around, path, plan.catalog, check=check)
        return Converted(changed, notes=plan.notes)
    form = _format(target, name, root)
    notes = (*plan.notes, *form.left_out(plan.catalog))
    if target == STDOUT or not path.exists():
        content = as_bytes(_dumped(around, form, plan.catalog))
        if target == STDOUT:
            return Converted(content=content, notes=notes)
        new = Rewritten(path, content)
    else:
        new = _onto(around, path, form, plan.catalog)
    if path.exists() and new.path == path and new.content == path.read_bytes():
        return Converted(notes=notes)
    if not check:
        write_beside(new.path, new.content)
    told = shown(new.path, root)
    if new.why:
        notes = (*notes, f"{shown(path, root)} stays as it is: {new.why}; the result is in {told}")
    return Converted((told,), notes=notes)


def _onto(around: Surroundings, path: Path, form: Format, wanted: Catalog) -> Rewritten:
    old = Source(shown(path, Path.cwd()), read_bytes(path, Path.cwd()))
    if not old.data.strip():
        return Rewritten(path, as_bytes(_dumped(around, form, wanted)))
    known = format_of(old)
    if known is not form:
        raise InputError(
            f"{old.name}: is {known.name}, not {form.name}",
            hint="name another file, or move it away",
        )
    return rewritten(path, old, form, wanted, around.how())


def _dumped(around: Surroundings, form: Format, catalog: Catalog) -> str | bytes:
    if form.dumps is None:
        raise UsageError(f"mpgov only reads {form.name}; it does not write it")
    return form.dumps(catalog, around.how())


def _format(target: str, name: str | None, root: Path) -> Format:
    """The format to write: the one that is named, the file's own, or its suffix's."""
    if name is not None:
        return next(one for one in all_formats() if one.name == name)
    path = Path(target)
    if target != STDOUT and path.is_file() and path.stat().st_size:
        return format_of(Source(shown(path, root), read_bytes(path, root)))
    found = format_for("x.yaml" if target == STDOUT else target)
    if found is None:
        known = " ".join(writable())
        raise UsageError(f"{target}: its suffix tells no format", hint=f"--format: {known}")
    return found


def writable() -> Sequence[str]:
    """The formats that a plan can be written in."""
    return sorted(one.name for one in all_formats() if one.dumps is not None)


def _into_folder(
    around: Surroundings, path: Path, wanted: Catalog, *, check: bool
) -> tuple[str, ...]:
    """Let the files of a folder say the plan, each entity where it stands."""
    root = Path.cwd()
    known = read_plan(path, root, around.how()).catalog
    try:
        edits = folder_edits(known, wanted, path, root)
    except CannotEditError as error:
        raise InputError(
            f"{shown(path, root)}: is a folder, and {error} differ", hint="convert onto one file"
        ) from None
    changed = edited_files(path, edits, root, around.how())
    contents = {source.name: source for source in plan_sources(path, root)}
    contents |= {name: Source(name, one.content) for name, one in changed.items()}
    how = replace(around.how(), folder=True)
    if plan_text.FORMAT.loads(list(contents.values()), how).catalog != wanted:
        message = f"{shown(path, root)}: cannot be made to say the plan file by file"
        raise InputError(message, hint="convert onto one file")
    if not check:
        write_all({one.path: one.content for one in changed.values()})
    return tuple(sorted(changed))
