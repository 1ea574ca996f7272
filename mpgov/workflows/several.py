"""Several projects at once: one's failure does not stop the others, and all share the limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mpgov.core.report import DiffReport
from mpgov.core.several import Part, SeveralReport, Toll
from mpgov.errors import MpgovError
from mpgov.mixpanel.budget import budget_key
from mpgov.workflows.project import Surroundings

MINUTE = 60


def each(
    command: str, arounds: Sequence[Surroundings], work: Callable[[Surroundings], Part]
) -> SeveralReport:
    """Do the work for every project; what fails for one is told in its row."""
    began = arounds[0].now() if arounds else 0
    parts = [_part(around, work) for around in arounds]
    took = max(arounds[0].now() - began, 0) if arounds else 0
    asked = sum(around.asked.count for around in arounds)
    return SeveralReport(command, tuple(parts), asked, took)


def failed(around: Surroundings, error: MpgovError) -> Part:
    """The row of a project of which there is no answer."""
    return Part(
        exit_code=error.exit_code,
        project=around.project_name or "",
        problem=error.message,
        hint=error.hint,
    )


def toll_of(sent: Iterable[tuple[Surroundings, DiffReport]]) -> Toll:
    """What it takes to send all of it, with a read before and after each.

    The projects of an organization share one budget, so that their waits add up.
    """
    shares: dict[str, list[tuple[Surroundings, DiffReport]]] = defaultdict(list)
    for around, report in sent:
        shares[budget_key(around.project())].append((around, report))
    longest = requests = updates = 0
    for share in shares.values():
        limits = share[0][0].settings.limits
        mine = sum(report.requests for _, report in share)
        reads = len(share) + sum(bool(report.requests) for _, report in share)
        loads = sum(report.updates for _, report in share)
        minutes = max(
            (mine + reads - 1) // limits.requests_per_minute,
            (loads - 1) // limits.updates_per_minute if loads else 0,
        )
        longest = max(longest, minutes * MINUTE if mine else 0)
        requests, updates = requests + mine, updates + loads
    return Toll(requests, updates, longest)


def _part(around: Surroundings, work: Callable[[Surroundings], Part]) -> Part:
    try:
        return replace(work(around), project=around.project_name or "")
    except MpgovError as error:
        return failed(around, error)
