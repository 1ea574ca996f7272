"""The tracking plan that people write: YAML, in one file or many (design 4).

Reading keeps the place of everything for messages, and tells all problems at once. Writing is
deterministic: the same catalog is the same text, and one change is one changed line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mpgov.errors import InputError
from mpgov.formats.base import Plan, Source
from mpgov.formats.plan_reader import PlanReader
from mpgov.formats.plan_writer import dumps
from mpgov.formats.yaml_nodes import MAP, MOST_BYTES, PLAIN, QUOTED, compose
from mpgov.formats.yaml_problems import File, Problems, Spot, spot
from mpgov.formats.yaml_values import Document, found, is_empty

if TYPE_CHECKING:
    from yaml.nodes import Node

__all__ = ["Plan", "dumps", "loads"]

VERSION: Final = "1"
_BEGIN: Final = "a plan begins with the line mpgov: 1"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How a file begins that means to be a plan, after comments: what is none is not even read.
_BEGIN_OF_FILE: Final = r"(?:\s|[#%][^\n]*+|---|\{)*+[\"']?"
_MEANT: Final = re.compile(_BEGIN_OF_FILE + r"mpgov\b(?!_)")
_REGISTER: Final = re.compile(_BEGIN_OF_FILE + r"mpgov_tokens\b")


def loads(sources: Sequence[Source], *, folder: bool = False) -> Plan:
    """The plan that these files are together.

    In a folder a file that does not begin with `mpgov` is no plan: it is passed over, with a
    note; in silence where it is the register of tokens. Raises `InputError` with every problem
    of every file.
    """
    problems = Problems(source.name for source in sources)
    documents: list[Document] = []
    notes: list[str] = []
    for source in sources:
        opened = _open(source, problems, folder=folder)
        if isinstance(opened, Document):
            documents.append(opened)
        elif opened:
            notes.append(opened)
    catalog = PlanReader().read(documents)
    problems.raise_any()
    if not documents:
        raise InputError([*notes, "There is no plan among these files."], hint=f"{_BEGIN}.")
    return Plan(catalog, tuple(notes))


def _open(source: Source, problems: Problems, *, folder: bool) -> Document | str:
    """A plan's document; else the note that the file was passed over, or nothing."""
    file, trouble = _decoded(source)
    passed_over = f"{source.name}: does not begin with mpgov: 1; passed over"
    if folder and not _MEANT.match(file.text):
        return "" if _REGISTER.match(file.text) else passed_over
    if trouble:
        problems.add(file, *trouble)
        return ""
    root, fine = compose(file, problems)
    if root is None or is_empty(root):
        if fine:
            problems.add(file, None, f"is empty; {_BEGIN}")
        return ""
    document = Document(file, root, problems)
    first = root.value[0] if root.tag == MAP and root.value else None
    if first is None or first[0].value != "mpgov":
        if folder and first is not None:
            return passed_over
        document.problem(root, f"is no plan; {_BEGIN}")
        return ""
    _check_version(document, first[1])
    return document


def _decoded(source: Source) -> tuple[File, tuple[Spot, str] | None]:
    """The file's text, and what is wrong with its bytes."""
    data = source.data
    if len(data) > MOST_BYTES:
        message = (
            f"holds {len(data) / 2**20:.0f} MB, a plan's file at most {MOST_BYTES >> 20} MB; "
            "make a folder of several files"
        )
        text = data[:1000].decode(errors="replace").replace("\0", "\ufffd")
        return File(source.name, text), (Spot(0, 0, 0), message)
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8"
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return File(source.name, data.decode(encoding)), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore")
        file = File(source.name, data.decode(encoding, "replace"))
        offset = error.start + len(source.data) - len(data)
        message = f"is not {encoding.upper()} at byte {offset}; save the file as UTF-8"
        return file, (spot(file.text, len(before)), message)


def _check_version(document: Document, node: Node) -> None:
    if node.tag in {PLAIN, QUOTED} and node.value == VERSION:
        return
    if node.tag == PLAIN and node.value.isdigit():
        message = f"is written in plan format {node.value}, this mpgov reads {VERSION}"
        document.problem(node, f"{message}; upgrade mpgov")
    else:
        document.problem(node, f"mpgov expects 1, found {found(node)}; write mpgov: 1")
