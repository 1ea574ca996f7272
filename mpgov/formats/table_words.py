"""The words that people write in cells → the words of a plan.

What nobody can be sure of is left as it stands, for the plan's reader to complain about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from mpgov.core.model import OWNER, STATUSES, TYPES

KNOWN_TYPES: Final = frozenset(TYPES)
_TRUE: Final = frozenset(
    {
        "true",
        "yes",
        "y",
        "x",
        "1",
        "on",
        "ok",
        "✓",
        "✔",
        "☑",
        "✅",
        "ja",
        "j",
        "wahr",
        "oui",
        "vrai",
    }
    | {"si", "sí", "sì", "verdadero", "vero", "sim", "verdadeiro", "required", "mandatory"}
    | {"m", "r", "always", "must", "pflicht", "pflichtfeld", "obligatory", "obligatorio", "requis"}
    | {"obligatoire", "erforderlich"}
)
_FALSE: Final = frozenset(
    {
        "false",
        "no",
        "n",
        "0",
        "off",
        "✗",
        "✘",
        "☐",
        "❌",
        "-",
        "\u2013",
        "\u2014",
        "nein",
        "falsch",
        "non",
    }
    | {"faux", "falso", "não", "nao", "optional", "o", "opt", "not required", "facultatif"}
    | {"opcional", "facoltativo"}
)
_TYPES: Final[Mapping[str, str]] = {
    word: type_
    for type_, words in {
        "string": "text|str|varchar|char|character|uuid|guid|url|uri|email|e-mail|enum|enumeration|"
        "zeichenkette|zeichenfolge|texto|texte|chaîne|cadena|stringa|testo|string (enum)|free text",
        "number": "float|double|decimal|currency|money|numeric|num|percent|percentage|real|zahl|"
        "dezimalzahl|nombre|número|numero|kommazahl|amount",
        "integer": "int|long|bigint|whole number|ganzzahl|entier|entero|intero|int64|int32|count",
        "boolean": "bool|flag|true/false|yes/no|wahrheitswert|ja/nein|booléen|booleano|boolesch",
        "datetime": "date|time|timestamp|date time|date-time|date/time|iso date|iso 8601|iso8601|"
        "datum|zeitstempel|fecha|data|datetime (iso 8601)|utc timestamp|unix timestamp",
        "list": "array|set|tuple|liste|lista|tableau|string list|list of strings|string array|"
        "array of strings|string[]|list of string|list<string>|array<string>|list of objects|"
        "array of objects|object array|object list|object[]",
        "object": "json|dict|map|struct|record|hash|objekt|objet|objeto|oggetto|json object",
    }.items()
    for word in (type_, *words.split("|"))
}
_STATUSES: Final[Mapping[str, str]] = {
    word: status
    for status, words in {
        "proposed": "draft|idea|requested|suggested|under review|in review|entwurf|new|proposal",
        "expected": "planned|to do|todo|to implement|not implemented|in progress|in development|"
        "ready for dev|ready for development|ready|pending|approved|geplant|upcoming|backlog",
        "live": "active|implemented|in production|production|released|done|tracked|prod|verified|"
        "aktiv|launched|complete|completed|enabled|ok|yes",
        "deprecated": "obsolete|retired|legacy|sunset|to remove|to be removed|veraltet|deprecating|"
        "obsolet|obsoleto",
        "blocked": "dropped|disabled|gesperrt",
    }.items()
    for word in (status, *words.split("|"))
}
_LIST_ENDS: Final = re.compile(r"[,;|\n]")
_LOOSE_ENDS: Final = re.compile(r"[,;|\n/+&]")
_PEOPLE_ENDS: Final = re.compile(r"[,;|\n/+&]|\s(?:and|und|et|y|e)\s", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^<>()]*[<(]([^@\s<>()]+@[^@\s<>()]+)[>)]")
_TEAM: Final = re.compile(r"(?:the\s+)?(?:team[\s:]+(.+)|(.+?)\s+team|(.+?)-team)", re.IGNORECASE)
_BULLET: Final = re.compile(r"^\s*[•\-*\u2013]\s+|^\s+|\s+$")
_DETAILED: Final = re.compile(r"(.+?)\s*(?:\(([^()]+)\)|:\s*(\S.*))\s*")
_DECIMAL_COMMA: Final = re.compile(r"([-+]?)(\d{1,3}(?:\.\d{3})+|\d+),(\d+)")
_THOUSANDS: Final = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def flag(text: str) -> str:
    """`true` or `false`; as it stands where it is neither."""
    word = text.strip().casefold()
    return "true" if word in _TRUE else "false" if word in _FALSE else text


def type_word(text: str) -> str:
    """One of a plan's types, where the word means one."""
    word = " ".join(text.split()).casefold()
    return _TYPES.get(word, word if word in TYPES else text.strip())


