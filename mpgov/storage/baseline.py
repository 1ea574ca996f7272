"""A baseline as a file: sorted, one finding a line, meant for git."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mpgov.core.baseline import Baseline, Known, without_numbers
from mpgov.core.json_text import JsonError, load
from mpgov.errors import InputError

FORMAT: Final = 1
_NAMES: Final = ("rule", "entity", "name", "property", "message")
_WRITE: Final = "write it anew: mpgov check --write-baseline {}"


def dump_baseline(baseline: Baseline) -> str:
    """The baseline as JSON text, the same text for the same findings."""
    lines = [f"  {_line(one, baseline[one])}" for one in sorted(baseline) if baseline[one] > 0]
    body = "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"
    return f'{{"format": {FORMAT}, "findings": {body}}}\n'


def load_baseline(data: bytes, file: str) -> Baseline:
    """The baseline that a file holds; `InputError` where it is damaged or of another format."""
    hint = _WRITE.format(shlex.quote(file))
    try:
        document = load(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{file}: is no baseline: it is not UTF-8", hint=hint) from None
    except JsonError as error:
        raise InputError(f"{file}:{error.line}:{error.column}: {error}", hint=hint) from None
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise InputError(f"{file}: is no baseline; it has no list of findings", hint=hint)
    version = document.get("format")
    if version != FORMAT or isinstance(version, bool):
        told = json.dumps(version)[:40]
        raise InputError(
            f"{file}: is a baseline of format {told}, this mpgov reads {FORMAT}", hint=hint
        )
    found: dict[Known, int] = {}
    for number, entry in enumerate(document["findings"], 1):
        if not _is_finding(entry):
            raise InputError(f"{file}: finding {number} is none that mpgov wrote", hint=hint)
        one = _known(entry)
        found[one] = found.get(one, 0) + int(entry.get("count", 1))
    return found


def read_baseline(path: Path, file: str) -> Baseline:
    """The baseline at a path, which messages call `file`."""
    try:
        return load_baseline(path.read_bytes(), file)
    except FileNotFoundError:
        hint = _WRITE.replace(" anew", "").format(shlex.quote(file))
        raise InputError(f"{file}: there is no such baseline", hint=hint) from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None


def _line(one: Known, count: int) -> str:
    said: dict[str, Any] = {name: getattr(one, name) for name in _NAMES if getattr(one, name)}
    if count > 1:
        said["count"] = count
    return json.dumps(said, ensure_ascii=not _is_plain(said))


def _is_plain(said: Mapping[str, Any]) -> bool:
    """Whether every character can stand in a file and be seen there."""
    return all(value.isprintable() for value in said.values() if isinstance(value, str))


def _is_finding(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) - {*_NAMES, "count"}:
        return False
    count = entry.get("count", 1)
    texts = all(isinstance(entry.get(name, ""), str) for name in _NAMES)
    return texts and bool(entry.get("rule")) and type(count) is int and count > 0


def _known(entry: Mapping[str, Any]) -> Known:
    said = {name: entry.get(name, "") for name in _NAMES}
    return Known(**{**said, "message": without_numbers(said["message"])})
