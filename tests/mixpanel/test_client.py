"""The client against a real server on this machine: what goes out, and what becomes of answers."""

from __future__ import annotations

import gzip
import io
import logging
import pickle
import ssl
import time
import traceback
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov import __version__
from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.budget import Budget
from mpgov.mixpanel.call import address
from mpgov.mixpanel.client import Client, RefusedError
from mpgov.mixpanel.session import hosts_of, open_session
from mpgov.storage.projects import Project
from mpgov.storage.secret import Secret

CANARY = "c4naryS3cretOfThirtyTwoLetters00"
ACCOUNT = "gov.1a2b3c.mp-service-account"
PAIR = b64encode(f"{ACCOUNT}:{CANARY}".encode()).decode()


@dataclass
class Bench:
    """A client of a scripted server on a turned clock, and what it said meanwhile."""

    server: Any
    clock: Any
    folder: Path
    told: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        budget = Budget(
            "test",
            folder=self.folder,
            notify=self.told.append,
            sleep=self.clock.sleep,
            now=self.clock.now,
        )
        given = {"notify": self.told.append, "sleep": self.clock.sleep, "now": self.clock.now}
        project = Project("shop", 42, service_account=ACCOUNT, host=self.server.url)
        return Client(project, Secret(CANARY), budget, **(given | self.options))


@pytest.fixture
def bench(server, turned, tmp_path) -> Bench:
    return Bench(server, turned, tmp_path)


@pytest.fixture
def answer(server):
    return type(server.script[0])


# What goes out


def test_a_schemas_request_is_authenticated_and_named(bench, answer):
    bench.server.play(answer(body={"status": "ok", "results": [1]}))
    assert bench.client.schemas("GET") == {"status": "ok", "results": [1]}
    [seen] = bench.server.seen
    assert (seen.method, seen.path) == ("GET", "/api/app/projects/42/schemas")
    assert seen.headers["Authorization"] == f"Basic {PAIR}"
    assert seen.headers["User-Agent"] == f"mpgov/{__version__}"
    assert "Content-Type" not in seen.headers


def test_a_body_is_json_and_survives_odd_text(bench):
    body = {"entries": [{"name": "Größe \ud800", "schemaJson": {}}]}
    bench.client.schemas("POST", body=body, updates=1)
    [seen] = bench.server.seen
    assert seen.json == body
    assert seen.headers["Content-Type"] == "application/json"


def test_query_adds_the_project_and_posts_long_lists(bench):
    bench.client.query(["events", "names"], {"type": "general"})
    bench.client.query(["events"], {"event": '["A & B","ü"]'}, post=True)
    got, posted = bench.server.seen
    assert got.path == "/api/query/events/names?type=general&project_id=42"
    assert (posted.method, posted.path) == ("POST", "/api/query/events?project_id=42")
    assert posted.body == b"event=%5B%22A+%26+B%22%2C%22%C3%BC%22%5D"


def test_the_app_api_gets_no_project_in_its_query(bench):
    bench.client.app("GET", ("me",), params={"include_workspace_users": "false"})
    assert bench.server.seen[0].path == "/api/app/me?include_workspace_users=false"


def test_hosts_are_the_regions(tmp_path):
    del tmp_path
    assert (
        hosts_of(Project("x", 1, region="in")).export
        == "https://data-in.mixpanel.com/api/2.0/export"
    )
    assert hosts_of(Project("x", 1)).query == "https://mixpanel.com/api/query"
    assert hosts_of(Project("x", 1, region="eu")).app == "https://eu.mixpanel.com/api/app"


@given(name=st.text(min_size=1).filter(lambda name: name not in {".", ".."}))
@settings(deadline=None)
def test_any_name_stays_one_segment_of_the_address(name):
    try:
        name.encode()
    except UnicodeEncodeError:
        with pytest.raises(RemoteError):
            address("http://127.0.0.1:1", ("schemas", "event", name))
        return
    url = address("http://127.0.0.1:1", ("schemas", "event", name))
    prepared = requests.Session().prepare_request(requests.Request("DELETE", url))
    assert prepared.url == url
    parts = urlsplit(url).path.split("/")
    assert parts[:3] == ["", "schemas", "event"]
    assert unquote(parts[3]) == name
    assert len(parts) == 4


