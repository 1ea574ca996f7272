"""Which environment a place is for: a value's name says so, what is around it, or the file's path.

The nearest counts: `PROD_TOKEN` in `.env.test` is for production.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from mpgov.core.token_brackets import levels
from mpgov.core.token_condition import (
    BEFORE,
    SAYS,
    Choice,
    choice,
    choice_of_line,
    concluded,
    environment_of,
)
from mpgov.core.token_page import FARTHEST, Around
from mpgov.core.token_words import words_in

# What only a file or a folder means by it.
_SAYS_IN_PATH: Final = SAYS | dict.fromkeys(
    ("tests", "spec", "specs", "mock", "mocks", "fixture", "fixtures"), "development"
)
# Prose is about environments, and for none.
_PROSE: Final = re.compile(r"(?:^|/)docs?/|\.(?:md|mdx|rst|adoc)$", re.IGNORECASE)
# A line that opens something by its name: `production: {`, `debug {`, `[env.production]`.
_OPENS: Final = re.compile(
    r"^[\s@.-]*+[\w\s\"'$.:-]*[\w\"']\s*+(?:=>|[=:])?\s*+[{\[(:]\s*$|^\s*\[+[^\[\]]+\]+\s*$"
)
# The same within a line, before the bracket; and a case before its value.
_KEY: Final = re.compile(
    r"(?:^|[\s\"'])(?P<key>[\w.-]{1,60})[\"']?\s*(?:=>|[=:])\s*$|^\s*(\w{1,60})\s*$"
)
_CASE: Final = re.compile(
    r"\b(?:case|when)\s{1,9}[.\"'\w]{0,60}?(\w{1,40})[\"']?\s{0,9}:\s{0,9}(?:return\b)?" + BEFORE
)
_SETTING: Final = re.compile(
    r"\b(?:\w*_ENV|ENV|env|environment)[\"']?\s*[:=]\s*[\"']?([A-Za-z]+)\b", re.ASCII
)
_IS_NONE: Final = re.compile(r"\bproduction[\"']?\s*[:=]\s*false\b")
_NAMESPACE: Final = re.compile(r"^\s{0,4}namespace:\s*([\"'\w.-]+)")
_ONLY: Final = frozenset(SAYS) | frozenset(
    "mixpanel token project key env environment the for only".split()  # noqa: SIM905 - for reading
)
_DEBUG: Final = re.compile(r"^\s*#\s*if(?:def)?\s+\(?(?:defined\(?)?\s*DEBUG\b")
_DIRECTIVE: Final = re.compile(r"^\s*#\s*(if|ifdef|ifndef|else|elif|elseif|endif)\b")
_MANY_LINES: Final = 30


class Saying(NamedTuple):
    """An environment, and what says it, in words that hold nothing of the text.

    `is_rest` where that is only the likeliest: what is not for production is for development.
    """

    environment: str = ""
    by: str = ""
    is_rest: bool = False


NOTHING: Final = Saying()


def said_by_place(around: Around, path: str) -> Saying:
    """The environment that the nearest word names; nothing where none does.

    What only the rest is gives way to a farther word that agrees with it on production.
    """
    said = [one for one in (*_near(around), said_by_path(path)) if one.environment]
    nearest = said[0] if said else NOTHING
    firm = next((one for one in said if not one.is_rest), nearest) if nearest.is_rest else nearest
    return firm if _is_production(firm) == _is_production(nearest) else nearest


def said_by_path(path: str) -> Saying:
    """The environment that a file's path names, the file before its folders."""
    plain = path.replace("\\", "/").replace("e2e", "test")
    if _PROSE.search(plain):
        return NOTHING
    parts = reversed(plain.split("/"))
    found = (environment_of(part, _SAYS_IN_PATH) for part in parts)
    return next((Saying(one, "the path") for one in found if one), NOTHING)


def _is_production(saying: Saying) -> bool:
    return saying.environment == "production"


def _near(around: Around) -> Iterator[Saying]:
    yield Saying(environment_of(around.label), "its name")
    yield from _line(around)
    for setting in _SETTING.finditer(around.block):
        yield Saying(environment_of(setting[1]), "a line beside it")
    if _IS_NONE.search(around.block):
        yield Saying("development", "a line beside it", is_rest=True)
    is_other = around.head.lstrip().startswith(":")  # the second answer to the condition above
    for line in around.above:
        made = choice_of_line(line)
        if made:
            yield _concluded(made, "the condition above it")
        elif _OPENS.match(line) and not is_other:
            yield Saying(environment_of(line), "what it stands in")
    yield from _directive(around)
    yield from _namespace(around)


def _line(around: Around) -> Iterator[Saying]:
    """What the line says that it stands in, and a remark above it or behind it."""
    head, number = around.head, around.number
    while head.lstrip()[:1] in {"?", ":"} and number > 0 and around.number - number < 4:
        number -= 1
        head = around.page.line(number) + head
    made = choice(head, around.behind)
    if made:
        yield _concluded(
            made, f"the condition {'above' if number < around.number else 'before'} it"
        )
    case = _CASE.search(around.head)
    if case:
        yield Saying(environment_of(case[1]), "the case before it")
    yield from _opened(around.head)
    for said in (around.trailing, around.remark):
        if words_in(said) <= _ONLY:
            yield Saying(environment_of(said), "the remark beside it")


def _opened(head: str) -> Iterator[Saying]:
    """What brackets of a line are called that are open at its end, the innermost first."""
    for outer, inner in reversed([*pairwise(levels(head))]):
        key = _KEY.search(outer.parts[-1])
        if key and inner.mark in {"{", "["}:
            yield Saying(environment_of(key[0]), "what it stands in")


def _concluded(made: Choice, by: str) -> Saying:
    found = concluded(made)
    return Saying(found.environment, by, found.is_rest) if found else NOTHING


def _directive(around: Around) -> Iterator[Saying]:
    """What `#if DEBUG` says of its first part, and of the one after it."""
    is_after = False
    for line in reversed(around.page.lines(around.number - _MANY_LINES, around.number)):
        found = _DIRECTIVE.match(line)
        if found and found[1] == "else" and not is_after:
            is_after = True
        elif found:
            if _DEBUG.match(line) and is_after:
                yield Saying("production", "the #else of #if DEBUG", is_rest=True)
            elif _DEBUG.match(line):
                yield Saying("development", "#if DEBUG")
            return


def _namespace(around: Around) -> Iterator[Saying]:
    """The namespace of a manifest of Kubernetes, up to the next one in its file."""
    for line in reversed(around.page.lines(around.number - FARTHEST, around.number)):
        found = _NAMESPACE.match(line)
        if found:
            yield Saying(environment_of(found[1]), "its namespace")
        if found or line.startswith("---"):
            return
