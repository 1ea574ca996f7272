"""The register of tokens as people ask for it: list it, judge it. Nothing here needs Mixpanel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from mpgov.core.moment import stamp
from mpgov.core.normal import element_key
from mpgov.core.report import CheckReport
from mpgov.core.rule import judge
from mpgov.core.tokens import Due, KnownProject, Register, Token, due_of, find_project
from mpgov.errors import InputError, UsageError
from mpgov.formats.base import Source
from mpgov.formats.tokens_yaml import loads
from mpgov.workflows.judging import rule_settings, rules_on
from mpgov.workflows.plans import read_bytes, read_plan, shown
from mpgov.workflows.project import Surroundings

FILE: Final = "tokens.yaml"
BEGIN: Final = "mpgov tokens add web-production --kind project_token --project NAME"


@dataclass(frozen=True, slots=True)
class Kept:
    """The register as it is kept: its file, what it is called in messages, and its tokens."""

    path: Path
    name: str
    tokens: tuple[Token, ...] = ()
    text: str = ""

    def named(self, name: str) -> Token:
        """The token of that name; an error that offers the nearest."""
        found = next((one for one in self.tokens if one.name == name), None)
        if found is not None:
            return found
        names = ", ".join(one.name for one in self.tokens)
        if not names:
            raise UsageError(f"{self.name} has no token yet", hint=BEGIN)
        raise UsageError(f"{self.name} has no token {name}", hint=f"tokens: {names}")


def register(around: Surroundings) -> Kept:
    """The register; where there is no file it has no tokens."""
    path = register_path(around)
    name = shown(path, Path.cwd())
    if not path.exists():
        return Kept(path, name)
    data = read_bytes(path, Path.cwd())
    return Kept(path, name, loads(Source(name, data)), data.decode("utf-8"))


def register_path(around: Surroundings) -> Path:
    """In the plan's folder, which may be still to come; else in `plans/` beside mpgov.toml."""
    plan = around.plan()
    is_folder = plan.is_dir() or not (plan.exists() or plan.suffix)
    return (plan if is_folder else around.settings.root / "plans") / FILE


def chosen(around: Surroundings, kept: Kept, names: Sequence[str]) -> tuple[Token, ...]:
    """The tokens of the projects that names and globs mean; without any, all."""
    if not names:
        return kept.tokens
    projects = known_projects(around)
    found = tuple(one for one in kept.tokens if is_meant(one, names, projects))
    called = {one.name for one in projects} | {one.project for one in kept.tokens}
    for name in names:
        if not found and not any(fnmatchcase(one, name) for one in called):
            listed = ", ".join(sorted(filter(None, called))) or "none yet"
            raise UsageError(
                f"--project {name}: no token is of such a project", hint=f"projects: {listed}"
            )
    return found


def is_meant(token: Token, names: Sequence[str], projects: Iterable[KnownProject]) -> bool:
    """Whether a token is of one of the projects that names and globs mean."""
    project = find_project(projects, token.project)
    called = {token.project, *((project.name, str(project.id)) if project else ())}
    return not names or any(fnmatchcase(one, name) for one in called for name in names)


def dues(around: Surroundings, tokens: Iterable[Token]) -> list[Due]:
    """When each token is due, in their order."""
    return [due_of(token, date.fromisoformat(today(around))) for token in tokens]


def today(around: Surroundings) -> str:
    """The day, in UTC."""
    return stamp(around.now())[:10]


def check(around: Surroundings, names: Sequence[str]) -> CheckReport:
    """What the rules say of the register."""
    kept = register(around)
    if not kept.path.exists():
        raise InputError(f"{kept.name}: there is no register of tokens yet", hint=BEGIN)
    tokens = chosen(around, kept, names)
    subject = Register(tokens, known_projects(around), _left(around), today(around))
    rules = rules_on(Register, around.settings)
    count = len(tokens)
    return CheckReport(
        plan=kept.name,
        events=0,
        properties=0,
        findings=tuple(judge(subject, rules, rule_settings(around.settings))),
        rules=rules,
        command="tokens check",
        counted=f"{count} token{'s'[: count != 1]}",
    )


def known_projects(around: Surroundings) -> tuple[KnownProject, ...]:
    """The projects that mpgov.toml names."""
    return tuple(
        KnownProject(one.name, one.id, one.region or "us", one.at)
        for one in around.settings.projects.values()
    )


def _holds_a_plan(path: Path) -> bool:
    """Whether there is anything beside the register."""
    return path.is_file() or any(one.name != FILE for one in path.rglob("*.y*ml"))


def _left(around: Surroundings) -> frozenset[str]:
    """Who is no longer here, as the plan says; a plan that cannot be read says nothing."""
    path = around.plan()
    if not path.exists() or not _holds_a_plan(path):
        return frozenset()
    try:
        left = read_plan(path, Path.cwd(), around.how()).catalog.governance.left
    except InputError as error:
        around.notify(f"note: nobody knows who left: {error.problems[0].splitlines()[0]}")
        return frozenset()
    people = left if isinstance(left, tuple) else ()
    return frozenset(element_key("owners", one) for one in people)
