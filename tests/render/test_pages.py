"""Markdown and HTML: what somebody typed is shown and does nothing, and a comment stays short."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from mpgov.core.base import Base
from mpgov.core.change import ChangeSet
from mpgov.core.diff import diff
from mpgov.core.finding import Finding
from mpgov.core.merge import Disagreement
from mpgov.core.model import Catalog, Entity, Property, event
from mpgov.core.normal import known, normal
from mpgov.core.report import CheckReport, DiffReport, Outcome, Summary, SyncReport
from mpgov.render import html_page, markdown
from mpgov.render.visible import visible
from tests.strategies import catalogs

HOSTILE = (
    "<script>alert(1)</script>",
    "</code></td></table></details><h1>x",
    "[x](javascript:alert(1))",
    "![i](http://evil.example/x.png)",
    "@acme/team see #12 and http://evil.example",
    "`` ` ``` |a|b| \n\n# head\n- list",
    "--> <!-- &lt;b&gt; &#60;i&#62;",
    "\u202eright to left",
    "{{ 7 * 7 }}{% raw %}",
)
OURS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "span", "ul", "li"),
    *("details", "summary", "table", "thead", "tbody", "tr", "th", "td", "ins", "del", "code"),
}
FOLDED = {"p", "b", "ul", "li", "details", "summary", "table", "tr", "th", "td", "code"}


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def rendered(text: str) -> Reader:
    """A comment as GitHub would show it: Markdown with HTML in it, and bare addresses linked."""
    return read(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


def report_of(before: Catalog, after: Catalog, **more: object) -> DiffReport:
    changes = diff(known(normal(before)), known(normal(after)))
    return DiffReport("production", changes, Summary(create=changes.count("create")), **more)  # type: ignore[arg-type]


def hostile(text: str) -> DiffReport:
    entity = Entity(
        event(text), description=text, properties={text: Property(type="string", description=text)}
    )
    place = Disagreement(event(text), ("properties", text, "description"), text, text, text)
    finding = Finding(text, event(text), text, rule="guards/foreign-text", severity="error")
    return report_of(
        Catalog(),
        Catalog({entity.key: entity}),
        conflicts=(place,),
        drift=(place,),
        moved=(place,),
        findings=(finding,),
        standing=(finding,),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_typed_does_nothing(text: str) -> None:
    report = hostile(text)
    sent = SyncReport(report, (Outcome(report.changes.changes[0], "failed", text),))
    checked = CheckReport(text, 1, 1, report.findings)
    for one in (report, sent, checked):
        comment = rendered(markdown.draw(one, False))
        assert comment.elements <= FOLDED
        assert not comment.attributes
        page = read(html_page.draw(one, False))
        assert page.elements <= OURS
        for shown in (comment.text, page.text):
            assert visible(text)[:20] in shown


@settings(max_examples=60)
@given(catalogs())
def test_every_change_is_there_and_the_comment_is_short(catalog: Catalog) -> None:
    report = report_of(Catalog(), catalog)
    text = markdown.draw(report, False)
    assert len(text) < markdown.MOST
    page = read(html_page.draw(report, False))
    assert page.elements <= OURS
    for change in report.changes:
        if change.key.kind == "event":
            assert visible(change.key.name) in page.text


def many(count: int, length: int) -> Catalog:
    names = (event(f"Event {n:05}") for n in range(count))
    return Catalog({key: Entity(key, description="x" * length) for key in names})


@pytest.mark.parametrize(("count", "length"), [(1, 1_000_000), (5000, 10), (300, 3000)])
def test_a_comment_is_always_short_enough(count: int, length: int) -> None:
    report = report_of(Catalog(), many(count, length))
    text = markdown.draw(report, False)
    assert len(text) < markdown.MOST
    assert "Event 00000" in rendered(text).text
    if count > 1000:
        assert "more" in text
    findings = tuple(Finding(f"{n} {'y' * 200}", event("A"), rule="r/r") for n in range(3000))
    crowded = report_of(Catalog(), many(count, length), standing=findings, findings=findings)
    assert len(markdown.draw(crowded, False)) < markdown.MOST
    assert "<table>" in html_page.draw(report, False)


def test_a_comment_is_the_same_each_time_and_can_be_found() -> None:
    report = report_of(Catalog(), many(20, 10))
    text = markdown.draw(report, False)
    assert text == markdown.draw(report, False)
    assert text.startswith("<!-- mpgov diff production -->\n")


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    page = html_page.draw(report_of(Catalog(), many(3, 10)), False)
    assert "default-src 'none'" in page
    for word in ("<script", "http://", "https://", "@import", "url("):
        assert word not in page


def test_words_that_differ_are_marked() -> None:
    one, two = (
        Catalog({event("A"): Entity(event("A"), description=text)})
        for text in ("A customer paid.", "A customer paid in full.")
    )
    page = html_page.draw(report_of(one, two), False)
    assert "A customer paid<ins> in full</ins>." in page


def test_nothing_to_say() -> None:
    empty = DiffReport("production", ChangeSet(), Summary())
    assert "nothing to send" in markdown.draw(empty, False)
    assert "nothing planned" in html_page.draw(empty, False)
    assert Base().agreed.entities == {}
