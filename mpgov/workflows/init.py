"""Start here: the settings, a plan, what git and CI need; nothing that is there is overwritten.

All of it is made and proved in memory before the first file is written.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mpgov.core.baseline import baseline_of
from mpgov.core.model import Catalog
from mpgov.errors import InputError, MpgovError, UsageError
from mpgov.storage.baseline import dump_baseline
from mpgov.storage.credentials import VARIABLE
from mpgov.storage.files import write_beside
from mpgov.storage.sections import RecordSettings
from mpgov.storage.settings import FILE, Settings
from mpgov.workflows.ci import FILES, Platform, repository, workflow
from mpgov.workflows.init_plan import Begun, begin_plan
from mpgov.workflows.init_settings import ProjectWish, new_project, settings_text
from mpgov.workflows.judging import judge_plan
from mpgov.workflows.plans import plan_files, read_plan
from mpgov.workflows.project import Surroundings

_RECORD_LINE = "exports/**/ledger.* -text merge=union"
_BASELINE = "exports/baseline.json"


@dataclass(frozen=True, slots=True)
class InitWish:
    """What was asked for; no `ci` leaves the choice to what the repository tells."""

    source: str = ""
    lexicon: bool = False
    ci: Platform | None = None
    project: ProjectWish = field(default_factory=ProjectWish)


@dataclass(frozen=True, slots=True)
class Start:
    """What was written, what was left as it was, what else to know, and what to type next."""

    written: tuple[str, ...]
    left: tuple[str, ...]
    notes: tuple[str, ...]
    commands: tuple[str, ...]


def init(around: Surroundings, wish: InitWish) -> Start:
    """Set up the current folder."""
    making = _Making(around, wish)
    making.settings_file()
    making.plan()
    making.baseline()
    making.ci_file()
    making.git_files()
    _write_all(making.files)
    return Start(
        tuple(making.name(path) for path in making.files),
        tuple(making.left),
        tuple(making.notes),
        _commands(),
    )


class _Making:
    """Everything that is to be written, while it is being made."""

    def __init__(self, around: Surroundings, wish: InitWish) -> None:
        self.root = Path.cwd()
        self.wish = wish
        self.around = replace(around, settings=_own(around.settings, self.root))
        self.is_new = self.around.settings.file is None
        self.here = repository(self.root)
        self.ci: Platform = wish.ci or self.here.platform()
        self.files: dict[Path, str] = {}
        self.left: list[str] = []
        self.notes: list[str] = []
        self.catalog = Catalog()

    @property
    def settings(self) -> Settings:
        """What mpgov.toml says, or will say."""
        return self.around.settings

    def name(self, path: Path) -> str:
        """A path as seen from the current folder, also where it lies above."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def settings_file(self) -> None:
        """mpgov.toml, unless it is there."""
        if not self.is_new:
            self.left.append(FILE)
            if self.wish.project != ProjectWish():
                raise UsageError(
                    f"{FILE} is there already and says which project; it stays as it is",
                    hint="drop --project-id and --region, or write them into it",
                )
            self.notes += self._advice()
            return
        project = new_project(self.wish.project, os.environ)
        has_ci = self.ci != "none"
        keep = "branch" if has_ci and self.here.is_git else "tree"
        self.files[self.root / FILE] = settings_text(project, has_ci, self.here.is_git)
        self.around = replace(
            self.around,
            settings=Settings(
                root=self.root,
                plan=self.root / "plans",
                exports=self.root / "exports",
                projects={project.name: project} if project else {},
                record=RecordSettings(keep),
                baseline=self.root / _BASELINE,
            ),
        )
        if project is None:
            self.notes.append(f"no project is known: fill in [projects.production] in {FILE}")
        if has_ci and not self.here.is_git:
            self.notes.append(f"once this is a git repository, set [record] keep in {FILE} for CI")

    def plan(self) -> None:
        """The plan, unless there is one."""
        folder = self.around.plan()
        source = self.wish.source or ("Lexicon" if self.wish.lexicon else "")
        there = _plan_there(folder, self.around, self.root)
        begun = begin_plan(self.around, self.wish.source, lexicon=self.wish.lexicon)
        self.notes += begun.notes
        name = self.name(folder)
        if there is not None:
            if source and there != begun.catalog:
                raise UsageError(
                    f"{name} holds another plan than {source}; init overwrites nothing",
                    hint=f"mpgov export --into {shlex.quote(name)}"
                    if self.wish.lexicon
                    else f"mpgov convert {shlex.quote(source)} {shlex.quote(name)}/NAME.yaml",
                )
            self.left.append(f"{name}/" if folder.is_dir() else name)
            self.catalog = there
            return
        self._new_plan(folder, begun)

    def _new_plan(self, folder: Path, begun: Begun) -> None:
        if folder.suffix:
            raise UsageError(
                f"{FILE} says that the plan is {self.name(folder)}; init writes a folder",
                hint='plan = "plans"',
            )
        self.catalog = begun.catalog
        self.files.update({folder / name: text for name, text in begun.files.items()})

    def baseline(self) -> None:
        """Today's findings, so that CI begins green."""
        path = self.settings.baseline
        if path is None:
            return
        if path.exists():
            self.left.append(self.name(path))
            return
        findings = judge_plan(self.catalog, self.settings)
        self.files[path] = dump_baseline(baseline_of(findings))
        if findings:
            count = len(findings)
            self.notes.append(
                f"{self.name(path)} accepts the {count} finding{'s'[: count != 1]} of today"
            )

    def ci_file(self) -> None:
        """The CI job, where there is to be one and there is none."""
        if self.ci == "none":
            return
        path = self.here.root / FILES[self.ci]
        name = self.name(path)
        if path.exists():
            self.left.append(name)
            return
        named = self.settings.default_project or next(iter(self.settings.projects), "")
        self.files[path] = workflow(self.ci, self.here, self.name(self.around.plan()), named)
        self.notes.append(f"{name}: its first lines say which secret and variables it needs")

    def git_files(self) -> None:
        """What git is to pass over, and how it is to join the record."""
        ignored = [".env", "~$*.xlsx", ".~lock.*#"]
        if self.settings.keep_record == "branch":
            ignored.append("/exports/*/")
        self._lines(".gitignore", ignored)
        self._lines(".gitattributes", [_RECORD_LINE])

    def _lines(self, name: str, lines: list[str]) -> None:
        """Add to a file the lines that it lacks."""
        path = self.root / name
        try:
            old = path.read_bytes().decode() if path.exists() else ""
        except (OSError, UnicodeDecodeError):
            raise InputError(f"{name}: cannot be read as UTF-8 text") from None
        there = {line.strip() for line in old.splitlines()}
        missing = [line for line in lines if line not in there]
        if not missing:
            self.left.append(name)
            return
        end = "\r\n" if "\r\n" in old else "\n"
        gap = end if old and not old.endswith("\n") else ""
        self.files[path] = f"{old}{gap}{''.join(line + end for line in missing)}"

    def _advice(self) -> Iterator[str]:
        """What an mpgov.toml that was there lacks for what is written beside it."""
        if self.settings.baseline is None:
            yield f'{FILE} was left as it was; to begin green: baseline = "{_BASELINE}"'
        if self.ci != "none" and self.settings.keep_record != "branch":
            yield f'{FILE} was left as it was; CI needs [record] keep = "branch"'


