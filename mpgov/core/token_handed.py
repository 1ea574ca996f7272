"""The names that something is handed: a start, a login, an event."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from mpgov.core.token_words import Role

_STOP: Final = frozenset(
    """process env this self window import meta os environ config getenv get fetch true false null
    nil none bundle buildconfig string system node_env require""".split()  # noqa: SIM905
)
OWN: Final = "self"
_SELF: Final = frozenset({"this", "self", "Self", "cls", "static", "window"})
_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b(?:process|meta)\.env\.\w+")
_PART: Final = re.compile(r"(?<=\w)\[[\"'](\w{1,60})[\"']\]")  # credentials['token']
_QUALIFIED: Final = re.compile(r"(?:([A-Za-z_]\w*)(?:\.|::|->))?([A-Za-z_]\w*)(?!\w*(?:\.|::|->))")


class Handed(NamedTuple):
    """What a name stands for that is handed over, and what it is a part of.

    `of` is empty for a variable, `OWN` for a part of the object itself (this.x, self.x).
    """

    role: Role
    of: str = ""


def handed_names(handed: Iterable[tuple[Role, str]]) -> dict[str, Handed]:
    """The names in what is handed over, and what they stand for; without a sigil."""
    found: dict[str, Handed] = {}
    for role, text in handed:
        for of, name in _QUALIFIED.findall(_TEXT.sub("", _PART.sub(r".\1", text))):
            one = Handed(role, OWN if of in _SELF else of)
            is_wider = one.of in {"", OWN} and found.get(name, one).of != OWN
            if len(name) > 2 and name.lower() not in _STOP and (is_wider or name not in found):
                found[name] = one
    return found
