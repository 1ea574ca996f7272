"""The plan that people keep in a workbook: read whatever its layout, written to be liked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mpgov.core.model import Catalog
from mpgov.formats.base import Format, How, Plan, Source
from mpgov.formats.excel_edit import losses, update
from mpgov.formats.excel_read import OLE, ZIP, read_grids
from mpgov.formats.excel_write import workbook
from mpgov.formats.table_reader import read_tables
from mpgov.formats.table_rows import sheets


def loads(sources: Sequence[Source], how: How) -> Plan:
    """The plan of a workbook; `InputError` has every problem with its cell."""
    source = sources[0]
    grids, notes = read_grids(source)
    plan = read_tables(source.name, grids, how).plan
    return Plan(plan.catalog, (*notes, *plan.notes), plan.columns)


def dumps(catalog: Catalog, _how: How | None = None) -> bytes:
    """The plan as a workbook."""
    return workbook(sheets(catalog))


def _is_it(source: Source) -> bool:
    return source.data.startswith((ZIP, OLE))


FORMAT: Final = Format("xlsx", (".xlsx",), loads, dumps, _is_it, update, losses)
