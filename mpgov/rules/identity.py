"""How people are told apart in what arrives: a wrong merge cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.observation import Observation
from mpgov.core.rule import Options, rule
from mpgov.rules.about import counted


@rule(
    "identity/email-id",
    on=Evidence,
    severity="error",
    needs=("observation",),
    good="""events: {Sign Up: {}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "USR-1"}}""",
    bad="""events: {Sign Up: {}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "jane@mail.example"}}""",
)
def email_id(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """People change their address, and an address as an id is in every export."""
    seen = (evidence.observation or Observation()).identity
    for ids, events, what in (
        (seen.email_ids, seen.email_events, ("an e-mail address", "e-mail addresses")),
        (seen.phone_ids, seen.phone_events, ("a phone number", "phone numbers")),
    ):
        if ids:
            one = f"id is {what[0]}" if ids == 1 else f"ids are {what[1]}"
            message = f"{ids:,} {one}, in {counted(events, 'event')}"
            yield Finding(message, fix="call identify() with an id of your own")


@rule(
    "identity/id-pattern",
    on=Evidence,
    severity="error",
    needs=("plan", "observation"),
    good="""events: {Sign Up: {}}
identity: {user_id: {pattern: "^USR-[0-9]+$"}}
--- events
{"event": "Sign Up", "properties": {"time": 1, "distinct_id": "USR-1", "$user_id": "USR-1"}}""",
    bad="""events: {Sign Up: {}}
identity: {user_id: {pattern: "^USR-[0-9]+$"}}
--- events
{"event": "Sign Up", "properties": {"time": 1, "distinct_id": "7", "$user_id": "7"}}""",
)
def id_pattern(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """An id of another shape is another person to Mixpanel, who is in no table of yours."""
    seen = (evidence.observation or Observation()).identity
    said = (evidence.plan or Catalog()).identity
    if seen.mismatched_ids and isinstance(said.user_id_pattern, str):
        one = "id does" if seen.mismatched_ids == 1 else "ids do"
        told = f"{seen.mismatched_ids:,} {one} not match {said.user_id_pattern}"
        yield Finding(f"{told}, in {counted(seen.mismatched_events, 'event')}")


@rule(
    "identity/shared-device",
    on=Evidence,
    severity="error",
    needs=("observation",),
    good="""events: {Logged In: {}}
--- events
{"event": "Logged In", "properties": {"time": 1, "$user_id": "USR-1", "$device_id": "d1"}}
{"event": "Logged In", "properties": {"time": 2, "$user_id": "USR-2", "$device_id": "d2"}}""",
    bad="""events: {Logged In: {}}
--- events
{"event": "Logged In", "properties": {"time": 1, "$user_id": "USR-1", "$device_id": "d1"}}
{"event": "Logged In", "properties": {"time": 2, "$user_id": "USR-2", "$device_id": "d1"}}""",
)
def shared_device(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Two people on one device without reset() between them become one, or a third."""
    seen = (evidence.observation or Observation()).identity
    said = (evidence.plan or Catalog()).identity
    is_meant = said.id_merge in {"original", "legacy"}  # there each reset costs an id (5.3)
    if seen.shared_devices and not is_meant:
        one = "device has" if seen.shared_devices == 1 else "devices have"
        told = f"{seen.shared_devices:,} {one} several users (of {seen.devices:,})"
        yield Finding(
            f"{told}, in {counted(seen.shared_events, 'event')}",
            fix="call reset() at logout, before the next identify()",
        )
