"""What Mixpanel answered: its JSON, or one harmless line about what came instead."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import quote, quote_plus, urlsplit

from requests import Response

from mpgov.core.json_text import JsonError, load

_LONGEST: Final = 300
_LOOKED_AT: Final = 20_000  # of an answer that is no JSON; a title stands at its beginning
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HTML: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body)\b", re.IGNORECASE)
# Where servers put what went wrong (reference 1.5).
_ERROR_KEYS: Final = ("error", "message", "detail", "errors")
_PRIVATE: Final = re.compile("token|secret|password|key", re.IGNORECASE)

# Takes a secret out of a text; before the text is cut, or a part of the secret would stay.
Hide: TypeAlias = Callable[[str], str]


class Revealing(Protocol):
    """A secret: it shows itself to nobody who does not ask for it."""

    def reveal(self) -> str:
        """The value."""


def document_of(response: Response) -> Any:
    """The JSON of an answer; raises `ValueError` where it is none that can be used."""
    data = response.content
    return load(data.decode(json.detect_encoding(data), "surrogatepass"))


def failure_of(response: Response, hide: Hide) -> str:
    """Why Mixpanel says it failed, in one line; never the page it came on."""
    body = response.content
    if not body.strip():
        return "an empty answer"
    try:
        document = document_of(response)
    except ValueError:
        return _not_json(response, hide)
    return clean(_told(document), hide) or "no reason given"


def unreadable(response: Response, hide: Hide) -> str:
    """What came where JSON was due."""
    if not response.content.strip():
        return "an empty answer"
    start = response.content[:_LOOKED_AT].lstrip()
    if start[:1] in {b"{", b"["}:
        try:
            document_of(response)
        except ValueError as error:
            if isinstance(error, JsonError) and not error.is_damaged:
                return f"JSON that {error}"
        return "JSON that is cut off or damaged"
    return _not_json(response, hide)


def error_in(document: Any, hide: Hide) -> str:
    """The error that an answer carries although its status says 200; else empty."""
    if not isinstance(document, dict):
        return ""
    error = document.get("error")
    if document.get("status") == "error" or (isinstance(error, str) and error):
        return clean(_told(document), hide) or "no reason given"
    return ""


def clean(text: str, hide: Hide = str) -> str:
    """A stranger's text as one line that no terminal can be harmed by."""
    text = _ANSI.sub(" ", text[: _LOOKED_AT * 2])
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    text = hide(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def hiding(account: str, secret: Revealing) -> Hide:
    """What takes the secret out of a text, however it is spelled: somebody may send it back."""
    value = secret.reveal()
    plain, pair = (s.encode("utf-8", "surrogatepass") for s in (value, f"{account}:{value}"))
    spellings = {value, quote(plain, safe=""), quote(plain), quote_plus(plain)}
    spellings |= {html.escape(value), html.escape(value, quote=False), json.dumps(value)[1:-1]}
    for data in (plain, pair):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(data).decode()
            spellings |= {whole, quote(whole, safe=""), whole.rstrip("=")}
    longest_first = sorted(filter(None, spellings), key=len, reverse=True)
    # Hosts come in lower case, and so do some percent signs.
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return lambda text: pattern.sub("***", text)


def redirect_text(location: str, hide: Hide) -> str:
    """Host and path of an address; neither user, nor query."""
    try:
        parts = urlsplit(hide(location))  # a secret may hold a slash
        return clean((parts.hostname or "") + parts.path, hide) or "nowhere"
    except ValueError:
        return "an address that is none"


def _not_json(response: Response, hide: Hide) -> str:
    text = hide(response.content[: _LOOKED_AT * 2].decode("utf-8", "replace"))[:_LOOKED_AT]
    content_type = response.headers.get("Content-Type", "")
    if _HTML.match(text) or "html" in content_type.lower():
        found = _TITLE.search(text)
        title = clean(html.unescape(found[1]), hide) if found else ""
        return f'an HTML page, "{title}"' if title else "an HTML page"
    if text.count("�") * 10 > len(text):
        return "an answer that is no text"
    return clean(text, hide) or "an answer that is no text"


def _told(document: Any, depth: int = 6) -> str:
    """The error text of a JSON answer, whatever its shape."""
    if depth == 0 or document is None:
        return ""
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "; ".join(filter(None, (_told(item, depth - 1) for item in document[:20])))
    if isinstance(document, dict):
        for key in _ERROR_KEYS:
            if document.get(key):
                return _told(document[key], depth - 1)
        shown = {k: v for k, v in document.items() if k != "status" and not _PRIVATE.search(k)}
        return "; ".join(f"{key}: {_told(value, depth - 1)}" for key, value in shown.items())
    return json.dumps(document)
