"""What tests of the command line share: Mixpanel's own hosts, answered on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests


class Regions:
    """Mixpanel's hosts, of which one knows the account."""

    def __init__(self, home: str, **project: object) -> None:
        self.home = home
        self.project = {"name": "Shop", "role": {"name": "admin"}, "domain": home, **project}
        self.expires: object = None
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        parts = urlsplit(request.url)
        self.asked.append(parts.hostname)
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        answer: object = {"status": "ok", "results": {"projects": {"42": self.project}}}
        if parts.path.endswith("/service-accounts"):
            answer = {"results": [{"username": "gov", "expires": self.expires}]}
        if parts.path.endswith("/schemas"):
            answer = {"results": []}
        if parts.hostname != self.home:
            response.status_code = 401
            answer = {"status": "error", "error": "unknown account"}
        response._content = json.dumps(answer).encode()  # noqa: SLF001 the wire is replaced
        return response


@pytest.fixture
def regions(monkeypatch, tmp_path, memory) -> Callable[..., Regions]:
    def made(home: str, **project: object) -> Regions:
        wire = Regions(home, **project)
        send = lambda _self, request, **options: wire.send(request, **options)  # noqa: E731
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        return wire

    assert memory.kept == {}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mpgov.toml").write_text('[projects.shop]\nid = 42\nservice_account = "gov"\n')
    return made
