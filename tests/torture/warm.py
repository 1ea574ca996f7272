"""A process that has loaded mpgov and forks a child for every run: a real one, that can be killed.

It reads a line of JSON on stdin (arguments, folder, environment) and answers with the child's pid,
then with its exit code and the file that holds what it said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Warm:
    """Starts mpgov as fast as a fork."""

    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
            encoding="utf-8",
        )

    def start(self, arguments: list[str], folder: Path, environment: dict[str, str]) -> int:
        """The pid of a new run."""
        order = {"arguments": arguments, "folder": str(folder), "environment": environment}
        assert self.process.stdin is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self._line()["pid"])

    def end(self) -> tuple[int, str]:
        """How the run ended (a negative number is a signal), and all that it said."""
        ended = self._line()
        path = Path(ended["said"])
        said = path.read_text("utf-8", "replace")
        path.unlink()
        return int(ended["code"]), said

    def close(self) -> None:
        """Nothing is left running."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


def _serve() -> None:
    import keyring.core  # noqa: PLC0415 loaded once, for all children
    import requests  # noqa: PLC0415 as above

    import mpgov.cli.auth  # noqa: PLC0415 as above
    import mpgov.cli.sync  # noqa: PLC0415 as above
    import mpgov.workflows.rotation  # noqa: PLC0415 as above
    from mpgov.cli.main import main  # noqa: PLC0415 as above

    assert keyring.core
    assert requests
    assert mpgov.workflows.rotation
    for line in sys.stdin:
        order = json.loads(line)
        handle, said = tempfile.mkstemp()
        pid = os.fork()
        if not pid:
            _run(main, order, handle)
        os.close(handle)
        _say({"pid": pid})
        _, status = os.waitpid(pid, 0)
        _say({"code": os.waitstatus_to_exitcode(status), "said": said})


def _run(main: Any, order: dict[str, Any], handle: int) -> None:
    """What the child does: mpgov, with its output in a file."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    code = 70
    try:
        main(order["arguments"], prog_name="mpgov", standalone_mode=True)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
