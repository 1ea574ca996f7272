"""Names, texts and paths as SQL has them."""

from __future__ import annotations

from collections.abc import Iterable


def text(value: str) -> str:
    """A text in quotes."""
    return "'" + value.replace("'", "''") + "'"


def ident(name: str) -> str:
    """A name in quotes."""
    return '"' + name.replace('"', '""') + '"'


def pointer(name: str) -> str:
    """A JSON pointer to a key, as a text in quotes: it takes any name."""
    return text("/" + name.replace("~", "~0").replace("/", "~1"))


def listed(values: Iterable[str]) -> str:
    """Texts in quotes, parted by commas."""
    return ", ".join(text(value) for value in values)
