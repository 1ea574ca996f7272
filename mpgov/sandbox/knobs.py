"""What nobody knows of Mixpanel: each open question is a knob with its likeliest answer first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final

# Reference 13.3. The first value is the default.
KNOBS: Final[Mapping[str, tuple[str, ...]]] = {
    "list_one_shape": ("schema", "bare", "entry"),
    "single_shape": ("bare", "schema", "entry"),
    "delete_counter": ("delete_count", "deleteCount"),
    "truncate_scope": ("everything", "type"),
    "bad_entry": ("refuse", "partial"),
    "reads_count": ("yes", "no"),
    "rate_scope": ("organization", "project"),
    "retry_after": ("present", "absent"),
    "unknown_contact": ("drop", "reject", "keep"),
    "unknown_tag": ("create", "reject"),
    "examples": ("stored", "refused", "stripped"),
    "required": ("stored", "refused", "stripped"),
    "format": ("stored", "refused", "stripped"),
    "unknown_property_key": ("refused", "stored"),
    "property_metadata": ("merged", "replaced"),
    "blocking_as_admin": ("accepted", "refused"),
    "expires": ("honoured", "ignored"),
    "slashless": ("accepted", "redirect"),
    "single_account": ("enveloped", "bare"),
    "names_order": ("volume", "alphabetical"),
    "missing_schema": ("404", "0"),
    "query_form": ("accepted", "refused", "ignored"),
    "query_quota": ("60", "20", "600"),
    "query_history": ("all", "90", "180"),
    "quota_headers": ("always", "refusals"),
    "classified_data": ("off", "on"),
    "people": ("listed", "by_id", "refused", "teams refused"),
    "page_size": ("all", "2", "100"),
    "annotation_tags": ("bare", "enveloped"),
    "date_header": ("true", "10 minutes ahead", "10 minutes behind", "unreadable"),
}


class Knobs(MutableMapping[str, str]):
    """The knobs as they stand; an unknown name or value is refused."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._turned: dict[str, str] = {}
        self.update(given or {})

    def __getitem__(self, name: str) -> str:
        return self._turned.get(name) or KNOBS[name][0]

    def __setitem__(self, name: str, value: str) -> None:
        if name not in KNOBS:
            raise ValueError(f"there is no knob {name}; there are: {', '.join(KNOBS)}")
        if value not in KNOBS[name]:
            raise ValueError(f"the knob {name} is one of: {', '.join(KNOBS[name])}")
        self._turned[name] = value

    def __delitem__(self, name: str) -> None:
        self._turned.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(KNOBS)

    def __len__(self) -> int:
        return len(KNOBS)

    @property
    def turned(self) -> dict[str, str]:
        """Those that were set."""
        return dict(self._turned)
