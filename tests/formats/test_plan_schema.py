"""The schema for editors says yes to plans, and no to what is wrong with the bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mpgov.formats.plan_fields import (
    DEPRECATION,
    ENTITY,
    GOVERNANCE,
    IDENTITY,
    PROPERTY,
    SUPER_PROPERTY,
    WAIVER,
)
from mpgov.formats.plan_reader import SECTIONS
from mpgov.formats.plan_schema import json_schema
from tests.formats.test_bad_plans import PLANS
from tests.formats.test_plan_yaml import SHOP

VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
# Wrong in ways that JSON does not know: null where it should be left empty, and aliases.
BEYOND = {"null-event", "null-properties", "recursive-alias"}


def parsed(path: Path) -> Any:
    """The file as an editor sees it: YAML 1.2, days as text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    return yaml.load(path.read_text())


def readable() -> list[Path]:
    found = []
    for path in PLANS:
        try:
            parsed(path)
        except (YAMLError, RecursionError, ValueError, TypeError):
            continue
        if path.stem not in BEYOND:
            found.append(path)
    return found


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_demo_plan_is_valid() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(parsed(SHOP))] == []


@pytest.mark.parametrize("path", readable(), ids=lambda path: path.stem)
def test_bad_plans_are_not(path: Path) -> None:
    assert not VALIDATOR.is_valid(parsed(path))


def test_it_knows_every_field_and_says_what_it_is_for() -> None:
    schema: Any = json_schema()
    top = schema["properties"]
    event = schema["$defs"]["event"]["properties"]
    assert list(top) == ["mpgov", *SECTIONS]
    assert list(event) == list(ENTITY)
    assert list(schema["$defs"]["property"]["properties"]) == list(PROPERTY)
    assert list(schema["$defs"]["super"]["properties"]) == list(SUPER_PROPERTY)
    assert list(top["identity"]["properties"]) == list(IDENTITY)
    assert list(top["governance"]["properties"]) == list(GOVERNANCE)
    assert list(top["waive"]["items"]["properties"]) == list(WAIVER)
    assert list(event["deprecated"]["properties"]) == list(DEPRECATION)
    assert all("description" in field for field in [*top.values(), *event.values()])
