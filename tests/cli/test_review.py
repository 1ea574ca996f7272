"""`mpgov review` as it is typed, against a Mixpanel on a port."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.storage.git import find_git
from mpgov.storage.record_branch import RecordBranch
from tests.conftest import Clock, House, house_of

Run = Callable[..., Result]

CONFIG = """\
plan = "plan.yaml"
default_project = "production"
[projects.production]
id = 4242
[projects.staging]
id = 4243
[limits]
requests_per_minute = 1000
updates_per_minute = 100000
"""
PLAN = """events:
  Sale: {description: Something was sold., owners: [jane@acme.example], status: live}
  Refund: {owners: [jane@acme.example], status: expected}"""
NAMES = ("html", "md", "json")


def past() -> tuple[str, date, date]:
    """The quarter before the one of today: its name, its first and its last day."""
    today = datetime.now(UTC).date()
    last = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    first = last.replace(month=last.month - 2, day=1)
    return f"{last.year}-Q{last.month // 3}", first, last


QUARTER, FIRST, LAST = past()


@pytest.fixture
def shop(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two projects on a port; in one, ten sales on every day of last quarter."""
    clock.at = time.time()
    sandbox = Sandbox("empty", limits=False)
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    sales = {day.isoformat(): 10 for day in days}
    sales[datetime.now(UTC).date().isoformat()] = 10
    sandbox.state.projects[4242].volumes = {"Sale": sales}
    with serve(sandbox) as server:
        found = house_of(sandbox, clock, tmp_path, monkeypatch)
        monkeypatch.setenv("MIXPANEL_HOST", server.url)
        monkeypatch.delenv("MIXPANEL_PROJECT_ID")
        found.config(CONFIG)
        found.plan(PLAN)
        yield found


def files(house: House, project: str = "production") -> dict[str, Path]:
    folder = house.folder / "exports" / project / "reviews"
    return {name: folder / f"{QUARTER}.{name}" for name in NAMES}


def test_it_writes_three_files_and_says_where(shop: House, run: Run) -> None:
    result = run("review", "--quarter", QUARTER)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-3:] == [f"exports/production/reviews/{QUARTER}.{name}" for name in NAMES]
    total = 10 * ((LAST - FIRST).days + 1)
    assert lines[0].startswith(f"production {QUARTER} ({FIRST} to {LAST})")
    assert f"{total:,} events, 100% of them planned" in result.stdout
    assert "mpgov review --events last-7-days --project production" in result.stdout
    document = json.loads(files(shop)["json"].read_text("utf-8"))
    assert document["volume"]["now"]["total"] == total
    assert "data-n" in files(shop)["html"].read_text("utf-8")
    assert run("review", "--quarter", QUARTER, "--fail-on", "warning").exit_code == 1


def test_elsewhere_is_one_file_and_nothing_in_exports(shop: House, run: Run) -> None:
    for output, begins in (("q.html", "<!doctype"), ("q.md", "# Review of"), ("q.json", "{")):
        assert run("review", "--quarter", QUARTER, "--output", output).exit_code == 0
        assert (shop.folder / output).read_text("utf-8").startswith(begins)
    told = run("review", "--quarter", QUARTER, "--output", "-", "--format", "json")
    assert json.loads(told.stdout)["quarter"]["name"] == QUARTER
    assert not files(shop)["html"].parent.exists()
    told = run("review", "--quarter", QUARTER, "--format", "json")
    assert json.loads(told.stdout)["project"] == "production"
    assert told.stderr.splitlines()[-1] == f"exports/production/reviews/{QUARTER}.json"


