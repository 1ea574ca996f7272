"""Measure, and print a table of ratios."""

from __future__ import annotations

import gc
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measuring
from benchmarks.loads import load
from benchmarks.measure import RUNS, in_turn, python
from benchmarks.plans import plan, write
from mpgov.core.base import Base
from mpgov.core.diff import diff
from mpgov.core.merge import merge
from mpgov.core.normal import known, normal
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads
from mpgov.sandbox.limits import MOST_UPDATES

LOAD = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), Loader=yaml.CSafeLoader)"

READ = """
import sys
from pathlib import Path
from mpgov.workflows.plans import read_plan
assert len(read_plan(Path(sys.argv[1]), Path()).catalog) == 1000
"""
WALK = """
import sys
from openpyxl import load_workbook
for sheet in load_workbook(sys.argv[1], read_only=True, data_only=True).worksheets:
    for _ in sheet.iter_rows():
        pass
"""

Row = tuple[str, str, str]


def main() -> None:
    """Every measurement, one row each."""
    print("| what | ratio | figures |")
    print("| --- | ---: | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for what, ratio, figures in rows(Path(folder)):
            print(f"| {what} | {ratio} | {figures} |", flush=True)


def rows(folder: Path) -> Iterator[Row]:
    """Each row as it is measured."""
    yield _help(folder)
    yield _check(folder)
    yield _workbook(folder)
    yield _diff(folder)
    yield _merge(folder)
    yield _three_way(folder)
    yield from _requests(folder)
    yield _paced(folder)
    yield from measuring.rows(folder)


def _help(folder: Path) -> Row:
    ours, theirs = in_turn(
        python("-m", "mpgov", "--help"), python("-c", "import click"), cwd=folder
    )
    return (
        "`mpgov --help` over `import click`",
        f"{ours.cpu / theirs.cpu:.2f}",
        f"{ours.cpu * 1000:.0f} ms over {theirs.cpu * 1000:.0f} ms",
    )


def _check(folder: Path) -> Row:
    file = str(write(folder / "check.yaml", 1000, 5))
    ours, theirs = in_turn(
        python("-m", "mpgov", "check", file), python("-c", LOAD, file), cwd=folder
    )
    return (
        "`mpgov check` of 1 000 x 5 over the C loader, each in its own process",
        f"{ours.cpu / theirs.cpu:.2f}",
        f"{ours.cpu:.2f} s over {theirs.cpu:.2f} s; {ours.megabytes:.0f} MB",
    )


def _workbook(folder: Path) -> Row:
    file = folder / "plan.xlsx"
    convert = python("-m", "mpgov", "convert", str(write(folder / "b.yaml", 1000, 20)), str(file))
    subprocess.run(convert, cwd=folder, check=True, capture_output=True)
    ours, theirs = in_turn(
        python("-c", READ, str(file)), python("-c", WALK, str(file)), cwd=folder, runs=3
    )
    return (
        "reading a workbook of 20 000 property rows over openpyxl's read-only walk of it",
        f"{ours.cpu / theirs.cpu:.2f}",
        f"{ours.cpu:.2f} s over {theirs.cpu:.2f} s; {ours.megabytes:.0f} MB",
    )


def _diff(folder: Path) -> Row:
    def command(events: int) -> list[str]:
        file = write(folder / f"plan{events}.yaml", events, 20, edited=events // 10)
        export = write(folder / f"export{events}.yaml", events, 20)
        return python("-m", "mpgov", "diff", str(file), "--against", str(export))

    small, large = in_turn(command(500), command(5000), cwd=folder)
    return (
        "offline `mpgov diff` of 5 000 x 20 over 500 x 20",
        f"{large.cpu / small.cpu:.1f}",
        f"{large.cpu:.1f} s over {small.cpu:.1f} s; {large.megabytes:.0f} MB",
    )


def _merge(_: Path) -> Row:
    """The merge's share of an offline diff, in this process."""
    sources = [Source("plan.yaml", plan(500, 20, edited=n).encode()) for n in (50, 0)]
    shares = []
    for _ in range(RUNS):
        began = time.perf_counter()
        ours, theirs = (normal(loads([source]).catalog) for source in sources)
        lexicon = known(theirs)
        merging = time.perf_counter()
        merged = merge(ours, Base(theirs), lexicon)
        merging = time.perf_counter() - merging
        diff(lexicon, merged.wanted)
        shares.append((merging / (time.perf_counter() - began), merging))
    share, seconds = statistics.median(shares)
    return "the merge's share of that diff (500 x 20)", f"{share:.2f}", f"{seconds * 1000:.0f} ms"


def _three_way(_: Path) -> Row:
    """A diff that knows what was agreed on, over one that does not, in this process."""
    ours, theirs = (
        normal(loads([Source("plan.yaml", plan(5000, 20, edited=n).encode())]).catalog)
        for n in (500, 0)
    )
    lexicon = known(theirs)
    bases = (Base(theirs), Base())
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for base, taken in zip(bases, seconds, strict=True):
            gc.collect()
            gc.disable()  # a collection falls into whichever of the two is at it
            began = time.process_time()
            diff(lexicon, merge(ours, base, lexicon).wanted)
            taken.append(time.process_time() - began)
            gc.enable()
    three, two = (statistics.median(taken) for taken in seconds)
    return (
        "three-way diff of 5 000 x 20 over the two-way diff",
        f"{three / two:.2f}",
        f"{three:.2f} s over {two:.2f} s, once both sides are read",
    )


def _requests(_: Path) -> Iterator[Row]:
    first, second, third = load(1000, 2, edited=10)
    for what, cost in (
        ("first load of 1 000 x 2", first),
        ("10 of 1 000 changed", second),
        ("nothing to do", third),
    ):
        yield f"requests of a sync: {what}", str(cost.requests), f"{cost.updates} updates"


def _paced(_: Path) -> Row:
    first, _, _ = load(2000, 9)
    batches = -(-first.updates // MOST_UPDATES)
    shortest = (batches - 1) * 60
    return (
        "paced load of 20 000 updates over the shortest that the limits allow, on a turned clock",
        f"{first.seconds / shortest:.3f}",
        f"{first.seconds:.1f} s over {shortest} s; {first.requests} requests",
    )


if __name__ == "__main__":
    main()
