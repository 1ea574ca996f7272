"""What `/me` says of an account: who it is, and what it may do in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from mpgov.core.model import nothing
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.shapes import flag, mapping, number, of_id, role, text, texts

MayWrite: TypeAlias = Literal["yes", "no", "unknown"]

WRITES: Final = "write_data_definitions"
_WRITERS: Final = {"owner", "admin"}
_READERS: Final = {"analyst", "consumer"}
_REGIONS: Final = {"mixpanel.com": "us", "eu.mixpanel.com": "eu", "in.mixpanel.com": "in"}


@dataclass(frozen=True, slots=True)
class Access:
    """An account and its place in one project, as far as Mixpanel said.

    `project_name` is `None` where the account is no member; `is_known` is false where the answer
    held no list of projects at all, so that nothing follows from it. `roles` are those in all
    projects of the organization, by the projects' ids.
    """

    account: str = ""
    project_name: str | None = None
    domain: str = ""
    role: str | None = None
    permissions: tuple[str, ...] = ()
    organization: int | None = None
    organization_role: str | None = None
    has_sensitive_access: bool | None = None
    is_known: bool = True
    roles: Mapping[int, str] = field(default_factory=nothing)

    @property
    def region(self) -> str:
        """The region that the domain belongs to; empty where it is none of Mixpanel's."""
        return _REGIONS.get(self.domain, "")


def who_am_i(client: Client) -> Access:
    """Ask `/me`; raises only what the client raises, whatever the answer looks like."""
    document = client.app("GET", ("me",), params={"include_workspace_users": "false"})
    return read_access(document, client.project_id)


def read_access(document: Any, project_id: int) -> Access:
    """What an answer of `/me` says about a project; every key may be missing (reference 2.1)."""
    results = mapping(mapping(document).get("results", document))
    projects, organizations = results.get("projects"), mapping(results.get("organizations"))
    project = mapping(of_id(projects, project_id))
    organization = number(project.get("organization_id"))
    if not project and len(organizations) == 1:
        organization = number(next(iter(organizations)))
    return Access(
        account=text(results.get("user_email")) or text(results.get("user_name")),
        project_name=(text(project.get("name")) or str(project_id)) if project else None,
        domain=text(project.get("domain")).lower(),
        role=role(project.get("role")) or None,
        permissions=texts(project.get("permissions")),
        organization=organization,
        organization_role=role(mapping(of_id(organizations, organization)).get("role")) or None,
        has_sensitive_access=flag(project.get("hasSensitiveAccess")),
        is_known=isinstance(projects, dict),
        roles=_roles(mapping(projects), organization),
    )


def _roles(projects: Mapping[Any, Any], organization: int | None) -> dict[int, str]:
    """The role in each project of an organization."""
    found = {}
    for key, value in projects.items():
        id_, said = number(key), mapping(value)
        if id_ is not None and number(said.get("organization_id")) in {organization, None}:
            found[id_] = role(said.get("role"))
    return found


def may_write(access: Access) -> MayWrite:
    """Whether the account may write to Lexicon; custom roles go by their permissions."""
    role = (access.role or "").lower()
    if WRITES in access.permissions or role in _WRITERS:
        return "yes"
    return "no" if role in _READERS else "unknown"
