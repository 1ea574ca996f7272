"""Files are replaced as a whole, or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.errors import InputError
from mpgov.storage import files
from mpgov.storage.files import write_all, write_beside

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX's")


def test_text_and_bytes_and_folders_that_are_not_there(tmp_path):
    write_beside(tmp_path / "a" / "b.yaml", "Größe\r\n")
    assert (tmp_path / "a" / "b.yaml").read_bytes() == "Größe\r\n".encode()
    write_beside(tmp_path / "a" / "b.yaml", b"\xff")
    assert (tmp_path / "a" / "b.yaml").read_bytes() == b"\xff"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b.yaml"]


@POSIX
def test_the_mode_is_kept_and_a_new_file_has_the_usual_one(tmp_path):
    file = tmp_path / "x"
    mask = os.umask(0o022)
    write_beside(file, "1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    file.chmod(0o750)
    write_beside(file, "2")
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    os.umask(mask)


@POSIX
def test_a_link_stays_one(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_beside(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@POSIX
def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path):
    write_beside(type(tmp_path)("/dev/null"), "x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116


@POSIX
def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"^cannot write .*/file/x: .+") as caught:
        write_beside(tmp_path / "file" / "x", "")
    assert caught.value.exit_code == 3
    with pytest.raises(InputError, match="it is a folder"):
        write_beside(tmp_path, "")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError, match="cannot write"):
        write_beside(tmp_path / "a", "")
    with pytest.raises(InputError, match="cannot write"):
        write_beside(tmp_path / ("n" * 300), "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_protected_file_is_not_replaced(tmp_path):
    (tmp_path / "x").write_text("old")
    (tmp_path / "x").chmod(0o400)
    with pytest.raises(InputError, match="write-protected"):
        write_beside(tmp_path / "x", "new")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    def crash(*_args):
        raise OSError(28, "No space left on device")

    (tmp_path / "x").write_text("old")
    monkeypatch.setattr(*((files.os, step) if step == "fsync" else (files.Path, step)), crash)
    with pytest.raises(InputError, match="No space left on device"):
        write_beside(tmp_path / "x", "new")
    monkeypatch.undo()
    assert (tmp_path / "x").read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_what_a_killed_process_left_is_taken_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    (tmp_path / f".base.json.{dead.pid}.abc.part").write_text("half")
    (tmp_path / f".base.json.{os.getpid()}.abc.part").write_text("of somebody who still writes")
    (tmp_path / ".base.json.notes.part").write_text("somebody's own")
    write_beside(tmp_path / "base.json", "{}")
    assert {path.name for path in tmp_path.iterdir()} == {
        "base.json",
        f".base.json.{os.getpid()}.abc.part",
        ".base.json.notes.part",
    }


def test_all_are_replaced_or_none(tmp_path):
    old, new, folder = tmp_path / "old", tmp_path / "new", tmp_path / "folder"
    old.write_text("1")
    folder.mkdir()
    with pytest.raises(InputError, match="it is a folder"):
        write_all({old: "2", new: "2", folder: "2"})
    assert old.read_text() == "1"
    assert not new.exists()
    write_all({old: "2", new: b"3"})
    assert (old.read_text(), new.read_text()) == ("2", "3")
