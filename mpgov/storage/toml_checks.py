"""Reading a TOML file strictly: every problem at once, each with its place and its line."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from mpgov.core.model import Location
from mpgov.errors import InputError
from mpgov.storage.toml_places import KeyPath, Place, Places, lines_of, places

_POSITION: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SECRET_NAME: Final = re.compile(r"secret|token|passw|pwd|credential|api_?key", re.IGNORECASE)
# Mixpanel's secrets are 32 letters and digits; a user in front of an @ is often a secret too.
_SECRET_TEXT: Final = re.compile(
    r"(?=[A-Za-z0-9+/_=]*\d)(?=[A-Za-z0-9+/_=]*[A-Za-z])[A-Za-z0-9+/_=]{20,}|://[^/\s\"']*@"
)
MOST_BYTES: Final = 256 * 1024
_PART: Final = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_CHAIN: Final = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{50}}")
_KINDS: Final = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a table"),
)


@dataclass(slots=True)
class Problems:
    """What is wrong with one file, collected until all of it was read."""

    file: str
    places: Places
    found: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, path: KeyPath, message: str) -> None:
        """Note a problem with what stands at a key."""
        self.add_at(self.places.of(path), message)

    def add_at(self, place: Place, message: str) -> None:
        """Note a problem at a line and column; the line is shown unless it may hold a secret."""
        line = self.places.line(place[0])
        shown = f"\n    {line.strip()}" if line.strip() and not _may_hold_secret(line) else ""
        self.found.append((place, f"{self.file}:{place[0]}:{place[1]}: {message}{shown}"))

    def settle(self) -> None:
        """Raise everything found, in the order of the file."""
        if self.found:
            raise InputError([text for _, text in sorted(self.found)])


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file; what it is asked for is given as it should be, or as the default."""

    problems: Problems
    values: Mapping[str, Any]
    path: KeyPath = ()

    def only(self, *known: str) -> None:
        """Whatever has another name is a problem."""
        for key in self.values:
            if key not in known and not looks_secret((*self.path, key), self.values[key]):
                near = nearest(key, known)
                meant = f"; did you mean {near}?" if near else f"; known here: {', '.join(known)}"
                self.problem(key, f"unknown key {shown(key)}{meant}")

    def problem(self, key: str, message: str) -> None:
        """Note a problem with one of the keys."""
        self.problems.add((*self.path, key), message)

    def location(self, *key: str) -> Location:
        """Where this table stands, or one of its keys."""
        return Location(self.problems.file, *self.problems.places.of((*self.path, *key)))

    def table(self, key: str) -> Table:
        """A table within this one; an empty one where there is none."""
        value = self._typed(key, dict)
        return Table(self.problems, value or {}, (*self.path, key))

    def text(self, key: str) -> str:
        """A text that is not empty, in one line; empty only where there is none."""
        value: str | None = self._typed(key, str)
        if value is None:
            return ""
        if not value.strip() or not value.isprintable():
            self.problem(key, f"{_named(key)} must be a text in one line, and not empty")
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value: list[Any] = self._typed(key, list) or []
        if all(isinstance(one, str) and one.strip() and one.isprintable() for one in value):
            return tuple(value)
        self.problem(key, f"{_named(key)} must be a list of texts")
        return ()

    def flag(self, key: str) -> bool:
        """True or false; false where there is neither."""
        return bool(self._typed(key, bool))

    def word(self, key: str, known: Sequence[str]) -> str:
        """One of the known words; empty where there is none."""
        value = self.text(key)
        if not value or value in known:
            return value
        self.problem(key, f"{_named(key)} is {shown(value)}{offer(value, known)}")
        return ""

    def whole(self, key: str) -> int | None:
        """A whole number above 0."""
        value: int | None = self._typed(key, int)
        if value is None or 0 < value < 2**63:
            return value
        self.problem(key, f"{_named(key)} must be above 0")
        return None

    def number(self, key: str) -> float | None:
        """A number above 0."""
        value: float | None = self._typed(key, int, float)
        if value is None or (0 < value < 1e9 and math.isfinite(value)):
            return value
        self.problem(key, f"{_named(key)} must be above 0")
        return None

    def _typed(self, key: str, *kinds: type) -> Any:
        value = self.values.get(key)
        if value is None or type(value) in kinds:
            return value
        self.problem(key, f"{_named(key)} must be {kind_of(kinds[-1]())}, not {kind_of(value)}")
        return None


