"""Requests to Mixpanel: authenticated, paced, repeated where that is safe, and read with care.

Every failure leaves here as one line that holds no secret, no header and no page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from requests import Request, Response, Session
from requests.auth import HTTPBasicAuth

from mpgov.errors import AuthError, MpgovError, RemoteError
from mpgov.mixpanel.answer import (
    Hide,
    Revealing,
    document_of,
    error_in,
    failure_of,
    hiding,
    redirect_text,
    unreadable,
)
from mpgov.mixpanel.budget import AGAIN, Budget, Spent
from mpgov.mixpanel.call import (
    PASSING,
    REFUSED,
    Call,
    address,
    encoded,
    form,
    is_stray,
    redirect_of,
    retryable,
)
from mpgov.mixpanel.patience import Patience, asked_to_wait
from mpgov.mixpanel.quota import MOST_QUERIES, Quota, quota_of
from mpgov.mixpanel.session import Hosts, Reachable, authorities, hosts_of, open_session
from mpgov.mixpanel.trouble import NEVER_SENT, Trouble, trouble_of

CONNECT_TIMEOUT: Final = 10
MAX_REDIRECTS: Final = 5


class RefusedError(AuthError):
    """Mixpanel said 401 or 403; `status` says which."""

    def __init__(self, message: str, *, hint: str, status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


@dataclass(slots=True)
class Client:
    """One project of one Mixpanel, as one service account.

    `max_wait` bounds the waiting within one call; `notify` hears of every wait, `sent` of every
    request. `date` is what the last answer says the time is, `scope` what a suggested command
    needs to mean this project.
    """

    project: Reachable
    secret: Revealing = field(repr=False)
    budget: Budget = field(repr=False)
    queries: Budget | None = field(default=None, repr=False)
    exports: Budget | None = field(default=None, repr=False)
    timeout: float = 150
    max_wait: float = 600
    notify: Callable[[str], None] = field(default=lambda _: None, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    now: Callable[[], float] = field(default=time.time, repr=False)
    session: Session | None = field(default=None, repr=False)
    sent: Callable[[], None] = field(default=lambda: None, repr=False)
    scope: str = ""
    hosts: Hosts = field(init=False)
    quota: Quota | None = field(init=False, default=None)
    date: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.hosts = hosts_of(self.project)

    @property
    def project_id(self) -> int:
        """The project's id."""
        return self.project.id

    @property
    def account(self) -> str:
        """The service account's name."""
        return self.project.service_account

    def schemas(
        self,
        method: str,
        tail: Sequence[str] = (),
        *,
        body: Any = None,
        updates: int = 0,
        retry: frozenset[int] | None = None,
    ) -> Any:
        """Ask the Schemas API, within its limits; `tail` is an entity type, and a name."""
        url = address(self.hosts.app, ("projects", str(self.project_id), "schemas", *tail))
        call = Call(method, url, body=encoded(body), budget="schemas", updates=updates)
        return self._ask(replace(call, retry=retryable(method, body) if retry is None else retry))

    def app(
        self,
        method: str,
        path: Sequence[str],
        *,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        safe: bool = False,
        once: bool = False,
    ) -> Any:
        """Ask the App API; a write is repeated only where the caller says that this is safe.

        `once`: it is not even repeated where Mixpanel refused to hear it now.
        """
        call = Call(method, address(self.hosts.app, path), params, encoded(body))
        if method == "GET":
            return self._ask(call)
        if safe:
            return self._ask(replace(call, retry=PASSING))
        return self._ask(replace(call, safe=False, retry=frozenset() if once else REFUSED))

    def query(self, path: Sequence[str], params: Mapping[str, str], *, post: bool = False) -> Any:
        """Ask the Query API; `post` sends the parameters as a form, for long lists of names."""
        url = address(self.hosts.query, path)
        project = {"project_id": str(self.project_id)}
        if not post:
            return self._ask(Call("GET", url, {**params, **project}, budget="queries"))
        kind = "application/x-www-form-urlencoded"
        return self._ask(Call("POST", url, project, form(params), kind, "queries"))

    def export(self, params: Mapping[str, str], patience: Patience) -> Response:
        """Ask for raw events; the answer is to be read by the caller, who may ask again."""
        project = {"project_id": str(self.project_id)}
        call = Call("GET", self.hosts.export, {**params, **project}, budget="exports", stream=True)
        return self._persist(call, patience)

    def patience(self) -> Patience:
        """How long one call is tried again."""
        return Patience(self.max_wait, self.sleep, self.notify)

    @property
    def queries_left(self) -> int:
        """How many queries could go now without waiting, as far as anybody knows."""
        free = self.queries.free() if self.queries else MOST_QUERIES
        return free if self.quota is None else min(free, self.quota.remaining)

    def wait_for_room(self, updates: int = 0) -> float:
        """How many seconds a schemas request of so many updates would have to wait now."""
        return self.budget.room_in(updates)

    def _ask(self, call: Call) -> Any:
        """The JSON of the answer; every failure as an error of ours."""
        response = self._persist(call)
        try:
            document = document_of(response) if response.content.strip() else None
        except ValueError:
            document = response  # raised below, where nothing is chained
        if document is None and (call.method != "GET" or response.status_code == 204):
            return None
        if document is None or document is response:
            raise self._failed(call, response, f"with {unreadable(response, self._hide)}")
        error = error_in(document, self._hide)
        if error:
            raise self._failed(call, response, f"with an error: {error}")
        return document

    def _failed(self, call: Call, response: Response, how: str) -> RemoteError:
        text = f"Mixpanel answered {self._shown(call)} {how}"
        return RemoteError(text, status=response.status_code)

    def _persist(self, call: Call, patience: Patience | None = None) -> Response:
        """Send, and send again as long as that is safe, sensible and within the patience."""
        patience = patience or self.patience()
        hops = 0
        while True:
            outcome = self._attempt(call, patience)
            if isinstance(outcome, Trouble):
                if not patience.again(outcome):
                    raise self._given_up(outcome, patience)
                continue
            target = redirect_of(call, outcome)
            if not target:
                return outcome
            hops += 1
            if hops > MAX_REDIRECTS:
                raise RemoteError(f"Mixpanel redirects {self._shown(call)} in circles")
            call = replace(call, url=target, params=None)

    def _attempt(self, call: Call, patience: Patience) -> Response | Trouble:
        budget = {
            "schemas": self.budget,
            "queries": self.queries,
            "exports": self.exports,
        }.get(call.budget)
        if budget is None:
            return self._exchange(call, Spent())
        with budget.spend(call.updates, max_wait=patience.left) as spent:
            patience.spend(spent.waited)
            return self._exchange(call, spent)

    def _note_quota(self, call: Call, response: Response) -> None:
        """What Mixpanel says of the queries of this hour; a project may have more than 60."""
        if call.budget == "queries":
            self.quota = quota_of(response.headers) or self.quota
            if self.quota is not None and self.queries is not None:
                self.queries.requests = self.quota.limit

    def _exchange(self, call: Call, spent: Spent) -> Response | Trouble:
        """One request; `spent` learns what the budget must know of it."""
        response: Response | None = None
        try:
            response = self._send(call)
        except NEVER_SENT as error:
            trouble = trouble_of(error, self.hosts.name)
            spent.unsent = trouble.unsent
        except ValueError:  # requests looks at a redirect even where it is not to follow it
            shown = self._shown(call)
            text = f"Mixpanel answered {shown} with a redirect to an address that is none"
            trouble = Trouble(RemoteError(text), "", again=False)
        if response is None:
            return replace(trouble, again=trouble.again and (call.safe or trouble.unsent))
        self._note_quota(call, response)
        self.date = response.headers.get("Date", "")
        if response.status_code < 400 and not is_stray(call, response):
            return response
        if response.status_code == 429:
            spent.silence = asked_to_wait(response) or 0
        return self._trouble(call, response)

    def _send(self, call: Call) -> Response:
        if self.session is None:
            self.session = open_session(direct=self.hosts.direct)
        # bytes: requests would encode text as Latin-1
        auth = HTTPBasicAuth(self.account.encode(), self.secret.reveal().encode())
        headers = {"Content-Type": call.content_type} if call.body is not None else {}
        if call.stream:  # what is kept as it comes must be of a kind that can be read later
            headers["Accept-Encoding"] = "gzip"
        request = Request(
            call.method, call.url, headers, data=call.body, params=call.params, auth=auth
        )
        prepared = self.session.prepare_request(request)
        if urlsplit(prepared.url or "").path != urlsplit(call.url).path:
            raise RemoteError(f"{self._shown(call)} would have become another request; not sent")
        self.sent()
        response = self.session.send(
            prepared,
            timeout=(CONNECT_TIMEOUT, self.timeout),
            allow_redirects=False,
            stream=call.stream,
            verify=authorities(),
        )
        if response.status_code >= 300:
            _ = response.content
        return response

    def _trouble(self, call: Call, response: Response) -> Trouble:
        """An answer that is a failure, and whether asking again may help."""
        status = response.status_code
        error = self._error(call, response)
        again = status in call.retry
        told = asked_to_wait(response) if again else None
        return Trouble(error, f"({status})", again, told)

    def _error(self, call: Call, response: Response) -> MpgovError:
        status, shown = response.status_code, self._shown(call)
        if status < 400:
            target = redirect_text(response.headers.get("Location", ""), self._hide)
            text = f"Mixpanel answered {shown} with a redirect to {target}: not followed"
            return RemoteError(text, status=status)
        why = failure_of(response, self._hide)
        if status == 401:
            return RefusedError(
                f"Mixpanel refused the credentials of {self.account} (401): {why}",
                hint="check the secret, its expiry and the project's region: "
                f"mpgov auth status{self.scope}",
                status=status,
            )
        if status == 403:
            return RefusedError(
                f"Mixpanel does not let {self.account} do this (403): {why}",
                hint="check the role (admin to write), the project's id and its region",
                status=status,
            )
        return RemoteError(f"Mixpanel answered {shown} with {status}: {why}", status=status)

    @property
    def _hide(self) -> Hide:
        return hiding(self.account, self.secret)

    def _shown(self, call: Call) -> str:
        """The call as an error names it; after a redirect its path is what a server said."""
        return self._hide(call.shown)

    def _given_up(self, trouble: Trouble, patience: Patience) -> MpgovError:
        """The error to end with: what was wrong, and that patience ran out if it did."""
        error = trouble.error
        if not trouble.again or not isinstance(error, RemoteError):
            return error
        return RemoteError(
            f"{error.message} ({patience.told_off})", hint=AGAIN, status=error.status
        )
