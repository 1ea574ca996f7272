"""Where mpgov keeps what its processes on this machine share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs


def state_folder(environ: Mapping[str, str]) -> Path:
    """`MPGOV_STATE_DIR`, else the system's own place for it."""
    chosen = environ.get("MPGOV_STATE_DIR")
    return Path(chosen or platformdirs.user_state_dir("mpgov", appauthor=False))
