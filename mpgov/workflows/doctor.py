"""Is everything in place, and if not, what to do: looked at in the order in which it is needed.

What cannot be true because something before it is not is not tried: the first thing that is wrong
is the cause.
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mpgov import __version__
from mpgov.core.checkup import Check, Checkup
from mpgov.core.model import Catalog
from mpgov.core.report import fails
from mpgov.errors import AuthError, InputError, MpgovError, UsageError
from mpgov.storage.credentials import (
    VARIABLE,
    Found,
    check_host,
    delete_secret,
    keyring_name,
    locate_secret,
    store_secret,
    usable_keyring,
)
from mpgov.storage.projects import Project, place_of
from mpgov.storage.secret import Secret
from mpgov.storage.settings import find
from mpgov.storage.toml_edit import Changes
from mpgov.workflows.check import judged
from mpgov.workflows.doctor_mixpanel import MEND, edit, online
from mpgov.workflows.doctor_record import kept
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Notify, Surroundings, surroundings

_OF_A_PROJECT = ("mpgov sync", "mpgov auth", "mpgov doctor", "mpgov history")
IN_ENVIRONMENT = f"read -rs {VARIABLE} && export {VARIABLE}"


@dataclass(slots=True)
class Patient:
    """What is known so far; `mends` are what `--mend` would write into mpgov.toml, by check."""

    around: Surroundings
    project: Project | None = None
    plan: Catalog | None = None
    found: Found | None = None
    mends: dict[str, Changes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, and what `--mend` can write."""

    checkup: Checkup
    around: Surroundings | None = None
    mends: dict[str, Changes] = field(default_factory=dict)


def doctor(
    config: Path | None, notify: Notify, name: str | None = None, max_wait: float = 600
) -> Diagnosis:
    """Look at everything, from Python to the tokens that are due."""
    checks = [_python()]
    try:
        around = surroundings(config, notify, name, max_wait)
    except InputError as error:
        first, *more = error.problems
        told = first.split("\n")[0] + (f" (and {len(more)} more)" if more else "")
        checks.append(Check("settings", "wrong", told, edit(config or find(Path.cwd()))))
        return Diagnosis(Checkup(name or "", tuple(checks)))
    found = examine(around)
    return Diagnosis(
        Checkup(found.checkup.project, (*checks, *found.checkup.checks)), around, found.mends
    )


def examine(around: Surroundings) -> Diagnosis:
    """Look at everything that settings lead to."""
    patient = Patient(around)
    checks = [
        *_settings(patient),
        *_project(patient),
        *_plan(patient),
        *_keyring(patient),
        *_mixpanel(patient),
        *kept(around, patient.project),
    ]
    name = patient.project.name if patient.project else around.project_name or ""
    scoped = tuple(_scoped(one, around.scope) for one in checks)
    return Diagnosis(Checkup(name, scoped), around, patient.mends)


def _scoped(check: Check, scope: str) -> Check:
    """The check, whose command means this project wherever it is typed."""
    command, mark, remark = check.fix.partition("   #")
    if not any(word in command for word in _OF_A_PROJECT):
        return check
    return replace(check, fix=f"{command}{scope}{mark}{remark}")


def _python() -> Check:
    return Check("versions", "ok", f"mpgov {__version__}, Python {platform.python_version()}")


def _settings(patient: Patient) -> Iterator[Check]:
    file = patient.around.settings.file
    if file is None:
        text = "there is no mpgov.toml: the environment alone counts"
        yield Check("settings", "warning", text, "mpgov init")
    else:
        yield Check("settings", "ok", f"{shown(file, Path.cwd())} is read")


def _project(patient: Patient) -> Iterator[Check]:
    try:
        project = patient.project = patient.around.project()
    except UsageError as error:
        settings = patient.around.settings
        if patient.around.project_name not in {None, *settings.projects}:
            raise  # a word that was typed wrong, and nothing that could be mended
        told = f"{error.message}; {error.hint}" if error.hint else error.message
        yield Check("project", "wrong", told, _mend_project(error.message, settings.file))
        return
    account = project.service_account or "no service account yet"
    yield Check("project", "ok", f"{project.name} ({project.id}, {place_of(project)}), {account}")
    if project.host:
        yield from _host(patient, project)