def _own(settings: Settings, root: Path) -> Settings:
    """The settings of this very folder; those of a folder above do not count here."""
    if settings.file is not None and settings.root == root:
        return settings
    return Settings(root, exports=root / "exports")


def _plan_there(folder: Path, around: Surroundings, root: Path) -> Catalog | None:
    """The plan that is there already."""
    try:
        plan_files(folder, root)
    except InputError:
        return None
    return read_plan(folder, root, around.how()).catalog


def _write_all(files: Mapping[Path, str]) -> None:
    """Write every file, or none: what stops half-way is put back."""
    before: dict[Path, bytes | None] = {}
    folders = {path.parent for path in files}
    made = {one for folder in folders for one in (folder, *folder.parents) if not one.exists()}
    try:
        for path, text in files.items():
            before[path] = path.read_bytes() if path.exists() else None
            write_beside(path, text)
    except BaseException:
        for path, old in before.items():
            with contextlib.suppress(MpgovError, OSError):
                path.unlink() if old is None else write_beside(path, old)
        for folder in sorted(made, reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _commands() -> tuple[str, ...]:
    """The next three things to type."""
    login = () if os.environ.get(VARIABLE) else ("mpgov auth login",)
    return ("mpgov check", *login, "mpgov diff", "mpgov sync --fill-only")[:3]
