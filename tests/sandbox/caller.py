"""A plain HTTP client of the sandbox: shares nothing with mpgov's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from requests import Response, Session

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.transport import PREFIX, mount
from tests.conftest import Clock

PROJECT = 4242
OTHER_PROJECT = 4243
ORGANIZATION = 9
Schema = dict[str, Any]


@dataclass
class Caller:
    """Asks a sandbox, in process or on a port, as its first service account or as another."""

    sandbox: Sandbox
    clock: Clock
    session: Session
    base: str = PREFIX
    auth: tuple[str, str] = field(default=("", ""))

    def ask(self, method: str, path: str, **details: Any) -> Response:
        """The answer as it came; `auth=None` asks as nobody."""
        auth = details.pop("auth", self.auth)
        return self.session.request(method, f"{self.base}/{path}", auth=auth, timeout=5, **details)

    def app(self, method: str, path: str, body: Any = None, **details: Any) -> tuple[int, Any]:
        """Status and JSON of the App API."""
        answer = self.ask(method, f"api/app/{path}", json=body, **details)
        return answer.status_code, answer.json()

    def schemas(
        self, method: str, path: str = "", body: Any = None, *, project: int = PROJECT, **more: Any
    ) -> tuple[int, Any]:
        """Status and JSON of the Schemas API; `path` as `/event/Name`."""
        return self.app(method, f"projects/{project}/schemas{path}", body, **more)

    def post(self, *entries: Any, **more: Any) -> tuple[int, Any]:
        """`POST /schemas`."""
        return self.schemas("POST", "", {"entries": list(entries), **more})

    def query(self, path: str, **parameters: Any) -> tuple[int, Any]:
        """Status and JSON of the Query API."""
        answer = self.ask("GET", f"api/query/{path}", params={"project_id": PROJECT, **parameters})
        return answer.status_code, answer.json()

    def stored(self, name: str = "A", kind: str = "event") -> Schema | None:
        """One stored schema, as the list gives it."""
        found: dict[tuple[str, str], Schema] = {
            (entry["entityType"], entry["name"]): entry["schemaJson"]
            for entry in self.sandbox.stored(PROJECT)
        }
        return found.get((kind, name))

    def names(self) -> list[tuple[str, str]]:
        """Type and name of what is stored."""
        return [(e["entityType"], e["name"]) for e in self.sandbox.stored(PROJECT)]

    def turn(self, **knobs: str) -> None:
        self.sandbox.knobs.update(knobs)


def caller(
    seed: str = "empty",
    *,
    limits: bool = False,
    knobs: Mapping[str, str] | None = None,
    **more: Any,
) -> Caller:
    """A new sandbox in process, on a clock of its own."""
    clock = Clock()
    sandbox = Sandbox(seed, limits=limits, clock=clock, knobs=knobs, **more)
    sandbox.sleep = clock.sleep
    session = Session()
    session.trust_env = False
    mount(session, sandbox)
    return Caller(sandbox, clock, session, auth=sandbox.default_account)


def event(name: str, /, **schema: Any) -> dict[str, Any]:
    return {"entityType": "event", "name": name, "schemaJson": schema}


def profile(**schema: Any) -> dict[str, Any]:
    return {"entityType": "profile", "name": "$user", "schemaJson": schema}


def meta(**inner: Any) -> dict[str, Any]:
    return {"com.mixpanel": inner}


def no(text: str) -> dict[str, str]:
    """The App API's envelope of a failure."""
    return {"status": "error", "error": text}


def ok(results: Any) -> dict[str, Any]:
    return {"status": "ok", "results": results}
