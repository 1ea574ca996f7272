"""Who did it: git's identity, the system's user, and in CI what the platform says of the job.

Nothing but the variables named here is read. They are those that the platforms document:
GitHub Actions  https://docs.github.com/en/actions/reference/workflows-and-actions/variables
GitLab          https://docs.gitlab.com/ci/variables/predefined_variables/
Bitbucket       https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
CircleCI        https://circleci.com/docs/variables/
Azure Pipelines https://learn.microsoft.com/azure/devops/pipelines/build/variables
Buildkite       https://buildkite.com/docs/pipelines/configure/environment-variables
Jenkins         https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from mpgov.core.model import Json
from mpgov.storage.git import Git, find_git
from mpgov.storage.state_folder import state_folder

MACHINE: Final = "machine-id"
_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class _Platform:
    """How a platform is known, and where it says who, which run, and which pull request.

    Of several variables the first that is set counts; the run's address has all of its parts or
    is none; of the pull request what the pattern finds counts.
    """

    mark: str
    actor: tuple[str, ...]
    run: str
    pull_request: tuple[str, ...]
    pattern: re.Pattern[str] = re.compile(r"(?!false$)(.+)")


_PLATFORMS: Final = (
    _Platform(
        "GITHUB_ACTIONS",
        ("GITHUB_ACTOR",),
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
        ("GITHUB_REF",),
        re.compile(r"refs/pull/(\d+)/"),
    ),
    _Platform("GITLAB_CI", ("GITLAB_USER_LOGIN",), "{CI_JOB_URL}", ("CI_MERGE_REQUEST_IID",)),
    _Platform(
        "BITBUCKET_BUILD_NUMBER",
        ("BITBUCKET_STEP_TRIGGERER_UUID",),
        "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
        ("BITBUCKET_PR_ID",),
    ),
    _Platform("CIRCLECI", ("CIRCLE_USERNAME",), "{CIRCLE_BUILD_URL}", ("CIRCLE_PULL_REQUEST",)),
    _Platform(
        "TF_BUILD",
        ("BUILD_REQUESTEDFOR",),
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
        ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"),
    ),
    _Platform(
        "BUILDKITE",
        ("BUILDKITE_BUILD_CREATOR",),
        "{BUILDKITE_BUILD_URL}",
        ("BUILDKITE_PULL_REQUEST",),
    ),
    _Platform("JENKINS_URL", ("BUILD_USER_ID", "CHANGE_AUTHOR"), "{BUILD_URL}", ("CHANGE_ID",)),
)


def who(folder: Path, environ: Mapping[str, str] | None = None) -> dict[str, Json]:
    """Everything that is known of who runs mpgov; what is not is left out."""
    environ = os.environ if environ is None else environ
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
    path = state_folder(environ) / MACHINE
    fresh = path.with_name(f"{MACHINE}.{os.getpid()}-{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        known = _id(path)
        if known:
            return known
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(fresh, secrets.token_hex(8))
            _put(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        return _id(path)
    return ""


def reason_of(git: Git, plan_path: Path) -> str:
    """Why, where nobody says: the first line of the plan's last commit."""
    commits = git.commits(plan_path, 1)
    return commits[0].subject if commits else ""


def _id(path: Path) -> str:
    """The id in the file; empty where there is no file, or no id in it."""
    try:
        text = path.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    return text if _ID.fullmatch(text) else ""


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _put(fresh: Path, path: Path) -> None:
    """Give the file its name; of two processes at once the first one's stays."""
    if not path.exists():
        try:
            os.link(fresh, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            fresh.replace(path)
    elif not _id(path):  # half a file
        fresh.replace(path)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _ci(environ: Mapping[str, str]) -> dict[str, Json]:
    for platform in _PLATFORMS:
        if environ.get(platform.mark):
            pull_request = platform.pattern.match(_first(environ, platform.pull_request))
            found: dict[str, Json] = {
                "actor": _first(environ, platform.actor),
                "run": _address(platform.run, environ),
                "pull_request": _bare(pull_request[1]) if pull_request else "",
            }
            return {name: value for name, value in found.items() if value}
    return {}


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _address(pattern: str, environ: Mapping[str, str]) -> str:
    """The run's address; empty where a part of it is not known."""
    parts = {name: environ.get(name, "") for name in re.findall(r"\{(\w+)\}", pattern)}
    if not all(parts.values()):
        return ""
    safe = {name: quote(part, safe="/:@?&=#%+~,;!") for name, part in parts.items()}
    return _bare(pattern.format_map(safe))


def _bare(address: str) -> str:
    """An address without the name and password that it may carry."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
