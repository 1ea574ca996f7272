"""What an SDK of Mixpanel is started with, in the languages that have one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mpgov.core.token_page import Around, Page
from mpgov.core.token_words import IDENTIFIER, OTHERS, SECRET, TOKEN, Role, words_in

# The start of an SDK: Mixpanel(, Mixpanel.init(, Mixpanel::Tracker.new(, [Mixpanel shared…:
_NAME: Final = r"\b(?P<name>\w{0,40}?mixpanel\w{0,40})[\"')\]]{0,3}"
_CHAIN: Final = r"(?P<chain>(?:\s{0,9}(?:[!?]?\.|::|->)\s{0,9}\w{1,40}){0,6})"
_OPEN: Final = _NAME + _CHAIN + r"\s{0,9}\(\s{0,99}"
_FIRST: Final = (
    r"(?:[\w.@&$>!-]{1,60}(?:\(\))?\s{0,9},\s{0,99})?"  # a context that goes before the token
)
_CALL: Final = re.compile(_OPEN + _FIRST + r"[^,(){};]{0,160}@?[\\\"'`]*$", re.IGNORECASE)
_CALLEE: Final = re.compile(r"(?P<name>[\w$]{1,60})[\"')\]]{0,3}" + _CHAIN + r"\s{0,9}$")
_OBJECTIVE: Final = re.compile(r"\[\s*Mixpanel\s+\w*WithToken:\s*@\"$")
_BUILDER: Final = re.compile(r"\bMessageBuilder\s{0,9}\(\s{0,99}[\"']$")
_JAVA: Final = "com.mixpanel."
_BUILT: Final = re.compile(r"\bMessageBuilder\s*\(\s*(?P<with>[\w.$]+)")
_STARTED: Final = re.compile(
    _OPEN + _FIRST + r"(?:\{?\s*token\s*[:=])?(?P<with>[^,){}\n]{1,120})", re.IGNORECASE
)
_PROVIDED: Final = re.compile(
    r"<Mixpanel\w{0,40}\s[^<>]{0,400}?token=\{(?P<with>[^}\n]{1,120})", re.IGNORECASE
)
_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
_METHODS: Final = frozenset(
    """init initialize getinstance instance maininstance sharedinstance new newapiclient newclient
    newfromtoken tracker create client provider consumer mixpanel default setup
    configure""".split()  # noqa: SIM905 - a word a line would be a page
)
_WORDS_OF_CALL: Final = _METHODS | frozenset(
    "mixpanel api flutter sdk utils service start load boot use the my get make build".split()  # noqa: SIM905
)
# What is handed to these is data: of whatever it is called with, or of Mixpanel's alone.
_TRACKS: Final = frozenset("track identify alias increment union charge people".split())  # noqa: SIM905
_WRITES: Final = frozenset("register set append once unset remove group event send log".split())  # noqa: SIM905
_SETS_UP: Final = frozenset("module plugin provider config configure options token".split())  # noqa: SIM905
_STOP: Final = frozenset(
    """process env this self window import meta os environ config getenv get fetch true false null
    nil none bundle buildconfig string system node_env require""".split()  # noqa: SIM905
)


class Starts:
    """Where a page starts SDKs, and with what."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_java = _JAVA in page.text
        self.names = self._names()

    def role(self, around: Around) -> Role:
        """What a value is that an SDK is started with; empty where none is."""
        head = around.joined
        if _OBJECTIVE.search(head) or (self.is_java and _BUILDER.search(head)):
            return "token"
        found = _CALL.search(head)
        own = words_in(around.label)
        if not found or not _is_start(found) or own & OTHERS:
            return ""
        if own & SECRET and not own & TOKEN:
            return "secret"
        return "secret" if _takes_secret(found) and not own & TOKEN else "token"

    def _names(self) -> dict[str, Role]:
        """The names that SDKs are started with, and what they stand for."""
        found: dict[str, Role] = {}
        for pattern in (_STARTED, _PROVIDED, *([_BUILT] if self.is_java else [])):
            for match in pattern.finditer(self.page.text):
                if pattern is not _STARTED or _is_start(match):
                    role: Role = (
                        "secret" if pattern is _STARTED and _takes_secret(match) else "token"
                    )
                    found |= dict.fromkeys(_identifiers(match["with"]), role)
        return found


def _identifiers(text: str) -> list[str]:
    """The names in an argument that may be a value's own."""
    found = IDENTIFIER.findall(_TEXT.sub("", text))
    return [one for one in found if len(one) > 2 and one.lower() not in _STOP]


def _is_start(call: re.Match[str]) -> bool:
    """Whether a call starts an SDK, and does not track with one."""
    chain = IDENTIFIER.findall(call["chain"])
    if chain:
        return chain[-1].replace("_", "").lower() in _METHODS
    return words_in(call["name"]) <= _WORDS_OF_CALL


def is_data(calls: Iterable[str]) -> bool:
    """Whether a value is what a call tracks, registers or sets; the innermost call comes first."""
    for call in calls:
        found = _CALLEE.search(call)
        if not found:
            continue
        named = words_in(found["name"])
        if "mixpanel" in named and _is_start(found):
            return False
        does = words_in((IDENTIFIER.findall(found["chain"]) or [found["name"]])[-1])
        of_mixpanel = "mixpanel" in named and not (named | does) & _SETS_UP
        if does & _TRACKS or (of_mixpanel and does & _WRITES):
            return True
    return False


def _takes_secret(call: re.Match[str]) -> bool:
    """Whether what comes first is a secret: MixpanelUtils exports."""
    return "utils" in words_in(call["name"])
