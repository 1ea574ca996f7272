"""Which format a file is in: by what it holds, then by what its name ends with."""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

import mpgov.formats
from mpgov.core.discover import discover
from mpgov.formats import plan_text
from mpgov.formats.base import Format, Source


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format that a plan can be kept in."""
    return discover(mpgov.formats, Format)


def format_of(source: Source) -> Format:
    """The format that a file is in; YAML where nothing else is recognised."""
    suffix = PurePath(source.name).suffix.lower()
    if suffix in plan_text.FORMAT.suffixes:
        return plan_text.FORMAT
    found = next((one for one in all_formats() if one.is_it(source)), None)
    named = next((one for one in all_formats() if suffix in one.suffixes), plan_text.FORMAT)
    return found or named


def format_for(name: str) -> Format | None:
    """The format that a file of this name is to be written in, if its suffix tells one."""
    suffix = PurePath(name).suffix.lower()
    return next((one for one in all_formats() if suffix in one.suffixes and one.dumps), None)
