"""The register's file: read strictly, changed in place, and nothing secret ever shown."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from mpgov.core.model import Location
from mpgov.core.tokens import ENVIRONMENTS, KINDS, Token
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.tokens_edit import dumps, with_token
from mpgov.formats.tokens_schema import json_schema
from mpgov.formats.tokens_yaml import TOKEN, loads
from tests.corpus import DATA, register, value

ROOT = DATA.parents[2]
HEX, SECRET = value("some"), value("sync-account")
TEXT = """\
mpgov_tokens: 1
tokens:
  web:                                 # ours
    kind: project_token
    project: production                # by name
    environment: production
    holder: 'jane@acme.example'
    used_in: [web, ios]
    rotate_every: 365
    last_rotated: 2026-01-15           # with the launch
    fingerprint: 1a2b3c4d5e6f7890
    retired: [0f1e2d3c4b5a6978]        # the one before

  sync:
    kind: service_account
    account: gov.1a2b3c.mp-service-account
    note: …
"""
WEB = Token(
    "web",
    "project_token",
    "production",
    "production",
    "jane@acme.example",
    ("web", "ios"),
    365,
    "2026-01-15",
    "1a2b3c4d5e6f7890",
    ("0f1e2d3c4b5a6978",),
)
SYNC = Token("sync", "service_account", account="gov.1a2b3c.mp-service-account", note="…")


def read(text: str) -> tuple[Token, ...]:
    return loads(Source("tokens.yaml", text.encode()))


def problems(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value.message


def test_it_is_read_with_its_places() -> None:
    web, sync = read(TEXT)
    assert (web, sync) == (WEB, SYNC)
    assert web.at == Location("tokens.yaml", 3, 3)
    assert web.place("holder") == Location("tokens.yaml", 7, 5)
    assert sync.place("holder") == Location("tokens.yaml", 14, 3)


@pytest.mark.parametrize("text", ["mpgov_tokens: 1", "mpgov_tokens: 1\ntokens:\n"])
def test_it_may_be_empty(text: str) -> None:
    assert read(text) == ()
    assert read(f"\ufeff{text}") == ()


def test_every_problem_is_told_at_once_with_its_place() -> None:
    told = problems("""\
mpgov_tokens: 1
tokens:
  web:
    kind: project_tokn
    holder: jane
    rotate_every: 12 months
    fingerprint: xyz
    last_rotated: 2026-02-30
    colour: red
  other: {project: 1}
  third: 3
  fourth: {kind: null}
  web: {kind: api_secret}
more: 1
""").splitlines()
    wanted = f"""\
