"""Names that say that nobody meant them to stay: of tests, or made out of data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog
from mpgov.core.rule import Options, rule
from mpgov.core.words import words_of
from mpgov.rules.about import about, about_property, is_own_event, properties

_WORDS: Final = frozenset(
    {"test", "tests", "testing", "tst", "debug", "dummy", "foo", "asdf", "qwerty", "lorem", "xxx"}
)
# Words that make a thing of a product's own out of a test: an A/B test, a speed test.
_PRODUCT: Final = re.compile(
    r"(?i)\b(a/?b|ab|split|speed|blood|drive|driving|skill|usability|user|load|lab|covid|self|"
    r"placement|practice|aptitude|eye|hearing|stress|quiz|unit)[ _.-]?tests?\b"
)
_DATE: Final = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-_./ ]?(?:0[1-9]|1[0-2])[-_./ ]?(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-_./](?:0?[1-9]|1[0-2])[-_./](?:19|20)\d\d(?!\d)"
)
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER: Final = re.compile(r"\d{5,}")
_HEX: Final = re.compile(r"(?i)(?<![0-9a-z])(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{10,}(?![0-9a-z])")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_URL: Final = re.compile(r"(?i)https?://|\bwww\.")
_MAYBE: Final = re.compile(r"(?i)\d\D?\d|@|://|www\.")  # all of them have one of these
_MADE: Final = (
    (_UUID, "an id"),
    (_EMAIL, "an e-mail address"),
    (_URL, "an address"),
    (_DATE, "a date"),
    (_HEX, "an id"),
    (_NUMBER, "a number"),
)
_READ: Final = 300  # characters of a name that are looked at: more than Mixpanel keeps


@rule(
    "naming/dynamic",
    on=Catalog,
    good="events: {Report Viewed: {properties: {report_date: {type: datetime}}}}",
    bad="events: {Report Viewed 2026-03-01: {}}",
)
def dynamic(catalog: Catalog, _: Options) -> Iterator[Finding]:
    """A name made out of data makes a new event or property for every value; one belongs inside."""
    fix = "one name, and a property for the value"
    for entity in catalog:
        what = made_of(entity.key.name) if is_own_event(entity.key) else ""
        if what:
            yield about(entity, f"has {what} in its name", fix=fix)
    for entity, name, prop in properties(catalog):
        what = made_of(name)
        if what:
            yield about_property(entity, name, prop, f"has {what} in its name", fix=fix)


@rule(
    "naming/test-event",
    on=Evidence,
    needs=("plan", "lexicon"),
    good="""events: {Test Started: {description: A learner began a test.}}
--- lexicon
events: {Test Started: {description: A learner began a test.}}""",
    bad="""events: {Sign Up: {}}
--- lexicon
events: {test_event_2: {description: Only me trying.}}""",
)
def of_a_test(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What somebody tried out clutters the menus of everybody else."""
    plan = evidence.plan or Catalog()
    for entity in evidence.joined:
        is_ours = is_own_event(entity.key) and entity.key not in plan.entities
        if is_ours and is_test(entity.key.name):
            yield about(entity, "looks like a test event that Lexicon still describes")


def odd(name: str) -> str:
    """What is odd about a name, as a message says it; empty where nothing is."""
    made = made_of(name)
    if made:
        return f"has {made} in its name"
    return "looks like a test event" if is_test(name) else ""


@lru_cache(maxsize=100_000)
def made_of(name: str) -> str:
    """What of the data a name was made of; empty where it was not."""
    if not _MAYBE.search(name):
        return ""
    return next((what for pattern, what in _MADE if pattern.search(name[:_READ])), "")


def is_test(name: str) -> bool:
    """Whether a name is one that people give while they try things out."""
    if _PRODUCT.search(name[:_READ]):
        return False
    words = [word for word in words_of(name[:_READ]) if not word.isdigit()]
    return bool(words) and (words[0] in _WORDS or words[-1] in {"test", "tst", "debug", "dummy"})
