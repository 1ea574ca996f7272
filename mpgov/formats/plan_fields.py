"""Which fields a plan knows, and how each is read."""

from __future__ import annotations

import re
import warnings
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from mpgov.core.model import OWNER, STATUSES, TYPES, UNSET, Deprecation, Json, Text, Texts, Unset
from mpgov.formats.yaml_nodes import MAP, PLAIN, QUOTED
from mpgov.formats.yaml_problems import shown
from mpgov.formats.yaml_values import (
    Document,
    Readers,
    fields,
    flag,
    found,
    is_empty,
    is_null,
    listed,
    mapping,
    number,
    text,
    texts,
    word,
    wrong,
)

if TYPE_CHECKING:
    from yaml.nodes import Node

_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


_type_word: Final = word(TYPES)


def _type(doc: Document, name: str, node: Node) -> Text:
    if is_null(node) or not node.value:
        said = "is left empty" if is_empty(node) else "cannot be null"
        return doc.problem(node, f"{name} {said}; leave it out, or write one of {', '.join(TYPES)}")
    return _type_word(doc, name, node)


def _owners(doc: Document, name: str, node: Node) -> Texts:
    owners = texts(doc, name, node)
    if isinstance(owners, tuple):
        items = node.value if isinstance(node.value, list) else []
        for item in items:
            if isinstance(item.value, str) and item.value and not OWNER.fullmatch(item.value):
                message = f"{shown(item.value)} is no owner; write an e-mail, or team:Name"
                doc.problem(item, message)
    return owners


def day(doc: Document, name: str, node: Node) -> Text:
    """A day, such as 2027-02-01."""
    value = text(doc, name, node)
    if isinstance(value, str) and not _is_day(value):
        return doc.problem(node, f"{name} expects a day, found {shown(value)}; write 2027-02-01")
    return value


def _is_day(value: str) -> bool:
    try:
        return bool(_ISO_DAY.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _pattern(doc: Document, name: str, node: Node) -> Text:
    value = text(doc, name, node)
    if isinstance(value, str) and (problem := regex_problem(value)):
        message = f"{name} is no regular expression: {problem}; repair {shown(value)}"
        return doc.problem(node, message)
    return value


@cache
def regex_problem(pattern: str) -> str:
    """Why a text is no regular expression; empty where it is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python may mean one day by [[
            re.compile(pattern)
    except re.error as error:
        return str(error)
    except (RecursionError, OverflowError):
        return "it is too complicated"
    return ""


def _items(doc: Document, name: str, node: Node) -> Json | Unset:
    if node.tag == MAP:
        return mapping(doc, name, node)
    if node.tag in {PLAIN, QUOTED}:
        return _type_word(doc, name, node)
    return wrong(doc, name, node, "a type or a mapping", f"write {name}: string")


def _extra(doc: Document, name: str, node: Node) -> dict[str, Json] | Unset:
    if node.tag == MAP:
        return mapping(doc, name, node)
    if is_null(node):
        return {}
    return wrong(doc, name, node, "a mapping", f"write {name}: {{}}")


def _deprecated(doc: Document, name: str, node: Node) -> Deprecation | Unset | None:
    if node.tag == MAP:
        return Deprecation(**fields(doc, node, DEPRECATION, name)[0])
    if is_null(node):
        return None
    return wrong(doc, name, node, "a mapping", f"write {name}: {{since: 2026-03-01}}")


def _values(doc: Document, name: str, node: Node) -> Node | Unset:
    """The node itself: what its words mean waits until the type is known."""
    listing = listed(doc, name, node, "values")
    return UNSET if listing is UNSET else node


def _user_id(doc: Document, name: str, node: Node) -> Text:
    if node.tag == MAP:
        pattern: Text = fields(doc, node, {"pattern": _pattern}, name)[0].get("pattern", UNSET)
        return pattern
    if is_null(node):
        return None
    return wrong(doc, name, node, "a mapping", f"write {name}: {{pattern: …}}")


def _properties(doc: Document, name: str, node: Node) -> Node | Unset:
    """The node itself: shared definitions come first, from every file."""
    return node if is_section(doc, name, node) else UNSET


def is_section(doc: Document, name: str, node: Node, kind: str = MAP) -> bool:
    """Whether there is something to read; a section left empty holds nothing."""
    if is_null(node):
        doc.problem(node, f"{name} cannot be null; leave it empty, or remove it")
    elif node.tag != kind and not is_empty(node):
        expected, hint = ("a mapping", "names") if kind == MAP else ("a list", '"- "')
        fix = f"begin with {hint} on the next line, indented"
        doc.problem(node, f"{name} expects {expected}, found {found(node)}; {fix}")
    return node.tag == kind


DEPRECATION: Final[Readers] = {
    "since": day,
    "sunset": day,
    "replaced_by": text,
    "reason": text,
}
LATE: Final[tuple[str, ...]] = ("examples", "allowed")
PROPERTY: Final[Readers] = {
    "type": _type,
    "required": flag,
    "description": text,
    "display_name": text,
    "hidden": flag,
    "blocked": flag,
    "allowed": _values,
    "pattern": _pattern,
    "minimum": number,
    "maximum": number,
    "items": _items,
    "examples": _values,
    "personal": flag,
    "extra": _extra,
}
SUPER_PROPERTY: Final[Readers] = {
    **PROPERTY,
    "set": word(("register", "register_once")),
    "when": word(("always", "identified")),
    "reason": text,
}
ENTITY: Final[Readers] = {
    "description": text,
    "trigger": text,
    "status": word(STATUSES),
    "owners": _owners,
    "category": text,
    "tags": texts,
    "display_name": text,
    "hidden": flag,
    "platforms": texts,
    "deprecated": _deprecated,
    "extra": _extra,
    "properties": _properties,
}
IDENTITY: Final[Readers] = {
    "id_merge": word(("simplified", "original", "legacy")),
    "user_id": _user_id,
    "login_events": texts,
    "logout_events": texts,
}
GOVERNANCE: Final[Readers] = {"curators": _owners, "approvers": _owners, "left": _owners}
WAIVER: Final[Readers] = {"rule": text, "name": text, "reason": text, "until": day}
