"""A sync that is killed between *intended* and *done*: the next one finds out what landed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from mpgov.storage.ledger import Ledger
from tests.conftest import House

if sys.platform == "win32":
    pytest.skip("there is no SIGKILL", allow_module_level=True)

LIMITS = "[limits]\nrequests_per_minute = 1000\nupdates_per_minute = 100000\ntimeout = 5\n"
PLAN = "events: {A: {description: a}, B: {description: b}, C: {tags: [t]}}"


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "mpgov", *arguments],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def records(house: House) -> list[dict[str, Any]]:
    folder = house.folder / "exports" / str(house.project)
    return [dict(line.entry) for line in Ledger(folder).read()]


def killed(house: House, *, after_landing: bool) -> str:
    """A sync that dies while its POST is under way, before or after Mixpanel took it."""
    kind = "drop_after" if after_landing else "drop_before"
    house.sandbox.fault(kind, method="POST", path="*/schemas", times=99)
    process = start("sync", "--yes", "plan.yaml")
    while not any(r.method == "POST" for r in house.sandbox.log) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    house.sandbox.faults.clear()
    intended = records(house)
    assert [r["state"] for r in intended] == ["intended"]
    return str(intended[0]["run"])


@pytest.mark.parametrize("after_landing", [True, False], ids=["landed", "not landed"])
def test_the_next_sync_reports_checks_and_records_it(
    open_house: House, after_landing: bool
) -> None:
    open_house.plan(PLAN)
    open_house.config(LIMITS)
    name = killed(open_house, after_landing=after_landing)
    assert set(open_house.stored()) == ({"A", "B", "C"} if after_landing else set())
    said, _ = start("sync", "--yes", "plan.yaml").communicate(timeout=60)
    landed = 3 if after_landing else 0
    assert f"run {name}" in said
    assert f"was interrupted: {landed} of 3 changes landed" in said
    states = [(r["state"], len(r.get("changes", ()))) for r in records(open_house)]
    rest = [] if after_landing else [("intended", 3), ("done", 3)]
    assert states == [("intended", 3), ("recovered", landed), *rest]
    assert set(open_house.stored()) == {"A", "B", "C"}
    run = json.loads(
        (
            open_house.folder / "exports" / str(open_house.project) / "runs" / f"{name}.json"
        ).read_text()
    )
    assert {e["name"]: e["schemaJson"] for e in run["after"]} == (
        open_house.stored() if after_landing else {"A": None, "B": None, "C": None}
    )


def test_a_second_sync_waits_for_the_first_or_says_who_holds_the_lock(open_house: House) -> None:
    open_house.plan(PLAN)
    answer = threading.Event()
    open_house.sandbox.sleep = lambda _: answer.wait(120)
    open_house.sandbox.fault("hang", method="POST", path="*/schemas")
    first = start("sync", "--yes", "plan.yaml")
    while not open_house.sandbox.log and first.poll() is None:
        time.sleep(0.005)
    second = start("sync", "--yes", "--no-wait", "plan.yaml")
    refused, _ = second.communicate(timeout=60)
    assert second.returncode == 1, refused
    assert f"sync of project {open_house.project} is running (process {first.pid}" in refused
    third = start("sync", "--yes", "plan.yaml")
    assert third.stdout is not None
    waiting = third.stdout.readline()
    assert "waiting for another sync" in waiting
    answer.set()
    waited, _ = third.communicate(timeout=60)
    assert third.returncode == 0, waited
    assert "nothing to send" in waited
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_the_lock_of_a_dead_process_is_taken_over(open_house: House) -> None:
    open_house.plan(PLAN)
    open_house.config(LIMITS)
    killed(open_house, after_landing=True)
    said, _ = (again := start("sync", "--yes", "--no-wait", "plan.yaml")).communicate(timeout=60)
    assert again.returncode == 0, said


def test_an_interruption_while_python_tidies_up_is_not_lost() -> None:
    code = (
        "import sys, time, weakref\n"
        "import mpgov.__main__ as start, mpgov.cli.main as cli\n"
        "class Thing: pass\n"
        "def tidy(): raise KeyboardInterrupt\n"
        "def main():\n"
        "    thing = Thing()\n"
        "    weakref.finalize(thing, tidy)\n"
        "    del thing\n"
        "    time.sleep(20)\n"
        "cli.main = main\n"
        "start.run()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=15)
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")


def test_a_reader_that_is_gone_is_no_success(open_house: House) -> None:
    open_house.plan(PLAN)
    open_house.config(LIMITS)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "mpgov", "sync", "--yes", "plan.yaml"]
    done = subprocess.run(
        command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(write)
    assert done.returncode == 130
    assert done.stderr.startswith("error: whoever read the output is gone")
    assert "Traceback" not in done.stderr
    assert not [r for r in open_house.sandbox.log if r.method == "POST"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["diff", "plan.yaml"], ["--help"], ["rules"]])
def test_a_full_disk_below_the_answer_is_told(open_house: House, arguments: list[str]) -> None:
    open_house.plan(PLAN)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "mpgov", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    told = "error: the answer cannot be written: no space is left on the device\n"
    assert (done.returncode, done.stderr) == (3, told)
