"""The record, listed and joined with what else is known of the past."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.history import Trace
from mpgov.core.quarter import quarter
from mpgov.core.record import (
    KINDS,
    Wanted,
    end_of,
    moment,
    record_as_json,
    record_from_json,
)
from mpgov.errors import InputError, UsageError
from mpgov.formats import audit_log
from mpgov.storage.ledger import Ledger
from mpgov.workflows.blame import Asked, blame
from mpgov.workflows.history import add, history, places, show, verify
from tests.conftest import House

TOML = 'default_project = "shop"\n[projects.shop]\nid = 1\nservice_account = "gov"\n'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture
def shop(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A project that is known by mpgov.toml alone: no credentials, no address."""
    for name in [name for name in os.environ if name.startswith("MIXPANEL_")]:
        monkeypatch.delenv(name)
    house.config(TOML)
    return house


def ledger(house: House, project: str = "shop") -> Ledger:
    return Ledger(house.folder / "exports" / project)


def change(name: str, *fields: tuple[list[str], object, object], **more: object) -> dict:
    listed = [{"path": path, "before": before, "after": after} for path, before, after in fields]
    return {"action": "update", "entity": "event", "name": name, **more, "fields": listed}


def recorded(house: House, at: str, *changes: dict, project: str = "shop", **more: object) -> None:
    entry = {"format": 1, "kind": "sync", "state": "done", "run": at, "at": at, "account": "gov"}
    ledger(house, project).append({**entry, **more, "changes": list(changes)})


def listed(house: House, wanted: Wanted | None = None, **more: object) -> list[str]:
    report = history(house.around, wanted or Wanted(), **more)  # type: ignore[arg-type]
    return [told.record.at for told in report.told]


class TestRecords:
    def test_a_record_is_read_as_it_was_written(self) -> None:
        entry = {
            "format": 1,
            "kind": "sync",
            "state": "done",
            "run": "r",
            "at": "2026-11-24T01:02:03Z",
            "who": {"git": "Jane <jane@acme.example>", "ci": {"actor": "jane"}},
            "account": "gov",
            "project": {"name": "shop", "id": 1, "region": "us"},
            "commit": "abc",
            "reason": "why",
            "changes": [change("A", (["tags"], [], ["x"]), owners=["jane@acme.example"])],
            "left": [{"name": "B"}],
        }
        record = record_from_json({**entry, "prev": "p", "hash": "h"})
        assert record_as_json(record) == entry
        assert list(record_as_json(record)) == list(entry)
        assert (record.names, record.owners) == (("A",), {"jane@acme.example"})

    @given(
        st.dictionaries(
            st.text() | st.sampled_from(["kind", "at", "who", "changes", "project", "owners"]), JSON
        )
    )
    def test_anything_can_be_read_and_chosen(self, entry: dict[str, object]) -> None:
        record = record_from_json(entry)
        again = record_from_json(record_as_json(record))
        assert record_as_json(again) == record_as_json(record)
        quarters = quarter("2026-Q4")
        assert quarters is not None
        Wanted(KINDS, "*", "*", *quarters).takes(record)
        assert record.by

    def test_times(self) -> None:
        assert moment("x") is end_of("x") is None
        assert end_of("2026-11-24") == datetime(2026, 11, 25, tzinfo=UTC)
        assert moment("2026-11-24T02:00:00+01:00") == datetime(2026, 11, 24, 1, tzinfo=UTC)
        assert end_of("9999-12-31") is moment("0001-01-01T00:00:00+01:00") is None


