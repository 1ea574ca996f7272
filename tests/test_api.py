"""mpgov from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import mpgov
from mpgov.api import CHANGE_COLUMNS, FINDING_COLUMNS, PLAN_COLUMNS
from mpgov.core.change import ChangeSet
from mpgov.core.model import Catalog, Entity, Property, event
from mpgov.formats import plan_excel

SHOP = Path(__file__).parents[1] / "plans" / "shop.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_import_mpgov_is_light() -> None:
    code = "import sys, mpgov; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pandas", "openpyxl", "yaml", "requests", "click", "jinja2", "mpgov.api"}
    assert heavy & set(done.stdout.split()) == set()


def test_what_there_is_can_be_asked_for() -> None:
    for name in mpgov.__all__:
        assert getattr(mpgov, name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mpgov.nonsense


def test_a_plan_is_a_table_whatever_its_format(folder: Path) -> None:
    plan = mpgov.read_plan(SHOP)
    (folder / "shop.xlsx").write_bytes(plan_excel.dumps(plan))
    frame = mpgov.to_frame(plan)
    assert dict(frame.dtypes.astype(str)) == {**PLAN_COLUMNS, **_text_types(frame)}
    assert len(frame) == sum(max(len(one.properties), 1) for one in plan)
    (row,) = frame[(frame["name"] == "Purchase Completed") & (frame["property"] == "revenue")].index
    assert frame.loc[row, "type"] == "number"
    assert frame.loc[row, "tags"] == ("KPI", "Revenue")
    again = mpgov.to_frame(mpgov.read_plan("shop.xlsx"))
    assert again.equals(frame)


def _text_types(frame: pd.DataFrame) -> dict[str, str]:
    """What this pandas calls its texts."""
    return {name: str(frame[name].dtype) for name, kind in PLAN_COLUMNS.items() if kind == "string"}


def test_texts_stay_texts_and_what_is_not_said_is_missing() -> None:
    names = ["NA", "null", "007", "TRUE", "nan", ""]
    entities = {
        event(n): Entity(event(n), properties={n: Property(description=n)}) for n in names if n
    }
    frame = mpgov.to_frame(Catalog(entities))
    assert (
        list(frame["name"]) == list(frame["property"]) == list(frame["description"]) == names[:-1]
    )
    assert not frame["name"].isna().any()
    assert frame["type"].isna().all()
    assert frame["required"].isna().all()


def test_empty_things_have_the_same_columns(folder: Path) -> None:
    (folder / "p.yaml").write_text("mpgov: 1\nevents: {A: {description: d, owners: [a@b.example]}}")
    full = mpgov.to_frame(mpgov.read_plan("p.yaml"))
    empty = mpgov.to_frame(Catalog())
    assert list(empty.columns) == list(full.columns)
    assert list(empty.dtypes) == list(full.dtypes)
    assert list(mpgov.to_frame(ChangeSet()).columns) == list(CHANGE_COLUMNS)
    assert list(mpgov.to_frame([]).columns) == list(FINDING_COLUMNS)


def test_findings_and_where_they_are(folder: Path) -> None:
    (folder / "p.yaml").write_text("mpgov: 1\nevents:\n  A: {}\n")
    report = mpgov.check("p.yaml")
    frame = mpgov.to_frame(report)
    (row,) = frame[frame["rule"] == "documentation/undescribed"].index
    assert tuple(frame.loc[row, ["severity", "name", "file", "line"]]) == (
        "warning", "A", "p.yaml", 3,
    )  # fmt: skip
    assert mpgov.to_frame(report.findings).equals(frame)


def test_changes_offline(folder: Path) -> None:
    (folder / "old.yaml").write_text("mpgov: 1\nevents: {A: {description: old, tags: [a]}}")
    (folder / "new.yaml").write_text(
        "mpgov: 1\nevents:\n  A: {description: new, tags: [a, b]}\n"
        "  B: {properties: {p: {type: list}}}\n"
    )
    frame = mpgov.to_frame(mpgov.diff("new.yaml", against="old.yaml"))  # type: ignore[arg-type]
    rows = frame[frame["name"] == "A"].set_index("field")
    assert (rows.loc["description", "before"], rows.loc["description", "after"]) == ("old", "new")
    assert rows.loc["tags", "after"] == ("a", "b")
    assert set(frame[frame["name"] == "B"]["action"]) == {"create"}


def test_what_cannot_be_read_is_one_of_our_errors(folder: Path) -> None:
    (folder / "p.yaml").write_text("mpgov: 1\nevents: {A: {status: livid}}")
    with pytest.raises(mpgov.MpgovError, match=r"p.yaml:2:22: status cannot be"):
        mpgov.read_plan("p.yaml")
