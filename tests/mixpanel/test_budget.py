"""The budget: whatever is asked of it, no rolling window ever holds more than the limits."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.errors import RemoteError
from mpgov.mixpanel import spending
from mpgov.mixpanel.budget import Budget, budget_key
from mpgov.storage.projects import Project
from mpgov.storage.state_folder import state_folder

LIMITS = (5, 3999)


class Clock:
    """Turned by sleeping only."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0
        self.slept = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.at += seconds
        self.slept += seconds


def budget(folder: Path, clock: Clock, told: list[str] | None = None, **options) -> Budget:
    say = told.append if told is not None else lambda _: None
    given = {"folder": folder, "notify": say, "sleep": clock.sleep, "now": clock.now}
    return Budget("acme", **(given | options))


def assert_within(
    counted: list[tuple[float, int]], requests: int, updates: int, window: float = 60
) -> None:
    """No window of that length, wherever it begins, holds more."""
    for begin, _ in counted:
        inside = [n for at, n in counted if begin <= at < begin + window]
        assert len(inside) <= requests, counted
        assert sum(inside) <= updates, counted


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_no_rolling_minute_ever_holds_more_than_the_limits(data, tmp_path_factory):
    clock = Clock()
    folder = tmp_path_factory.mktemp("state")
    budgets = [budget(folder, clock), budget(folder, clock)]
    counted = []
    for _ in range(data.draw(st.integers(1, 25))):
        clock.at += data.draw(st.sampled_from([0, 0, 0.5, 7, 59.99, 60, 61]))
        updates = data.draw(st.sampled_from([0, 1, 1999, 2000, 3998, 3999]))
        with data.draw(st.sampled_from(budgets)).spend(updates):
            begin = clock.at
            clock.at += data.draw(st.sampled_from([0, 0, 0.2, 30, 119]))
        # the server counts at any moment in between
        at = begin + (clock.at - begin) * data.draw(st.sampled_from([0, 0.5, 1]))
        counted.append((at, updates))
    assert_within(counted, *LIMITS)


