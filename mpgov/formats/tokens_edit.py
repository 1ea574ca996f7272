"""Change the register of tokens where it stands: comments, order and quotes stay.

As with a plan, the result is read again before anybody sees it: it must mean what was wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mpgov.core.tokens import Token
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_wanted import style_of
from mpgov.formats.tokens_yaml import TOKEN, loads
from mpgov.formats.yaml_layout import CannotPatchError
from mpgov.formats.yaml_nodes import MAP, compose
from mpgov.formats.yaml_patch import Patch
from mpgov.formats.yaml_problems import File, Problems
from mpgov.formats.yaml_text import Style

if TYPE_CHECKING:
    from yaml.nodes import Node

HEAD: Final = """\
# The register of tokens and secrets: who holds what, where it is used, when it is due.
# Never a value: a fingerprint is the first 16 hex digits of its SHA-256. mpgov writes them.
mpgov_tokens: 1

tokens:
"""
_BOM: Final = "\ufeff"


def dumps(tokens: Iterable[Token]) -> str:
    """A new register."""
    written = {one.name: _fields(one) for one in tokens}
    lines = Style(flow_lists=True).mapping(written, 2, spaced=True)
    return HEAD + "".join(f"{line}\n" for line in lines)


def with_token(text: str, token: Token, name: str) -> str:
    """The register's text, in which a token is as it is here; a new one goes last.

    `name` is the file, for messages.
    """
    before = loads(Source(name, text.encode()))
    after = {**{one.name: one for one in before}, token.name: token}
    if tuple(after.values()) == before:
        return text
    with suppress(CannotPatchError, InputError):
        old = next((one for one in before if one.name == token.name), None)
        changed = _patched(text, token, old)
        if loads(Source(name, changed.encode())) == tuple(after.values()):
            return changed
    raise InputError(
        f"{name}:1:1: is written in a way that mpgov cannot change in place",
        hint="change it by hand, or write anchors and aliases (&name, *name) out",
    )


def _patched(text: str, token: Token, before: Token | None) -> str:
    body = text.removeprefix(_BOM)
    line_end = "" if body.endswith("\n") else "\n"
    file = File("", body + line_end)
    root, _ = compose(file, Problems())
    if root is None:
        raise CannotPatchError
    sections = _nodes(root)
    tokens = _nodes(sections.get("tokens"))
    written = _nodes(tokens.get(token.name)).items()
    stays = {name: node for name, node in written if getattr(before, name) == getattr(token, name)}
    said = {**_fields(token), **stays}  # however it is written
    patch = Patch(file.text, style_of(root), {("tokens", "*"): tuple(TOKEN)}, (("tokens",),))
    patch.mapping(root, {**sections, "tokens": {**tokens, token.name: said}})
    changed = patch.result().removesuffix(patch.newline if line_end else "")
    return _BOM + changed if text.startswith(_BOM) else changed


def _nodes(node: Node | None) -> dict[str, Node]:
    """What a mapping holds, by name; of anything else nothing."""
    return {key.value: one for key, one in node.value} if node and node.tag == MAP else {}


def _fields(token: Token) -> Mapping[str, object]:
    """What is said of a token, in the register's order; what is empty is left out."""
    said = {name: getattr(token, name) for name in TOKEN if getattr(token, name)}
    if token.rotate_every:
        said["rotate_every"] = f"{token.rotate_every} days"
    return said
