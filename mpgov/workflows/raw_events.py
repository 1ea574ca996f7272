"""Raw events for an audit: files that somebody has, or days that are downloaded and forgotten."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from mpgov.core.model import Catalog
from mpgov.core.observation import Observation
from mpgov.errors import UsageError
from mpgov.mixpanel.client import Client
from mpgov.storage.usage_cache import cache_folder
from mpgov.workflows.project import Surroundings

_LAST: Final = re.compile(r"last-(\d{1,3})-days?")


def observe(
    client: Client,
    around: Surroundings,
    plan: Catalog,
    given: Sequence[str],
    keep: str | None,
) -> Observation:
    """What the raw events show that were given: paths, or `last-N-days`."""
    from mpgov.events.measure import measure  # noqa: PLC0415 - brings DuckDB with it

    lengths = [int(found[1]) for one in given if (found := _LAST.fullmatch(one))]
    if not lengths:
        if keep is not None:
            raise UsageError("--keep-events keeps what is downloaded: --events last-7-days")
        return measure(list(given), plan)
    if len(given) > 1 or not 1 <= lengths[0] <= 366:
        raise UsageError("--events takes paths, or once last-N-days with N from 1 to 366")
    folder = Path(keep) if keep is not None else _folder(client)
    days = _days(around.now(), lengths[0])
    files = _download(client, around, days, folder)
    seen = measure(files, plan)
    if keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    return replace(seen, source=f"{days[0]} to {days[-1]}")


def _download(
    client: Client, around: Surroundings, days: Sequence[date], folder: Path
) -> list[Path]:
    from mpgov.mixpanel.raw_events import download  # noqa: PLC0415 - only where it is asked for

    def tell(day: str, size: int) -> None:
        around.notify(f"raw events of {day}: {size:,} bytes")

    return download(client, days, folder, progress=tell)


def _folder(client: Client) -> Path:
    """Where days wait to be measured: in the user's own cache, so that a second run goes on."""
    host = re.sub(r"[^A-Za-z0-9.]+", "-", client.hosts.name)
    return cache_folder(os.environ) / f"events-{host}-{client.project_id}"


def _days(now: float, length: int) -> list[date]:
    """The last so many whole days; today is not over."""
    today = datetime.fromtimestamp(now, UTC).date()
    return [today - timedelta(days=ago) for ago in range(length, 0, -1)]
