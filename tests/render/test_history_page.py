"""The record's page in a real browser: the verdict first, every field, and nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from mpgov.core.history import HistoryReport
from mpgov.core.record import Wanted, end_of, moment
from mpgov.render import history_page as module
from mpgov.render.history_page import history_page
from mpgov.render.visible import visible
from tests.render import history_samples as samples
from tests.render.audit_samples import HOSTILE
from tests.render.browser import chromium, looked_at

SHOP = samples.shop()
RECORD = "#record-list [data-item]"
COUNT = "[data-count=record-list]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    found = {"shop": SHOP, "broken": samples.broken()}
    found["hostile"] = samples.report_of(samples.hostile_entries())
    return {name: history_page(report) for name, report in found.items()}


def test_it_opens_with_the_verdict_and_the_head(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["shop"], java_script_enabled=False) as look:
        said = look.page.locator("main section").first.inner_text()
        tip, count = SHOP.chain[0].verdict.head[0]
        assert said.startswith("The chain\n\nWhole\n7 records in exports/production/ledger.jsonl")
        assert f"{tip} with {count} lines up to it" in said
    with looked_at(browser, pages["broken"]) as look:
        bad = look.page.locator("#chain .card").nth(1).inner_text().split("\n")
        assert bad[0] == "staging"
        assert "1 problem" in bad
        assert "exports/staging/ledger.jsonl:2: was changed: its hash does not fit" in bad
        asked = " ".join(look.page.locator("#asked").inner_text().split())
        assert "Records 10 of 40" in asked
        look.assert_quiet()


def test_it_says_what_was_asked_for_by_whom_and_when(pages: dict[str, str]) -> None:
    asked = pages["shop"].partition('id="asked"')[2].partition("</section>")[0]
    assert re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", asked) == [
        ("Projects", "production"),
        ("Kinds", "all"),
        ("Time", "2026-Q3: from 2026-07-01 to 2026-09-30"),
        ("Records", "7"),
        ("Asked for by", "Ada Auditor &lt;ada@audit.example&gt;"),
        ("Asked for at", "2026-11-25 10:02:31Z"),
    ]


def test_every_record_and_every_field_is_there(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["shop"], java_script_enabled=False) as look:
        assert look.visible(RECORD) == len(SHOP.told)
        assert look.visible("form") == look.visible("table") == 0
        months = look.page.locator("#record-list h3").all_inner_texts()
        assert months == ["September 2026 3", "August 2026 2", "July 2026 2"]
        look.open_all()
        for told, item in zip(SHOP.told, look.page.locator(RECORD).all(), strict=True):
            said = item.inner_text()
            record = told.record
            for text in (record.by, record.kind, record.run, record.account, record.commit):
                assert text in said
            assert (record.reason in said, told.hash in said) == (True, True)
            assert item.locator("tbody tr").count() == sum(1 for _ in record.fields())
        synced = " ".join(look.page.locator(RECORD).nth(2).inner_text().split())
        assert "In CI https://ci.example/acme/tracking/actions/runs/4711 Pull request 128" in synced
        assert "left Sign Up: failed: (500)" in synced
        first = look.page.locator("table").first.locator("tr").all_inner_texts()
        assert first[4].split("\t") == ["property coupon", "nothing", "{}"]


def test_kind_person_and_words_filter_together(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["broken"]) as look:
        page = look.page
        expect(page.locator(COUNT)).to_have_text("10 records")
        page.locator("#kinds a").filter(has_text="sync").click()
        expect(page.locator(COUNT)).to_have_text("7 of 10 records")
        page.locator("select[name=who]").select_option("kim")
        expect(page.locator(COUNT)).to_have_text("3 of 10 records")
        page.locator("select[name=project]").select_option("staging")
        expect(page.locator(COUNT)).to_have_text("1 of 10 records")
        page.get_by_role("button", name="Clear filters").click()
        page.get_by_label("Search").fill("coupon feature")
        expect(page.locator(COUNT)).to_have_text("1 of 10 records")
        look.assert_quiet()


def test_a_link_leads_to_a_record_even_if_a_filter_hid_it(
    browser: Browser, pages: dict[str, str]
) -> None:
    with looked_at(browser, pages["shop"]) as look:
        page = look.page
        page.locator("select[name=kind]").select_option("token")
        assert look.visible(RECORD) == 1
        page.goto(f"{look.address}#record-{SHOP.told[0].hash[:16]}")
        expect(page.locator(f"{RECORD}:focus")).to_contain_text("Feature Used")
        assert look.visible(RECORD) == 7
        look.assert_quiet()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize(
    ("name", "dark"), [("broken", False), ("broken", True), ("hostile", False)]
)
def test_it_fits_stands_out_and_can_be_read_aloud(
    browser: Browser, pages: dict[str, str], name: str, width: int, dark: bool
) -> None:
    with looked_at(browser, pages[name], width=width, dark=dark) as look:
        assert look.fits()
        look.open_all()
        assert look.fits()
        assert look.stumbles() == []
        if name == "broken":
            assert look.pale() == []
        look.assert_quiet()


def test_what_somebody_typed_is_shown_and_does_nothing(
    browser: Browser, pages: dict[str, str]
) -> None:
    with looked_at(browser, pages["hostile"]) as look:
        look.open_all()
        said = " ".join(look.page.locator("body").inner_text().split())
        for text in HOSTILE:
            assert " ".join(visible(text[:60]).split()) in said
        assert look.page.locator("script").count() == 1
        assert look.page.locator("img, iframe, link, object, embed").count() == 0
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x07]", look.page.content())
        look.assert_quiet()


def test_paper_shows_every_field(browser: Browser, pages: dict[str, str]) -> None:
    with looked_at(browser, pages["shop"], dark=True) as look:
        look.page.emulate_media(media="print", color_scheme="dark")
        assert look.visible("form") == look.visible(".jump") == 0
        assert look.visible("table") == 5
        assert look.pale() == []
        assert look.page.pdf(format="A4").startswith(b"%PDF")


def test_five_thousand_records(browser: Browser) -> None:
    report = samples.report_of(samples.large_entries())
    html = history_page(report)
    with looked_at(browser, html) as look:
        look.page.locator("select[name=who]").select_option("kim")
        expect(look.page.locator(COUNT)).to_have_text("1,667 of 5,000 records")
        look.page.get_by_label("Search").fill(f"EVENT 4302 {report.told[-4303].record.run}")
        expect(look.page.locator(COUNT)).to_have_text("1 of 5,000 records")
        expect(look.page.locator(f"{RECORD}:not([hidden])")).to_contain_text("change number 4302")
        look.assert_quiet()
    assert len(html) < 10_000_000


def test_what_is_too_much_for_a_page_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 1_500)
    html = history_page(SHOP)
    assert html.count('<tr><th scope="row">') == 7
    assert "more fields are too many for this page: mpgov history show 20260714T101500Z" in html


def test_nothing_to_say(browser: Browser) -> None:
    empty = HistoryReport((), 0)
    with looked_at(browser, history_page(empty)) as look:
        assert "There is no project with a record." in look.page.locator("#chain").inner_text()
        assert "No records." in look.page.locator("#records").inner_text()
        assert look.stumbles() == []
        look.assert_quiet()


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("2026-10-01", "", "from 2026-10-01"),
        ("", "2026-11-24", "to 2026-11-24"),
        ("2026-10-01T09:30:00Z", "2026-11-24T10:00:00Z", None),
    ],
)
def test_the_time_that_was_asked_for_is_told(since: str, until: str, told: str | None) -> None:
    wanted = Wanted(since=moment(since), until=end_of(until), name="A*", owner="team:*")
    html = history_page(replace(SHOP, wanted=wanted))
    told = told or "from 2026-10-01 09:30:00Z to 2026-11-24 10:00:00Z"
    assert f"<dt>Time</dt><dd>{told}</dd>" in html
    assert "<dt>Names</dt><dd>A*</dd><dt>Owners</dt><dd>team:*</dd>" in html


def test_one_run_says_which() -> None:
    one = replace(SHOP, told=SHOP.told[:1], found=1, in_full=True)
    assert f"<dt>Run</dt><dd>{SHOP.told[0].record.run}</dd>" in history_page(one)
