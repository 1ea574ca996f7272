"""Damaged files: whatever is in one, it is read, or refused with the place of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import pytest

from mpgov.core.base import Base
from mpgov.errors import InputError, MpgovError
from mpgov.formats import plan_yaml, schemas_json
from mpgov.formats.base import Source
from mpgov.mixpanel.wire import decode
from mpgov.storage.base import dump_base, load_base, read_base
from mpgov.storage.settings import load_settings
from mpgov.workflows.judging import judge_plan, unknown_rules
from tests.fuzz.mangle import TIMES, as_bytes, bent_json, lexicon, mangled, within
from tests.storage.test_base import FULL

SHOP: Final = Path(__file__).parents[2] / "plans" / "shop.yaml"
CHUNKS: Final = 4
# file:line:column:, file: Sheet!Cell, or file: for the whole
PLACE: Final = re.compile(r"(?s)[^\n]*?(?::\d+:\d+: |: [^\s!]+![A-Z]+\d+|: )\S")
TOML: Final = b"""\
plan = "plans"
exports = "exports"
default_project = "development"

[projects.production]
id = 123456
region = "eu"
organization = 99
service_account = "gov.1a2b3c.mp-service-account"

[projects.development]
id = 4242
host = "http://127.0.0.1:8765"

[naming]
event = "Title Case"
property = "/[a-z_]+/"

[lexicon]
deprecated_tag = "deprecated"
authority = { "*" = "merge", "Sale*: description" = "plan" }

[limits]
requests_per_minute = 5
timeout = 150.5

[rules]
"guards/mass-change" = { severity = "error", share = 0.3 }
"naming/event-case" = "warning"
"""


def export() -> bytes:
    return as_bytes({"entries": lexicon(Random(3), 20)})


def base() -> bytes:
    return dump_base(FULL, 42, "eu").encode()


def read_plan(path: Path) -> None:
    plan = plan_yaml.loads([Source(path.name, path.read_bytes())])
    judge_plan(plan.catalog, load_settings(None, path.parent))
    written = plan_yaml.dumps(plan.catalog)
    assert plan_yaml.loads([Source("written", written.encode())]).catalog == plan.catalog


def read_folder(path: Path) -> None:
    sources = [Source("shop.yaml", SHOP.read_bytes()), Source(path.name, path.read_bytes())]
    plan_yaml.loads(sources, folder=True)


def read_settings(path: Path) -> None:
    settings = load_settings(Path(path.name), path.parent)
    list(unknown_rules(settings))
    judge_plan(plan_yaml.loads([Source("shop.yaml", SHOP.read_bytes())]).catalog, settings)


def read_a_base(path: Path) -> None:
    found = read_base(path, 42, "eu")
    text = dump_base(found, 42, "eu")
    text.encode()
    assert load_base(text, "again", 42, "eu") == found or found == Base()


def read_export(path: Path) -> None:
    stored = decode(schemas_json.loads(path.read_bytes(), path.name), "deprecated")
    written = plan_yaml.dumps(stored.catalog)
    plan_yaml.loads([Source("written", written.encode())])


FILES: Final[dict[str, tuple[Callable[[], bytes], Callable[[Path], None]]]] = {
    "plan.yaml": (SHOP.read_bytes, read_plan),
    "other.yaml": (SHOP.read_bytes, read_folder),
    "mpgov.toml": (lambda: TOML, read_settings),
    "base.json": (base, read_a_base),
    "lexicon.json": (export, read_export),
}


def check_refusal(error: MpgovError, name: str) -> None:
    problems = error.problems if isinstance(error, InputError) else (error.message,)
    assert problems
    for problem in problems:
        if problem.startswith("There is more; "):
            continue
        assert PLACE.match(problem), problem[:300]
        assert name in problem.partition(": ")[0] or "shop.yaml" in problem, problem[:300]


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_with_a_place(
    name: str, chunk: int, tmp_path: Path
) -> None:
    whole, read = FILES[name]
    path = tmp_path / name
    for case in range(4 * TIMES):
        seed = f"{name} {chunk} {case}"
        random = Random(seed)
        data = whole()
        if name.endswith(".json") and random.random() < 0.4:
            data = as_bytes(bent_json(random, json.loads(data)))
        path.write_bytes(mangled(random, data))
        try:
            with within():
                read(path)
        except MpgovError as error:
            check_refusal(error, name)
        except BaseException as error:
            error.add_note(f"seed: {seed!r}")
            raise