def element_type(text: str) -> str:
    """What a list is a list of, where the word for its type says so."""
    word = text.casefold()
    if type_word(text) != "list":
        return ""
    return "string" if "string" in word else "object" if "object" in word else ""


def status(text: str) -> str:
    """One of a plan's statuses, where the word means one."""
    word = " ".join(text.split()).casefold()
    return _STATUSES.get(word, word if word in STATUSES else text.strip())


def day(text: str) -> str:
    """A day without the time that spreadsheets add."""
    return text.strip().removesuffix("T00:00:00").removesuffix(" 00:00:00")


def number(text: str, *, comma: bool) -> str:
    """A number as a plan writes it; with `comma`, 1.299,50 is one."""
    word = text.strip()
    if comma and (found := _DECIMAL_COMMA.fullmatch(word)):
        return f"{found[1]}{found[2].replace('.', '')}.{found[3]}"
    return word.replace(",", "") if _THOUSANDS.fullmatch(word) else word


def elements(text: str, *, loose: bool = False) -> list[str]:
    """The parts of a list in one cell, without bullets and blanks; `loose`: also by `/ + &`."""
    parts = (_LOOSE_ENDS if loose else _LIST_ENDS).split(text)
    return [part for part in (_BULLET.sub("", part) for part in parts) if part]


def values(text: str, *, numeric: bool, comma: bool) -> list[str]:
    """Examples or allowed values in one cell; a number may hold a comma of its own."""
    if numeric and (comma or _THOUSANDS.fullmatch(text.strip())):
        whole = re.split(r"[;|\n]|,\s+", text)
        return [word for word in (number(part, comma=comma) for part in whole) if word]
    for ends in ("\n", ";", "|"):
        if ends in text:
            return [part.strip() for part in text.split(ends) if part.strip()]
    return elements(text)


def owners(text: str, people: Mapping[str, str]) -> Iterator[str]:
    """Those who answer for something: e-mails, teams, and people that mpgov.toml knows."""
    known = {name.casefold(): owner for name, owner in people.items()}
    if whole := known.get(text.strip().casefold()):
        yield whole
        return
    for part in elements(_PEOPLE_ENDS.sub("\n", text)):
        yield _owner(part, known)


def _owner(part: str, known: Mapping[str, str]) -> str:
    if found := known.get(part.casefold()):
        return found
    if part.startswith("team:") or OWNER.fullmatch(part):
        return part
    if found := _ADDRESS.fullmatch(part):  # type: ignore[assignment]  # a match, not a text
        return found[1]
    if team := _TEAM.fullmatch(part):
        return f"team:{(team[1] or team[2] or team[3]).strip()}"
    return part


def listed_property(text: str) -> tuple[str, str]:
    """A property in a list of names, and its type where one is said: `revenue (number)`."""
    found = _DETAILED.fullmatch(text)
    if found:
        word = type_word(found[2] or found[3])
        if word in TYPES:
            return found[1], word
    return text, ""
