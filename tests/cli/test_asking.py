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


def test_every_conflict_is_asked_about_field_by_field(open_house: House) -> None:
    said = "description: {d}, display_name: {n}"
    open_house.plan(f"events: {{Sale: {{{said.format(d='one', n='one')}}}}}")
    assert on_a_terminal("y")[0] == 0
    project = open_house.project
    open_house.sandbox.edit_in_ui(
        project, "event", "Sale", description="theirs", display_name="theirs"
    )
    path = open_house.plan(f"events: {{Sale: {{{said.format(d='ours', n='ours')}}}}}")
    code, shown = on_a_terminal("l\np\ny")
    assert code == 0
    assert "conflict: Sale · description" in shown
    stored = open_house.stored()["Sale"]
    assert stored["description"] == "theirs"
    assert stored["metadata"]["com.mixpanel"]["displayName"] == "ours"
    assert "description: theirs, display_name: ours" in path.read_text("utf-8")


def test_left_alone_a_conflict_stays_one(open_house: House) -> None:
    open_house.plan("events: {Sale: {description: one}}")
    on_a_terminal("y")
    open_house.sandbox.edit_in_ui(open_house.project, "event", "Sale", description="theirs")
    open_house.plan("events: {Sale: {description: ours}}")
    code, _ = on_a_terminal("s\ny")
    assert code == 1
    assert open_house.stored()["Sale"]["description"] == "theirs"
