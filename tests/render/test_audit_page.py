"""The audit's page in a real browser: it filters, fits, reads well, and nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from mpgov.core.audit import AuditReport, PropertyRow
from mpgov.core.model import event
from mpgov.render.audit_page import audit_page
from mpgov.render.visible import visible
from tests.render import audit_samples as samples
from tests.render.browser import chromium, looked_at

SHOP = samples.shop()
ALL = (*SHOP.findings, *SHOP.accepted, *SHOP.waived)
FINDING = "#finding-list [data-item]"
COUNT = "[data-count=finding-list]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def shop() -> str:
    return audit_page(SHOP)


@pytest.fixture(scope="module")
def hostile() -> str:
    return audit_page(samples.hostile())


def test_severity_filters_and_is_counted(browser: Browser, shop: str) -> None:
    totals = samples.by_severity(SHOP)
    with looked_at(browser, shop) as look:
        assert look.visible(FINDING) == len(ALL)
        expect(look.page.locator(COUNT)).to_have_text("25 findings, 3 of them set aside")
        for severity, title in (("error", "Errors"), ("info", "Info")):
            box = look.page.get_by_role("checkbox", name=title)
            box.check()
            assert look.visible(FINDING) == totals[severity]
            assert look.visible(f"{FINDING}[data-severity={severity}]") == totals[severity]
            expect(look.page.locator(COUNT)).to_have_text(f"{totals[severity]} of 25 findings")
            box.uncheck()
        look.page.get_by_role("checkbox", name="Errors").check()
        look.page.get_by_role("checkbox", name="Info").check()
        assert look.visible(FINDING) == totals["error"] + totals["info"]
        look.page.get_by_role("button", name="Clear filters").click()
        assert look.visible(FINDING) == len(ALL)
        look.assert_quiet()


def test_owner_rule_status_and_search_filter_together(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        form = page.locator("form[data-list=finding-list]")
        mine = [one for one in ALL if "team:Growth" in one.owners]
        form.get_by_role("combobox", name="Owner").select_option("team:Growth")
        assert look.visible(FINDING) == len(mine) > 0
        form.get_by_role("combobox", name="Rule").select_option("observed")
        both = [one for one in mine if one.rule.startswith("observed/")]
        assert look.visible(FINDING) == len(both) > 0
        form.get_by_label("Search").fill("SCROLL_depth  50%")
        expect(page.locator(COUNT)).to_have_text("1 of 25 findings")
        assert page.locator(COUNT).get_attribute("role") == "status"
        form.get_by_role("button", name="Clear filters").click()
        form.get_by_role("combobox", name="Status").select_option("waived")
        assert look.visible(FINDING) == len(SHOP.waived)
        form.get_by_role("combobox", name="Owner").select_option("nobody")
        assert look.visible(FINDING) == sum(not one.owners for one in SHOP.waived)
        look.assert_quiet()


def test_the_address_keeps_the_filters(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        page.get_by_role("checkbox", name="Warnings").check()
        page.locator("select[name=owner]").select_option("kim@acme.example")
        page.get_by_label("Group by").select_option("owner")
        shown = look.visible(FINDING)
        assert "severity=warning" in page.url
        page.reload()
        assert look.visible(FINDING) == shown > 0
        assert page.get_by_role("checkbox", name="Warnings").is_checked()
        assert page.get_by_label("Group by").input_value() == "owner"
        page.goto(look.address + "#?q=newsletter")
        expect(page.locator(COUNT)).to_have_text("2 of 25 findings")
        page.goto(look.address + "#%E0%A4%A")
        look.assert_quiet()


def test_findings_are_grouped_by_owner_each_under_all_its_owners(browser: Browser) -> None:
    new = SHOP.findings
    owners = {name for one in new for name in one.owners or ("nobody",)}
    places = sum(len(one.owners or ("nobody",)) for one in new)
    written = audit_page(replace(SHOP, by_owner=True, accepted=(), waived=()))
    plain = audit_page(replace(SHOP, accepted=(), waived=()))
    with looked_at(browser, written, java_script_enabled=False) as look:
        assert look.visible("#finding-list .group") == len(owners)
        assert look.visible(FINDING) == places
    for html in (written, plain):
        with looked_at(browser, html) as look:
            look.page.get_by_label("Group by").select_option("owner")
            assert look.visible("#finding-list .group") == len(owners)
            assert look.visible(FINDING) == places
            expect(look.page.locator(COUNT)).to_have_text(f"{len(new)} findings")
            look.page.get_by_label("Group by").select_option("family")
            families = {one.rule.partition("/")[0] for one in new}
            assert look.visible("#finding-list .group") == len(families)
            assert look.visible(FINDING) == len(new)
            look.page.get_by_label("Group by").select_option("severity")
            titles = look.page.locator("#finding-list h3").all_inner_texts()
            assert [title.split()[0] for title in titles] == ["Errors", "Warnings", "Info"]
            assert look.stumbles() == []


def test_an_owner_or_a_count_on_top_leads_to_its_findings(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        look.page.locator(".owners").get_by_role("link", name="sam@acme.example").click()
        mine = [one for one in ALL if "sam@acme.example" in one.owners]
        assert look.visible(FINDING) == len(mine)
        look.page.locator("a.tile.error").click()
        assert look.visible(FINDING) == samples.by_severity(SHOP)["error"]


def test_events_are_found_and_bars_can_be_compared(browser: Browser, shop: str) -> None:
    items = "#event-list > details"
    with looked_at(browser, shop) as look:
        page = look.page
        names = page.locator(f"{items} h3").all_inner_texts()
        assert names[0] == "Page Viewed"
        assert names == [row.key.name for row in SHOP.events]
        page.locator("select[name=shade]").select_option("unplanned")
        assert look.visible(items) == sum(not row.is_planned for row in SHOP.events)
        page.get_by_label("Search events").fill("purchse")
        expect(page.locator("[data-count=event-list]")).to_have_text("1 of 16 events")
        page.get_by_role("button", name="Clear filters").click()
        bar = page.locator(f"{items}[data-volume='31'] .bar rect")
        assert bar.get_attribute("width") == "0.6%"
        page.get_by_label("Bars").select_option("log")
        assert float((bar.get_attribute("width") or "")[:-1]) > 20
        look.assert_quiet()


def test_links_lead_from_findings_to_events_and_back(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        page.get_by_role("checkbox", name="Errors").check()
        page.locator(FINDING).filter(has_text="look like an e-mail").get_by_role(
            "link", name="Page Viewed"
        ).click()
        card = page.locator("#event-list > details").filter(has_text="Page Viewed").first
        assert card.get_attribute("open") is not None
        assert "Somebody looked at a page" in card.inner_text()
        expect(page.locator("summary:focus")).to_be_visible()
        card.get_by_role("link", name="observed/unplanned-property").click()
        expect(page.locator(f"{FINDING}:focus")).to_be_visible()
        assert look.visible(FINDING) == len(ALL), "a filter does not hide what a link leads to"
        page.locator(FINDING).get_by_role("link", name="datatypes/mixed").click()
        expect(page.locator("tr:focus")).to_contain_text("with two types filters miss one")
        page.goto(look.address + "#event-Checkout-Clicked")
        expect(page.locator("#event-Checkout-Clicked")).to_be_visible()
        look.assert_quiet()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", ["shop", "hostile"])
def test_nothing_overflows(
    browser: Browser, request: pytest.FixtureRequest, name: str, width: int, dark: bool
) -> None:
    with looked_at(browser, request.getfixturevalue(name), width=width, dark=dark) as look:
        assert look.fits()
        look.open_all()
        assert look.fits()
        look.assert_quiet()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_everything_stands_out(browser: Browser, shop: str, width: int, dark: bool) -> None:
    with looked_at(browser, shop, width=width, dark=dark) as look:
        look.open_all()
        look.page.get_by_role("checkbox", name="Errors").check()
        assert look.pale() == []
        look.page.get_by_role("button", name="Clear filters").click()
        assert look.pale() == []
        shade = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", shade))) < 300) is dark


@pytest.mark.parametrize("name", ["shop", "hostile"])
def test_it_can_be_read_aloud(browser: Browser, request: pytest.FixtureRequest, name: str) -> None:
    with looked_at(browser, request.getfixturevalue(name)) as look:
        assert look.stumbles() == []


def test_what_somebody_typed_is_shown_and_does_nothing(browser: Browser, hostile: str) -> None:
    with looked_at(browser, hostile) as look:
        look.open_all()
        look.page.wait_for_timeout(200)
        said = look.page.locator("body").inner_text()
        for text in samples.HOSTILE:
            told = visible(text[:60])
            assert " ".join(told.split()) in " ".join(said.split())
        assert look.page.locator("script").count() == 1
        assert look.page.locator("img, iframe, link, object, embed").count() == 0
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x07]", look.page.content())
        for text in samples.HOSTILE:
            look.page.locator("input[name=q]").fill(text[:200])
            look.page.wait_for_timeout(200)
        look.page.locator("input[name=q]").fill("")
        for place in range(len(samples.HOSTILE)):
            look.page.locator("select[name=owner]").select_option(index=place + 1)
            assert look.visible(FINDING) > 0
        look.page.get_by_label("Group by").select_option("owner")
        look.assert_quiet()


def test_only_the_script_that_is_ours_may_run(browser: Browser, shop: str) -> None:
    """Even if a text could get into the markup, the page's policy refuses it."""
    evil = "<script>document.title='ran'</script><p onclick=\"x\" style='color:red' id=p>x</p><main"
    with looked_at(browser, shop.replace("<main", evil, 1)) as look:
        assert look.page.title() != "ran"
        colour = look.page.evaluate("getComputedStyle(document.getElementById('p')).color")
        assert colour != "rgb(255, 0, 0)"
        assert len(look.complaints) >= 2
        assert look.visible(FINDING) == len(ALL)