@pytest.mark.parametrize("tail", [("",), ("event", ""), ("", "A")])
def test_an_empty_name_never_reaches_a_path(bench, tail):
    with pytest.raises(ValueError, match="empty"):
        bench.client.schemas("DELETE", tail)
    assert bench.server.seen == []


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_of_dots_cannot_be_asked_for(bench, name):
    with pytest.raises(RemoteError, match="by name"):
        bench.client.schemas("DELETE", ("event", name))
    assert bench.server.seen == []


def test_awkward_names_arrive_as_they_are(bench):
    names = ["a/b", "%2E%2E", "%2e", "..%2f", "?x", "#", " ", "ü", "a\\..\\b", "...", "~", "\t"]
    for name in names:
        bench.client.schemas("DELETE", ("event", name))
        bench.clock.at += 60.1
    prefix = "/api/app/projects/42/schemas/event/"
    arrived = [unquote(s.path.removeprefix(prefix)) for s in bench.server.seen]
    assert arrived == names
    assert all("/" not in s.path.removeprefix(prefix) for s in bench.server.seen)


def test_netrc_is_not_read_and_loopback_has_no_proxy(bench, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password evil\ndefault login eve password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    bench.client.app("GET", ("me",))
    assert bench.server.seen[0].headers["Authorization"] == f"Basic {PAIR}"


def test_proxies_and_bundles_of_the_environment_count_elsewhere(monkeypatch, tmp_path):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    session = open_session(direct=False)
    assert session.trust_env
    context = session.get_adapter("https://mixpanel.com").poolmanager.connection_pool_kw
    assert type(context["ssl_context"]).__module__.startswith("truststore")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    plain = open_session(direct=False).get_adapter("https://mixpanel.com").poolmanager
    assert "ssl_context" not in plain.connection_pool_kw


def test_cookies_are_not_kept(bench, answer):
    bench.server.play(answer(headers={"Set-Cookie": "session=1; Path=/"}), answer())
    client = bench.client
    client.app("GET", ("me",))
    client.app("GET", ("me",))
    assert "Cookie" not in bench.server.seen[1].headers


# What becomes of answers


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (400, {"status": "error", "error": "no such field"}, {}, "400: no such field"),
        (400, {"error": ["a", {"message": "b"}]}, {}, "400: a; b"),
        (400, {"error": {"name": ["too long"]}}, {}, "400: name: too long"),
        (422, {"entries": {"0": "bad"}, "token": CANARY}, {}, "422: entries: 0: bad"),
        (404, ["not", "here"], {}, "404: not; here"),
        (404, "plain text", {"Content-Type": "text/plain"}, "404: plain text"),
        (404, "", {}, "404: an empty answer"),
        (404, "null", {}, "404: no reason given"),
        (
            502,
            "<!doctype html><html><title>Bad &amp;\n gateway</title><p>secret page</html>",
            {},
            '502: an HTML page, "Bad & gateway"',
        ),
        (404, "<p>x</p>", {"Content-Type": "text/html"}, "404: an HTML page"),
        (404, b"\xff\xfe\x80\x81", {}, "404: an answer that is no text"),
        (404, {"error": "a\x1b[31mred\x1b]0;title\x07\r\nb\u202ec\u2028d"}, {}, "404: a red b c d"),
        (404, {"error": "x" * 400}, {}, "404: " + "x" * 299 + "…"),
        (404, {"error": f"you sent {CANARY} as {PAIR}"}, {}, "404: you sent *** as ***"),
        (200, {"status": "error", "error": "nope"}, {}, "with an error: nope"),
        (200, {"status": "error"}, {}, "with an error: no reason given"),
        (200, {"error": "query failed"}, {}, "with an error: query failed"),
        (200, '{"status": "ok", "res', {}, "with JSON that is cut off or damaged"),
        (200, b'{"a": "\xff"}', {}, "with JSON that is cut off or damaged"),
        (200, "[" * 100_000, {}, "nested deeper than"),
        (200, "", {}, "with an empty answer"),
        (200, "<html><title>Log in</title>", {}, 'with an HTML page, "Log in"'),
        (200, "hello", {}, "with hello"),
    ],
)
def test_a_failure_is_one_harmless_line(bench, answer, status, body, headers, said):
    bench.server.play(answer(status, body, headers))
    bench.options["max_wait"] = 0
    with pytest.raises(RemoteError) as caught:
        bench.client.app("GET", ("me",))
    message = caught.value.message
    assert said in message
    assert message.startswith("Mixpanel answered GET /api/app/me with ")
    assert message.isprintable()
    assert CANARY not in message
    assert caught.value.status == status
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("status", "hint"), [(401, "region"), (403, "role")])
def test_refusals_say_what_to_check(bench, answer, status, hint):
    bench.server.play(answer(status, {"status": "error", "error": "go away"}))
    with pytest.raises(RefusedError, match=f"{status}.*go away") as caught:
        bench.client.schemas("GET")
    assert isinstance(caught.value, AuthError)
    assert caught.value.status == status
    assert hint in caught.value.hint
    assert len(bench.server.seen) == 1


