"""What the fuzzing found, and what is too rare for it to find: each once, for good."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mpgov.core.model import Catalog, event
from mpgov.errors import InputError, RemoteError
from mpgov.formats import plan_yaml, schemas_json
from mpgov.formats.base import Source
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.usage import event_names
from mpgov.mixpanel.wire import decode
from mpgov.storage.base import load_base
from mpgov.storage.settings import load_settings
from mpgov.workflows.judging import judge_plan, rule_settings
from mpgov.workflows.lexicon import connect
from tests.conftest import PREFIX, House, event_entry
from tests.fuzz.answers import Adapter
from tests.fuzz.mangle import within
from tests.fuzz.test_files import check_refusal

BASE = '{"format": 1, "project": 1, "region": "us", %s}'
EXAMPLES = '"events": {"e": {"properties": {"p": {"examples": [%s]}}}}'
REFUSED = '"not_stored": [{"entity": %s, "name": %s, "path": %s}]'
LONG = ".".join("a" * 2000)


def read_plan(body: str) -> Catalog:
    return plan_yaml.loads([Source("plan.yaml", f"mpgov: 1\n{body}\n".encode())]).catalog


@pytest.mark.parametrize(
    "body",
    [
        BASE % (EXAMPLES % "NaN"),
        BASE % (EXAMPLES % "1e999"),
        BASE % (EXAMPLES % ("9" * 400)),
        BASE % (EXAMPLES % ("[" * 95 + "]" * 95)),
        BASE % (EXAMPLES % ("[" * 99_999)),
        BASE % (REFUSED % ('"event"', "1", '["tags", "a"]')),
        BASE % (REFUSED % ('"event"', '"e"', "[]")),
        BASE % (REFUSED % ('"event"', '"e"', '["properties"]')),
        BASE % (REFUSED % ('"event"', '"e"', '["__class__"]')),
        BASE % (REFUSED % ('"event"', '"e"', '["properties", "p", "at"]')),
        BASE % (REFUSED % ('"x"', '"e"', '["description"]')),
        '{"format": 1, "project": "\\n%s", "region": []}' % ("x" * 10_000),
    ],
)
def test_a_base_that_cannot_be_meant(body: str) -> None:
    with pytest.raises(InputError) as caught:
        load_base(body, "base.json", 1, "us")
    check_refusal(caught.value, "base.json")
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "body",
    [
        f"{LONG} = 1",
        f"[{LONG}]",
        f"x = {{{LONG} = 1}}",
        '"a"' + '."a b"' * 2000 + " = 1",
        "x = " + "[" * 50_000,
        "x = " + "9" * 5000,
        "#" * 300_000,
        f"[projects]\n{'a1' * 60_000} = 1",
        f"{'ab1' * 60_000} = 1",
        f"[limits]\n{'timeouts' * 20_000} = 1",
        f'[rules]\n"{"naming/" * 20_000}" = 1',
        '[naming]\nevent = "/[[a/"\nx = 1',
        '[naming]\nevent = "/(/"',
    ],
    ids=lambda body: body[:20],
)
@pytest.mark.filterwarnings("error")
def test_settings_that_cannot_be_meant(body: str, tmp_path: Path) -> None:
    (tmp_path / "mpgov.toml").write_text(body, "utf-8")
    with within(), pytest.raises(InputError) as caught:
        load_settings(None, tmp_path)
    check_refusal(caught.value, "mpgov.toml")


def test_a_default_project_of_endless_length(tmp_path: Path) -> None:
    name = "ab1" * 60_000
    (tmp_path / "mpgov.toml").write_text(f'default_project = "{name}"\n[projects.ab1]\nid = 1')
    with within():
        assert load_settings(None, tmp_path).default_project == name


def test_a_style_between_slashes_is_what_stands_between_them(tmp_path: Path) -> None:
    (tmp_path / "mpgov.toml").write_text("[naming]\nevent = '/a\\//'\n", "utf-8")
    settings = load_settings(None, tmp_path)
    assert rule_settings(settings)["naming/event-case"].level != "off"
    found = judge_plan(read_plan("events: {a/: {description: d}}"), settings)
    assert "naming/event-case" not in {one.rule for one in found}


@pytest.mark.parametrize("field", ["minimum: {}", "type: list, examples: [{}]", "items: {{a: {}}}"])
@pytest.mark.parametrize("number", ["0x" + "f" * 400, "0x" + "f" * 9999, "9" * 5000, "1e999"])
def test_a_number_that_json_cannot_carry(field: str, number: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(f"events: {{e: {{properties: {{p: {{{field.format(number)}}}}}}}}}")
    check_refusal(caught.value, "plan.yaml")


def test_an_empty_name_within_an_example_is_one() -> None:
    schema = {"properties": {"p": {"type": "object", "examples": [{"": 1, "a": {"": [{}]}}]}}}
    stored = decode([event_entry("e", **schema)], "deprecated")
    written = plan_yaml.dumps(stored.catalog)
    assert read_plan(written.removeprefix("mpgov: 1\n")).entities.keys() == {event("e")}


@pytest.mark.parametrize("filler", ["x", "🎉"])
def test_a_plan_of_one_endless_line(filler: str) -> None:
    body = (
        "{events: {" + "".join(f"e{i}: 1, " for i in range(600)) + f"z: '{filler * 3_500_000}'}}}}"
    )
    with within(), pytest.raises(InputError):
        plan_yaml.loads([Source("plan.yaml", body.replace("{", "{mpgov: 1, ", 1).encode())])


@pytest.mark.parametrize(
    "body",
    ["[NaN]", '{"results": [1e999]}', "[" * 95 + "]" * 95, "[" * 99_999, "9" * 5000, "{"],
    ids=lambda body: body[:9],
)
def test_answers_that_cannot_be_used(body: str, house: House) -> None:
    house.session.adapters.clear()
    house.session.mount(PREFIX, Adapter(lambda *_: (200, {}, body.encode())))
    with pytest.raises(RemoteError, match=r"JSON that|no list|answered"):
        read(connect(house.around, house.around.project()), "deprecated")


def test_what_is_no_name_is_no_event(house: House) -> None:
    house.session.adapters.clear()
    answer = b'["Sale", "", "\\ud800", 1, null, ["x"]]'
    house.session.mount(PREFIX, Adapter(lambda *_: (200, {}, answer)))
    assert event_names(connect(house.around, house.around.project())) == ("Sale",)


def test_an_export_of_what_is_no_schema() -> None:
    for body in (b'[{"name": []}]', b"[1]", b"{}", b'{"entries": 1}', b"\xff", b'[{"name": NaN}]'):
        with pytest.raises(InputError) as caught:
            schemas_json.loads(body, "x.json")
        check_refusal(caught.value, "x.json")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing can be interrupted here")
def test_patterns_that_take_forever(tmp_path: Path) -> None:
    (tmp_path / "mpgov.toml").write_text("[naming]\nevent = '/(a|a)+b/'\n", "utf-8")
    long = "a" * 50
    said = "".join(
        f"{{type: string, pattern: '^(a+[{i}]?)+$', examples: [{long}!, {long}?]}}" + f", p{i}: "
        for i in range(20)
    )
    plan = read_plan(f"events: {{{long}: {{properties: {{p: {said}}}}}}}")
    with within():
        found = judge_plan(plan, load_settings(None, tmp_path))
    messages = [one.message for one in found if one.rule == "datatypes/example"]
    assert len(messages) == 40
    assert all("takes too long to be matched" in one for one in messages)
