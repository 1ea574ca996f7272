"""What git knows of the plan: what its changes explain, and a base where none was kept."""

import subprocess

import pytest

from mpgov.core.change import field_changes
from mpgov.errors import UsageError
from mpgov.workflows.compare import Wish
from tests.conftest import House, event_entry
from tests.workflows.doing import diffed, records, sync


def git(house: House, *arguments: str) -> str:
    identity = ("-c", "user.name=Jane", "-c", "user.email=jane@acme.example")
    command = ["git", "-C", str(house.folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(house: House, plan: str, subject: str = "A change of the plan") -> None:
    house.plan(plan)
    git(house, "add", "plan.yaml")
    git(house, "commit", "-q", "-m", subject)


@pytest.fixture
def repository(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git(house, "init", "-q", "-b", "main")
    return house


class TestSince:
    def test_it_splits_what_the_plan_explains_from_the_rest(self, repository: House) -> None:
        house = repository
        house.put(event_entry("A"), event_entry("B", properties={"p": {"type": "string"}}))
        commit(
            house, "events: {A: {description: a, tags: [t]}, B: {properties: {p: {hidden: true}}}}"
        )
        house.plan(
            "events: {A: {description: new, tags: [t]}, B: {properties: {p: {hidden: true, "
            "display_name: P}}}}"
        )
        report = diffed(house, Wish(since="HEAD"))
        assert [(c.key.name, f.path) for c in report.changes for f in field_changes(c)] == [
            ("A", ("description",)),
            ("B", ("properties", "p", "display_name")),
        ]
        assert [(c.key.name, f.path) for c in report.not_explained for f in field_changes(c)] == [
            ("A", ("tags",)),
            ("B", ("properties", "p", "hidden")),
        ]
        done = sync(house, Wish(since="HEAD"))
        assert done.exit_code == 0
        stored = house.stored()
        assert stored["A"] == {"description": "new"}
        assert sync(house, Wish()).exit_code == 0
        assert house.stored()["A"]["metadata"]["com.mixpanel"]["tags"] == ["t"]

    def test_a_revision_that_is_none(self, repository: House) -> None:
        commit(repository, "events: {A: {}}")
        with pytest.raises(UsageError, match="knows no commit nowhere"):
            diffed(repository, Wish(since="nowhere"))
        with pytest.raises(UsageError, match="knows no commit --all"):
            diffed(repository, Wish(since="--all"))

    def test_outside_of_git(self, house: House) -> None:
        house.plan("events: {A: {}}")
        with pytest.raises(UsageError, match="in git"):
            diffed(house, Wish(since="HEAD"))


class TestWithoutABase:
    """What earlier commits of the plan said counts as base."""

    def test_what_the_plan_said_before_is_no_foreign_text(self, repository: House) -> None:
        house = repository
        house.put(event_entry("A", description="first"))
        commit(house, "events: {A: {description: first}}")
        commit(house, "events: {A: {description: second}}")
        commit(house, "events: {A: {description: third}}")
        report = sync(house, Wish())
        assert report.exit_code == 0
        assert house.stored()["A"]["description"] == "third"

    def test_what_lexicon_says_otherwise_is_drift_or_a_conflict(self, repository: House) -> None:
        house = repository
        house.put(event_entry("A", description="UI"), event_entry("B", description="UI"))
        commit(house, "events: {A: {description: a}, B: {description: b}}")
        commit(house, "events: {A: {description: a}, B: {description: new}}")
        report = diffed(house)
        assert [(p.key.name, p.lexicon) for p in report.drift] == [("A", "UI")]
        assert [(p.key.name, p.plan) for p in report.conflicts] == [("B", "new")]

    def test_of_one_commit_nothing_is_known(self, repository: House) -> None:
        house = repository
        house.put(event_entry("A", description="UI"))
        commit(house, "events: {A: {description: a}}")
        report = diffed(house)
        assert [f.rule for f in report.standing] == ["guards/foreign-text"]

    def test_what_is_empty_or_missing_in_lexicon_is_sent(self, repository: House) -> None:
        house = repository
        house.put(event_entry("A"))
        for text in ("one", "two"):
            commit(
                house,
                f"events: {{A: {{description: a, hidden: true}}, B: {{description: {text}}}}}",
            )
        assert sync(house, Wish()).exit_code == 0
        assert house.stored()["A"]["description"] == "a"
        assert house.stored()["B"]["description"] == "two"


def test_the_reason_is_the_subject_of_the_plans_last_commit(repository: House) -> None:
    commit(repository, "events: {A: {}}", "Add event A (GOV-12)")
    sync(repository, Wish())
    record = records(repository)[-1]
    assert record["reason"] == "Add event A (GOV-12)"
    assert record["commit"] == git(repository, "rev-parse", "HEAD").strip()
