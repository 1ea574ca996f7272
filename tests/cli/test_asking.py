"""The question before a sync, on a real terminal."""

import os
import subprocess
import sys

import pytest

from tests.conftest import House

pty = pytest.importorskip("pty")


def on_a_terminal(answer: str) -> tuple[int, str]:
    """Run a sync with a terminal for its input and errors, and type an answer."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mpgov", "sync", "plan.yaml"],
        stdin=follower,
        stderr=follower,
        stdout=subprocess.PIPE,
    )
    os.close(follower)
    os.write(leader, f"{answer}\n".encode())
    stdout, _ = process.communicate(timeout=60)
    seen = b""
    try:
        while chunk := os.read(leader, 65536):
            seen += chunk
    except OSError:
        pass  # the terminal is gone with the process
    os.close(leader)
    return process.returncode, (stdout + seen).decode()


def test_it_names_the_project_its_region_and_its_id(open_house: House) -> None:
    open_house.plan("events: {Sale: {description: d}}")
    code, said = on_a_terminal("y")
    assert code == 0
    assert f"Send 1 change to Shop (sandbox) (sandbox, project {open_house.project})?" in said
    assert set(open_house.stored()) == {"Sale"}


def test_no_is_no(open_house: House) -> None:
    open_house.plan("events: {Sale: {description: d}}")
    code, said = on_a_terminal("n")
    assert (code, open_house.stored()) == (130, {})
    assert "nothing was sent" in said
