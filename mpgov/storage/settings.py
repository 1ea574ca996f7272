"""`mpgov.toml`: which projects, which files, which limits, which rules.

Read strictly: a key that nobody knows is an error, so that a misspelt one is not silently ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mpgov.core.model import nothing
from mpgov.errors import InputError
from mpgov.storage.hosts import REGIONS, host_problem
from mpgov.storage.projects import (
    Project,
    ProjectSettings,
    account_problem,
    choose,
    place_of,
    project_name_problem,
)
from mpgov.storage.sections import (
    Limits,
    Naming,
    Overrides,
    RecordSettings,
    RuleSetting,
    read_authority,
    read_domains,
    read_handles,
    read_limits,
    read_naming,
    read_overrides,
    read_people,
    read_record,
    read_rules,
    read_separator,
    read_texts,
    read_year_start,
)
from mpgov.storage.toml_checks import Table, nearest, read_toml, shown

__all__ = [
    "Limits",
    "Naming",
    "Project",
    "ProjectSettings",
    "RuleSetting",
    "Settings",
    "choose_project",
    "load_settings",
    "place_of",
]

FILE: Final = "mpgov.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that mpgov.toml says; all paths absolute."""

    root: Path
    file: Path | None = None
    plan: Path | None = None
    exports: Path = Path("exports")
    default_project: str = ""
    projects: Mapping[str, ProjectSettings] = field(default_factory=nothing)
    naming: Naming = field(default_factory=Naming)
    deprecated_tag: str = "deprecated"
    authority: Mapping[str, str] = field(default_factory=nothing)
    limits: Limits = field(default_factory=Limits)
    rules: Mapping[str, RuleSetting] = field(default_factory=nothing)
    record: RecordSettings = field(default_factory=RecordSettings)
    baseline: Path | None = None
    columns: Mapping[str, str] = field(default_factory=nothing)
    people: Mapping[str, str] = field(default_factory=nothing)
    csv_tag_separator: str = ""
    overrides: Mapping[str, Overrides] = field(default_factory=nothing)
    year_starts: int = 1
    owner_domains: tuple[str, ...] = ()
    owner_handles: Mapping[str, str] = field(default_factory=nothing)

    @property
    def keep_record(self) -> str:
        """Where the record is kept: in the tree, or on a branch of its own."""
        return self.record.keep

    def of(self, project: str) -> Settings:
        """The settings as they are for one project, which may say some things for itself."""
        mine = self.overrides.get(project)
        if mine is None:
            return self
        return replace(
            self,
            rules={**self.rules, **mine.rules},
            deprecated_tag=mine.deprecated_tag or self.deprecated_tag,
            authority={**self.authority, **mine.authority},
            csv_tag_separator=mine.csv_tag_separator or self.csv_tag_separator,
            overrides={},
        )


def load_settings(config: Path | None, cwd: Path) -> Settings:
    """Read the file given, or the next mpgov.toml from a folder upwards; there may be none."""
    root = Path(os.path.abspath(cwd))  # noqa: PTH100 a link stays the name the user knows
    file = root / config if config else find(root)
    if file is None:
        return Settings(root, exports=root / "exports")
    name = str(config) if config else os.path.relpath(file, root)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None
    table = read_toml(data, name)
    settings = _settings(table, file)
    table.problems.settle()
    return settings


def choose_project(settings: Settings, name: str | None, environ: Mapping[str, str]) -> Project:
    """The project that is meant: by `--project`, the environment, the default, or alone."""
    return choose(settings.projects, settings.default_project, name, environ)


def find(folder: Path) -> Path | None:
    """The next mpgov.toml from a folder upwards."""
    for one in (folder, *folder.parents):
        if (one / FILE).is_file():
            return one / FILE
    return None


def _settings(table: Table, file: Path) -> Settings:
    table.only(
        *("plan", "exports", "default_project", "projects"),
        *("naming", "lexicon", "limits", "rules", "record"),
        *("baseline", "columns", "people", "review", "owners"),
    )
    root = file.parent
    plan = table.text("plan")
    listed = table.table("projects")
    projects = _projects(listed)
    lexicon = table.table("lexicon")
    lexicon.only("deprecated_tag", "authority", "csv_tag_separator")
    baseline, owners = table.text("baseline"), table.table("owners")
    return Settings(
        root=root,
        file=file,
        plan=root / plan if plan else None,
        exports=root / (table.text("exports") or "exports"),
        default_project=_default(table, projects),
        projects=projects,
        naming=read_naming(table.table("naming")),
        deprecated_tag=lexicon.text("deprecated_tag") or "deprecated",
        authority=read_authority(lexicon.table("authority")),
        limits=read_limits(table.table("limits")),
        rules=read_rules(table.table("rules")),
        record=read_record(table.table("record")),
        baseline=root / baseline if baseline else None,
        columns=read_texts(table.table("columns")),
        people=read_people(table.table("people")),
        csv_tag_separator=read_separator(lexicon),
        overrides=_overrides(listed),
        year_starts=read_year_start(table.table("review")),
        owner_domains=read_domains(owners),
        owner_handles=read_handles(owners),
    )


def _projects(table: Table) -> Mapping[str, ProjectSettings]:
    found: dict[str, ProjectSettings] = {}
    folders: dict[str, str] = {}
    for name, value in table.values.items():
        if not isinstance(value, dict):
            table.table(name)  # says that it must be one
            continue
        problem = project_name_problem(name)
        if problem:
            table.problem(name, f"{shown(name)} {problem}")
        twin = folders.setdefault(name.casefold(), name)
        if twin != name:
            table.problem(name, f"{shown(name)} and {shown(twin)} would share a folder; rename one")
        found[name] = _project(table.table(name), name)
    return found


def _project(table: Table, name: str) -> ProjectSettings:
    table.only("id", "region", "organization", "service_account", "host", "rules", "lexicon")
    if "id" not in table.values:
        table.problems.add(table.path, f"project {shown(name)} has no id")
    host, account = table.text("host"), table.text("service_account")
    if host and host_problem(host):
        table.problem("host", f"host {host_problem(host)}")
    if account_problem(account):
        table.problem("service_account", f"service_account {account_problem(account)}")
    return ProjectSettings(
        name=name,
        id=table.whole("id") or 0,
        region=table.word("region", REGIONS),
        organization=table.whole("organization"),
        service_account=account,
        host=host.rstrip("/"),
        at=table.location(),
    )


def _overrides(projects: Table) -> Mapping[str, Overrides]:
    """What each project says for itself, of those that say anything."""
    tables = (name for name, value in projects.values.items() if isinstance(value, dict))
    found = {name: read_overrides(projects.table(name)) for name in tables}
    return {name: said for name, said in found.items() if said != Overrides()}


def _default(table: Table, projects: Mapping[str, ProjectSettings]) -> str:
    """The default project's name: misspelt it is a problem now, missing when it is needed."""
    name = table.text("default_project")
    near = nearest(name, projects)
    if near and name not in projects:
        table.problem("default_project", f"no project {shown(name)}; did you mean {shown(near)}?")
    return name
