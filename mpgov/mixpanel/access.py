"""What `/me` says of an account: who it is, and what it may do in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from mpgov.errors import AuthError, RemoteError
from mpgov.mixpanel.answer import clean
from mpgov.mixpanel.client import Client

MayWrite: TypeAlias = Literal["yes", "no", "unknown"]

WRITES: Final = "write_data_definitions"
_WRITERS: Final = {"owner", "admin"}
_READERS: Final = {"analyst", "consumer"}
_REGIONS: Final = {"mixpanel.com": "us", "eu.mixpanel.com": "eu", "in.mixpanel.com": "in"}


@dataclass(frozen=True, slots=True)
class Access:
    """An account and its place in one project, as far as Mixpanel said.

    `project_name` is `None` where the account is no member; `is_known` is false where the answer
    held no list of projects at all, so that nothing follows from it.
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
    results = _mapping(_mapping(document).get("results", document))
    projects = results.get("projects")
    project = _mapping(_of_id(projects, project_id))
    organization = _number(project.get("organization_id"))
    owner = _mapping(_of_id(results.get("organizations"), organization))
    sensitive = project.get("hasSensitiveAccess")
    return Access(
        account=_text(results.get("user_email")) or _text(results.get("user_name")) or "",
        project_name=(_text(project.get("name")) or str(project_id)) if project else None,
        domain=(_text(project.get("domain")) or "").lower(),
        role=_role(project.get("role")),
        permissions=_texts(project.get("permissions")),
        organization=organization,
        organization_role=_role(owner.get("role")),
        has_sensitive_access=sensitive if isinstance(sensitive, bool) else None,
        is_known=isinstance(projects, dict),
    )


def may_write(access: Access) -> MayWrite:
    """Whether the account may write to Lexicon; custom roles go by their permissions."""
    role = (access.role or "").lower()
    if WRITES in access.permissions or role in _WRITERS:
        return "yes"
    return "no" if role in _READERS else "unknown"


def expiry_of(client: Client) -> str:
    """When the account's credentials end: a time as Mixpanel writes it, `never`, or empty.

    Empty is unknown: not every account may list the accounts of its project.
    """
    path = ("projects", str(client.project_id), "service-accounts")
    try:
        document = client.app("GET", path)
    except (AuthError, RemoteError):
        return ""
    listed = _mapping(document).get("results", document)
    for entry in listed if isinstance(listed, list) else []:
        if _mapping(entry).get("username") == client.account:
            return _text(entry.get("expires")) or "never"
    return ""


def _of_id(mapping: Any, wanted: int | None) -> Any:
    """The value whose key is an id; ids are text in these maps, but nobody promised it."""
    for key, value in _mapping(mapping).items():
        if str(key) == str(wanted):
            return value
    return None


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """One line of text, harmless on a terminal; none where there is nothing to see."""
    return (clean(value) or None) if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(text for text in map(_text, listed) if text)


def _role(value: Any) -> str | None:
    """A role's name: an object in projects, plain text in organizations."""
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
