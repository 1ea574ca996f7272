"""How Mixpanel says no: a status and a text."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - what it is: an answer, not a failure of the sandbox
    """An answer that is not a success; the envelope is the route's."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.retry_after = retry_after
        self.headers = headers or {}
