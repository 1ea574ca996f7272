"""Tables in Markdown: what somebody typed acts on nothing and calls nobody."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from mpgov.core.several import Part, SeveralReport
from mpgov.render.columns import as_markdown
from mpgov.render.several import draw_several
from tests.render.audit_samples import HOSTILE

NASTY = (*HOSTILE, "<img src=x>", "@octocat", "ask @octocat about #12", "www.evil.example")


def outside(text: str) -> str:
    """What is not shown as code: where a code host looks for people and links."""
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert not re.search(r"<(?!/?(?:table|thead|tbody|tr|th|td|p|b|code)\b)", page), page
    return re.sub(r"<code>.*?</code>", "", page)


@pytest.mark.parametrize("text", NASTY)
def test_a_cell_acts_on_nothing(text: str) -> None:
    lines = list(as_markdown(["owner", "events"], [[text, 1]]))
    assert len(lines) == 3
    assert not re.search("[@#]|evil|javascript:", outside("\n".join(lines)))


def test_plain_words_stay_plain() -> None:
    rows = [["2026-11-23", "project token", -1], ["jane@acme.example", None, 2]]
    assert list(as_markdown(["due", "kind", "days"], rows))[2:] == [
        "| 2026-11-23 | project token | -1 |",
        "| <code>jane&#64;acme&#46;example</code> | - | 2 |",
    ]


@pytest.mark.parametrize("text", NASTY)
def test_the_problem_of_a_project_acts_on_nothing(text: str) -> None:
    report = SeveralReport("diff", (Part(exit_code=4, project=text, problem=text),))
    found = outside(draw_several(report, "markdown"))
    assert not re.search("[@#]|evil|javascript:", found)
