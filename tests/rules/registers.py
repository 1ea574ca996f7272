"""The examples of rules on tokens, made into registers and scans."""

from __future__ import annotations

import re

import yaml

from mpgov.core.normal import element_key
from mpgov.core.sightings import Scan, known_values, look
from mpgov.core.token_page import Page
from mpgov.core.tokens import KnownProject, Register, Token
from mpgov.formats.base import Source
from mpgov.formats.tokens_yaml import loads
from tests.rules.evidence import TODAY

_PART = re.compile(r"^--- (\S+)\n", re.MULTILINE)


def tokens_of(text: str) -> tuple[Token, ...]:
    return loads(Source("tokens.yaml", f"mpgov_tokens: 1\n{text}\n".encode()))


def register_of(example: str) -> Register:
    """What an example says: the register, and after it who left and which projects there are."""
    first, *rest = _PART.split(example)
    parts = {name: yaml.safe_load(text) for name, text in zip(rest[::2], rest[1::2], strict=True)}
    projects = tuple(KnownProject(name, id_) for name, id_ in parts.get("projects", {}).items())
    left = parts.get("governance", {}).get("left", ())
    gone = frozenset(element_key("owners", one) for one in left)
    return Register(tokens_of(first), projects, gone, TODAY)


def scan_of(example: str) -> Scan:
    """What an example says: the register, and after it files, each after its path."""
    first, *rest = _PART.split(example)
    known = known_values(tokens_of(first))
    files = zip(rest[::2], rest[1::2], strict=True)
    return Scan(tuple(one for path, text in files for one in look(Page(text, path), path, known)))
