"""What the doctor found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mpgov.core.checkup import SIGNS, Checkup
from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.render.visible import visible

_COLORS = {"ok": "green", "warning": "yellow", "wrong": "red", "skipped": None}


def checkup_as_text(checkup: Checkup, *, color: bool) -> str:
    """The cause first, then a line for everything that was looked at."""
    return "\n".join(_lines(checkup, color=color)) + "\n"


def checkup_as_json(checkup: Checkup) -> dict[str, Json]:
    """Every check, and which one is the cause of what is wrong."""
    cause = checkup.cause
    return {
        "format": 1,
        "project": checkup.project or None,
        "cause": cause.name if cause else None,
        "fix": cause.fix if cause else None,
        "exit_code": checkup.exit_code,
        "checks": [
            {"name": c.name, "state": c.state, "text": c.text, "fix": c.fix or None}
            for c in checkup.checks
        ],
    }


def draw_checkup(checkup: Checkup, name: str, *, color: bool = False) -> str:
    """The checkup in the format of that name."""
    if name == "json":
        return dump(checkup_as_json(checkup), indent=1)
    return checkup_as_text(checkup, color=color)


def _lines(checkup: Checkup, *, color: bool) -> Iterator[str]:
    cause = checkup.cause
    if cause is not None:
        yield f"{_painted('wrong', 'wrong', color=color)}: {visible(cause.text)}"
        if cause.fix:
            yield f"  next: {visible(cause.fix)}"
        yield ""
    width = max(len(one.name) for one in checkup.checks)
    for one in checkup.checks:
        head = f"{SIGNS[one.state]} {one.state:<8}"
        yield f"{_painted(head, one.state, color=color)}{one.name:<{width}}  {visible(one.text)}"
        if one.fix:
            yield f"{'':10}{'':{width}}  next: {visible(one.fix)}"
    yield ""
    yield _verdict(checkup)


def _verdict(checkup: Checkup) -> str:
    wrong, warnings = checkup.count("wrong"), checkup.count("warning")
    if not wrong and not warnings:
        return "everything is in place"
    words = [f"{wrong} wrong"] if wrong else []
    words += [f"{warnings} warning{'s'[: warnings != 1]}"] if warnings else []
    return ", ".join(words)


def _painted(text: str, state: str, *, color: bool) -> str:
    return click.style(text, fg=_COLORS[state], bold=state == "wrong") if color else text
