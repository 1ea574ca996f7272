"""What is counted of every value, as SQL: by the first letter of its JSON, and by its looks.

`v` is a value as JSON text, `c` its code (`code`): both are worked out once a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mpgov.core.observation import PropertySeen
from mpgov.events.columns import Sort

_STRING: Final = "ord({v}) = 34"
_NUMBER: Final = "ord({v}) BETWEEN 45 AND 57"
_LENGTH: Final = (
    "CASE WHEN ord({v}) = 34 THEN CASE WHEN contains({v}, '\\')"
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

NONE, EMAIL, DATETIME, NUMERAL, CARD_NUMERAL, PHONE, CARD, IP, TOKEN = range(9)


def code(v: str) -> str:
    """What a value looks like, as a number: one of the codes above.

    A pattern is tried only where a glance says that it may fit: most values need none.
    """
    digits = _DIGITS.format(v=v)
    card = f"{_ISSUED.format(d=digits)} AND {_LUHN.format(d=digits)}"
    inner = f"substr({v}, 2, strlen({v}) - 2)"
    return f"""CASE
 WHEN ord({v}) <> 34 THEN CASE WHEN strlen({v}) BETWEEN 13 AND 19
  AND ord({v}) BETWEEN 50 AND 54 AND {card} THEN {CARD} ELSE {NONE} END
 WHEN contains({v}, '@') THEN CASE WHEN strlen({v}) < 5000 AND regexp_matches({v}, '{_EMAIL}')
  AND NOT regexp_matches({v}, '{_PICTURE}') THEN {EMAIL} ELSE {NONE} END
 WHEN substr({v}, 2, 1) <= ':' THEN CASE
  WHEN strlen({v}) > 47 THEN {NONE}
  WHEN substr({v}, 6, 1) = '-' AND substr({v}, 9, 1) = '-' THEN CASE
   WHEN regexp_full_match({v}, '{_DATETIME}') THEN {DATETIME}
   WHEN regexp_full_match({v}, '{_CARD}') AND {card} THEN {CARD} ELSE {NONE} END
  WHEN TRY_CAST({inner} AS DOUBLE) IS NOT NULL AND regexp_full_match({v}, '{_NUMERAL}') THEN CASE
   WHEN strlen({v}) BETWEEN 15 AND 21 AND {card} THEN {CARD_NUMERAL} ELSE {NUMERAL} END
  WHEN strlen({v}) < 5 THEN {NONE}
  WHEN strlen({v}) > 9 AND regexp_full_match({v}, '{_PHONE}') THEN {PHONE}
  WHEN strlen({v}) > 15 AND regexp_full_match({v}, '{_CARD}') AND {card} THEN {CARD}
  WHEN strlen({v}) > 8 AND regexp_full_match({v}, '{_IP}') THEN {IP} ELSE {NONE} END
 WHEN strlen({v}) < 9 THEN {NONE}
 WHEN strlen({v}) BETWEEN 18 AND 5000 AND regexp_full_match({v}, '{_KEY}') THEN {TOKEN}
 WHEN contains({v}, '%40') THEN CASE WHEN strlen({v}) < 5000
  AND regexp_matches({v}, '{_EMAIL_IN_ADDRESS}') THEN {EMAIL} ELSE {NONE} END
 WHEN strlen({v}) <= 47 AND contains({v}, ':') AND NOT contains({v}, '/')
  AND regexp_full_match({v}, '{_IP}') THEN {IP}
 ELSE {NONE} END"""


def looks_like(name: str, value: str) -> str:
    """Whether a text (not JSON) is an e-mail address or a phone number."""
    if name == "email":
        return f"regexp_full_match({value}, '{_EMAIL}')"
    return rf"regexp_full_match({value}, '\+[0-9][0-9 ().-]{{6,18}}[0-9]')"


_COUNTED: Final[Mapping[str, str]] = {
    "present": "count({v})",
    "string": f"count(CASE WHEN {_STRING} THEN 1 END)",
    "object": "count(CASE WHEN ord({v}) = 123 THEN 1 END)",
    "list": "count(CASE WHEN ord({v}) = 91 THEN 1 END)",
    "null": "count(CASE WHEN ord({v}) = 110 THEN 1 END)",
    "boolean": "count(CASE WHEN ord({v}) IN (116, 102) THEN 1 END)",
    "numeric": f"count(CASE WHEN {_NUMBER} THEN 1 END)",
    "number": f"count(CASE WHEN {_NUMBER} AND floor({_VALUE}) <> {_VALUE} THEN 1 END)",
    "distinct": "approx_count_distinct(nullif({v}, 'null'))",
    "least": f"min({_VALUE})",
    "greatest": f"max({_VALUE})",
    "shortest": f"min({_LENGTH})",
    "longest": f"max({_LENGTH})",
}
_CODED: Final[Mapping[str, int]] = {
    "email": EMAIL,
    "datetimes": DATETIME,
    "numerals": NUMERAL,
    "card_numerals": CARD_NUMERAL,
    "phone": PHONE,
    "card": CARD,
    "ip": IP,
    "token": TOKEN,
}
# What is counted of values of one sort; whatever is of another sort is then a surprise.
_OF_SORT: Final[Mapping[Sort, tuple[str, ...]]] = {
    "text": ("present", "string", "null", "distinct", "shortest", "longest"),
    "number": ("present", "numeric", "null", "number", "distinct", "least", "greatest"),
    "plain": ("present", "boolean", "list", "object", "null", "distinct"),
    "mixed": tuple(_COUNTED),
}
_KINDS: Final = ("string", "boolean", "list", "object", "null")


def counted(v: str, sort: Sort) -> list[tuple[str, str]]:
    """What is counted of the values of a column of that sort, by its name."""
    return [(name, _COUNTED[name].format(v=v)) for name in _OF_SORT[sort]]


def coded(c: str, sort: Sort) -> list[tuple[str, str]]:
    """What is counted of what the values look like; a number can only be a card's."""
    names = ("card",) if sort == "number" else () if sort == "plain" else tuple(_CODED)
    return [(name, f"count(CASE WHEN {c} = {_CODED[name]} THEN 1 END)") for name in names]


def seen(where: tuple[str, str, str], told: Mapping[str, Any]) -> PropertySeen | None:
    """The numbers of one property, of those that were counted; nothing where one surprised."""
    types = {kind: int(told.get(kind, 0)) for kind in _KINDS}
    fractions = int(told.get("number", 0))
    numeric = int(told.get("numeric", 0))
    if numeric + sum(types.values()) != told["present"]:
        return None
    types |= {"number": fractions, "integer": numeric - fractions}
    looks = {name: int(told.get(name, 0)) for name in _CODED}
    shapes = {name: looks[name] for name in ("email", "phone", "ip", "token")}
    shapes["card"] = looks["card"] + looks["card_numerals"]
    event, name, library = where
    return PropertySeen(
        event,
        name,
        library,
        {kind: count for kind, count in types.items() if count},
        distinct=int(told["distinct"]),
        least=told.get("least"),
        greatest=told.get("greatest"),
        shortest=told.get("shortest"),
        longest=told.get("longest"),
        datetimes=looks["datetimes"],
        numerals=looks["numerals"] + looks["card_numerals"],
        shapes={name: count for name, count in shapes.items() if count},
        not_allowed=int(told.get("not_allowed") or 0),
        not_matching=int(told.get("not_matching") or 0),
        below=int(told.get("below") or 0),
        above=int(told.get("above") or 0),
    )
