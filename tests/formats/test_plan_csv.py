"""CSV plans: whatever a program made of them, read and changed in place."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.errors import InputError
from mpgov.formats import plan_csv, plan_yaml
from mpgov.formats.base import CannotEditError, How, Plan, Source
from tests.formats.workbooks import events

SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"
GERMAN = (
    "Ereignis;Beschreibung;Eigenschaft;Datentyp;Pflichtfeld;Beispiel;Verantwortlich\r\n"
    "Kauf;Jemand kauft für Geld;betrag;Zahl;ja;1.019,99;jane@acme.example\r\n"
    ";;währung;Text;nein;EUR;\r\n"
)


def read(data: bytes | str, how: How | None = None) -> Plan:
    data = data if isinstance(data, bytes) else data.encode()
    return plan_csv.loads([Source("plan.csv", data)], how or How())


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + GERMAN.encode(),
        GERMAN.encode("cp1252"),
        GERMAN.encode("utf-16"),
        GERMAN.replace(";", "\t").encode("utf-16"),
        GERMAN.replace("\r\n", "\n").encode(),
        b"sep=;\r\n" + GERMAN.encode("cp1252"),
    ],
)
def test_german_excels_csv(data: bytes) -> None:
    plan = read(data)
    bought = events(plan)["Kauf"]
    assert bought.description == "Jemand kauft für Geld"
    assert bought.owners == ("jane@acme.example",)
    assert bought.properties.keys() == {"betrag", "währung"}
    price = bought.properties["betrag"]
    assert price is not None
    assert (price.type, price.required) == ("number", True)
    if b"\t" not in data:
        assert price.examples == (1019.99,)


def test_what_had_to_be_guessed_is_noted() -> None:
    assert read(GERMAN.encode()).notes == ()
    (note,) = read(GERMAN.encode("cp1252")).notes
    assert note == "plan.csv:2: is not UTF-8; read as Windows-1252: look at its accents"


def test_problems_have_their_line_also_below_long_cells() -> None:
    text = 'event,description,status\n"A","two\nlines",live\nB,x,livid\n,x,live\n'
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.message.split("\n") == [
        'plan.csv:4:3: status cannot be "livid"; did you mean live?',
        "plan.csv:5:2: this row names no event; name it, or empty the row",
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'event,description\nA,"never closed\n', "plan.csv:2:1: is no CSV: a quote is never"),
        (b"\x00\x01\x02", "plan.csv:1:1: is no text"),
        (b"month,cost\nMay,3\n", "plan.csv: there is no plan in it"),
        (codecs.BOM_UTF16_LE + b"a", "plan.csv:1:1: is damaged UTF-16"),
        (b"entity,event\nthing,A\n", 'plan.csv:2:1: entity cannot be "thing"; write one of event'),
        (b"entity,event,type\nevent,A,string\n", "plan.csv:2:3: type says nothing of an event"),
        (b"entity,key,value\nsetting,identty.id_merge,x\n", "there is no setting identty.id_merge"),
    ],
)
def test_what_is_no_plan_is_one_line(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data)
    assert says in caught.value.message


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_is_read_or_told(data: bytes) -> None:
    try:
        read(b"event,description\n" + data)
    except InputError as error:
        assert error.message  # noqa: PT017 - either is right


def test_the_headings_of_ours_are_stable_and_entity_comes_first() -> None:
    catalog = plan_yaml.loads([Source("s", SHOP.read_bytes())]).catalog
    header = next(csv.reader(io.StringIO(plan_csv.dumps(catalog))))
    assert header[:5] == ["entity", "event", "group", "property", "category"]


class TestChangedInPlace:
    data = codecs.BOM_UTF8 + GERMAN.encode()

    def changed(self, data: bytes, yaml: str) -> bytes:
        wanted = plan_yaml.loads([Source("w", f"mpgov: 1\n{yaml}".encode())]).catalog
        return plan_csv.update(Source("plan.csv", data), wanted, How())

    def as_yaml(self) -> str:
        return plan_yaml.dumps(read(self.data).catalog).removeprefix("mpgov: 1\n")

    def test_one_value_is_one_cell(self) -> None:
        new = self.changed(self.data, self.as_yaml().replace("Jemand kauft", "Wer kauft"))
        assert new == self.data.replace(b"Jemand kauft", b"Wer kauft")

    def test_the_encoding_stays(self) -> None:
        data = GERMAN.encode("cp1252")
        new = self.changed(data, self.as_yaml().replace("Jemand kauft", "Wer kauft"))
        assert new == data.replace(b"Jemand kauft", b"Wer kauft")

    def test_something_new_is_a_row_at_the_end(self) -> None:
        new = self.changed(self.data, f"{self.as_yaml()}\n  Storno:\n    description: Zurück.\n")
        assert new == self.data + "Storno;Zurück.\r\n".encode()

    def test_something_gone_is_a_row_less(self) -> None:
        lines = self.as_yaml().split("      währung:")[0]
        new = self.changed(self.data, lines)
        assert new.decode("utf-8-sig") == "\r\n".join(GERMAN.split("\r\n")[:2]) + "\r\n"

    def test_what_has_no_place_is_refused(self) -> None:
        with pytest.raises(CannotEditError):
            self.changed(
                self.data, f"user_properties: {{plan: {{type: string}}}}\n{self.as_yaml()}"
            )
