"""What a value is, by what it is called and by what it is handed to.

Thirty-two hexadecimal digits are a project token where they are called so beside the word
Mixpanel, where an SDK of Mixpanel is started with them, or where they log in to its addresses.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from mpgov.core.token_page import WIDEST, Around, Page
from mpgov.core.token_shape import is_hex, is_opaque
from mpgov.core.words import words_of

Role: TypeAlias = Literal["token", "secret", ""]

MIXPANEL: Final = re.compile(r"mixpanel|mxpnl|mp-service-account", re.IGNORECASE)
_GLUED: Final = re.compile(r"(mixpanel)|(api|project|client)(?=key|secret|token)", re.IGNORECASE)
_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")

# The start of an SDK: Mixpanel(, Mixpanel.init(, Mixpanel::Tracker.new(, [Mixpanel shared…:
_NAME: Final = r"\b(?P<name>\w{0,40}?mixpanel\w{0,40})[\"')\]]{0,3}"
_CHAIN: Final = r"(?P<chain>(?:\s{0,9}(?:[!?]?\.|::|->)\s{0,9}\w{1,40}){0,6})"
_OPEN: Final = _NAME + _CHAIN + r"\s{0,9}\(\s{0,99}"
_FIRST: Final = (
    r"(?:[\w.@&$>!-]{1,60}(?:\(\))?\s{0,9},\s{0,99})?"  # a context that goes before the token
)
_CALL: Final = re.compile(_OPEN + _FIRST + r"[^,(){};]{0,160}@?[\\\"'`]*$", re.IGNORECASE)
_OBJECTIVE: Final = re.compile(r"\[\s*Mixpanel\s+\w*WithToken:\s*@\"$")
_BUILDER: Final = re.compile(r"\bMessageBuilder\s{0,9}\(\s{0,99}[\"']$")
_JAVA: Final = "com.mixpanel."
# Its first argument is the secret of the account that another one names.
_UTILS: Final = re.compile(r"\bMixpanelUtils\s{0,9}\(\s{0,99}(?:api_secret\s{0,9}=\s{0,9})?[\"']$")
_BY_ACCOUNT: Final = re.compile(r"[\"']\s{0,99},[^()]{0,300}?\bservice_account_username\b")
_BUILT: Final = re.compile(r"\bMessageBuilder\s*\(\s*(?P<with>[\w.$]+)")
_STARTED: Final = re.compile(
    _OPEN + _FIRST + r"(?:\{?\s*token\s*[:=])?(?P<with>[^,){}\n]{1,120})", re.IGNORECASE
)
_PROVIDED: Final = re.compile(
    r"<Mixpanel\w{0,40}\s[^<>]{0,400}?token=\{(?P<with>[^}\n]{1,120})", re.IGNORECASE
)
_METHODS: Final = frozenset(
    """init initialize getinstance instance maininstance sharedinstance new newapiclient newclient
    newfromtoken tracker create client provider consumer mixpanel default setup
    configure""".split()  # noqa: SIM905 - a word a line would be a page
)
_WORDS_OF_CALL: Final = _METHODS | frozenset(
    "mixpanel api flutter sdk utils service start load boot use the my get make build".split()  # noqa: SIM905
)
# Where a name and a password are given: for curl, in a request's options, in an address.
_LOGIN: Final = re.compile(
    r"(?:-u|--user|auth\w*+|btoa|b64encode|encode64|base64\w*+|Buffer\.from)[\"']?+"
    r"\s*+[=:]?+\s*+[(\[{]*+\s*+"
    r"(?:(?:user(?:name)?|login)[\"']?+\s*+[:=]\s*+)?b?[\"'`]?$",
    re.IGNORECASE,
)
_IN_ADDRESS: Final = re.compile(r":?@[\w.-]*mixpanel\.com")
_SHELL: Final = re.compile(r"curl|\bwget\b")
_USER: Final = frozenset({"username", "user", "login"})
_ADDRESS: Final = re.compile(r"mixpanel\.com", re.IGNORECASE)
_INGESTION: Final = re.compile(r"\bapi(?:-\w+)?\.mixpanel\.com|/(?:import|track|engage|groups)\b")

_TOKEN: Final = frozenset({"token", "tokens"})
_KEY: Final = frozenset({"key", "keys"})
_SECRET: Final = frozenset({"secret", "secrets", "password", "passwd", "pass"})
_ENVIRONMENTS: Final = frozenset(
    """production prod prd live release development develop dev local debug test testing staging
    stage stg qa uat preview sandbox default main""".split()  # noqa: SIM905 - as above
)
_PLAIN: Final = (
    _ENVIRONMENTS
    | _TOKEN
    | _KEY
    | _SECRET
    | frozenset(
        """project projects mixpanel mp api app apps client public web ios android mobile server
    backend frontend site website my our the env config analytics us eu in with service account
    sa user next vite react expo nuxt gatsby vue k""".split()  # noqa: SIM905 - as above
    )
)
# What hides its own name and leaves it to the lines above.
_PASSING: Final = _ENVIRONMENTS | frozenset(
    """case value content switch self if else elif return when env environment node process string
    get func fun function def let const var val static final public private""".split()  # noqa: SIM905
)
_OTHERS: Final = frozenset(
    """csrf xsrf session reset refresh access push device verification verify invite bearer jwt
    oauth hash md5 sha checksum integrity distinct insert event email uid uuid""".split()  # noqa: SIM905
)
_STOP: Final = frozenset(
    """process env this self window import meta os environ config getenv get fetch true false null
    nil none bundle buildconfig string system node_env require""".split()  # noqa: SIM905
)


def is_about_mixpanel(text: str) -> bool:
    """Whether a text speaks of Mixpanel."""
    return bool(MIXPANEL.search(text))


def kind_by_address(around: Around) -> str:
    """Of 32 digits that log in: tokens send events, secrets read them."""
    return "project_token" if _by_address(around, _INGESTION) else "api_secret"


class Names:
    """What the values of one file are."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_in_path = is_about_mixpanel(page.path)
        self.is_java = _JAVA in page.text
        self.started = frozenset(self._started_with())

    def kind_of(self, value: str, at: int) -> str:
        """The kind of a value at a place; empty where it is none of Mixpanel's."""
        hexed = is_hex(value)
        if not hexed and not is_opaque(value):
            return ""
        around = self.page.around(at)
        after = self.page.text[at + len(value) : at + len(value) + WIDEST]
        if _UTILS.search(around.joined) and _BY_ACCOUNT.match(after):
            return "service_account"
        handed = self._handed_to(around, after) if hexed else ""
        if handed:
            return handed
        role = self.role(around)
        if role == "secret":
            return _kind_of_secret(around, hexed=hexed)
        return "project_token" if role and hexed else ""

    def role(self, around: Around) -> Role:
        """What a value is called: by its own name, else by the lines that it belongs to."""
        label = around.label
        own = self._role_of(label, around) if label else None
        if own is not None:
            return own
        for line in around.above[:5]:
            words = _words(line[:160])
            if self.started & set(_IDENTIFIER.findall(line)):
                return "token"
            if words & _OTHERS:
                return ""
            found = self._role_of_line(words, around)
            if found is not None:
                return found
        return ""

    def is_near_mixpanel(self, around: Around) -> bool:
        """Whether what is around a value speaks of Mixpanel."""
        told = (around.opened, *around.above, *around.beside)
        if self.is_in_path or any(map(is_about_mixpanel, told)):
            return True
        statement = around.statement
        return bool(_SHELL.search(statement) and _ADDRESS.search(statement))

    def _role_of(self, label: str, around: Around) -> Role | None:
        """What a name says; `None` where it leaves that to the lines above."""
        last = label.rpartition(".")[2]
        words, whole = _words(last), _words(label)
        if last in self.started and not words & _OTHERS:
            return "token"
        if whole & _OTHERS:
            return ""
        if words <= _PASSING:
            return None
        named = "mixpanel" in whole
        near = words <= _PLAIN and (
            self.is_near_mixpanel(around)
            or (bool(words & (_TOKEN | _SECRET)) and is_about_mixpanel(around.comment))
            or (bool(words & _SECRET) and "mp-service-account" in around.block)
        )
        if not named and not near:
            return ""
        if words & _SECRET:
            return "secret"
        plainly = words <= _PLAIN and bool(words & (_KEY | {"mixpanel", "mp"}))
        return "token" if words & _TOKEN or plainly else ""

    def _role_of_line(self, words: frozenset[str], around: Around) -> Role | None:
        if words <= _PASSING:
            return None
        if "mixpanel" in words or (words <= _PLAIN | _PASSING and self.is_near_mixpanel(around)):
            if words & (_TOKEN | _KEY):
                return "token"
            if words & _SECRET:
                return "secret"
            return "token" if words <= _PLAIN | _PASSING else ""
        return ""

    def _handed_to(self, around: Around, after: str) -> str:
        """What 32 digits are by what they are handed to; empty where that says nothing."""
        if around.head.endswith("mp_") and after.startswith("_mixpanel"):
            return "project_token"  # the name of its cookie
        if self._logs_in(around, after):
            return kind_by_address(around)
        return self._started_kind(around)

    def _started_kind(self, around: Around) -> str:
        """What an SDK is started with; empty where none is."""
        head = around.joined
        if _OBJECTIVE.search(head) or (self.is_java and _BUILDER.search(head)):
            return "project_token"
        found = _CALL.search(head)
        if not found or not _is_start(found) or _words(around.label) & _OTHERS:
            return ""
        by_secret = "utils" in _words(found["name"]) and not _words(around.label) & _TOKEN
        return "api_secret" if by_secret else "project_token"

    def _logs_in(self, around: Around, after: str) -> bool:
        if around.head.endswith("://") and _IN_ADDRESS.match(after):
            return True
        if not _LOGIN.search(around.head) and around.label.lower() not in _USER:
            return False
        near = "://" in around.block or not after.startswith(":")
        return _by_address(around, _ADDRESS) if near else self.page.holds(_ADDRESS)

    def _started_with(self) -> set[str]:
        """The names that SDKs are started with."""
        found: set[str] = set()
        for pattern in (_STARTED, _PROVIDED, *([_BUILT] if self.is_java else [])):
            for match in pattern.finditer(self.page.text):
                if pattern is not _STARTED or _is_start(match):
                    found |= set(_IDENTIFIER.findall(_TEXT.sub("", match["with"])))
        return {one for one in found if len(one) > 2 and one.lower() not in _STOP}


def _by_address(around: Around, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern is where the address stands that a value logs in to."""
    if "://" in around.statement:
        return bool(pattern.search(around.statement))
    if _ADDRESS.search(around.block):
        return bool(pattern.search(around.block))
    return around.page.holds(pattern)


def _is_start(call: re.Match[str]) -> bool:
    """Whether a call starts an SDK, and does not track with one."""
    chain = _IDENTIFIER.findall(call["chain"])
    if chain:
        return chain[-1].replace("_", "").lower() in _METHODS
    return _words(call["name"]) <= _WORDS_OF_CALL


def _kind_of_secret(around: Around, *, hexed: bool) -> str:
    words = _words(around.label)
    if hexed and "api" in words:
        return "api_secret"
    if words & {"account", "sa"} or "mp-service-account" in around.block:
        return "service_account"
    return "api_secret" if hexed else "service_account"


def _words(text: str) -> frozenset[str]:
    """The words of a name, with those apart that people write in one."""
    apart = _GLUED.sub(lambda match: f" {match[0]} ", text)
    return frozenset(word for word in words_of(apart) if not word.isdigit())
