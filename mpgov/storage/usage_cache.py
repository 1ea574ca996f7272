"""What Mixpanel last told of names and volumes, kept in the user's cache folder for a while."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import platformdirs

from mpgov.core.usage import Usage
from mpgov.storage.files import write_beside
from mpgov.storage.projects import Project

FORMAT: Final = 1
HOURS: Final = 12  # after that, or on another day, what was told is too old


def cache_folder(environ: Mapping[str, str]) -> Path:
    """`MPGOV_CACHE_DIR`, else the system's own place for it."""
    chosen = environ.get("MPGOV_CACHE_DIR")
    return Path(chosen or platformdirs.user_cache_dir("mpgov", appauthor=False))


class UsageCache:
    """One project's answers, as one service account got them."""

    def __init__(self, folder: Path, project: Project) -> None:
        where = f"{project.host or project.region} {project.id} {project.service_account}"
        digest = hashlib.sha256(where.encode()).hexdigest()[:16]
        self._path = folder / f"usage-{project.id}-{digest}.json"

    def read(self, now: float) -> tuple[Usage, float] | None:
        """What was told, and how many seconds ago; nothing that is damaged or too old."""
        try:
            document: Any = json.loads(self._path.read_text("utf-8"))
            if not isinstance(document, dict) or document["format"] != FORMAT:
                return None
            age = now - float(document["asked"])
            usage = _usage(document)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        today = datetime.fromtimestamp(now, UTC).date().isoformat()
        fresh = 0 <= age < HOURS * 3600 and usage.days and usage.days[-1] == today
        return (usage, age) if fresh else None

    def write(self, usage: Usage, now: float) -> None:
        """Keep it; a folder that cannot be written keeps nothing, and that is no trouble."""
        document = {
            "format": FORMAT,
            "asked": now,
            "at": usage.at,
            "is_whole": usage.is_whole,
            "names": sorted(usage.names),
            "days": list(usage.days),
            "counts": {name: list(usage.counts[name]) for name in sorted(usage.counts)},
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_beside(self._path, json.dumps(document) + "\n")
            os.chmod(self._path, 0o600)  # noqa: PTH101 - said as it is in spending.py
        except Exception:  # noqa: BLE001, S110 - a cache is never worth failing for
            pass


def _usage(document: Mapping[str, Any]) -> Usage:
    days = tuple(str(day) for day in document["days"])
    counts = {
        str(name): tuple(int(n) for n in counted)[: len(days)]
        for name, counted in document["counts"].items()
    }
    names = frozenset(str(name) for name in document["names"])
    return Usage(names, days, counts, is_whole=document["is_whole"] is True, at=str(document["at"]))
