"""`make torture`: so many runs, several at once; a seed replays one.

python -m tests.torture 1000        # seeds 0 to 999
python -m tests.torture --seed 42   # that one, told in full
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.torture.harness import BrokenPromiseError, Run, run

AT_ONCE = 8


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        if arguments[:1] == ["--seed"]:
            return _one(int(arguments[1]), Path(folder))
        return _many(int(arguments[0]) if arguments else 1000, Path(folder))


def _one(seed: int, folder: Path) -> int:
    try:
        result = run(seed, folder)
    except BrokenPromiseError as broken:
        print(broken)
        return 1
    print(result.trouble, "then", result.first, "then", result.second)
    print(result.said)
    return 0


def _many(number: int, folder: Path) -> int:
    began, broken, kinds = time.monotonic(), 0, Counter[str]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {pool.submit(run, seed, folder / str(seed)): seed for seed in range(number)}
        for done, future in enumerate(as_completed(futures), 1):
            try:
                result: Run = future.result()
                kinds[f"{result.trouble.kind} -> {result.first}"] += 1
            except Exception as error:
                broken += 1
                print(f"seed {futures[future]}: {type(error).__name__}: {error}", flush=True)
            if done % 50 == 0:
                seconds = time.monotonic() - began
                print(f"{done} of {number} in {seconds:.0f} s, {broken} broken", flush=True)
    for kind, count in sorted(kinds.items()):
        print(f"  {count:4} {kind}")
    print(f"{number - broken} of {number}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
