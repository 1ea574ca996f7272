"""The data dictionary's page in a real browser: it is searched, linked to, and nothing runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from mpgov.core.audit import Dictionary
from mpgov.render.dictionary_page import dictionary_page
from mpgov.render.pages import anchor
from mpgov.render.visible import visible
from tests.render import audit_samples as samples
from tests.render.browser import chromium, looked_at

SHOP = samples.dictionary()
EVENT = "#event-list > details"
USER = "#user-properties tbody tr"
COUNT = "[data-count=event-list]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def shop() -> str:
    return dictionary_page(SHOP)


@pytest.fixture(scope="module")
def hostile() -> str:
    return dictionary_page(samples.hostile_dictionary())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("purchase COMPLETED", {"Purchase Completed", "Checkout Clicked"}),
        ("stock number", {"Item Added to Cart"}),
        ("discount_code", {"Purchase Completed"}),
        ("team:growth navigation", {"Page Viewed"}),
        ("kim@acme", {"Feature Used"}),
        ("SAVE10", {"Purchase Completed"}),
        ("nothing like this", set()),
    ],
)
def test_search_looks_everywhere(browser: Browser, shop: str, words: str, found: set[str]) -> None:
    with looked_at(browser, shop) as look:
        look.page.get_by_role("searchbox").fill(words)
        expect(look.page.locator(COUNT)).to_have_text(
            re.compile(rf"^{len(found)} of {len(SHOP.events)} events, \d+ of 12 user properties$")
        )
        left = look.page.locator(f"{EVENT}:not([hidden]) h3").all_inner_texts()
        assert set(left) == found
        look.assert_quiet()


def test_user_properties_are_searched_too(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        assert look.visible(USER) == len(SHOP.user_properties) == 12
        page.get_by_role("searchbox").fill("first sign-in")
        expect(page.locator(COUNT)).to_have_text("0 of 11 events, 1 of 12 user properties")
        assert page.locator(f"{USER}:not([hidden]) th").all_inner_texts() == ["first_login_date"]
        page.get_by_role("searchbox").fill("checkout button")
        expect(page.locator(COUNT)).to_have_text("1 of 11 events, 0 of 12 user properties")
        page.get_by_role("link", name="User properties").click()
        expect(page.locator(COUNT)).to_have_text("11 events")
        assert look.visible(USER) == 12


def test_status_tag_and_owner_filter(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        page.get_by_role("combobox", name="Status").select_option("deprecated")
        assert page.locator(f"{EVENT}:not([hidden]) h3").all_inner_texts() == ["Checkout Clicked"]
        page.get_by_role("combobox", name="Status").select_option("")
        page.get_by_role("combobox", name="Tag").select_option("KPI")
        tagged = [row for row in SHOP.events if "KPI" in row.tags]
        assert look.visible(EVENT) == len(tagged) > 1
        page.get_by_role("combobox", name="Owner").select_option("team:Payments")
        both = [row for row in tagged if "team:Payments" in row.owners]
        assert look.visible(EVENT) == len(both) > 0
        assert "tag=KPI" in page.url
        page.reload()
        assert look.visible(EVENT) == len(both)
        look.assert_quiet()


def test_what_is_few_is_opened_and_closed_again(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        look.page.get_by_role("searchbox").fill("discount_code")
        expect(look.page.locator("#event-Purchase-Completed")).to_be_visible()
        look.page.get_by_role("button", name="Clear filters").click()
        expect(look.page.locator("#event-Purchase-Completed")).to_be_hidden()
        look.page.get_by_role("button", name="Open all").click()
        assert look.visible(f"{EVENT} .body") == len(SHOP.events)
        look.page.get_by_role("button", name="Close all").click()
        assert look.visible(f"{EVENT} .body") == 0


def test_an_event_can_be_linked_to(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        look.page.goto(f"{look.address}#event-Checkout-Clicked")
        body = look.page.locator("#event-Checkout-Clicked")
        expect(body).to_be_visible()
        body.get_by_role("link", name="Purchase Completed").click()
        expect(look.page.locator("#event-Purchase-Completed")).to_be_visible()
        assert look.page.url.endswith("#event-Purchase-Completed")


def test_all_that_is_known_of_an_event_is_there(browser: Browser, shop: str) -> None:
    row = next(row for row in SHOP.events if row.key.name == "Purchase Completed")
    with looked_at(browser, shop, java_script_enabled=False) as look:
        assert look.visible("form") == 0
        look.page.locator("summary").filter(has_text="Purchase Completed").click()
        card = look.page.locator(EVENT).filter(has=look.page.locator("#event-Purchase-Completed"))
        said = card.inner_text()
        for text in (row.description, row.trigger, *row.owners, *row.tags, *row.platforms, "4,914"):
            assert text in said
        for prop in row.properties:
            head = look.page.locator("th").filter(has_text=re.compile(rf"^{prop.name}( |$)"))
            told = card.locator("tbody tr").filter(has=head).inner_text()
            assert prop.type in told
            assert prop.description in told
            assert ("required" in told) is prop.required
        look.assert_quiet()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["shop", "hostile"])
def test_it_fits_stands_out_and_can_be_read_aloud(
    browser: Browser, request: pytest.FixtureRequest, name: str, width: int, dark: bool
) -> None:
    with looked_at(browser, request.getfixturevalue(name), width=width, dark=dark) as look:
        assert look.fits()
        look.open_all()
        assert look.fits()
        assert look.pale() == []
        assert look.stumbles() == []
        look.assert_quiet()


def test_what_somebody_typed_is_shown_and_does_nothing(browser: Browser, hostile: str) -> None:
    with looked_at(browser, hostile) as look:
        look.open_all()
        said = " ".join(look.page.locator("body").inner_text().split())
        for text in samples.HOSTILE:
            assert " ".join(visible(text[:60]).split()) in said
        assert look.page.locator("script").count() == 1
        assert look.page.locator("img, iframe, link, object, embed").count() == 0
        for text in samples.HOSTILE:
            look.page.get_by_role("searchbox").fill(text[:200])
            look.page.wait_for_timeout(200)
        look.page.get_by_role("searchbox").fill("")
        for place in range(len(samples.HOSTILE)):
            look.page.get_by_role("combobox", name="Tag").select_option(index=place + 1)
            assert look.visible(EVENT) == 1
            look.page.goto(f"{look.address}#{anchor(samples.HOSTILE[place])}")
        look.assert_quiet()


def test_paper_shows_everything_but_controls(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop, dark=True) as look:
        look.page.emulate_media(media="print")
        assert look.visible("form") == look.visible(".jump") == 0
        assert look.visible(f"{EVENT} .body") == len(SHOP.events)
        assert look.pale() == []


def test_five_thousand_events(browser: Browser) -> None:
    rows = samples.large().events
    with looked_at(browser, dictionary_page(Dictionary("large", SHOP.at, rows))) as look:
        look.page.get_by_role("combobox", name="Tag").select_option("Tag 24")
        expect(look.page.locator(COUNT)).to_have_text("200 of 5,000 events")
        look.page.get_by_role("searchbox").fill("number 4324")
        expect(look.page.locator(COUNT)).to_have_text("1 of 5,000 events")
        look.assert_quiet()


def test_the_examples_of_personal_properties_stay_off_the_page() -> None:
    row = samples.hostile_dictionary().events[2]
    html = dictionary_page(Dictionary("p", SHOP.at, (row,)))
    assert "not shown: personal" in html


def test_nothing_to_say(browser: Browser) -> None:
    with looked_at(browser, dictionary_page(Dictionary("empty", ""))) as look:
        assert "No events" in look.page.locator("#events").inner_text()
        assert look.stumbles() == []
        look.assert_quiet()


def test_without_volumes_no_volume_is_told(browser: Browser) -> None:
    rows = tuple(
        replace(row, volume=None, share=None, days=(), first="", last="") for row in SHOP.events
    )
    html = dictionary_page(replace(SHOP, events=rows, days=(), notes=()))
    with looked_at(browser, html) as look:
        look.open_all()
        assert "in 30 days" not in look.page.locator("main").inner_text()
        assert look.page.locator(".spark").count() == 0
        look.assert_quiet()
