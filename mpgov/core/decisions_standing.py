"""Decisions that time asks for: sunsets, rotations, waivers, people who left, silent events."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from mpgov.core.decision import Decision, Standing, days, many, of_quarter
from mpgov.core.figures import Figure

SOON: Final = 30  # days in which a waiver ends


def deprecated(standing: Standing) -> Iterator[Decision]:
    """Past its sunset an event is blocked, or gets a later one; without, it gets one."""
    command = f"mpgov audit --propose next-step.json{standing.scope}"
    for row in standing.deprecated:
        arrives, urgency, past = standing.lately(row.lately), row.share or 0, row.days_past
        if past is None:
            what = (f"Give {row.name} a day after which it is blocked",)
            why = ("deprecated, without a sunset; ", *arrives)
            yield Decision("warning", what, why, command, urgency)
        elif past > 0:
            what = (f"Block {row.name}, or give it a later sunset",)
            why = ("its sunset passed ", *days(past), f" ago ({row.sunset}); ", *arrives)
            yield Decision("error", what, why, command, max(urgency, of_quarter(past)))


def tokens(standing: Standing) -> Iterator[Decision]:
    """What is overdue is rotated; what is due soon is planned."""
    for row in standing.tokens.due:
        if row.state == "overdue":
            why = ("overdue by ", *days(-row.days), f": {row.why}")
            name = shlex.quote(row.name)
            command = f"mpgov tokens rotated {name} --reason 'rotated after the review'"
            yield Decision("error", (f"Rotate {row.name}",), why, command, of_quarter(-row.days))
        elif row.state == "soon":
            soon = ("due in ", *days(row.days), f": {row.why}")
            what = (f"Plan the rotation of {row.name}",)
            yield Decision("warning", what, soon, "mpgov tokens due", 1 - of_quarter(row.days))


def waivers(standing: Standing) -> Iterator[Decision]:
    """What was accepted for a time is accepted again, or not."""
    for row in standing.waivers:
        left = row.days_left
        if left is None or left > SOON:
            continue
        what = (f"Renew or drop the waiver of {row.rule} for {row.name}",)
        if left < 0:
            why = ("over for ", *days(-left), f": {row.reason}")
            yield Decision("warning", what, why, "mpgov check", of_quarter(-left))
        else:
            ends = ("ends in ", *days(left), f": {row.reason}")
            yield Decision("info", what, ends, "mpgov check", 1 - of_quarter(left))


def left(standing: Standing) -> Iterator[Decision]:
    """What somebody owned who is no longer here goes to somebody who is."""
    for row in standing.owners.left:
        what = (f"Hand over what {row.owner} owned",)
        why = ("they left, and still own ", *many(row.events, "event"))
        command = f"mpgov owners transfer {shlex.quote(row.owner)} NEW-OWNER{standing.scope}"
        yield Decision("warning", what, why, command, row.share or 0)


def silent(standing: Standing) -> Iterator[Decision]:
    """A planned event that fell silent: a broken release, or an event to deprecate."""
    total = sum(one.before_total for one in standing.volume.events) or 1
    for one in standing.volume.silent:
        if one.is_planned:
            what = (f"Ask why {one.name} fell silent",)
            why = ("none this quarter, ", Figure(one.before_total), " in the one before")
            command = f"mpgov history blame {shlex.quote(one.name)}{standing.scope}"
            yield Decision("warning", what, why, command, one.before_total / total)


def identity(standing: Standing) -> Iterator[Decision]:
    """How people are told apart is judged by raw events alone."""
    if not standing.merge.is_judged:
        what = ("Look at how people are told apart",)
        why = ("profile merge accuracy is not judged without raw events",)
        command = f"mpgov review --events last-7-days{standing.scope}"
        yield Decision("info", what, why, command, 1.0)
