"""The contract with the Lexicon Schemas API, against the sandbox."""

import pytest

from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.annotations import annotate, read_annotations
from mpgov.mixpanel.client import Client
from mpgov.workflows.lexicon import connect
from tests.conftest import House, event_entry
from tests.contract.table import TABLE, Row


@pytest.fixture
def client(house: House) -> Client:
    return connect(house.around, house.around.project())


def names(client: Client) -> set[str]:
    return {entry["name"] for entry in client.schemas("GET")["results"]}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fact)
def test_a_fact(house: House, client: Client, row: Row) -> None:
    if row.before is not None:
        house.put(event_entry("Sale", **row.before))
    entries = [event_entry("Sale", **row.sent)]
    answer = client.schemas("POST", body={"entries": entries}, updates=2)
    assert answer["status"] == "ok"
    (stored,) = client.schemas("GET")["results"]
    assert stored == event_entry("Sale", **row.after)


@pytest.mark.parametrize("name", ["a/b", "50% off?", "#1", "ä ö 🎉", " x ", "\\", "..", "a&b=c"])
def test_a_name_is_its_own_whole_address(house: House, client: Client, name: str) -> None:
    house.put(event_entry(name, description="d"), event_entry("Other", description="o"))
    try:
        answer = client.schemas("DELETE", ("event", name))
    except MpgovError:
        assert name == ".."  # no address of its own exists: refused before anything is sent
        assert names(client) == {name, "Other"}
    else:
        assert answer["results"]["delete_count"] == 1
        assert names(client) == {"Other"}


def test_an_empty_name_never_reaches_the_address(house: House, client: Client) -> None:
    house.put(event_entry("Sale"))
    with pytest.raises(ValueError, match="empty"):
        client.schemas("DELETE", ("event", ""))
    assert len(house.stored()) == 1


def test_a_batch_with_one_bad_entry_is_refused_whole(house: House, client: Client) -> None:
    bad = event_entry("Bad", properties={"p": {"type": "nonsense"}})
    with pytest.raises(RemoteError) as caught:
        client.schemas("POST", body={"entries": [event_entry("Good"), bad]}, updates=3)
    assert caught.value.status == 400
    assert house.stored() == {}


def test_an_annotation_is_kept_as_it_was_written_up_to_512_characters(client: Client) -> None:
    """Reference 10; the length is what clients observed."""
    texts = ["x" * 512, "2 lines\nand <b>signs</b> ä 🎉"]
    for number, text in enumerate(texts):
        annotate(client, text, 1_790_000_000 + number)
    found = [(one.date, one.text) for one in read_annotations(client)]
    dates = ["2026-09-21 14:13:20", "2026-09-21 14:13:21"]
    assert found == list(zip(dates, texts, strict=True))
    with pytest.raises(RemoteError) as caught:
        annotate(client, "x" * 513, 1_790_000_000)
    assert caught.value.status == 400


def test_the_sixth_request_of_a_minute_waits(house: House, client: Client) -> None:
    start = house.clock.at
    for _ in range(6):
        client.schemas("GET")
    assert 60 <= house.clock.at - start < 61


def test_an_analyst_reads_and_does_not_write(house: House) -> None:
    account, secret = house.sandbox.add_account("reader", roles={house.project: "analyst"})
    house.monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", account)
    house.monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    client = connect(house.around, house.around.project())
    assert client.schemas("GET")["results"] == []
    with pytest.raises(AuthError):
        client.schemas("POST", body={"entries": [event_entry("Sale")]}, updates=1)
