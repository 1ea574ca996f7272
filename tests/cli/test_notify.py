"""`audit --notify`: a team's chat hears of each finding once, and nobody of the address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mpgov.core.digest import digest
from mpgov.core.finding import Finding
from mpgov.core.model import event
from mpgov.mixpanel import webhook

SECRET_PATH = "/services/T0cAnArY/B5e9cr3t"
FIRST = """\
mpgov audit of {project}: 1 warning new

jane@\u200bacme.example (1 warning)
• warning: Sale never arrived in 30 days, and the plan does not call it expected \
[lifecycle/never-seen]

in all: 1 warning; health score 70 of 100
to see all of it: mpgov audit"""
PLAN = "mpgov: 1\nevents:\n  Sale: {description: Somebody paid., owners: [jane@acme.example]}\n"


@dataclass
class Chat:
    """A chat's webhook: what was posted to it, and how it answers."""

    url: str = ""
    posted: list[Any] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture
def chat() -> Iterator[Chat]:
    found = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.answers.pop(0) if found.answers else 200
            if status < 300:
                assert self.path == SECRET_PATH
                assert self.headers["Content-Type"] == "application/json"
                found.posted.append(json.loads(body))
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0")
            if status == 302:
                self.send_header("Location", found.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}{SECRET_PATH}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(open_house, chat, monkeypatch):
    monkeypatch.setenv("MPGOV_NOTIFY_URL", chat.url)
    limits = (open_house.folder / "mpgov.toml").read_text("utf-8")
    open_house.config(f'plan = "plan.yaml"\n{limits}')
    (open_house.folder / "plan.yaml").write_text(PLAN, "utf-8")
    return open_house


def audit(run, *more: str):
    return run("audit", "--notify", "--fail-on", "never", "--fresh", *more)


def test_each_finding_is_told_once_and_again_when_it_comes_back(home, chat, run):
    first = audit(run)
    assert first.exit_code == 0, first.output
    assert "notified: 1 new finding" in first.stderr
    (text,) = [one["text"] for one in chat.posted]
    assert text == FIRST.format(project=home.project)
    assert "nothing new" in audit(run).stderr
    assert len(chat.posted) == 1
    (home.folder / "plan.yaml").write_text(PLAN + "  Sale 2: {}\n", "utf-8")
    assert "new finding" in audit(run).stderr
    assert "Sale 2" in chat.posted[1]["text"]
    assert "Sale is" not in chat.posted[1]["text"]
    (home.folder / "plan.yaml").write_text(PLAN, "utf-8")
    assert "nothing new" in audit(run).stderr
    (home.folder / "plan.yaml").write_text(PLAN + "  Sale 2: {}\n", "utf-8")
    assert "new finding" in audit(run).stderr
    assert len(chat.posted) == 3


@pytest.mark.usefixtures("home")
def test_a_part_of_the_audit_forgets_nothing_of_the_rest(chat, run):
    assert audit(run).exit_code == 0
    assert "nothing new" in audit(run, "--only", "Other*").stderr
    assert "nothing new" in audit(run).stderr
    assert len(chat.posted) == 1


def test_a_review_tells_only_what_the_audit_did_not(home, chat, run):
    assert audit(run).exit_code == 0
    (home.folder / "plan.yaml").write_text(PLAN + "  Sale 2: {}\n", "utf-8")
    review = run("review", "--notify", "--fail-on", "never")
    assert review.exit_code == 0, review.output
    assert "new finding" in review.stderr
    assert chat.posted[1]["text"].startswith(f"mpgov review of {home.project}, 20")
    assert "Sale 2" in chat.posted[1]["text"]
    assert "Sale never" not in chat.posted[1]["text"]
    assert "nothing new" in run("review", "--notify", "--fail-on", "never").stderr


@pytest.mark.parametrize(
    ("answers", "said"),
    [([500], "answered with 500"), ([302], "with 302"), ([504], "with 504")],
)
def test_what_was_not_taken_is_told_next_time(home, chat, run, answers, said):
    chat.answers[:] = answers
    result = audit(run)
    assert result.exit_code == 5
    assert said in result.stderr
    assert not (home.folder / "exports" / str(home.project) / "notified.json").exists()
    assert audit(run).exit_code == 0
    assert len(chat.posted) == 1
    assert SECRET_PATH not in result.output


def test_a_chat_that_is_busy_is_asked_again(home, chat, run):
    chat.answers[:] = [429, 503]
    assert home.project
    assert audit(run).exit_code == 0
    assert len(chat.posted) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), ("86400", 20), ("Fri, 31 Dec 2100 23:59:59 GMT", 20), ("soon", 0), ("", 0)],
)
def test_a_chat_may_ask_to_wait_but_not_for_ever(header, seconds):
    assert webhook.Patient().parse_retry_after(header) == seconds


@pytest.mark.usefixtures("home")
def test_an_address_that_is_not_there_is_not_shown(run, monkeypatch):
    monkeypatch.setenv("MPGOV_NOTIFY_URL", f"http://127.0.0.1:9{SECRET_PATH}")
    result = audit(run)
    assert result.exit_code == 5
    assert "cannot be reached" in result.stderr
    assert "T0cAnArY" not in result.output


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("address", "code"), [("http://chat.example/T0cAnArY", 2), ("T0cAnArY", 2), ("", 4)]
)
def test_what_is_no_address_is_refused_without_repeating_it(run, monkeypatch, address, code):
    monkeypatch.setenv("MPGOV_NOTIFY_URL", address)
    result = audit(run)
    assert result.exit_code == code
    assert "T0cAnArY" not in result.output


def test_the_address_may_be_kept_in_the_keyring(home, chat, run, memory, monkeypatch):
    monkeypatch.delenv("MPGOV_NOTIFY_URL")
    kept = run("auth", "login", "--notify", given=f"{chat.url}\n")
    assert (kept.exit_code, chat.url in kept.output) == (0, False), kept.output
    assert memory.kept == {("mpgov", "notify"): chat.url}
    assert audit(run).exit_code == 0
    assert home.project
    assert len(chat.posted) == 1
    assert run("auth", "login", "--notify", given="http://evil.example/x").exit_code == 2
    assert run("auth", "logout", "--notify").exit_code == 0
    assert memory.kept == {}


def test_a_long_digest_is_short():
    many = [
        Finding(f"is wrong <!here> @{n}", event(f"Event {n}"), owners=(f"o{n % 20}@x.example",))
        for n in range(300)
    ]
    text = digest("mpgov audit of shop", many, "in all: a lot", "mpgov audit")
    assert len(text) < 6000
    assert "… and 8 more owners" in text
    assert "• … and 10 more" in text
    assert "<!here>" not in text
    assert "@x.example" not in text
