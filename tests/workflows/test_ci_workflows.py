"""The CI files that `mpgov init` writes: linted, their commands parsed, and their jobs run."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mpgov import __version__
from mpgov.cli.main import COMMANDS, main
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from mpgov.workflows.ci import FILES, Repository, repository, workflow
from tests.conftest import event_entry
from tests.workflows.ci_jobs import Repo, git

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs bash")

BIN = Path(sys.executable).parent
HERE = Repository(Path(), "", "main", "")
BELOW = Repository(Path(), "data/our plan's", "main", "")
LINTERS = {
    "github": [
        ("yamllint", "--strict"),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--offline", "--no-progress", "--no-config"),
    ],
    "gitlab": [
        ("yamllint", "--strict"),
        ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"),
    ],
}
PINNED = re.compile(r"uses: actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", re.MULTILINE)


def written(platform: Any, here: Repository = HERE, project: str = "production") -> str:
    return workflow(platform, here, "plans", project)


def scripts(platform: str, here: Repository = HERE) -> list[str]:
    """Every script of a file, as its shell would get it."""
    document = yaml.safe_load(written(platform, here))
    if platform == "github":
        steps = [step for job in document["jobs"].values() for step in job["steps"]]
        return [step["run"] for step in steps if "run" in step]
    jobs = [one for one in document.values() if isinstance(one, dict)]
    lists = [job.get(name, []) for job in jobs for name in ("before_script", "script")]
    return [line for lines in lists for line in lines]


@pytest.mark.parametrize("here", [HERE, BELOW], ids=["root", "below"])
@pytest.mark.parametrize("platform", FILES)
def test_linters_find_nothing(platform: str, here: Repository, tmp_path: Path) -> None:
    file = tmp_path / FILES[platform]  # type: ignore[index]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(platform, here), "utf-8")
    for linter, *options in LINTERS[platform]:
        done = subprocess.run(
            [BIN / linter, *options, file],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_linters_find_what_is_wrong(tmp_path: Path) -> None:
    """Or zero findings would mean nothing."""
    file = tmp_path / FILES["github"]
    file.parent.mkdir(parents=True)
    unsafe = written("github").replace('echo "::warning', 'echo "${{ inputs.reason }} ::warning')
    file.write_text(unsafe.replace("permissions: {}", "permissions: all"), "utf-8")
    for linter, *options in LINTERS["github"][1:]:
        done = subprocess.run([BIN / linter, *options, file], capture_output=True, check=False)
        assert done.returncode != 0, linter


@pytest.mark.parametrize("here", [HERE, BELOW], ids=["root", "below"])
@pytest.mark.parametrize("platform", FILES)
def test_every_script_is_bash_and_every_mpgov_of_it_parses(platform: str, here: Repository) -> None:
    found = []
    for script in scripts(platform, here):
        done = subprocess.run(
            ["bash", "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found += re.findall(r"^ *(mpgov .*?[^\\])$", script, re.MULTILINE | re.DOTALL)
    parsed = {parse(line) for line in found}
    assert parsed >= {"check", "diff", "export"}
    if platform == "github":
        assert "sync" in parsed
    else:  # there Python starts it
        assert any('"mpgov", "sync", "--yes"' in script for script in scripts(platform))


def parse(line: str) -> str:
    """The command of a line, after click took its options."""
    plain = line.replace("\\\n", " ").partition("||")[0]
    words = [w for w in shlex.split(plain) if w not in {"$@", "${against[@]}", "${options[@]}"}]
    _, name, *rest = words
    assert name in COMMANDS
    with click.Context(main) as parent:
        command = main.get_command(parent, name)
        assert command is not None
        extra = {
            "diff": ["--against", "base"],
            "sync": ["--allow=a/b=C D", "--project=p", "--reason=r"],
        }
        command.make_context(name, [*rest, *extra.get(name, [])], parent)
    return name


def test_what_a_reviewer_of_the_file_looks_for() -> None:
    text = written("github")
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    assert len(PINNED.findall(text)) == text.count("uses:") == 8
    assert text.count(f'"mpgov=={__version__}"') == 4
    for job in document["jobs"].values():
        checkout = job["steps"][0]["with"]
        assert checkout == {"fetch-depth": 0, "persist-credentials": False}
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
    assert document["jobs"]["review"]["permissions"] == {
        "contents": "read",
        "pull-requests": "write",
    }
    assert document["jobs"]["sync"]["permissions"] == {"contents": "write"}
    group = document["jobs"]["sync"]["concurrency"]
    assert group == {
        "group": "mpgov-${{ inputs.project || 'production' }}",
        "cancel-in-progress": False,
    }
    assert "@" not in re.sub(r"\S+@\S+", "", written("gitlab"))


@pytest.mark.parametrize("name", ["it's", "a}} b", "$(x)", "", "größe"])
def test_a_name_that_could_act_goes_into_no_expression(name: str) -> None:
    document = yaml.safe_load(written("github", HERE, name))
    group = document["jobs"]["sync"]["concurrency"]["group"]
    assert group == "mpgov-${{ inputs.project || 'default' }}"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@github.com:acme/plan.git", "github"),
        ("https://gitlab.acme.example/plan.git", "gitlab"),
        ("https://bitbucket.org/acme/plan.git", "none"),
        ("", "github"),
    ],
)
def test_the_remote_tells_whose_ci_it_is(remote: str, expected: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk")
    if remote:
        git(tmp_path, "remote", "add", "origin", remote)
    (tmp_path / "below").mkdir()
    here = repository(tmp_path / "below")
    assert (here.platform(), here.inside, here.branch) == (expected, "below", "trunk")


PLAN = "{Cart Viewed: {description: The cart was shown.}}"
NEW = (
    "{Cart Viewed: {description: The visitor saw it.},"
    ' "It\'s; $(touch pwned) `id`": {description: Ours.}}'
)
HOSTILE = "It's; $(touch pwned) `id`"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repo]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        found = Repo(tmp_path, sandbox, server.url)
        found.init("--ci", "github")
        config = found.desk / "mpgov.toml"
        limits = "[limits]\nrequests_per_minute = 1000\nupdates_per_minute = 100000\n"
        config.write_text(f"{config.read_text('utf-8')}\n{limits}", "utf-8")
        yield found


def test_the_first_run_is_green_before_anybody_set_a_secret(repo: Repo) -> None:
    repo.secret = False
    repo.commit()
    assert repo.run("review") == 0
    assert repo.ran == ["Install", "Check", "Diff", "Comment"]
    (_, post) = repo.gh()
    assert "nothing to compare with" in post["body"][0]
    assert repo.run("sync") == 0
    assert "::warning::MIXPANEL_SERVICE_ACCOUNT_SECRET is not set yet" in repo.said
    assert repo.sandbox.stored(repo.project) == []
    assert (repo.fake / "pip").read_text("utf-8").count(f"mpgov=={__version__}\n") == 2


def test_one_comment_names_the_guards_and_is_updated_in_place(repo: Repo) -> None:
    repo.plan(PLAN)
    repo.commit()
    assert repo.run("sync") == 0, repo.said
    repo.sandbox.put_stored(
        repo.project,
        [
            *repo.sandbox.stored(repo.project),
            event_entry(HOSTILE, description="Somebody typed this."),
        ],
    )
    repo.plan(NEW)
    repo.commit("topic")
    assert repo.run("review", branch="topic") == 0, repo.said
    asked, post = repo.gh()
    assert asked["words"][2] == "repos/acme/plan/issues/7/comments"
    assert post["words"][2:5] == ["--method", "POST", "repos/acme/plan/issues/7/comments"]
    (body,) = post["body"]
    assert body.startswith("<!-- mpgov: the plan -->\n<!-- mpgov diff ")
    assert "These guards will stop the sync" in body
    assert "guards&#47;foreign&#45;text" in body
    assert post["token"] == "token-of-the-job"

    repo.answer("api", "81\n82")
    assert repo.run("review", branch="topic") == 0
    _, patch = repo.gh()
    assert patch["words"][2:5] == ["--method", "PATCH", "repos/acme/plan/issues/comments/81"]

    repo.secret = False  # a fork: the comment cannot be written, and the base is what is known
    assert repo.run("review", branch="topic", fork=True) == 0, repo.said
    assert repo.gh() == []
    summary = (repo.folder / f"job{repo.jobs}.summary").read_text("utf-8")
    assert "1 new, 1 changed" in summary


def test_a_plan_with_an_error_is_red_and_the_comment_says_why(repo: Repo) -> None:
    repo.plan("{A: {properties: {p: {type: number, examples: [x]}}}}")
    repo.commit("topic")
    assert repo.run("review", branch="topic") == 1
    assert repo.ran == ["Install", "Check", "Diff", "Comment"]
    _, post = repo.gh()
    assert "datatypes&#47;example" in post["body"][0]


def test_an_approver_with_a_browser_lifts_a_guard_and_runs_nothing(repo: Repo) -> None:
    repo.sandbox.put_stored(
        repo.project,
        [
            event_entry(HOSTILE, description="Somebody typed this."),
            event_entry("Cart Viewed", description="And this."),
        ],
    )
    repo.plan(NEW)
    repo.commit()
    assert repo.run("sync") == 1
    advice = re.findall(r"to go ahead: (--allow .*?) \[guards", repo.said)
    assert len(advice) == 2
    reason = 'Agreed with "Kim"; $(touch pwned)'
    assert repo.run("sync", allow=" ".join(advice), reason=reason) == 0, repo.said
    stored = {e["name"]: e["schemaJson"]["description"] for e in repo.sandbox.stored(repo.project)}
    assert stored == {HOSTILE: "Ours.", "Cart Viewed": "The visitor saw it."}
    done = repo.record()[-1]
    assert sorted(done["allow"]) == sorted(
        ["guards/foreign-text=Cart Viewed", f"guards/foreign-text={HOSTILE}"]
    )
    assert (done["reason"], done["who"]["ci"]["actor"]) == (reason, "jane")
    assert not list(repo.folder.rglob("pwned"))
    assert repo.run("sync", allow="guards/deletes 'open") == 1  # no half of what was meant
    assert "No closing quotation" in repo.said
    assert repo.run("sync", allow="--yes", reason="x") == 2
    assert "there is no such guard" in repo.said


def test_a_project_is_named_and_a_record_that_would_be_lost_stops_it(repo: Repo) -> None:
    repo.plan(PLAN)
    config = repo.desk / "mpgov.toml"
    text = config.read_text("utf-8")
    config.write_text(f"{text}\n[projects.other]\nid = 999\n", "utf-8")
    repo.commit()
    assert repo.run("sync", project="other") == 5
    assert "999" in repo.said
    config.write_text(text.replace('keep = "branch"', 'keep = "tree"'), "utf-8")
    repo.commit()
    assert repo.run("sync") == 1
    assert "the record would be lost" in repo.said
    assert repo.sandbox.stored(repo.project) == []


def test_the_same_on_gitlab(repo: Repo) -> None:
    repo.init("--ci", "gitlab")
    repo.plan(PLAN)
    repo.commit()
    repo.secret = False
    assert repo.run_gitlab("review", "merge_request_event") == 0, repo.said
    assert "nothing to compare with" in repo.said
    assert repo.run_gitlab("sync", "push") == 0
    assert "is not set yet: nothing was sent" in repo.said
    repo.secret = True
    assert repo.run_gitlab("sync", "push") == 0, repo.said
    assert set(repo.sandbox.stored(repo.project)[0]) >= {"name"}
    repo.sandbox.put_stored(
        repo.project,
        [
            *repo.sandbox.stored(repo.project),
            event_entry(HOSTILE, description="Somebody typed this."),
        ],
    )
    repo.plan(NEW)
    repo.commit()
    assert repo.run_gitlab("review", "merge_request_event") == 0
    page = (repo.folder / f"job{repo.jobs}" / "mpgov.html").read_text("utf-8")
    assert "Guards that stop the sync" in page
    assert repo.run_gitlab("sync", "push") == 1
    (advice,) = re.findall(r"to go ahead: (--allow .*?) \[guards", repo.said)
    assert repo.run_gitlab("sync", "web", ALLOW=advice, REASON="$(touch pwned)") == 0, repo.said
    assert repo.record()[-1]["reason"] == "$(touch pwned)"
    assert not list(repo.folder.rglob("pwned"))
    repo.sandbox.edit_in_ui(repo.project, "event", "Cart Viewed", description="Kim's words.")
    git(repo.bare, "config", "receive.advertisePushOptions", "true")
    assert repo.run_gitlab("take", "schedule") == 0, repo.said
    assert "Kim's words." in git(repo.bare, "show", "mpgov-lexicon:plans/plan.yaml")


def test_the_weekly_job_opens_one_pull_request(repo: Repo) -> None:
    repo.plan(PLAN)
    repo.commit()
    assert repo.run("take") == 0, repo.said
    assert repo.gh() == []
    assert repo.run("sync") == 0
    repo.sandbox.edit_in_ui(repo.project, "event", "Cart Viewed", description="Kim's words.")
    assert repo.run("take") == 0, repo.said
    listed, created = repo.gh()
    assert listed["words"][:4] == ["pr", "list", "--head", "mpgov-lexicon"]
    assert created["words"][:6] == ["pr", "create", "--head", "mpgov-lexicon", "--base", "main"]
    taken = git(repo.bare, "show", "mpgov-lexicon:plans/plan.yaml")
    assert "Kim's words." in taken
    changed = git(repo.bare, "diff", "--name-only", "main", "mpgov-lexicon").split()
    assert changed == ["plans/plan.yaml"]

    repo.answer("pr-list", "12")
    repo.sandbox.edit_in_ui(repo.project, "event", "Cart Viewed", description="Other words.")
    assert repo.run("take") == 0
    assert [one["words"][1] for one in repo.gh()] == ["list"]
    assert "Other words." in git(repo.bare, "show", "mpgov-lexicon:plans/plan.yaml")
    assert git(repo.bare, "rev-list", "--count", "main..mpgov-lexicon").strip() == "1"


def test_the_weekly_audit_is_summed_up_and_annotates(repo: Repo) -> None:
    repo.plan(PLAN)
    repo.commit()
    assert repo.run("audit") in {0, 1}, repo.said
    summary = (repo.folder / f"job{repo.jobs}.summary").read_text("utf-8")
    assert "Health score" in summary
    assert "::notice title=mpgov::" in repo.said
    repo.secret = False
    assert repo.run("audit") == 0
    assert "nothing was read" in repo.said


def test_the_weekly_audit_at_gitlab_leaves_a_page_and_test_results(repo: Repo) -> None:
    repo.init("--ci", "gitlab")
    repo.plan(PLAN)
    repo.commit()
    assert repo.run_gitlab("audit", "schedule") in {0, 1}, repo.said
    place = repo.folder / f"job{repo.jobs}"
    assert "Health score" in (place / "audit.html").read_text("utf-8")
    assert "<testsuites" in (place / "audit.xml").read_text("utf-8")
