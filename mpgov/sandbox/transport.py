"""The sandbox in process: mounted on a `requests` session, no socket, no wait."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import run_wsgi_app

from mpgov.sandbox.app import DROPPED, HALVED, Sandbox

PREFIX = "http://127.0.0.1:8765"


class SandboxAdapter(BaseAdapter):
    """Answers a session's requests from a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._sandbox = sandbox

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The sandbox's answer as `requests` would have read it off a socket."""
        chunks, status, headers = run_wsgi_app(self._sandbox.wsgi, _environ(request))
        body = b"".join(chunks)
        if DROPPED in headers:
            raise RequestsConnectionError("the connection was dropped", request=request)
        if HALVED in headers:  # its length says that more was to come
            body = body[: len(body) // 2]
        raw = HTTPResponse(
            io.BytesIO(body),
            headers=HTTPHeaderDict(list(headers)),
            status=int(status.split()[0]),
            preload_content=False,
        )
        response = HTTPAdapter().build_response(request, raw)
        if not stream:
            _ = response.content
        return response

    def close(self) -> None:
        """Nothing is open."""


def mount(session: Session, sandbox: Sandbox, prefix: str = PREFIX) -> None:
    """Let a session reach the sandbox at that address."""
    session.mount(prefix, SandboxAdapter(sandbox))


def _environ(request: PreparedRequest) -> dict[str, Any]:
    parts = urlsplit(str(request.url))
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": _text(value)
        for name, value in request.headers.items()
    }
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "REQUEST_URI": target,
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": _text(request.headers.get("Content-Type", "")),
        "CONTENT_LENGTH": str(len(data)),
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
