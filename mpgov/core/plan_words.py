"""Names as a plan can hold them: in quotes where YAML would take them for something else."""

from __future__ import annotations

import json
import re
from typing import Final

MOST_OF_A_KEY: Final = 1000  # characters that YAML takes for one without a question mark
_PLAIN: Final = re.compile(r"[A-Za-z][\w ./()-]*[\w.)]")
_ODD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")  # a reader of YAML takes it for a break
_TAKEN: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off"})  # YAML's own words


def plan_key(name: str) -> str:
    """A name as a key of YAML; one beyond 1 024 characters must say that it is a key."""
    quoted = plan_text(name)
    return quoted if len(quoted) < MOST_OF_A_KEY else f"? {quoted}\n  "


def plan_text(name: str) -> str:
    """A name as a plan can hold it, in quotes where YAML would take it for something else."""
    if _PLAIN.fullmatch(name) and name.casefold() not in _TAKEN:
        return name
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", json.dumps(name, ensure_ascii=False))
