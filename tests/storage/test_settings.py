"""mpgov.toml: what is read, and every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.errors import InputError
from mpgov.storage.settings import (
    Limits,
    Naming,
    ProjectSettings,
    RuleSetting,
    Settings,
    load_settings,
)
from mpgov.storage.toml_checks import read_toml

SAMPLE = """\
plan = "plans"
exports = "exports"
default_project = "development"

[projects.production]
id = 123456
region = "eu"
organization = 99
service_account = "gov.1a2b3c.mp-service-account"
# host = "http://127.0.0.1:8765"

[naming]
event = "Title Case"
property = "snake_case"

[lexicon]
deprecated_tag = "deprecated"
authority = { "*" = "merge" }

[limits]
requests_per_minute = 5
updates_per_minute = 3999
timeout = 150

[rules]
"guards/mass-change" = { severity = "error", share = 0.3 }
"naming/look-alike" = "off"
"""


ALL_PROBLEMS = """\
mpgov.toml:1:1: unknown key "exprots"; did you mean exports?
    exprots = "exports"
mpgov.toml:3:1: id must be a whole number, not text
    id = "123"
mpgov.toml:4:1: unknown key "regoin"; did you mean region?
    regoin = "eu"
mpgov.toml:5:11: project "other" has no id
    [projects.other]
mpgov.toml:6:1: region is "EU"; did you mean eu? (it can be us, eu or in)
    region = "EU"
mpgov.toml:8:1: event is "title case"; did you mean Title Case? (it can be Title Case, \
Sentence case, snake_case, camelCase, kebab-case or /a regular expression/)
    event = "title case"
mpgov.toml:9:1: property is no regular expression: missing ), unterminated subpattern at position 0
    property = "/(/"
mpgov.toml:11:30: "descripton" is no field; did you mean description?
    authority = { "*" = "merge", "Purchase: descripton" = "plann" }
mpgov.toml:11:30: Purchase: descripton is "plann"; did you mean plan? \
(it can be plan, lexicon or merge)
    authority = { "*" = "merge", "Purchase: descripton" = "plann" }
mpgov.toml:13:1: timeout must be above 0
    timeout = 0
mpgov.toml:14:1: requests_per_minute must be a whole number, not true or false
    requests_per_minute = true
mpgov.toml:15:1: updates_per_minute must be a whole number, not a number
    updates_per_minute = 1.5
mpgov.toml:17:26: severity is "eror"; did you mean error? (it can be error, warning, info or off)
    "guards/mass-change" = { severity = "eror", share = 0.3 }
mpgov.toml:18:1: a rule is error, warning, info, off, or a table, not a whole number
    "a/b" = 3
mpgov.toml:19:2: unknown key "recod"; did you mean record?
    [recod]"""


def load(folder: Path, text: str | bytes) -> Settings:
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "mpgov.toml").write_bytes(data)
    return load_settings(None, folder)


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, text)
    return list(caught.value.problems)


def test_the_design_s_sample(tmp_path):
    assert load(tmp_path, SAMPLE) == Settings(
        root=tmp_path,
        file=tmp_path / "mpgov.toml",
        plan=tmp_path / "plans",
        exports=tmp_path / "exports",
        default_project="development",
        projects={
            "production": ProjectSettings(
                "production", 123456, "eu", 99, "gov.1a2b3c.mp-service-account"
            )
        },
        naming=Naming("Title Case", "snake_case"),
        deprecated_tag="deprecated",
        authority={"*": "merge"},
        limits=Limits(5, 3999, 60, 150),
        rules={
            "guards/mass-change": RuleSetting("error", {"share": 0.3}),
            "naming/look-alike": RuleSetting("off"),
        },
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "[projects]\n", "\ufeff", "[rules]\r\n"])
def test_everything_may_be_left_out(tmp_path, text):
    found = load(tmp_path, text)
    assert (found.plan, found.exports, found.limits) == (None, tmp_path / "exports", Limits())


def test_windows_ways_are_fine(tmp_path):
    found = load(tmp_path, b"\xef\xbb\xbf" + SAMPLE.replace("\n", "\r\n").encode())
    assert found.projects["production"].id == 123456
    [problem] = problems(tmp_path, b'\xef\xbb\xbfplan = "x"\r\nplann = 1\r\n')
    assert problem == 'mpgov.toml:2:1: unknown key "plann"; did you mean plan?\n    plann = 1'


def test_it_is_looked_for_upwards_and_paths_are_relative_to_it(tmp_path):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "mpgov.toml").write_text('plan = "p.yaml"\nexports = "../out"\n')
    found = load_settings(None, below)
    assert found.root == tmp_path
    assert found.plan == tmp_path / "p.yaml"
    assert found.exports == tmp_path / ".." / "out"
    (tmp_path / "mpgov.toml").write_text("plann = 1\n")
    with pytest.raises(InputError, match=r"^\.\./\.\./mpgov.toml:1:1: "):
        load_settings(None, below)


def test_without_one_the_current_folder_is_the_root(tmp_path):
    found = load_settings(None, tmp_path)
    assert found == Settings(tmp_path, exports=tmp_path / "exports")


def test_a_file_can_be_named(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "other.toml").write_text('plan = "p"\n')
    found = load_settings(Path("conf/other.toml"), tmp_path)
    assert found.plan == tmp_path / "conf" / "p"
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: No such file"):
        load_settings(Path("none.toml"), tmp_path)
    with pytest.raises(InputError, match="conf: cannot be read"):
        load_settings(Path("conf"), tmp_path)


def test_every_problem_at_once_in_the_order_of_the_file(tmp_path):
    text = """\
