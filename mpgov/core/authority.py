"""Who has the last word on a field: the plan, Lexicon, or whoever changed it last (`merge`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Final, Literal, TypeAlias, cast

Word: TypeAlias = Literal["plan", "lexicon", "merge"]
Authority: TypeAlias = Callable[[str, str], Word]
WORDS: Final = ("plan", "lexicon", "merge")


def authority(settings: Mapping[str, str]) -> Authority:
    """A function from an entity's name and a field to who has the last word.

    Keys are `FIELD` or `ENTITY GLOB: FIELD`, either part may be `*`; the most specific wins.
    """
    rules = sorted((_parsed(key, word) for key, word in settings.items()), reverse=True)
    if not rules:
        return lambda _name, _field: "merge"

    def word_for(name: str, field: str) -> Word:
        for _, glob, wanted, word in rules:
            if wanted in {"*", field} and fnmatchcase(name, glob):
                return word
        return "merge"

    return word_for


def _parsed(key: str, word: str) -> tuple[tuple[bool, int, bool], str, str, Word]:
    """A setting with its weight: an exact name, then the longer glob, then a named field."""
    glob, colon, field = key.rpartition(":")
    glob, field = (glob.strip(), field.strip()) if colon else ("*", key.strip())
    literal = len(glob.replace("*", "").replace("?", ""))
    exact = literal == len(glob)
    return (exact, literal, field != "*"), glob, field, cast("Word", word)
