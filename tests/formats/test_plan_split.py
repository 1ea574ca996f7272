"""A plan in files by category: together they say what the plan said, on every system."""

import re

import pytest
from hypothesis import given

from mpgov.core.model import Catalog, Entity, event
from mpgov.formats import plan_yaml
from mpgov.formats.base import Source
from mpgov.formats.plan_split import EDITORS, Home, by_category, by_tag, split
from tests.strategies import catalogs

PLAIN = re.compile(r"[^\W_]+(-[^\W_]+)*\.yaml")


def read(files: dict[str, str]) -> Catalog:
    sources = [Source(name, text.encode()) for name, text in files.items()]
    return plan_yaml.loads(sources, folder=True).catalog


@given(catalogs())
def test_the_files_together_are_the_plan(catalog: Catalog) -> None:
    whole = plan_yaml.loads([Source("p.yaml", plan_yaml.dumps(catalog).encode())]).catalog
    homes: tuple[Home, ...] = (by_category, by_tag(catalog))
    for home in homes:
        files = split(catalog, home)
        assert read(files) == whole
        assert all(text.startswith(f"{EDITORS}mpgov: 1\n") for text in files.values())
        assert all(PLAIN.fullmatch(name) for name in files)


@pytest.mark.parametrize(
    ("category", "file"),
    [
        ("Commerce", "commerce.yaml"),
        ("Zahlung & Versand", "zahlung-versand.yaml"),
        ("../../etc/passwd", "etc-passwd.yaml"),
        ("CON", "con-events.yaml"),
        ("支払い", "支払い.yaml"),
        ("...", "events.yaml"),
        ("x" * 300, f"{'x' * 60}.yaml"),
        ("properties", "properties.yaml"),
    ],
)
def test_a_category_becomes_a_name_that_every_system_takes(category: str, file: str) -> None:
    entity = Entity(event("A"), category=category)
    assert list(split(Catalog({entity.key: entity}), by_category)) == [file]


def test_of_several_tags_the_most_used_decides() -> None:
    tags = {"A": ("KPI", "Shop"), "B": ("Shop",), "C": (), "D": ("Shop", "Web")}
    entities = [Entity(event(name), tags=some) for name, some in tags.items()]
    catalog = Catalog({one.key: one for one in entities})
    files = split(catalog, by_tag(catalog))
    assert list(files) == ["events.yaml", "shop.yaml"]
    assert "\n  C:" in files["events.yaml"]


def test_a_plan_that_says_nothing_is_one_file() -> None:
    assert split(Catalog(), by_category) == {"events.yaml": f"{EDITORS}mpgov: 1\n"}
