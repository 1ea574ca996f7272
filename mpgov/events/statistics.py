"""What is counted of every value, as SQL: by the first letter of its JSON, and by its looks.

`v` is a value as JSON text, `n` a number's value, `s` a string's length, `c` what it is (`code`):
each is worked out once a row, and what is usual has no code, so that little is counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from mpgov.core.observation import PropertySeen

# By the first letter: a comparison of texts looks no further than it needs to.
_STRING: Final = "{v} < '#'"  # nothing in JSON begins lower than a quote
_NUMBER: Final = "{v} >= '-' AND {v} < ':'"
_LENGTH: Final = (
    f"CASE WHEN {_STRING} THEN CASE WHEN {{escapes}} AND contains({{v}}, '\\')"
    " THEN length({v}->>'$') ELSE length({v}) - 2 END END"
)
_VALUE: Final = f"CASE WHEN {_NUMBER} THEN TRY_CAST({{v}} AS DOUBLE) END"
_DIGITS: Final = "regexp_replace({v}, '[^0-9]', '', 'g')"
# A card's number: the beginnings that are issued, 13 to 19 digits, and the checksum (Luhn).
_ISSUED: Final = (
    "regexp_full_match({d}, '(4[0-9]{{12}}([0-9]{{3}}){{0,2}}|5[1-5][0-9]{{14}}"
    "|2[2-7][0-9]{{14}}|3[47][0-9]{{13}}|6(011|5[0-9]{{2}})[0-9]{{12}})')"
)
_LUHN: Final = (
    "list_sum(list_transform(range(1, length({d}) + 1), lambda i: CASE WHEN i % 2 = 1"
    " THEN substr({d}, -i, 1)::INTEGER ELSE (substr({d}, -i, 1)::INTEGER * 2) // 10"
    " + (substr({d}, -i, 1)::INTEGER * 2) % 10 END)) % 10 = 0"
)
_EMAIL: Final = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_EMAIL_IN_ADDRESS: Final = r"[A-Za-z0-9._%+-]+%40[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_PICTURE: Final = r"@[0-9](\.[0-9])?x\."
_DATETIME: Final = (
    r'"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
    r' ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"'
)
_NUMERAL: Final = r'"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"'
_CARD: Final = r'"[0-9]{4}([ -]?[0-9]{2,6}){2,4}[0-9]{0,3}"'
_PHONE: Final = (
    r'"(\+[0-9][0-9 ().-]{6,18}[0-9]|\([0-9]{2,5}\) ?[0-9][0-9 .-]{4,12}[0-9]'
    r'|[0-9]{3}[-.][0-9]{3}[-.][0-9]{4})"'
)
_IP: Final = (
    r'"((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"'
    r'|"[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{0,4}){4,7}"|"::[0-9a-fA-F:]{1,30}"'
)
_KEY: Final = (
    r'"(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*|[spr]k_(live|test)_[A-Za-z0-9]{8,}'
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|[Bb]earer [A-Za-z0-9._~+/=-]{12,}"
    r'|[Bb]asic [A-Za-z0-9+/=]{12,})"'
)


class Code(IntEnum):
    """What a value is, where it is neither a plain text nor a whole number."""

    EMAIL = 1
    DATETIME = 2
    NUMERAL = 3
    CARD_NUMERAL = 4
    PHONE = 5
    CARD = 6
    IP = 7
    TOKEN = 8
    FRACTION = 9
    BOOLEAN = 10
    NULL = 11
    LIST = 12
    OBJECT = 13


_TYPES: Final = {
    Code.FRACTION: "number",
    Code.BOOLEAN: "boolean",
    Code.LIST: "list",
    Code.OBJECT: "object",
    Code.NULL: "null",
}
_SHAPES: Final = {
    Code.EMAIL: "email",
    Code.PHONE: "phone",
    Code.IP: "ip",
    Code.TOKEN: "token",
    Code.CARD: "card",
    Code.CARD_NUMERAL: "card",
}


def worked_out(v: str, n: str, s: str, escapes: str = "TRUE") -> list[str]:
    """What counting needs of a value: as `n` a number's value, as `s` a string's length.

    `escapes` is whether anything in the event is escaped: to know that once spares a look at
    every string.
    """
    return [f"{_VALUE.format(v=v)} AS {n}", f"{_LENGTH.format(v=v, escapes=escapes)} AS {s}"]


def code(v: str, n: str, s: str, *, judged: bool = True) -> str:
    """What a value is, as a number: one of the codes above; of most there is nothing to say.

    A text is looked at where it is `judged`, and a pattern is tried only where a glance says
    that it may fit.
    """
    digits = _DIGITS.format(v=v)
    card = f"{_ISSUED.format(d=digits)} AND {_LUHN.format(d=digits)}"
    number, string = f"WHEN floor({n}) <> {n} THEN {Code.FRACTION}", "NULL"
    if judged:
        number += f" WHEN strlen({v}) BETWEEN 13 AND 19 AND {card} THEN {Code.CARD}"
        string = _text_code(v, card)
    return f"""CASE
 WHEN {s} IS NOT NULL THEN {string}
 WHEN {n} IS NOT NULL THEN CASE {number} END
 WHEN {v} >= '{{' THEN {Code.OBJECT} WHEN {v} = 'null' THEN {Code.NULL}
 WHEN {v} = 'true' OR {v} = 'false' THEN {Code.BOOLEAN}
 WHEN {v} >= '[' AND {v} < '\\' THEN {Code.LIST} END"""


def _text_code(v: str, card: str) -> str:
    """What a text looks like."""
    inner = f"substr({v}, 2, strlen({v}) - 2)"
    return f"""CASE
 WHEN contains({v}, '@') THEN CASE WHEN strlen({v}) < 5000 AND regexp_matches({v}, '{_EMAIL}')
  AND NOT regexp_matches({v}, '{_PICTURE}') THEN {Code.EMAIL} END
 WHEN {v} < '";' THEN CASE
  WHEN strlen({v}) > 47 THEN NULL
  WHEN {v} LIKE '"____-__-%' THEN CASE
   WHEN regexp_full_match({v}, '{_DATETIME}') THEN {Code.DATETIME}
   WHEN regexp_full_match({v}, '{_CARD}') AND {card} THEN {Code.CARD} END
  WHEN TRY_CAST({inner} AS DOUBLE) IS NOT NULL AND regexp_full_match({v}, '{_NUMERAL}') THEN CASE
   WHEN strlen({v}) BETWEEN 15 AND 21 AND {card} THEN {Code.CARD_NUMERAL} ELSE {Code.NUMERAL} END
  WHEN strlen({v}) < 5 THEN NULL
  WHEN strlen({v}) > 9 AND regexp_full_match({v}, '{_PHONE}') THEN {Code.PHONE}
  WHEN strlen({v}) > 15 AND regexp_full_match({v}, '{_CARD}') AND {card} THEN {Code.CARD}
  WHEN strlen({v}) > 8 AND regexp_full_match({v}, '{_IP}') THEN {Code.IP} END
 WHEN strlen({v}) < 9 THEN NULL
 WHEN strlen({v}) BETWEEN 18 AND 5000 AND regexp_full_match({v}, '{_KEY}') THEN {Code.TOKEN}
 WHEN contains({v}, '%40') THEN CASE WHEN strlen({v}) < 5000
  AND regexp_matches({v}, '{_EMAIL_IN_ADDRESS}') THEN {Code.EMAIL} END
 WHEN strlen({v}) <= 47 AND contains({v}, ':') AND NOT contains({v}, '/')
  AND regexp_full_match({v}, '{_IP}') THEN {Code.IP} END"""


def looks_like(name: str, value: str) -> str:
    """Whether a text (not JSON) is an e-mail address or a phone number."""
    if name == "email":
        return f"regexp_full_match({value}, '{_EMAIL}')"
    return rf"regexp_full_match({value}, '\+[0-9][0-9 ().-]{{6,18}}[0-9]')"


_COUNTED: Final = (
    "count({v})",
    "count({s})",
    "histogram_exact({c}, range(1, 14))",
    "approx_count_distinct({v})",
    "min({n})",
    "max({n})",
    "min({s})",
    "max({s})",
)
COUNTED: Final = len(_COUNTED)


def counted(v: str, n: str, s: str, c: str) -> list[str]:
    """The aggregates of a property's values."""
    return [sql.format(v=v, n=n, s=s, c=c) for sql in _COUNTED]


def seen(where: tuple[str, str, str], counts: Sequence[Any], *, judged: bool) -> PropertySeen:
    """The numbers of one property, in the order of `counted`; what texts look like, if judged."""
    present, strings, codes, distinct, least, greatest, shortest, longest = counts
    looks: dict[int, int] = codes or {}
    types = {"string": strings} | {kind: looks.get(code, 0) for code, kind in _TYPES.items()}
    types["integer"] = present - sum(types.values())
    looks = looks if judged else {}
    shapes: Counter[str] = Counter()
    for code, shape in _SHAPES.items():
        shapes[shape] += looks.get(code, 0)
    event, name, library = where
    return PropertySeen(
        event,
        name,
        library,
        {kind: count for kind, count in types.items() if count},
        distinct=distinct - (types["null"] > 0),
        least=least,
        greatest=greatest,
        shortest=shortest,
        longest=longest,
        datetimes=looks.get(Code.DATETIME, 0),
        numerals=looks.get(Code.NUMERAL, 0) + looks.get(Code.CARD_NUMERAL, 0),
        shapes={shape: count for shape, count in shapes.items() if count},
    )
