"""One request as the routes see it, and one answer as they give it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Account, Organization, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mpgov.sandbox.app import Sandbox

WRITERS = ("owner", "admin")
READ_ONLY = ("analyst", "consumer")


@dataclass(slots=True)
class Answer:
    """A status, a body (JSON, or text where it is a text), and headers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    mimetype: str = "application/json"

    def payload(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        if self.mimetype != "application/json":
            return str(self.body).encode()
        return json.dumps(self.body).encode()


@dataclass(slots=True)
class Call:
    """A request: its parts decoded one by one, its parameters, its body."""

    sandbox: Sandbox
    method: str
    path: str
    parts: list[str]
    args: Mapping[str, str]
    headers: Mapping[str, str]
    data: bytes
    names: dict[str, str] = field(default_factory=dict)
    updates: int = 0
    counted: bool = False
    project_id: int = 0
    quota: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON; refused where it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            raise Refusal(400, "the body is not JSON") from None

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; refused where it is none."""
        body = self.json()
        if not isinstance(body, dict):
            raise Refusal(400, "the body must be a JSON object")
        return body

    def account(self) -> Account:
        """Who asks; refused where nobody knows them, or they expired."""
        username, secret = credentials(self.headers.get("Authorization", ""))
        account = self.sandbox.state.accounts.get(username)
        if account is None or not account.knows(secret):
            raise Refusal(401, "Invalid service account credentials")
        if account.expires and moment_of(account.expires) <= self.sandbox.clock():
            raise Refusal(401, "Service account has expired")
        account.last_used = datetime.fromtimestamp(self.sandbox.clock(), UTC).isoformat()
        return account

    def project(self, *, writes: bool = False, pid: str | None = None) -> Project:
        """The project that is asked about; refused where the account has no role for it."""
        account = self.account()
        number = _number(self.names.get("pid") if pid is None else pid)
        self.project_id = number
        project = self.sandbox.state.projects.get(number)
        if project is None:
            raise Refusal(404, "project not found")
        role = account.roles.get(number)
        if role is None:
            raise Refusal(403, "You do not have access to this project")
        if writes and role in READ_ONLY:
            raise Refusal(403, "You do not have permission to write data definitions")
        return project

    def organization_of(self, project: Project) -> Organization:
        """The project's organization."""
        return self.sandbox.state.organizations[project.organization]

    def organization(self) -> Organization:
        """The organization that is asked about; only its owners and admins may."""
        account = self.account()
        organization = self.sandbox.state.organizations.get(_number(self.names["org"]))
        if organization is None:
            raise Refusal(404, "organization not found")
        if account.organization != organization.id or account.role not in WRITERS:
            raise Refusal(403, "You do not have permission in this organization")
        return organization


@dataclass(frozen=True, slots=True)
class Route:
    """A path with names in braces, and what answers it."""

    method: str
    pattern: str
    answer: Callable[[Call], Answer]

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """The names' values, if the path is this one."""
        wanted = self.pattern.split("/")
        if len(wanted) != len(parts):
            return None
        names = {}
        for pattern, part in zip(wanted, parts, strict=True):
            if pattern.startswith("{"):
                names[pattern[1:-1]] = part
            elif pattern != part:
                return None
        return names


def ok(results: Any, status: int = 200) -> Answer:
    """The App API's envelope of a success."""
    return Answer({"status": "ok", "results": results}, status)


def credentials(header: str) -> tuple[str, str]:
    """Basic credentials, encoded or plain: Mixpanel takes both (reference 1.2)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        decoded = value
    username, _, secret = (decoded if ":" in decoded else value).partition(":")
    return username, secret


def _number(text: str | None) -> int:
    if text is None or not text.isdecimal():
        raise Refusal(404, "not found")
    return int(text)


def moment_of(text: str) -> float:
    """Seconds of a date and time as Mixpanel writes it: where no zone is named, it is UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
