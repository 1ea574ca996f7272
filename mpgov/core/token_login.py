"""What logs in to Mixpanel: where a name and a password are given, and to which address."""

from __future__ import annotations

import re
from typing import Final

from mpgov.core.token_page import Around

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
