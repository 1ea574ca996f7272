"""Rules: what can be wrong, why it matters, and examples that are also its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from mpgov.core.change import ChangeSet
from mpgov.core.finding import Finding, Severity, rank
from mpgov.core.model import Catalog, Json, nothing

Options: TypeAlias = Mapping[str, Json]
Check: TypeAlias = Callable[[Any, Options], Iterator[Finding]]
Level: TypeAlias = Literal["error", "warning", "info", "off"]
LEVELS: Final = ("error", "warning", "info", "off")


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with a name, a severity, a reason and examples.

    `on` is what it judges. `good` and `bad` are plans in YAML without their first line; for a
    rule on a `ChangeSet` each is two plans, before and after, parted by a line of `---`; in them
    an event whose name begins with Busy arrived a hundred times lately.
    """

    id: str
    on: type[Catalog | ChangeSet]
    check: Check
    reason: str
    good: str
    bad: str
    severity: Severity = "warning"
    options: Options = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Setting:
    """What mpgov.toml says of a rule; an empty level leaves the rule's own."""

    level: Level | Literal[""] = ""
    options: Options = field(default_factory=nothing)


def rule(
    name: str,
    *,
    on: type[Catalog | ChangeSet],
    good: str,
    bad: str,
    severity: Severity = "warning",
    options: Options | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a function; its docstring is the reason."""

    def made(check: Check) -> Rule:
        reason = " ".join((check.__doc__ or "").split())
        return Rule(name, on, check, reason, good, bad, severity, options or nothing())

    return made


def judge(
    subject: Catalog | ChangeSet, rules: Iterable[Rule], settings: Mapping[str, Setting]
) -> list[Finding]:
    """Everything that the rules in force notice, the worst first."""
    found: list[Finding] = []
    for one in rules:
        setting = settings.get(one.id, Setting())
        level = setting.level or one.severity
        if level == "off" or not isinstance(subject, one.on):
            continue
        options = {**one.options, **setting.options}
        found += (
            replace(finding, rule=one.id, severity=level) for finding in one.check(subject, options)
        )
    return sorted(found, key=rank)
