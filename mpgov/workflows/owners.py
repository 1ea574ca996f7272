"""Who answers for what: list them, check them, hand over, and tell a code host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mpgov.core.audit import Evidence
from mpgov.core.event_rows import event_rows
from mpgov.core.finding import Finding
from mpgov.core.model import OWNER, Catalog, Entity, Json
from mpgov.core.moment import stamp
from mpgov.core.owned import OwnerRow, owners_of
from mpgov.core.ownership import (
    RULE,
    Allowed,
    check_owners,
    handed_over,
    left_of,
    owners,
    problem_of,
    same_owner,
)
from mpgov.core.report import CheckReport
from mpgov.core.rule import Setting
from mpgov.core.select import Selection
from mpgov.core.waivers import waive
from mpgov.errors import AuthError, RemoteError, UsageError
from mpgov.formats.plan_edit import Edit, SetField
from mpgov.mixpanel.access import who_am_i
from mpgov.mixpanel.people import members_of, teams_of
from mpgov.storage.files import written
from mpgov.workflows.audit import AuditWish, audit
from mpgov.workflows.check import judged
from mpgov.workflows.judging import rule_settings
from mpgov.workflows.lexicon import connect, fetch_record
from mpgov.workflows.plans import STDIN, read_plan, shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import Recorder
from mpgov.workflows.taking import edited_files, home_file


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a transfer did: the files that were written, and the events that changed hands."""

    files: tuple[str, ...]
    events: tuple[str, ...]
    notes: tuple[str, ...] = ()


def list_owners(path: Path | str, around: Surroundings, *, offline: bool) -> tuple[OwnerRow, ...]:
    """What everybody answers for: by the audit, or by the plan alone."""
    if offline:
        plan, report = judged(path, around)
        evidence = Evidence(plan=plan.catalog, joined=plan.catalog)
        rows = (replace(row, volume=None) for row in event_rows(evidence))
        return owners_of(rows, report.findings)
    report_ = audit(path, around, AuditWish()).report
    return owners_of(report_.events, report_.findings)


def check(path: Path | str, around: Surroundings, *, offline: bool) -> CheckReport:
    """Everybody who cannot be an owner, at the place where the plan names them."""
    plan = read_plan(path, Path.cwd(), around.how())
    allowed = Allowed(domains=around.settings.owner_domains)
    notes = list(plan.notes)
    if not offline:
        allowed, told = _asked(around, allowed)
        notes += told
    level = rule_settings(around.settings).get(RULE, Setting()).level or "error"
    found: list[Finding] = []
    if level == "off":
        notes.append(f"mpgov.toml turns {RULE} off: nobody was judged")
    else:
        found = [replace(o, severity=level) for o in check_owners(plan.catalog, allowed)]
    parts = waive(found, plan.catalog, stamp(around.now())[:10])
    events = sum(entity.key.kind == "event" for entity in plan.catalog)
    return CheckReport(
        plan="stdin" if str(path) == STDIN else shown(Path(path), Path.cwd()),
        events=events,
        properties=0,
        counted=f"{events} event{'s'[: events != 1]}",
        findings=parts.standing,
        notes=tuple(notes),
        waived=parts.waived,
    )


def transfer(
    path: Path, around: Surroundings, hands: tuple[str, str], selection: Selection, reason: str
) -> Transfer:
    """Let another owner stand where one stood, in the plan, and record it at once."""
    old, new = hands
    plan = read_plan(path, Path.cwd(), around.how()).catalog
    _refuse(plan, around, old, new)
    mine = [e for e in plan if selection.takes(e) and any(same_owner(o, old) for o in owners(e))]
    if not mine:
        raise UsageError(f"{old} owns nothing here", hint="mpgov owners list --offline")
    edits: dict[str, list[Edit]] = defaultdict(list)
    for entity in mine:
        file = entity.at.file if entity.at else home_file(path, Path.cwd())
        said = handed_over(owners(entity), old, new)
        edits[file].append(SetField(entity.key, ("owners",), said))
    changed = edited_files(path, edits, Path.cwd(), around.how())
    recorder = _recorder(around, path, reason)
    changes = tuple(_change(entity, old, new) for entity in mine)
    record = partial(recorder.tell, "owner", changes)
    with written({one.path: one.content for one in changed.values()}):
        record()
    recorder.publish("mpgov owners transfer", record)
    files = tuple(shown(one.path, Path.cwd()) for one in changed.values())
    return Transfer(files, tuple(e.key.name for e in mine), tuple(_left_alone(plan, old)))


def _asked(around: Surroundings, allowed: Allowed) -> tuple[Allowed, list[str]]:
    """The members and teams, where the API lets us ask for either; else why it does not."""
    project = around.project()
    client = connect(around, project)
    try:
        organization = project.organization or who_am_i(client).organization
    except (AuthError, RemoteError) as error:
        return allowed, [f"members and teams could not be asked for: {error.message}"]
    if organization is None:
        return allowed, ["nobody says which organization the project belongs to"]
    found: list[frozenset[str] | None] = []
    notes: list[str] = []
    for what, ask in (("members", members_of), ("teams", teams_of)):
        try:
            found.append(ask(client, organization))
            why = "" if found[-1] is not None else "Mixpanel's list could not be read"
        except (AuthError, RemoteError) as error:
            found.append(None)
            why = error.message
        if why:
            notes.append(f"{what} could not be asked for: {why}")
    return replace(allowed, members=found[0], teams=found[1]), notes


def _refuse(plan: Catalog, around: Surroundings, old: str, new: str) -> None:
    """Refuse a new owner who cannot be one."""
    if not OWNER.fullmatch(new):
        raise UsageError(f"{new} is no owner", hint="an e-mail, or team:Name")
    if same_owner(old, new):
        raise UsageError("both are the same owner")
    problem = problem_of(new, left_of(plan), Allowed(domains=around.settings.owner_domains))
    if problem:
        raise UsageError(f"{new} cannot own anything: {problem}", hint="mpgov owners check")


def _recorder(around: Surroundings, path: Path, reason: str) -> Recorder:
    """The record, which must be writable before the plan is written."""
    project = around.project()
    fetch_record(around, project)
    recorder = Recorder(around, project, path, reason, kind="owner")
    recorder.ledger.prepare()
    return recorder


def _change(entity: Entity, old: str, new: str) -> dict[str, Json]:
    before = owners(entity)
    after = handed_over(before, old, new)
    return {
        "action": "update",
        "entity": entity.key.kind,
        "name": entity.key.name,
        "owners": [new],
        "fields": [{"path": ["owners"], "before": list(before), "after": list(after)}],
    }


def _left_alone(plan: Catalog, old: str) -> Iterator[str]:
    """Where the old owner still stands: roles are not handed over with events."""
    for name in ("curators", "approvers"):
        people = getattr(plan.governance, name)
        if isinstance(people, tuple) and any(same_owner(one, old) for one in people):
            yield f"{old} is still among governance.{name}: change that by hand if it is to change"
