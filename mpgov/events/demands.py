"""What the plan demands of values, as SQL: allowed ones, a pattern, a least and a greatest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.model import Catalog, Property
from mpgov.events.sql import text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The fields of `PropertySeen` that count what is against a demand.
FIELDS: Final = ("not_allowed", "not_matching", "below", "above")


@dataclass(frozen=True, slots=True)
class Demands:
    """What is demanded of a property of an event: a condition on `{v}` for each field."""

    conditions: Mapping[str, str]


def demands_of(plan: Catalog, con: DuckDBPyConnection) -> dict[tuple[str, str], Demands]:
    """By event and property; a property of every event has the event ""."""
    found: dict[tuple[str, str], Demands] = {}
    matcher = Matcher(con)
    for name, prop in plan.super_properties.items():
        _add(found, ("", name), prop, matcher)
    for entity in plan:
        if entity.key.kind == "event":
            for name, said in entity.properties.items():
                if said is not None:
                    _add(found, (entity.key.name, name), said, matcher)
    return found


def _add(
    found: dict[tuple[str, str], Demands],
    key: tuple[str, str],
    prop: Property,
    matcher: Matcher,
) -> None:
    conditions = dict(_conditions(prop, matcher))
    if conditions:
        found[key] = Demands(conditions)


def _conditions(prop: Property, matcher: Matcher) -> Iterator[tuple[str, str]]:
    if isinstance(prop.allowed, tuple) and prop.allowed:
        yield "not_allowed", _not_allowed(prop)
    if isinstance(prop.pattern, str):
        inner = (
            "CASE WHEN contains({v}, '\\') THEN {v}->>'$' ELSE substr({v}, 2, length({v}) - 2) END"
        )
        yield "not_matching", f"ord({{v}}) = 34 AND NOT {matcher.condition(prop.pattern, inner)}"
    value = "TRY_CAST({v} AS DOUBLE)"
    if isinstance(prop.minimum, int | float):
        yield "below", f"ord({{v}}) BETWEEN 45 AND 57 AND {value} < {float(prop.minimum)!r}"
    if isinstance(prop.maximum, int | float):
        yield "above", f"ord({{v}}) BETWEEN 45 AND 57 AND {value} > {float(prop.maximum)!r}"


def _not_allowed(prop: Property) -> str:
    """A value of the allowed ones' kind that is none of them; of a list, an element.

    What is of another kind is a mismatch of types, which is told elsewhere.
    """
    allowed = prop.allowed if isinstance(prop.allowed, tuple) else ()
    texts = [_braced(text(_as_json(one))) for one in allowed if isinstance(one, str)]
    numbers = [repr(float(str(one))) for one in allowed if _is_number(one)]
    said = []
    if texts:
        said.append(f"(ord({{v}}) = 34 AND NOT list_contains([{', '.join(texts)}], {{v}}))")
    if numbers:
        is_number = "ord({v}) BETWEEN 45 AND 57"
        value = "TRY_CAST({v} AS DOUBLE)"
        said.append(f"({is_number} AND NOT list_contains([{', '.join(numbers)}], {value}))")
    if texts and prop.type == "list":
        elements = "from_json({v}, '[\"JSON\"]')"
        inside = f"ord(e::VARCHAR) = 34 AND NOT list_contains([{', '.join(texts)}], e::VARCHAR)"
        said.append(f"(ord({{v}}) = 91 AND len(list_filter({elements}, lambda e: {inside})) > 0)")
    return " OR ".join(said) or "FALSE"


def _as_json(value: str) -> str:
    """A text as DuckDB writes it in JSON."""
    return re.sub(
        r"\\u([0-9a-f]{4})", lambda m: "\\u" + m[1].upper(), json.dumps(value, ensure_ascii=False)
    )


def _braced(sql: str) -> str:
    """SQL that goes through `format` once."""
    return sql.replace("{", "{{").replace("}", "}}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Matcher:
    """Patterns: DuckDB's own engine where it understands them, else Python's, text by text."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self._con = con
        self._made: dict[str, str] = {}

    def condition(self, pattern: str, value: str) -> str:
        """Whether the pattern is found in a text."""
        if self._is_understood(pattern):
            return f"regexp_matches({value}, {_braced(text(pattern))})"
        return f"{self._function(pattern)}({value})"

    def _is_understood(self, pattern: str) -> bool:
        import duckdb  # noqa: PLC0415 - as its caller

        try:
            self._con.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
        except duckdb.Error:
            return False
        return True

    def _function(self, pattern: str) -> str:
        if pattern not in self._made:
            name = f"mpgov_matches_{len(self._made)}"
            self._con.create_function(name, _finder(pattern), ["VARCHAR"], "BOOLEAN")
            self._made[pattern] = name
        return self._made[pattern]


def _finder(pattern: str) -> Callable[[str], bool]:
    """What finds a pattern in a text; each text is looked at once."""
    compiled = re.compile(pattern)

    @lru_cache(maxsize=100_000)
    def found(value: str) -> bool:
        return compiled.search(value) is not None

    return found
