"""`mpgov init` as a new user meets it: an empty folder, three commands, first try."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.storage.settings import load_settings
from tests.conftest import Clock, House, event_entry, house_of
from tests.workflows.ci_jobs import git

Run = Callable[..., Result]

ROWS = [
    ("Event Name", "Description", "Property", "Type", "Category"),
    ("Cart Viewed", "The visitor saw the cart.", "item_count", "integer", "Commerce"),
    ("Cart Viewed", "", "cart_value", "number", "Commerce"),
    ("Sign Up Completed", "A visitor created an account.", "method", "string", "Account"),
    ("007", "A name that is no number.", "", "", ""),
]
LINES = [
    "wrote mpgov.toml",
    "wrote plans/account.yaml",
    "wrote plans/commerce.yaml",
    "wrote plans/events.yaml",
    "wrote plans/.mpgov-schema.json",
    "wrote exports/baseline.json",
    "wrote .github/workflows/mpgov.yml",
    "wrote .gitignore",
    "wrote .gitattributes",
]
PLAN = """
events:
  Cart Viewed: {description: The cart was shown., category: Commerce}
  Page Viewed: {}
"""


@pytest.fixture
def empty(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An empty folder, and a sandbox on a port that the environment names."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        found = house_of(sandbox, clock, tmp_path, monkeypatch)
        monkeypatch.setenv("MIXPANEL_HOST", server.url)
        yield found


def workbook(path: Path, rows: list[tuple[str, ...]]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)


def mpgov(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command as shipped, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mpgov", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def files() -> dict[str, bytes]:
    return {
        path.as_posix(): path.read_bytes()
        for path in sorted(Path().rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def test_a_workbook_in_an_empty_folder_first_try(empty: House) -> None:
    workbook(Path("plan.xlsx"), ROWS)
    started = mpgov("init", "--from", "plan.xlsx")
    assert started.returncode == 0, started.stderr
    lines = started.stdout.splitlines()
    assert lines[: len(LINES)] == LINES
    assert lines[-4:] == ["Next:", "  mpgov check", "  mpgov diff", "  mpgov sync --fill-only"]
    checked = mpgov("check")
    assert checked.returncode == 0
    assert checked.stdout.startswith("plans: 3 events, 3 properties; no findings; ")
    compared = mpgov("diff")
    assert compared.returncode == 0, compared.stderr
    assert "sandbox against Lexicon: 3 to create" in compared.stdout
    sent = mpgov("sync", "--fill-only", "--yes")
    assert sent.returncode == 0, sent.stderr
    assert set(empty.stored()) == {"Cart Viewed", "Sign Up Completed", "007"}
    assert mpgov("diff", "--exit-code").returncode == 0


def test_800_half_documented_events_are_filled_and_nothing_is_replaced(empty: House) -> None:
    names = [f"Event {number:03}" for number in range(800)]
    theirs = {name: f"Typed in Mixpanel: {name}." for name in names[::2]}
    empty.put(
        *(event_entry(n, **({"description": theirs[n]} if n in theirs else {})) for n in names)
    )
    rows = [(name, f"What the plan says of {name}.", "", "", "") for name in names]
    workbook(Path("plan.xlsx"), [ROWS[0], *rows])
    assert mpgov("init", "--from", "plan.xlsx").returncode == 0
    assert mpgov("check").returncode == 0
    assert "400 replace something" in mpgov("diff").stdout
    sent = mpgov("sync", "--fill-only", "--yes")
    assert sent.returncode == 0, sent.stdout[-500:]
    assert "400 applied" in sent.stdout
    stored = {name: schema["description"] for name, schema in empty.stored().items()}
    assert {name: stored[name] for name in theirs} == theirs
    assert all(stored[n] == f"What the plan says of {n}." for n in names if n not in theirs)


def test_800_events_of_lexicon_become_the_plan_and_nothing_is_sent(empty: House) -> None:
    def entry(number: int) -> dict[str, object]:
        metadata = {"com.mixpanel": {"tags": [f"Area {number % 5}"] if number % 3 else []}}
        more = {"description": f"Event {number}."} if number % 2 else {}
        types = {"size": {"type": "number"}, "open": {}} if number % 7 == 0 else {}
        return event_entry(f"Event {number}", metadata=metadata, properties=types, **more)

    empty.put(*map(entry, range(800)))
    before = empty.stored()
    started = mpgov("init", "--from-lexicon", "--ci", "none")
    assert started.returncode == 0, started.stderr
    written = sorted(path.name for path in Path("plans").glob("*.yaml"))
    assert written == [f"area-{n}.yaml" for n in range(5)] + ["events.yaml"]
    assert mpgov("check", "--fail-on", "info").returncode == 0
    assert mpgov("diff", "--exit-code").returncode == 0
    sent = mpgov("sync", "--fill-only", "--yes")
    assert "nothing to send; Lexicon says what the plan says" in sent.stdout
    assert empty.stored() == before


@pytest.mark.usefixtures("house")
def test_from_nothing(run: Run) -> None:
    started = run("init")
    assert started.exit_code == 0
    checked = run("check", "--fail-on", "info")
    assert (checked.exit_code, checked.stdout) == (
        0,
        "plans: 1 event, 1 property; no findings\n",
    )
    before = files()
    again = run("init")
    assert again.exit_code == 0
    assert "wrote" not in again.stdout
    assert "left plans/ as it was" in again.stdout
    assert files() == before


def test_what_the_settings_say_is_what_init_worked_with(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init", "--region", "eu").exit_code == 0
    settings = load_settings(None, Path.cwd())
    sandbox = settings.projects["sandbox"]
    assert (sandbox.id, sandbox.region) == (house.project, "eu")
    assert (sandbox.host, sandbox.service_account) == (
        os.environ["MIXPANEL_HOST"],
        os.environ["MIXPANEL_SERVICE_ACCOUNT"],
    )
    assert (settings.baseline, settings.keep_record) == (
        Path.cwd() / "exports" / "baseline.json",
        "tree",
    )
    secret = os.environ["MIXPANEL_SERVICE_ACCOUNT_SECRET"].encode()
    assert not any(secret in data for data in files().values())
    Path("mpgov.toml").unlink()
    monkeypatch.setenv("MIXPANEL_HOST", "https://gateway.example")
    assert run("init").exit_code == 0
    assert "gateway" not in Path("mpgov.toml").read_text("utf-8")


@pytest.mark.usefixtures("house")
def test_without_any_project_the_place_to_fill_in_is_marked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("MIXPANEL_")]:
        monkeypatch.delenv(name)
    started = run("init")
    assert started.exit_code == 0
    assert "no project is known: fill in [projects.production] in mpgov.toml" in started.stdout
    assert "mpgov auth login" in started.stdout
    text = Path("mpgov.toml").read_text("utf-8")
    assert "# Fill in your project" in text
    Path("mpgov.toml").write_text(
        text.replace("\n# [projects", "\n[projects").replace("\n# id", "\nid")
    )
    assert load_settings(None, Path.cwd()).projects["production"].id == 123456
    assert run("check").exit_code == 0


def test_what_is_there_stays_and_is_named(house: House, run: Run) -> None:
    house.config('plan = "ours"\n')
    house.plan(PLAN, "ours/plan.yaml")
    Path(".gitignore").write_bytes(b"*.pyc\r\n.env")
    Path(".github/workflows").mkdir(parents=True)
    Path(".github/workflows/mpgov.yml").write_text("name: ours\n")
    before = files()
    started = run("init")
    assert started.exit_code == 0
    after = files()
    assert {name: after[name] for name in before if name != ".gitignore"} == {
        name: data for name, data in before.items() if name != ".gitignore"
    }
    assert after[".gitignore"] == b"*.pyc\r\n.env\r\n~$*.xlsx\r\n.~lock.*#\r\n"
    assert sorted(after.keys() - before.keys()) == [".gitattributes"]
    for name in ("mpgov.toml", "ours/", ".github/workflows/mpgov.yml"):
        assert f"left {name} as it was" in started.stdout
    assert 'to begin green: baseline = "exports/baseline.json"' in started.stdout
    assert 'CI needs [record] keep = "branch"' in started.stdout


def test_another_plan_is_not_overwritten_and_the_same_is_fine(house: House, run: Run) -> None:
    house.plan(PLAN, "source.yaml")
    assert run("init", "--from", "source.yaml").exit_code == 0
    assert run("init", "--from", "source.yaml").exit_code == 0
    house.plan("events: {Other: {}}", "source.yaml")
    Path(".gitignore").unlink()
    before = files()
    refused = run("init", "--from", "source.yaml")
    assert refused.exit_code == 2
    assert "plans holds another plan than source.yaml; init overwrites nothing" in refused.stderr
    assert files() == before


def test_the_baseline_makes_the_first_check_green(house: House, run: Run) -> None:
    house.plan("events: {A: {properties: {p: {type: number, examples: [x]}}}}", "s.yaml")
    assert run("check", "s.yaml").exit_code == 1
    started = run("init", "--from", "s.yaml")
    assert "exports/baseline.json accepts the 4 findings of today" in started.stdout
    assert run("check", "--fail-on", "info").exit_code == 0
    document = json.loads(Path("exports/baseline.json").read_text("utf-8"))
    assert {one["rule"] for one in document["findings"]} >= {"datatypes/example"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "gone.yaml"), 3, "gone.yaml: there is no such plan"),
        (("--from", "bad.yaml"), 3, "bad.yaml:2:1"),
        (("--from", "good.yaml", "--from-lexicon"), 2, "a plan begins with one of them"),
        (("--project-id", "77"), 2, "--project-id is 77, but MIXPANEL_PROJECT_ID is 4242"),
    ],
)
def test_what_fails_writes_nothing(
    house: House, run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    house.plan(PLAN, "good.yaml")
    house.plan("evnts: {}", "bad.yaml")
    before = files()
    done = run("init", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
    assert files() == before


@pytest.mark.usefixtures("house")
def test_half_an_init_is_put_back(run: Run) -> None:
    Path("exports").write_text("a file where a folder is to be\n")
    before = files()
    done = run("init")
    assert done.exit_code == 3
    assert "cannot write" in done.stderr
    assert files() == before
    assert not Path("plans").exists()


def test_in_a_repository_of_gitlab_and_below_its_root(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(house.folder, "init", "-q")
    git(house.folder, "remote", "add", "origin", "git@gitlab.example:acme/data.git")
    below = house.folder / "tracking"
    below.mkdir()
    monkeypatch.chdir(below)
    started = run("init")
    assert started.exit_code == 0
    assert "wrote ../.gitlab-ci.yml" in started.stdout
    assert "cd tracking" in (house.folder / ".gitlab-ci.yml").read_text("utf-8")
    assert load_settings(None, below).keep_record == "branch"
    assert "/exports/*/" in Path(".gitignore").read_text("utf-8").splitlines()


def test_the_record_is_joined_by_line_and_nothing_says_so_twice(
    open_house: House, run: Run
) -> None:
    git(open_house.folder, "init", "-q")
    open_house.plan("events: {A: {description: a}}", "plans/plan.yaml")
    assert run("init", "--ci", "none").exit_code == 0
    assert run("sync", "--yes").exit_code == 0
    assert not Path("exports/.gitattributes").exists()
    project = Path("exports") / str(open_house.project)
    said = git(open_house.folder, "check-attr", "merge", "--", str(project / "ledger.jsonl"))
    assert said.strip().endswith("merge: union")


def test_editors_find_the_schema(house: House, run: Run) -> None:
    house.plan(PLAN, "source.yaml")
    assert run("init", "--from", "source.yaml").exit_code == 0
    first = Path("plans/commerce.yaml").read_text("utf-8").splitlines()[0]
    path = Path("plans") / first.partition("$schema=")[2]
    assert json.loads(path.read_text("utf-8"))["title"] == "mpgov tracking plan"
