"""Every expected error, with its exit code.

MpgovError
  BusyError           1  another sync of the project is running
  UsageError          2  the command line asks for what cannot be
  InputError          3  a file cannot be read as what it claims to be, or not be written
  AuthError           4  no credentials, or Mixpanel refused them
  RemoteError         5  Mixpanel is unreachable, or fails after retries
  UsedError           6  nothing of a saved change set still stands, or it was used
  InterruptedError   130 (click's Abort and Ctrl-C; no class of ours)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class MpgovError(Exception):
    """What a user can understand and act on: a message of one line, and what to type next."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BusyError(MpgovError):
    """Another sync of the same project holds the lock."""

    exit_code = 1


class UsageError(MpgovError):
    """The command line or the environment asks for what cannot be."""

    exit_code = 2


class InputError(MpgovError):
    """A file cannot be read as what it claims to be, or cannot be written.

    `problems` holds every one of them, each a text that begins with its place.
    """

    exit_code = 3

    def __init__(self, problems: str | Sequence[str], *, hint: str = "") -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems), hint=hint)


class AuthError(MpgovError):
    """There are no credentials, or Mixpanel refused them."""

    exit_code = 4


class RemoteError(MpgovError):
    """Mixpanel is unreachable, or answered with a failure after retries.

    `status` is the HTTP status of the answer, 0 where there was none.
    """

    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UsedError(MpgovError):
    """Of a saved change set nothing still stands or was approved, or it was applied already."""

    exit_code = 6
