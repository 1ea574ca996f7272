"""`mpgov`, and `python -m mpgov`: start, and end quietly when interrupted at once."""

from __future__ import annotations

import _thread
import errno
import gc
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def run() -> None:
    """Run the command line; Ctrl-C before it is even loaded is no traceback."""
    # A plan is a hundred thousand small values, none of them garbage: look for garbage rarely.
    gc.set_threshold(100_000, 50, 50)
    sys.unraisablehook = _interrupt_again
    try:
        from mpgov.cli.main import main  # noqa: PLC0415 - loading may be interrupted too

        main()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
    except OSError as error:
        if error.errno != errno.ENOSPC or "--debug" in sys.argv:
            raise
        from mpgov.cli.main import forget_output  # noqa: PLC0415 - loaded by now

        forget_output()
        sys.stderr.write("error: the answer cannot be written: no space is left on the device\n")
        sys.exit(3)


def _interrupt_again(lost: UnraisableHookArgs) -> None:
    """Ctrl-C while Python tidied up would be printed and forgotten: it is meant for us."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        # a moment later: raised in here, it would be lost again
        threading.Timer(0.05, _interrupt).start()
    else:
        sys.__unraisablehook__(lost)


def _interrupt() -> None:
    """Ctrl-C for the main thread, even while it waits for something."""
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)


if __name__ == "__main__":
    run()