@given(
    starts=st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 119), st.integers(0, 3999)), max_size=14
    )
)
@settings(deadline=None, max_examples=60)
def test_requests_that_overlap_never_exceed_the_limits_either(starts, tmp_path_factory):
    """Two processes, one of them always in the middle of a request."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("state")
    ours, theirs = budget(folder, clock), budget(folder, clock)
    counted = []
    for wait, lasts, updates in starts:
        clock.at += wait
        with ours.spend(updates):
            clock.at += lasts / 2
            if theirs.room_in(updates) == 0:
                with theirs.spend(updates):
                    counted.append((clock.at, updates))
                    clock.at += lasts / 2
        counted.append((clock.at, updates))
    assert_within(counted, *LIMITS)


@pytest.mark.parametrize(("count", "updates", "shortest"), [(26, 0, 300), (11, 3999, 600)])
def test_a_paced_load_takes_hardly_longer_than_it_must(tmp_path, count, updates, shortest):
    clock = Clock()
    paced = budget(tmp_path, clock)
    for _ in range(count):
        with paced.spend(updates):
            pass
    assert shortest <= clock.slept <= shortest * 1.02


def test_two_processes_share_without_waste(tmp_path):
    clock = Clock()
    both = [budget(tmp_path, clock), budget(tmp_path, clock)]
    for number in range(10):
        with both[number % 2].spend(100):
            pass
    assert 60 <= clock.slept <= 61


def test_every_wait_is_told(tmp_path):
    clock, told = Clock(), []
    paced = budget(tmp_path, clock, told)
    for _ in range(5):
        with paced.spend(1):
            pass
    clock.at += 17
    with paced.spend(1):
        pass
    assert told == [
        f"waiting {n} s for Mixpanel's limit of 5 requests a minute" for n in (43, 28, 13)
    ]
    told.clear()
    with paced.spend(3999):
        pass
    assert told[0] == "waiting 60 s for Mixpanel's limit of 3999 updates a minute"


def test_a_request_in_flight_keeps_its_place_and_is_looked_after(tmp_path):
    clock, told = Clock(), []
    ours, theirs = budget(tmp_path, clock), budget(tmp_path, clock, told)
    gone = ours.spend(3999)
    gone.__enter__()
    clock.at += 100
    assert theirs.room_in(1) == pytest.approx(110, abs=0.1)

    def ends(seconds: float) -> None:
        clock.at += seconds
        if gone is not None and clock.slept == 0:
            clock.slept = 1
            gone.__exit__(None, None, None)

    theirs.sleep = ends
    begin = clock.at
    with theirs.spend(1):
        pass
    assert 60 <= clock.at - begin <= 62
    assert told[0] == "waiting at most 110 s for Mixpanel's limit of 3999 updates a minute"


def test_a_process_that_died_holds_its_place_only_so_long(tmp_path):
    clock = Clock()
    died = budget(tmp_path, clock).spend(3999)
    died.__enter__()
    later = budget(tmp_path, clock)
    with later.spend(1):
        pass
    assert 210 <= clock.slept <= 212


def test_what_was_refused_or_never_sent_is_given_back(tmp_path):
    clock = Clock()
    paced = budget(tmp_path, clock)
    for _ in range(20):
        with paced.spend(3999) as spent:
            spent.unsent = True
    assert clock.slept == 0
    with paced.spend(3999) as spent:
        spent.silence = 12
    with paced.spend(3999) as spent:
        assert spent.waited == pytest.approx(12)
    assert clock.slept == pytest.approx(12)


def test_a_failure_counts_and_frees_nothing(tmp_path):
    clock = Clock()
    paced = budget(tmp_path, clock)
    with pytest.raises(KeyboardInterrupt), paced.spend(3999):
        raise KeyboardInterrupt
    assert paced.room_in(1) == pytest.approx(60, abs=0.1)


def test_a_pause_that_mixpanel_asked_for_is_shared(tmp_path):
    clock, told = Clock(), []
    with budget(tmp_path, clock).spend(1) as spent:
        spent.silence = 100
    with budget(tmp_path, clock, told).spend(1):
        pass
    assert clock.slept == pytest.approx(100)
    assert told[0] == "waiting 100 s for Mixpanel, which asked for a pause"


def test_a_wait_beyond_the_patience_is_not_begun(tmp_path):
    clock = Clock()
    paced = budget(tmp_path, clock, max_wait=30)
    with paced.spend(3999):
        pass
    with pytest.raises(RemoteError, match="3999 updates a minute would take longer than 30 s"):
        paced.spend(1).__enter__()
    assert clock.slept == 0


def test_more_than_the_limit_at_once_is_a_mistake_of_the_caller(tmp_path):
    with pytest.raises(ValueError, match="4000 updates"):
        budget(tmp_path, Clock()).spend(4000).__enter__()


@pytest.mark.parametrize("back", [1, 59, 3600, 10_000_000])
def test_a_clock_that_was_set_back_stops_nobody_for_long(tmp_path, back):
    clock = Clock()
    paced = budget(tmp_path, clock)
    for _ in range(5):
        with paced.spend(1) as spent:
            pass
    with paced.spend(1) as spent:
        spent.silence = 50
    clock.at -= back
    slept = clock.slept
    with budget(tmp_path, clock).spend(1):
        pass
    assert clock.slept - slept <= 211


# The file


def state_file(folder: Path) -> Path:
    [file] = folder.glob("limits-*.json")
    return file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '{"format": 2}',
        '{"format": 1, "spent": [], "silent": [0, 0]}',
        '{"format": 1, "spent": {"a": [NaN, 1]}, "silent": [0, 0]}',
        '{"format": 1, "spent": {"a": [1e300, 1]}, "silent": [0, 0]}',
        '{"format": 1, "spent": {"a": "xy"}, "silent": [0, 0]}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_is_told_once_and_started_anew(tmp_path, text):
    clock, told = Clock(), []
    paced = budget(tmp_path, clock, told)
    with paced.spend(3999):
        pass
    state_file(tmp_path).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert paced.room_in(1) == pytest.approx(60, abs=0.1)  # it remembers what it did itself
    assert len(told) == 1
    assert "damaged" in told[0]
    json.loads(state_file(tmp_path).read_text())
    assert budget(tmp_path, clock).room_in(1) == pytest.approx(60, abs=0.1)


def assert_paces_alone(paced: Budget, clock: Clock, told: list[str]) -> None:
    for _ in range(6):
        with paced.spend(1):
            pass
    assert 60 <= clock.slept <= 60.1
    alone = [line for line in told if "this process alone" in line]
    assert len(alone) == 1


def test_a_folder_that_is_none(tmp_path):
    clock, told = Clock(), []
    (tmp_path / "file").write_text("")
    assert_paces_alone(budget(tmp_path / "file" / "x", clock, told), clock, told)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written(tmp_path):
    clock, told = Clock(), []
    tmp_path.chmod(0o500)
    assert_paces_alone(budget(tmp_path, clock, told), clock, told)
    tmp_path.chmod(0o700)


def test_a_file_that_cannot_be_replaced(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    clock, told = Clock(), []
    monkeypatch.setattr(spending.os, "open", refuse)
    assert_paces_alone(budget(tmp_path, clock, told), clock, told)
    assert "No space left on device" in told[0]


def test_a_lock_that_nobody_lets_go_of(tmp_path, monkeypatch):
    monkeypatch.setattr(spending, "_LOCK_SECONDS", 0.1)
    clock, told = Clock(), []
    budget(tmp_path, clock).room_in()
    with FileLock(f"{state_file(tmp_path)}.lock"):
        assert_paces_alone(budget(tmp_path, clock, told), clock, told)


def test_the_lock_is_free_while_a_request_runs_and_while_waiting(tmp_path):
    clock = Clock()
    paced = budget(tmp_path, clock)

    def check() -> None:
        with FileLock(f"{state_file(tmp_path)}.lock", timeout=0):
            pass

    def sleep(seconds: float) -> None:
        check()
        Clock.sleep(clock, seconds)

    paced.sleep = sleep
    for _ in range(6):
        with paced.spend(1):
            check()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_only_the_user_can_read_it(tmp_path):
    folder = tmp_path / "a" / "b"
    with budget(folder, Clock()).spend(1):
        pass
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_old_entries_are_forgotten(tmp_path):
    clock = Clock()
    paced = budget(tmp_path, clock)
    for _ in range(30):
        with paced.spend(1):
            pass
    clock.at += 1000
    with paced.spend(1):
        pass
    assert len(json.loads(state_file(tmp_path).read_text())["spent"]) == 1


def test_who_shares_a_budget():
    assert budget_key(Project("a", 1, organization=9)) == budget_key(
        Project("b", 2, organization=9)
    )
    assert budget_key(Project("a", 1, organization=9)) != budget_key(Project("b", 2))
    keys = {
        budget_key(Project("a", 1, region="eu")),
        budget_key(Project("a", 1)),
        budget_key(Project("a", 1, host="http://127.0.0.1:1")),
        budget_key(Project("a", 1, host="http://127.0.0.1:2")),
    }
    assert len(keys) == 4


def test_the_state_folder_can_be_chosen():
    assert state_folder({"MPGOV_STATE_DIR": "/x"}) == Path("/x")
    assert state_folder({}).name == "mpgov"


# Real threads, real processes, a short window


def _spend(folder: Path, times: int, log: Path) -> None:
    paced = Budget("k", 3, 30, folder=folder, window=0.4, longest=1)
    lines = []
    for _ in range(times):
        with paced.spend(10):
            lines.append(time.time())
    with log.open("a") as file:
        file.writelines(f"{at}\n" for at in lines)


def _counted(log: Path) -> list[tuple[float, int]]:
    return sorted((float(line), 10) for line in log.read_text().split())


def test_two_threads_never_exceed_the_limits(tmp_path):
    log = tmp_path / "log"
    threads = [threading.Thread(target=_spend, args=(tmp_path, 5, log)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = _counted(log)
    assert len(counted) == 10
    assert_within(counted, 3, 30, 0.4)


def test_two_processes_never_exceed_the_limits(tmp_path):
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_spend, args=(tmp_path, 5, log)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(20)
    assert [other.exitcode for other in others] == [0, 0]
    counted = _counted(log)
    assert len(counted) == 10
    assert_within(counted, 3, 30, 0.4)
