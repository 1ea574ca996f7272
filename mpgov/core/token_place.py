"""Which environment a place is for: a value's name says so, what is around it, or the file's path.

The nearest counts: `PROD_TOKEN` in `.env.test` is for production.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from mpgov.core.token_page import Around
from mpgov.core.words import words_of

_SAYS: Final = {
    **dict.fromkeys(("production", "prod", "prd", "live", "release"), "production"),
    **dict.fromkeys(("staging", "stg", "uat", "preprod"), "staging"),
    **dict.fromkeys(
        ("development", "develop", "dev", "local", "localhost", "debug", "test", "testing"),
        "development",
    ),
}
# What only a file or a folder means by it.
_SAYS_IN_PATH: Final = dict.fromkeys(
    ("tests", "spec", "specs", "mock", "mocks", "fixture", "fixtures"), "development"
)
# Pairs of words that mean something else: an A/B test, the browser's local storage.
_ELSE: Final = frozenset({("b", "test"), ("b", "testing"), ("ab", "test"), ("local", "storage")})
# A condition that asks for an environment, up to its end or to the value itself.
_ASKS: Final = re.compile(
    r"(?:===?|\.equals\(|\beq\b|\bis\b)\s*+[\"'](\w++)[\"']\s*+\)*+\s*+"
    r"(?:\?\s*+[\"'`@\\]*+|[{:]|then|[\w.]*+\([\"'`@\\]*+)?\s*+$"
)
_OTHERWISE: Final = re.compile(r"\belse\b|!=|\bnot\b|\bunless\b|!\w")
# A line that opens something by its name: `production: {`, `debug {`, `[env.production]`.
_OPENS: Final = re.compile(
    r"^[\s@.-]*+[\w\s\"'$.:-]*[\w\"']\s*+(?:=>|[=:])?\s*+[{\[(:]\s*$|^\s*\[+[^\[\]]+\]+\s*$"
)
_SETTING: Final = re.compile(
    r"\b(?:\w*_ENV|ENV|env|environment)[\"']?\s*[:=]\s*[\"']?([A-Za-z]+)\b", re.ASCII
)
_DEBUG: Final = re.compile(r"^\s*#\s*if(?:def)?\s+\(?(?:defined\(?)?\s*DEBUG\b")
_DIRECTIVE: Final = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|else|elif|elseif|endif)\b")
_MANY_LINES: Final = 30


class Saying(NamedTuple):
    """An environment, and what says it, in words that hold nothing of the text."""

    environment: str = ""
    by: str = ""


NOTHING: Final = Saying()


def said_by_place(around: Around, path: str) -> Saying:
    """The environment that the nearest word names; nothing where none does."""
    return next((one for one in (*_near(around), said_by_path(path)) if one.environment), NOTHING)


def said_by_path(path: str) -> Saying:
    """The environment that a file's path names, the file before its folders."""
    parts = path.replace("\\", "/").replace("e2e", "test").split("/")
    found = (_said(part, "the path", _SAYS | _SAYS_IN_PATH) for part in reversed(parts))
    return next((one for one in found if one.environment), NOTHING)


def _near(around: Around) -> Iterator[Saying]:
    yield _said(around.label, "its name")
    asked = _ASKS.search(around.head)
    if asked and not _OTHERWISE.search(asked[0]):
        yield _said(asked[1], "the condition before it")
    for setting in _SETTING.finditer(around.block):
        yield _said(setting[1], "a line beside it")
    is_other = around.head.lstrip().startswith(":")  # the second answer to the condition above
    for line in around.above:
        asked = None if is_other else _ASKS.search(line)
        if asked and not _OTHERWISE.search(line):
            yield _said(asked[1], "the condition above it")
        elif _OPENS.match(line):
            yield _said(line, "what it stands in")
    yield from _directive(around)


def _directive(around: Around) -> Iterator[Saying]:
    """What `#if DEBUG` says, where the value stands in its first part."""
    for line in reversed(around.page.lines(around.number - _MANY_LINES, around.number)):
        if _DIRECTIVE.match(line):
            if _DEBUG.match(line):
                yield Saying("development", "#if DEBUG")
            return


def _said(text: str, by: str, says: Mapping[str, str] = _SAYS) -> Saying:
    """The environment that words name, if they name one alone."""
    words = words_of(text)
    named = {
        says[word] for place, word in enumerate(words) if word in says and _means(words, place)
    }
    return Saying(named.pop(), by) if len(named) == 1 else NOTHING


def _means(words: Sequence[str], place: int) -> bool:
    before, after = words[max(0, place - 1) : place + 1], words[place : place + 2]
    return not {tuple(before), tuple(after)} & _ELSE
