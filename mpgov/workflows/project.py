"""What a command stands on: settings, the project, and the way to its Lexicon."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from mpgov.errors import UsageError
from mpgov.formats.base import How
from mpgov.storage.settings import Project, Settings, choose_project, load_settings

if TYPE_CHECKING:
    from requests import Session

Notify = Callable[[str], None]


@dataclass(slots=True)
class Asked:
    """How many requests went to Mixpanel."""

    count: int = 0

    def one(self) -> None:
        """Count one more."""
        self.count += 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where mpgov was called: its settings, who wants to hear of waits, and the seams of tests.

    `session`, `sleep` and `now` are what a test replaces to reach a Mixpanel of its own.
    """

    settings: Settings
    notify: Notify
    max_wait: float = 600
    project_name: str | None = None
    session: Session | None = None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    asked: Asked = field(default_factory=Asked)

    def project(self) -> Project:
        """The Mixpanel project that is meant."""
        return choose_project(self.settings, self.project_name, os.environ)

    def known_project(self) -> Project | None:
        """The project, where one is named anywhere; offline work needs none."""
        try:
            return self.project()
        except UsageError:
            if self.project_name is not None:
                raise
            return None

    @property
    def scope(self) -> str:
        """What a suggested command needs behind it to mean this project; nothing where it does."""
        try:
            name = self.project().name
        except UsageError:
            return ""
        with suppress(UsageError):
            if choose_project(self.settings, None, os.environ).name == name:
                return ""
        return f" --project {shlex.quote(name)}"

    def plan(self) -> Path:
        """The plan that mpgov.toml names, else `plans/` beside it."""
        return self.settings.plan or self.settings.root / "plans"

    def how(self) -> How:
        """What mpgov.toml tells a reader of plans."""
        found = self.settings
        return How(
            False, found.columns, found.people, found.csv_tag_separator, found.deprecated_tag
        )

    def folder(self, project: Project) -> Path:
        """Where what is kept of a project lies."""
        return self.settings.exports / project.name

    def base_path(self, project: Project) -> Path:
        """Where the project's base lies."""
        return self.folder(project) / "base.json"


def surroundings(
    config: Path | None, notify: Notify, project_name: str | None = None, max_wait: float = 600
) -> Surroundings:
    """Read mpgov.toml, from the current folder upwards, with what the project says for itself."""
    found = Surroundings(load_settings(config, Path.cwd()), notify, max_wait, project_name)
    project = found.known_project()
    return found if project is None else _of(found, project.name)


def several(
    config: Path | None, notify: Notify, names: Sequence[str], max_wait: float = 600
) -> list[Surroundings]:
    """The surroundings of every project that the names and globs mean, each once, in order."""
    settings = load_settings(config, Path.cwd())
    found: dict[str, None] = {}
    for name in names:
        known = settings.projects
        meant = [name] if name in known else [one for one in known if fnmatchcase(one, name)]
        if not meant:
            choose_project(settings, name, os.environ)  # says why there is none such
        found |= dict.fromkeys(meant or [name])
    return [_of(Surroundings(settings, notify, max_wait, name), name) for name in found]


def _of(around: Surroundings, name: str) -> Surroundings:
    return replace(around, settings=around.settings.of(name))
