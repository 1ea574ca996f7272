"""A plan's bytes under atheris: `python tests/fuzz/fuzz_plan.py` runs for 20 seconds.

pip install atheris first; it is no dependency. Arguments go to libFuzzer.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

try:
    import atheris  # type: ignore[import-not-found]
except ImportError:
    sys.exit("atheris is not installed: pip install atheris" if __name__ == "__main__" else 0)

with atheris.instrument_imports(include=["mpgov"]):
    from mpgov.errors import InputError
    from mpgov.formats import plan_yaml
    from mpgov.formats.base import Source
    from mpgov.storage.settings import Settings
    from mpgov.workflows.judging import judge_plan

NOWHERE = Settings(Path("/nowhere"))


def one(data: bytes) -> None:
    """Read, judge, write and read again."""
    try:
        plan = plan_yaml.loads([Source("plan.yaml", b"mpgov: 1\n" + data)]).catalog
    except InputError as error:
        if not all(text.startswith(("plan.yaml:", "There is more")) for text in error.problems):
            raise AssertionError(error.problems) from None
        return
    judge_plan(plan, NOWHERE)
    written = plan_yaml.dumps(plan)
    if plan_yaml.loads([Source("written", written.encode())]).catalog != plan:
        raise AssertionError(written)


def main() -> None:
    """Run libFuzzer on it."""
    limits = ["-max_total_time=20", "-timeout=10", "-max_len=4096"]
    atheris.Setup([sys.argv[0], *limits, *sys.argv[1:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
