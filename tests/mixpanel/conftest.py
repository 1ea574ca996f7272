"""A server on 127.0.0.1 that answers exactly what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """A status, headers and bytes; `cut` closes after that many bytes, `drop` before any."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"status": "ok", "results": []})
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    drop: bool = False

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class Server:
    """Plays its script answer by answer; the last one for ever."""

    scheme = "http"

    def __init__(self) -> None:
        self.script: list[Answer] = [Answer()]
        self.seen: list[Seen] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                server.seen.append(Seen(self.command, self.path, dict(self.headers), body))
                server.reply(self)

            do_GET = do_POST = do_PATCH = do_DELETE = do_CONNECT = answer  # noqa: N815 http.server's names

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None  # a client that hangs up is no news
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.http.server_port}"

    def play(self, *answers: Answer) -> None:
        self.script = list(answers)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if answer.drop:
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.data))}
        for name, value in (headers | answer.headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD" and answer.status != 204:
            handler.wfile.write(answer.data[: answer.cut])
        if answer.cut is not None:
            handler.close_connection = True

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@dataclass
class Clock:
    """A clock that only sleeping turns."""

    at: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def turned() -> Clock:
    return Clock()
