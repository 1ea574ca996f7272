"""The sandbox on a port of 127.0.0.1: for the demo, and for the command line as shipped."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mpgov.sandbox.app import DROPPED, HALVED, Sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
_POLL = 0.02  # seconds until a server that shall end notices


@dataclass(frozen=True, slots=True)
class Server:
    """Where the sandbox is reached."""

    port: int

    @property
    def url(self) -> str:
        """The address that MIXPANEL_HOST takes."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def serve(sandbox: Sandbox, port: int = 0) -> Iterator[Server]:
    """Serve until the block ends; port 0 is any that is free."""
    server = open_server(sandbox, port)
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL,), name="sandbox", daemon=True
    )
    thread.start()
    try:
        yield Server(port_of(server))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def open_server(sandbox: Sandbox, port: int) -> BaseWSGIServer:
    """Listen; raises `OSError` where the port is taken."""
    listener = socket.create_server((HOST, port))
    try:
        return make_server(
            HOST,
            listener.getsockname()[1],
            _Dropping(sandbox),
            threaded=True,
            request_handler=_Quiet,
            fd=listener.fileno(),
        )
    finally:
        listener.close()


def port_of(server: BaseWSGIServer) -> int:
    """The port it listens on."""
    port: int = server.socket.getsockname()[1]
    return port


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request; the sandbox keeps its own log."""

    protocol_version = "HTTP/1.1"

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer; its date is the sandbox's own, and there is one alone."""
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Keep quiet."""


class _Dropping:
    """The app, but that an answer that is dropped closes the connection: at once, or half-way."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.wsgi

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        marks: set[str] = set()

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            marks.update(name for name, _ in headers)
            return start(status, [pair for pair in headers if pair[0] != HALVED], *more)

        body = self._app(environ, begin)
        connection: socket.socket = environ["werkzeug.socket"]
        if HALVED in marks:
            return _half(b"".join(body), connection)
        if DROPPED in marks:
            connection.shutdown(socket.SHUT_RDWR)
        return body


def _half(body: bytes, connection: socket.socket) -> Iterator[bytes]:
    """The first half of an answer whose length was told; then nobody is there any more."""
    yield body[: len(body) // 2]
    connection.shutdown(socket.SHUT_RDWR)
