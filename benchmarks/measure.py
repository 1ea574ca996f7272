"""Time whole processes: several runs in turn, medians, and the peak of memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 7


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the runs of one command: seconds of processor time, and peak megabytes."""

    cpu: float
    wall: float
    megabytes: float


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]


def in_turn(*commands: Sequence[str], cwd: Path, runs: int = RUNS) -> list[Cost]:
    """The cost of each command, run A B A B …, so that a drifting machine hurts all alike."""
    seen: list[list[Cost]] = [[] for _ in commands]
    for number in range(runs + 1):
        for place, command in enumerate(commands):
            cost = _once(command, cwd)
            if number:  # the first round warms up
                seen[place].append(cost)
    return [
        Cost(*(statistics.median(getattr(c, f) for c in costs) for f in Cost.__slots__))
        for costs in seen
    ]


def _once(command: Sequence[str], cwd: Path) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak)
