"""Names that are one thing spelt twice: told by case, separators, endings, or a slip of a finger.

Never by digits alone, and not where both spellings are ordinary words: *Plan Updated* and *Plan
Upgraded* are two events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import OSA

from mpgov.core.words import bases, is_ordinary, singular, words_of

LONGEST: Final = 255  # characters: longer names are cut by Mixpanel, and compared only as a whole
_SHORTEST: Final = 4  # letters of a word: in shorter ones one letter makes another word
_UNSURE: Final = 6  # letters of a word that neither spelling of is known
_MOST_NEAR: Final = 50  # names that share a neighbourhood: more are a pattern, not slips
_SPELLINGS: Final = (("our", "or"), ("ise", "ize"), ("isa", "iza"), ("ogue", "og"), ("re", "er"))


def alike(one: str, other: str) -> str:
    """Why two names are probably one, in words; empty where they are not."""
    mine, theirs = words_of(one), words_of(other)
    if one == other or not mine or not theirs or _numbers(mine) != _numbers(theirs):
        return ""
    if "".join(mine) == "".join(theirs):
        return "only case differs" if one.casefold() == other.casefold() else _apart(one, other)
    if len(mine) == len(theirs):
        return _word_by_word(mine, theirs)
    return _joined(mine, theirs)


def pairs(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """All look-alikes among the names, each pair once, with the reason."""
    known = Names()
    for name in names:
        for other in known.near(name):
            why = alike(other, name)
            if why:
                yield other, name, why
        known.add(name)


def nearest(name: str, others: Iterable[str]) -> tuple[str, str] | None:
    """The best candidate for a name among others, with the reason."""
    return Names.of(others).nearest(name)


@dataclass(slots=True)
class Names:
    """Names by what a slip leaves of them, so that only those are compared that can be alike."""

    _by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Many names."""
        made = cls()
        for name in names:
            made.add(name)
        return made

    def add(self, name: str) -> None:
        """One name more."""
        for key in _keys(name):
            self._by_key[key].append(name)

    def near(self, name: str) -> list[str]:
        """Those that may be alike, in the order in which they came."""
        found = (self._by_key.get(key, ())[:_MOST_NEAR] for key in _keys(name))
        return [one for one in dict.fromkeys(one for some in found for one in some) if one != name]

    def nearest(self, name: str) -> tuple[str, str] | None:
        """The best candidate, with the reason."""
        found = [(other, why) for other in self.near(name) if (why := alike(name, other))]
        if not found:
            return None
        mine = "".join(words_of(name))
        return min(found, key=lambda both: OSA.distance(mine, "".join(words_of(both[0]))))


def _keys(name: str) -> set[str]:
    """What is left of a name by one slip, by endings, or by nothing but its letters."""
    words = words_of(name)
    letters = "".join(word for word in words if not word.isdigit())
    numbers = "/".join(_numbers(words))
    whole = {letters, "=" + "".join(min(bases(singular(word))) for word in words)}
    if 0 < len(letters) <= LONGEST:
        whole |= {letters[:i] + letters[i + 1 :] for i in range(len(letters))}
        plain = letters
        for long, short in _SPELLINGS:
            plain = plain.replace(long, short)
        whole.add("~" + plain.replace("ll", "l"))
    return {f"{numbers} {key}" for key in whole}


def _numbers(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word.isdigit())


def _apart(one: str, other: str) -> str:
    """The same letters: parted in another way, or also in another case."""
    bare, other_bare = ("".join(c for c in name if c.isalnum()) for name in (one, other))
    return "only separators differ" if bare == other_bare else "only case and separators differ"


def _word_by_word(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Why two names of as many words are one; one slip at most, endings in several words."""
    apart = [n for n, both in enumerate(zip(mine, theirs, strict=True)) if both[0] != both[1]]
    whys = [_ending(mine, theirs, place) for place in apart]
    if all(whys):
        return whys[0] if len(set(whys)) == 1 else " and ".join(dict.fromkeys(whys))
    slips = [place for place, why in zip(apart, whys, strict=True) if not why]
    if len(slips) > 1:
        return ""
    return _slip(mine[slips[0]], theirs[slips[0]])


def _ending(mine: Sequence[str], theirs: Sequence[str], place: int) -> str:
    """Why two words at the same place are forms of one; empty where they are not."""
    one, other = mine[place], theirs[place]
    if singular(one) == singular(other):
        return "one is the plural"
    if _is_variant(one, other):
        return "another spelling"
    shared = bases(one) & bases(other)
    if not any(len(base) > 2 and is_ordinary(base) for base in shared):
        return ""
    is_last = place == len(mine) - 1 and place > 0
    nouns = {one, other} & shared and (one.endswith("ing") or other.endswith("ing"))
    return "" if nouns and not is_last else "another tense"


def _is_variant(one: str, other: str) -> bool:
    """British and American: colour and color, cancelled and canceled, organise and organize."""
    if abs(len(one) - len(other)) > 2 or not (is_ordinary(one) and is_ordinary(other)):
        return False
    for long, short in _SPELLINGS:
        longer = one if long in one else other
        if longer.replace(long, short) == (other if longer is one else one):
            return len(one) > _SHORTEST and long != short and longer != "more"
    ends = ("lled", "lling", "ller")
    return any(
        a.endswith(end) and len(a) > 6 and a[: -len(end)] + end[1:] == b
        for a, b in ((one, other), (other, one))
        for end in ends
    )


def _slip(one: str, other: str) -> str:
    """Why one word is a slip for the other; empty where both are meant."""
    if one.isdigit() or other.isdigit() or min(len(one), len(other)) < _SHORTEST - 1:
        return ""
    if OSA.distance(one, other) != 1 or max(len(one), len(other)) < _SHORTEST:
        return ""
    known = is_ordinary(one), is_ordinary(other)
    if all(known) or (not any(known) and max(len(one), len(other)) < _UNSURE):
        return ""
    return _how(one, other)


def _joined(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """Why names parted into more or fewer words are one: a slip beside another separator."""
    one, other = "".join(mine), "".join(theirs)
    if OSA.distance(one, other) != 1 or min(len(one), len(other)) < 2 * _SHORTEST:
        return ""
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    touched = _word_at(mine, place), _word_at(theirs, place)
    if any(word.isdigit() for word in touched) or all(map(is_ordinary, touched)):
        return ""
    if singular(one) == singular(other):
        return "one is the plural, and separators differ"
    return f"{_how(one, other)}, and separators differ"


def _word_at(words: Sequence[str], place: int) -> str:
    """The word that holds the letter at a place of the joined words; the last one beyond them."""
    end = 0
    for word in words:
        end += len(word)
        if 0 <= place < end:
            return word
    return words[-1]


def _how(one: str, other: str) -> str:
    """What the one slip is."""
    if len(one) != len(other):
        return "one letter is missing"
    return "two letters are swapped" if sorted(one) == sorted(other) else "one letter differs"
