"""The review's page in a real browser: it fits, reads well, prints, and nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from mpgov.core.json_text import as_plain_text
from mpgov.core.review_matrix import MatrixReport
from mpgov.render.review_files import draw_review
from mpgov.render.review_matrix import draw_matrix
from mpgov.render.review_page import review_page
from mpgov.render.visible import visible
from tests.render import review_samples as samples
from tests.render.audit_samples import HOSTILE
from tests.render.browser import Look, chromium, looked_at
from tests.review_house import reviewed


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        shop = reviewed(tmp_path_factory.mktemp("review"), patch).file("2026-Q4.html")
    return {
        "shop": shop,
        "hostile": review_page(samples.hostile_review()),
        "empty": review_page(samples.empty_review()),
        "matrix": draw_matrix(samples.matrix(), ".html"),
    }


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *((name, width) for name in ("shop", "hostile") for width in (360, 768, 1440)),
        *((name, width) for name in ("empty", "matrix") for width in (360, 1440)),
    ],
)
def test_it_fits_and_can_be_read_aloud(
    browser: Browser, pages: dict[str, str], name: str, width: int
) -> None:
    with looked_at(browser, pages[name], width=width) as look:
        look.open_all()
        assert look.fits()
        away = [one for one in look.stumbles() if "leads away: ../" not in one]
        assert [one for one in away if not one.endswith("not one nav")] == []
        look.assert_quiet()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_everything_stands_out(
    browser: Browser, pages: dict[str, str], width: int, dark: bool
) -> None:
    with looked_at(browser, pages["shop"], width=width, dark=dark) as look:
        look.open_all()
        assert look.pale() == []
        shade = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", shade))) < 300) is dark


def test_bars_are_as_long_as_their_numbers(browser: Browser, pages: dict[str, str]) -> None:
    """Drawn lengths against the numbers beside them."""
    with looked_at(browser, pages["shop"]) as look:
        drawn = look.page.evaluate(
            """() => [...document.querySelectorAll('.movers tbody tr')].map(row => {
              const [rect, ...numbers] = [row.querySelector('rect'),
                ...[...row.querySelectorAll('[data-n]')].map(e => e.textContent)];
              return [rect.getBoundingClientRect().width, numbers[2]];
            })"""
        )
        for unit in ("%", ""):
            some = [(w, _number(t)) for w, t in drawn if t.endswith("%") is (unit == "%")]
            longest, most = max(some, key=lambda one: one[1])
            for width, number in some:
                assert width == pytest.approx(max(longest * number / most, 1), abs=1.5)
        heights = look.page.evaluate(
            "[...document.querySelectorAll('#volume figure rect')]"
            ".map(e => Number(e.getAttribute('height')))"
        )
        table = look.page.locator("#volume .pair.wide table tbody tr:not(.sum)")
        planned = [_number(row.split()[2]) for row in table.all_inner_texts()]
        columns = [heights[n] for month in range(3) for n in (4 * month, 4 * month + 2)]
        wanted = [number for pair in zip(planned[:3], planned[3:], strict=True) for number in pair]
        assert columns == [pytest.approx(100 * n / 250_000, abs=0.01) for n in wanted]


def _number(text: str) -> float:
    return abs(float(re.sub(r"[^\d.]", "", text)))


def test_what_somebody_typed_is_shown_and_does_nothing(
    browser: Browser, pages: dict[str, str]
) -> None:
    with looked_at(browser, pages["hostile"]) as look:
        look.open_all()
        look.page.wait_for_timeout(100)
        said = " ".join(look.page.locator("body").inner_text().split())
        for text in HOSTILE[:14]:
            assert " ".join(visible(as_plain_text(text[:40])).split()) in said
        _assert_harmless(look)
    with looked_at(browser, pages["matrix"]) as look:
        assert "<b>x</b>" in look.page.locator("main").inner_text()
        _assert_harmless(look)


def _assert_harmless(look: Look) -> None:
    assert look.page.locator("script").count() == 1
    assert look.page.locator("img, iframe, link, object, embed").count() == 0
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x07]", look.page.content())
    look.assert_quiet()


@pytest.mark.parametrize("name", ["text", "markdown", "json"])
def test_the_other_formats_are_harmless_too(name: str) -> None:
    text = draw_review(samples.hostile_review(), name)
    assert not re.search("[\x00\x07\x1b\u202a-\u202e\u2066-\u2069\ud800]", text)
    if name == "markdown":
        outside = re.sub(r"<code>[^<]*</code>|<br>", "", text)
        assert not re.search(r"[<>\[\]`@]|https?:", outside)
        assert "javascript:" not in text


def test_what_a_record_says_was_done_is_harmless_too() -> None:
    report = samples.hostile_review()
    declared = tuple(replace(row, action=HOSTILE[1], at=HOSTILE[0]) for row in report.declared)
    assert declared
    text = draw_review(replace(report, declared=declared), "markdown")
    assert not re.search(r"[<>\[\]`@]", re.sub(r"<code>[^<]*</code>|<br>", "", text))


def test_it_reads_without_its_script_and_links_lead_to_the_records(
    browser: Browser, pages: dict[str, str]
) -> None:
    with looked_at(browser, pages["shop"], java_script_enabled=False) as look:
        link = look.page.locator(".changes a").first
        target = (link.get_attribute("href") or "")[1:]
        link.click()
        expect(look.page.locator(f"#{target}")).to_be_in_viewport()
        assert look.visible("form") == 0
        look.assert_quiet()


def test_paper_shows_everything(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["shop"], dark=True) as look:
        look.page.emulate_media(media="print", color_scheme="dark")
        assert look.visible(".jump") == look.visible(".skip") == 0
        assert look.visible(".decisions > li") == 12
        paper = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (look.pale(), paper) == ([], "rgb(255, 255, 255)")
        assert look.page.pdf(format="A4").startswith(b"%PDF")


def test_a_large_review_shows_the_beginning_and_counts_the_rest(browser: Browser) -> None:
    html = review_page(samples.large_review())
    assert len(html) < 250_000
    with looked_at(browser, html) as look:
        assert look.page.locator(".decisions > li").count() == 12
        more = look.page.locator("[data-n='#changes.changed-40']")
        expect(more).to_have_text("1,960")
        expect(look.page.locator("[data-n='#findings.new-20']")).to_have_text("1,980")
        expect(look.page.locator("[data-n='#owners.rows-12']")).to_have_text("29")


def test_nothing_to_say(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["empty"]) as look:
        said = look.page.locator("main").inner_text()
        for text in ("Nothing waits for a decision", "not known", "says of no change"):
            assert text in said
        assert draw_matrix(MatrixReport("2026-Q4", "", ()), ".md") == (
            "# Reviews of 2026-Q4\n\n| project |\n| --- |\n"
        )


def test_only_the_script_that_is_ours_may_run(browser: Browser, pages: dict[str, str]) -> None:
    evil = "<script>document.title='ran'</script><p style='color:red' id=p>x</p><main"
    with looked_at(browser, pages["shop"].replace("<main", evil, 1)) as look:
        assert look.page.title() != "ran"
        colour = look.page.evaluate("getComputedStyle(document.getElementById('p')).color")
        assert colour != "rgb(255, 0, 0)"
        assert len(look.complaints) >= 2
