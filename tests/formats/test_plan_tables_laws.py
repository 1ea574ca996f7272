"""What a plan says survives every format that it is written in."""

from __future__ import annotations

from hypothesis import given, settings

from mpgov.core.model import Catalog
from mpgov.formats import plan_csv
from mpgov.formats.base import How, Source
from tests.strategies import catalogs


@settings(max_examples=500)
@given(catalogs())
def test_csv_loses_nothing(catalog: Catalog) -> None:
    text = plan_csv.dumps(catalog)
    assert plan_csv.loads([Source("plan.csv", text.encode())], How()).catalog == catalog
