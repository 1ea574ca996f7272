"""A recognisable secret, every command, good days and bad: it is seen nowhere."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from mpgov.cli.main import COMMANDS
from mpgov.sandbox.server import serve
from tests.secrets.bench import Bench, Watched
from tests.secrets.echo import STATUSES, echoing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="searches /proc and POSIX folders")

ALL = os.environ.get("MPGOV_SECRETS") == "all"
WAIT = ("--max-wait", "1")

MORE_OF_TOKENS = (
    ("tokens", "rotated", "sync", "--reason", "x", "--account", "y.mp-service-account"),
    ("tokens", "add", "web", "--kind", "project_token"),
    ("tokens", "due", "--format", "ics"),
    ("tokens", "check", "--fail-on", "never"),
    ("tokens", "scan", "--fail-on", "never"),
)

# Every command, as it is used; one that is missing here fails a test.
TABLE: dict[str, tuple[tuple[str, ...], ...]] = {
    "init": (("init", "--ci", "github"), ("init", "--from-lexicon", *WAIT)),
    "check": (("check",),),
    "convert": (("convert", "plan.yaml", "plan.xlsx"),),
    "diff": (("diff", *WAIT), ("diff", *WAIT, "--format", "json", "--output", "d.json")),
    "sync": (("sync", "--yes", *WAIT),),
    "undo": (("undo", "--last", "--yes", "--allow", "guards/deletes", *WAIT),),
    "export": (("export", *WAIT), ("export", *WAIT, "--format", "json", "--live")),
    "audit": (
        ("audit", *WAIT, "--fail-on", "never"),
        ("audit", *WAIT, "--fresh", "--events", "last-1-days", "--fail-on", "never"),
    ),
    "rules": (("rules",), ("rules", "explain", "score")),
    "history": (
        ("history", "add", "frozen", "--reason", "launch"),
        ("history",),
        ("history", "--kind", "note,sync", "--output", "record.html"),
        ("history", "--format", "xlsx", "--output", "record.xlsx"),
        ("history", "verify", "--witness", *WAIT),
        ("history", "blame", "Sale", "--format", "json"),
    ),
    "tokens": (  # the canary is on stdin: its fingerprint is kept, and nothing else of it
        ("tokens", "add", "sync", "--kind", "service_account", "--account", "x.mp-service-account"),
        ("tokens", "list"),
        *(MORE_OF_TOKENS if ALL else ()),
    ),
    "owners": (
        ("owners", "check", *WAIT),
        ("owners", "transfer", "jane@acme.example", "kim@acme.example"),
    ),
    "review": (("review", *WAIT, "--fail-on", "never"),),
    "doctor": (("doctor", *WAIT),),
    "auth": (
        ("auth", "status", *WAIT),
        ("auth", "list", *WAIT),
        ("auth", "login", *WAIT),
        ("auth", "logout"),
    ),
    "sandbox": (("sandbox", "--routes"), ("sandbox", "--knobs")),
    "demo": (("demo",),),
}
ONLINE = [
    *(row for name in ("diff", "sync", "export", "audit", "auth", "undo") for row in TABLE[name]),
    ("tokens", "list"),
    *(row for row in TABLE["history"] if "--witness" in row),
]
SHORT = [row for row in ONLINE if "json" not in row]
FAULTS = (
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429},
    {"kind": "html"},
    {"kind": "error_200"},
    {"kind": "truncated"},
    {"kind": "bad_gzip"},
    {"kind": "drop_before"},
)
GIVEN = ("environment", "keyring")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    outside = tmp_path / "outside"
    outside.mkdir()
    return Bench(tmp_path / "inside", outside)


def test_every_command_has_a_row() -> None:
    assert set(TABLE) == set(COMMANDS)


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("debug", [False, True], ids=["plain", "debug"])
def test_on_a_good_day(bench: Bench, given: str, debug: bool) -> None:
    with serve(bench.sandbox) as server:
        for rows in TABLE.values():
            for row in rows:
                if row == ("demo",) and (debug or given == "keyring") and not ALL:
                    continue
                arguments = ("--debug", *row) if debug else row
                code, hits = bench.run(arguments, bench.environment(server.url, given))
                assert hits == [], row
                # 1: the doctor's advice; 2: nothing to undo yet; 4: no keyring to log in to
                assert code in {0, 1, 2, 4}, row


@pytest.mark.parametrize("given", GIVEN)
def test_a_rotation_shows_neither_the_old_secret_nor_the_new(bench: Bench, given: str) -> None:
    with serve(bench.sandbox) as server:
        environment = bench.environment(server.url, given)
        command = f"{shlex.quote(sys.executable)} -c 'import sys; sys.stdin.read()'"
        wish = ("--yes", "--keep-old", "3", "--store-command", command)
        for row in (("rotate", *wish), ("rotate", "--yes", "--end-old")):
            code, hits = bench.run(("--debug", "auth", *row), environment)
            assert hits == [], row
            # with the environment alone the new secret is not here: the old one stays
            assert code == (4 if given == "environment" and "--end-old" in row else 0), row
        assert len(Watched.issued) == 1
        assert Watched.issued[0].encode() in bench.forms


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f['kind']}{f.get('status', '')}")
def test_when_mixpanel_fails(bench: Bench, fault: dict[str, object]) -> None:
    with serve(bench.sandbox) as server:
        for row in ONLINE if ALL else SHORT[:3]:
            for given in GIVEN if ALL else GIVEN[:1]:
                bench.sandbox.faults.clear()
                bench.sandbox.fault(times=99, **fault)
                environment = bench.environment(server.url, given)
                _, hits = bench.run(("--debug", *row), environment)
                assert hits == [], row


@pytest.mark.parametrize("status", STATUSES)
def test_when_a_server_says_the_secret_back(bench: Bench, status: int) -> None:
    with echoing(status) as url:
        for row in ONLINE if ALL else SHORT[:3]:
            for debug in ((), ("--debug",)) if ALL else (("--debug",),):
                code, hits = bench.run((*debug, *row), bench.environment(url, "environment"))
                assert hits == [], row
                assert code != 70, row


@pytest.mark.parametrize("given", GIVEN)
def test_when_mpgov_crashes(bench: Bench, given: str) -> None:
    with serve(bench.sandbox) as server:
        for debug in ((), ("--debug",)):
            environment = bench.environment(server.url, given)
            code, hits = bench.run((*debug, "diff"), environment, crash=True)
            assert (hits, code in {1, 70}) == ([], True)


@pytest.mark.parametrize("host", ["https://gateway.example", "https://mixpanel.com.example"])
def test_a_host_of_the_file_that_is_not_safe_gets_nothing(bench: Bench, host: str) -> None:
    project = bench.sandbox.default_project
    file = bench.folder / "mpgov.toml"
    more = f'\n[projects.p]\nid = {project}\nhost = "{host}"\n'
    file.write_text(file.read_text("utf-8") + more, "utf-8")
    for row in SHORT[:3]:
        code, hits = bench.run(row, bench.environment("", "environment"))
        assert (code, hits) == (4, []), row


def test_nobody_listens(bench: Bench) -> None:
    for row in SHORT[:2]:
        code, hits = bench.run(
            ("--debug", *row), bench.environment("http://127.0.0.1:9", "environment")
        )
        assert (code, hits) == (5, []), row


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """Or 0 hits would mean nothing. Another canary: other tests search the list of processes."""
    planted = "pLaNtEd+5e/cr3t"
    bench = Bench(tmp_path / "inside", tmp_path, canary=planted)
    assert bench.hits({"a": b"x" + planted.encode(), "b": b"nothing"}) == ["a"]
    (bench.folder / "planted").write_text(planted, "utf-8")
    _, hits = bench.run(("check", planted), bench.environment("", "environment"))
    assert {"stderr", "/proc/*/cmdline", str(bench.folder / "planted")} <= set(hits)