def _mend_project(told: str, file: Path | None) -> str:
    """The variable that is in the way, or the file that does not say enough."""
    variable = re.search(r"MIXPANEL_[A-Z_]+", told)
    if variable:
        return f"unset {variable[0]}"
    return edit(file) if file else "mpgov init"


def _host(patient: Patient, project: Project) -> Iterator[Check]:
    try:
        check_host(project)
    except AuthError as error:
        patient.mends["host"] = {("projects", project.name, "host"): None}
        yield Check("host", "wrong", error.message, MEND)
    else:
        yield Check("host", "ok", f"{project.host} may get the secret")


def _plan(patient: Patient) -> Iterator[Check]:
    around = patient.around
    path = around.plan()
    try:
        plan, report = judged(path, around)
    except InputError as error:
        first, *more = error.problems
        told = first.split("\n")[0] + (f" (and {len(more)} more)" if more else "")
        yield Check("plan", "wrong", told, _mend_plan(path))
        return
    patient.plan = plan.catalog
    told = f"{report.plan} is read: events {report.events}, properties {report.properties}"
    if fails(report.findings, "error"):
        errors = sum(one.severity == "error" for one in report.findings)
        told += f", {errors} error{'s'[: errors != 1]}"
        yield Check("plan", "wrong", told, f"mpgov check {shlex.quote(report.plan)}")
        return
    yield Check("plan", "ok", told)


def _mend_plan(path: Path) -> str:
    """What makes a plan where there is none, or tells what is wrong with the one there is."""
    name = shlex.quote(shown(path, Path.cwd()))
    if path.exists() and (path.is_file() or any(path.rglob("*.y*ml"))):
        return f"mpgov check {name}"
    return f"mpgov export --output {name}" if path.suffix else "mpgov init"


def _keyring(patient: Patient) -> Iterator[Check]:
    """The keyring, and whether there is a secret anywhere."""
    try:
        backend = usable_keyring()
        problem = _round_trip() if backend is not None else "there is no system keyring"
        name = keyring_name(backend) if backend is not None else ""
    except AuthError as error:
        problem, name = error.message, ""
    project = patient.project
    found, refused = _secret(project)
    patient.found = found
    outside = found is not None and found.source != "keyring"
    if problem and outside:
        told = f"{problem}, and none is needed: the secret comes from the environment"
        yield Check("keyring", "ok", told)
    elif problem:
        yield Check("keyring", "wrong", f"{problem}, and {VARIABLE} is not set", IN_ENVIRONMENT)
    else:
        yield Check("keyring", "ok", f"{name} keeps what it is given")
    if found is not None:
        yield Check("secret", "ok", f"there is one, in {_where(found)}")
    elif refused:
        yield Check("secret", "skipped", "the host gets none")
    elif project is not None and not problem:
        told = f"there is none for {project.service_account or project.name}"
        yield Check("secret", "wrong", told, "mpgov auth login")


def _where(found: Found) -> str:
    return f"the keyring ({found.kept})" if found.source == "keyring" else found.kept


def _secret(project: Project | None) -> tuple[Found | None, bool]:
    """The secret, and whether the host is why there is none."""
    if project is None:
        return None, False
    try:
        return locate_secret(project, os.environ), False
    except AuthError as error:
        return None, "gets no secret" in error.message


def _round_trip() -> str:
    """Keep something and take it away again; what went wrong, or nothing."""
    probe = f"mpgov-doctor-{secrets.token_hex(4)}"
    try:
        store_secret(probe, Secret(secrets.token_hex(16)))
        delete_secret(probe)
    except MpgovError as error:
        return error.message
    return ""


def _mixpanel(patient: Patient) -> Iterator[Check]:
    """All that Mixpanel has to be asked for; nothing of it without a secret."""
    project, found = patient.project, patient.found
    if project is None or found is None:
        yield Check("Mixpanel", "skipped", "not asked: there is no secret to ask with")
        return
    yield from online(patient.around, project, found.secret, patient.plan, patient.mends)
