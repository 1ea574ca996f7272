"""Post a digest to a team's chat: the one address beside Mixpanel's that mpgov ever talks to.

The address is a secret: whoever has it can post. It is in no message and no log.
"""

from __future__ import annotations

from typing import Final

from requests import RequestException
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from mpgov.errors import RemoteError
from mpgov.mixpanel.answer import Revealing
from mpgov.mixpanel.session import open_session

TIMEOUT: Final = 20
TRIES: Final = 3
LONGEST: Final = 20.0  # seconds that an answer may ask to wait
_AGAIN: Final = frozenset({429, 503})  # behind a gateway's 502 or 504 it may have been taken
_HINT: Final = "is MPGOV_NOTIFY_URL, or what mpgov auth login --notify kept, still valid?"


def post(address: Revealing, text: str, *, direct: bool) -> None:
    """Send the text as JSON, `{"text": …}`, which Slack and others take.

    Repeated where the address did not take it now, never where it may have; redirects are not
    followed. `direct` goes past the proxy, to this machine.
    """
    retry = Patient(
        TRIES,
        read=0,
        redirect=0,
        status_forcelist=_AGAIN,
        allowed_methods=None,
        backoff_factor=1,
        raise_on_status=False,
    )
    status = 0
    try:
        with open_session(direct=direct, retries=retry) as session:
            answer = session.post(
                address.reveal(), json={"text": text}, timeout=TIMEOUT, allow_redirects=False
            )
            status = answer.status_code
    except (RequestException, ValueError, OSError):
        status = 0  # what was raised names the address
    if status == 0:
        raise RemoteError("the address for notifications cannot be reached", hint=_HINT)
    if not 200 <= status < 300:
        raise RemoteError(f"the address for notifications answered with {status}", hint=_HINT)


class Patient(Retry):
    """Waits as long as it is asked to, within reason."""

    def parse_retry_after(self, retry_after: str) -> float:
        """The seconds of a `Retry-After`; none where it is none."""
        try:
            return min(super().parse_retry_after(retry_after), LONGEST)
        except (InvalidHeader, ValueError, OverflowError):
            return 0
