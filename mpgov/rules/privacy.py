"""What looks like data of persons: by a property's name, and by what arrives in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.figures import percent
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, Property, event, is_mixpanels
from mpgov.core.observation import Observation
from mpgov.core.rule import Options, rule
from mpgov.core.words import words_of
from mpgov.rules.about import about_property, by_library, properties
from mpgov.rules.seen import Seen, about_seen, seen_by_event

_PERSONAL: Final = re.compile(
    r"(?:^| )(?:e ?mails?|email address|phone|phone number|mobile number|msisdn|telephone"
    r"|first name|last name|full name|surname|given name|family name|maiden name"
    r"|birth ?date|date of birth|dob|birthday|street|street address|home address|postal address"
    r"|billing address|shipping address"
    r"|ip address|ip addr|latitude|longitude|lat lng|gender|religion|ethnicity|nationality)(?: |$)"
)
# Never to be sent at all (concepts 4.2), whatever the plan says of it.
_SECRET: Final = re.compile(
    r"(?:^| )(?:password|passwd|passphrase|pin code|secret|api key|access token|auth token"
    r"|refresh token|session token|private key|credit card(?: number)?|card number|cvv|cvc|iban"
    r"|bank account|account number|ssn|social security(?: number)?|passport(?: number)?"
    r"|national id|tax id|driver s? ?licen[cs]e)(?: |$)"
)
# What makes a fact about the thing out of a name that holds the word: not the thing itself.
_ABOUT: Final = re.compile(
    r"(?:^(?:is|has|had|can|should|needs|num|number of|count of|total)\b)"
    r"|(?:\b(?:hash|hashed|sha256|md5|type|types|count|domain|verified|valid|validated|enabled"
    r"|opted|opt|consent|length|provided|status|sent|opened|clicked|template|campaign|subject"
    r"|provider|country|format|method|marketing|frequency|id|changed|present|set|strength|reset"
    r"|requested|brand|last4|last 4|expired|expires|expiry|required|success|error|version|os"
    r"|model|carrier|manufacturer|in|out|up|exists|category|source|bounced|delivered|list)$)"
)
_FACTS: Final = frozenset({"boolean", "datetime", "integer", "number"})
_FIX: Final = "personal: true, or do not send it"
_SHOWN: Final = {
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "card": "card numbers (their checksums are right)",
    "ip": "IP addresses",
    "token": "tokens or keys",
}


@rule(
    "privacy/name",
    on=Evidence,
    good="events: {Sign Up: {properties: {email: {type: string, personal: true}}}}",
    bad="events: {Sign Up: {properties: {email: {type: string}}}}",
)
def name(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A property about a person is sent for a purpose and marked `personal`, or not sent."""
    known = set()
    classified = evidence.deep.sensitive if evidence.deep else frozenset()
    for entity, one, prop in properties(evidence.joined):
        known.add((entity.key, one))
        why = "" if one in classified else _why(one, prop)
        if why:
            yield about_property(entity, one, prop, why, fix=_FIX)
    for one, found in sorted(seen_by_event(evidence.observation or Observation()).items()):
        for prop_name, seen in sorted(found.items()):
            plan = evidence.plan or Catalog()
            said = plan.super_properties.get(prop_name, Property())
            why = _why(prop_name, said)
            if why and (event(one), prop_name) not in known and not is_mixpanels(one):
                yield about_seen(evidence, seen, why, fix=_FIX)


@rule(
    "privacy/value",
    on=Evidence,
    severity="error",
    needs=("observation",),
    good="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1790000000, "distinct_id": "u1", "plan": "pro"}}""",
    bad="""events: {Sign Up: {properties: {plan: {type: string}}}}
--- events
{"event": "Sign Up", "properties": {"time": 1, "plan": "somebody@mail.example"}}""",
)
def value(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What identifies a person spreads into every report and export once it is sent."""
    for _name, found in sorted(seen_by_event(evidence.observation or Observation()).items()):
        for seen in found.values():
            declared = _is_declared(evidence, seen)
            for shape, shown in _SHOWN.items():
                by = {
                    library: (one.shapes.get(shape, 0), one.types.get("string", 0))
                    for library, one in seen.by_library.items()
                }
                count, texts = (sum(both[i] for both in by.values()) for i in (0, 1))
                if count and not (declared and shape not in {"card", "token"}):
                    share = f"{count:,} of {texts:,} texts ({percent(count / texts)})"
                    message = f"has {share} that look like {shown}{by_library(by)}"
                    yield about_seen(evidence, seen, message)


def _is_declared(evidence: Evidence, seen: Seen) -> bool:
    """Whether the plan says that the property is about a person."""
    plan = evidence.plan or Catalog()
    entity = plan.entities.get(event(seen.event), Entity(event(seen.event)))
    said = entity.properties.get(seen.name) or plan.super_properties.get(seen.name)
    return bool(said and said.personal)


def _why(one: str, prop: Property) -> str:
    """Why a name is one to look at; empty where it is not."""
    kind = "" if prop.type in _FACTS else _kind_of_name(one)
    if kind == "secret":
        return "has the name of a secret or a document; such values are never sent to Mixpanel"
    if kind == "personal" and not prop.personal:
        return "has the name of something personal, and the plan does not say personal: true"
    return ""


@lru_cache(maxsize=100_000)
def _kind_of_name(one: str) -> str:
    """Whether a name is one of a secret, or of something personal; empty where it is neither."""
    words = "" if is_mixpanels(one) else " ".join(words_of(one[:300]))
    if _ABOUT.search(words):
        return ""
    return "secret" if _SECRET.search(words) else "personal" if _PERSONAL.search(words) else ""
