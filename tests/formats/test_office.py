"""LibreOffice opens what mpgov writes, saves it again, and the plan is the same."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from mpgov.core.model import Catalog, Entity, Property, Waiver, event
from mpgov.formats import plan_excel, plan_yaml
from mpgov.formats.base import How, Source
from tests.strategies import TREACHEROUS
from tests.tools import needed

SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"
NAMES = [one for one in TREACHEROUS if one]


def convert(to: str, folder: Path, files: Iterable[Path]) -> Path:
    """Let LibreOffice open files and save them as something else, with a profile of its own."""
    profile = (folder / "profile").as_uri()
    out = folder / "out"
    command = [needed("soffice"), f"-env:UserInstallation={profile}", "--headless"]
    done = subprocess.run(
        [*command, "--convert-to", to, "--outdir", str(out), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def treacherous() -> Catalog:
    """Whatever a spreadsheet takes for something else, in every kind of cell."""
    entities = {}
    for name in NAMES:
        prop = Property(
            type="string",
            description=name,
            required=True,
            examples=(name, "a, b"),
            allowed=(name,),
            extra={"Note": name, "Count": 5, "Flag": True},
        )
        entities[event(name)] = Entity(
            event(name),
            description=name,
            display_name=name,
            status="live",
            tags=(name, "KPI"),
            owners=("team:A, B", "jane@acme.example"),
            properties={name: prop, "gone": None, "n": Property(type="number", minimum=-1.5)},
            extra={"Jira": name},
        )
    waivers = (Waiver("naming/event-case", "=1+1", "-x", "2027-02-01"),)
    return Catalog(entities, super_properties={"@a": Property(type="string")}, waivers=waivers)


def test_a_workbook_that_it_saved_again_says_the_same(tmp_path: Path) -> None:
    plans = {
        "shop": plan_yaml.loads([Source("shop.yaml", SHOP.read_bytes())]).catalog,
        "treacherous": treacherous(),
    }
    for name, catalog in plans.items():
        (tmp_path / f"{name}.xlsx").write_bytes(plan_excel.dumps(catalog))
    out = convert("xlsx:Calc MS Excel 2007 XML", tmp_path, [tmp_path / f"{n}.xlsx" for n in plans])
    for name, catalog in plans.items():
        saved = (out / f"{name}.xlsx").read_bytes()
        assert saved != (tmp_path / f"{name}.xlsx").read_bytes()
        assert plan_excel.loads([Source(name, saved)], How()).catalog == catalog


@pytest.mark.parametrize("kind", ["pdf"])
def test_it_can_be_printed(tmp_path: Path, kind: str) -> None:
    catalog = plan_yaml.loads([Source("shop.yaml", SHOP.read_bytes())]).catalog
    (tmp_path / "shop.xlsx").write_bytes(plan_excel.dumps(catalog))
    out = convert(kind, tmp_path, [tmp_path / "shop.xlsx"])
    assert (out / f"shop.{kind}").read_bytes().startswith(b"%PDF")
