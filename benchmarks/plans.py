"""Generated plans of a given size."""

from __future__ import annotations

from pathlib import Path

WORDS = ("order", "page", "user", "plan", "item", "price", "step", "source", "device", "campaign")
TYPES = ("string", "number", "boolean", "integer", "datetime")


def plan(events: int, properties: int, *, edited: int = 0) -> str:
    """A plan as a team would write it; the first `edited` events say something else."""
    lines = ["mpgov: 1", "", "events:"]
    for number in range(events):
        changed = " Reworded." if number < edited else ""
        lines += [
            f"  Event Number {number}:",
            f"    description: Somebody did thing number {number} on purpose.{changed}",
            "    owners: [jane@acme.example, team:Growth]",
            "    tags: [KPI]",
            "    properties:",
        ]
        for place in range(properties):
            name = f"{WORDS[place % len(WORDS)]}_{place}"
            lines.append(
                f"      {name}: {{type: {TYPES[place % 4]}, required: true, "
                f"description: The {name} of it.}}"
            )
    return "\n".join(lines) + "\n"


def write(path: Path, events: int, properties: int, *, edited: int = 0) -> Path:
    """Write a generated plan to a file."""
    path.write_text(plan(events, properties, edited=edited), "utf-8")
    return path
