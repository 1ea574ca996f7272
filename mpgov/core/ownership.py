"""Whether those who own events are there, and who may own what."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity
from mpgov.core.normal import element_key

TEAM: Final = "team:"
RULE: Final = "ownership/unknown"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is known of who may own: `None` is not known, empty domains allow all.

    Members are e-mails in lower case; domains are without the @.
    """

    members: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    domains: tuple[str, ...] = ()


def check_owners(plan: Catalog, allowed: Allowed) -> Iterator[Finding]:
    """Everybody named as an owner who is no longer here, not known, or not allowed."""
    left = _keys(plan.governance.left)
    for entity in plan:
        for owner in owners(entity):
            problem = problem_of(owner, left, allowed)
            if problem:
                yield Finding(
                    f"is owned by {owner}, {problem}",
                    entity.key,
                    at=entity.places.get("owners") or entity.at,
                    owners=owners(entity),
                    fix=f"mpgov owners transfer {shlex.quote(owner)} NEW-OWNER",
                    rule=RULE,
                    severity="error",
                )


def problem_of(owner: str, left: frozenset[str], allowed: Allowed) -> str:
    """Why somebody cannot own anything; empty where they can, as far as is known."""
    if element_key("owners", owner) in left:
        return "who left"
    if owner.startswith(TEAM):
        name = owner.removeprefix(TEAM)
        unknown = allowed.teams is not None and name not in allowed.teams
        return "which is no team of the organization" if unknown else ""
    domain = owner.rpartition("@")[2].lower()
    if allowed.domains and domain not in allowed.domains:
        return f"whose domain is none of {', '.join(allowed.domains)}"
    if allowed.members is not None and owner.lower() not in allowed.members:
        return "who is no member of the organization in Mixpanel"
    return ""


def owners(entity: Entity) -> tuple[str, ...]:
    """Who owns an entity, as the plan has it."""
    return entity.owners if isinstance(entity.owners, tuple) else ()


def same_owner(one: str, other: str) -> bool:
    """Whether two spellings are one owner: letter case does not count in e-mails."""
    return element_key("owners", one) == element_key("owners", other)


def handed_over(mine: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """The owners after one was replaced where it stood; nobody is there twice."""
    there = any(same_owner(owner, new) for owner in mine)
    found = []
    for owner in mine:
        if not same_owner(owner, old):
            found.append(owner)
        elif not there:
            found.append(new)
            there = True
    return tuple(found)


def left_of(plan: Catalog) -> frozenset[str]:
    """Those who are no longer here, as they are compared."""
    return _keys(plan.governance.left)


def _keys(people: object) -> frozenset[str]:
    listed = people if isinstance(people, tuple) else ()
    return frozenset(element_key("owners", person) for person in listed)
