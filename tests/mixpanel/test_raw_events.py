"""Raw events of a day come whole or are fetched again; what came once is kept."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpgov.errors import AuthError, InputError, RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.raw_events import download
from mpgov.mixpanel.session import open_session
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.calls import Answer
from mpgov.sandbox.server import serve
from mpgov.storage.secret import Secret
from mpgov.workflows.lexicon import connect
from tests.conftest import Clock, House, house_of

DAYS = 4


@pytest.fixture
def shop(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A shop with events on a real port, without limits; waits take no time."""
    clock.at = time.time()
    sandbox = Sandbox("shop", limits=False)
    with serve(sandbox) as server:
        found = house_of(sandbox, clock, tmp_path, monkeypatch)
        monkeypatch.setenv("MIXPANEL_HOST", server.url)
        found.session = None  # type: ignore[assignment]
        yield found


def client(house: House) -> Client:
    return connect(house.around, house.around.project())


def days() -> list[date]:
    today = datetime.now(UTC).date()
    return [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]


def lines(files: list[Path]) -> list[str]:
    found: list[str] = []
    for file in files:
        data = file.read_bytes()
        found += (gzip.decompress(data) if file.suffix == ".gz" else data).decode().splitlines()
    return found


def exported(house: House) -> int:
    return sum(record.path.endswith("/export") for record in house.sandbox.log)


def test_each_day_is_a_file_that_only_its_owner_reads(shop: House, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    files = download(client(shop), days(), folder)
    wanted = {day.isoformat() for day in days()}
    project = shop.sandbox.state.projects[shop.project]
    rows = [
        row
        for row in project.events
        if datetime.fromtimestamp(row["properties"]["time"], UTC).date().isoformat() in wanted
    ]
    assert (len(files), len(lines(files))) == (DAYS, len(rows))
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize(
    "fault", ["cut_export", "short_export", "truncated", "drop_after", "drop_midway"]
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_day_that_was_cut_off_is_fetched_again(
    shop: House, tmp_path: Path, fault: str, encoding: str
) -> None:
    whole = lines(download(client(shop), days(), tmp_path / "whole"))
    found = client(shop)
    found.session = None
    shop.sandbox.fault(fault, path="*/export", after=1)
    before = exported(shop)
    if encoding == "identity":
        found.session = open_session(direct=True)
        found.session.headers["Accept-Encoding"] = "identity"
    assert lines(download(found, days(), tmp_path / "cut")) == whole
    assert exported(shop) - before == DAYS + 1


def test_a_429_in_the_middle_is_waited_for(shop: House, tmp_path: Path) -> None:
    whole = lines(download(client(shop), days(), tmp_path / "whole"))
    shop.sandbox.fault("status", path="*/export", after=2, status=429, retry_after=7)
    assert lines(download(client(shop), days(), tmp_path / "again")) == whole
    assert 7 in shop.clock.slept


def test_a_second_run_goes_on_where_the_first_stopped(shop: House, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    shop.sandbox.fault("status", path="*/export", after=2, times=50, status=403)
    with pytest.raises(Exception, match="403"):
        download(client(shop), days(), folder)
    shop.sandbox.faults.clear()
    before = exported(shop)
    files = download(client(shop), days(), folder)
    assert exported(shop) - before == DAYS - 2
    assert lines(files) == lines(download(client(shop), days(), tmp_path / "whole"))
    assert not list(folder.glob(".*"))


def test_a_killed_run_leaves_whole_days_only(shop: House, tmp_path: Path) -> None:
    shop.sandbox.fault("hang", path="*/export", after=2, seconds=30)
    folder = tmp_path / "cache"
    environment = {**os.environ, "MPGOV_CACHE_DIR": str(folder)}
    plan = shop.plan("events: {Page Viewed: {description: A page.}}")
    command = [sys.executable, "-m", "mpgov", "audit", str(plan), "--events", "last-4-days"]
    run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(300):
        if len(list(folder.glob("events-*/20*"))) == 2:
            break
        time.sleep(0.1)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    kept = sorted(folder.glob("events-*/20*"))
    assert len(kept) == 2
    shop.sandbox.faults.clear()
    files = download(client(shop), days(), kept[0].parent)
    assert lines(files) == lines(download(client(shop), days(), tmp_path / "whole"))


def test_a_refusal_that_breaks_off_is_asked_for_again(shop: House, tmp_path: Path) -> None:
    found = client(shop)
    found.secret = Secret("wrong")
    shop.sandbox.fault("drop_midway", path="*/export")
    before = exported(shop)
    with pytest.raises(AuthError, match="refused the credentials"):
        download(found, days(), tmp_path / "events")
    assert exported(shop) - before == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_no_lost_connection(
    shop: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def opened(path: Any, *flags: int) -> int:
        return real("/dev/full" if str(path).endswith(".part") else path, *flags)

    monkeypatch.setattr(os, "open", opened)
    before = exported(shop)
    with pytest.raises(InputError, match="No space left"):
        download(client(shop), days(), tmp_path / "events")
    assert exported(shop) - before == 1
    assert list((tmp_path / "events").iterdir()) == []


def test_a_day_that_ends_in_words_instead_of_an_event_is_not_whole(
    shop: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lines(download(client(shop), days(), tmp_path / "whole"))
    answered: list[str] = []
    payload = Answer.payload

    def ended(answer: Answer) -> bytes:
        if answer.mimetype != "text/plain" or answered:
            return payload(answer)
        answered.append("once")
        return gzip.compress(gzip.decompress(payload(answer)) + b"terminated early\n")

    monkeypatch.setattr(Answer, "payload", ended)
    assert lines(download(client(shop), days(), tmp_path / "again")) == whole
    assert answered


@pytest.mark.parametrize("fault", ["error_200", "html"])
def test_what_is_no_export_is_never_kept(shop: House, tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "events"
    shop.sandbox.fault(fault, path="*/export", times=50)
    with pytest.raises(RemoteError):
        download(client(shop), days()[:1], folder)
    assert list(folder.iterdir()) == []


def test_a_day_that_never_comes_whole_is_an_error(shop: House, tmp_path: Path) -> None:
    shop.sandbox.fault("cut_export", path="*/export", times=50)
    with pytest.raises(RemoteError, match="did not come whole"):
        download(client(shop), days()[:1], tmp_path / "events")
    assert list((tmp_path / "events").iterdir()) == []
