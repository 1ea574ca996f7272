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
_OWN: Final = frozenset({"this", "self", "Self", "cls", "static", "window"})
_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b(?:process|meta)\.env\.\w+")
_PART: Final = re.compile(r"(?<=\w)\[[\"'](\w{1,60})[\"']\]")  # credentials['token']
_QUALIFIED: Final = re.compile(r"(?:([A-Za-z_]\w*)(?:\.|::|->))?([A-Za-z_]\w*)(?!\w*(?:\.|::|->))")


class Handed(NamedTuple):
    """What a name stands for that is handed over, and what it is a part of."""

    role: Role
    of: str = ""


def handed_names(handed: Iterable[tuple[Role, str]]) -> dict[str, Handed]:
    """The names in what is handed over, and what they stand for; without a sigil."""
    found: dict[str, Handed] = {}
    for role, text in handed:
        for of, name in _QUALIFIED.findall(_TEXT.sub("", _PART.sub(r".\1", text))):
            is_known = name in found and not found[name].of
            if len(name) > 2 and name.lower() not in _STOP and not is_known:
                found[name] = Handed(role, "" if of in _OWN else of)
    return found
