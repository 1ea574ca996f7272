"""Each file in `bad/` is a plan with something wrong; beside it lies what mpgov says of it.

Write the texts anew with `python -m tests.formats.test_bad_plans`, then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads

FOLDER = Path(__file__).parent / "bad"
PLANS = sorted(FOLDER.glob("*.yaml"))


def said_of(path: Path) -> str:
    try:
        loads([Source(path.name, path.read_bytes())])
    except InputError as error:
        return "\n".join(error.problems) + "\n"
    return "nothing is wrong\n"


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_bad_plan(path: Path) -> None:
    assert said_of(path) == path.with_suffix(".txt").read_text()


if __name__ == "__main__":
    for plan in PLANS:
        plan.with_suffix(".txt").write_text(said_of(plan))
