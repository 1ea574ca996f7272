"""A Mixpanel that lives on your machine: a function from request to response over plain state.

Written from Mixpanel's documentation and observed facts, never from mpgov's own client: shared
code would share its mistakes. `wsgi` is a Flask app with two front doors, `transport.mount` in
process and `server.serve` on 127.0.0.1.
"""

from __future__ import annotations

import gzip
import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from flask import Flask, Response, request

from mpgov.sandbox import (
    account_routes,
    annotation_routes,
    control_routes,
    data_routes,
    lexicon_routes,
    query_routes,
    schemas,
)
from mpgov.sandbox.calls import Answer, Call, Route, moment_of
from mpgov.sandbox.faults import BEFORE, Fault, Faults
from mpgov.sandbox.knobs import Knobs
from mpgov.sandbox.limits import Limits
from mpgov.sandbox.persist import Keeper
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.seed import newcomer, seeded

ROUTES: Final[tuple[Route, ...]] = (
    *lexicon_routes.ROUTES,
    *query_routes.ROUTES,
    *data_routes.ROUTES,
    *account_routes.ROUTES,
    *annotation_routes.ROUTES,
)
# Tell the front door to close the connection: before the answer, or in the middle of it.
DROPPED: Final = "X-Sandbox-Dropped"
HALVED: Final = "X-Sandbox-Halved"
_SKEW: Final = {"10 minutes ahead": 600, "10 minutes behind": -600}
_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_HTML: Final = (
    "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>…</body></html>"
)


@dataclass(frozen=True, slots=True)
class Record:
    """One request as it was answered; `is_schemas`: it counted against the schemas' limits."""

    method: str
    path: str
    query: str
    status: int
    at: float
    project: int
    updates: int
    is_schemas: bool


