"""`mpgov auth rotate`, killed at random points; one more run, and one account works."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.storage.ledger import Ledger
from tests.torture.warm import ROOT, Warm

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and kills")

KILLS = int(os.environ.get("MPGOV_KILLS", "40"))
CONFIG = """\
[projects.shop]
id = {project}
service_account = "{account}"
host = "{host}"
[limits]
requests_per_minute = 100000
"""
ROTATE = ["auth", "rotate", "--project", "shop", "--yes"]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    found = Warm()
    yield found
    found.close()


@dataclass
class Scene:
    """A folder with a project, a keyring that outlives processes, and a sandbox."""

    folder: Path
    sandbox: Sandbox
    warm: Warm
    environment: dict[str, str]

    def rotate(self, kill_after: float | None = None) -> tuple[int, str, float]:
        """Rotate, killed after so many seconds or not at all; how it ended and how long it took."""
        began = time.monotonic()
        pid = self.warm.start(ROTATE, self.folder, self.environment)
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):  # it has ended
                os.kill(pid, signal.SIGKILL)
        code, said = self.warm.end()
        return code, said, time.monotonic() - began


def scene(folder: Path, sandbox: Sandbox, url: str, warm: Warm) -> Scene:
    account, secret = sandbox.default_account
    folder.mkdir()
    text = CONFIG.format(project=sandbox.default_project, account=account, host=url)
    (folder / "mpgov.toml").write_text(text, "utf-8")
    kept = folder.parent / f"{folder.name}.keyring"
    kept.write_text(json.dumps({f"mpgov {account}": secret}), "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "tests.keyrings.Shared",
        "KEYRING_FILE": str(kept),
        "MPGOV_STATE_DIR": str(folder.parent / f"{folder.name}.state"),
    }
    return Scene(folder, sandbox, warm, environment)


def test_forty_kills_each_ended_by_one_more_run(tmp_path: Path, warm: Warm) -> None:
    chance = random.Random(7)
    whole = [_once(tmp_path / f"whole{n}", warm) for n in range(3)]
    killed = 0
    ways: set[str] = set()
    for number in range(KILLS):
        sandbox = Sandbox("empty", limits=False)
        with serve(sandbox) as server:
            one = scene(tmp_path / f"kill{number}", sandbox, server.url, warm)
            code, said, took = one.rotate(chance.uniform(0.01, median(whole[-3:])))
            if code == -signal.SIGKILL:
                killed += 1
            else:  # a busy machine has become idle: what follows is killed sooner
                whole.append(took)
            steps = [entry["step"] for entry in _entries(one)]
            code, said, _ = one.rotate()
            assert code == 0, said
            assert "Traceback" not in said
            _check(one, said)
            ways.add(steps[-1] if steps else "")
    assert killed > KILLS // 2, f"{killed} were killed before they ended"
    assert len(ways) > 3, f"all were killed at the same place: {ways}"


def _once(folder: Path, warm: Warm) -> float:
    """How long it takes undisturbed."""
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        one = scene(folder, sandbox, server.url, warm)
        code, said, took = one.rotate()
        assert code == 0, said
        _check(one, said)
    return took


def _entries(one: Scene) -> list[dict[str, object]]:
    ledger = Ledger(one.folder / "exports" / "shop")
    assert ledger.verify().problems == ()
    return [dict(line.entry) for line in ledger.read()]


def _check(one: Scene, said: str) -> None:
    """One account, which the keyring, mpgov.toml and the record name; its secret is true."""
    (account,) = one.sandbox.state.accounts.values()
    kept = json.loads(Path(one.environment["KEYRING_FILE"]).read_text("utf-8"))
    assert list(kept) == [f"mpgov {account.username}"], said
    assert account.knows(kept[f"mpgov {account.username}"])
    assert account.roles == {4242: "owner", 4243: "owner"}
    settings = tomllib.loads((one.folder / "mpgov.toml").read_text("utf-8"))
    assert settings["projects"]["shop"]["service_account"] == account.username
    entries = _entries(one)
    begun = [entry["run"] for entry in entries if entry.get("state") == "intended"]
    ended = [entry["run"] for entry in entries if entry.get("state") in {"done", "recovered"}]
    assert begun == ended, said
    changes = [change for entry in entries for change in entry.get("changes", ())]  # type: ignore[union-attr,attr-defined]
    assert changes[-1]["fields"][0]["after"] == account.username
    secret = kept[f"mpgov {account.username}"]
    files = [path for path in one.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert secret not in said
