"""Which environment a condition asks for, and what follows for the value that hangs on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from mpgov.core.words import words_of

SAYS: Final = {
    **dict.fromkeys(("production", "prod", "prd", "live", "release"), "production"),
    **dict.fromkeys(("staging", "stg", "uat", "preprod"), "staging"),
    **dict.fromkeys(
        ("development", "develop", "dev", "local", "localhost", "debug", "test", "testing"),
        "development",
    ),
}
# Pairs of words that mean something else: an A/B test, the browser's local storage.
_ELSE: Final = frozenset({("b", "test"), ("b", "testing"), ("ab", "test"), ("local", "storage")})
# What may stand before a value that a choice leads to: a call, an argument's name, quotes.
BEFORE: Final = r"\s{0,9}(?:[\w.]{1,60}\(\s{0,9}(?:\w{1,20}:\s)?)?@?[\\\"'`]{0,4}$"
_COMPARED: Final = re.compile(
    r"(?P<does>!==?|===?|\.(?:equals|includes)\(|\bis\s+not\b|\bis\b|\beq\b|\bne\b)"
    r"\s{0,9}[\"'](?P<word>\w{1,40})[\"']"
    r"|[\"'](?P<first>\w{1,40})[\"']\s{0,9}(?P<turned>!==?|===?)"
)
_FLAG: Final = re.compile(r"[\s(]*+(?P<flag>[\w.$]{1,80})(?:\(\))?\??[\s)]*+")
_NOT: Final = re.compile(r"^[\s(]*+(?:!(?!=)|not\b)")
_EITHER: Final = re.compile(r"\|\||\bor\b")
_BOTH: Final = re.compile(r"&&|\band\b")
# What is compiled in or left out: a build that is not for debugging is a release.
_BUILDS: Final = re.compile(r"\b(?:kDebugMode|BuildConfig\.DEBUG|__DEV__)")
# The two halves of a choice, each up to the value itself.
_FIRST: Final = re.compile(r"(?P<asked>[^?;{}]{1,160}(?:\?\s)?)(?<!\?\?)\?" + BEFORE)
_SECOND: Final = re.compile(
    r"(?P<asked>[^;{}]{1,160})(?<!\?)\?(?![?.:])[^?;{},]{0,160}?(?:\s|[\"'`]):" + BEFORE
)
_IF_FIRST: Final = re.compile(r"\bif\s{0,9}(?P<asked>\([^;{}]{1,160}\))" + BEFORE)
_IF_SECOND: Final = re.compile(r"\bif\b(?P<asked>[^;{}]{1,200}?)\belse\b" + BEFORE)
_HALVES: Final = ((_SECOND, False), (_IF_SECOND, False), (_FIRST, True), (_IF_FIRST, True))
_IF_AFTER: Final = re.compile(r"[\"']\s{1,9}if\s(?P<asked>[^;{}]{1,120}?)\selse\b")
# What a value stands behind: an assignment, a key, a return.
ASSIGNS: Final = re.compile(r"(?<![=!<>])=(?![=>~])|=>|:\s|\breturn\b")
_IF_LINE: Final = re.compile(
    r"^\W*(?:else\s+|els?(?=if))?(?P<word>if|unless)\b(?P<asked>.*?)(?:\{|:|\bthen)?\s*$"
)


class Choice(NamedTuple):
    """What a value hangs on, and whether it is there where that holds."""

    asked: str
    holds: bool


class Conclusion(NamedTuple):
    """An environment, and whether that is only the likeliest of those that are left."""

    environment: str
    is_rest: bool = False


def environment_of(text: str, says: Mapping[str, str] = SAYS) -> str:
    """The environment that words name, if they name one alone."""
    words = words_of(text)
    named = {
        says[word] for place, word in enumerate(words) if word in says and _means(words, place)
    }
    return named.pop() if len(named) == 1 else ""


def choice(head: str, after: str = "") -> Choice | None:
    """The choice whose half a value is, by the line before it and the one behind it."""
    for pattern, holds in _HALVES:
        found = pattern.search(head)
        if found:
            asked = found["asked"]
            asked = _condition(asked) if pattern in {_FIRST, _SECOND} else _bracketed(asked)
            return Choice(asked, holds)
    found = _IF_AFTER.match(after)
    return Choice(found["asked"], holds=True) if found else None


def choice_of_line(line: str) -> Choice | None:
    """The condition that a line opens with, for what belongs to it."""
    found = _IF_LINE.match(line)
    return Choice(found["asked"], found["word"] == "if") if found else None


def concluded(made: Choice) -> Conclusion | None:
    """The environment that is left where a condition holds, or does not."""
    parts = _BOTH.split(made.asked) if made.holds else [made.asked]
    return next(filter(None, (_concluded(part, holds=made.holds) for part in parts)), None)


def _concluded(part: str, *, holds: bool) -> Conclusion | None:
    if _EITHER.search(part) or (not holds and _BOTH.search(part)):
        return None
    environment, is_negated = _asked(part)
    if environment and holds != is_negated:
        return Conclusion(environment)
    if environment == "production":
        return Conclusion("development", is_rest=True)
    return Conclusion("production", is_rest=True) if environment and _BUILDS.search(part) else None


def _asked(part: str) -> tuple[str, bool]:
    """The environment that a condition asks for, and whether it asks that it be another."""
    is_negated = bool(_NOT.match(part))
    compared = _COMPARED.search(part)
    if compared:
        does = compared["does"] or compared["turned"]
        is_other = does.startswith(("!", "ne")) or does.endswith("not")
        return environment_of(compared["word"] or compared["first"]), is_negated != is_other
    flag = _FLAG.fullmatch(_NOT.sub("", part))
    return (environment_of(flag["flag"]), is_negated) if flag else ("", False)


def _condition(text: str) -> str:
    """The end of a text that is a condition: after what is assigned, opened or listed."""
    depth, start = 0, 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] in ")]":
            depth += 1
        elif text[at] in "([" and depth:
            depth -= 1
        elif not depth and text[at] in "([,":
            start = at + 1
            break
    return ASSIGNS.split(text[start:])[-1]


def _bracketed(text: str) -> str:
    """What stands in the brackets that a text begins with; else all of it."""
    bare, depth = text.strip(), 0
    if not bare.startswith("("):
        return bare
    for at, character in enumerate(bare):
        depth += (character == "(") - (character == ")")
        if not depth:
            return bare[1:at]
    return bare


def _means(words: Sequence[str], place: int) -> bool:
    before, after = words[max(0, place - 1) : place + 1], words[place : place + 2]
    return not {tuple(before), tuple(after)} & _ELSE
