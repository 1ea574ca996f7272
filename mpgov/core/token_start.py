"""What an SDK of Mixpanel is started with, in the languages that have one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final

from mpgov.core.token_brackets import Level, arguments, levels
from mpgov.core.token_label import looks_up
from mpgov.core.token_page import WIDEST, Around, Page
from mpgov.core.token_words import IDENTIFIER, KEY, OTHERS, PASSING, SECRET, TOKEN, Role, words_in

# The start of an SDK: Mixpanel(, Mixpanel.init(, Mixpanel::Tracker.new(, [Mixpanel shared…:
_MIXPANEL: Final = r"\w{0,40}?mix_?panel\w{0,40}"
_CHAIN: Final = r"[\"')\]]{0,3}(?P<chain>(?:\s{0,9}(?:[!?]?\.|::|->)\s{0,9}\w{1,40}){0,6})\s{0,9}"
_OBJECT: Final = (
    r"\[\s{0,9}(?:Mixpanel|\[\s{0,9}Mixpanel\s{1,9}alloc\s{0,9}\])\s{1,9}\w{0,40}WithToken:\s{0,9}"
)
_OTHERWISE: Final = re.compile(
    _OBJECT + r"@\"$"
    r"|\bmpq\.push\(\s{0,9}\[\s{0,9}[\"']init[\"']\s{0,9},\s{0,9}[\"']$"
    r"|\bmixpanel\.init\s{1,9}[\"']$"  # CoffeeScript
)
_BUILDER: Final = re.compile(r"\bMessageBuilder\s{0,9}\(\s{0,99}[\"']$")
_JAVA: Final = re.compile(r"com\.mixpanel\.|\bMixpanelAPI\b")
_BUILT: Final = re.compile(r"\bMessageBuilder\s*\(\s*(?P<with>[\w.$]+)")
_SENT: Final = re.compile(_OBJECT + r"(?P<with>[\w.]{1,60})")
_PROVIDED: Final = re.compile(
    r"<Mixpanel\w{0,40}\s[^<>]{0,400}?token=\{(?P<with>[^}\n]{1,120})", re.IGNORECASE
)
_ASSIGNED: Final = re.compile(r"\b(\w{1,60})\s{0,9}:?=\s{0,9}(?:new\s{1,9})?Mixpanel")
_CALLEE: Final = re.compile(r"(?P<name>[\w$]{1,60})" + _CHAIN + "$")
_METHODS: Final = frozenset(
    """init initialize getinstance instance maininstance sharedinstance new newapiclient newclient
    newfromtoken newwithsecret tracker create client provider consumer mixpanel default setup
    configure settoken""".split()  # noqa: SIM905 - a word a line would be a page
)
_WORDS_OF_CALL: Final = _METHODS | frozenset(
    """mixpanel api flutter sdk utils service start load boot use provide the my get make
    build""".split()  # noqa: SIM905 - as above
)
# A context that goes before the token.
_CONTEXT: Final = re.compile(r"\s*[\w.@&$>!-]{1,60}(?:\(\))?\s*")
_CONTEXTS: Final = frozenset("this self context ctx c application app activity".split())  # noqa: SIM905
_NAMED: Final = re.compile(r"\s*\{?\s*(?P<name>\w{1,40})\s*[:=](?![:=])(?P<value>.*)", re.DOTALL)
# What is handed to these is data: of whatever it is called with, or of Mixpanel's alone.
_TRACKS: Final = frozenset("track identify alias increment union charge people".split())  # noqa: SIM905
_WRITES: Final = frozenset("register set append once unset remove group event send log".split())  # noqa: SIM905
_SETS_UP: Final = frozenset("module plugin provider config configure options token".split())  # noqa: SIM905
_NOTHING: Final[frozenset[str]] = frozenset()
# The package under another name: import mp from 'mixpanel-browser', import mixpanel as mp.
_PACKAGE: Final = r"[\"'](?:@[\w-]{1,40}/)?[\w-]{0,40}mixpanel[\w-]{0,40}[\"']"
_PACKAGED: Final = re.compile(rf"{_PACKAGE}|\b(?:import|from)\s{{1,9}}mixpanel")
_MANY: Final = r"\{(?P<many>[^{}]{1,200})\}"
_IMPORTED: Final = (
    re.compile(
        r"\bimport\s{1,9}(?:\*\s{1,9}as\s{1,9})?(?P<one>[\w$]{1,60})?(?:\s{0,9},)?\s{0,9}"
        rf"(?:{_MANY}\s{{0,9}})?from\s{{0,9}}{_PACKAGE}"
    ),
    re.compile(
        rf"(?:\b(?P<one>[\w$]{{1,60}})|{_MANY})\s{{0,9}}=\s{{0,9}}(?:await\s{{1,9}}import|require)"
        rf"\s{{0,9}}\(\s{{0,9}}{_PACKAGE}\s{{0,9}}\)(?!\s{{0,9}}\.)"
    ),
    re.compile(r"\bimport\s{1,9}mixpanel\w{0,40}\s{1,9}as\s{1,9}(?P<one>\w{1,60})(?P<many>)"),
    re.compile(r"(?P<one>)\bfrom\s{1,9}mixpanel[\w.]{0,40}\s{1,9}import\s(?P<many>[^\n]{1,200})"),
)
_RENAMED: Final = re.compile(r"([\w$]{1,60})\s{0,9}(?:\bas\b|:)\s{0,9}([\w$]{1,60})")


class Starts:
    """Where a page starts SDKs, and with what."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_java = page.holds(_JAVA)
        self.aliases = _aliases(page.text) if page.holds(_PACKAGED) else frozenset()
        self.callee = _callee(tuple(sorted(self.aliases)), "$")

    @cached_property
    def sdks(self) -> frozenset[str]:
        """The names of what the page starts."""
        return frozenset(match[1] for match in _ASSIGNED.finditer(self.page.text))

    def role(self, around: Around) -> Role:
        """What a value is that an SDK is started with; empty where none is."""
        head = around.joined
        if _OTHERWISE.search(head) or (self.is_java and _BUILDER.search(head)):
            return "token"
        own, is_keyed = words_in(around.label), False
        for level in reversed(levels(head)[1:]):
            call = self.callee.search(level.before) if level.mark == "(" else None
            if call and self._is_start(call):
                is_beside = is_keyed and len(level.parts) > 1
                itself = call[0].rstrip().endswith(around.label)
                return "" if is_beside else _role_in(call, level, _NOTHING if itself else own)
            is_keyed = is_keyed or level.mark == "{"
            if not _leads_out(level, own):
                return ""
        return ""

    def handed(self) -> Iterator[tuple[Role, str]]:
        """What is handed to starts as a token or a secret."""
        text = self.page.text
        for pattern in (_PROVIDED, _SENT, *([_BUILT] if self.is_java else [])):
            yield from (("token", match["with"]) for match in pattern.finditer(text))
        for call in _callee(tuple(sorted(self.aliases)), r"\(").finditer(text):
            if self._is_start(call):
                yield from _arguments(call, text[call.end() : call.end() + WIDEST])

    def _is_start(self, call: re.Match[str]) -> bool:
        """Whether a call starts an SDK, and does not track with one."""
        is_named = "mixpanel" in words_in(call["name"])
        if not is_named and call["name"] not in self.aliases:
            return False
        return is_start(call) or (not is_named and not call["chain"])