def test_answers_that_are_fine(bench, answer):
    bench.server.play(
        answer(body=["A", "B"]),
        answer(body={"error": {"count": 3}, "status": {"count": 1}}),
        answer(204, b""),
        answer(200, b""),
        answer(body=b'\xef\xbb\xbf{"results": 1}'),
    )
    client = bench.client
    assert client.query(("events", "names"), {}) == ["A", "B"]
    assert client.query(("events", "properties", "top"), {}) == {
        "error": {"count": 3},
        "status": {"count": 1},
    }
    assert client.app("DELETE", ("x",)) is None
    assert client.app("DELETE", ("x",)) is None
    assert client.app("GET", ("x",)) == {"results": 1}


def test_a_packed_answer_is_unpacked_and_a_false_one_is_told(bench, answer):
    packed = gzip.compress(b'{"results": 1}')
    bench.server.play(
        answer(body=packed, headers={"Content-Encoding": "gzip"}),
        answer(body=b"not packed", headers={"Content-Encoding": "gzip"}),
    )
    client = bench.client
    assert client.app("GET", ("x",)) == {"results": 1}
    with pytest.raises(RemoteError, match="cannot be unpacked"):
        client.app("GET", ("x",))


# Trying again


def test_a_wait_that_mixpanel_asks_for_is_kept_and_told(bench, answer):
    bench.server.play(answer(429, {}, {"Retry-After": "12"}), answer())
    bench.client.app("GET", ("me",))
    assert sum(bench.clock.slept) == 12
    assert bench.told == ["Mixpanel asks to wait 12 s (429); trying again"]


def test_a_long_wait_is_told_every_15_seconds(bench, answer):
    bench.server.play(answer(429, {}, {"Retry-After": "40"}), answer())
    bench.client.app("GET", ("me",))
    assert [line.split()[4] for line in bench.told] == ["40", "25", "10"]
    assert sum(bench.clock.slept) == 40


def test_retry_after_may_be_a_date_or_nonsense(bench, answer):
    date = formatdate(time.time() + 30, usegmt=True)
    bench.server.play(answer(429, {}, {"Retry-After": date}), answer())
    bench.client.app("GET", ("me",))
    assert 20 < sum(bench.clock.slept) <= 31
    bench.clock.slept.clear()
    for nonsense in ("soon", "-5", "1.5", "", "0", "9" * 30 + "x"):
        bench.server.play(answer(429, {}, {"Retry-After": nonsense}), answer())
        bench.client.app("GET", ("me",))
    assert len(bench.clock.slept) == 6
    assert all(2 <= slept <= 3 for slept in bench.clock.slept)


def test_a_wait_beyond_the_patience_is_not_begun(bench, answer):
    bench.server.play(answer(429, {"error": "slow"}, {"Retry-After": "601"}))
    with pytest.raises(RemoteError, match="longer than allowed") as caught:
        bench.client.app("GET", ("me",))
    assert "run the same command again" in caught.value.hint
    assert caught.value.status == 429
    assert bench.clock.slept == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reads_are_tried_six_times_with_growing_waits(bench, answer, status):
    bench.server.play(answer(status, "busy"))
    with pytest.raises(RemoteError, match="tried 6 times") as caught:
        bench.client.app("GET", ("me",))
    assert caught.value.status == status
    assert len(bench.server.seen) == 6
    least = 2 + 4 + 8 + 16 + 32
    assert least <= sum(bench.clock.slept) <= least + 5


@pytest.mark.parametrize(
    ("entries", "status", "requests_"),
    [(2, 400, 1), (2, 413, 1), (2, 504, 1), (2, 500, 1), (2, 503, 6), (1, 504, 6), (1, 500, 1)],
)
def test_a_bulk_post_surfaces_what_its_caller_halves(bench, answer, entries, status, requests_):
    bench.server.play(answer(status, {"error": "too much"}))
    body = {"entries": [{}] * entries}
    with pytest.raises(RemoteError) as caught:
        bench.client.schemas("POST", body=body, updates=entries)
    assert caught.value.status == status
    assert len(bench.server.seen) == requests_


