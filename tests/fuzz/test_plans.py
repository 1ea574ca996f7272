"""Plans that nobody would write: written, read, judged and compared with a strange Lexicon."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mpgov.core.base import Base, advance
from mpgov.core.model import Catalog
from mpgov.core.normal import normal, sparse
from mpgov.formats import plan_yaml, schemas_json
from mpgov.formats.base import Source
from mpgov.mixpanel.wire import Stored, decode
from mpgov.render import json_text, text
from mpgov.storage.base import dump_base, load_base
from mpgov.storage.settings import Settings
from mpgov.workflows.compare import Side, Wish, compare
from mpgov.workflows.judging import judge_plan
from tests.fuzz.mangle import TIMES, lexicon, within
from tests.strategies import catalogs

# What a terminal, or a reader, obeys instead of showing it.
OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
NOWHERE = Settings(Path("/nowhere"))


def compared(plan: Catalog, stored: Stored, base: Base) -> None:
    found = compare(plan, Side(stored, base, "p"), Wish(), NOWHERE)
    for drawn in (text.draw(found.report, False), json_text.draw(found.report, False)):
        assert_harmless(drawn)
    moved = advance(base, found.plan, stored.catalog, found.mentioned)
    assert load_base(dump_base(moved, 1, "us"), "base.json", 1, "us") == moved


def spelled(entry: object) -> str:
    return json.dumps(entry, sort_keys=True)


def assert_harmless(drawn: str) -> None:
    drawn.encode()
    for char in set(drawn) - set("\n\u200c\u200d"):
        assert unicodedata.category(char) not in OBEYED, hex(ord(char))


@pytest.mark.parametrize("chunk", range(4))
def test_any_plan_against_any_lexicon(chunk: int) -> None:
    @seed(chunk)
    @settings(
        max_examples=50 * TIMES,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # such plans shrink for minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(plan=catalogs(), number=st.integers(0, 2**32))
    def law(plan: Catalog, number: int) -> None:
        with within():
            written = plan_yaml.dumps(plan)
            read = plan_yaml.loads([Source("plan.yaml", written.encode())]).catalog
            judge_plan(read, NOWHERE)
            stored = decode(lexicon(Random(number)), "deprecated")
            compared(read, stored, Base())
            compared(read, stored, Base(normal(plan)))

    law()


@pytest.mark.parametrize("chunk", range(4))
def test_what_a_lexicon_holds_can_be_written_and_read_again(chunk: int) -> None:
    for case in range(25 * TIMES):
        number = f"lexicon {chunk} {case}"
        entries = lexicon(Random(number), 12)
        try:
            with within():
                stored = decode(entries, "deprecated")
                written = plan_yaml.dumps(sparse(stored.catalog))
                plan = plan_yaml.loads([Source("lexicon.yaml", written.encode())]).catalog
                found = compare(plan, Side(stored, Base(), "p"), Wish(), NOWHERE)
                assert found.report.is_clean, text.draw(found.report, False)
                again = schemas_json.loads(schemas_json.dumps(entries).encode(), "x.json")
                assert sorted(map(spelled, again)) == sorted(map(spelled, entries))
                assert decode(again, "deprecated").catalog == stored.catalog
        except BaseException as error:
            error.add_note(f"seed: {number!r}")
            raise
