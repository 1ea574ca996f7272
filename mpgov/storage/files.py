"""Writing files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mpgov.errors import InputError

PART: Final = ".part"


def write_beside(path: Path, content: str | bytes) -> None:
    """Replace a file as a whole; its folder is made, its mode kept, a link to it followed.

    Text is written as UTF-8 with the line ends it has.
    """
    data = content if isinstance(content, bytes) else content.encode()
    with _refusals(path):
        target = path.resolve()
        if target.exists() and not (target.is_file() or target.is_dir()):
            target.write_bytes(data)  # /dev/stdout, a pipe: nothing to replace
        else:
            _write(target, data)


def check_writable(path: Path) -> None:
    """Raise `InputError` where `write_beside` could not replace the file; nothing is written."""
    with _refusals(path):
        target = path.resolve()
        _mode_for(target)
        if not os.access(target.parent, os.W_OK):
            raise PermissionError(0, "its folder is write-protected")


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """What the system refuses about a file, as an error that names it."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot write {path}: {reason}") from None


def write_all(contents: Mapping[Path, str | bytes]) -> None:
    """Replace all of these files, or none of them."""
    with written(contents):
        pass


@contextlib.contextmanager
def written(contents: Mapping[Path, str | bytes]) -> Iterator[None]:
    """Files written together: where one, or what is done within, fails, all are as they were."""
    before: dict[Path, bytes | None] = {}
    try:
        for path, content in contents.items():
            before[path] = path.read_bytes() if path.is_file() else None
            write_beside(path, content)
        yield
    except BaseException:
        for path, data in before.items():
            with contextlib.suppress(InputError, OSError):
                if data is not None:
                    write_beside(path, data)
                elif path.is_file():
                    path.unlink()
        raise


def _write(target: Path, data: bytes) -> None:
    mode = _mode_for(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name[:60]}."
    _sweep(target.parent)
    handle, name = tempfile.mkstemp(PART, f"{prefix}{os.getpid()}.", target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # some file systems have no modes
            beside.chmod(mode)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


def _sweep(folder: Path) -> None:
    """Take away what a killed process left in the folder."""
    for left in folder.glob(f".*{PART}"):
        pid = left.name.removesuffix(PART).split(".")[-2]
        if pid.isdigit() and not _is_running(int(pid)):
            with contextlib.suppress(OSError):
                left.unlink()


def _is_running(pid: int) -> bool:
    """Whether a process of this machine runs; where nobody can say, the system will refuse."""
    if os.name != "posix":
        return False  # an open file cannot be deleted there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _mode_for(target: Path) -> int:
    """The mode of the file as it is; of a new one, what the umask leaves."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return 0o666 & ~_umask()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(0, "it is a folder")
    if not os.access(target, os.W_OK):
        raise PermissionError(0, "it is write-protected")
    return stat.S_IMODE(found.st_mode)


def _umask() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system knows how."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
