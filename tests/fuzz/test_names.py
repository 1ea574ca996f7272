"""Names and texts that nobody expects, through sync on the sandbox, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import Result

from mpgov.core.model import Catalog, Entity, Property, event
from mpgov.core.report import CheckReport
from mpgov.formats import plan_yaml
from mpgov.formats.base import Source
from mpgov.mixpanel.wire import decode_schema, encode
from mpgov.workflows import sync
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff
from mpgov.workflows.export import ExportWish, export
from tests.conftest import PREFIX, House, event_entry
from tests.fuzz.answers import Adapter, Reply, me
from tests.fuzz.mangle import HALVES, HOSTILE, TIMES, as_bytes, mangled, within
from tests.fuzz.test_files import FILES
from tests.fuzz.test_plans import assert_harmless

NAMES = [name for name in HOSTILE if name]
ALLOW = ("guards/foreign-text", "guards/mass-change", "guards/unblocks", "guards/blocks-data")


def plan_of(*names: str) -> Catalog:
    """Events of these names, each with a property and texts of the same."""
    return Catalog(
        {
            event(name): Entity(
                event(name),
                description=name.removesuffix("\n") or "d",
                display_name=name.removesuffix("\n") or "d",
                tags=(name,),
                properties={name: Property(type="string", required=True, examples=(name,))},
            )
            for name in names
        }
    )


def plan_with(fields: str) -> Catalog:
    """One event of which that is said."""
    text = f"mpgov: 1\nevents:\n  Sale: {{{fields}}}\n"
    return plan_yaml.loads([Source("plan.yaml", text.encode())]).catalog


def synced(house: House, catalog: Catalog) -> Path:
    path = house.folder / "plan.yaml"
    path.write_bytes(plan_yaml.dumps(catalog).encode())
    run = sync.prepare(sync.Where(path, house.around), Wish(allow=ALLOW))
    assert not isinstance(run, CheckReport)
    run.permit()
    assert all(outcome.state == "applied" for outcome in run.send())
    assert run.finish().exit_code == 0
    return path


def clean(house: House, path: Path, against: str | None = None) -> bool:
    report = diff(path, house.around, Wish(), against)
    return bool(getattr(report, "is_clean", False))


def test_hostile_names_arrive_as_they_are_and_come_back(house: House) -> None:
    path = synced(house, plan_of(*NAMES))
    stored = house.stored()
    assert set(stored) == set(NAMES)
    for name in NAMES:
        assert list(stored[name]["properties"]) == [name]
        assert stored[name]["properties"][name]["examples"] == [name]
        assert stored[name]["metadata"]["com.mixpanel"]["tags"] == [name]
        assert stored[name]["required"] == [name]
    assert clean(house, path)
    for kind in ("yaml", "json"):
        done = export(house.around, ExportWish(kind))
        assert done.path is not None
        assert clean(house, path, str(done.path))
    house.clock.at += 3600
    lexicon = export(house.around, ExportWish("yaml")).path
    assert lexicon is not None
    assert clean(house, lexicon)


def half_said() -> dict[str, Any]:
    return {
        "description": "half \ud800",
        "properties": {
            **{half: {"type": "string"} for half in HALVES},
            "p": {"type": "string", "description": "\udc00", "examples": ["\ud83d", {"\ud800": 1}]},
        },
        "required": [*HALVES, "p"],
        "metadata": {
            "com.mixpanel": {
                "displayName": "\ud800",
                "tags": ["a\ud800", "b"],
                "contacts": ["a\ud800@b.c", "nobody"],
                "teamContacts": ["t\udfff", " "],
            }
        },
    }


def test_half_a_character_is_never_lost_and_never_in_the_way(house: House) -> None:
    """Names that no file can hold are left alone; texts show U+FFFD and stay as stored."""
    schema = half_said()
    entries = [event_entry(half, description="theirs") for half in HALVES]
    house.put(event_entry("Sale", **schema), *entries)
    done = export(house.around, ExportWish("yaml"))
    assert done.path is not None
    assert clean(house, done.path)
    json_export = export(house.around, ExportWish("json")).path
    assert json_export is not None
    assert b"\\ud800" in json_export.read_bytes()
    assert clean(house, done.path, str(json_export))
    assert "names that no plan can say" in " ".join(done.notes)


def test_half_a_character_stays_as_it_is_stored_where_something_else_changes(house: House) -> None:
    schema = half_said()
    house.put(event_entry("Sale", **schema), event_entry(HALVES[0], description="theirs"))
    house.sandbox.turn({"unknown_contact": "keep"})
    path = synced(house, plan_with("tags: [new], properties: {q: {type: number}}"))
    assert clean(house, path)
    assert house.stored()[HALVES[0]] == {"description": "theirs"}
    sale, meta = house.stored()["Sale"], schema["metadata"]["com.mixpanel"]
    assert sale["properties"].pop("q") == {"type": "number"}
    stored = sale.pop("metadata")["com.mixpanel"]
    assert stored == {**meta, "tags": [*meta["tags"], "new"]}
    del schema["metadata"]
    assert sale == schema


def test_people_that_no_plan_can_name_stay_where_others_change() -> None:
    schema = half_said()
    before = decode_schema(event("Sale"), schema, "deprecated")
    assert before.owners == ("a\ufffd@b.c", "team:t\ufffd")
    after = replace(before, owners=(*before.owners, "x@y.z"))
    meta = encode(before, after, schema, "deprecated")["schemaJson"]["metadata"]["com.mixpanel"]
    assert sorted(meta["contacts"]) == sorted(["a\ud800@b.c", "nobody", "x@y.z"])
    assert list(meta) == ["contacts"]


TREACHERY = "\x1b[31mred \x9b1m \u202eabc\u2066 [bold red]x[/] \x07\r\x08 \x1b]0;t\x07 \ud800"


def shown(result: Result) -> str:
    """What the command said, which must be harmless; nothing of it may be a bug."""
    assert result.exit_code != 70, result.output
    said = result.stdout + result.stderr
    assert_harmless(said)
    assert "Traceback" not in said
    assert "a bug in mpgov" not in said
    return said


def test_treacherous_text_is_shown_and_not_obeyed(
    open_house: House, run: Callable[..., Result]
) -> None:
    house, text = open_house, TREACHERY.replace(" \ud800", "")
    path = house.folder / "plan.yaml"
    catalog = plan_of(text, f"{text}2")
    path.write_bytes(plan_yaml.dumps(catalog).encode())
    house.put(
        event_entry(text, description=TREACHERY, metadata={"com.mixpanel": {"tags": [TREACHERY]}}),
        event_entry(TREACHERY, description="x"),
        event_entry(f"{text}3", description=TREACHERY, properties={TREACHERY: {}, text: {}}),
    )
    allow = [word for guard in ALLOW for word in ("--allow", guard)]
    commands: tuple[tuple[str, ...], ...] = (
        ("check", str(path)),
        ("check", str(path), "--format", "json"),
        ("diff", str(path)),
        ("diff", str(path), "--format", "json"),
        ("sync", str(path), "--yes"),
        ("sync", str(path), "--yes", *allow, "--format", "json"),
        ("diff", str(path), *allow),
        ("export",),
        ("export", "--format", "json", "--output", "-"),
        ("export", "--output", "-"),
        ("export", "--output", f"{text}.yaml".replace("/", "")),
        ("export", "--into", str(path)),
        ("auth", "status"),
        ("auth", "status", "--format", "json"),
    )
    said = [shown(run(*command)) for command in commands]
    assert all("[bold red]x[/]" in one for one in said[:6])


def replying(identity: bytes, other: tuple[int, bytes], _: str, part: str) -> Reply:
    status, body = (200, identity) if part == "me" else other
    return status, {"Location": "\x1b"}, body


def test_treacherous_errors_of_the_server_are_shown_and_not_obeyed(
    house: House, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.plan("events: {Sale: {description: d}}")
    identity = me(house.project)
    project: Any = identity["results"]["projects"][str(house.project)]
    project["name"] = project["role"]["name"] = TREACHERY
    for status in (200, 400, 401, 403, 404):
        for body in ({"error": TREACHERY}, {"results": [TREACHERY]}, [TREACHERY], TREACHERY):
            adapter = Adapter(partial(replying, as_bytes(identity), (status, as_bytes(body))))
            house.session.adapters.clear()
            house.session.mount(PREFIX, adapter)
            monkeypatch.setattr("mpgov.mixpanel.client.open_session", lambda **_: house.session)
            for command in (
                ("diff", str(path)),
                ("sync", str(path), "--yes"),
                ("export",),
                ("auth", "status"),
            ):
                shown(run(*command, "--max-wait", "0"))


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_through_the_command_itself(
    name: str, house: House, run: Callable[..., Result]
) -> None:
    house.plan("events: {Sale: {description: d}}")
    for case in range(2 * TIMES):
        random = Random(f"command {name} {case}")
        data = mangled(random, FILES[name][0]())
        folder = house.folder / "exports" / str(house.project)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / name if name == "base.json" else house.folder / name
        target.write_bytes(data)
        against = {"base.json": "base", "lexicon.json": name}.get(name)
        command = ("diff", "plan.yaml", "--against", against) if against else ("check", name)
        if name == "mpgov.toml":
            command = ("check", "plan.yaml")
        with within():
            shown(run(*command))