def is_start(call: re.Match[str]) -> bool:
    """Whether what is called starts something, and does not track with it."""
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
        if "mixpanel" in named and is_start(found):
            return False
        does = words_in(_last(found))
        of_mixpanel = "mixpanel" in named and not (named | does) & _SETS_UP
        if does & _TRACKS or (of_mixpanel and does & _WRITES):
            return True
    return False


def _leads_out(level: Level, own: frozenset[str]) -> bool:
    """Whether a value in a bracket may be what the call around it is handed."""
    if level.mark == "(":
        return looks_up(level.before)
    return level.mark == "[" or own <= PASSING


def _role_in(call: re.Match[str], level: Level, own: frozenset[str]) -> Role:
    """What a value is by its place among the arguments of a start."""
    place = len(level.parts) - 1
    if own & OTHERS:
        return ""
    if place > 1 or (place and not _CONTEXT.fullmatch(level.parts[0])):
        return "secret" if place == 1 and _takes_two(call) else ""
    is_secret = _takes_secret(call) or (own & SECRET) or (place and _takes_two(call))
    return "secret" if is_secret and not own & TOKEN else "token"


def _arguments(call: re.Match[str], text: str) -> Iterator[tuple[Role, str]]:
    """The token and the secrets among the arguments of a start, as they are written."""
    given = arguments(text)
    first = 1 if len(given) > 1 and _is_context(call, given[0]) else 0
    for place, argument in enumerate(given[:9]):
        named = _NAMED.fullmatch(argument)
        words = words_in(named["name"]) if named else _NOTHING
        if words & (TOKEN | SECRET) and named:
            yield ("token" if words & TOKEN else "secret"), named["value"].partition(",")[0]
        elif place == first and not argument.lstrip().startswith("{"):
            yield ("secret" if _takes_secret(call) else "token"), argument.partition("{")[0]


def _is_context(call: re.Match[str], argument: str) -> bool:
    """Whether an argument is what an SDK for Android wants before the token."""
    if not _CONTEXT.fullmatch(argument) or argument.lstrip().startswith("$"):
        return False
    words = words_in(argument)
    return bool(words & _CONTEXTS and not words & (TOKEN | KEY | SECRET)) or (
        "::" not in call["chain"] and _last(call).lower() == "getinstance"
    )


def _last(call: re.Match[str]) -> str:
    """The last name of what is called."""
    names: list[str] = IDENTIFIER.findall(call["chain"])
    return names[-1] if names else str(call["name"])


def _takes_secret(call: re.Match[str]) -> bool:
    """Whether what comes first is a secret: MixpanelUtils exports."""
    return "utils" in words_in(call["name"])


def _takes_two(call: re.Match[str]) -> bool:
    """Whether a secret comes after the token."""
    return _last(call).lower() == "newwithsecret"


@lru_cache(maxsize=100)
def _callee(aliases: tuple[str, ...], end: str) -> re.Pattern[str]:
    """What is called, by Mixpanel's name or by one that a page gives it."""
    named = "|".join([_MIXPANEL, *map(re.escape, aliases)])
    return re.compile(rf"\b(?P<name>{named}){_CHAIN}{end}", re.IGNORECASE)


def _aliases(text: str) -> frozenset[str]:
    """The names that a page gives Mixpanel's package, or what it takes out of it."""
    found: set[str] = set()
    for pattern in _IMPORTED:
        for match in pattern.finditer(text):
            found |= {match["one"] or ""}
            for one in (match["many"] or "").split(","):
                renamed = _RENAMED.search(one)
                if renamed and ("mixpanel" in words_in(renamed[1]) or renamed[1] == "default"):
                    found |= {renamed[2]}
                elif one.strip() == "init":
                    found |= {"init"}
    return frozenset(found - {"", "type"})
