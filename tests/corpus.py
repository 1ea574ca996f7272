"""The corpus that `tokens scan` is proved on: its values are made here, none is committed.

In the files `@@web-production@@` stands for a value of that name, `@@NAME/retired@@` for the one
before; `@@basic:NAME@@` and `@@data:NAME@@` for what a request and a pixel make of it, and
`@@print:NAME@@` for its fingerprint.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from pathlib import Path

from mpgov.core.tokens import fingerprint

DATA = Path(__file__).parent / "data" / "tokens"
ACCOUNT = "sync.1a2b3c.mp-service-account"
OPAQUE = {"sync-account"}
_MARK = re.compile(r"@@(?:(basic|data|print):)?([\w/-]+)@@")


def value(name: str) -> str:
    """A value as Mixpanel's look, the same each time."""
    digest = hashlib.sha256(f"made up for mpgov's tests: {name}".encode())
    if name in OPAQUE:
        return re.sub("[+/]", "x", base64.b64encode(digest.digest()).decode())[:32]
    return digest.hexdigest()[:32]


def every_value() -> set[str]:
    """Every value that the corpus holds."""
    texts = (path.read_text("utf-8") for path in (DATA / "corpus").rglob("*") if path.is_file())
    return {value(mark[2]) for text in texts for mark in _MARK.finditer(text)}


def filled(text: str) -> str:
    """A file of the corpus with values in it."""
    return _MARK.sub(_value, text)


def _value(mark: re.Match[str]) -> str:
    kind, name = mark.groups()
    made = value(name)
    if kind == "print":
        return fingerprint(made)
    if kind == "basic":
        return base64.b64encode(f"{made}:".encode()).decode()
    if kind == "data":
        event = {"event": "Mail Opened", "properties": {"token": made, "distinct_id": "USR-1"}}
        return base64.b64encode(json.dumps(event).encode()).decode()
    return made


def register() -> str:
    """The register that knows the corpus's values, but for two."""
    return filled((DATA / "tokens.yaml").read_text("utf-8"))


def files() -> dict[str, str]:
    """Every file by its path, filled."""
    root = DATA / "corpus"
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): filled(path.read_text("utf-8")) for path in found}


def expected() -> list[dict[str, str]]:
    """Every value that is there: its file, its line, what it is, whose, and what is said of it."""
    with (DATA / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
