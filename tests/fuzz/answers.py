"""A Mixpanel that answers what a test tells it to, as `requests` reads it off a socket."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from tests.fuzz.mangle import as_bytes, bent_json, lexicon, mangled, name

Reply = tuple[int, dict[str, str], bytes]


class Adapter(BaseAdapter):
    """Answers by a function of the method and the last part of the path."""

    def __init__(self, reply: Callable[[str, str], Reply]) -> None:
        super().__init__()
        self.reply = reply
        self.bodies: list[bytes] = []

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        part = urlsplit(str(request.url)).path.rpartition("/")[2]
        status, headers, body = self.reply(str(request.method), part)
        if request.method == "POST":
            self.bodies.append(bytes(request.body or b""))  # type: ignore[arg-type]
        raw = HTTPResponse(
            io.BytesIO(body), headers=HTTPHeaderDict(headers), status=status, preload_content=False
        )
        response = HTTPAdapter().build_response(request, raw)
        _ = response.content
        return response

    def close(self) -> None:
        """Nothing is open."""


def me(project: int) -> dict[str, Any]:
    """A good answer of `/me`."""
    role = {"id": 1, "name": "admin"}
    projects = {str(project): {"name": "Shop", "role": role, "organization_id": 7}}
    projects[str(project)]["permissions"] = ["write_data_definitions"]
    orgs = {"7": {"role": "owner"}}
    return {
        "status": "ok",
        "results": {"user_email": "a@b.c", "projects": projects, "organizations": orgs},
    }


def sound(random: Random, method: str, part: str, project: int) -> Any:
    """What a Mixpanel in good health says."""
    if part == "me":
        return me(project)
    if part == "names":
        return [name(random) for _ in range(9)]
    if part == "service-accounts":
        return {"status": "ok", "results": [{"username": "x", "expires": name(random)}]}
    if method == "GET":
        return {"status": "ok", "results": lexicon(random)}
    return {"status": "ok", "results": {"added": 1, "deleted": 0}}


def damaged(random: Random, project: int) -> Callable[[str, str], Reply]:
    """A Mixpanel that is none, or is ill, or lies behind a bad proxy; the same twice."""

    def reply(method: str, part: str) -> Reply:
        document = sound(random, method, part, project)
        headers = {"Content-Type": "application/json"}
        ill = random.random()
        if ill < 0.3:
            document = bent_json(random, document, 6)
        body = as_bytes(document)
        if ill > 0.7:
            body = mangled(random, body)
        if random.random() < 0.15:
            body = random.choice(
                (
                    b"",
                    b" ",
                    b"null",
                    b"<html><title>\x1b[31m</title>",
                    b"\x00",
                    json.dumps({"error": name(random)}).encode(),
                    json.dumps({"status": "error", "error": [{"message": name(random)}]}).encode(),
                )
            )
        if random.random() < 0.1:
            headers["Content-Encoding"] = random.choice(("gzip", "deflate", "br", "x"))
            body = random.choice((gzip.compress(body), gzip.compress(body)[:-9], body))
        if random.random() < 0.1:
            waits = ("0", "-1", "nan", "1e9", "9" * 500, "Thu, 99 Foo", "\x1b", "5")
            headers["Retry-After"] = random.choice(waits)
            headers["Location"] = random.choice(("//[", "http://\x1b", "/a", "x" * 9000, "#"))
        return random.choice((200,) * 12 + (204, 301, 400, 401, 403, 429, 500)), headers, body

    return reply
