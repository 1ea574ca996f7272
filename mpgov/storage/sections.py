"""The sections of `mpgov.toml` as values, and how each is read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from mpgov.core.authority import WORDS
from mpgov.core.model import ENTITY_FIELDS, OWNER, PROPERTY_FIELDS, Json, Location, nothing
from mpgov.core.rule import LEVELS, Level
from mpgov.storage.toml_checks import Table, kind_of, nearest, offer, shown

KEEPS: Final = ("tree", "branch")
STYLES: Final = ("Title Case", "Sentence case", "snake_case", "camelCase", "kebab-case")
_FIELDS: Final = tuple(dict.fromkeys((*ENTITY_FIELDS, *PROPERTY_FIELDS, "*")))
_DOMAIN: Final = re.compile(r"[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Limits:
    """Mixpanel's limits, unless a contract says otherwise; `timeout` in seconds."""

    requests_per_minute: int = 5
    updates_per_minute: int = 3999
    queries_per_hour: int = 60
    timeout: float = 150


@dataclass(frozen=True, slots=True)
class Naming:
    """How names are to be written; empty is not checked."""

    event: str = ""
    property: str = ""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What is said of a rule; an empty severity leaves the rule's own."""

    severity: Level | Literal[""] = ""
    options: Mapping[str, Json] = field(default_factory=nothing)
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What `[projects.NAME.rules]` and `[projects.NAME.lexicon]` say; empty leaves the common."""

    rules: Mapping[str, RuleSetting] = field(default_factory=nothing)
    deprecated_tag: str = ""
    authority: Mapping[str, str] = field(default_factory=nothing)
    csv_tag_separator: str = ""


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Where the record is kept, and whether each sync is witnessed by a Mixpanel annotation."""

    keep: str = KEEPS[0]
    witness: bool = False


def read_overrides(table: Table) -> Overrides:
    """What a project says for itself of rules and Lexicon."""
    lexicon = table.table("lexicon")
    lexicon.only("deprecated_tag", "authority", "csv_tag_separator")
    return Overrides(
        read_rules(table.table("rules")),
        lexicon.text("deprecated_tag"),
        read_authority(lexicon.table("authority")),
        read_separator(lexicon),
    )


def read_naming(table: Table) -> Naming:
    """`[naming]`."""
    table.only("event", "property")
    return Naming(_style(table, "event"), _style(table, "property"))


def _style(table: Table, key: str) -> str:
    """A known style, or a regular expression between slashes."""
    style = table.text(key)
    if len(style) > 2 and style[0] == style[-1] == "/":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Python may mean one day by [[
                re.compile(style[1:-1])
        except (re.error, RecursionError, OverflowError) as error:
            table.problem(key, f"{key} is no regular expression: {error}")
        return style
    return table.word(key, (*STYLES, "/a regular expression/")) if style else ""


def read_authority(table: Table) -> Mapping[str, str]:
    """`[lexicon] authority`: who has the last word on which field."""
    found = {}
    for key in table.values:
        named = key.rpartition(":")[2].strip()
        if named not in _FIELDS:
            near = nearest(named, _FIELDS)
            meant = f"; did you mean {near}?" if near else f"; fields: {', '.join(_FIELDS)}"
            table.problem(key, f"{shown(named)} is no field{meant}")
        found[key] = table.word(key, WORDS)
    return found


def read_record(table: Table) -> RecordSettings:
    """`[record]`: beside the plan, or on a git branch of its own; witnessed or not."""
    table.only("keep", "witness")
    keep = table.word("keep", KEEPS) if table.text("keep") else KEEPS[0]
    return RecordSettings(keep, witness=table.flag("witness"))


def read_year_start(table: Table) -> int:
    """`[review] year_starts`: the month, 1 to 12, with which the first quarter begins."""
    table.only("year_starts")
    month = table.whole("year_starts") or 1
    if month > 12:
        table.problem("year_starts", "year_starts must be a month, 1 to 12")
        return 1
    return month


def read_handles(table: Table) -> Mapping[str, str]:
    """`[owners] handles`: how a code host calls an owner, for CODEOWNERS."""
    found = read_texts(table.table("handles"))
    for name in found:
        if not OWNER.fullmatch(name):
            table.problem("handles", f"{shown(name)} is no owner; write an e-mail, or team:Name")
    return found


def read_domains(table: Table) -> tuple[str, ...]:
    """`[owners] domains`: whose e-mail addresses may own something; empty allows all."""
    table.only("domains", "handles")
    found = table.texts("domains")
    for place, domain in enumerate(found):
        if not _DOMAIN.fullmatch(domain):
            table.problems.add(
                (*table.path, "domains", place),
                f'{shown(domain)} is no domain; write it as "acme.example"',
            )
    return tuple(domain.lower() for domain in found)


def read_texts(table: Table) -> Mapping[str, str]:
    """A table of texts: a spreadsheet's header, and the column that it is."""
    return {key: table.text(key) for key in table.values}


def read_people(table: Table) -> Mapping[str, str]:
    """The names that people write for owners, and the e-mail or `team:` that is meant."""
    found = read_texts(table)
    for name, owner in found.items():
        if owner and not OWNER.fullmatch(owner):
            table.problem(name, f"{shown(owner)} is no owner; write an e-mail, or team:Name")
    return found


def read_separator(lexicon: Table) -> str:
    """What parts several tags in Mixpanel's CSV, which documents none."""
    value = lexicon.values.get("csv_tag_separator")
    if value is None or (isinstance(value, str) and value and len(value) <= 3):
        return value or ""
    lexicon.problem("csv_tag_separator", 'csv_tag_separator must be 1 to 3 characters, as ","')
    return ""


def read_limits(table: Table) -> Limits:
    """`[limits]`."""
    table.only("requests_per_minute", "updates_per_minute", "queries_per_hour", "timeout")
    usual = Limits()
    return Limits(
        table.whole("requests_per_minute") or usual.requests_per_minute,
        table.whole("updates_per_minute") or usual.updates_per_minute,
        table.whole("queries_per_hour") or usual.queries_per_hour,
        table.number("timeout") or usual.timeout,
    )


def read_rules(table: Table) -> Mapping[str, RuleSetting]:
    """`[rules]`: a level, or a table with its options."""
    return {name: _rule(table, name) for name in table.values}


def _rule(table: Table, name: str) -> RuleSetting:
    value = table.values[name]
    at = table.location(name)
    if isinstance(value, str):
        return RuleSetting(_level(table, name), at=at)
    if not isinstance(value, dict):
        levels = ", ".join(LEVELS)
        table.problem(name, f"a rule is {levels}, or a table, not {kind_of(value)}")
        return RuleSetting(at=at)
    inner = table.table(name)
    severity = _level(inner, "severity")
    return RuleSetting(severity, {k: v for k, v in value.items() if k != "severity"}, at)


def _level(table: Table, key: str) -> Level | Literal[""]:
    word = table.text(key)
    if word and word not in LEVELS:
        table.problem(key, f"severity is {shown(word)}{offer(word, LEVELS)}")
        return ""
    return cast("Level | Literal['']", word)
