"""What a check of the record says, however much there is to say."""

from __future__ import annotations

from mpgov.core.chain import Verdict
from mpgov.core.history import Checked
from mpgov.core.witness import Compared
from mpgov.render.verdicts import verdicts_as_text

FILE = "exports/shop/ledger.jsonl"


def test_of_many_annotations_that_disagree_some_are_told_and_all_are_counted() -> None:
    problems = tuple(f"annotation {n}\x1b" for n in range(12))
    one = Checked("shop", FILE, Verdict(3), witness=Compared(15, 3, problems, exit_code=1))
    assert verdicts_as_text([one]).splitlines() == [
        *(f"{FILE}: annotation {n}\\x1b" for n in range(10)),
        f"{FILE}: and 2 more like these",
        f"{FILE}: note: did another machine sync? its record may not be here yet: git pull",
        f"{FILE}: 3 records, whole; annotations in Mixpanel that agree: 3 of 15",
    ]


def test_a_mixpanel_that_did_not_answer_is_told_with_a_hint_where_there_is_one() -> None:
    for hint, more in (("", []), ("mpgov auth login", [f"{FILE}: hint: mpgov auth login"])):
        one = Checked("shop", FILE, Verdict(0), witness=Compared(error="no", hint=hint))
        assert verdicts_as_text([one]).splitlines() == [
            f"{FILE}: Mixpanel was not compared: no",
            *more,
            f"{FILE}: 0 records, nothing was recorded yet",
        ]
