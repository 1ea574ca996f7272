"""Mixpanel's own CSV: read by name, changed in place, written for its importer."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.core.model import UNSET, USER, Catalog, Entity, Property, event
from mpgov.errors import InputError
from mpgov.formats import lexicon_csv, lexicon_rows, plan_csv, plan_edit, plan_yaml
from mpgov.formats.base import How, Source
from mpgov.formats.detect import format_of
from mpgov.formats.lexicon_rows import COLUMNS, MOST_PROPERTIES
from mpgov.formats.plan_edit import AddEntity, Edit, SetField
from tests.formats.lexicon_files import GERMAN, OLD_LABELS, TWENTY, TWENTY_FOUR

FILES = {"20": TWENTY, "24": TWENTY_FOUR, "2023": OLD_LABELS, "German": GERMAN}
PAID = event("Purchase Completed")


def read(text: str, how: How | None = None) -> Catalog:
    return lexicon_csv.loads([Source("lexicon.csv", text.encode())], how or How()).catalog


def edited(text: str, *edits: Edit, how: How | None = None) -> str:
    wanted = plan_edit.edited(read(text, how), edits)
    update = lexicon_csv.FORMAT.update
    assert update is not None
    new = update(Source("lexicon.csv", text.encode()), wanted, how or How())
    assert isinstance(new, bytes)
    return new.decode()


def cells(text: str, separator: str = ",") -> dict[tuple[int, int], str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row)}


def changes(before: str, after: str) -> dict[tuple[int, int], str]:
    separator = ";" if before.startswith("\ufeff") else ","
    old, new = cells(before, separator), cells(after, separator)
    return {at: new.get(at, "") for at in {**old, **new} if old.get(at) != new.get(at)}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
class TestEveryShape:
    def test_it_is_recognised(self, text: str) -> None:
        assert format_of(Source("x.csv", text.encode())) is lexicon_csv.FORMAT

    def test_it_says_what_lexicon_says(self, text: str) -> None:
        found = read(text)
        signed = found.entities[event("Sign Up Completed")]
        assert (signed.description, signed.tags) == ("A visitor has an account.", ("KPI",))
        assert (signed.display_name, signed.hidden) == ("Registered", False)
        method = signed.properties["signup_method"]
        assert method == Property(
            "string", "How, and with whom.", "Method", True, False, False, ("google",),
            personal=False,
        )  # fmt: skip
        assert found.entities[PAID].description.splitlines()[1] == "Once per order."  # type: ignore[union-attr]
        assert found.entities[PAID].properties["revenue"].examples == (129.98,)  # type: ignore[union-attr]
        assert found.entities[event("Checkout Clicked")].status == "deprecated"
        assert found.entities[event("Debug Ping")].status == "blocked"
        assert found.entities[event("Page Viewed")].hidden is UNSET
        assert found.entities[USER].properties["$email"].personal is True  # type: ignore[union-attr]

    def test_it_comes_back_unchanged(self, text: str) -> None:
        assert edited(text) == text

    def test_an_edit_changes_only_its_cells(self, text: str) -> None:
        more = 4 if text is TWENTY_FOUR else 0
        new = edited(
            text,
            SetField(PAID, ("description",), "Somebody paid."),
            SetField(PAID, ("properties", "coupon", "hidden"), False),
        )
        assert list(changes(text, new).values()) == ["Somebody paid.", "FALSE"]
        assert list(changes(text, new)) == [(4, 3), (7, 16 + more)]
        untouched = [line for line in text.splitlines() if "Sign Up" in line or "$user" in line]
        assert all(line in new for line in untouched)

    def test_something_new_stands_where_it_belongs(self, text: str) -> None:
        new = edited(
            text,
            SetField(PAID, ("properties", "currency"), Property(type="string", required=True)),
            AddEntity(Entity(event("Zoomed"), properties={"level": Property(type="number")})),
        )
        found = read(new)
        assert list(found.entities[PAID].properties) == ["revenue", "items", "coupon", "currency"]
        assert found.entities[event("Zoomed")].properties == {"level": Property(type="number")}
        assert found.entities[USER] == read(text).entities[USER]


def test_a_plan_that_is_silent_changes_nothing() -> None:
    update = lexicon_csv.FORMAT.update
    assert update is not None
    silent = Catalog({PAID: Entity(PAID, properties={"revenue": Property()})})
    assert update(Source("l.csv", TWENTY.encode()), silent, How()) == TWENTY.encode()


def test_a_plans_own_csv_is_not_taken_for_it() -> None:
    catalog = plan_yaml.loads([Source("p", b"mpgov: 1\nevents: {A: {tags: [x]}}")]).catalog
    own = Source("p.csv", plan_csv.dumps(catalog).encode())
    assert format_of(own) is plan_csv.FORMAT


HEAD = ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (",,,,,,,,,price" + "," * 10, 'l.csv:2:10: Property Name "price" stands above the first'),
        ("evnt,A" + "," * 18, 'l.csv:2:1: Entity Type cannot be "evnt"; write event or profile'),
        ("event,A,,,,,,maybe" + "," * 12, 'l.csv:2:8: Event Hidden cannot be "maybe"; write TRUE'),
        ("event,A" + "," * 18 + "\nevent,A" + "," * 18, 'l.csv:3:2: Entity Name "A" stands on li'),
        (
            "event,A" + "," * 18 + "\n" + "," * 9 + "p,,,,,strang" + "," * 5,
            "l.csv:3:15: Property Ty",
        ),
        ("event" + "," * 19, "l.csv:2:2: Entity Name is blank; name the entity"),
        ('event,"A' + "," * 18, "l.csv:2:1: is no CSV: a quote is never closed"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(rows: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        lexicon_csv.loads([Source("l.csv", f"{HEAD}{rows}\n".encode())], How())
    assert caught.value.message.startswith(says)


class TestWriting:
    def test_the_header_is_the_twenty_columns(self) -> None:
        assert lexicon_csv.FORMAT.dumps is not None
        text = str(lexicon_csv.FORMAT.dumps(Catalog(), How()))
        assert text == TWENTY.splitlines(keepends=True)[0]

    def test_several_tags_need_a_separator(self) -> None:
        tagged = Catalog({PAID: Entity(PAID, tags=("a", "b"))})
        with pytest.raises(InputError, match=r"has 2 tags, .* csv_tag_separator = "):
            lexicon_rows.dumps(tagged)
        how = How(tag_separator="|")
        assert read(lexicon_rows.dumps(tagged, how), how).entities[PAID].tags == ("a", "b")
        with pytest.raises(InputError, match="parts tags, and stands in one of them"):
            lexicon_rows.dumps(Catalog({PAID: Entity(PAID, tags=("a|c", "b"))}), how)

    def test_a_cell_that_could_be_several_is_read_as_one_and_noted(self) -> None:
        text = TWENTY.replace(",KPI,", ',"KPI, Growth",')
        plan = lexicon_csv.loads([Source("l.csv", text.encode())], How())
        assert plan.catalog.entities[event("Sign Up Completed")].tags == ("KPI, Growth",)
        assert "csv_tag_separator" in plan.notes[0]
        split = read(text, How(tag_separator=","))
        assert split.entities[event("Sign Up Completed")].tags == ("KPI", "Growth")

    @pytest.mark.parametrize("text", ["=1+1", "-x", "@a", "+a", "\tx"])
    def test_what_a_spreadsheet_would_run_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="begins as a formula"):
            lexicon_rows.dumps(Catalog({PAID: Entity(PAID, description=text)}))

    def test_a_negative_number_is_no_formula(self) -> None:
        low = Property(type="number", examples=(-5,))
        text = lexicon_rows.dumps(Catalog({PAID: Entity(PAID, properties={"low": low})}))
        assert read(text).entities[PAID].properties["low"] == low

    def test_beyond_mixpanels_caps_is_refused(self) -> None:
        many = {str(n): Property() for n in range(MOST_PROPERTIES + 1)}
        with pytest.raises(InputError, match="2001 properties of Purchase Completed"):
            lexicon_rows.dumps(Catalog({PAID: Entity(PAID, properties=many)}))
        events = {event(str(n)): Entity(event(str(n))) for n in range(5001)}
        with pytest.raises(InputError, match="5001 events; Mixpanel's CSV takes at most 5000"):
            lexicon_rows.dumps(Catalog(events))

    def test_what_has_no_place_is_said_once(self) -> None:
        entity = Entity(PAID, owners=("team:A",), platforms=("web",))
        other = Entity(event("B"), owners=("team:B",))
        (note,) = lexicon_csv.FORMAT.left_out(Catalog({PAID: entity, other.key: other}))
        assert note == "Mixpanel's CSV has no place for: owners, platforms; they stay in the plan"


plain = st.text(st.characters(categories=("L", "N", "Zs")), min_size=1, max_size=9).map(str.strip)
words = plain.filter(bool)
flags = st.none() | st.booleans()


@st.composite
def carried(draw: st.DrawFn) -> Catalog:
    """What the format can carry."""

    def said(**parts: object) -> dict[str, object]:
        return {name: one for name, one in parts.items() if one is not None}

    def prop() -> Property:
        return Property(
            **said(
                type=draw(st.none() | st.sampled_from(["string", "list", "datetime"])),
                description=draw(st.none() | words),
                display_name=draw(st.none() | words),
                required=draw(flags),
                hidden=draw(flags),
                blocked=draw(flags),
                examples=draw(st.none() | words.map(lambda one: (one,))),
            )  # type: ignore[arg-type]
        )

    entities = {}
    for name in draw(st.lists(words, max_size=3, unique=True)):
        key = event(name)
        properties = {one: prop() for one in draw(st.lists(words, max_size=3, unique=True))}
        parts = said(
            description=draw(st.none() | words),
            tags=draw(st.none() | words.map(lambda one: (one,))),
            hidden=draw(flags),
        )
        entities[key] = Entity(key, **parts, properties=properties)  # type: ignore[arg-type]
    return Catalog(entities)


@settings(max_examples=200)
@given(carried())
def test_what_it_can_carry_comes_back(catalog: Catalog) -> None:
    assert read(lexicon_rows.dumps(catalog)) == catalog


@given(st.text(max_size=120))
def test_anything_below_the_header_is_read_or_told(text: str) -> None:
    try:
        read(HEAD + text)
    except InputError as error:
        assert error.message  # noqa: PT017 - either is right
