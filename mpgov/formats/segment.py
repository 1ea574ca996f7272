"""Segment (Twilio) Protocols tracking plans, as both of Segment's APIs answer them; only read.

The shapes are those of the public documentation:

* Public API, https://docs.segmentapis.com/tag/Tracking-Plans: *Get Tracking Plan*
  (`{"data": {"trackingPlan": …}}`) and *List Rules from Tracking Plan*
  (`{"data": {"rules": [{type, key, jsonSchema, version, …}], "pagination": …}}`); a folder may hold
  both, and several pages of rules. Typewriter keeps the same rules in its `plan.json`.
* Config API (the older one), https://segment.com/docs/config-api/: a tracking plan
  (`{name: "workspaces/…", display_name, rules: {events, global, identify, group}}`), one under
  `tracking_plan`, or several under `tracking_plans`.
* What rules, labels, versions and the common JSON Schema mean:
  https://segment.com/docs/protocols/tracking-plan/create/.

A rule's JSON Schema is one of a whole call: `properties.properties` are an event's properties,
`properties.traits` what *identify* and *group* say of a person or a group. Typewriter's files
leave that wrapping out. The common rule holds for every call, so its properties become properties
of every event of its plan. Labels (`team: growth`) become tags (`team:growth`): both are there to
filter by. Of several versions of an event the newest that is not deprecated is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mpgov.core.json_text import JsonError, load
from mpgov.errors import InputError
from mpgov.formats.base import Format, How, Plan, Source
from mpgov.formats.json_nodes import begins_as_json, decoded, read_json
from mpgov.formats.left_out import LeftOut
from mpgov.formats.segment_events import Events
from mpgov.formats.segment_rules import KINDS, Rules
from mpgov.formats.yaml_problems import Problems

_MARKS: Final = ('"jsonSchema"', '"tracking_plan', '"trackingPlan', "/tracking-plans/")
_WORDS: Final = (*_MARKS, '"rules"')


def loads(sources: Sequence[Source], _how: How) -> Plan:
    """The plan that the files say together; `InputError` has every problem."""
    problems = Problems(source.name for source in sources)
    left = LeftOut()
    rules = Rules(left)
    roots = [read_json(source, problems) for source in sources]
    for root in roots:
        if root is not None:
            rules.read(root)
    events = Events(left, [root for root in roots if root is not None])
    catalog = events.catalog(rules)
    problems.raise_any()
    if not rules.found:
        raise InputError(
            f"{sources[0].name}:1:1: holds no rules of a Segment tracking plan",
            hint="save what GET /tracking-plans/{id}/rules answers, and name that file",
        )
    return Plan(catalog, (*events.notes, *left.notes()))


def is_it(source: Source) -> bool:
    """Whether a file holds a tracking plan of Segment; of a damaged one its words tell."""
    if not begins_as_json(source):
        return False
    try:
        text = decoded(source.data)
        if not any(word in text for word in _WORDS):
            return False
        return _is_plan(load(text))
    except UnicodeDecodeError:
        return any(word.encode() in source.data for word in _MARKS)
    except JsonError:
        return any(word in text for word in _MARKS)


def _is_plan(document: Any) -> bool:
    if isinstance(document, list):
        return bool(document) and all(_is_rule(one) for one in document)
    if not isinstance(document, dict) or "mpgov" in document:
        return False
    inner = document.get("data")
    if isinstance(inner, dict) and any(
        word in inner for word in ("trackingPlan", "trackingPlans", "rules")
    ):
        return True
    if any(word in document for word in ("tracking_plan", "tracking_plans", "trackingPlan")):
        return True
    rules = document.get("rules")
    if isinstance(rules, list):
        return bool(rules) and all(_is_rule(one) for one in rules)
    return _holds_rules(rules if isinstance(rules, dict) else document)


def _is_rule(value: Any) -> bool:
    return isinstance(value, dict) and ("jsonSchema" in value or value.get("type") in KINDS)


def _holds_rules(value: dict[str, Any]) -> bool:
    events = value.get("events")
    if isinstance(events, list) and events:
        return all(isinstance(one, dict) and "rules" in one for one in events)
    found = [value[word] for word in ("global", "identify", "group") if word in value]
    return bool(found) and all(isinstance(one, dict) and "properties" in one for one in found)


FORMAT: Final = Format("segment", (), loads, None, is_it)
