"""The text of a new mpgov.toml: the project that the environment or the options name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mpgov.errors import UsageError
from mpgov.storage.hosts import is_loopback, is_mixpanels
from mpgov.storage.projects import ProjectSettings, read_environment
from mpgov.workflows.ci import filled, template

_UNKNOWN = """
# Fill in your project: its id stands in Mixpanel under Settings > Overview.
# [projects.production]
# id = 123456
# region = "us"                       # us | eu | in
# service_account = "NAME.1a2b3c.mp-service-account"
"""
_BRANCH = """
[record]
keep = "branch"     # on the branch mpgov-record: CI writes it while main stays protected
"""
_LATER = """
# CI needs this; take the # away once this folder is a git repository.
# [record]
# keep = "branch"     # on the branch mpgov-record, while main stays protected
"""


@dataclass(frozen=True, slots=True)
class ProjectWish:
    """The project as the options name it."""

    id: int | None = None
    region: str = ""


def new_project(wish: ProjectWish, environ: Mapping[str, str]) -> ProjectSettings | None:
    """The project of a new mpgov.toml; `None` where nobody says which."""
    told = read_environment(environ)
    sides = (
        ("--project-id", wish.id, "ID", told.id),
        ("--region", wish.region, "REGION", told.region),
    )
    for option, mine, variable, theirs in sides:
        if mine and theirs and mine != theirs:
            name = "MIXPANEL_PROJECT_ID" if variable == "ID" else "MIXPANEL_REGION"
            raise UsageError(
                f"{option} is {mine}, but {name} is {theirs}", hint="unset one of the two"
            )
    id_ = wish.id or told.id
    if id_ is None:
        return None
    host = told.host if is_loopback(told.host) or is_mixpanels(told.host) else ""
    name = "sandbox" if is_loopback(host) else "production"
    region = wish.region or told.region
    return ProjectSettings(name, id_, region, service_account=told.account, host=host)


def settings_text(project: ProjectSettings | None, has_ci: bool, is_git: bool) -> str:
    """mpgov.toml, with a comment on everything."""
    record = "" if not has_ci else _BRANCH if is_git else _LATER
    said = _project(project) if project else _UNKNOWN
    return filled(template("mpgov.toml"), {"PROJECT": said, "RECORD": record})


def _project(project: ProjectSettings) -> str:
    lines = ["", f"[projects.{project.name}]", f"id = {project.id}"]
    region = project.region or "us"
    mark = "" if project.region else "# "
    lines.append(f'{mark}region = "{region}"                       # us | eu | in')
    if project.service_account:
        lines.append(f"service_account = {_quoted(project.service_account)}")
    if project.host:
        lines.append(f"host = {_quoted(project.host)}    # take it out for the real project")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML, which for printable text is JSON's."""
    return json.dumps(text, ensure_ascii=False)