def test_a_caller_may_say_what_is_tried_again(bench, answer):
    bench.server.play(answer(503, ""))
    with pytest.raises(RemoteError):
        bench.client.schemas("POST", body={}, retry=frozenset())
    assert len(bench.server.seen) == 1


def test_lost_connections_are_tried_again_where_that_is_safe(bench, answer):
    bench.server.play(answer(drop=True), answer(cut=5), answer())
    bench.client.schemas("POST", body={"entries": []}, updates=0)
    assert len(bench.server.seen) == 3
    assert bench.told[0].startswith("the connection was lost: trying again in ")


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 502}])
def test_an_unsafe_write_is_sent_once(bench, answer, fault):
    bench.server.play(answer(**fault))
    with pytest.raises(RemoteError):
        bench.client.app("POST", ("organizations", "9", "service-accounts"), body={"username": "x"})
    assert len(bench.server.seen) == 1


def test_an_unsafe_write_that_was_refused_is_sent_again(bench, answer):
    bench.server.play(answer(429, {}, {"Retry-After": "1"}), answer())
    bench.client.app("POST", ("x",), body={})
    assert len(bench.server.seen) == 2


def test_a_slow_answer_is_given_up_and_tried_again(bench, monkeypatch):
    def slow(handler):
        bench.server.replied = handler  # never answers
        time.sleep(0.15)
        handler.close_connection = True

    monkeypatch.setattr(bench.server, "reply", slow)
    bench.options |= {"timeout": 0.05, "max_wait": 3.5}
    with pytest.raises(RemoteError, match="no answer in time"):
        bench.client.app("GET", ("me",))
    assert len(bench.server.seen) == 2


def test_nobody_there(bench, server):
    address = server.url
    bench.server = type("Gone", (), {"url": "http://127.0.0.1:1"})
    assert address
    client = bench.client
    with pytest.raises(RemoteError, match=r"127\.0\.0\.1:1 cannot be reached: .+") as e:
        client.schemas("GET")
    assert e.value.status == 0
    assert len(bench.clock.slept) == 2
    assert client.wait_for_room() == 0  # what was never sent was never counted


def test_ctrl_c_passes_at_once(bench, monkeypatch):
    client = bench.client
    client.session = requests.Session()

    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(client.session, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.schemas("GET")
    assert bench.clock.slept == []


# Redirects


def test_reads_follow_redirects_on_the_same_host(bench, answer):
    bench.server.play(answer(301, "", {"Location": "/api/app/me/?a=1"}), answer(body={"ok": 1}))
    assert bench.client.app("GET", ("me",), params={"a": "1"}) == {"ok": 1}
    assert bench.server.seen[1].path == "/api/app/me/?a=1"
    assert bench.server.seen[1].headers["Authorization"] == f"Basic {PAIR}"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/steal?q=1",
        "http://localhost:{port}/x",
        "https://127.0.0.1:{port}/x",
        "http://u:p@127.0.0.1:{port}/x",
        "http://[broken/x",
        "",
    ],
)
def test_reads_go_nowhere_else(bench, answer, target):
    target = target.format(port=bench.server.http.server_port)
    bench.server.play(answer(302, "", {"Location": target}))
    with pytest.raises(RemoteError, match="not followed") as caught:
        bench.client.app("GET", ("me",))
    assert caught.value.status == 302
    assert len(bench.server.seen) == 1
    assert "q=1" not in caught.value.message


def test_writes_follow_no_redirect(bench, answer):
    bench.server.play(answer(308, "", {"Location": "/api/app/elsewhere?x=1"}))
    with pytest.raises(RemoteError, match=r"redirect to /api/app/elsewhere: not followed"):
        bench.client.schemas("POST", body={"entries": []})
    assert [s.method for s in bench.server.seen] == ["POST"]


def test_a_circle_of_redirects_ends(bench, answer):
    bench.server.play(answer(302, "", {"Location": "/api/app/me"}))
    with pytest.raises(RemoteError, match="circles"):
        bench.client.app("GET", ("me",))
    assert len(bench.server.seen) == 6


# The budget


def test_schemas_requests_are_paced_and_others_are_not(bench):
    client = bench.client
    for _ in range(11):
        client.schemas("GET")
    assert 120 <= sum(bench.clock.slept) <= 120.1
    for _ in range(11):
        client.app("GET", ("me",))
    assert sum(bench.clock.slept) <= 120.1
    assert "waiting 60 s for Mixpanel's limit of 5 requests a minute" in bench.told


