"""The seeded shop reviewed twice: its third quarter when that was over, its fourth in November."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from mpgov.core.review import ReviewReport
from mpgov.core.tokens import Token
from mpgov.sandbox.app import Sandbox
from mpgov.workflows.evidence import Look
from mpgov.workflows.review import ReviewWish, review
from mpgov.workflows.review_files import write_review
from tests import review_seed as seed
from tests.conftest import Clock, House, house_of

CONFIG = """\
plan = "plans"
[projects.production]
id = 4242
region = "eu"
"""


@dataclass
class Reviewed:
    """The house, and what was found there on both days."""

    house: House
    then: ReviewReport
    now: ReviewReport

    @property
    def folder(self) -> Path:
        return self.house.folder / "exports" / "production"

    def file(self, name: str) -> str:
        return (self.folder / "reviews" / name).read_text("utf-8")


def furnished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The shop on the day after its third quarter."""
    clock = Clock(seed.THEN)
    house = house_of(Sandbox("empty", clock=clock), clock, tmp_path, monkeypatch)
    house.config(CONFIG)
    seed.furnish(house.folder, house.sandbox, house.project)
    return house


def written(house: House, wish: ReviewWish) -> ReviewReport:
    """A review, with its files."""
    around = house.around
    tokens = (
        Token(name, kind, "production", "production", who, rotate_every=every, last_rotated=last)
        for name, kind, who, every, last in seed.REGISTER
    )
    report = review(around.plan(), around, wish, tokens)
    write_review(around, around.project(), report)
    return report


def reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """Both reviews, one after the other."""
    monkeypatch.setenv("MPGOV_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MPGOV_CACHE_DIR", str(tmp_path / "cache"))
    house = furnished(tmp_path, monkeypatch)
    then = written(house, ReviewWish("2026-Q3"))
    house.clock.at = seed.NOW
    seed.eight_weeks_later(house.folder, house.sandbox, house.project)
    now = written(house, ReviewWish(look=Look(("events.jsonl",))))
    return Reviewed(house, then, now)