def test_it_reads_without_its_script(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop, java_script_enabled=False) as look:
        assert look.visible(FINDING) == len(ALL)
        assert look.visible("form") == 0
        look.page.locator(FINDING).get_by_role("link", name="Checkout Clicked").first.click()
        expect(look.page.locator("#event-Checkout-Clicked")).to_be_visible()
        look.assert_quiet()


def test_the_keyboard_is_enough(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        page = look.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert (page.locator(".skip").bounding_box() or {"y": -1})["y"] >= 0
        focused = "document.activeElement.name"
        _tab_until(look.page, f"{focused} === 'q'")
        page.keyboard.type("revenue")
        expect(page.locator(COUNT)).to_have_text("1 of 25 findings")
        _tab_until(page, f"{focused} === 'severity'")
        assert page.evaluate(
            "getComputedStyle(document.activeElement.parentElement).outlineStyle === 'solid'"
        )
        page.keyboard.press("Space")
        assert page.get_by_role("checkbox", name="Errors").is_checked()
        _tab_until(page, "document.activeElement.hash === '#event-Purchase-Completed'")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.locator("summary:focus")).to_be_visible()
        expect(page.locator("#event-Purchase-Completed")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#event-Purchase-Completed")).to_be_hidden()


def _tab_until(page, reached: str) -> None:  # type: ignore[no-untyped-def]
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            return
    pytest.fail(f"the keyboard does not get there: {reached}")


def test_paper_shows_everything_but_controls(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop, dark=True) as look:
        assert look.visible("form") == 2
        look.page.emulate_media(media="print", color_scheme="dark")
        assert look.visible("form") == look.visible(".jump") == look.visible(".skip") == 0
        assert look.visible("#event-list .body") == len(SHOP.events)
        assert look.pale() == []
        paper = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"
        assert look.page.pdf(format="A4").startswith(b"%PDF")


def test_five_thousand_events_and_findings(browser: Browser) -> None:
    html = audit_page(samples.large())
    with looked_at(browser, html) as look:
        page = look.page
        page.get_by_role("checkbox", name="Errors").check()
        expect(page.locator(COUNT)).to_have_text("1,667 of 5,000 findings")
        page.locator("select[name=owner]").select_option("owner7@acme.example")
        left = sum(n % 3 == 0 and n % 40 == 7 for n in range(5000))
        expect(page.locator(COUNT)).to_have_text(f"{left} of 5,000 findings")
        assert page.locator(f"{FINDING}:not([hidden])").count() == left
        page.get_by_label("Search", exact=True).fill("event 0087")
        expect(page.locator(COUNT)).to_have_text("1 of 5,000 findings")
        page.get_by_role("button", name="Clear filters").click()
        page.get_by_label("Search events").fill("NUMBER 4321")
        expect(page.locator("[data-count=event-list]")).to_have_text("1 of 5,000 events")
        expect(page.locator("#event-Event-4321")).to_be_visible()
        look.assert_quiet()
    assert len(html) < 16_000_000


def test_numbers_of_the_report_are_on_the_page(browser: Browser, shop: str) -> None:
    with looked_at(browser, shop) as look:
        said = " ".join(look.page.locator("#overview").inner_text().split())
        for part in SHOP.score.parts:
            assert part.name in said.lower()
            assert f"{part.good:,} of {part.of:,}" in said
        assert f"{SHOP.total:,}" in said
        label = look.page.locator(".trend svg").get_attribute("aria-label") or ""
        assert "48 on 2025-06-30" in label
        assert f"{SHOP.score.total} on 2026-11-25" in label
        look.page.get_by_text("The days as a table").click()
        rows = look.page.locator("#arrives tbody tr").all_inner_texts()
        assert [row.split()[:3] for row in rows] == [
            [day, f"{a:,}", f"{b:,}"]
            for day, a, b in zip(SHOP.days, SHOP.planned, SHOP.unplanned, strict=True)
        ]
        assert "lifecycle/rename" in look.page.locator("#rules").inner_text()


def test_the_examples_of_personal_properties_stay_off_the_page() -> None:
    prop = PropertyRow("phone", "string", "", ("+49 151 0000000",), personal=True)
    row = replace(SHOP.events[0], properties=(prop,))
    html = audit_page(replace(SHOP, events=(row,), user_properties=(prop,)))
    assert "0000000" not in html
    assert html.count("not shown: personal") == 2


def test_nothing_to_say(browser: Browser) -> None:
    with looked_at(browser, audit_page(AuditReport("empty", "2026-11-25T10:00:00Z"))) as look:
        assert "No findings" in look.page.locator("#findings").inner_text()
        assert "No events" in look.page.locator("#events").inner_text()
        assert look.stumbles() == []
        look.assert_quiet()


def test_what_was_not_counted_is_told(browser: Browser) -> None:
    rows = tuple(replace(row, volume=None, share=None, days=()) for row in SHOP.events[:2])
    with looked_at(browser, audit_page(replace(SHOP, events=rows))) as look:
        assert look.page.get_by_text("not counted", exact=True).count() == 2
    unknown = audit_page(replace(SHOP, events=rows, days=(), planned=(), unplanned=(), trend=()))
    with looked_at(browser, unknown) as look:
        assert look.page.get_by_text("not counted", exact=True).count() == 0
        assert look.page.locator("#arrives").count() == 0
        assert look.stumbles() == []
        look.assert_quiet()


def test_an_event_that_is_not_on_the_page_is_named_without_a_link() -> None:
    one = replace(SHOP.findings[0], key=event("Gone"))
    html = audit_page(replace(SHOP, findings=(one,)))
    assert "#event-Gone" not in html
    assert "Gone" in html


def test_it_is_the_same_each_time(shop: str) -> None:
    assert shop == audit_page(samples.shop())