class TestHistory:
    def test_the_newest_first_and_every_filter(self, shop: House) -> None:
        jane = "jane@acme.example"
        recorded(shop, "2026-10-01T00:00:00Z", change("Sign Up", (["owners"], [jane], ["bob@x"])))
        recorded(shop, "2026-09-30T23:59:59Z", change("Purchase", owners=[jane]))
        recorded(shop, "2026-11-24T12:00:00Z", kind="token", name="production", owner="bob@x")
        everything = ["2026-11-24T12:00:00Z", "2026-10-01T00:00:00Z", "2026-09-30T23:59:59Z"]
        first, middle, last = everything
        assert listed(shop) == everything
        assert listed(shop, last=1) == [first]
        assert listed(shop, Wanted(kinds=("token", "note"))) == [first]
        assert listed(shop, Wanted(name="P*")) == [last]
        assert listed(shop, Wanted(name="prod*")) == [first]
        assert listed(shop, Wanted(owner="jane@*")) == [middle, last]
        assert listed(shop, Wanted(owner="bob@x")) == [first, middle]
        span = quarter("2026-q4")
        assert span is not None
        assert listed(shop, Wanted(since=span[0], until=span[1])) == [first, middle]
        assert listed(shop, Wanted(until=end_of("2026-09-30"))) == [last]
        assert history(shop.around, Wanted(), last=1).found == 3

    def test_a_run_is_one_record_until_nobody_knows_how_it_ended(self, shop: House) -> None:
        recorded(shop, "2026-11-24T01:00:00Z", state="intended", run="a")
        recorded(shop, "2026-11-24T01:00:09Z", run="a")
        recorded(shop, "2026-11-24T02:00:00Z", state="intended", run="b")
        assert listed(shop) == ["2026-11-24T02:00:00Z", "2026-11-24T01:00:09Z"]
        assert [told.record.state for told in show(shop.around, "a").told] == ["done", "intended"]
        with pytest.raises(UsageError, match="no run c"):
            show(shop.around, "c")

    def test_all_projects(self, shop: House) -> None:
        recorded(shop, "2026-11-24T01:00:00Z")
        recorded(shop, "2026-11-24T02:00:00Z", project="old one")
        assert listed(shop) == ["2026-11-24T01:00:00Z"]
        assert [place.project for place in places(shop.around, every=True)] == ["shop", "old one"]
        assert listed(shop, every=True) == ["2026-11-24T02:00:00Z", "2026-11-24T01:00:00Z"]

    def test_without_any_settings_the_only_record_is_meant(self, shop: House) -> None:
        shop.config("")
        with pytest.raises(UsageError):
            history(shop.around, Wanted())
        recorded(shop, "2026-11-24T01:00:00Z", project="one")
        assert listed(shop) == ["2026-11-24T01:00:00Z"]
        recorded(shop, "2026-11-24T01:00:00Z", project="two")
        with pytest.raises(UsageError):
            history(shop.around, Wanted())

    def test_what_is_damaged_is_told(self, shop: House) -> None:
        add(shop.around, "note", "frozen", name="Sign Up", reason="launch")
        add(shop.around, "note", "thawed")
        [first, second] = (line.entry for line in ledger(shop).read())
        assert (first["text"], first["name"], first["reason"]) == ("frozen", "Sign Up", "launch")
        assert (second["project"]["name"], second["account"]) == ("shop", "gov")
        assert verify(shop.around)[0].problems == ()
        path = ledger(shop).path
        path.write_bytes(path.read_bytes().replace(b"thawed", b"Thawed"))
        [checked] = verify(shop.around)
        assert checked.problems == (
            "exports/shop/ledger.jsonl:2: was changed: its hash does not fit",
        )
        report = history(shop.around, Wanted())
        assert (len(report.told), report.damaged) == (1, ("exports/shop/ledger.jsonl",))

    def test_an_empty_note_is_none(self, shop: House) -> None:
        with pytest.raises(UsageError, match="empty"):
            add(shop.around, "note", " \n")


