"""What is counted of every value, as SQL: by the first letter of its JSON, and by its looks.

`v` is a value as JSON text, `c` its code (`code`): both are worked out once a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mpgov.core.observation import PropertySeen

# By the first letter: a comparison of texts looks no further than it needs to.
_STRING: Final = "{v} >= '\"' AND {v} < '#'"
_NUMBER: Final = "{v} >= '-' AND {v} < ':'"
_LENGTH: Final = (
    f"CASE WHEN {_STRING} THEN CASE WHEN contains({{v}}, '\\')"
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
 WHEN {v} < '"' OR {v} >= '#' THEN CASE WHEN strlen({v}) BETWEEN 13 AND 19
  AND {v} >= '2' AND {v} < '7' AND {card} THEN {CARD} ELSE {NONE} END
 WHEN contains({v}, '@') THEN CASE WHEN strlen({v}) < 5000 AND regexp_matches({v}, '{_EMAIL}')
  AND NOT regexp_matches({v}, '{_PICTURE}') THEN {EMAIL} ELSE {NONE} END
 WHEN {v} < '";' THEN CASE
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
    "object": "count(CASE WHEN {v} >= '{{' THEN 1 END)",
    "list": "count(CASE WHEN {v} >= '[' AND {v} < '\\' THEN 1 END)",
    "null": "count(CASE WHEN {v} = 'null' THEN 1 END)",
    "boolean": "count(CASE WHEN {v} = 'true' OR {v} = 'false' THEN 1 END)",
    "number": f"count(CASE WHEN {_NUMBER} AND floor({_VALUE}) <> {_VALUE} THEN 1 END)",
    "distinct": "approx_count_distinct({v})",
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


def counted(v: str) -> list[str]:
    """The aggregates of every value."""
    return [sql.format(v=v) for sql in _COUNTED.values()]


def coded(c: str) -> list[str]:
    """The aggregates of what it looks like."""
    return [f"count(CASE WHEN {c} = {number} THEN 1 END)" for number in _CODED.values()]


COUNTED: Final = len(_COUNTED)
CODED: Final = len(_CODED)


def seen(
    where: tuple[str, str, str], counts: Sequence[Any], codes: Sequence[Any] | None
) -> PropertySeen:
    """The numbers of one property, in the order of `counted` and `coded`."""
    found = dict(zip(_COUNTED, counts, strict=True))
    looks = dict.fromkeys(_CODED, 0) | dict(zip(_CODED, codes or (), strict=False))
    kinds = ("string", "number", "boolean", "list", "object", "null")
    types = {kind: int(found[kind]) for kind in kinds}
    types["integer"] = int(found["present"]) - sum(types.values())
    cards = looks["card"] + looks["card_numerals"]
    shapes = {name: int(looks[name]) for name in ("email", "phone", "ip", "token")} | {
        "card": cards
    }
    event, name, library = where
    return PropertySeen(
        event,
        name,
        library,
        {kind: count for kind, count in types.items() if count},
        distinct=int(found["distinct"]) - (types["null"] > 0),
        least=found["least"],
        greatest=found["greatest"],
        shortest=found["shortest"],
        longest=found["longest"],
        datetimes=int(looks["datetimes"]),
        numerals=int(looks["numerals"] + looks["card_numerals"]),
        shapes={name: count for name, count in shapes.items() if count},
    )
