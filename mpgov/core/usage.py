"""Which events are live and how often they arrive, as far as Mixpanel's Query API told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mpgov.core.finding import Finding
from mpgov.core.model import is_mixpanels, nothing


@dataclass(frozen=True, slots=True)
class Usage:
    """What arrived lately.

    `names` arrived in the last 31 days; `is_whole` says that the list was not cut off. `days` are
    ISO dates, oldest first; `counts` has, for each event that was counted, as many numbers as
    there are days. A live event that is not in `counts` was not counted. `at` is when Mixpanel
    was asked, in UTC.
    """

    names: frozenset[str] = frozenset()
    days: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, ...]] = field(default_factory=nothing)
    is_whole: bool = True
    at: str = ""

    @property
    def total(self) -> int:
        """All that was counted of the team's own events; what Mixpanel collects is beside it."""
        return sum(sum(days) for name, days in self.counts.items() if not is_mixpanels(name))

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Live events whose volume nobody knows."""
        return tuple(sorted(self.names - self.counts.keys()))

    @property
    def is_countable(self) -> bool:
        """Whether counts of further events could stand beside these."""
        return bool(self.days)

    def volume(self, name: str) -> int | None:
        """How often an event arrived; `None` where nobody counted it."""
        if name in self.counts:
            return sum(self.counts[name])
        return None if name in self.names else 0

    def share(self, name: str) -> float | None:
        """Its part of the team's own events; of everything, where it is one of Mixpanel's."""
        volume, total = self.volume(name), self.total
        if is_mixpanels(name):
            total = sum(map(sum, self.counts.values()))
        return None if volume is None else volume / total if total else 0.0

    def is_live(self, name: str) -> bool:
        """Whether it arrived lately."""
        return name in self.names or any(self.counts.get(name, ()))

    def seen(self, name: str) -> tuple[str, str]:
        """The first and the last of the days on which it arrived; empty where nobody knows."""
        days = [day for day, n in zip(self.days, self.counts.get(name, ()), strict=False) if n]
        return (days[0], days[-1]) if days else ("", "")


def with_volume(finding: Finding, usage: Usage | None) -> Finding:
    """A finding about an event with how often the event arrived."""
    key = finding.key
    if usage is None or key is None or key.kind != "event":
        return finding
    return replace(finding, volume=usage.volume(key.name), share=usage.share(key.name))
