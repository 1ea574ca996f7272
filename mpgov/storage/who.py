"""Who did it: git's identity, the system's user, and in CI what the platform says of the job.

The variables are those that the platforms document: GitHub Actions ("Variables reference"),
GitLab CI ("Predefined CI/CD variables"), Bitbucket, CircleCI, Azure, Buildkite, Jenkins.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from mpgov.core.model import Json
from mpgov.storage.git import Git, find_git
from mpgov.storage.state_folder import state_folder

# The variables that name the actor, the run's address, and the pull request.
_PLATFORMS: Final = (
    ("GITLAB_USER_LOGIN", "CI_JOB_URL", "CI_MERGE_REQUEST_IID"),
    ("BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_GIT_HTTP_ORIGIN", "BITBUCKET_PR_ID"),
    ("CIRCLE_USERNAME", "CIRCLE_BUILD_URL", "CIRCLE_PULL_REQUEST"),
    ("BUILD_REQUESTEDFOR", "BUILD_BUILDURI", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"),
    ("BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_URL", "BUILDKITE_PULL_REQUEST"),
    ("BUILD_USER_ID", "BUILD_URL", "CHANGE_ID"),
)
_PULL: Final = re.compile(r"refs/pull/(\d+)/")


def who(folder: Path, environ: Mapping[str, str]) -> dict[str, Json]:
    """Everything that is known of who runs mpgov; what is not is left out."""
    git = find_git(folder)
    found: dict[str, Json] = {
        "git": git.identity() if git else "",
        "os": _user(),
        "machine": machine(environ),
        "ci": _ci(environ),
    }
    return {name: value for name, value in found.items() if value}


def machine(environ: Mapping[str, str]) -> str:
    """A random id of this machine's state folder; empty where none can be kept."""
    path = state_folder(environ) / "machine-id"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text("utf-8").strip()[:32]
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(8))
        return path.read_text("utf-8").strip()
    return ""


def reason_of(git: Git, plan: Path) -> str:
    """Why, where nobody says: the first line of the plan's last commit."""
    commits = git.commits(plan, 1)
    return commits[0].subject if commits else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _ci(environ: Mapping[str, str]) -> dict[str, Json]:
    if environ.get("GITHUB_ACTIONS"):
        server, repository, run = (
            environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
        )
        address = f"{server}/{repository}/actions/runs/{run}" if run else ""
        pull = _PULL.match(environ.get("GITHUB_REF", ""))
        return _filled(environ.get("GITHUB_ACTOR", ""), address, pull[1] if pull else "")
    for actor, address, pull_request in _PLATFORMS:
        values = [environ.get(name, "") for name in (actor, address, pull_request)]
        if values[1]:
            return _filled(*values)
    return {}


def _filled(actor: str, address: str, pull_request: str) -> dict[str, Json]:
    found: dict[str, Json] = {"actor": actor, "run": _bare(address), "pull_request": pull_request}
    return {name: value for name, value in found.items() if value and value != "false"}


def _bare(address: str) -> str:
    """An address without the name and password that it may carry."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