class Sandbox:
    """One Mixpanel: its state, its limits, its knobs, its faults, and a log of what was asked."""

    def __init__(
        self,
        seed: str | Path = "empty",
        *,
        limits: bool = True,
        clock: Callable[[], float] = time.time,
        state_file: Path | None = None,
        knobs: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = clock
        self.sleep: Callable[[float], None] = time.sleep
        self.log: list[Record] = []
        self.faults = Faults()
        self.limits = Limits(clock, limits)
        self._lock = threading.RLock()
        self._keeper = Keeper(state_file)
        kept = self._keeper.read()
        if kept is not None:
            self.state, self._secret = kept
            if not any(a.knows(self._secret) for a in list(self.state.accounts.values())[:1]):
                self._secret = newcomer(self.state)  # the first account was deleted
        else:
            self.state, self._secret = seeded(seed, clock)
        self.knobs = Knobs({**self.state.knobs, **(knobs or {})})
        self.state.knobs = self.knobs.turned
        self.wsgi = self._flask()
        self._save()

    @property
    def default_project(self) -> int:
        """The project that a newcomer is given."""
        return next(iter(self.state.projects))

    @property
    def default_account(self) -> tuple[str, str]:
        """The service account that a newcomer is given, and its secret."""
        return next(iter(self.state.accounts)), self._secret

    def schemas_requests(self) -> list[Record]:
        """The requests that counted against the limits of the Schemas API."""
        return [record for record in self.log if record.is_schemas]

    def fault(self, kind: str, **details: Any) -> None:
        """Script a failure: see `faults.Fault`."""
        self.faults.add(Fault(kind, **details))

    def turn(self, knobs: Mapping[str, str]) -> None:
        """Turn knobs: all of them, or none where one is unknown."""
        with self._lock:
            self.knobs.update(Knobs(knobs).turned)
            self.state.knobs = self.knobs.turned
            self._save()

    def stored(self, project: int) -> list[dict[str, Any]]:
        """A copy of the stored entries, by type and name."""
        with self._lock:
            return schemas.listed(self.state.projects[project])

    def put_stored(self, project: int, entries: list[dict[str, Any]]) -> None:
        """Store exactly these entries, whatever is in them."""
        with self._lock:
            self.state.projects[project].schemas = {
                (e["entityType"], e["name"]): deepcopy(e["schemaJson"]) for e in entries
            }
            self._save()

    def edit_in_ui(self, project: int, entity_type: str, name: str, **fields: Any) -> None:
        """Do what a person does in Lexicon; `property=` names one of its properties."""
        with self._lock:
            found = self.state.projects[project]
            organization = self.state.organizations[found.organization]
            schemas.edit_in_ui(organization, found, (entity_type, name), fields)
            self._save()

    def add_project(self, id: int, organization: int, name: str = "", **more: Any) -> None:  # noqa: A002
        """Make one more project; the default account becomes its owner."""
        with self._lock:
            self.state.add_project(id, organization, name, **more)
            self.state.accounts[self.default_account[0]].roles[id] = "owner"
            self._save()

    def add_account(
        self, label: str, roles: Mapping[int, str], expires: str | None = None, **more: Any
    ) -> tuple[str, str]:
        """Make one more service account: its name and its secret.

        `more` are further fields of it, and `secret` where it is to have a known one.
        """
        with self._lock:
            if expires is not None:
                moment_of(expires)
            organization = self.state.projects[self.default_project].organization
            given = str(more.pop("secret", ""))
            account, secret = self.state.add_account(
                label, organization, expires=expires, secret=given
            )
            account.roles.update(roles)
            for name, value in more.items():
                setattr(account, name, value)
            self._save()
            return account.username, secret

    def repeated(self, call: Call, name: str) -> list[str]:
        """All values of a parameter that may be given several times."""
        return parse_qs(call.headers.get("X-Query", "")).get(name, [])

    def as_text(self, value: Any) -> str:
        """A value as JSON text."""
        return json.dumps(value)

    def _save(self) -> None:
        self._keeper.write(self.state, self._secret)

    def _flask(self) -> Flask:
        app = Flask("mpgov.sandbox", static_folder=None)
        app.url_map.merge_slashes = False  # an empty part of a path means something

        @app.route("/", defaults={"path": ""}, methods=_METHODS)
        @app.route("/<path:path>", methods=_METHODS)
        def answer(path: str) -> Response:  # noqa: ARG001 - the raw path is read instead
            return self._respond()

        return app

    def _respond(self) -> Response:
        raw = str(request.environ.get("REQUEST_URI") or request.environ["PATH_INFO"])
        path, _, query = raw.partition("?")
        parts = [unquote(part) for part in path.removeprefix("/").split("/")]
        headers = {**dict(request.headers), "X-Query": query}
        args = {**request.args.to_dict(), **request.form.to_dict()}
        data = request.get_data(parse_form_data=False)
        call = Call(self, request.method, path, parts, args, headers, data)
        if parts[0] == "_sandbox":
            return self._response(self._answered(call, control_routes.ROUTES))
        return self._response(self._struck(call))

    def _response(self, answer: Answer) -> Response:
        """The answer with its date, by the clock that the knob says."""
        knob = self.knobs["date_header"]
        moment = self.clock() + _SKEW.get(knob, 0)
        date = "soon" if knob == "unreadable" else formatdate(moment, usegmt=True)
        headers = {"Date": date, **answer.headers}
        return Response(answer.payload(), answer.status, headers, mimetype=answer.mimetype)

    def _struck(self, call: Call) -> Answer:
        """The answer, as the faults let it through."""
        with self._lock:
            fault = self.faults.strike(call.method, call.path)
        if fault is not None and fault.kind == "hang":
            self.sleep(fault.seconds)
        if fault is not None and fault.kind in BEFORE:
            answer = _failed(fault)
        else:
            with self._lock:
                answer = self._answered(call, ROUTES)
                if call.method != "GET":
                    self._save()
            if fault is not None:
                answer = _spoilt(answer, fault)
        self._record(call, answer.status)
        return answer

    def _record(self, call: Call, status: int) -> None:
        query = call.headers["X-Query"]
        self.log.append(
            Record(
                *(call.method, call.path, query, status),
                *(self.clock(), call.project_id, call.updates, call.counted),
            )
        )

    def _answered(self, call: Call, routes: tuple[Route, ...]) -> Answer:
        parts = call.parts
        if len(parts) > 1 and not parts[-1]:
            parts = parts[:-1]
        slashless = parts[4:5] == ["data-definitions"] and call.parts[-1]
        if slashless and self.knobs["slashless"] == "redirect":
            query = call.headers["X-Query"]
            place = f"{call.path}/{query and '?'}{query}"
            return Answer("", 301, {"Location": place}, "text/html")
        matching = [(route, found) for route in routes if (found := route.match(parts)) is not None]
        if not matching:
            return Answer({"status": "error", "error": "no such route", "routes": known()}, 501)
        for route, names in matching:
            if route.method == call.method:
                call.names = names
                try:
                    return route.answer(call)
                except Refusal as refusal:
                    return self._refused(refusal)
        return Answer({"status": "error", "error": "Method Not Allowed"}, 405)

    def _refused(self, refusal: Refusal) -> Answer:
        headers = dict(refusal.headers)
        wait = refusal.retry_after
        if wait is not None and self.knobs["retry_after"] == "present":
            headers["Retry-After"] = str(max(1, math.ceil(wait)))
        return Answer({"status": "error", "error": refusal.text}, refusal.status, headers)


def known() -> list[str]:
    """What this Mixpanel answers, one line a route."""
    return [f"{route.method} /{route.pattern}" for route in ROUTES]


def _failed(fault: Fault) -> Answer:
    """An answer in place of the real one; nothing was applied."""
    match fault.kind:
        case "drop_before":
            return Answer("", 503, {DROPPED: "1"})
        case "html":
            return Answer(_HTML, 502, mimetype="text/html")
        case "error_200":
            return Answer({"status": "error", "error": "something went wrong"})
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    return Answer({"status": "error", "error": "scripted failure"}, fault.status, headers)


def _spoilt(answer: Answer, fault: Fault) -> Answer:
    """The real answer, spoilt on its way; what was asked was done."""
    payload, headers = answer.payload(), dict(answer.headers)
    match fault.kind:
        case "drop_after":
            return Answer("", answer.status, {DROPPED: "1"})
        case "drop_midway":
            headers[HALVED] = "1"
        case "truncated":
            payload = payload[: max(1, len(payload) // 2)]
        case "bad_gzip":
            headers["Content-Encoding"] = "gzip"
        case "short_export":
            payload = _short(payload, headers)
        case "cut_export":
            payload = payload[: len(payload) * 2 // 3].removesuffix(b"\n")
    return Answer(payload, answer.status, headers, answer.mimetype)


def _short(payload: bytes, headers: Mapping[str, str]) -> bytes:
    """An export that ends in the middle of a line, and properly for all who only count bytes."""
    is_packed = headers.get("Content-Encoding") == "gzip"
    lines = gzip.decompress(payload) if is_packed else payload
    cut = lines[: len(lines) * 2 // 3].removesuffix(b"\n")
    return gzip.compress(cut) if is_packed else cut
