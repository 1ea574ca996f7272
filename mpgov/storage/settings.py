"""`mpgov.toml`: which projects, which files, which limits, which rules.

Read strictly: a key that nobody knows is an error, so that a misspelt one is not silently ignored.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast

from mpgov.core.authority import WORDS
from mpgov.core.model import ENTITY_FIELDS, OWNER, PROPERTY_FIELDS, Json, Location, nothing
from mpgov.core.rule import LEVELS, Level
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
from mpgov.storage.toml_checks import Table, kind_of, nearest, offer, read_toml, shown

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
KEEPS: Final = ("tree", "branch")
STYLES: Final = ("Title Case", "Sentence case", "snake_case", "camelCase", "kebab-case")
_FIELDS: Final = tuple(dict.fromkeys((*ENTITY_FIELDS, *PROPERTY_FIELDS, "*")))


@dataclass(frozen=True, slots=True)
class Limits:
    """Mixpanel's limits, unless a contract says otherwise; `timeout` in seconds."""

    requests_per_minute: int = 5
    updates_per_minute: int = 3999
    queries_per_hour: int = 60
    timeout: float = 150


@dataclass(frozen=True, slots=True)
class Naming:
    """How names are to be written; empty is not checked."""

    event: str = ""
    property: str = ""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What is said of a rule; an empty severity leaves the rule's own."""

    severity: Level | Literal[""] = ""
    options: Mapping[str, Json] = field(default_factory=nothing)
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that mpgov.toml says; all paths absolute."""

    root: Path
    file: Path | None = None
    plan: Path | None = None
    exports: Path = Path("exports")
    default_project: str = ""
    projects: Mapping[str, ProjectSettings] = field(default_factory=nothing)
    naming: Naming = Naming()
    deprecated_tag: str = "deprecated"
    authority: Mapping[str, str] = field(default_factory=nothing)
    limits: Limits = Limits()
    rules: Mapping[str, RuleSetting] = field(default_factory=nothing)
    keep_record: str = "tree"
    baseline: Path | None = None
    columns: Mapping[str, str] = field(default_factory=nothing)
    people: Mapping[str, str] = field(default_factory=nothing)
    csv_tag_separator: str = ""


def load_settings(config: Path | None, cwd: Path) -> Settings:
    """Read the file given, or the next mpgov.toml from a folder upwards; there may be none."""
    root = Path(os.path.abspath(cwd))  # noqa: PTH100 a link stays the name the user knows
    file = root / config if config else _find(root)
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


def _find(folder: Path) -> Path | None:
    for one in (folder, *folder.parents):
        if (one / FILE).is_file():
            return one / FILE
    return None


def _settings(table: Table, file: Path) -> Settings:
    table.only(
        *("plan", "exports", "default_project", "projects"),
        *("naming", "lexicon", "limits", "rules", "record"),
        *("baseline", "columns", "people"),
    )
    root = file.parent
    plan = table.text("plan")
    projects = _projects(table.table("projects"))
    lexicon = table.table("lexicon")
    lexicon.only("deprecated_tag", "authority", "csv_tag_separator")
    baseline = table.text("baseline")
    return Settings(
        root=root,
        file=file,
        plan=root / plan if plan else None,
        exports=root / (table.text("exports") or "exports"),
        default_project=_default(table, projects),
        projects=projects,
        naming=_naming(table.table("naming")),
        deprecated_tag=lexicon.text("deprecated_tag") or "deprecated",
        authority=_authority(lexicon.table("authority")),
        limits=_limits(table.table("limits")),
        rules=_rules(table.table("rules")),
        keep_record=_record(table.table("record")),
        baseline=root / baseline if baseline else None,
        columns=_texts(table.table("columns")),
        people=_people(table.table("people")),
        csv_tag_separator=_separator(lexicon),
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
    table.only("id", "region", "organization", "service_account", "host")
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


def _default(table: Table, projects: Mapping[str, ProjectSettings]) -> str:
    """The default project's name: misspelt it is a problem now, missing when it is needed."""
    name = table.text("default_project")
    near = nearest(name, projects)
    if near and name not in projects:
        table.problem("default_project", f"no project {shown(name)}; did you mean {shown(near)}?")
    return name


def _naming(table: Table) -> Naming:
    table.only("event", "property")
    return Naming(_style(table, "event"), _style(table, "property"))


def _style(table: Table, key: str) -> str:
    """A known style, or a regular expression between slashes."""
    style = table.text(key)
    if len(style) > 2 and style[0] == style[-1] == "/":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Python may mean one day by [[
                re.compile(style[1:-1])
        except (re.error, RecursionError, OverflowError) as error:
            table.problem(key, f"{key} is no regular expression: {error}")
        return style
    return table.word(key, (*STYLES, "/a regular expression/")) if style else ""


def _authority(table: Table) -> Mapping[str, str]:
    found = {}
    for key in table.values:
        named = key.rpartition(":")[2].strip()
        if named not in _FIELDS:
            near = nearest(named, _FIELDS)
            meant = f"; did you mean {near}?" if near else f"; fields: {', '.join(_FIELDS)}"
            table.problem(key, f"{shown(named)} is no field{meant}")
        found[key] = table.word(key, WORDS)
    return found


def _record(table: Table) -> str:
    """Where the record is kept: beside the plan, or on a git branch of its own."""
    table.only("keep")
    return table.word("keep", KEEPS) if table.text("keep") else KEEPS[0]


def _texts(table: Table) -> Mapping[str, str]:
    """A table of texts: a spreadsheet's header, and the column that it is."""
    return {key: table.text(key) for key in table.values}


def _people(table: Table) -> Mapping[str, str]:
    """The names that people write for owners, and the e-mail or `team:` that is meant."""
    found = _texts(table)
    for name, owner in found.items():
        if owner and not OWNER.fullmatch(owner):
            table.problem(name, f"{shown(owner)} is no owner; write an e-mail, or team:Name")
    return found


def _separator(lexicon: Table) -> str:
    """What parts several tags in Mixpanel's CSV, which documents none."""
    value = lexicon.values.get("csv_tag_separator")
    if value is None or (isinstance(value, str) and value and len(value) <= 3):
        return value or ""
    lexicon.problem("csv_tag_separator", 'csv_tag_separator must be 1 to 3 characters, as ","')
    return ""


def _limits(table: Table) -> Limits:
    table.only("requests_per_minute", "updates_per_minute", "queries_per_hour", "timeout")
    usual = Limits()
    return Limits(
        table.whole("requests_per_minute") or usual.requests_per_minute,
        table.whole("updates_per_minute") or usual.updates_per_minute,
        table.whole("queries_per_hour") or usual.queries_per_hour,
        table.number("timeout") or usual.timeout,
    )


def _rules(table: Table) -> Mapping[str, RuleSetting]:
    return {name: _rule(table, name) for name in table.values}


def _rule(table: Table, name: str) -> RuleSetting:
    value = table.values[name]
    at = table.location(name)
    if isinstance(value, str):
        return RuleSetting(_level(table, name), at=at)
    if not isinstance(value, dict):
        levels = ", ".join(LEVELS)
        table.problem(name, f"a rule is {levels}, or a table, not {kind_of(value)}")
        return RuleSetting(at=at)
    inner = table.table(name)
    severity = _level(inner, "severity")
    return RuleSetting(severity, {k: v for k, v in value.items() if k != "severity"}, at)


def _level(table: Table, key: str) -> Level | Literal[""]:
    word = table.text(key)
    if word and word not in LEVELS:
        table.problem(key, f"severity is {shown(word)}{offer(word, LEVELS)}")
        return ""
    return cast("Level | Literal['']", word)
