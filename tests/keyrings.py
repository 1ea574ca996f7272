"""Keyrings for tests: one in memory, one in a file that several processes share."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Memory(KeyringBackend):
    """A keyring that keeps what it is given for the length of a test."""

    priority = 1  # type: ignore[assignment]
    name = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Shared(KeyringBackend):
    """A keyring in the file that KEYRING_FILE names; whole after a kill, as real ones are."""

    priority = 1  # type: ignore[assignment]
    name = "shared"

    def _read(self) -> dict[str, str]:
        path = Path(os.environ["KEYRING_FILE"])
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        path = Path(os.environ["KEYRING_FILE"])
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(kept), "utf-8")
        beside.replace(path)

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        del kept[f"{service} {username}"]
        self._write(kept)
