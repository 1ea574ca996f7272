"""How long, and how often, a call is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from requests import Response
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import RequestHistory, Retry

from mpgov.mixpanel.budget import NOTHING, TOLD_EVERY, seconds
from mpgov.mixpanel.trouble import Trouble

ATTEMPTS: Final = 6
UNREACHED: Final = 3  # where nobody answers at all

_BEGUN: Final = RequestHistory(None, None, None, None, None)
# 2, 4, 8 … 60 seconds and up to one more; the first entry, because urllib3 gives one try for free.
_BACK_OFF: Final = Retry(
    total=None, backoff_factor=1, backoff_max=60, backoff_jitter=1, history=(_BEGUN,)
)


@dataclass(slots=True)
class Patience:
    """The waits of one call; `told_off` says in the end why there are no more."""

    left: float
    sleep: Callable[[float], None]
    notify: Callable[[str], None]
    told_off: str = ""
    attempts: int = 1
    _back_off: Retry = field(default=_BACK_OFF)

    def spend(self, waited: float) -> None:
        """Count a wait that somebody else did."""
        self.left = max(0, self.left - waited)

    def again(self, trouble: Trouble) -> bool:
        """Wait as long as is right, and say so; false when there is no point in it."""
        if not trouble.again:
            return False
        if self.attempts >= (UNREACHED if trouble.unsent else ATTEMPTS):
            self.told_off = f"tried {self.attempts} times"
            return False
        self.attempts += 1
        self._back_off = self._back_off.increment(method="", url="", error=_Nothing())
        delay = trouble.after or self._back_off.get_backoff_time()
        if delay > self.left:
            self.told_off = f"waiting {seconds(delay)} more would be longer than allowed"
            return False
        self._wait(delay, trouble)
        self.left -= delay
        return True

    def _wait(self, delay: float, trouble: Trouble) -> None:
        """Sleep, and say from time to time how long is left."""
        while delay > NOTHING:
            if trouble.after:
                self.notify(f"Mixpanel asks to wait {seconds(delay)} {trouble.why}; trying again")
            else:
                self.notify(f"{trouble.why}: trying again in {seconds(delay)}")
            step = min(delay, TOLD_EVERY)
            self.sleep(step)
            delay -= step


class _Nothing(Exception):  # noqa: N818 it is no error, urllib3 only counts it
    """What urllib3's arithmetic is told went wrong."""


def asked_to_wait(response: Response) -> float | None:
    """The seconds of a `Retry-After`, which may be a number or a date; none where it is neither."""
    header = response.headers.get("Retry-After")
    if header is None:
        return None
    try:
        return _BACK_OFF.parse_retry_after(header) or None
    except (InvalidHeader, ValueError, OverflowError):
        return None
