"""A sample of the torture, in every run of the tests; `make torture` is the long one."""

from pathlib import Path

import pytest

pytest.importorskip("resource")  # what a disk that is full is made with; not on Windows

from tests.torture.harness import run

SAMPLE = 40


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_one_more_sync_puts_everything_right(seed: int, tmp_path: Path) -> None:
    run(seed, tmp_path / "run")
