"""What a line calls a value: the name before it, and those that it has by what it is within."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from mpgov.core.token_brackets import levels
from mpgov.core.token_condition import ASSIGNS
from mpgov.core.token_words import words_in

_QUOTES: Final = r"@?[\\\"'`]*$"
_TYPE: Final = (
    r"(?:&(?:'\w{1,20}\s{1,9})?)?[\w<>?\[\].]+(?:\s{0,9}\|\s{0,9}[\w<>?\[\].]{1,60}){0,5}"
)
_DASH: Final = "(?:(?<=[Tt]oken )|(?<=[Ss]ecret ))[\u2013\u2014]"  # of prose
# A name, and what may stand between it and its value: =, :, =>, ||, a comma, a call.
_LABEL: Final = re.compile(
    r"(?<![\w/.@$-])(?:--)?(?P<label>[A-Za-z_$][\w$.-]*)[\"'`\\]*[)\]]*\s*"
    rf"(?::\s+{_TYPE}\s*=|=>|:=|\?=|\?\?=?|\|\|=?|->|<-|=|\||:-|:|,|\(|\bor\b|>|{_DASH})\s*"
    r"(?:return\s+|[A-Za-z_][\w.]*\(\s*|\[(?:\s*[\"'`]{2}\s*,)*\s*)?" + _QUOTES
)
_QUOTED_LABEL: Final = re.compile(
    r"[\"']((?:[\w .$-]|:(?=\w)){1,60})[\"']\s*\]?\s*(?:=>|[:=,])\s*" + _QUOTES
)
# A name with nothing but blanks after it: ENV TOKEN x, --token x, secret set TOKEN --body x.
_SPACED_LABEL: Final = re.compile(
    r"(?:^|\s)(?:"
    r"(?:ENV|ARG|set(?:\s-\w{1,3})?|setx|SetEnv|fastcgi_param|--name|#\s*define)\s+(?P<named>[\w$./-]+)"
    r"|(?P<label>login|password|(?:--)?[\w-]{1,60}[-_](?:token|secret)))"
    r"\s+(?:--(?:body|value)[\s=]\s*)?" + _QUOTES
)
_ACCESSORS: Final = re.compile(r"\{\s{0,9}get;[^{}]{0,40}\}")
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w:.-]*)([^<>]*)>\s*$")
NAMED: Final = re.compile(
    r"(?:\b|_|Parameter)(?:name|key|id|property)[\"']?\s*[=:]\s*[\"']?/?"
    r"([A-Za-z_$](?:[\w$. -]|[:/](?=\w))*)"
    r"|<(?:key|name)>\s*+([\w$. -]++)\s*+</",
    re.IGNORECASE,
)
# A value that is chosen, and one that is there where another is not.
_CHOSEN: Final = re.compile(
    r"(?:(?<!\?)\?(?![?.:])(?:[^?;]{0,160}?(?:\s|[\"'`]):)?|\bif(?:\s[^;]{0,160}\selse)?)\s{0,9}"
    + _QUOTES
)
_DEFAULT: Final = re.compile(r"(?:\?\?|\|\||\?:|\bor\b)\s*" + _QUOTES)
_KEYED: Final = re.compile(r"[\w\"'\]]\s*(?::|=>)\s*" + _QUOTES)
_TEXT: Final = re.compile(r"\s*[\"'][\w.-]{1,60}[\"']\s*")
_CALLED: Final = re.compile(r"(?:\|\s*)?[\w.:>$-]+\s*$")
# What only looks a value up, or wraps it, and leaves it what it is.
_LOOKS_UP: Final = frozenset(
    """config env environ environment get getenv fetch or default from str string field secret
    value some variable lookup setting settings option parse coalesce""".split()  # noqa: SIM905
)


class Outer(NamedTuple):
    """A name that a value has by what it is within.

    Where it `may_miss`, it does not say that the value is something else. What is no label is the
    whole text before a bracket.
    """

    name: str
    may_miss: bool = False
    is_label: bool = True


def label_of(head: str) -> str:
    """The name right before a value; empty where there is none."""
    part = levels(head)[-1].parts[-1]
    chosen = _CHOSEN.search(part)
    return _label(_assigned(part, chosen)) if chosen else _label(head)


def looks_up(call: str) -> bool:
    """Whether a bracket after a text only groups, or is of a call that looks a value up."""
    found = _CALLED.search(call)
    if not found:
        return True
    last = re.split(r"\W+", found[0].rstrip())[-1]
    return words_in(last) <= _LOOKS_UP


def may_miss(head: str) -> bool:
    """Whether the name before a value may be of what was looked for before it."""
    open_ = levels(head)
    is_looked_up = open_[-1].mark == "(" and looks_up(open_[-1].before)
    return is_looked_up or bool(_DEFAULT.search(open_[-1].parts[-1]))


def is_key(head: str) -> bool:
    """Whether the name before a value is a key: `token: x`, and not `token: str = x`."""
    part = levels(head)[-1].parts[-1]
    chosen = _CHOSEN.search(part) or _DEFAULT.search(part)
    return bool(_KEYED.search(_assigned(part, chosen) if chosen else part))


def is_argument(text: str) -> bool:
    """Whether a text ends within a call, in its brackets or those of an object in them."""
    open_ = levels(text)[1:]
    if open_ and open_[-1].mark == "{" and open_[-1].before.rstrip()[-1:] in {"(", ","}:
        open_.pop()
    return bool(open_) and open_[-1].is_call and not looks_up(open_[-1].before)


def outer_names(head: str) -> Iterator[Outer]:
    """What a value is called by the choice it is in, and by the brackets around it."""
    open_ = levels(head)
    part = open_[-1].parts[-1]
    if _DEFAULT.search(part):
        yield from _named(part)
    for outer, inner in reversed([*pairwise(open_)]):
        before = outer.parts[-1]
        if inner.mark == "(":
            if not looks_up(inner.before):
                return
            yield from (
                Outer(one, may_miss=True) for one in inner.parts[:-1] if _TEXT.fullmatch(one)
            )
            before = _CALLED.sub("", before)
        yield from _named(before)


def _named(part: str) -> Iterator[Outer]:
    """The name that the text before a bracket ends with, else the text."""
    chosen = _CHOSEN.search(part) or _DEFAULT.search(part)
    kept = _assigned(part, chosen) if chosen else part
    label = _label(kept)
    if not words_in(label or kept) <= _LOOKS_UP:
        yield Outer(label or kept[-160:], is_label=bool(label))


def _assigned(part: str, chosen: re.Match[str]) -> str:
    """Up to what a choice is assigned to."""
    before = part[: chosen.start()]
    ends = [match.end() for match in ASSIGNS.finditer(before)]
    return before[: ends[-1]] if ends else ""


def _label(head: str) -> str:
    """The name that a text ends with."""
    head = _ACCESSORS.sub("", head).replace("**", "")  # of C#; bold, in Markdown
    element = _ELEMENT.search(head)
    if element:
        named = NAMED.search(element[2])
        return (named[1] or named[2]) if named else element[1]
    quoted = _QUOTED_LABEL.search(head)
    if quoted:
        return quoted[1]
    spaced = _SPACED_LABEL.search(head)
    if spaced:
        return spaced["named"] or spaced["label"]
    found = _LABEL.search(head)
    return found["label"] if found else ""