exprots = "exports"
[projects.production]
id = "123"
regoin = "eu"
[projects.other]
region = "EU"
[naming]
event = "title case"
property = "/(/"
[lexicon]
authority = { "*" = "merge", "Purchase: descripton" = "plann" }
[limits]
timeout = 0
requests_per_minute = true
updates_per_minute = 1.5
[rules]
"guards/mass-change" = { severity = "eror", share = 0.3 }
"a/b" = 3
[recod]
keep = "tree"
"""
    assert "\n".join(problems(tmp_path, text)) == ALL_PROBLEMS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plan = ", "1:8: is no TOML: invalid value"),
        ("plan = 1\nplan = 2\n", "2:9: is no TOML: cannot overwrite a value"),
        ('plan = "x', "1:10: is no TOML: unterminated string"),
        ("plan = 3\n", "1:1: plan must be text, not a whole number"),
        ('plan = ""\n', "1:1: plan must be a text in one line, and not empty"),
        ('plan = "a\\nb"\n', "1:1: plan must be a text in one line, and not empty"),
        ("projects = 3\n", "1:1: projects must be a table, not a whole number"),
        ("projects = [1]\n", "1:1: projects must be a table, not a list"),
        ("[projects]\nx = 1979-05-27\n", "2:1: x must be a table, not a date or time"),
        ("projects.p.id = 0\n", "1:12: id must be above 0"),
        ("projects.p.id = -1\n", "1:12: id must be above 0"),
        ("[limits]\ntimeout = inf\n", "2:1: timeout must be above 0"),
        ("[limits]\ntimeout = nan\n", "2:1: timeout must be above 0"),
        ('[projects."a/b"]\nid = 1\n', '1:11: "a/b" cannot be the name of a folder'),
        ('[projects.".."]\nid = 1\n', '1:11: ".." cannot be the name of a folder'),
        (
            "[projects.Prod]\nid = 1\n[projects.prod]\nid = 2\n",
            '3:11: "prod" and "Prod" would share',
        ),
        (
            'default_project = "prodction"\n[projects.production]\nid = 1\n',
            '1:1: no project "prodction"; did you mean "production"?',
        ),
        (
            'projects.p = { id = 1, service_account = "a:b" }\n',
            "1:24: service_account holds a character that no name has",
        ),
        (
            'projects.p = { id = 1, host = "mixpanel.com" }\n',
            "1:24: host must begin with https://",
        ),
        ('projects.p = { id = 1, host = "https://" }\n', "1:24: host is no address"),
        ('projects.p = { id = 1, host = "ftp://x" }\n', "1:24: host must begin with https://"),
        ('projects.p = { id = 1, host = "https://x:y" }\n', "1:24: host is no address"),
        ('projects.p = { id = 1, host = "https://x/?a" }\n', "1:24: host must be scheme, host"),
        (
            'projects.p = { id = 1, host = "http://10.0.0.1" }\n',
            "1:24: host must begin with https://; plain http is only for this machine",
        ),
        (b"plan = 1\n\xff\n", "2:1: is not UTF-8"),
        ('plan = "ä"\nx = "\xe4"'.encode("latin-1"), "1:9: is not UTF-8"),
        ("plan = 1\n".encode("utf-16"), "1:1: is not UTF-8 (it looks like UTF-16"),
        ("a = " + "[" * 50_000, "1:1: is nested too deeply"),
        ("a = " + "9" * 50_000, "is no TOML"),
    ],
)
def test_one_problem(tmp_path, text, said):
    [problem] = problems(tmp_path, text)
    assert problem.startswith("mpgov.toml:")
    assert said in problem


@pytest.mark.parametrize("host", ["http://127.0.0.1:8765", "http://localhost", "http://[::1]:1"])
def test_plain_http_is_for_this_machine(tmp_path, host):
    found = load(tmp_path, f'[projects.p]\nid = 1\nhost = "{host}/"\n')
    assert found.projects["p"].host == host


CANARY = "c4naryS3cretOfThirtyTwoLetters00"


@pytest.mark.parametrize(
    "text",
    [
        f'secret = "{CANARY}"\n',
        f'[projects.p]\nid = 1\nservice_account_secret = "{CANARY}"\n',
        f'[projects.p]\nid = 1\nPassword = "{CANARY}"\n',
        f'[projects.p]\nid = 1\n"api.token" = "{CANARY}"\n',
        f'[projects.p]\nid = 1\nregion = "{CANARY}"\n',
        f'[projects.p]\nid = "{CANARY}"\n',
        f"[projects.p]\nid = 1\n{CANARY} = 1\n",
        f'[projects.p]\nid = 1\nhost = "https://u:{CANARY}@mixpanel.com"\n',
        '[projects.p]\nid = 1\nhost = "https://u:short@mixpanel.com"\n'.replace("short", "c4nary"),
        f'plan = "{CANARY}" "\n',
        f"secret = {CANARY}\n",
        f'token = """\n{CANARY}\n',
        f'default_project = "{CANARY}"\n[projects."{CANARY}x"]\nid = 1\n',
        f'[rules]\n"a/b" = "{CANARY}"\n',
        f'[naming]\nevent = "{CANARY}"\n',
        f'[lexicon]\nauthority = {{ "{CANARY}" = "{CANARY}" }}\n',
        f'tokens = [{{ secret = "{CANARY}" }}]\n',
    ],
)
def test_a_line_that_may_hold_a_secret_is_named_not_shown(tmp_path, text):
    found = problems(tmp_path, text)
    assert all(problem.startswith("mpgov.toml:") for problem in found)
    assert "c4nary" not in "\n".join(found).lower()


