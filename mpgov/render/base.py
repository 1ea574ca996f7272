"""What a renderer is: a report goes in, text comes out, or a workbook's bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import mpgov.render
from mpgov.core.audit import AuditReport
from mpgov.core.discover import discover
from mpgov.core.report import CheckReport, DiffReport, SyncReport

Report: TypeAlias = CheckReport | DiffReport | SyncReport | AuditReport


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format that reports are drawn in; `suffixes` are the files that mean it.

    `draw(report, color)` returns the whole text with its final newline, or the bytes of a file,
    and prints nothing. `draws` are the reports that it can draw.
    """

    name: str
    suffixes: tuple[str, ...]
    draw: Callable[[Report, bool], str | bytes]
    draws: tuple[type, ...] = (CheckReport, DiffReport, SyncReport, AuditReport)


@cache
def all_renderers() -> Mapping[str, Renderer]:
    """Every renderer by its name."""
    return {renderer.name: renderer for renderer in discover(mpgov.render, Renderer)}
