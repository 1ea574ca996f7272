"""What a new sandbox holds: nothing, a small shop, or what a file says.

A file is what `mpgov sandbox --state FILE` writes: `{"mpgov_sandbox": 1, "organizations": [{"id",
"name", "members", "teams", "tags"}], "projects": [{"id", "name", "organization", "schemas":
[entries of the Schemas API], "events": [rows of the raw export], "volumes": {event: {day: n}},
"profiles": {distinct_id: properties}}]}`, and, where it wants its own, `accounts` and `knobs`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mpgov.sandbox.seed_events import shop_events, shop_volumes
from mpgov.sandbox.seed_lexicon import shop_entries
from mpgov.sandbox.state import BadStateError, State, load

ORGANIZATION: Final = 9
MEMBERS: Final = [f"{name}@acme.example" for name in ("jane", "sam", "kim", "lee")]
TEAMS: Final = ["Growth", "Payments", "Platform"]
PROJECTS: Final = {4242: "Shop (sandbox)", 4243: "Shop 2 (sandbox)"}


def seeded(seed: str | Path, clock: Callable[[], float]) -> tuple[State, str]:
    """A new state, and the secret of its first service account.

    Raises `BadStateError` where a file is no seed.
    """
    state = State()
    if seed == "shop":
        _acme(state)
        project = state.projects[4242]
        project.schemas = {(e["entityType"], e["name"]): e["schemaJson"] for e in shop_entries()}
        project.events = shop_events(clock())
        project.volumes = shop_volumes(clock())
    elif seed == "empty":
        _acme(state)
    else:
        state = _from_file(Path(seed))
    return state, newcomer(state)


def newcomer(state: State) -> str:
    """Put an owner of everything first among the accounts; their secret."""
    # Its own and worthless elsewhere; new in each sandbox all the same.
    account, secret = state.add_account("gov", next(iter(state.projects.values())).organization)
    account.role = "owner"
    account.roles = dict.fromkeys(state.projects, "owner")
    state.accounts = {account.username: account, **state.accounts}
    return secret


def _acme(state: State) -> None:
    for id_, name in PROJECTS.items():
        state.add_project(id_, ORGANIZATION, name)
    organization = state.organizations[ORGANIZATION]
    organization.members, organization.teams = list(MEMBERS), list(TEAMS)
    organization.tags = {"Commerce", "KPI", "Onboarding"}


def _from_file(path: Path) -> State:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadStateError(f"cannot be read: {error}") from None
    state = load(text)
    for project in state.projects.values():
        project.token = (
            project.token or hashlib.sha256(f"token {project.id}".encode()).hexdigest()[:32]
        )
    return state
