"""Who did it, on a desk and in CI."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.storage.git import find_git
from mpgov.storage.who import machine, reason_of, who

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "jane",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "shop/plans",
    "GITHUB_RUN_ID": "42",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_TOKEN": "canary",
}
GITHUB_RUN = "https://github.com/shop/plans/actions/runs/42"
AZURE = {
    "TF_BUILD": "True",
    "BUILD_REQUESTEDFOR": "Jane Doe",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/shop/",
    "SYSTEM_TEAMPROJECT": "My Plans",
    "BUILD_BUILDID": "7",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "17",
    "SYSTEM_ACCESSTOKEN": "canary",
}
CASES = {
    "github": (GITHUB, {"actor": "jane", "run": GITHUB_RUN}),
    "github, a pull request": (
        {**GITHUB, "GITHUB_REF": "refs/pull/12/merge"},
        {"actor": "jane", "run": GITHUB_RUN, "pull_request": "12"},
    ),
    "gitlab": (
        {
            "GITLAB_CI": "true",
            "GITLAB_USER_LOGIN": "jane",
            "CI_JOB_URL": "https://gitlab.example/shop/plans/-/jobs/5",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_JOB_TOKEN": "canary",
        },
        {
            "actor": "jane",
            "run": "https://gitlab.example/shop/plans/-/jobs/5",
            "pull_request": "3",
        },
    ),
    "bitbucket": (
        {
            "BITBUCKET_BUILD_NUMBER": "9",
            "BITBUCKET_STEP_TRIGGERER_UUID": "{u-1}",
            "BITBUCKET_GIT_HTTP_ORIGIN": "https://x-token-auth:canary@bitbucket.org/shop/plans",
            "BITBUCKET_PR_ID": "4",
        },
        {
            "actor": "{u-1}",
            "run": "https://bitbucket.org/shop/plans/pipelines/results/9",
            "pull_request": "4",
        },
    ),
    "circleci": (
        {
            "CIRCLECI": "true",
            "CIRCLE_USERNAME": "jane",
            "CIRCLE_BUILD_URL": "https://circleci.com/gh/shop/plans/1",
            "CIRCLE_PULL_REQUEST": "https://jane:canary@github.com/shop/plans/pull/5",
        },
        {
            "actor": "jane",
            "run": "https://circleci.com/gh/shop/plans/1",
            "pull_request": "https://github.com/shop/plans/pull/5",
        },
    ),
    "azure": (
        AZURE,
        {
            "actor": "Jane Doe",
            "run": "https://dev.azure.com/shop/My%20Plans/_build/results?buildId=7",
            "pull_request": "17",
        },
    ),
    "buildkite, no pull request": (
        {
            "BUILDKITE": "true",
            "BUILDKITE_BUILD_CREATOR": "Jane",
            "BUILDKITE_BUILD_URL": "https://buildkite.com/shop/plans/builds/1",
            "BUILDKITE_PULL_REQUEST": "false",
        },
        {"actor": "Jane", "run": "https://buildkite.com/shop/plans/builds/1"},
    ),
    "jenkins": (
        {
            "JENKINS_URL": "https://ci.example/",
            "BUILD_URL": "https://ci.example/job/plans/3/",
            "CHANGE_ID": "8",
            "CHANGE_AUTHOR": "jane",
        },
        {"actor": "jane", "run": "https://ci.example/job/plans/3/", "pull_request": "8"},
    ),
    "half of what an address needs": ({"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "1"}, None),
    "an unknown platform": ({"CI": "true", "BUILD_URL": "https://ci.example/1"}, None),
    "a desk": ({"GITHUB_ACTIONS": "", "CI_JOB_URL": "https://gitlab.example/1"}, None),
}


def run_git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    return {"MPGOV_STATE_DIR": str(tmp_path / "kept")}


@pytest.mark.parametrize("case", CASES)
def test_in_ci_the_platform_is_asked(case: str, tmp_path: Path, state: dict[str, str]) -> None:
    environ, expected = CASES[case]
    found = who(tmp_path, {**environ, **state})
    assert found.get("ci") == expected
    assert "canary" not in str(found)


def test_git_and_the_system_are_asked(
    tmp_path: Path, state: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "jane")
    run_git(tmp_path, "init", "-q")
    assert who(tmp_path, state) == {"os": "jane", "machine": machine(state)}
    run_git(tmp_path, "config", "user.name", "Jane")
    run_git(tmp_path, "config", "user.email", "jane@x")
    assert who(tmp_path, state)["git"] == "Jane <jane@x>"
    assert who(tmp_path)["git"] == "Jane <jane@x>"


def test_a_user_without_a_name_is_left_out(
    tmp_path: Path, state: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1001")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert set(who(tmp_path, state)) == {"machine"}


def test_the_machine_keeps_its_id(tmp_path: Path, state: dict[str, str]) -> None:
    first = machine(state)
    assert len(first) == 16
    assert machine(state) == first
    kept = tmp_path / "kept" / "machine-id"
    assert list(kept.parent.iterdir()) == [kept]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert machine({"MPGOV_STATE_DIR": str(tmp_path / "other")}) != first


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"a line\nof something"])
def test_half_an_id_is_replaced(tmp_path: Path, state: dict[str, str], content: bytes) -> None:
    kept = tmp_path / "kept" / "machine-id"
    kept.parent.mkdir()
    kept.write_bytes(content)
    assert len(machine(state)) == 16
    assert machine(state) == kept.read_text("ascii")


def test_where_no_id_can_be_kept_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert machine({"MPGOV_STATE_DIR": str(tmp_path / "file" / "below")}) == ""
    (tmp_path / "kept" / "machine-id").mkdir(parents=True)
    assert machine({"MPGOV_STATE_DIR": str(tmp_path / "kept")}) == ""


def test_processes_that_start_together_agree(state: dict[str, str]) -> None:
    script = "import os; from mpgov.storage.who import machine; print(machine(os.environ))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], env={**os.environ, **state}, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in running}) == 1


def test_the_reason_is_the_first_line_of_the_plans_last_commit(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    git = find_git(tmp_path)
    assert git is not None
    plan = tmp_path / "plan.yaml"
    assert reason_of(git, plan) == ""
    for name, message in (("plan.yaml", "Say what an order is\n\nbody"), ("other", "Other")):
        (tmp_path / name).write_text("x", "utf-8")
        run_git(tmp_path, "add", "-A")
        run_git(tmp_path, "-c", "user.name=J", "-c", "user.email=j@x", "commit", "-qm", message)
    assert reason_of(git, plan) == "Say what an order is"
