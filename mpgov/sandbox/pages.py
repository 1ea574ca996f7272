"""A list whole, or page by page, as the knob says (reference 1.6)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from mpgov.sandbox.calls import Answer, Call, ok
from mpgov.sandbox.refusal import Refusal


def paged(call: Call, entries: list[dict[str, Any]], *, by_id: bool = False) -> Answer:
    """The list, or the page of it that is asked for."""
    knob = call.sandbox.knobs["page_size"]
    if knob == "all":
        return _answer(entries, by_id=by_id)
    try:
        size = int(call.args.get("page_size", knob))
        first = int(b64decode(call.args["cursor"])) if "cursor" in call.args else 0
    except ValueError:
        raise Refusal(400, "page_size or cursor is none") from None
    if size < 1 or first < 0:
        raise Refusal(400, "page_size or cursor is none")
    after = first + size
    answer = _answer(entries[first:after], by_id=by_id)
    cursor = b64encode(str(after).encode()).decode() if after < len(entries) else None
    answer.body["pagination"] = {"page_size": size, "next_cursor": cursor}
    return answer


def _answer(entries: list[dict[str, Any]], *, by_id: bool) -> Answer:
    return ok({str(one["id"]): one for one in entries} if by_id else entries)
