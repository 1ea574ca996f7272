"""Run a command with the canary, and look for it everywhere."""

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.state import Account, State

CANARY = "cAnArY+5e/cr3t=%&zq"
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONFIG = """\
plan = "plan.yaml"
[record]
witness = true
[limits]
requests_per_minute = 100000
updates_per_minute = 100000
timeout = 2
"""
PLAN = "mpgov: 1\nevents: {Sale: {description: d, owners: [jane@acme.example]}}\n"
CRASH = """\
import mpgov.mixpanel.wire as wire
def decode(*arguments, **names):
    raise RuntimeError("a crash on purpose")
wire.decode = decode
"""


class Watched(State):
    """Remembers the secrets that are issued: those of accounts that mpgov has made."""

    __slots__ = ()
    issued: ClassVar[list[str]] = []

    def add_account(self, *arguments: Any, **named: Any) -> tuple[Account, str]:
        account, secret = super().add_account(*arguments, **named)
        self.issued.append(secret)
        return account, secret


@dataclass
class Bench:
    """A folder in which everything of a run lands, and a sandbox whose account has the canary."""

    folder: Path
    outside: Path
    canary: str = CANARY
    sandbox: Sandbox = field(init=False)
    account: str = field(init=False)
    runs: int = 0

    def __post_init__(self) -> None:
        Watched.issued.clear()
        self.sandbox = Sandbox("empty", limits=False)
        project = self.sandbox.default_project
        made, _ = self.sandbox.state.add_account("canary", 9, secret=self.canary)
        made.roles[project] = "owner"
        self.account = made.username
        made.role = "admin"
        self.sandbox.state.__class__ = Watched
        self.folder.mkdir()
        (self.folder / "mpgov.toml").write_text(CONFIG, "utf-8")
        (self.folder / "plan.yaml").write_text(PLAN, "utf-8")

    @property
    def forms(self) -> set[bytes]:
        """The canary as it could be written."""
        pair = f"{self.account}:{self.canary}".encode()
        return {
            self.canary.encode(),
            quote(self.canary, safe="").encode(),
            base64.b64encode(self.canary.encode()),
            base64.b64encode(pair),
            base64.b64encode(pair)[-24:],
            *(secret.encode() for secret in Watched.issued),
        }

    def environment(self, host: str, given_by: str) -> dict[str, str]:
        """Everything that a process may write to lies in the folder."""
        kept = {f"mpgov {self.account}": self.canary}
        (self.outside / "secret").write_text(json.dumps(kept), "utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIXPANEL", "MPGOV"))}
        found = {
            **kept,
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_STATE_HOME"), str(self.folder)),
            **dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(self.folder)),
            "MPGOV_STATE_DIR": str(self.folder / "state"),
            "MIXPANEL_PROJECT_ID": str(self.sandbox.default_project),
            "MIXPANEL_SERVICE_ACCOUNT": self.account,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONMALLOC": "pymalloc",  # -X dev looks for faults of C, too: a sixth of the time
        }
        if host:
            found["MIXPANEL_HOST"] = host
        if given_by == "environment":
            found["MIXPANEL_SERVICE_ACCOUNT_SECRET"] = self.canary
        else:
            found["PYTHON_KEYRING_BACKEND"] = "tests.keyrings.Shared"
            found["KEYRING_FILE"] = str(self.outside / "secret")
        return found

    def run(
        self, arguments: Iterable[str], environment: dict[str, str], *, crash: bool = False
    ) -> tuple[int, list[str]]:
        """Run mpgov; its exit code, and every place where the canary was seen."""
        if crash:
            path = self.folder / "crash"
            path.mkdir(exist_ok=True)
            (path / "sitecustomize.py").write_text(CRASH, "utf-8")
            environment = {**environment, "PYTHONPATH": f"{path}:{environment['PYTHONPATH']}"}
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-m", "mpgov", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        seen: set[bytes] = set()
        watch = threading.Thread(target=_watch, args=(process, seen))
        watch.start()
        stdout, stderr = process.communicate(f"{self.canary}\n".encode(), timeout=60)
        watch.join()
        self.runs += 1
        places = {"stdout": stdout, "stderr": stderr, "/proc/*/cmdline": b"\n".join(seen)}
        return process.returncode, [*self.hits(places), *self.hits(self._files())]

    def hits(self, places: dict[str, bytes]) -> list[str]:
        """The names of the places that hold the canary in any form."""
        return [name for name, data in places.items() if any(f in data for f in self.forms)]

    def _files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


def _watch(process: "subprocess.Popen[bytes]", seen: set[bytes]) -> None:
    """What anybody on this machine could see in the list of processes."""
    while process.poll() is None:
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):  # it has ended
                    seen.add((folder / "cmdline").read_bytes())
        time.sleep(0.05)
