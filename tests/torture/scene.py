"""A small world for one run: a Lexicon that people have edited, and a plan that is newer."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

NAMESPACE = "com.mixpanel"
OWNERS = ["jane@acme.example", "sam@acme.example", "kim@acme.example", "team:Growth"]
TAGS = ["KPI", "Commerce", "Web"]
TYPES = {"string": "string", "number": "number", "boolean": "boolean", "list": "array"}


@dataclass(frozen=True)
class Scene:
    """What is stored before, what the plan says, and what must be stored in the end."""

    stored: list[dict[str, Any]]
    plan: dict[str, Any]
    wanted: dict[str, Any]


def scene(chance: random.Random) -> Scene:
    """A world, drawn."""
    names = [f"Event {number}" for number in range(chance.randrange(3, 40))]
    lexicon = {n: _schema(chance) for n in names if chance.random() < 0.6}
    lexicon |= {f"Theirs {n}": _schema(chance) for n in range(chance.randrange(0, 5))}
    plan = {name: _event(chance) for name in names}
    wanted = deepcopy(lexicon)
    for name, said in plan.items():
        wanted[name] = _laid_over(wanted.get(name, {}), said)
    entries = [
        {"entityType": "event", "name": name, "schemaJson": schema}
        for name, schema in lexicon.items()
    ]
    return Scene(entries, {"mpgov": 1, "events": plan}, wanted)


def _schema(chance: random.Random) -> dict[str, Any]:
    """A stored schema, with things in it that no plan mentions."""
    schema: dict[str, Any] = {"additionalProperties": True, "strange": chance.randrange(9)}
    if chance.random() < 0.5:
        schema["description"] = f"written by a colleague {chance.randrange(99)}"
    properties = {}
    for number in range(chance.randrange(0, 4)):
        properties[f"theirs_{number}"] = {"type": "string", "description": "kept"}
    if chance.random() < 0.5:
        properties["p0"] = {"type": "string", "examples": ["x"]}
    schema["properties"] = properties
    schema["metadata"] = {"acme": {"k": 1}, NAMESPACE: {"tags": ["ui"], "hidden": True}}
    return schema


def _event(chance: random.Random) -> dict[str, Any]:
    """What a plan says of an event."""
    said: dict[str, Any] = {"description": f"from the plan {chance.randrange(999)}"}
    if chance.random() < 0.5:
        said["owners"] = chance.sample(OWNERS, 2)
    if chance.random() < 0.5:
        said["tags"] = chance.sample(TAGS, 1)
    said["properties"] = {
        f"p{n}": {"type": chance.choice(list(TYPES)), "required": chance.random() < 0.5}
        for n in range(chance.randrange(0, 4))
    }
    return said


def _laid_over(stored: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What Lexicon must hold: everything of before, with what the plan says on top."""
    wanted = deepcopy(stored)
    wanted["description"] = said["description"]
    meta = wanted.setdefault("metadata", {}).setdefault(NAMESPACE, {})
    if "tags" in said:
        meta["tags"] = [*meta.get("tags", []), *said["tags"]]
    if "owners" in said:
        people = sorted(o for o in said["owners"] if "@" in o)
        teams = [o.removeprefix("team:") for o in said["owners"] if "@" not in o]
        if people:
            meta["contacts"] = people
        if teams:
            meta["teamContacts"] = teams
    if not meta:
        del wanted["metadata"]
    for name, prop in said["properties"].items():
        wanted.setdefault("properties", {}).setdefault(name, {})["type"] = TYPES[prop["type"]]
    required = [name for name, prop in said["properties"].items() if prop["required"]]
    if required:
        wanted["required"] = required
    return wanted
