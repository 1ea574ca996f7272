"""What a value is, by what it is called and by what it is handed to.

Thirty-two hexadecimal digits are a project token where they are called so beside the word
Mixpanel, where an SDK of Mixpanel is started with them, or where they log in to its addresses.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from mpgov.core.token_handed import OWN, handed_names
from mpgov.core.token_label import Outer
from mpgov.core.token_page import WIDEST, Around, Page
from mpgov.core.token_request import (
    ADDRESS,
    handed,
    is_of_event,
    kind_by_address,
    logs_in,
    speaks_to_it_alone,
)
from mpgov.core.token_shape import is_hex, is_opaque
from mpgov.core.token_start import Starts, is_data
from mpgov.core.token_words import (
    KEY,
    OTHERS,
    PASSING,
    PLAIN,
    SECRET,
    TOKEN,
    Role,
    is_about_mixpanel,
    is_other,
    is_plainly,
    words_in,
)

# Its first argument is the secret of the account that another one names.
_UTILS: Final = re.compile(r"\bMixpanelUtils\s{0,9}\(\s{0,99}(?:api_secret\s{0,9}=\s{0,9})?[\"']$")
_ACCOUNT: Final = re.compile(r"\bmixpanel\.ServiceAccount\([^()]{1,200},\s{0,99}[\"`]$")  # Go
# A call of an SDK that wants the secret each time.
_IMPORT: Final = re.compile(r"\b(\w{1,60})\.import(?:_data)?\s*$")
_BY_ACCOUNT: Final = re.compile(r"[\"']\s{0,99},[^()]{0,300}?\bservice_account_username\b")
_NAMING: Final = frozenset({"name", "type", "kind", "slug", "id", "password", "pass"})
# What Mixpanel calls its own, and few others.
_ITS_OWN: Final = ({"api", "secret"}, {"account", "secret"}, {"project", "token"})
_BARE: Final = re.compile(r"[A-Za-z_]\w*")
_TELLING: Final = TOKEN | SECRET | KEY | {"mixpanel"}
_SHELL: Final = re.compile(r"curl|\bwget\b")


class Names:
    """What the values of one file are."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_in_path = is_about_mixpanel(page.path)
        self.starts = Starts(page)
        self.handed = handed_names((*self.starts.handed(), *handed(page)))

    @cached_property
    def is_alone(self) -> bool:
        """Whether the file speaks to nobody's API but Mixpanel's."""
        return speaks_to_it_alone(self.page)

    def kind_of(self, value: str, at: int) -> str:
        """The kind of a value at a place; empty where it is none of Mixpanel's."""
        hexed = is_hex(value)
        around = self.page.around(at)
        after = self.page.text[at + len(value) : at + len(value) + WIDEST]
        is_step = around.head.endswith("/") and after.startswith("/")  # op://vault/…/token
        if is_step or not (hexed or is_opaque(value)):
            return ""
        by_utils = _UTILS.search(around.joined) and _BY_ACCOUNT.match(after)
        if by_utils or _ACCOUNT.search(around.joined):
            return "service_account"
        if hexed and around.head.endswith("mp_") and after.startswith("_mixpanel"):
            return "project_token"  # the name of its cookie
        if hexed and logs_in(around, after):
            return kind_by_address(around)
        role = (hexed and self.starts.role(around)) or self.role(around)
        if role == "secret":
            return _kind_of_secret(around, hexed=hexed)
        return "project_token" if role and hexed else ""

    def role(self, around: Around) -> Role:
        """What a value is called: by its own name, by what is around it, by the lines above."""
        own = Outer(around.label, around.may_miss)
        for outer in (own, *around.names) if own.name else around.names:
            told = self._role_of if outer.is_label else self._role_of_line
            found = told(outer.name, around)
            if outer.may_miss and words_in(outer.name).isdisjoint(_TELLING):
                continue
            if found or (found is not None and not outer.may_miss):
                return found
        for line in around.above[:5]:
            found = self._role_of_line(line, around)
            if found is not None:
                return found
        return ""

    def is_near_mixpanel(self, around: Around) -> bool:
        """Whether what is around a value speaks of Mixpanel."""
        told = (around.opened, *around.above, *around.beside)
        if self.is_in_path or any(map(is_about_mixpanel, told)):
            return True
        statement = around.statement
        return bool(_SHELL.search(statement) and ADDRESS.search(statement))

    def _role_of(self, label: str, around: Around) -> Role | None:
        """What a name says; `None` where it leaves that to the lines above."""
        last = label.rpartition(".")[2].lstrip("$")
        words = words_in(last)
        is_handed = self._is_handed(last, around) and not words & OTHERS
        if is_handed and not self._is_key_of_other(last, label, around):
            return "secret" if words & SECRET else self.handed[last].role
        if is_other(label):
            return ""
        if words <= PASSING:
            return None
        if "mixpanel" not in words_in(label) and not self._is_near(words, around):
            return ""
        if words & SECRET:
            return "secret"
        return "token" if words & TOKEN or is_plainly(label) else ""

    def _is_handed(self, name: str, around: Around) -> bool:
        """Whether a name is one that a start is handed; a plain one with what it is a part of."""
        if name not in self.handed:
            return False
        of = self.handed[name].of
        told = (*(one.name for one in around.names[:1]), *around.above[:2])
        if not words_in(name) <= PLAIN:
            return True
        return not around.is_argument and (of in {"", OWN} or any(of in line for line in told))

    def _is_key_of_other(self, name: str, label: str, around: Around) -> bool:
        """Whether a plain name is a key of an object, where what is handed is a variable."""
        is_plain = words_in(name) <= PLAIN and not self.handed[name].of
        return is_plain and label == around.label and around.is_key

    def _is_near(self, words: frozenset[str], around: Around) -> bool:
        """Whether plain words are of Mixpanel, by what is around them."""
        if not words <= PLAIN or is_data(around.calls):
            return False
        if self._is_asked_for(words, around):
            return True
        if self.is_near_mixpanel(around):
            return "secret" in words or not words & SECRET or self._is_its_own(around)
        is_name = bool(words & (TOKEN | SECRET)) and not around.is_inside
        return is_name and is_about_mixpanel(around.title)

    def _is_asked_for(self, words: frozenset[str], around: Around) -> bool:
        """Whether it is what Mixpanel asks for where it stands: in an event, in an import."""
        if words & SECRET and "mp-service-account" in around.block:
            return True
        if any(words >= pair for pair in _ITS_OWN) and self.is_alone:
            return True
        if words >= {"api", "secret"} and any(map(self._is_import, around.calls)):
            return True
        return words <= TOKEN and is_of_event(around)

    def _is_import(self, call: str) -> bool:
        """Whether something that an SDK was started as imports events."""
        found = _IMPORT.search(call)
        return found is not None and found[1] in self.starts.sdks

    def _is_its_own(self, around: Around) -> bool:
        """Whether what it belongs to is Mixpanel itself, and no warehouse that only says so."""
        told = filter(is_about_mixpanel, (around.opened, *around.above, *around.beside))
        return any(words_in(line) <= PLAIN | PASSING | _NAMING for line in told)

    def _role_of_line(self, line: str, around: Around) -> Role | None:
        """What a line that a value belongs to says; `None` where it leaves that to the next."""
        handed = [one for one in _BARE.findall(line) if self._is_handed(one, around)]
        if handed:
            return self.handed[handed[-1]].role
        words = words_in(line[:160])
        if words & OTHERS or is_data(around.calls):
            return ""
        if words <= PASSING:
            return None
        plain = words <= PLAIN | PASSING
        if "mixpanel" not in words and not (plain and self.is_near_mixpanel(around)):
            return ""
        is_secret = bool(words & SECRET) and not words & (TOKEN | KEY)
        return "secret" if is_secret else "token" if plain or words & (TOKEN | KEY) else ""


def _kind_of_secret(around: Around, *, hexed: bool) -> str:
    """Whose secret it is, a project's or an account's: by its names, else by its shape."""
    words = words_in(" ".join([around.label, *(one.name for one in around.names)]))
    if hexed and "api" in words:
        return "api_secret"
    if words & {"account", "sa"} or "mp-service-account" in around.block:
        return "service_account"
    return "api_secret" if hexed else "service_account"
