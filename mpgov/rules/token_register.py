"""The register of tokens: each is held by somebody, for one environment, and for a time."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from mpgov.core.finding import Finding
from mpgov.core.normal import element_key
from mpgov.core.rule import Options, rule
from mpgov.core.tokens import Register, Token, due_of


@rule(
    "tokens/shared-value",
    on=Register,
    severity="error",
    good="""tokens:
  web: {kind: project_token, environment: production, fingerprint: 1a2b3c4d5e6f7890}
  web-dev: {kind: project_token, environment: development, fingerprint: 0f1e2d3c4b5a6978}""",
    bad="""tokens:
  web: {kind: project_token, environment: production, fingerprint: 1a2b3c4d5e6f7890}
  web-dev: {kind: project_token, environment: development, fingerprint: 1a2b3c4d5e6f7890}""",
)
def shared_value(register: Register, _: Options) -> Iterator[Finding]:
    """A value under two names is rotated in one place and breaks in the other."""
    seen: dict[str, Token] = {}
    for token in register.tokens:
        if not token.fingerprint:
            continue
        first = seen.setdefault(token.fingerprint, token)
        if first is not token:
            yield _about(token, f"has the same value as {first.name}{_across(first, token)}")


@rule(
    "tokens/shared-project",
    on=Register,
    severity="error",
    good="""tokens:
  web: {kind: project_token, environment: production, project: 1}
  web-dev: {kind: project_token, environment: development, project: 2}""",
    bad="""tokens:
  web: {kind: project_token, environment: production, project: 1}
  web-dev: {kind: project_token, environment: development, project: 1}""",
)
def shared_project(register: Register, _: Options) -> Iterator[Finding]:
    """What developers try out, in the project of production, is in everybody's reports."""
    first: dict[tuple[int, str], str] = {}
    for project in register.projects:
        other = first.setdefault((project.id, project.region), project.name)
        if other != project.name:
            yield Finding(
                f"[projects.{project.name}] is project {project.id}, and so is [projects.{other}]",
                at=project.at,
            )
    groups: dict[object, list[Token]] = defaultdict(list)
    for token in register.tokens:
        if token.project and token.environment and token.kind != "service_account":
            known = register.project_of(token)
            groups[(known.id, known.region) if known else token.project].append(token)
    for tokens in groups.values():
        for token in tokens[1:]:
            if token.environment != tokens[0].environment:
                message = f"shares project {token.project} with {tokens[0].name}"
                yield _about(token, f"{message}{_across(tokens[0], token)}", "project")


@rule(
    "tokens/retired-current",
    on=Register,
    severity="error",
    good="tokens: {web: {kind: project_token, fingerprint: 1a2b3c4d5e6f7890, "
    "retired: [0f1e2d3c4b5a6978]}}",
    bad="tokens: {web: {kind: project_token, fingerprint: 1a2b3c4d5e6f7890, "
    "retired: [1a2b3c4d5e6f7890]}}",
)
def retired_current(register: Register, _: Options) -> Iterator[Finding]:
    """A value cannot be retired and in use: one of the two is not true."""
    current = {one.fingerprint: one for one in register.tokens if one.fingerprint}
    for token in register.tokens:
        for one in token.retired:
            if one in current:
                whose = "its own value" if current[one] is token else f"that of {current[one].name}"
                yield _about(token, f"has retired {one}, which is {whose} today", "retired")


