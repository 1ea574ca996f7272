"""Who reviews changes to which file of the plan, as a code host reads it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mpgov.core.ownership import owners
from mpgov.errors import InputError
from mpgov.storage.files import write_beside
from mpgov.storage.git import find_git
from mpgov.workflows.plans import plan_files, read_plan, shown
from mpgov.workflows.project import Surroundings

BEGIN: Final = "# mpgov owners: begin"
END: Final = "# mpgov owners: end"


def codeowners(path: Path, around: Surroundings) -> tuple[list[str], list[str]]:
    """The section for the plan, its marks included, and what could not be said in it.

    Paths are as seen from the top of the repository, where code hosts look from.
    """
    plan = read_plan(path, Path.cwd(), around.how()).catalog
    handles = around.settings.owner_handles
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for entity in plan:
        if entity.at is not None:
            counted[entity.at.file].update(owners(entity))
    git = find_git(path)
    unsaid: dict[str, None] = {}
    lines = [BEGIN]

    def place(file: Path) -> str:
        return git.inside(file) if git else shown(file, Path.cwd())

    if path.is_dir():
        approvers = plan.governance.approvers
        named = approvers if isinstance(approvers, tuple) else ()
        lines += _line(f"/{place(path)}/", named, handles, unsaid)
    for file in sorted(plan_files(path, Path.cwd()), key=place):
        everybody = [name for name, _ in counted[shown(file, Path.cwd())].most_common()]
        lines += _line(f"/{place(file)}", everybody, handles, unsaid)
    notes = [
        f'{name} has no handle: say it in mpgov.toml, [owners] handles = {{ "{name}" = "@…" }}'
        for name in unsaid
    ]
    return [*lines, END], notes


def write_section(file: Path, lines: Sequence[str]) -> None:
    """Let a CODEOWNERS file hold the section: in place of the one that is there, or last.

    What else it says stays, byte for byte; its line ends are used.
    """
    try:
        text = file.read_bytes().decode() if file.exists() else ""
    except UnicodeDecodeError:
        raise InputError(f"{file}: is not UTF-8", hint="save it as UTF-8, then again") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None
    end = "\r\n" if "\r\n" in text else "\n"
    section = end.join(lines)
    before, begin, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if begin and not closed:
        raise InputError(f"{file}: holds {BEGIN!r} without {END!r}", hint="mend it by hand")
    gap = "" if not text or text.endswith(end * 2) else end if text.endswith(end) else end * 2
    write_beside(file, f"{before}{section}{after}" if begin else f"{text}{gap}{section}{end}")


def _line(
    pattern: str, named: Sequence[str], handles: Mapping[str, str], unsaid: dict[str, None]
) -> Iterator[str]:
    """A line of the section, if anybody can be named in it."""
    said: dict[str, str] = {}
    for owner in named:
        handle = handles.get(owner) or ("" if owner.startswith("team:") else owner)
        if handle:
            said.setdefault(handle.casefold(), handle)
        else:
            unsaid[owner] = None
    if said:
        escaped = pattern.replace(" ", "\\ ")
        yield f"{escaped} {' '.join(said.values())}"
