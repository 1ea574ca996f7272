"""Measure, and print a table of ratios."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import in_turn, python
from benchmarks.plans import write

LOAD = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), Loader=yaml.CSafeLoader)"

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
    yield _diff(folder)


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
    plan = str(write(folder / "check.yaml", 1000, 5))
    ours, theirs = in_turn(
        python("-m", "mpgov", "check", plan), python("-c", LOAD, plan), cwd=folder
    )
    return (
        "`mpgov check` of 1 000 x 5 over the C loader, each in its own process",
        f"{ours.cpu / theirs.cpu:.2f}",
        f"{ours.cpu:.2f} s over {theirs.cpu:.2f} s; {ours.megabytes:.0f} MB",
    )


def _diff(folder: Path) -> Row:
    def command(events: int) -> list[str]:
        plan = write(folder / f"plan{events}.yaml", events, 20, edited=events // 10)
        export = write(folder / f"export{events}.yaml", events, 20)
        return python("-m", "mpgov", "diff", str(plan), "--against", str(export))

    small, large = in_turn(command(500), command(5000), cwd=folder, runs=3)
    return (
        "offline `mpgov diff` of 5 000 x 20 over 500 x 20",
        f"{large.cpu / small.cpu:.1f}",
        f"{large.cpu:.1f} s over {small.cpu:.1f} s; {large.megabytes:.0f} MB",
    )


if __name__ == "__main__":
    main()