@rule(
    "tokens/unknown-project",
    on=Register,
    severity="error",
    varies=True,
    good="""tokens: {web: {kind: project_token, project: production}}
--- projects
production: 1""",
    bad="""tokens: {web: {kind: project_token, project: prodction}}
--- projects
production: 1""",
)
def unknown_project(register: Register, _: Options) -> Iterator[Finding]:
    """What is done to a token is in its project's record: a name nobody knows has none."""
    names = [one.name for one in register.projects]
    for token in register.tokens:
        if not token.project or token.project.isdigit() or register.project_of(token):
            continue
        near = get_close_matches(token.project, names, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        message = f"is of project {token.project}, which mpgov.toml does not name{meant}"
        fix = f"project: {near[0]}" if near else f"[projects.{token.project}] in mpgov.toml"
        finding = _about(token, message, "project", fix)
        yield replace(finding, severity="error" if names else "warning")


@rule(
    "tokens/unheld",
    on=Register,
    good="tokens: {web: {kind: project_token, holder: jane@acme.example}}",
    bad="tokens: {web: {kind: project_token}}",
)
def unheld(register: Register, _: Options) -> Iterator[Finding]:
    """A token that nobody holds is nobody's to replace when it has to be."""
    for token in register.tokens:
        if not token.holder:
            yield _about(token, "has no holder", fix="holder: name@company, or team:Name")


@rule(
    "tokens/holder-left",
    on=Register,
    severity="error",
    good="""tokens: {web: {kind: project_token, holder: jane@acme.example}}
--- governance
left: [tom@acme.example]""",
    bad="""tokens: {web: {kind: project_token, holder: tom@acme.example}}
--- governance
left: [tom@acme.example]""",
)
def holder_left(register: Register, _: Options) -> Iterator[Finding]:
    """Whoever left may still know the value, and replaces it no more."""
    for token in register.tokens:
        if token.holder and element_key("owners", token.holder) in register.left:
            yield _about(token, f"is held by {token.holder}, who left", "holder", _rotate(token))


@rule(
    "tokens/unscheduled",
    on=Register,
    good="tokens: {web: {kind: project_token, rotate_every: 365 days, last_rotated: 2026-01-15}}",
    bad="tokens: {web: {kind: project_token, rotate_every: 365 days}}",
)
def unscheduled(register: Register, _: Options) -> Iterator[Finding]:
    """What has no day on which it is due is never replaced."""
    for token in register.tokens:
        if due_of(token, date.fromisoformat(register.today)).on:
            continue
        if token.rotate_every:
            fix = f"last_rotated: {register.today}"
            yield _about(token, "has a schedule, and nobody knows since when", "rotate_every", fix)
        else:
            fix = "rotate_every: 365 days"
            yield _about(token, "has no rotation schedule", fix=fix)


@rule(
    "tokens/due",
    on=Register,
    varies=True,
    good="tokens: {web: {kind: project_token, rotate_every: 365 days, last_rotated: 2026-01-15}}",
    bad="tokens: {web: {kind: project_token, rotate_every: 90 days, last_rotated: 2026-09-10}}",
)
def due(register: Register, _: Options) -> Iterator[Finding]:
    """What is due soon takes time to replace everywhere; past its day: error."""
    for token in register.tokens:
        one = due_of(token, date.fromisoformat(register.today))
        if one.state not in {"overdue", "soon"} or one.days is None:
            continue
        days = f"{abs(one.days)} day{'s'[: abs(one.days) != 1]}"
        when = f"{days} ago" if one.days < 0 else f"in {days}" if one.days else "today"
        yield Finding(
            f"{token.name} {'was' if one.days < 0 else 'is'} due on {one.on}, {when}: {one.why}",
            at=token.place("last_rotated"),
            fix=_rotate(token),
            severity="error" if one.days < 0 else "warning",
        )


@rule(
    "tokens/incomplete",
    on=Register,
    good="tokens: {web: {kind: project_token, project: 1, environment: production, "
    "fingerprint: 1a2b3c4d5e6f7890}}",
    bad="tokens: {web: {kind: project_token, project: 1}}",
)
def incomplete(register: Register, _: Options) -> Iterator[Finding]:
    """Without its project, environment and fingerprint a scan cannot say whose a value is."""
    for token in register.tokens:
        missing = [name for name in ("project", "environment") if not getattr(token, name)]
        if token.kind == "service_account" and not token.account:
            missing.append("account")
        elif token.kind != "service_account" and not token.fingerprint:
            missing.append("fingerprint")
        if missing:
            yield _about(token, f"lacks {_listed(missing)}", fix=f"{missing[0]}: …")


def _about(token: Token, message: str, field: str = "", fix: str = "") -> Finding:
    return Finding(f"{token.name} {message}", at=token.place(field), fix=fix)


def _rotate(token: Token) -> str:
    return f"replace it, then mpgov tokens rotated {shlex.quote(token.name)} --reason …"


def _across(first: Token, second: Token) -> str:
    """The environments of two tokens, where both say one and they differ."""
    pair = (first.environment, second.environment)
    return f": {pair[0]} and {pair[1]}" if all(pair) and pair[0] != pair[1] else ""


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
