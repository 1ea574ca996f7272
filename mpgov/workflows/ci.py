"""The CI job that keeps plan and Lexicon in step: for which platform, and its text."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias

from mpgov import __version__
from mpgov.storage.git import Git, find_git

Platform: TypeAlias = Literal["github", "gitlab", "none"]

FILES: Final[Mapping[Platform, str]] = {
    "github": ".github/workflows/mpgov.yml",
    "gitlab": ".gitlab-ci.yml",
}
_ACTIONS: Final = {
    "CHECKOUT": "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "PYTHON": "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
}
_PLAIN: Final = re.compile(r"\w[\w./-]*", re.ASCII)  # stands for itself in YAML, bash and ${{ }}
_HOLE: Final = re.compile("@([A-Z]+)@")


@dataclass(frozen=True, slots=True)
class Repository:
    """Where CI runs: the repository's root, the folder of mpgov.toml in it, its main branch."""

    root: Path
    inside: str
    branch: str
    remotes: str
    is_git: bool = True

    def platform(self) -> Platform:
        """Whose CI it is, as far as anything tells."""
        if (self.root / ".github").is_dir():
            return "github"
        if (self.root / FILES["gitlab"]).exists():
            return "gitlab"
        told: tuple[Platform, ...] = ("github", "gitlab")
        named = next((one for one in told if one in self.remotes), None)
        return named or ("none" if self.remotes else "github")


def repository(folder: Path) -> Repository:
    """The repository of a folder; one that git does not know yet begins in the folder."""
    git = find_git(folder)
    if git is None:
        return Repository(folder, "", "main", "", is_git=False)
    inside = git.inside(folder)
    remotes = os.fsdecode(git.attempt("remote", "-v").stdout).casefold()
    return Repository(git.root, "" if inside == "." else inside, _branch(git), remotes)


def workflow(platform: Platform, here: Repository, plan: str, project: str) -> str:
    """The file's text; `plan` as seen from the folder, `project` by its name, if it has one."""
    text = template(f"{platform}.yml")
    known = project if _PLAIN.fullmatch(project) else ""
    if platform == "github":
        known = known or "default"
    folder = ""
    if here.inside and platform == "github":
        folder = f"\n    working-directory: {json.dumps(here.inside, ensure_ascii=False)}"
    elif here.inside:
        command = json.dumps(f"cd {shlex.quote(here.inside)}", ensure_ascii=False)
        folder = f"\n    - {command}"
    return filled(
        text,
        {
            **{name: pin.replace(" #", "  #") for name, pin in _ACTIONS.items()},
            "VERSION": __version__,
            "BRANCH": here.branch,
            "PLAN": shlex.quote(plan),
            "PROJECT": known,
            "FOLDER": folder,
        },
    )


def template(name: str) -> str:
    """A file that comes with mpgov, with holes to fill."""
    return (files("mpgov.workflows") / "templates" / name).read_text("utf-8")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A template with its holes filled; in what is filled in nothing is a hole."""
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def _branch(git: Git) -> str:
    """The branch that is protected: the remote's own, else the one that is checked out."""
    for ref in ("refs/remotes/origin/HEAD", "HEAD"):
        done = git.attempt("symbolic-ref", "--short", ref)
        name = os.fsdecode(done.stdout).strip().removeprefix("origin/")
        if name and (ref != "HEAD" or name in {"main", "master", "trunk"}):
            return name if _PLAIN.fullmatch(name) else "main"
    return "main"
