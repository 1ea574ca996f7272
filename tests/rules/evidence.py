"""The examples of rules on evidence, made into evidence: raw events are really measured."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import yaml

from mpgov.core.audit import Evidence
from mpgov.core.base import Base, Refusal
from mpgov.core.joined import joined
from mpgov.core.merge import merge
from mpgov.core.model import UNSET, Catalog, EntityKey, event
from mpgov.core.normal import known, normal
from mpgov.core.usage import Usage
from mpgov.events.measure import measure
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads

TODAY = "2026-11-24"
DAYS = tuple(f"2026-11-{day:02d}" for day in range(1, 25))
_PART = re.compile(r"^--- (\w+)\n", re.MULTILINE)


def plan_of(text: str) -> Catalog:
    return loads([Source("plan.yaml", f"mpgov: 1\n{text}\n".encode())]).catalog


def evidence_of(example: str, folder: Path) -> Evidence:
    """What an example says: the plan, and after it what each part is named."""
    first, *rest = _PART.split(example)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    plan = plan_of(first)
    lexicon = known(normal(plan_of(parts["lexicon"]))) if "lexicon" in parts else None
    base = normal(plan_of(parts["base"])) if "base" in parts else None
    made = Evidence(
        plan=plan, lexicon=lexicon, joined=joined(plan, lexicon), base=base, today=TODAY
    )
    if base is not None and lexicon is not None:
        refused = _refused(parts.get("refused", ""))
        merged = merge(normal(plan), Base(base, refused=refused), lexicon)
        made = replace(
            made,
            drift=tuple(merged.drift),
            refused=tuple((key, path) for key, path, _ in merged.refused),
        )
    if "arrived" in parts:
        made = replace(made, usage=_usage(parts["arrived"]))
    if "events" in parts:
        file = folder / "events.jsonl"
        file.write_text(parts["events"].rstrip("\n") + "\n", "utf-8")
        made = replace(made, observation=measure([file], plan))
    return made


def _usage(text: str) -> Usage:
    counts = {
        str(name): (*(0 for _ in DAYS[1:]), int(count))
        for name, count in yaml.safe_load(text).items()
    }
    live = frozenset(name for name, days in counts.items() if any(days))
    return Usage(live, DAYS, counts, is_whole=len(live) < 5000, at=f"{TODAY}T00:00:00Z")


def _refused(text: str) -> dict[tuple[EntityKey, tuple[str, ...]], Refusal]:
    said = yaml.safe_load(text) or {}
    return {
        (event(name), (field, value)): Refusal(True, UNSET)
        for name, fields in said.items()
        for field, value in fields.items()
    }