class TestBlame:
    @pytest.fixture
    def told(self, shop: House, monkeypatch: pytest.MonkeyPatch) -> House:
        """A plan of three commits, a sync of it, and a folder to write an audit log into."""
        for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
            monkeypatch.setenv(name, os.devnull)
        git(shop.folder, "init", "-q")
        shop.config(f'plan = "plan.yaml"\n{TOML}')
        shop.plan("events: {Sale: {description: old, properties: {price: {type: string}}}}")
        committed(shop.folder, "first", 1)
        shop.plan("events: {Sale: [not a plan")
        committed(shop.folder, "broken", 2)
        shop.plan("events: {Sale: {description: new, properties: {price: {type: number}}}}")
        committed(shop.folder, "second", 3)
        fields = (["description"], "old", "new"), (["properties", "price", "type"], "string", "x")
        recorded(shop, "2026-11-20T10:00:00Z", change("Sale", *fields), state="intended", run="r")
        recorded(shop, "2026-11-20T10:00:09Z", change("Sale", *fields), run="r", reason="why")
        return shop

    def test_the_record_and_the_plan_are_joined_by_field(self, told: House) -> None:
        report = blame(told.around, Asked("Sale"))
        assert [_short(trace) for trace in report.traces] == [
            ("description", "record", "old", "new", "why"),
            ("description", "plan", "old", "new", "second"),
            ("description", "plan", "unset", "old", "first"),
            ("properties.price.type", "record", "string", "x", "why"),
            ("properties.price.type", "plan", "string", "number", "second"),
            ("properties.price.type", "plan", "unset", "string", "first"),
        ]
        assert report.notes == ("1 commits hold a plan that cannot be read; they were left out",)
        of_price = blame(told.around, Asked("Sale", "price"))
        assert [_short(t)[0] for t in of_price.traces] == ["properties.price.type"] * 3
        assert blame(told.around, Asked("Other")).traces == ()

    def test_an_edit_past_the_plan_is_marked(self, told: House) -> None:
        rows = [
            ("2026-11-20T10:04:00Z", "eve@acme.example", "event_definition.updated"),
            ("2026-11-21T10:00:00Z", "gov", "event_definition.updated"),
            ("2026-11-21T11:00:00Z", "bob@acme.example", "event_definition.updated"),
            ("2026-11-21T12:00:00Z", "bob@acme.example", "user.role_changed"),
            ("2026-11-21T13:00:00Z", "bob@acme.example", "property_definition.updated"),
        ]
        texts = {"csv": "Time,User Email,Event Type,Name\n", "json": "", "lines": ""}
        entries = []
        for at, by, kind in rows:
            name = "price" if "property" in kind else "Sale"
            texts["csv"] += f"{at},{by},{kind},{name}\n"
            entries.append(
                {
                    "timestamp": datetime.fromisoformat(at).timestamp() * 1000,
                    "actor": {"email": by},
                    "event_type": kind,
                    "target": {"name": name, "type": "definition"},
                }
            )
        texts["json"] = json.dumps({"results": entries, "status": "ok"}, indent=2)
        texts["lines"] = "\n".join(json.dumps(entry) for entry in entries) + "\n"
        for form, text in texts.items():
            file = told.folder / f"log.{form}"
            file.write_text(text, "utf-8")
            marks = {
                trace.by: trace.is_past
                for trace in blame(told.around, Asked("Sale", audit_log=file)).traces
                if trace.source == "Mixpanel"
            }
            expected = {"eve@acme.example": False, "gov": False, "bob@acme.example": True}
            assert marks == expected, form
            of_price = blame(told.around, Asked("Sale", "price", audit_log=file)).traces
            assert [t.is_past for t in of_price if t.source == "Mixpanel"] == [True], form

    def test_without_git_that_is_told(self, shop: House) -> None:
        shop.plan("events: {Sale: {}}")
        assert blame(shop.around, Asked("Sale")).notes == (
            "the plan is in no git repository: its commits are not known",
        )


class TestAuditLog:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"\xff\xfe", "1:1: is not UTF-8"),
            (b"a,b\n1,2\n", "1:1: is no audit log: no time or no type of event among a, b"),
            (b'{"a": 1}\n{"b"\n', "2:5: is not JSON"),
            (b"[1", "1:3: is not JSON"),
        ],
    )
    def test_what_is_none_is_told_with_its_place(self, data: bytes, said: str) -> None:
        with pytest.raises(InputError) as caught:
            audit_log.loads(data, "log")
        assert caught.value.message.startswith(f"log:{said}")

    def test_an_empty_one_tells_nothing(self) -> None:
        assert audit_log.loads(b"", "log") == audit_log.loads(b"[]", "log") == ()

    @given(st.binary() | st.text().map(lambda t: t.encode("utf-8", "replace")))
    def test_anything_is_read_or_refused(self, data: bytes) -> None:
        assert _refusal(data).startswith("log:")

    @given(JSON, st.sampled_from(["time", "event_type", "name"]))
    def test_any_json_is_read_or_refused(self, value: object, name: str) -> None:
        entry = {"time": "2026-11-24", "event_type": "event_definition.updated", name: value}
        for document in (entry, [entry, value], value):
            assert _refusal(json.dumps(document).encode()).startswith("log:")


def _refusal(data: bytes) -> str:
    try:
        audit_log.loads(data, "log")
    except InputError as error:
        return error.message
    return "log: none"


def _short(trace: Trace) -> tuple[object, ...]:
    found = trace.change
    before = found.before or "unset"
    return (".".join(found.path), trace.source, before, found.after, trace.why)


def git(folder: Path, *arguments: str, **environ: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, env={**os.environ, **environ})


def committed(folder: Path, subject: str, day: int) -> None:
    who = {f"GIT_{r}_{w}": "jane" for r in ("AUTHOR", "COMMITTER") for w in ("NAME", "EMAIL")}
    when = {f"GIT_{r}_DATE": f"2026-11-0{day}T00:00:00Z" for r in ("AUTHOR", "COMMITTER")}
    git(folder, "add", "plan.yaml")
    git(folder, "commit", "-q", "-m", subject, **who, **when)
