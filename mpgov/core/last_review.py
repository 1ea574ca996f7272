"""What an earlier review said, read back from its JSON; of one that is damaged, what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mpgov.core.finding import SEVERITIES, Finding, Severity
from mpgov.core.model import nothing

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Then:
    """A finding of an earlier review."""

    rule: str
    severity: Severity
    entity: str
    name: str
    prop: str
    message: str

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What tells it from others, whatever it counted."""
        return self.rule, self.entity, self.name, self.prop


@dataclass(frozen=True, slots=True)
class LastReview:
    """The review before this one; without a `quarter` there was none.

    `names` are the events that arrived in its quarter.
    """

    quarter: str = ""
    at: str = ""
    score: int | None = None
    parts: Mapping[str, float | None] = field(default_factory=nothing)
    findings: tuple[Then, ...] = ()
    names: tuple[str, ...] = ()


def then_of(finding: Finding) -> Then:
    """A finding of today as it will be remembered."""
    key = finding.key
    return Then(
        finding.rule,
        finding.severity,
        key.kind if key else "",
        key.name if key else "",
        finding.property,
        finding.message,
    )


def last_review(document: Any) -> LastReview | None:
    """What the JSON of a review says; nothing where it is none of a known format."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        return None
    quarter, score = _mapping(document, "quarter"), _mapping(document, "score")
    if not _text(quarter, "name"):
        return None
    total = score.get("total")
    return LastReview(
        _text(quarter, "name"),
        _text(document, "at"),
        total if isinstance(total, int) and 0 <= total <= 100 else None,
        dict(_points(score)),
        tuple(_findings(_mapping(document, "findings"))),
        tuple(
            filter(
                None, (_text(one, "name") for one in _list(_mapping(document, "volume"), "events"))
            )
        ),
    )


def _points(score: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    for one in _list(score, "parts"):
        points = one.get("points")
        if _text(one, "name"):
            yield _text(one, "name"), points if isinstance(points, int | float) else None


def _findings(said: Mapping[str, Any]) -> Iterator[Then]:
    for one in _list(said, "now"):
        severity = one.get("severity")
        if severity in SEVERITIES and _text(one, "rule"):
            texts = (_text(one, name) for name in ("entity", "name", "property", "message"))
            yield Then(_text(one, "rule"), severity, *texts)


def _mapping(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""