def read_toml(data: bytes, file: str) -> Table:
    """The file's outermost table; raises at once what makes the rest unreadable."""
    if len(data) > MOST_BYTES:
        raise InputError(f"{file}: holds {len(data) >> 10} kB; settings are at most 256 kB")
    text = _decoded(data, file)
    chain = _LONG_CHAIN.search(text)  # what tomllib, and a table in a table, takes ages for
    if chain:
        line = text.count("\n", 0, chain.start()) + 1
        raise InputError(f"{file}:{line}:1: is no settings file: names of more than 50 parts")
    try:
        values = tomllib.loads(text)
        found = places(text)
    except RecursionError:
        raise InputError(f"{file}:1:1: is nested too deeply") from None
    except ValueError as error:
        problem = str(error)
    else:
        problems = Problems(file, found)
        _find_secrets(problems, values, ())
        return Table(problems, values)
    problems = Problems(file, Places(lines_of(text)))
    match = _POSITION.search(problem)
    place = (int(match[1]), int(match[2])) if match and match[1] else _end_of(text)
    reason = problem[: match.start()] if match else "is no TOML"
    problems.add_at(place, f"is no TOML: {reason[:1].lower()}{reason[1:]}")
    raise InputError(problems.found[0][1])


def looks_secret(path: KeyPath, value: Any) -> bool:
    """Whether a key is called like something that must not stand in a file."""
    is_of_rules = path[:1] == ("rules",) or (path[:1] == ("projects",) and path[2:3] == ("rules",))
    if isinstance(value, dict | bool) or is_of_rules or "authority" in path[:-1]:
        return False
    return bool(_SECRET_NAME.search(str(path[-1])))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant."""
    lowered = {one.lower(): one for one in known}
    near = get_close_matches(word[:80].lower(), lowered, 1)
    return lowered[near[0]] if near else ""


def offer(value: str, known: Sequence[str]) -> str:
    """What to write instead of a word that is not known."""
    near = nearest(value, known)
    listed = f"it can be {', '.join(known[:-1])} or {known[-1]}"
    return f"; did you mean {near}? ({listed})" if near else f"; {listed}"


def shown(value: str) -> str:
    """A text in quotes, unless it may be a secret or is no pleasure to read."""
    if len(value) > 60 or not value.isprintable() or _SECRET_TEXT.search(value):
        return "something else"
    return f'"{value}"'


def _named(key: str) -> str:
    """A key as a sentence begins with it."""
    return shown(key) if len(key) > 60 or _SECRET_TEXT.search(key) else key


def kind_of(value: Any) -> str:
    """What sort of value TOML holds, in words."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "a date or time")


def _may_hold_secret(line: str) -> bool:
    return len(line) > 200 or bool(_SECRET_NAME.search(line) or _SECRET_TEXT.search(line))


def _find_secrets(problems: Problems, value: Any, path: KeyPath) -> None:
    """A secret in a file is a problem wherever it stands; its line is named, not shown."""
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        if isinstance(key, str) and looks_secret((*path, key), child):
            problems.add(
                (*path, key),
                "secrets never stand in this file: remove the line, then mpgov auth login",
            )
        _find_secrets(problems, child, (*path, key))


def _decoded(data: bytes, file: str) -> str:
    """The text, without the mark that some editors of Windows put first."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        also = " (it looks like UTF-16: save it as UTF-8)" if wide else ""
        raise InputError(f"{file}:{line}:{column}: is not UTF-8{also}") from None


def _end_of(text: str) -> Place:
    lines = lines_of(text)
    return len(lines), len(lines[-1]) + 1
