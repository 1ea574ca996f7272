"""Short texts with tokens in them, and what a search finds there.

In a text X stands for 32 hexadecimal digits, S for the secret of a service account, LS9 for a
longer one, TRACK for an address that takes in events.
"""

from __future__ import annotations

import re

from mpgov.core.token_page import Page
from mpgov.core.token_scan import find
from tests.corpus import value

HEX = value("some token")
SECRET = value("sync-account")
KINDS = {"project_token": "t", "api_secret": "a", "service_account": "s"}


def lines(table: str) -> list[str]:
    return [line for line in table.strip().splitlines() if line]


def filled(text: str) -> str:
    text = text.replace(r"\n", "\n")
    text = text.replace("TRACK", "https://api.mixpanel.com/track")
    for mark, made in (("X", HEX), ("LS9", f"{SECRET}+Q7/{SECRET[:9]}"), ("S", SECRET)):
        text = re.sub(rf"(?<![A-Za-z0-9]){mark}(?![A-Za-z0-9])", made, text)
    return text


def kinds(text: str) -> str:
    return "".join(KINDS[one.kind] for one in find(Page(text, "file.txt")))
