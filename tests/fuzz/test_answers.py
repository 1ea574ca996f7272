"""Answers that Mixpanel should never give: an error of ours, or a file that we can read again."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from requests import Session

from mpgov.core.report import CheckReport
from mpgov.core.select import Selection
from mpgov.errors import MpgovError
from mpgov.formats import plan_yaml, schemas_json
from mpgov.formats.base import Source
from mpgov.mixpanel.access import may_write, who_am_i
from mpgov.mixpanel.lexicon import read
from mpgov.mixpanel.service_accounts import expiry_of
from mpgov.mixpanel.usage import event_names
from mpgov.render import json_text, text
from mpgov.workflows import sync
from mpgov.workflows.adopt import adopt
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff
from mpgov.workflows.export import ExportWish, export
from mpgov.workflows.lexicon import connect
from tests.conftest import PREFIX, Clock, House
from tests.fuzz.answers import Adapter, damaged
from tests.fuzz.mangle import TIMES, within
from tests.fuzz.test_plans import assert_harmless

PLAN = """
events:
  Sale: {description: d, tags: [a], owners: [a@b.c], properties: {p: {type: string, examples: [x]}}}
  a/b: {description: other}
user_properties: {p: {type: number}}
"""
CASES = 5 * TIMES


def answering(house: House, random: Random) -> Adapter:
    adapter = Adapter(damaged(random, house.project))
    house.session.adapters.clear()
    house.session.mount(PREFIX, adapter)
    assert isinstance(house.session, Session)
    return adapter


def try_reading(house: House, _: Random) -> None:
    client = connect(house.around, house.around.project())
    stored = read(client, "deprecated")
    may_write(who_am_i(client))
    expiry_of(client)
    event_names(client)
    assert isinstance(stored.others, tuple)


def try_export(house: House, random: Random) -> None:
    kind = random.choice(("yaml", "json"))
    done = export(house.around, ExportWish(kind, live=random.random() < 0.5))
    assert done.path is not None
    data = done.path.read_bytes()
    if kind == "yaml":
        plan_yaml.loads([Source("lexicon.yaml", data)])
    else:
        schemas_json.loads(data, "lexicon.json")
    plan = done.path if kind == "yaml" else house.plan(PLAN)
    text.draw(diff(plan, house.around, Wish(), str(done.path)), False)
    for note in done.notes:
        note.encode("utf-8", "backslashreplace")


def try_diff(house: House, _: Random) -> None:
    report = diff(house.plan(PLAN), house.around, Wish(), None)
    for drawn in (text.draw(report, False), json_text.draw(report, False)):
        assert_harmless(drawn)


def try_sync(house: House, _: Random) -> None:
    allow = ("guards/foreign-text", "guards/mass-change", "guards/unblocks")
    run = sync.prepare(sync.Where(house.plan(PLAN), house.around), Wish(allow=allow))
    assert not isinstance(run, CheckReport)
    if run.comparison.report.standing:
        return
    run.permit()
    list(run.send())
    report = run.finish()
    for drawn in (text.draw(report, False), json_text.draw(report, False)):
        assert_harmless(drawn)
    json.loads(run.base_path.read_bytes())


def try_adopt(house: House, _: Random) -> None:
    path = house.plan(PLAN)
    adopt(house.around, path, Selection(), live=True)
    plan_yaml.loads([Source("plan.yaml", path.read_bytes())])


TRIED = (try_reading, try_export, try_diff, try_sync, try_adopt)


def whole(folder: Path) -> None:
    """Nothing that was begun and not ended lies about."""
    left = [path.name for path in folder.rglob(".*") if path.name.count(".") > 1]
    assert not left


@pytest.mark.parametrize("tried", TRIED, ids=lambda one: one.__name__)
def test_a_strange_answer_is_an_error_of_ours_or_no_trouble(
    tried: object, house: House, clock: Clock
) -> None:
    told: list[str] = []
    for case in range(CASES):
        number = f"{tried.__name__} {case}"
        random = Random(number)
        answering(house, random)
        clock.at += 3600
        try:
            with within():
                tried(house, random)  # type: ignore[operator]
        except MpgovError as error:
            told.append(error.message)
        except BaseException as error:
            error.add_note(f"seed: {number!r}")
            raise
    assert all(told)
    whole(house.folder)
