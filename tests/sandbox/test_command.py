"""`mpgov sandbox`: as it is started, and as it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import Result

from mpgov.sandbox.app import known
from mpgov.sandbox.knobs import KNOBS
from tests.sandbox.caller import caller

Run = Callable[..., Result]
LINES = (
    r"export MIXPANEL_HOST=(http://127\.0\.0\.1:[1-9][0-9]*)",
    r"export MIXPANEL_PROJECT_ID=(\d+)",
    r"export MIXPANEL_SERVICE_ACCOUNT=([a-z0-9.-]+)",
    r"export MIXPANEL_SERVICE_ACCOUNT_SECRET=([A-Za-z0-9_-]{32})",
)


class Started:
    """A running `mpgov sandbox`, and what it said at the start."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.said = [process.stdout.readline().rstrip("\n") for _ in LINES]
        found = [re.fullmatch(p, line) for p, line in zip(LINES, self.said, strict=True)]
        self.host, self.project, *auth = [match[1] if match else "?" for match in found]
        self.auth = (auth[0], auth[1])

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"{self.host}/api/app/{path}"
        answer = requests.request(method, url, auth=self.auth, json=body, timeout=5)
        return answer.status_code, answer.json()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, and what it said after the start."""
        self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=5)
        return self.process.returncode, rest, errors


@contextmanager
def started(*arguments: str) -> Iterator[Started]:
    process = subprocess.Popen(
        [sys.executable, "-m", "mpgov", "sandbox", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Started(process)
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_four_lines_serves_and_ends_well(number: int) -> None:
    with started() as sandbox:
        assert "?" not in {sandbox.host, sandbox.project, *sandbox.auth}
        status, me = sandbox.ask("GET", "me")
        assert (status, sandbox.project in me["results"]["projects"]) == (200, True)
        status, found = sandbox.ask("GET", f"projects/{sandbox.project}/schemas")
        assert (status, len(found["results"])) == (200, 9)
        code, rest, errors = sandbox.end(number)
    hint = "The sandbox runs until Ctrl-C. Paste these lines into another shell."
    assert (code, rest, errors.splitlines()) == (0, "", [hint, "The sandbox is gone."])


def test_its_state_and_its_secret_survive_a_restart(tmp_path: Path) -> None:
    options = ("--seed", "empty", "--state", str(tmp_path / "kept.json"), "--no-limits")
    entry = {"entityType": "event", "name": "A", "schemaJson": {"description": "a"}}
    with started(*options, "--knob", "single_shape=entry") as first:
        schemas = f"projects/{first.project}/schemas"
        assert first.ask("POST", schemas, {"entries": [entry]})[0] == 200
        statuses = [first.ask("GET", schemas)[0] for _ in range(6)]
        assert first.end()[0] == 0
    with started(*options) as second:
        assert second.said[1:] == first.said[1:]
        kept = second.ask("GET", f"{schemas}/event/A")
        assert second.end()[0] == 0
    assert (statuses, kept) == ([200] * 6, (200, {"status": "ok", "results": entry}))


def test_it_serves_this_machine_only() -> None:
    with started("--seed", "empty") as sandbox:
        port = int(sandbox.host.rpartition(":")[2])
        with socket.socket() as probe:  # free on the other addresses of this machine
            probe.bind(("127.0.0.2", port))


def test_routes_are_listed(run: Run) -> None:
    done = run("sandbox", "--routes")
    assert (done.exit_code, done.stdout.splitlines(), done.stderr) == (0, known(), "")


def test_knobs_are_listed_the_usual_value_first(run: Run) -> None:
    done = run("sandbox", "--knobs")
    lines = [f"{name}={' | '.join(values)}" for name, values in KNOBS.items()]
    assert (done.exit_code, done.stdout.splitlines(), done.stderr) == (0, lines, "")


@pytest.mark.parametrize(
    ("knob", "why"),
    [
        ("colour=red", "there is no knob colour; there are: list_one_shape, "),
        ("expires=never", "the knob expires is one of: honoured, ignored"),
        ("expires", "expires is not NAME=VALUE"),
    ],
)
def test_a_bad_knob_is_a_usage_error(run: Run, knob: str, why: str) -> None:
    done = run("sandbox", "--port", "0", "--knob", knob)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: --knob: {why}")
    assert "mpgov sandbox --knobs lists them" in done.stderr


def test_a_port_in_use_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("sandbox", "--port", str(port), "--seed", "empty")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        f"error: port {port} of 127.0.0.1: Address already in use",
        "  next: --port 0 takes any free one",
    ]


SEED = {
    "mpgov_sandbox": 1,
    "organizations": [{"id": 1}],
    "projects": [{"id": 5, "name": "", "organization": 1}],
}
BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "is not JSON: "),
    "no UTF-8": (b"\xff", "is no text in UTF-8"),
    "another file": (b"{}", 'is no state of a sandbox: "mpgov_sandbox": 1 is missing'),
    "a bad knob": (
        json.dumps({**SEED, "knobs": {"x": "y"}}).encode(),
        "is no state of a sandbox: ValueError there is no knob x",
    ),
    "a seed": (json.dumps(SEED).encode(), "was not written by `mpgov sandbox --state`"),
}


@pytest.mark.parametrize(("content", "why"), BAD.values(), ids=BAD.keys())
def test_a_bad_state_is_one_clear_line(run: Run, tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(content)
    done = run("sandbox", "--port", "0", "--state", str(file))
    assert (done.exit_code, done.stdout, file.read_bytes()) == (3, "", content)
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {file}:1:1: {why}")


@pytest.mark.parametrize(
    ("name", "why"),
    [("missing.json", "No such file or directory"), ("bad.json", "is not JSON: "), (".", "Is a")],
)
def test_a_bad_seed_is_one_clear_line(run: Run, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "bad.json").write_text("{", "utf-8")
    done = run("sandbox", "--port", "0", "--seed", str(tmp_path / name))
    assert (done.exit_code, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / name}:1:1: ")
    assert why in line


def test_a_place_for_the_state_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "kept.json"
    done = run("sandbox", "--port", "0", "--seed", "empty", "--state", str(file))
    line = f"error: {file}: cannot be kept: No such file or directory\n"
    assert (done.exit_code, done.stdout, done.stderr) == (3, "", line)


def test_a_state_that_may_not_be_read_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    caller(state_file=file)
    done = run("sandbox", "--port", "0", "--state", str(file / "below"))
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
