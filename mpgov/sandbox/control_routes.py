"""`/_sandbox/…`: how tests and demos script this Mixpanel over HTTP; loopback only, no secret."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mpgov.sandbox.calls import Answer, Call, Route
from mpgov.sandbox.faults import Fault
from mpgov.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from mpgov.sandbox.app import Sandbox


def get_log(call: Call) -> Answer:
    """Every request since the start or the last clearing."""
    return Answer([asdict(record) for record in call.sandbox.log])


def clear_log(call: Call) -> Answer:
    """Forget the log."""
    call.sandbox.log.clear()
    return Answer({"status": "ok"})


def get_knobs(call: Call) -> Answer:
    """The knobs as they stand."""
    return Answer(dict(call.sandbox.knobs))


def put_knobs(call: Call) -> Answer:
    """Turn knobs: `{"NAME": "VALUE"}`."""
    _tried(lambda: call.sandbox.turn(call.fields()))
    return get_knobs(call)


def get_faults(call: Call) -> Answer:
    """The failures still to come."""
    return Answer(call.sandbox.faults.as_json())


def add_faults(call: Call) -> Answer:
    """Script failures: one as an object, or a list of them."""
    body = call.json()
    for fault in _tried(lambda: [Fault(**one) for one in _listed(body)]):
        call.sandbox.faults.add(fault)
    return get_faults(call)


def clear_faults(call: Call) -> Answer:
    """Forget the failures."""
    call.sandbox.faults.clear()
    return Answer({"status": "ok"})


def get_stored(call: Call) -> Answer:
    """The stored entries of a project."""
    return Answer(_tried(lambda: call.sandbox.stored(int(call.names["pid"]))))


def put_stored(call: Call) -> Answer:
    """Store exactly these entries."""
    _tried(lambda: call.sandbox.put_stored(int(call.names["pid"]), call.json()))
    return get_stored(call)


def edit(call: Call) -> Answer:
    """What a person does in Lexicon: `{"entity_type", "name", …fields}`."""
    _tried(lambda: call.sandbox.edit_in_ui(int(call.names["pid"]), **call.json()))
    return get_stored(call)


def get_accounts(call: Call) -> Answer:
    """The service accounts, without secrets."""
    return Answer(
        [
            {"username": a.username, "organization": a.organization, "roles": a.roles}
            for a in call.sandbox.state.accounts.values()
        ]
    )


def add_account(call: Call) -> Answer:
    """Make a service account: `{"label", "roles": {"42": "analyst"}, "expires"?, …}`."""
    username, secret = _tried(lambda: _made(call.sandbox, call.fields()))
    return Answer({"username": username, "secret": secret}, 201)


def add_project(call: Call) -> Answer:
    """Make a project: `{"id", "organization", "name"?}`."""
    _tried(lambda: call.sandbox.add_project(**call.json()))
    return Answer({"status": "ok"}, 201)


def _made(sandbox: Sandbox, body: dict[str, Any]) -> tuple[str, str]:
    by_project = {
        name: {int(pid): text for pid, text in body.pop(name, {}).items()}
        for name in ("roles", "granted")
    }
    label, expires = body.pop("label"), body.pop("expires", None)
    return sandbox.add_account(
        label, by_project["roles"], expires, granted=by_project["granted"], **body
    )


def _listed(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]


def _tried(action: Any) -> Any:
    try:
        return action()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refusal(400, f"{type(error).__name__}: {error}") from None


ROUTES = (
    Route("GET", "_sandbox/log", get_log),
    Route("DELETE", "_sandbox/log", clear_log),
    Route("GET", "_sandbox/knobs", get_knobs),
    Route("PUT", "_sandbox/knobs", put_knobs),
    Route("GET", "_sandbox/faults", get_faults),
    Route("POST", "_sandbox/faults", add_faults),
    Route("DELETE", "_sandbox/faults", clear_faults),
    Route("GET", "_sandbox/stored/{pid}", get_stored),
    Route("PUT", "_sandbox/stored/{pid}", put_stored),
    Route("POST", "_sandbox/edit/{pid}", edit),
    Route("GET", "_sandbox/accounts", get_accounts),
    Route("POST", "_sandbox/accounts", add_account),
    Route("POST", "_sandbox/projects", add_project),
)
