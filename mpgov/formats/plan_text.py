"""The plan as YAML, as one format: read, written, and changed where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mpgov.core.model import Catalog
from mpgov.errors import InputError
from mpgov.formats import plan_edit
from mpgov.formats.base import Format, How, Plan, Source
from mpgov.formats.plan_yaml import dumps, loads


def text_of(source: Source) -> str:
    """A plan's text, to be changed where it stands."""
    try:
        return source.data.decode()
    except UnicodeDecodeError:
        message = f"{source.name}:1:1: is not UTF-8; save it as UTF-8 to have it edited"
        raise InputError(message) from None


def _loads(sources: Sequence[Source], how: How) -> Plan:
    return loads(sources, folder=how.folder)


def _dumps(catalog: Catalog, _how: How | None = None) -> str:
    return dumps(catalog)


def _update(source: Source, wanted: Catalog, _how: How) -> str:
    return plan_edit.update(text_of(source), wanted, source.name)


FORMAT: Final = Format("yaml", (".yaml", ".yml"), _loads, _dumps, update=_update)
