"""What all pages share: templates that escape, other people's text made visible, anchors."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from mpgov.core.figures import change, number, percent, signed
from mpgov.core.model import EntityKey, Value
from mpgov.render.visible import shown, visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

LONGEST: Final = 20_000  # characters of a value
MANY: Final = 300  # items; beyond it what is off the screen is not laid out
SHORT: Final = 160  # characters of a name where it is only mentioned
_EXAMPLE: Final = 300
_LONGEST_ANCHOR: Final = 80
_DATED: Final = re.compile(r"(\b\d{4}-(?:\d{2}-\d{2}|Q[1-4])\b)", re.ASCII)
_NOT_IN_ANCHORS: Final = re.compile(r"[^A-Za-z0-9_.\- ]|-")


@cache
def environment() -> Environment:
    """The templates, escaped by default."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - costs 50 ms

    made = Environment(
        loader=PackageLoader("mpgov.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = _shown
    made.filters["visible"] = visible
    made.filters["name"] = subject
    made.filters["short"] = short
    made.filters["prose"] = prose
    made.filters["number"] = number
    made.filters["percent"] = percent
    made.filters["signed"] = signed
    made.filters["change"] = change
    made.filters["moment"] = moment
    made.filters["anchor"] = anchor
    made.filters["dated"] = dated
    made.filters["example"] = example
    return made


def page(name: str, values: Mapping[str, object]) -> str:
    """A page with a script of its own: `NAME.html` with `NAME.css` and `NAME.js` in it.

    The page's policy names both by their hash, so that nothing else runs, whatever a text holds.
    """
    made = environment()
    style, script = (made.get_template(f"{name}.{kind}").render() for kind in ("css", "js"))
    text: str = made.get_template(f"{name}.html").render(
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        **values,
    )
    return text.rstrip("\n") + "\n"


def subject(key: EntityKey) -> str:
    """An entity as people call it."""
    return "user profiles ($user)" if key.kind == "profile" else visible(key.name)


def short(text: str, longest: int = SHORT) -> str:
    """A text where it is only mentioned."""
    cut = visible(text[: longest + 1])
    return cut if len(cut) <= longest else f"{cut[:longest]}…"


def prose(text: str) -> str:
    """A text of several lines, as its author broke them; everything else made visible."""
    lines = text[:LONGEST].replace("\r\n", "\n").split("\n")
    told = re.sub(r"\n{3,}", "\n\n", "\n".join(map(visible, lines))).strip("\n")
    return told if len(text) <= LONGEST else f"{told}…"


def moment(at: str) -> str:
    """A moment of the record, to the minute; a day stays a day."""
    return f"{at[:10]} {at[11:16]} UTC" if at[10:11] == "T" else visible(at)


def dated(text: str) -> Markup:
    """A text whose days and quarters are not broken at their hyphens."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - it comes with jinja2

    parts = _DATED.split(text)
    whole = Markup('<span class="whole">{}</span>')
    return Markup("").join(whole.format(p) if n % 2 else escape(p) for n, p in enumerate(parts))


def anchor(name: str, kind: str = "event") -> str:
    """The place of a thing on a page, from its name alone and different for every name."""
    told = _NOT_IN_ANCHORS.sub(lambda found: f"~{ord(found[0]):x}~", name).replace(" ", "-")
    if len(told) > _LONGEST_ANCHOR:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        told = f"{told[:40]}~~{digest}"
    return f"{kind}-{told}"


def example(value: Value) -> str:
    """A value as the plan gives it: a text without its quotes."""
    if isinstance(value, str) and value.strip() == value and value:
        return short(value, _EXAMPLE)
    return shown(value, _EXAMPLE)


def _shown(value: Value) -> str:
    return shown(value, LONGEST)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
