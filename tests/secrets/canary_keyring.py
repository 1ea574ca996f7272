"""A keyring for one test: it holds the canary, and keeps it where the test does not search."""

import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Every account has the same secret."""

    priority = 1

    def _file(self) -> Path:
        return Path(os.environ["CANARY_FILE"])

    def get_password(self, service: str, username: str) -> str | None:
        return self._file().read_text("utf-8") if self._file().exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(password, "utf-8")

    def delete_password(self, service: str, username: str) -> None:
        self._file().unlink()
