"""The browser's helper notices what it is there to notice, and the pages' small parts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.figures import percent
from mpgov.render.charts import HIGH, bar, ceiling, columns, sparkline, trend
from mpgov.render.pages import anchor, moment, prose, short
from tests.render.browser import chromium, looked_at, screenshot

BAD = """<!doctype html><body style="background:#fff"><h1>a</h1><h3 id=x>b</h3><p id=x
style="color:#999">pale</p><div style="width:3000px">wide</div><img src="http://127.0.0.1:9/x.png">
<a href="http://127.0.0.1:9/">away</a><a href="#gone">gone</a><script>alert(1); console.log("said");
throw new Error("thrown")</script>"""


def test_what_is_wrong_with_a_page_is_noticed(tmp_path: Path) -> None:
    with chromium() as browser, looked_at(browser, BAD) as look:
        assert not look.fits()
        assert [one for one in look.pale() if "pale" in one]
        told = "\n".join(look.stumbles())
        for wrong in ("h3 after h1", "id x twice", "attribute src", "leads away", "leads nowhere"):
            assert wrong in told
        assert look.dialogs == ["1"]
        assert "log: said" in look.complaints
        assert "thrown" in look.complaints
        assert "http://127.0.0.1:9/x.png" in look.requests
        with pytest.raises(AssertionError):
            look.assert_quiet()
    screenshot("<!doctype html><p>Hello", tmp_path / "page.png", 360)
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


@given(st.lists(st.text(), unique=True))
def test_anchors_differ_where_names_do_and_hold_no_blank(names: list[str]) -> None:
    made = [anchor(name) for name in names]
    assert len(set(made)) == len(names)
    for one in made:
        assert one.isascii()
        assert one.isprintable()
        assert not set(one) & set(" \"'<>#%&?")
        assert len(one) < 100


def test_an_anchor_is_readable_and_stays() -> None:
    assert anchor("Page Viewed") == "event-Page-Viewed"
    assert anchor("Page-Viewed") == "event-Page~2d~Viewed"
    assert anchor("x" * 81).startswith("event-" + "x" * 40 + "~~")


@given(st.integers(0, 10**12))
def test_an_axis_is_round_and_high_enough(most: int) -> None:
    top = ceiling(most)
    assert top >= most
    assert top <= max(2, 2 * most)
    assert len(str(top).rstrip("0")) <= 2


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_sparkline_stays_in_its_box(days: list[int]) -> None:
    points = [tuple(map(float, one.split())) for one in sparkline(days)[1:].split("L")]
    assert [x for x, _ in points] == list(range(len(days)))
    assert all(0 <= y <= HIGH for _, y in points)
    assert points[days.index(max(days))][1] == min(y for _, y in points)


def test_columns_are_stacked() -> None:
    (one,) = columns(("2026-11-24",), (6,), (2,))
    assert (one.y, one.height) == (25, 75)
    assert (one.y_above, one.height_above) == (0, 25)


def test_bars_show_what_is_there() -> None:
    assert bar(None, 100) == bar(0, 100) == bar(5, 0) == 0
    assert bar(1, 10**6) == 0.6
    assert bar(50, 100) == 50


@given(st.lists(st.integers(0, 100), max_size=100))
def test_a_trend_stays_in_its_picture(totals: list[int]) -> None:
    dots = trend([(f"2026-01-{n}", total) for n, total in enumerate(totals)])
    assert [dot.total for dot in dots] == totals[-60:]
    assert all(16 <= dot.x <= 324 and 22 <= dot.y <= 126 for dot in dots)
    assert all(a.x < b.x for a, b in pairwise(dots))


def test_numbers_are_told_as_they_are() -> None:
    told = {share: percent(share) for share in (0, 0.0002, 0.027, 0.5, 0.9999, 1)}
    assert list(told.values()) == ["0%", "under 0.1%", "2.7%", "50%", "over 99.9%", "100%"]
    assert moment("2026-11-25T10:02:31Z") == "2026-11-25 10:02 UTC"
    assert short("x" * 200) == "x" * 160 + "…"
    assert prose("a\r\nb\n\n\n\nc\x1b") == "a\nb\n\nc\\x1b"
