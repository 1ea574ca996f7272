"""What is wrong with files: every problem with its place, the line it is on, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from mpgov.core.model import Location
from mpgov.errors import InputError

if TYPE_CHECKING:
    from yaml import YAMLError
    from yaml.error import Mark

MOST_PROBLEMS: Final = 500
WIDEST: Final = 100
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")

_QUOTE: Final = 'put the whole text in quotes: "…"'
# What libyaml says, and what a person has to do.
_ADVICE: Final = {
    "mapping values are not allowed in this context": (
        f'is not YAML here: a text with ": " in it needs quotes, or the line is indented wrongly; '
        f"{_QUOTE}"
    ),
    "found character that cannot start any token": f"no text begins like this; {_QUOTE}",
    "found a tab character that violates indentation": "a tab cannot indent YAML; use blanks",
    "found undefined alias": f"an alias (*name) without its anchor (&name) above; {_QUOTE}",
    "second occurrence": "this anchor (&name) is written twice; give it another name",
    "but found another document": "a second document begins here; make it a file of its own",
    "did not find expected <document start>": (
        "is indented differently from the lines above; begin every section in the first column"
    ),
    "did not find expected key": (
        "is not YAML: no name is found here; look at the quotes and the indentation, here and above"
    ),
    "did not find expected '-' indicator": 'is not YAML: a list goes on with "- "',
    "did not find expected ',' or ']'": "is not YAML: a list that [ opened is never closed by ]",
    "did not find expected ',' or '}'": "is not YAML: a mapping that { opened is not closed by }",
    "did not find expected node content": (
        "is not YAML: a value is missing here, or a bracket above is never closed"
    ),
    "found unexpected end of stream": "is not YAML: this quote is never closed",
    "could not find expected ':'": 'is not YAML: ": " is missing after a name',
    "found unknown escape character": (
        "is not YAML: no such escape; write two backslashes, or use single quotes"
    ),
    "found invalid Unicode character escape code": "is not YAML: there is no such character",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file's name, as the user knows it, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text, all from 0: what PyYAML calls a mark."""

    line: int
    column: int
    index: int


def spot(text: str, index: int) -> Spot:
    """The place of a character."""
    return Spot(text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1), index)


class Problems:
    """Collects what is wrong, to be raised at once, in the order of the files."""

    def __init__(self, files: Iterable[str] = ()) -> None:
        self._files = {name: place for place, name in enumerate(files)}
        self._found: dict[tuple[int, int, int, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, file: File, mark: Mark | Spot | None, message: str) -> None:
        """Add one at a place in a file; the start where there is no mark."""
        line, column, index = (mark.line, mark.column, mark.index) if mark else (0, 0, 0)
        order = self._files.setdefault(file.name, len(self._files))
        text = f"{Location(file.name, line + 1, column + 1)}: {message}"
        shown = source_line(file.text, index)
        self._found[order, line, column, message] = f"{text}\n    {shown}" if shown else text
        if len(self._found) >= MOST_PROBLEMS:
            self._give_up()

    def add_at(self, order: tuple[int, int, int], place: Location, message: str) -> None:
        """Add one at a cell; `order` is the number of its sheet, its row and its column."""
        self._found[order[0], order[1], order[2], message] = f"{place}: {message}"
        if len(self._found) >= MOST_PROBLEMS:
            self._give_up()

    def add_yaml(self, file: File, error: YAMLError) -> None:
        """Add what the parser stumbled over, in a user's words."""
        problem = str(getattr(error, "problem", None) or "")
        mark = getattr(error, "problem_mark", None)
        if not problem or mark is None:
            self._add_control_character(file)
            return
        if problem in {"found unexpected end of stream", "did not find expected ',' or ']'"}:
            mark = getattr(error, "context_mark", None) or mark
        elif file.text[mark.index : mark.index + 1] == "\t":
            problem = "found a tab character that violates indentation"
        self.add(file, mark, _ADVICE.get(problem, f"is not YAML: {visible(problem)}"))

    def raise_any(self) -> None:
        """Raise `InputError` if anything was found."""
        if self._found:
            raise InputError([self._found[place] for place in sorted(self._found)])

    def _give_up(self) -> NoReturn:
        shown = [self._found[place] for place in sorted(self._found)]
        raise InputError([*shown, f"There is more; these are the first {len(shown)} problems."])

    def _add_control_character(self, file: File) -> None:
        found = _CONTROL.search(file.text)
        index = found.start() if found else 0
        character = f"U+{ord(file.text[index]):04X}" if found else "a character"
        self.add(
            file, spot(file.text, index), f"holds {character}, which no YAML may hold; remove it"
        )


def source_line(text: str, index: int) -> str:
    """The line that the character is on, cut to what fits, with nothing invisible in it."""
    index = min(index, len(text))
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)].rstrip()
    if len(line) <= WIDEST:
        return visible(line)
    first = max(0, min(index - start - WIDEST // 2, len(line) - WIDEST))
    cut = visible(line[first : first + WIDEST])
    return f"{'…' if first else ''}{cut}{'…' if first + WIDEST < len(line) else ''}"


def visible(text: str) -> str:
    """The text on one line, with an escape for whatever would not be seen."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str) -> str:
    """A text as a message quotes it."""
    seen = visible(text)
    return f'"{seen}"' if len(seen) <= 60 else f'"{seen[:57]}…"'
