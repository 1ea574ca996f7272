"""`--state FILE`: the state survives a restart; written beside and renamed after each change."""

from __future__ import annotations

import json
import os
from pathlib import Path

from mpgov.sandbox.state import BadStateError, State, dump, load


class Keeper:
    """Keeps the state in a file, or nowhere.

    The default account's secret is kept beside the state: it is worthless elsewhere, and what the
    sandbox printed once has to be true after a restart.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def read(self) -> tuple[State, str] | None:
        """What was kept; none where there is no file yet."""
        if self._file is None or not self._file.exists():
            return None
        try:
            text = self._file.read_text("utf-8")
        except UnicodeDecodeError:
            raise BadStateError("is no text in UTF-8") from None
        state = load(text)
        secret = json.loads(text).get("default_secret")
        if not isinstance(secret, str):
            raise BadStateError("was not written by `mpgov sandbox --state`")
        return state, secret

    def write(self, state: State, secret: str) -> None:
        """Keep it."""
        if self._file is None:
            return
        document = {**json.loads(dump(state)), "default_secret": secret}
        beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        beside.touch(0o600)  # before there is a secret in it
        beside.write_text(json.dumps(document, indent=1, ensure_ascii=False), "utf-8")
        beside.replace(self._file)
