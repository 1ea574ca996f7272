"""`make contract`: on the sandbox it passes; a project that is not scratch it refuses."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import House, event_entry

ROOT = Path(__file__).parents[2]


def contract(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.contract"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_it_passes_on_the_sandbox_and_settles_its_questions() -> None:
    done = contract()
    assert (done.returncode, "0 differ" in done.stdout) == (0, True), done.stdout + done.stderr
    assert "not settled" not in done.stdout


def test_it_refuses_a_project_that_is_not_scratch(open_house: House) -> None:
    open_house.put(event_entry("Somebody's Event", description="theirs"))
    before = open_house.stored()
    done = contract(MPGOV_LIVE="yes")
    assert (done.returncode, "Somebody's Event" in done.stderr) == (1, True)
    assert open_house.stored() == before


def test_a_project_that_is_marked_is_used_and_cleaned_up(open_house: House) -> None:
    mine = (event_entry("mpgov scratch project"), event_entry("Theirs", description="t"))
    open_house.put(*mine)
    before = open_house.stored()
    done = contract(MPGOV_LIVE="yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert open_house.stored() == before
