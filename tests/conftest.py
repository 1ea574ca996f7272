"""What every test may ask for: no network, a sandbox, a project folder, the command line."""

from __future__ import annotations

import compileall
import contextlib
import os
import socket
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import keyring
import pytest
from click.testing import CliRunner, Result
from requests import Session

from mpgov.cli.main import main
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.sandbox.transport import mount
from mpgov.workflows.project import Surroundings, surroundings
from tests.keyrings import Memory

# These machines are noisy: how long an example takes says nothing. In CI the same examples come
# every time, so that a red run is the change's; at a desk they are new ones.
hypothesis.settings.register_profile(
    "mpgov",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("mpgov")

PACKAGE = Path(__file__).parents[1] / "mpgov"
LOOPBACK = ("127.", "::1", "localhost")
PREFIX = "http://127.0.0.1:8765"


def pytest_configure(config: pytest.Config) -> None:
    """Compile mpgov once, not in each of the processes that tests start: some systems tell Python
    (PYTHONDONTWRITEBYTECODE) to keep nothing of what it compiles."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PACKAGE, quiet=1)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One worker more than there are cores: many tests wait for what they started."""
    return (yield) + 1


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but this machine can be reached."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else str(address)
        if isinstance(address, tuple) and not str(host).startswith(LOOPBACK):
            raise OSError(f"a test wanted to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the person who runs the tests has a say; nothing lands in their folders."""
    for name in list(os.environ):
        if name.startswith(("MIXPANEL_", "MPGOV_")) or name in {"NO_COLOR", "FORCE_COLOR"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("MPGOV_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MPGOV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@dataclass
class Clock:
    """A clock that a test turns; sleeping is turning it."""

    at: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class House:
    """A folder with a project in it, and a sandbox that the project lives on."""

    folder: Path
    sandbox: Sandbox
    clock: Clock
    session: Session
    monkeypatch: pytest.MonkeyPatch
    told: list[str] = field(default_factory=list)

    @property
    def project(self) -> int:
        return self.sandbox.default_project

    @property
    def around(self) -> Surroundings:
        """What a workflow stands on: the real code down to the wire, on the turned clock."""
        found = surroundings(None, self.told.append)
        return Surroundings(
            found.settings,
            found.notify,
            session=self.session,
            sleep=self.clock.sleep,
            now=self.clock,
        )

    def plan(self, text: str, name: str = "plan.yaml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"mpgov: 1\n{text}\n", "utf-8")
        return path

    def config(self, text: str) -> None:
        (self.folder / "mpgov.toml").write_text(text, "utf-8")

    def stored(self) -> dict[str, Any]:
        """The stored schemas by name."""
        return {e["name"]: e["schemaJson"] for e in self.sandbox.stored(self.project)}

    def put(self, *entries: dict[str, Any]) -> None:
        self.sandbox.put_stored(self.project, list(entries))

    def requests(self) -> int:
        return len(self.sandbox.schemas_requests())

    @contextlib.contextmanager
    def counting(self) -> Iterator[Callable[[], int]]:
        """Count the schemas requests from here on."""
        before = self.requests()
        yield lambda: self.requests() - before


def event_entry(name: str, **schema: Any) -> dict[str, Any]:
    return {"entityType": "event", "name": name, "schemaJson": schema}


def house_of(
    sandbox: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> House:
    session = Session()
    session.trust_env = False
    mount(session, sandbox, prefix=PREFIX)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    account, secret = sandbox.default_account
    monkeypatch.setenv("MIXPANEL_HOST", PREFIX)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", str(sandbox.default_project))
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", account)
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    return House(folder, sandbox, clock, session, monkeypatch)


@pytest.fixture
def house(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An empty Mixpanel with its limits, in process, on the turned clock."""
    return house_of(Sandbox("empty", clock=clock), clock, tmp_path, monkeypatch)


@pytest.fixture
def open_house(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An empty Mixpanel without limits, on a port: for the command line as shipped."""
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        found = house_of(sandbox, clock, tmp_path, monkeypatch)
        monkeypatch.setenv("MIXPANEL_HOST", server.url)
        found.config("[limits]\nrequests_per_minute = 1000\nupdates_per_minute = 100000\n")
        yield found


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A keyring for this test alone."""
    before = keyring.get_keyring()
    made = Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command line in this process; stdout and stderr apart."""

    def invoke(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=given, prog_name="mpgov")

    return invoke
