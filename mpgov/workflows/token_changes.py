"""Changes of the register, each recorded at once: where it cannot be recorded nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from mpgov.core.model import Json
from mpgov.core.tokens import (
    KnownProject,
    Token,
    find_project,
    fingerprint,
    may_hold_value,
    value_problem,
)
from mpgov.errors import UsageError
from mpgov.formats.tokens_edit import dumps, with_token
from mpgov.formats.tokens_yaml import TOKEN
from mpgov.storage.files import check_writable, written
from mpgov.storage.locks import writing
from mpgov.storage.projects import Project
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder
from mpgov.workflows.tokens import Kept, known_projects, register, register_path, today

TWICE: Final = "every value is held under one name: use that"
NO_VALUE: Final = "no value was on stdin; without its fingerprint a scan cannot say whose it is"
OLD_VALUE: Final = "no value was on stdin; its fingerprint is still that of the one before"


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a token, and where its register is."""

    token: Token
    file: str
    notes: tuple[str, ...] = ()


def add(around: Surroundings, token: Token, value: str, reason: str = "") -> Changed:
    """Put a token into the register; of its value only the fingerprint is kept."""
    with _held(around) as kept:
        _refuse_values(token, reason)
        _refuse_future(around, "--last-rotated", token.last_rotated)
        if any(one.name == token.name for one in kept.tokens):
            raise UsageError(
                f"{kept.name} has a token {token.name} already",
                hint=f"mpgov tokens rotated {token.name} --reason …, or another name",
            )
        project = _project(around, token.project)
        token = replace(token, project=token.project or project.name)
        if value:
            token = replace(token, fingerprint=_fingerprint(kept, token, value))
        _write(around, kept, [(token, None)], (project, reason))
        return Changed(token, kept.name, () if value or token.account else (NO_VALUE,))


def rotated(
    around: Surroundings, name: str, value: str, reason: str, *, on: str = "", account: str = ""
) -> Changed:
    """Say that a token was replaced; the fingerprint of the value before is kept as retired."""
    with _held(around) as kept:
        before = kept.named(name)
        on = on or today(around)
        if before.last_rotated > on:
            raise UsageError(
                f"--on {on}: {name} was rotated on {before.last_rotated} already",
                hint=f"if that is wrong, mend it in {kept.name}",
            )
        _refuse_future(around, "--on", on)
        if account and before.kind != "service_account":
            raise UsageError(f"--account: {name} is no service account")
        token = replace(before, last_rotated=on, account=account or before.account)
        _refuse_values(token, reason)
        if value:
            print_of = _fingerprint(kept, before, value)
            token = replace(token, fingerprint=print_of, retired=_retired(before))
        _write(around, kept, [(token, before)], (_project(around, token.project), reason))
        told = OLD_VALUE if before.fingerprint else NO_VALUE
        silent = value or (token.account and not before.fingerprint)
        return Changed(token, kept.name, () if silent else (told,))


def of_account(around: Surroundings, account: str) -> list[Token]:
    """The tokens that are a service account's; raises where they could not name another."""
    kept = register(around)
    mine = [one for one in kept.tokens if one.account == account]
    _text(kept, [replace(one, account="another", last_rotated=today(around)) for one in mine])
    if mine:
        check_writable(kept.path)
    return mine


def account_rotated(
    around: Surroundings, accounts: tuple[str, str], value: str, reason: str
) -> list[Changed]:
    """Let every token of a service account be of the one that replaced it, all at once.

    They are recorded in the project that is meant, whichever theirs is.
    """
    old, new = accounts
    print_of = fingerprint(value)
    with _held(around) as kept:
        mine = [one for one in kept.tokens if one.account == old]
        changed = {
            one.name: replace(
                one,
                account=new,
                last_rotated=today(around),
                fingerprint=print_of,
                retired=_retired(one),
            )
            for one in mine
        }
        pairs = [(changed[one.name], one) for one in mine]
        _write(around, kept, pairs, (around.project(), reason))
        return [Changed(token, kept.name) for token in changed.values()]


@contextmanager
def _held(around: Surroundings) -> Iterator[Kept]:
    """The register, which nobody else changes meanwhile."""
    with writing(register_path(around)):
        yield register(around)