def test_a_sign_off_stands_until_the_file_changes(shop: House, run: Run) -> None:
    run("review", "--quarter", QUARTER)
    page = files(shop)["html"]
    name = f"exports/production/reviews/{QUARTER}.html"
    signed = run("review", "--sign-off", name, "--as", "Jane", "--reason", "board meeting")
    assert (signed.exit_code, "Jane (" in signed.stdout) == (0, True)
    checked = run("history", "verify")
    assert (checked.exit_code, f"{name}: as Jane (" in checked.stdout) == (0, True)
    ledgers = json.loads(run("history", "verify", "--format", "json").stdout)["ledgers"]
    assert len(ledgers[0]["signed"]) == 1
    assert "board meeting" in run("history", "--kind", "review").stdout

    data = page.read_bytes()
    refused = run("review", "--quarter", QUARTER)
    assert refused.exit_code == 3
    assert "Jane (" in refused.stderr
    assert "it is not overwritten" in refused.stderr
    assert page.read_bytes() == data
    assert run("review", "--quarter", QUARTER, "--output", "other.md").exit_code == 0

    assert run("review", "--quarter", QUARTER, "--again").exit_code == 0
    checked = run("history", "verify")
    assert checked.exit_code == 1
    assert f"{name}: was changed since Jane (" in checked.stdout
    run("review", "--sign-off", name, "--as", "Sam")
    assert run("history", "verify").exit_code == 0
    page.unlink()
    gone = run("history", "verify")
    assert (gone.exit_code, "is gone since Sam (" in gone.stdout) == (1, True)


def test_one_project_fails_and_the_others_are_reviewed(shop: House, run: Run) -> None:
    shop.sandbox.state.accounts[shop.sandbox.default_account[0]].roles.pop(4243)
    result = run("review", "--quarter", QUARTER, "--project", "*")
    assert result.exit_code == 4
    assert "2 projects:" in result.stdout
    assert "staging: error: Mixpanel does not let" in result.stdout
    assert files(shop)["html"].exists()
    assert not files(shop, "staging")["html"].exists()
    folder = shop.folder / "exports" / "reviews"
    document = json.loads((folder / f"{QUARTER}.json").read_text("utf-8"))
    production, staging = document["projects"]
    own = json.loads(files(shop)["json"].read_text("utf-8"))["summary"]
    assert production["summary"] == {name: own[name] for name in production["summary"]}
    assert (production["unsigned"], staging["summary"]) == (1, None)
    assert document["totals"]["volume"] == own["volume"]
    page = (folder / f"{QUARTER}.html").read_text("utf-8")
    link = f"../production/reviews/{QUARTER}.html"
    assert f'href="{link}"' in page
    assert (folder / link).exists()
    assert f'data-n="projects.0.summary.volume">{own["volume"]:,}<' in page
    assert "no review" in page
    assert (folder / f"{QUARTER}.md").read_text("utf-8").startswith(f"# Reviews of {QUARTER}")


def test_what_was_signed_off_is_a_row_as_it_is(shop: House, run: Run) -> None:
    run("review", "--quarter", QUARTER)
    run("review", "--sign-off", str(files(shop)["md"]), "--as", "Jane")
    data = files(shop)["json"].read_bytes()
    asked = len(shop.sandbox.log)
    both = ("--project", "production", "--project", "production*")
    result = run("review", "--quarter", QUARTER, *both, "--format", "json", "--fail-on", "warning")
    assert len(shop.sandbox.log) == asked  # nothing had to be asked
    assert result.exit_code == 1
    (row,) = json.loads(result.stdout)["projects"]
    assert row["summary"]["unsigned"] == 0
    assert row["answer"]["quarter"]["name"] == QUARTER
    assert files(shop)["json"].read_bytes() == data
    page = (shop.folder / "exports" / "reviews" / f"{QUARTER}.html").read_text("utf-8")
    assert "signed off by Jane (" in page
    files(shop)["json"].unlink()
    broken = run("review", "--quarter", QUARTER, *both)
    told = f"reviews/{QUARTER}.json: is gone since Jane ("
    assert (broken.exit_code, told in broken.stdout) == (3, True)


def test_what_is_no_longer_what_was_signed_is_no_row(shop: House, run: Run) -> None:
    run("review", "--quarter", QUARTER)
    page = files(shop)["html"]
    run("review", "--sign-off", str(page), "--as", "Jane")
    page.write_text(page.read_text("utf-8").replace("</body>", "<p>all is well</p></body>"))
    both = ("--quarter", QUARTER, "--project", "production", "--project", "production*")
    result = run("review", *both)
    assert result.exit_code == 3
    assert f"reviews/{QUARTER}.html: was changed since Jane (" in result.stdout
    matrix = shop.folder / "exports" / "reviews" / f"{QUARTER}.html"
    assert "signed off by Jane" not in matrix.read_text("utf-8")
    run("review", "--sign-off", str(page), "--as", "Sam")
    assert run("review", *both).exit_code == 0
    assert "signed off by Sam" in matrix.read_text("utf-8")


