"""Workbooks for tests, made with openpyxl or cut from its bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook

from mpgov.core.model import Catalog, Entity, event
from mpgov.formats import plan_excel
from mpgov.formats.base import How, Plan, Source

Rows = Iterable[Sequence[Any]]


def workbook(**sheets: Rows) -> bytes:
    """A workbook with these sheets; `_` in a name is a blank."""
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def sheet_of(rows: Rows) -> bytes:
    """A sheet's part with these texts, as openpyxl would write it, but soon."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    lines = (
        "".join(
            f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for letter, text in zip(ascii_uppercase, row, strict=False)
        )
        for number, row in enumerate(rows, 1)
    )
    cells = "".join(f'<row r="{number}">{line}</row>' for number, line in enumerate(lines, 1))
    return f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def changed(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    book = opened(data)
    change(book)
    return saved(book)


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same package with some parts more, or others."""
    old = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts:
            if name not in old.namelist():
                new.writestr(name, parts[name])
    return out.getvalue()


def read(data: bytes, how: How | None = None, name: str = "plan.xlsx") -> Plan:
    return plan_excel.loads([Source(name, data)], how or How())


def events(plan: Plan) -> dict[str, Entity]:
    """The events by name."""
    return {e.key.name: e for e in plan.catalog if e.key.kind == "event"}


def one_event(catalog: Catalog, name: str) -> Entity:
    return catalog.entities[event(name)]