def _fingerprint(kept: Kept, token: Token, value: str) -> str:
    """The fingerprint of a new value; refused where it cannot be one, or is not new."""
    problem = value_problem(token.kind, value)
    if problem:
        raise UsageError(f"what stands on stdin is no {token.what}: {problem}")
    print_of = fingerprint(value)
    for one in kept.tokens:
        mine = one.name == token.name
        if print_of == one.fingerprint:
            told = "it has that value already" if mine else f"{one.name} has that value already"
            raise UsageError(f"{token.name}: {told} ({print_of})", hint="" if mine else TWICE)
        if print_of in one.retired:
            raise UsageError(f"{token.name}: that value of {one.name} was retired ({print_of})")
    return print_of


def _refuse_values(token: Token, reason: str) -> None:
    """Neither the register nor the record may hold a value, wherever somebody typed it."""
    said = {
        **{name.replace("_", "-"): getattr(token, name) for name in TOKEN},
        "reason": reason,
        "used-in": " ".join(token.used_in),
    }
    options = {"name": token.name, **said}
    for name, text in options.items():
        if name not in {"fingerprint", "retired"} and may_hold_value(str(text)):
            where = "the name" if name == "name" else f"--{name}"
            raise UsageError(
                f"{where} may hold a token or a secret, which the register never does",
                hint="the value goes to stdin: pass show … | mpgov tokens …",
            )


def _refuse_future(around: Surroundings, option: str, day: str) -> None:
    if day > today(around):
        raise UsageError(f"{option} {day} is still to come", hint="say it once it is done")


def _project(around: Surroundings, named: str) -> Project:
    """The project in whose record a token is; the environment has no say in it."""
    projects = known_projects(around)
    if not named:
        try:
            return around.project()
        except UsageError as error:
            raise UsageError(error.message, hint="say --project NAME, or its id") from None
    found = find_project(projects, named)
    if found is None and named.isascii() and named.isdigit() and 0 < int(named) < 2**63:
        found = KnownProject(named, int(named))
    if found is None:
        listed = ", ".join(one.name for one in projects)
        raise UsageError(
            f"there is no project {named}",
            hint=f"projects: {listed}"
            if listed
            else f"add [projects.{named}] to mpgov.toml, or give the project's id",
        )
    said = around.settings.projects.get(found.name)
    return Project(
        found.name,
        found.id,
        found.region,
        said.organization if said else None,
        said.service_account if said else "",
        said.host if said else "",
    )


def _write(
    around: Surroundings,
    kept: Kept,
    pairs: Sequence[tuple[Token, Token | None]],
    about: tuple[Project, str],
) -> None:
    """Change the file in place, and record it; the one is undone where the other fails."""
    project, reason = about
    recorder = Recorder(around, project, None, reason, kind="token")
    if recorder.branch is not None:
        recorder.branch.fetch()
    text = _text(kept, [token for token, _ in pairs])
    record = partial(recorder.tell, "token", tuple(_change(*pair) for pair in pairs))
    recorder.ledger.prepare()
    with written({kept.path: text}):
        record()
    token, before = pairs[0]
    verb = "add" if before is None else "rotated"
    recorder.publish(f"mpgov tokens {verb} {token.name}", record)


def _text(kept: Kept, tokens: Iterable[Token]) -> str:
    """The register's text, in which these tokens are as they are here."""
    text = kept.text
    for token in tokens:
        text = with_token(text, token, kept.name) if text else dumps([token])
    return text


def _retired(before: Token) -> tuple[str, ...]:
    """The fingerprints of values that are no longer in use, once this one is not."""
    return tuple(dict.fromkeys([*before.retired, *filter(None, [before.fingerprint])]))


def _change(token: Token, before: Token | None) -> Json:
    """What became of a token, field by field, as the record has it."""
    fields: list[Json] = []
    for name in TOKEN:
        old, new = getattr(before, name) if before else None, getattr(token, name)
        if (old or None) == (new or None):
            continue
        sides = {"before": old, "after": new}
        shown = {side: _as_json(value) for side, value in sides.items() if value}
        fields.append({"path": [name], **shown})
    action = "create" if before is None else "update"
    return {"action": action, "entity": "token", "name": token.name, "fields": fields}


def _as_json(value: object) -> Json:
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]
