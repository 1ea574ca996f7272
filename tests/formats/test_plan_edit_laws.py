"""What is true of every edit of every file."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mpgov.core.model import Catalog
from mpgov.formats.base import Source
from mpgov.formats.plan_edit import AddEntity, RemoveEntity, edit, update
from mpgov.formats.plan_writer import sections
from mpgov.formats.plan_yaml import dumps, loads
from mpgov.formats.yaml_text import flow, flow_pair
from tests.strategies import catalogs, entities

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str) -> Catalog:
    return loads([Source("plan.yaml", text.encode())]).catalog


def in_brackets(catalog: Catalog) -> str:
    parts = [f"{name}: {flow(section)}" for name, section in sections(catalog).items()]
    return "\n".join(["mpgov: 1", *parts, ""])


def in_one_bracket(catalog: Catalog) -> str:
    parts = [flow_pair(name, section) for name, section in sections(catalog).items()]
    return "{" + ", ".join(["mpgov: 1", *parts]) + "}\n"


WRITERS = st.sampled_from([dumps, in_brackets, in_one_bracket])


@quick
@given(catalogs(), catalogs(), WRITERS)
def test_a_file_can_be_made_to_say_any_plan(one: Catalog, other: Catalog, write) -> None:
    text = write(one)
    assert read(text) == one
    assert read(update(text, other)) == other
    assert update(text, one) == text


@quick
@given(catalogs(), entities(), WRITERS)
def test_an_added_entity_is_there_and_goes_without_a_trace(one, entity, write) -> None:
    assume(entity.key not in one.entities and not one.shared)
    assume(any(key.kind == "event" for key in one.entities) and entity.key.kind == "event")
    text = write(one)
    longer = edit(text, [AddEntity(entity)])
    assert read(longer).entities == {**one.entities, entity.key: entity}
    assert edit(longer, [RemoveEntity(entity.key)]).replace("\n\n", "\n") == text.replace(
        "\n\n", "\n"
    )
