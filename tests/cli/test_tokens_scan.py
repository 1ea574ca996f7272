"""`mpgov tokens scan`: the corpus, git, and what is passed over."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from jsonschema import Draft7Validator

from mpgov.core.token_scan import MOST_RUNS
from mpgov.core.tokens import fingerprint
from tests import corpus
from tests.corpus import value
from tests.render.sarif_schema import SCHEMA

Run = Callable[..., Result]
ROOT = corpus.DATA.parents[2]
OTHER = value("somebody else's")

DRAWN = """\
.env.development:1:16: error: web-production, the project token of project shop ({web}) is for production, and the path says development [tokens/wrong-environment]
    fix: the token of development belongs there
export.sh:1:9: error: server-export, the API secret of project shop ({export}) stands in a file [tokens/secret-in-file]
    fix: take it out, replace it in Mixpanel, keep the new one in a vault
app.js:1:16: warning: a project token ({other}) is not in the register [tokens/unregistered]
    fix: its value | mpgov tokens add NAME --kind project_token --project …

.: 4 files; 2 errors, 1 warning
"""  # noqa: E501 - as it is drawn


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of no repository, with the register of the corpus."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    write(tmp_path / "plans" / "tokens.yaml", corpus.register())
    return tmp_path


@pytest.fixture
def laid_out(here: Path) -> Path:
    """The corpus in a folder."""
    for name, text in corpus.files().items():
        write(here / "code" / name, text)
    return here


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Jane", "-c", "user.email=jane@acme.example")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def found(result: Result) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return findings


def lines_of(result: Result) -> list[str]:
    """Where something was found, and by which rule."""
    return [f"{one['location']['file']} {one['rule'].split('/')[1]}" for one in found(result)]


def test_the_corpus_is_what_it_says_it_is() -> None:
    """What a person reviews is what stands in the files."""
    root = corpus.DATA / "corpus"
    marked = []
    for name in sorted(corpus.files()):
        for number, line in enumerate((root / name).read_text("utf-8").splitlines(), 1):
            marked += [
                (name, str(number), mark.removesuffix("/retired"), mark.endswith("/retired"))
                for mark in re.findall(r"@@(?:\w+:)?([\w/-]+)@@", line)
            ]
    nameless = {"project_token": "unregistered", "api_secret": "unregistered-secret"}
    wanted = [
        (
            row["file"],
            row["line"],
            row["token"] or nameless[row["kind"]],
            "retired" in row["findings"],
        )
        for row in corpus.expected()
    ]
    assert sorted(wanted) == sorted(marked)
    names = {name for name, *_ in marked}
    assert (len(corpus.files()), len(names)) == (60, 40)


def test_all_that_is_in_the_corpus_is_found_and_nothing_is_invented(
    laid_out: Path, run: Run
) -> None:
    result = run("tokens", "scan", "code", "--format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["files"] == 60
    got: dict[tuple[str, str, str, str, str], list[str]] = {}
    for one in document["findings"]:
        at = one["location"]
        key = (at["file"].removeprefix("code/"), str(at["line"]), one["kind"])
        whole = (*key, one["token"] or "", one["project"] or "")
        got.setdefault(whole, []).append(one["rule"].removeprefix("tokens/"))
    wanted = {
        (row["file"], row["line"], row["kind"], row["token"], row["project"]): row[
            "findings"
        ].split()
        for row in corpus.expected()
    }
    assert got == wanted
    for one in document["findings"]:
        at = one["location"]
        line = (laid_out / at["file"]).read_text("utf-8").splitlines()[at["line"] - 1]
        held = re.match(r"[0-9A-Za-z+/=]+", line[at["column"] - 1 :])
        assert held
        is_plain = len(held[0]) == 32
        assert not is_plain or fingerprint(held[0]) == one["fingerprint"]


def test_without_a_register_the_corpus_is_found_by_shape_alone(laid_out: Path, run: Run) -> None:
    (laid_out / "plans" / "tokens.yaml").unlink()
    result = run("tokens", "scan", "code", "--format", "csv")
    assert "there is no register of tokens yet" in result.stderr
    rows = [
        row for row in csv.DictReader(io.StringIO(result.stdout)) if "shared" not in row["rule"]
    ]
    got = sorted((row["file"].removeprefix("code/"), row["line"], row["kind"]) for row in rows)
    assert got == sorted((row["file"], row["line"], row["kind"]) for row in corpus.expected())
    assert {row["rule"] for row in rows} == {"tokens/unregistered", "tokens/secret-in-file"}


@pytest.mark.usefixtures("laid_out")
@pytest.mark.parametrize("name", ["text", "json", "github", "sarif", "csv"])
def test_no_format_shows_a_value_or_a_line(run: Run, name: str) -> None:
    result = run("tokens", "scan", "code", "--format", name)
    assert result.exit_code == 1
    assert not re.search(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", result.stdout) or name == "sarif"
    for made in corpus.every_value():
        assert made not in result.output
    assert "sharedInstance" not in result.output
    if name == "sarif":
        document = json.loads(result.stdout)
        assert list(Draft7Validator(SCHEMA).iter_errors(document)) == []
        assert document["runs"][0]["automationDetails"] == {"id": "mpgov tokens scan/"}


def test_a_finding_reads_like_this(here: Path, run: Run) -> None:
    write(here / ".env.development", f"MIXPANEL_TOKEN={value('web-production')}\n")
    write(here / "export.sh", f"curl -u {value('server-export')}: https://data.mixpanel.com/x\n")
    write(here / "app.js", f"mixpanel.init('{OTHER}')\n")
    result = run("tokens", "scan")
    web, export, other = map(fingerprint, (value("web-production"), value("server-export"), OTHER))
    assert result.exit_code == 1
    assert result.stdout == DRAWN.format(web=web, export=export, other=other)
    assert run("tokens", "scan", "app.js").exit_code == 0
    assert run("tokens", "scan", "app.js", "--fail-on", "warning").exit_code == 1
    only = run("tokens", "scan", "--project", "shop-*", "--format", "json")
    assert lines_of(only) == ["app.js unregistered"]
    assert run("tokens", "scan", "--project", "nope").exit_code == 2


def test_what_git_ignores_is_passed_over(here: Path, run: Run) -> None:
    git(here, "init", "-q")
    line = f"MIXPANEL_TOKEN={OTHER}\n"
    for name in (".env", "kept.env", "build/app.js", "deep/er/.env"):
        write(here / name, line)
    write(here / ".gitignore", ".env\n/build/\n")
    (here / "link.env").symlink_to(".env")
    assert lines_of(run("tokens", "scan", "--format", "json")) == ["kept.env unregistered"]
    result = run("tokens", "scan", ".env", "kept.env")
    assert result.stderr == "note: .env is passed over: ignored by git\n"
    assert ".env kept.env: 1 file (passed over: 1 ignored by git); 1 warning" in result.stdout
    git(here, "add", "-f", ".env")
    assert lines_of(run("tokens", "scan", "--format", "json")) == [
        ".env unregistered",
        "kept.env unregistered",
    ]
    (here / "kept.env").unlink()
    git(here, "init", "-q", "inner")
    write(here / "inner" / "a.env", line)
    result = run("tokens", "scan", "deep", "inner", "--format", "json")
    assert lines_of(result) == ["inner/a.env unregistered"]
    assert run("tokens", "scan", "--format", "json").stderr == (
        "note: inner is passed over: another repository\n"
    )


def test_only_what_is_staged_counts_for_a_commit(here: Path, run: Run) -> None:
    git(here, "init", "-q")
    assert run("tokens", "scan", "--staged").stdout == ".: 0 staged files; no findings\n"
    write(here / "old.js", f"mixpanel.init('{OTHER}')\n")
    git(here, "add", "old.js")
    git(here, "commit", "-qm", "before")
    write(here / "a.sh", f"curl -u {OTHER}: https://data.mixpanel.com/\n")
    git(here, "add", "a.sh")
    write(here / "a.sh", "curl https://data.mixpanel.com/\n")
    write(here / "b.js", f"mixpanel.init('{OTHER}')\n")
    result = run("tokens", "scan", "--staged", "--format", "json")
    assert (result.exit_code, lines_of(result)) == (1, ["a.sh secret-in-file"])
    assert run("tokens", "scan", "--staged", "b.js").stdout.startswith("b.js: 0 staged files")
    git(here, "add", "a.sh")
    assert run("tokens", "scan", "--staged").exit_code == 0


def test_what_is_no_text_is_passed_over_and_told(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpgov.workflows.token_scan.MOST_BYTES", 2000)
    line = f"MIXPANEL_TOKEN={OTHER}\n"
    write(here / "a" / "image.png", b"\x89PNG\0" + line.encode())
    write(here / "a" / "big.js", line + " " * 2000)
    write(here / "a" / "wide.strings", f'"MIXPANEL_TOKEN" = "{OTHER}";\n'.encode("utf-16"))
    write(here / "a" / "latin.env", b"# \xfc\r\n" + line.encode())
    write(here / "a" / "node_modules" / "x" / "a.js", line)
    if os.name == "posix":
        os.mkfifo(here / "a" / "pipe")
    result = run("tokens", "scan", "a", "--format", "json")
    assert lines_of(result) == ["a/latin.env unregistered", "a/wide.strings unregistered"]
    assert json.loads(result.stdout)["passed_over"] == {"above 5 MB": 1, "binary": 1}
    assert result.stderr == "note: a/big.js is passed over: above 5 MB\n"
    git(here, "init", "-q")
    git(here, "add", "a/big.js", "a/image.png", "a/latin.env")
    staged = run("tokens", "scan", "--staged", "--format", "json")
    assert lines_of(staged) == ["a/latin.env unregistered"]
    assert json.loads(staged.stdout)["passed_over"] == {"above 5 MB": 1, "binary": 1}


@pytest.mark.usefixtures("here")
def test_what_cannot_be_searched_is_told(run: Run) -> None:
    result = run("tokens", "scan", "nope")
    assert (result.exit_code, result.stderr) == (
        3,
        "error: nope: there is no such file or folder\n",
    )
    result = run("tokens", "scan", "--staged")
    assert result.exit_code == 2
    assert "--staged needs git" in result.stderr


def test_where_git_gives_no_answer_that_is_told(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(here, "init", "-q")
    write(here / "src" / "a.js", f"mixpanel.init('{OTHER}')\n")
    monkeypatch.setenv("PATH", "")
    result = run("tokens", "scan", "src")
    assert "so .gitignore is not honoured" in result.stderr
    assert "src/a.js:1:16: warning" in result.stdout


def test_the_same_token_for_two_environments(here: Path, run: Run) -> None:
    write(here / ".env.production", f"MIXPANEL_TOKEN={OTHER}\n")
    write(here / ".env.development", f"MIXPANEL_TOKEN={OTHER}\n")
    result = run("tokens", "scan", "--format", "json")
    assert result.exit_code == 1
    assert lines_of(result)[0] == ".env.development shared-in-files"
    assert "and in .env.production" in found(result)[0]["message"]


def test_no_two_environments_share_a_token_that_nobody_registered(here: Path, run: Run) -> None:
    write(here / ".env.staging", f"MIXPANEL_TOKEN={OTHER}\n")
    write(here / ".env.development", f"MIXPANEL_TOKEN={OTHER}\n")
    write(here / "src" / "app.js", f"mixpanel.init('{OTHER}')\n")
    one = found(run("tokens", "scan", "--format", "json"))[0]
    assert (one["rule"], one["severity"]) == ("tokens/shared-in-files", "warning")
    assert one["location"]["file"] == ".env.development"
    assert one["message"].endswith("for development, and in .env.staging, which is for staging")
    (here / ".env.staging").unlink()
    rules = [one["rule"] for one in found(run("tokens", "scan", "--format", "json"))]
    assert rules == ["tokens/unregistered"] * 2


def test_a_service_account_is_known_by_its_name(here: Path, run: Run) -> None:
    write(here / "a.env", f"X=sync.1a2b3c.mp-service-account:{value('sync-account')[::-1]}\n")
    (one,) = found(run("tokens", "scan", "a.env", "--format", "json"))
    assert (one["token"], one["project"]) == ("sync-account", "shop")
    assert one["account"] == "sync.1a2b3c.mp-service-account"


def test_a_file_that_is_searched_by_fingerprint_only_is_told(here: Path, run: Run) -> None:
    hashes = "".join(f"{value(str(number))}\n" for number in range(MOST_RUNS))
    line = f"mixpanel.init('{OTHER}')\n"
    write(here / "a" / "hashes.js", line + f"'{value('web-production')}'\n" + hashes)
    write(here / "a" / "few.js", line)
    write(here / "a" / "no.js", hashes * 2)
    result = run("tokens", "scan", "a")
    assert result.stderr == (
        "note: a/hashes.js holds more than 2,000 runs of 32 letters and digits, so it was "
        "searched by fingerprint only; a token that the register does not know is not found "
        "in it\n"
    )
    assert "a: 3 files (by fingerprint only: 1); " in result.stdout
    result = run("tokens", "scan", "a", "--format", "json")
    assert json.loads(result.stdout)["by_fingerprint_only"] == ["a/hashes.js"]
    assert lines_of(result) == ["a/few.js unregistered", "a/hashes.js seen"]


def test_the_hook_for_pre_commit_is_this_command(here: Path, run: Run) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["language"]) == ("mpgov-tokens-scan", "python")
    program, *arguments = hook["entry"].split()
    write(here / "a b.js", f"mixpanel.init('{value('web-production/retired')}')\n")
    assert program == "mpgov"
    assert run(*arguments, "a b.js", "plans/tokens.yaml").exit_code == 1
    assert f"id: {hook['id']}" in (ROOT / "README.md").read_text("utf-8")
