"""One run: a sync that something goes wrong with, one more sync, and the truth afterwards."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.storage.ledger import Ledger
from tests.torture.faults import SIGNALS, Trouble, trouble
from tests.torture.scene import Scene, scene

CONFIG = """\
[limits]
requests_per_minute = 100000
updates_per_minute = 100000
timeout = 1
"""
LIFTED = ("--allow", "guards/foreign-text", "--allow", "guards/mass-change")
JUMPING = """\
import time
_true, _calls = time.time, [0]
def _jumping():
    _calls[0] += 1
    return _true() + ({offset} if _calls[0] > {after} else 0)
time.time = _jumping
"""


class BrokenPromiseError(AssertionError):
    """A promise that did not hold; the seed replays it."""


@dataclass
class Run:
    """What happened, for a person to read."""

    seed: int
    trouble: Trouble
    first: int
    second: int
    said: str


def run(seed: int, folder: Path) -> Run:
    """Torture one sync; raises `BrokenPromiseError` where a promise does not hold."""
    chance = random.Random(seed)
    world, what = scene(chance), trouble(chance)
    sandbox = Sandbox("empty", limits=False, knobs={"unknown_property_key": "stored"})
    project = sandbox.default_project
    sandbox.put_stored(project, world.stored)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mpgov.toml").write_text(CONFIG, "utf-8")
    (folder / "plan.yaml").write_text(json.dumps(world.plan), "utf-8")
    with serve(sandbox) as server:
        process = _Process(folder, sandbox, server.url)
        first = process.sync(what, chance)
        sandbox.faults.clear()
        _mend(folder, what)
        second = process.sync(None, chance)
    result = Run(seed, what, first[0], second[0], first[1] + second[1])
    _check(result, world, sandbox.stored(project), folder / "exports" / str(project))
    return result


@dataclass
class _Process:
    folder: Path
    sandbox: Sandbox
    url: str

    def sync(self, what: Trouble | None, chance: random.Random) -> tuple[int, str]:
        if what is not None and what.server:
            self.sandbox.fault(**what.server)
        process = subprocess.Popen(
            [sys.executable, "-m", "mpgov", "sync", "plan.yaml", "--yes", *LIFTED],
            cwd=self.folder,
            env=self._environment(what),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            preexec_fn=_circumstances(what),  # noqa: PLW1509 - calls system functions only
        )
        if what is not None and what.strikes_the_process:
            threading.Thread(target=self._strike, args=(process, what, chance.random())).start()
        try:
            said, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            raise BrokenPromiseError(f"it hung: {said}") from None
        return process.returncode, said

    def _strike(self, process: subprocess.Popen[str], what: Trouble, share: float) -> None:
        """Send the signal as soon as so many requests came, and a little later."""
        began = len(self.sandbox.log)
        # Python itself cannot be interrupted politely before it has started
        first = what.at if what.kind == "kill" else max(what.at, 1)
        while process.poll() is None and len(self.sandbox.log) < began + first:
            time.sleep(0.001)
        time.sleep(share * 0.05)
        if process.poll() is None:
            process.send_signal(getattr(signal, SIGNALS[what.kind]))

    def _environment(self, what: Trouble | None) -> dict[str, str]:
        account, secret = self.sandbox.default_account
        environment = {
            **os.environ,
            "MIXPANEL_HOST": self.url,
            "MIXPANEL_PROJECT_ID": str(self.sandbox.default_project),
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": str(self.folder / "state"),
        }
        if what is None:
            return environment
        if what.kind == "no base folder":
            (self.folder / "exports").write_text("a file", "utf-8")
        if what.kind == "no state folder":
            (self.folder / "state").write_text("a file", "utf-8")
        if what.kind.startswith("clock"):
            offset = 100_000 if what.kind.endswith("forward") else -100_000
            (self.folder / "jump").mkdir(exist_ok=True)
            text = JUMPING.format(offset=offset, after=what.at * 10)
            (self.folder / "jump" / "sitecustomize.py").write_text(text, "utf-8")
            environment["PYTHONPATH"] = str(self.folder / "jump")
        return environment


def _circumstances(what: Trouble | None) -> Any:
    """How the process starts: it can be interrupted, and its disk may be full.

    A shell's background job ignores Ctrl-C, and so would all that it starts.
    """
    full = what is not None and what.kind == "full disk"
    most = what.at * 200 if what is not None else 0

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if full:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return prepare


def _mend(folder: Path, what: Trouble) -> None:
    """What an administrator would do before the next run."""
    for name, kind in (("exports", "no base folder"), ("state", "no state folder")):
        path = folder / name
        if what.kind == kind and path.is_file():
            path.unlink()


def _check(result: Run, world: Scene, stored: list[dict[str, Any]], kept: Path) -> None:
    if "Traceback" in result.said or 70 in {result.first, result.second}:
        raise BrokenPromiseError(f"a traceback: {result}")
    if result.second != 0:
        raise BrokenPromiseError(f"the second sync did not end with 0: {result}")
    held = {entry["name"]: _sorted(entry["schemaJson"]) for entry in stored}
    wanted = {name: _sorted(schema) for name, schema in world.wanted.items()}
    if held != wanted:
        names = [n for n in {*held, *wanted} if held.get(n) != wanted.get(n)]
        raise BrokenPromiseError(
            f"{names} differ: {held.get(names[0])} != {wanted.get(names[0])}: {result}"
        )
    _check_base(result, world, json.loads((kept / "base.json").read_text("utf-8")))
    _check_record(result, world, kept)
    known = {"base.json", "ledger.jsonl", "ledger.head", ".ledger.lock", "runs"}
    left = [path.name for path in kept.iterdir() if path.name not in known]
    left += [path.name for path in (kept / "runs").iterdir() if path.suffix != ".json"]
    if left:
        raise BrokenPromiseError(f"left beside the base: {left}: {result}")


def _check_record(result: Run, world: Scene, kept: Path) -> None:
    """The chain holds, every run has an end, and what changed is in it."""
    ledger = Ledger(kept)
    verdict = ledger.verify()
    if verdict.problems or verdict.forks:
        raise BrokenPromiseError(f"the record does not hold: {verdict}: {result}")
    entries = [line.entry for line in ledger.read()]
    begun = {entry["run"] for entry in entries if entry["state"] == "intended"}
    ended = {entry["run"] for entry in entries if entry["state"] in {"done", "recovered"}}
    if begun != ended:
        raise BrokenPromiseError(f"runs without an end: {begun - ended}: {result}")
    before = {entry["name"]: _sorted(entry["schemaJson"]) for entry in world.stored}
    changed = {n for n, schema in world.wanted.items() if before.get(n) != _sorted(schema)}
    done = [entry for entry in entries if entry["state"] != "intended"]
    said = {change["name"] for entry in done for change in entry.get("changes", ())}
    if changed != said:
        raise BrokenPromiseError(f"the record says {said}, not {changed}: {result}")


def _check_base(result: Run, world: Scene, base: dict[str, Any]) -> None:
    """The base says of every planned field what both sides say."""
    for name, said in world.plan["events"].items():
        agreed = base["events"].get(name, {})
        if agreed.get("description") != said["description"]:
            raise BrokenPromiseError(f"the base is not true of {name}: {agreed}: {result}")
        for field in ("tags", "owners"):
            if field in said and sorted(agreed.get(field, ())) != sorted(said[field]):
                raise BrokenPromiseError(
                    f"the base is not true of {name}.{field}: {agreed}: {result}"
                )
        for prop, shown in said["properties"].items():
            if agreed["properties"][prop] != shown:
                raise BrokenPromiseError(
                    f"the base is not true of {name}.{prop}: {agreed}: {result}"
                )


def _sorted(value: Any) -> Any:
    """A schema in which the order of lists does not matter."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=repr)
    return value