def test_other_numbers_than_those_of_the_page_that_was_signed_are_no_row(
    shop: House, run: Run
) -> None:
    run("review", "--quarter", QUARTER)
    run("review", "--sign-off", str(files(shop)["html"]), "--as", "Jane")
    numbers = files(shop)["json"]
    document = json.loads(numbers.read_text("utf-8"))
    document["summary"]["errors"] = 0
    numbers.write_text(json.dumps(document), "utf-8")
    both = ("--quarter", QUARTER, "--project", "production", "--project", "production*")
    result = run("review", *both)
    assert result.exit_code == 3
    assert f"reviews/{QUARTER}.json: was changed since Jane (" in result.stdout
    checked = run("history", "verify")
    assert (checked.exit_code, f"{QUARTER}.json: was changed" in checked.stdout) == (1, True)


def test_the_page_of_all_can_be_printed_or_written_elsewhere(shop: House, run: Run) -> None:
    asked = ("review", "--quarter", QUARTER, "--project", "*", "--again")
    printed = run(*asked, "--format", "html")
    assert printed.stdout.startswith("<!doctype html>")
    assert f'href="../production/reviews/{QUARTER}.html"' in printed.stdout
    written = run(*asked, "--output", "board/all.html")
    assert (written.exit_code, written.stdout) == (printed.exit_code, "")
    page = (shop.folder / "board" / "all.html").read_text("utf-8")
    link = f"../exports/production/reviews/{QUARTER}.html"
    assert f'href="{link}"' in page
    assert (shop.folder / "board" / link).exists()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quarter", "2026-Q5"), "is no quarter"),
        (("--quarter", "0001-Q1"), "is no quarter"),
        (("--quarter", "1999-Q1"), "ended before there was a Mixpanel"),
        (("--as", "Jane"), "go with --sign-off FILE"),
        (("--sign-off", "x.html", "--quarter", "2026-Q3"), "goes with --as, --reason"),
        (("--sign-off", "mpgov.toml"), "is no file of a review"),
        (("--sign-off", "x.html", "--project", "*"), "for one project at a time"),
        (("--project", "*", "--output", "q.xlsx"), "several projects make no xlsx"),
        (("--project", "*", "--plan", "-"), "stdin can be read once"),
        (("--output", "q.xlsx"), "writes no xlsx"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run("review", *arguments)
    assert (result.exit_code, said in result.stderr) in {(2, True), (3, True)}, result.stderr


def test_the_record_s_branch_has_the_review_and_who_signed_it(shop: House, run: Run) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=shop.folder, capture_output=True, check=True)
        return done.stdout.decode()

    git("init", "-q", "-b", "main")
    shop.config(CONFIG + '[record]\nkeep = "branch"\n')
    assert run("review", "--quarter", QUARTER).exit_code == 0
    name = f"exports/production/reviews/{QUARTER}.html"
    kept = git("show", f"mpgov-record:{name}")
    assert kept == files(shop)["html"].read_text("utf-8")
    assert run("review", "--sign-off", name, "--as", "Jane").exit_code == 0
    assert '"signer":"Jane"' in git("show", "mpgov-record:exports/production/ledger.jsonl")
    assert run("history", "verify").exit_code == 0
    again = run("review", "--quarter", QUARTER, "--again")
    assert again.exit_code == 0
    assert git("show", f"mpgov-record:{name}") == files(shop)["html"].read_text("utf-8")
    assert run("history", "verify").exit_code == 1

    files(shop)["html"].write_text("edited here, not on the branch", "utf-8")
    refused = run("review", "--sign-off", name)
    assert (refused.exit_code, "another one was on the record's branch" in refused.stderr) == (
        3,
        True,
    )
    found = find_git(shop.folder)
    assert found is not None
    assert RecordBranch(found, shop.folder / "exports" / "production").tip()
