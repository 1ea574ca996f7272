"""What is true of every edit of every file."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mpgov.core.model import Catalog, event
from mpgov.formats.base import Source
from mpgov.formats.plan_edit import AddEntity, RemoveEntity, edit, update
from mpgov.formats.plan_writer import sections
from mpgov.formats.plan_yaml import dumps, loads
from mpgov.formats.yaml_text import flow, flow_pair
from tests.strategies import catalogs, entities, names

quick = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str) -> Catalog:
    return loads([Source("plan.yaml", text.encode())]).catalog


def in_brackets(catalog: Catalog) -> str:
    parts = [f"{name}: {flow(section)}" for name, section in sections(catalog).items()]
    return "\n".join(["mpgov: 1", *parts, ""])


def in_one_bracket(catalog: Catalog) -> str:
    parts = [flow_pair(name, section) for name, section in sections(catalog).items()]
    return "{" + ", ".join(["mpgov: 1", *parts]) + "}\n"


EVENTS = names().map(event)
WRITERS = st.sampled_from([dumps, in_brackets, in_one_bracket])


@quick
@given(catalogs(), catalogs(), WRITERS)
def test_a_file_can_be_made_to_say_any_plan(one: Catalog, other: Catalog, write) -> None:
    text = write(one)
    assert read(text) == one
    assert read(update(text, other)) == other
    assert update(text, one) == text


@quick
@given(entities(EVENTS), entities(EVENTS), WRITERS)
def test_an_added_entity_is_there_and_goes_without_a_trace(one, other, write) -> None:
    assume(one.key != other.key)
    text = write(Catalog({one.key: one}))
    longer = edit(text, [AddEntity(other)])
    assert read(longer).entities == {one.key: one, other.key: other}
    assert edit(longer, [RemoveEntity(other.key)]) == text