def test_a_429_gives_its_updates_back_and_keeps_others_waiting(bench, answer):
    bench.server.play(answer(429, {}, {"Retry-After": "20"}), answer())
    bench.client.schemas("POST", body={"entries": []}, updates=3999)
    assert sum(bench.clock.slept) == pytest.approx(20, abs=0.1)


def test_a_429_silences_other_processes(bench, answer):
    bench.server.play(answer(429, {}, {"Retry-After": "20"}))
    bench.options["max_wait"] = 10
    with pytest.raises(RemoteError):
        bench.client.schemas("GET")
    bench.server.play(answer())
    with pytest.raises(RemoteError, match="asked for a pause would take longer than 10 s"):
        bench.client.schemas("GET")
    bench.options["max_wait"] = 30
    bench.client.schemas("GET")
    assert sum(bench.clock.slept) == pytest.approx(20, abs=0.1)


# Secrets


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 401, "body": {"error": f"bad secret {CANARY}"}},
        {"status": 400, "body": f"<html><title>{CANARY}</title>"},
        {"status": 500, "body": f"Authorization: Basic {PAIR}"},
        {"status": 302, "headers": {"Location": f"http://evil.example/{CANARY}/{PAIR}"}},
        {"status": 429, "headers": {"Retry-After": CANARY}},
        {"drop": True},
        {"cut": 3},
        {"body": f'{{"x": "{CANARY}'},
        {"body": b"x", "headers": {"Content-Encoding": "gzip"}},
    ],
)
def test_no_failure_shows_the_secret(bench, answer, fault, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    bench.server.play(answer(**fault))
    client = bench.client
    with pytest.raises(MpgovError) as caught:
        client.schemas("GET")
    error = caught.value
    out = io.StringIO()
    traceback.print_exception(error, file=out)
    shown = "\n".join(
        [
            out.getvalue(),
            repr(error),
            error.message,
            error.hint,
            *bench.told,
            caplog.text,
            *capfd.readouterr(),
            repr(client),
            str(client),
        ]
    )
    assert CANARY not in shown
    assert PAIR not in shown
    assert error.__context__ is None
    assert error.__cause__ is None


def test_a_client_cannot_be_pickled_with_its_secret(bench):
    with pytest.raises(TypeError):
        pickle.dumps(bench.client.secret)


# Certificates and proxies


@pytest.fixture
def certified(server, tmp_path) -> Path:
    """The server speaks TLS, with a certificate that nobody knows; where that lies."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    address = x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    bundle, secret_key = tmp_path / "ca.pem", tmp_path / "key.pem"
    bundle.write_bytes(certificate.public_bytes(pem))
    secret_key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, secret_key)
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    server.scheme = "https"
    return bundle


def test_a_certificate_that_nobody_knows_is_refused_once(bench, certified, monkeypatch):
    assert certified.exists()
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(RemoteError, match=r"certificate of 127.* is not trusted: .+") as caught:
        bench.client.app("GET", ("me",))
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert bench.clock.slept == []
    assert bench.server.seen == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_bundle_of_the_environment_is_trusted(bench, certified, monkeypatch, variable):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(certified))
    assert bench.client.app("GET", ("me",))["status"] == "ok"


def test_a_bundle_that_is_not_there(bench, certified, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certified.parent / "none.pem"))
    with pytest.raises(RemoteError, match="cannot be asked") as caught:
        bench.client.app("GET", ("me",))
    assert "must name a file that exists" in caught.value.hint


def test_a_proxy_that_refuses_keeps_its_password(bench, answer, monkeypatch):
    bench.server.play(answer(407, "who are you?"))
    proxy = bench.server.url.replace("://", "://me:pr0xyPassw0rd@")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    client = Client(
        Project("shop", 42, service_account=ACCOUNT),
        Secret(CANARY),
        Budget("k", folder=bench.folder),
        sleep=bench.clock.sleep,
        notify=bench.told.append,
    )
    with pytest.raises(RemoteError, match=r"mixpanel\.com cannot be reached") as caught:
        client.app("GET", ("me",))
    assert [seen.method for seen in bench.server.seen] == ["CONNECT"] * 3
    assert "pr0xy" not in caught.value.message + "".join(bench.told)
    assert all("Basic " + PAIR not in str(seen.headers) for seen in bench.server.seen)
