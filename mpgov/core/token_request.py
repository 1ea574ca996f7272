"""What is sent to Mixpanel's addresses: what logs in there, and the token of an event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from mpgov.core.token_page import WIDEST, Around, Page
from mpgov.core.token_words import SECRET, Role, words_in

# Where a name and a password are given: for curl, in a request's options, in an address.
_LOGIN: Final = re.compile(
    r"(?:-u|--user|auth\w*+|btoa|b64encode|encode64|base64\w*+|Buffer\.from)[\"']?+"
    r"\s*+[=:]?+\s*+[(\[{]*+\s*+"
    r"(?:(?:user(?:name)?|login)[\"']?+\s*+[:=]\s*+)?b?[\"'`]?$",
    re.IGNORECASE,
)
_IN_ADDRESS: Final = re.compile(r":?@[\w.-]*mixpanel\.com")
_USER: Final = frozenset({"username", "user", "login"})
ADDRESS: Final = re.compile(r"mixpanel\.com", re.IGNORECASE)
# Events are sent to a host of its own; what is under /api/ of any other reads them.
_INGESTION: Final = re.compile(
    r"\bapi(?:-\w+)?\.mixpanel\.com|(?<![\d.])/(?:import|track|engage|groups)\b"
)
_NAMED: Final = r"(?P<with>[A-Za-z_$][\w$]{1,60}(?:(?:\.|::|->)\w{1,60}){0,3})"
# A name that logs in with no password beside it: auth=(SECRET, ""), -u "$SECRET:", btoa(s + ':').
_LOGIN_OF_NAME: Final = re.compile(
    r"(?:-u|--user|auth\w{0,20}|btoa|b64encode|encode64|base64\w{0,20}|Buffer\.from|CURLOPT_USERPWD)"
    r"[\"']?\s{0,9}[=:,]?\s{0,9}[(\[{]{0,3}\s{0,9}"
    r"(?:(?:user(?:name)?|login)[\"']?\s{0,9}[:=]\s{0,9})?f?[\"'`]?\$?\{?"
    + _NAMED
    + r"[\s}]{0,3}(?:,\s{0,9}(?:\w{1,20}[\"']?\s{0,3}[:=]\s{0,3})?(?:\"\"|'')"
    r"|[+.]\s{0,3}[\"']:|:[\"'`])",
    re.IGNORECASE,
)
# The token of an event, where that is a name: "token": TOKEN, \"token\":\"$TOKEN\".
_EVENT_OF_NAME: Final = re.compile(
    r"[\"']\$?token\\?[\"']\]?\s{0,9}(?:=>|[:=])\s{0,9}(?:\\?[\"']\$\{?)?" + _NAMED
)
_OF_EVENT: Final = re.compile("properties|distinct_id")
_MOST_LOGINS: Final = 1000
_INGESTS: Final = re.compile(r"\bapi(?:-\w{1,9})?\.mixpanel\.com\b")
_HOST: Final = re.compile(r"\bhttps?://([\w.-]{1,100})")
_API: Final = re.compile(
    r"\b(?:data|api)(?:-\w{1,9})?\.mixpanel\.com\b|\bmixpanel\.com/(?:api|import|track|engage)\b"
)


def logs_in(around: Around, after: str) -> bool:
    """Whether a value is given to an address of Mixpanel as name or password."""
    if around.head.endswith("://") and _IN_ADDRESS.match(after):
        return True
    if not _LOGIN.search(around.head) and around.label.lower() not in _USER:
        return False
    near = "://" in around.block or not after.startswith(":")
    return _by_address(around, ADDRESS) if near else around.page.holds(ADDRESS)


def kind_by_address(around: Around) -> str:
    """Of 32 digits that log in: tokens send events, secrets read them."""
    return "project_token" if _by_address(around, _INGESTION) else "api_secret"


def _by_address(around: Around, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern is where the address stands that a value logs in to."""
    if "://" in around.statement:
        return bool(pattern.search(around.statement))
    if ADDRESS.search(around.block):
        return bool(pattern.search(around.block))
    return around.page.holds(pattern)


def is_of_event(around: Around) -> bool:
    """Whether a token is that of an event or a profile, on a page that sends them to Mixpanel."""
    if not around.page.holds(_INGESTS) or "distinct_id" not in around.block:
        return False
    within = "properties" in around.opened or any("properties" in line for line in around.above[:2])
    return within or around.label.startswith("$")


def speaks_to_it_alone(page: Page) -> bool:
    """Whether a page has addresses of Mixpanel's API, and none of anybody else."""
    return page.holds(_API) and _is_alone(page.text)


def handed(page: Page) -> Iterator[tuple[Role, str]]:
    """The names that a page logs in with, and those that it sends as an event's token."""
    if not page.holds(ADDRESS):
        return
    is_alone = speaks_to_it_alone(page)
    for match in islice(_LOGIN_OF_NAME.finditer(page.text), _MOST_LOGINS):
        around = page.around(match.start("with"))
        if _is_here(around, otherwise=is_alone):
            is_secret = words_in(match["with"]) & SECRET or kind_by_address(around) == "api_secret"
            yield ("secret" if is_secret else "token"), match["with"]
    for match in _EVENT_OF_NAME.finditer(page.text) if page.holds(_INGESTS) else ():
        if _OF_EVENT.search(page.text, max(0, match.start() - WIDEST), match.end() + WIDEST):
            yield "token", match["with"]


def _is_here(around: Around, *, otherwise: bool) -> bool:
    """Whether it is Mixpanel that is spoken to, and not somebody else of the same page."""
    if "://" in around.statement:
        return bool(ADDRESS.search(around.statement))
    if "://" in around.block:
        return bool(_API.search(around.block)) and _is_alone(around.block)
    return otherwise


def _is_alone(text: str) -> bool:
    """Whether every address of a text is one of Mixpanel."""
    return all(match[1].lower().endswith("mixpanel.com") for match in _HOST.finditer(text))