tokens.yaml:4:11: kind cannot be "project_tokn"; did you mean project_token?
tokens.yaml:5:13: "jane" is no holder; write an e-mail, or team:Name
tokens.yaml:6:19: rotate_every expects days, 1 to 3650, found "12 months"; write …
tokens.yaml:7:18: fingerprint expects the first 16 hex digits of the value's SHA-256, found "xyz"
tokens.yaml:8:19: last_rotated expects a day, found "2026-02-30"; write 2027-02-01
tokens.yaml:9:5: "web" has no field "colour"; known are {", ".join(TOKEN)}
tokens.yaml:10:10: "other" needs a kind; write kind: {" | ".join(KINDS)}
tokens.yaml:11:10: "third" expects a token's fields, found "3"; write kind: project_token
tokens.yaml:12:18: kind cannot be null; write one of {", ".join(KINDS)}
tokens.yaml:13:3: "web" is written twice, first at tokens.yaml:3:3; keep one of them
tokens.yaml:14:1: a register has no section "more"; known are tokens
"""
    lines = [line for line in told if not line.startswith("    ")]
    assert [line.replace("rotate_every: 365 days", "…") for line in lines] == wanted.splitlines()
    assert "        holder: jane" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty; a register of tokens begins with the line mpgov_tokens: 1"),
        ("mpgov: 1", "is no register of tokens"),
        ("- a", "is no register of tokens"),
        ("mpgov_tokens: 2", 'mpgov_tokens expects 1, found "2"'),
        ("mpgov_tokens: 1\ntokens: [a]", "tokens expects names with their fields, found a list"),
        ("mpgov_tokens: 1\ntokens: {a", "is not YAML"),
        ("mpgov_tokens: 1\n" + "#" * 2**20, "more than 1 MB"),
    ],
)
def test_what_is_no_register(text: str, told: str) -> None:
    assert told in problems(text)


def test_what_is_not_utf8() -> None:
    with pytest.raises(InputError, match="is not UTF-8 at byte 17"):
        loads(Source("tokens.yaml", b"mpgov_tokens: 1\n#\xff"))


@pytest.mark.parametrize("secret", [HEX, SECRET, "hunter2"])
@pytest.mark.parametrize(
    "line",
    [
        "  web: {kind: project_token, secret: VALUE}",
        "  web:\n    kind: project_token\n    value: VALUE",
        "  web:\n    kind: project_token\n    token: 'VALUE'  # mine",
        "  web:\n    kind: api_secret\n    password: VALUE",
    ],
)
def test_a_value_is_named_and_never_shown(line: str, secret: str) -> None:
    told = problems("mpgov_tokens: 1\ntokens:\n" + line.replace("VALUE", secret))
    assert "may be a token or a secret, and the register never holds one" in told
    assert secret not in told


@pytest.mark.parametrize("secret", [HEX, SECRET])
@pytest.mark.parametrize(
    "line",
    [
        "  VALUE: {kind: project_token}",
        "  web: {kind: VALUE}",
        "  web: {kind: project_token, fingerprint: VALUE}",
        "  web: {kind: project_token, retired: [VALUE]}",
        "  web: {kind: project_token, last_rotated: VALUE}",
        "  web: {kind: project_token, holder: VALUE}",
        "  web: {kind: project_token, used_in: [a, VALUE]}",
        "  web: {kind: project_token, VALUE: 1}",
        "  web: {kind: project_token}  # VALUE",
        "  web: {kind: project_token, note: 'VALUE",
        "  web: {kind: project_token, note: [VALUE",
        "VALUE",
        "  web: *VALUE",
    ],
)
def test_no_message_repeats_what_may_be_a_value(line: str, secret: str) -> None:
    told = problems("mpgov_tokens: 1\ntokens:\n" + line.replace("VALUE", secret))
    assert "tokens.yaml:3:" in told
    assert "the register never holds one" in told
    assert secret not in told
    assert secret[:12] not in told


@pytest.mark.parametrize("folded", [f'"{HEX[:16]}\\\n      {HEX[16:]}"', f'"\\x{0x61:x}{HEX[1:]}"'])
def test_what_a_text_hides_is_found(folded: str) -> None:
    told = problems(f"mpgov_tokens: 1\ntokens:\n  web: {{kind: project_token, note: {folded}}}\n")
    assert "the register never holds one" in told
    assert HEX[:16] not in told
    assert HEX[16:] not in told


def test_many_values_take_no_time_and_the_first_are_named() -> None:
    start = time.process_time()
    told = problems("mpgov_tokens: 1\n" + f"# {HEX}\n" * 24_000)
    assert time.process_time() - start < 5
    assert told.startswith("tokens.yaml:2:3: may be a token or a secret")
    assert "tokens.yaml:501:3: " in told
    assert told.endswith("these are the first 500 problems.")
    assert HEX not in told


def test_only_what_changes_is_touched() -> None:
    changed = with_token(
        TEXT,
        replace(
            WEB,
            last_rotated="2026-11-24",
            fingerprint="aaaabbbbccccdddd",
            retired=("0f1e2d3c4b5a6978", "1a2b3c4d5e6f7890"),
        ),
        "tokens.yaml",
    )
    was, now = TEXT.splitlines(), changed.splitlines()
    assert [(a, b) for a, b in zip(was, now, strict=True) if a != b] == [
        (
            "    last_rotated: 2026-01-15           # with the launch",
            '    last_rotated: "2026-11-24"           # with the launch',
        ),
        ("    fingerprint: 1a2b3c4d5e6f7890", "    fingerprint: aaaabbbbccccdddd"),
        (
            "    retired: [0f1e2d3c4b5a6978]        # the one before",
            '    retired: [0f1e2d3c4b5a6978, "1a2b3c4d5e6f7890"]        # the one before',
        ),
    ]
    assert with_token(TEXT, WEB, "tokens.yaml") == TEXT


def test_what_is_empty_stays_written() -> None:
    text = "mpgov_tokens: 1\ntokens:\n  a: {kind: api_secret, holder: null, used_in: []}\n"
    (token,) = read(text)
    changed = with_token(text, replace(token, note="x"), "tokens.yaml")
    assert changed.endswith("  a: {kind: api_secret, holder: null, used_in: [], note: x}\n")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_new_one_goes_last(end: str) -> None:
    new = Token("new", "api_secret", "production", rotate_every=90, used_in=("ci",))
    changed = with_token(TEXT.replace("\n", end), new, "tokens.yaml")
    assert changed.startswith(TEXT.replace("\n", end))
    assert changed.removeprefix(TEXT.replace("\n", end)).split(end) == [
        "",
        "  new:",
        "    kind: api_secret",
        "    project: production",
        "    used_in: [ci]",
        '    rotate_every: "90 days"',
        "",
    ]
    assert read(changed) == (WEB, SYNC, new)


@pytest.mark.parametrize(
    "text",
    [
        "mpgov_tokens: 1\n",
        "mpgov_tokens: 1",
        "mpgov_tokens: 1\ntokens:\n",
        "mpgov_tokens: 1\ntokens: {}",
        "mpgov_tokens: 1\ntokens: # ours\n# end\n",
        "mpgov_tokens: 1\ntokens: null\n",
        "mpgov_tokens: 1\ntokens: {web: {kind: api_secret}}\n",
        "\ufeffmpgov_tokens: 1\ntokens:\n  web: {kind: api_secret}\n",
    ],
)
def test_a_first_one_finds_its_place(text: str) -> None:
    changed = with_token(text, SYNC, "tokens.yaml")
    assert read(changed)[-1] == SYNC
    assert changed.startswith("\ufeff") == text.startswith("\ufeff")


def test_what_cannot_be_changed_is_told() -> None:
    text = "mpgov_tokens: 1\ntokens:\n  <<: &a {web: {kind: api_secret}}\n"
    with pytest.raises(InputError, match="cannot change in place"):
        with_token(text, replace(read(text)[0], note="x"), "tokens.yaml")


_TOKENS = st.builds(
    Token,
    name=st.sampled_from(["web", "12", "no", "a: b", "ünï", "x#y"]),
    kind=st.sampled_from(KINDS),
    project=st.sampled_from(["", "production", "123456", "1e3", "null"]),
    environment=st.sampled_from(["", *ENVIRONMENTS]),
    holder=st.sampled_from(["", "jane@acme.example", "team:The Web"]),
    used_in=st.sampled_from([(), ("web",), ("web", "1.0", "a, b")]),
    rotate_every=st.none() | st.integers(1, 3650),
    last_rotated=st.sampled_from(["", "2026-01-15"]),
    fingerprint=st.sampled_from(["", "1234567890123456", "0e12345678901234"]),
    retired=st.sampled_from([(), ("1a2b3c4d5e6f7890", "0000000000000000")]),
    note=st.sampled_from(["", "two\nlines", "- a", "' \" \\"]),
)


@given(st.lists(_TOKENS, unique_by=lambda token: token.name, max_size=4), _TOKENS)
def test_what_is_written_is_read_again(tokens: list[Token], one: Token) -> None:
    text = dumps(tokens)
    assert read(text) == tuple(tokens)
    wanted = {token.name: token for token in [*tokens, one]}
    assert read(with_token(text, one, "tokens.yaml")) == tuple(wanted.values())


def parsed(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    return yaml.load(text)


VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_takes_registers() -> None:
    Draft202012Validator.check_schema(json_schema())
    demo = (ROOT / "plans" / "tokens.yaml").read_text("utf-8")
    for text in (TEXT, register(), demo, dumps([WEB, SYNC]), "mpgov_tokens: 1\ntokens:\n"):
        assert [error.message for error in VALIDATOR.iter_errors(parsed(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "tokens: {}",
        "mpgov_tokens: 2",
        "mpgov_tokens: 1\nmore: 1",
        "mpgov_tokens: 1\ntokens: {web: {}}",
        "mpgov_tokens: 1\ntokens: {web: {kind: token}}",
        "mpgov_tokens: 1\ntokens: {web: {kind: api_secret, secret: x}}",
        "mpgov_tokens: 1\ntokens: {web: {kind: api_secret, holder: jane}}",
        "mpgov_tokens: 1\ntokens: {web: {kind: api_secret, rotate_every: 12 months}}",
        "mpgov_tokens: 1\ntokens: {web: {kind: api_secret, last_rotated: today}}",
        f"mpgov_tokens: 1\ntokens: {{web: {{kind: api_secret, fingerprint: {HEX}}}}}",
        f"mpgov_tokens: 1\ntokens: {{web: {{kind: api_secret, retired: [{HEX}]}}}}",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not VALIDATOR.is_valid(parsed(text))
    with pytest.raises(InputError):
        read(text)


def test_the_schema_knows_every_field_and_says_what_it_is_for() -> None:
    schema: Any = json_schema()
    fields = schema["properties"]["tokens"]["additionalProperties"]["properties"]
    assert list(fields) == list(TOKEN)
    assert all(field["description"] for field in fields.values())
    assert json.loads(json.dumps(schema)) == schema
