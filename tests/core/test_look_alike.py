"""Names that are one thing spelt twice, and names that only look a little like each other.

The lists were published with the detector: 200 pairs each, made by typing rules (slips.py) and by
hand. It was tuned on the lists a; b was not looked at until it was done.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mpgov.core.look_alike import Names, alike, nearest, pairs
from tests.data.look_alikes import slips

LISTS = Path(__file__).parents[1] / "data" / "look_alikes"


def rows(name: str) -> list[dict[str, str]]:
    with (LISTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("letter", ["a", "b"])
def test_most_slips_are_recognised(letter: str) -> None:
    listed = rows(f"alike_{letter}.csv")
    missed = [row for row in listed if not alike(row["name"], row["other"])]
    assert len(listed) == 200
    assert len(missed) <= 0.05 * len(listed), missed


@pytest.mark.parametrize("letter", ["a", "b"])
def test_innocent_pairs_are_left_alone(letter: str) -> None:
    listed = rows(f"apart_{letter}.csv")
    wrong = [(row, why) for row in listed if (why := alike(row["name"], row["other"]))]
    assert len(listed) == len({tuple(row.values()) for row in listed}) == 200
    assert len(wrong) <= 0.02 * len(listed), wrong


@pytest.mark.parametrize(
    ("letter", "text", "seed"), [("a", slips.NAMES_A, 20261124), ("b", slips.NAMES_B, 47)]
)
def test_the_lists_are_those_that_the_rules_make(letter: str, text: str, seed: int) -> None:
    made = [list(pair) for pair in slips.pairs(text, seed)]
    assert [list(row.values()) for row in rows(f"alike_{letter}.csv")] == made


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Purchase Completed", "Purchse Completed", "one letter is missing"),
        ("Purchase Completed", "purchase completed", "only case differs"),
        ("Purchase Completed", "Purchase-Completed", "only separators differ"),
        ("Purchase Completed", "purchaseCompleted", "only case and separators differ"),
        ("Item Added", "Items Added", "one is the plural"),
        ("Message Sent", "Message Send", "another tense"),
        ("Order Cancelled", "Order Canceled", "another spelling"),
        ("Viewed Item", "Veiwed Item", "two letters are swapped"),
        ("Page Viewed", "Page Voewed", "one letter differs"),
        ("Sign Up Completed", "Signup Complted", "one letter is missing, and separators differ"),
        ("Status Changed", "Statuses Changed", "one is the plural"),
        ("Plan Upgraded", "Plan Updated", ""),
        ("Step 1 Viewed", "Step 2 Viewed", ""),
        ("step_1_veiwed", "step_2_viewed", ""),
        ("Booking Viewed", "Book Viewed", ""),
        ("", "", ""),
        ("1", "2", ""),
        ("Kauf Getätigt", "kauf_getätigt", "only case and separators differ"),
    ],
)
def test_the_reason_is_told(one: str, other: str, why: str) -> None:
    assert alike(one, other) == why
    assert alike(other, one) == why


def test_pairs_and_the_nearest() -> None:
    names = ["Page Viewed", "Page Veiwed", "page_viewed", "Item Added", "Card Viewed"]
    found = {(one, other) for one, other, _ in pairs(names)}
    assert found == {
        ("Page Viewed", "Page Veiwed"),
        ("Page Viewed", "page_viewed"),
        ("Page Veiwed", "page_viewed"),
    }
    assert nearest("Page Viewd", names) == ("Page Viewed", "one letter is missing")
    assert nearest("Something Else", names) is None


def test_names_without_end_are_compared_as_a_whole() -> None:
    long = "x" * 10_000
    assert alike(long, long.upper()) == "only case differs"
    assert Names.of([long]).nearest(long + "y") is None
    crowd = [f"{'ab' * 20}{chr(97 + n % 26)}{n}" for n in range(2000)]
    assert list(pairs(crowd)) == []
