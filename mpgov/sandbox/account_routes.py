"""Service accounts (reference 9), and the people of an organization (2.2)."""

from __future__ import annotations

from typing import Any, Final

from mpgov.sandbox.calls import Answer, Call, Route, moment_of, ok
from mpgov.sandbox.pages import paged
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Account

_ORGANIZATION: Final = "api/app/organizations/{org}/service-accounts"
ROLES: Final = ("owner", "admin", "analyst", "consumer")


def list_all(call: Call) -> Answer:
    """The accounts of an organization."""
    organization = call.organization()
    return paged(
        call,
        [
            _shown(a)
            for a in call.sandbox.state.accounts.values()
            if a.organization == organization.id
        ],
    )


def list_of_project(call: Call) -> Answer:
    """The accounts of a project, with their roles in it."""
    project = call.project()
    return paged(
        call,
        [
            {
                **_shown(account),
                "role": account.roles[project.id],
                "role_order": 1,
                "target_type": account.granted.get(project.id, "individual"),
                "hasSensitiveAccess": account.sensitive,
                "email": account.username,
            }
            for account in call.sandbox.state.accounts.values()
            if project.id in account.roles
        ],
    )


def create(call: Call) -> Answer:
    """A new account; its secret is in this answer and never again."""
    organization = call.organization()
    body = call.fields()
    label = body.get("username")
    if not isinstance(label, str) or not label:
        raise Refusal(400, "username is required")
    if body.get("role") not in {None, *ROLES}:
        raise Refusal(400, f"role must be one of {', '.join(ROLES)}")
    roles = _roles(call, body.get("projects"), organization.id)
    expires = _expiry(body) if call.sandbox.knobs["expires"] == "honoured" else None
    account, secret = call.sandbox.state.add_account(label, organization.id, expires=expires)
    account.roles.update(roles)
    account.role = "admin" if body.get("role") in {"owner", "admin"} else "member"
    return ok({**_shown(account), "token": secret}, 201)


def get_one(call: Call) -> Answer:
    """One account."""
    account = _named(call)
    if call.sandbox.knobs["single_account"] == "bare":
        return Answer(_shown(account))
    return ok(_shown(account))


def delete(call: Call) -> Answer:
    """Delete one account: it is out of all projects at once."""
    del call.sandbox.state.accounts[_named(call).username]
    return Answer({"status": "ok"})


def add_to_project(call: Call) -> Answer:
    """Give accounts a role in projects."""
    organization = call.organization()
    body = call.fields()
    roles = _roles(call, body.get("projects"), organization.id)
    for account in _of_ids(call, body.get("service_account_ids"), organization.id):
        account.roles.update(roles)
    return Answer({"status": "ok"})


def remove_from_project(call: Call) -> Answer:
    """Take accounts out of projects."""
    organization = call.organization()
    shown = _objects(call.fields().get("projects"))
    leaving = [
        (_project(call, row, organization.id), account)
        for row in shown
        for account in _of_ids(call, row.get("service_account_ids"), organization.id)
    ]
    for project, account in leaving:
        if project not in account.granted:  # a role of a team's stays
            account.roles.pop(project, None)
    return Answer({"status": "ok"})


def _shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "username": account.username,
        "last_used": account.last_used,
        "expires": account.expires,
        "creator": 5,
        "created": account.created,
        "user": 9000 + account.id,
    }


def _named(call: Call) -> Account:
    organization = call.organization()
    for account in call.sandbox.state.accounts.values():
        if str(account.id) == call.names["id"] and account.organization == organization.id:
            return account
    raise Refusal(404, "service account not found")


def _of_ids(call: Call, ids: Any, organization: int) -> list[Account]:
    if not isinstance(ids, list):
        raise Refusal(400, "service_account_ids must be a list")
    known = {a.id: a for a in call.sandbox.state.accounts.values()}
    found = [known[id_] for id_ in ids if isinstance(id_, int) and id_ in known]
    if len(found) != len(ids) or any(a.organization != organization for a in found):
        raise Refusal(404, "service account not found")
    return found


def _roles(call: Call, projects: Any, organization: int) -> dict[int, str]:
    roles: dict[int, str] = {}
    for shown in _objects([] if projects is None else projects):
        project = _project(call, shown, organization)
        if shown.get("role") not in ROLES:
            raise Refusal(400, f"role must be one of {', '.join(ROLES)}")
        roles[project] = shown["role"]
    return roles


def _project(call: Call, shown: dict[str, Any], organization: int) -> int:
    id_ = shown.get("id")
    project = call.sandbox.state.projects.get(id_) if isinstance(id_, int) else None
    if project is None or project.organization != organization:
        raise Refusal(404, "project not found")
    return project.id


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Refusal(400, "projects must be a list of objects")
    return value


def _expiry(body: dict[str, Any]) -> str | None:
    expires = body.get("expires")
    if expires is None:
        return None
    try:
        moment_of(expires)
    except (TypeError, ValueError):
        raise Refusal(400, "expires must be a date and time") from None
    return str(expires)


def users(call: Call) -> Answer:
    """The members of an organization; the shape of an entry is not published."""
    organization = call.organization()
    return _people(
        call,
        [
            {"id": 100 + place, "email": email, "first_name": email.partition("@")[0].title()}
            for place, email in enumerate(organization.members)
        ],
    )


def teams(call: Call) -> Answer:
    """The teams of an organization."""
    organization = call.organization()
    listed = [{"id": 500 + place, "name": name} for place, name in enumerate(organization.teams)]
    return _people(call, listed, refused=call.sandbox.knobs["people"] == "teams refused")


def _people(call: Call, listed: list[dict[str, Any]], *, refused: bool = False) -> Answer:
    knob = call.sandbox.knobs["people"]
    if refused or knob == "refused":
        raise Refusal(403, "You do not have permission in this organization")
    return paged(call, listed, by_id=knob == "by_id")


ROUTES = (
    Route("GET", _ORGANIZATION, list_all),
    Route("POST", _ORGANIZATION, create),
    Route("POST", f"{_ORGANIZATION}/add-to-project", add_to_project),
    Route("POST", f"{_ORGANIZATION}/remove-from-project", remove_from_project),
    Route("GET", f"{_ORGANIZATION}/{{id}}", get_one),
    Route("DELETE", f"{_ORGANIZATION}/{{id}}", delete),
    Route("GET", "api/app/projects/{pid}/service-accounts", list_of_project),
    Route("GET", "api/app/organizations/{org}/users", users),
    Route("GET", "api/app/organizations/{org}/teams", teams),
)
