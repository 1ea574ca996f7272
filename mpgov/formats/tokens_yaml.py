"""`tokens.yaml`, the register of tokens: read strictly, every problem at once (design 9).

What may be a token or a secret is blotted out before anything else looks at the text. So no
message can repeat it; its line is named and not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from mpgov.core.model import OWNER, Location, Text, Texts, Unset
from mpgov.core.tokens import (
    ENVIRONMENTS,
    KINDS,
    LONGEST,
    MAY_BE_VALUE,
    Token,
    days_of,
    is_fingerprint,
    may_hold_value,
)
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_fields import day
from mpgov.formats.yaml_nodes import LIST, MAP, PLAIN, QUOTED, compose
from mpgov.formats.yaml_problems import File, Problems, Spot, shown, spot
from mpgov.formats.yaml_values import (
    Document,
    Readers,
    fields,
    found,
    is_empty,
    is_null,
    pairs,
    text,
    texts,
    unknown,
    word,
)

if TYPE_CHECKING:
    from yaml.error import Mark
    from yaml.nodes import Node

VERSION: Final = "1"
BEGIN: Final = "a register of tokens begins with the line mpgov_tokens: 1"
NEVER: Final = (
    "may be a token or a secret, and the register never holds one: take it out; "
    "mpgov tokens rotated NAME reads it from stdin and keeps its fingerprint"
)
_BLOT: Final = "\N{FULL BLOCK}"
# Names under which people put what must not be here, with what stands behind them.
_NAMED: Final = re.compile(
    r"""(?:^|[{,])[ \t]*["']?(?:value|secret|token|password|passw(?:or)?d|api_?secret|api_?key)
    ["']?[ \t]*:[ \t]+["']?([^\s{\[&*#"'][^\n,}"']*)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_MOST_BYTES: Final = 1024 * 1024


def loads(source: Source) -> tuple[Token, ...]:
    """Every token of the register; raises `InputError` with every problem."""
    problems = _Discreet(source.name)
    document = _open(source, problems)
    read = tuple(_tokens(document)) if document is not None else ()
    problems.raise_any()
    return read


class _Discreet(Problems):
    """Problems of a text in which something must not be shown."""

    def __init__(self, name: str) -> None:
        super().__init__([name])
        self._hidden = ""

    def take(self, file: File) -> File:
        """The file with what may be a value blotted out, which is a problem each."""
        spans = {match.span(1) for match in _NAMED.finditer(file.text)}
        spans |= {match.span() for match in MAY_BE_VALUE.finditer(file.text)}
        blotted = "".join(_blotted(file.text, spans))
        lines = (
            " " * (len(line) - 1) + "\n" if _BLOT in line else line
            for line in blotted.splitlines(keepends=True)
        )
        self._hidden = "".join(lines) if spans else ""
        for start, _ in sorted(spans):
            self.add(file, spot(file.text, start), NEVER)
        return File(file.name, blotted)

    def add(self, file: File, mark: Mark | Spot | None, message: str) -> None:
        """Add one; a line that may hold a value is not shown with it."""
        super().add(File(file.name, self._hidden or file.text), mark, message)


def _blotted(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The parts of a text, with a blot for each letter of what is not to be shown."""
    at = 0
    for start, end in sorted(spans):
        yield text[at:start]
        yield _BLOT * (end - max(at, start))
        at = max(at, end)
    yield text[at:]


def _open(source: Source, problems: _Discreet) -> Document | None:
    """The register's document, if it is one."""
    try:
        data = source.data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source.name}: is not UTF-8 at byte {error.start}; save the file as UTF-8"
        ) from None
    if len(data) > _MOST_BYTES:
        raise InputError(f"{source.name}: holds more than 1 MB; a register is a page")
    file = problems.take(File(source.name, data))
    root, fine = compose(file, problems)
    if root is None or is_empty(root):
        if fine:
            problems.add(file, None, f"is empty; {BEGIN}")
        return None
    document = Document(file, root, problems)
    if _has_hidden_value(root):
        raise InputError(f"{source.name}: holds in a folded or escaped text what {NEVER}")
    first = root.value[0] if root.tag == MAP and root.value else None
    if first is None or first[0].value != "mpgov_tokens":
        document.problem(root, f"is no register of tokens; {BEGIN}")
        return None
    if first[1].tag not in {PLAIN, QUOTED} or first[1].value != VERSION:
        document.problem(first[1], f"mpgov_tokens expects 1, found {found(first[1])}")
        return None
    return document


def _has_hidden_value(node: Node) -> bool:
    """Whether a value stands there in a way that its line does not show."""
    if node.tag == MAP:
        return any(_has_hidden_value(one) for pair in node.value for one in pair)
    if node.tag == LIST:
        return any(_has_hidden_value(one) for one in node.value)
    return may_hold_value(str(node.value))


def _tokens(doc: Document) -> Iterator[Token]:
    """Every token that can be read."""
    for key, node in doc.root.value:
        if key.value not in {"mpgov_tokens", "tokens"}:
            unknown(doc, key, ("tokens",), "a register has no section")
        elif key.value == "tokens" and node.tag == MAP:
            for name, at, one in pairs(doc, node, "a token"):
                yield from _token(doc, name, at, one)
        elif key.value == "tokens" and not is_empty(node) and not is_null(node):
            message = f"tokens expects names with their fields, found {found(node)}"
            doc.problem(node, f"{message}; write web-production: {{kind: project_token}}")


def _token(doc: Document, name: str, at: Location, node: Node) -> Iterator[Token]:
    if node.tag != MAP:
        message = f"{shown(name)} expects a token's fields, found {found(node)}"
        doc.problem(node, f"{message}; write kind: project_token")
        return
    said, places = fields(doc, node, TOKEN, shown(name))
    if "kind" not in places:
        doc.problem(node, f"{shown(name)} needs a kind; write kind: {' | '.join(KINDS)}")
    if said.get("kind"):
        filled = {key: value for key, value in said.items() if value is not None}
        yield Token(name, **filled, at=at, places=places)


def _kind(doc: Document, name: str, node: Node) -> Text:
    if is_null(node):
        return doc.problem(node, f"kind cannot be null; write one of {', '.join(KINDS)}")
    return _word_of_kind(doc, name, node)


_word_of_kind: Final = word(KINDS)


def _holder(doc: Document, name: str, node: Node) -> Text:
    value = text(doc, name, node)
    if isinstance(value, str) and not OWNER.fullmatch(value):
        return doc.problem(node, f"{shown(value)} is no holder; write an e-mail, or team:Name")
    return value


def _schedule(doc: Document, name: str, node: Node) -> int | Unset | None:
    value = text(doc, name, node)
    if not isinstance(value, str):
        return value
    message = f"{name} expects days, 1 to {LONGEST}, found {shown(value)}; write {name}: 365 days"
    return days_of(value) or doc.problem(node, message)


def _fingerprint(doc: Document, name: str, node: Node) -> Text:
    value = text(doc, name, node)
    if isinstance(value, str) and not is_fingerprint(value) and _BLOT not in value:
        message = f"{name} expects the first 16 hex digits of the value's SHA-256"
        return doc.problem(node, f"{message}, found {shown(value)}")
    return value


def _fingerprints(doc: Document, name: str, node: Node) -> Texts:
    values = texts(doc, name, node)
    if isinstance(values, tuple):
        for one in node.value:
            _fingerprint(doc, name, one)
    return values


TOKEN: Final[Readers] = {
    "kind": _kind,
    "project": text,
    "environment": word(ENVIRONMENTS),
    "holder": _holder,
    "account": text,
    "role": text,
    "used_in": texts,
    "rotate_every": _schedule,
    "last_rotated": day,
    "fingerprint": _fingerprint,
    "retired": _fingerprints,
    "note": text,
}