def test_a_secret_is_told_where_it_belongs(tmp_path):
    text = f'[projects.p]\nid = 1\nservice_account_secret = "{CANARY}"\n'
    assert problems(tmp_path, text) == [
        "mpgov.toml:3:1: secrets never stand in this file: remove the line, then mpgov auth login"
    ]


def test_names_that_only_sound_like_secrets_are_fine(tmp_path):
    text = """\
[projects.token-service]
id = 1
[lexicon]
authority = { "Password Reset: description" = "plan", "Token*: *" = "lexicon" }
[rules]
"privacy/value" = { tokens = true }
"""
    found = load(tmp_path, text)
    assert set(found.authority) == {"Password Reset: description", "Token*: *"}


def test_a_rule_knows_where_it_stands(tmp_path):
    found = load(tmp_path, '[rules]\n\n  "no/such" = "off"\n')
    assert str(found.rules["no/such"].at) == "mpgov.toml:3:3"


CUT = st.integers(0, len(SAMPLE) - 1).map(lambda at: SAMPLE[:at] + SAMPLE[at + 1 :])


@settings(deadline=None)
@given(st.text(max_size=60) | CUT)
def test_any_text_is_read_or_refused(text):
    said = "mpgov.toml:"
    try:
        read_toml(text.encode("utf-8", "surrogatepass"), "mpgov.toml")
    except InputError as error:
        said = error.message
    assert said.startswith("mpgov.toml:")


def test_where_the_record_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "mpgov.toml"
    file.write_text('[record]\nkeep = "branch"\n', "utf-8")
    assert load_settings(None, tmp_path).keep_record == "branch"
    file.write_text('[record]\nkeep = "brunch"\n', "utf-8")
    with pytest.raises(InputError, match=r"^mpgov.toml:2:1: .*; did you mean branch\? \(it can"):
        load_settings(None, tmp_path)
    file.write_text('[record]\nkep = "branch"\n', "utf-8")
    with pytest.raises(InputError, match=r"^mpgov.toml:2:1: .*; did you mean keep\?"):
        load_settings(None, tmp_path)
    file.write_text("", "utf-8")
    assert load_settings(None, tmp_path).keep_record == "tree"
