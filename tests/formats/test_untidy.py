"""Untidy workbooks of different companies become the plan that a person would expect."""

from __future__ import annotations

import textwrap

import pytest

from mpgov.core.model import Catalog
from mpgov.errors import InputError
from mpgov.formats import plan_yaml
from mpgov.formats.base import CannotEditError, Plan, Source
from mpgov.formats.detect import format_of
from tests.formats.untidy import CASES, Untidy

PLANS = [one for one in CASES if one.plan]
PROBLEMS = [one for one in CASES if one.problems]


def read(one: Untidy) -> Plan:
    source = Source(one.file, one.data)
    return format_of(source).loads([source], one.how)


def expected(one: Untidy) -> Catalog:
    events, _, shared = one.plan.partition("SHARED\n")
    text = "mpgov: 1\nevents:\n" + textwrap.indent(events, "  ")
    if shared:
        text += "properties:\n" + textwrap.indent(shared, "  ")
    return plan_yaml.loads([Source("expected.yaml", text.encode())]).catalog


@pytest.mark.parametrize("one", PLANS, ids=lambda one: one.name)
def test_it_is_the_plan_that_a_person_reads(one: Untidy) -> None:
    assert plan_yaml.dumps(read(one).catalog) == plan_yaml.dumps(expected(one))


@pytest.mark.parametrize("one", PROBLEMS, ids=lambda one: one.name)
def test_or_every_cell_says_why_not(one: Untidy) -> None:
    with pytest.raises(InputError) as caught:
        read(one)
    lines = caught.value.message.split("\n")
    assert len(lines) == len(one.problems)
    for line, (cell, phrase) in zip(lines, one.problems, strict=True):
        assert line.startswith(f"{one.file}: {cell}: ")
        assert phrase in line


@pytest.mark.parametrize("one", PLANS, ids=lambda one: one.name)
def test_and_nothing_to_change_changes_nothing(one: Untidy) -> None:
    source = Source(one.file, one.data)
    form = format_of(source)
    assert form.update is not None
    try:
        assert form.update(source, read(one).catalog, one.how) == one.data
    except CannotEditError:
        pytest.fail("it says the plan already")
