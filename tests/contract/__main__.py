"""`make contract`: the contract against the sandbox, or against a real project that is scratch.

A real one is asked only with MPGOV_LIVE=yes and the MIXPANEL_* variables of design 3. It must hold
no schemas, or one of an event called "mpgov scratch project". What is made here begins with
"mpgov contract" and is deleted again. Everything goes through the paced client, so Mixpanel's
limits are kept; that takes some minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from requests import Session

from mpgov.errors import MpgovError
from mpgov.mixpanel.client import Client
from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.transport import PREFIX, mount
from mpgov.workflows.lexicon import connect
from mpgov.workflows.project import surroundings
from tests.contract.table import TABLE, Row

OURS = "mpgov contract"
SCRATCH = "mpgov scratch project"
QUESTIONS = {
    1: "shape of GET one schema",
    2: "required, examples, format stored and returned",
    3: "metadata merge at property level and for lists",
    4: "unknown contacts and tags",
    6: "atomicity of a bulk POST, and `added` for replaced entries",
    7: "what a delete does to hidden",
}


class NotScratchError(Exception):
    """A project with definitions that are somebody's."""


@dataclass
class Suite:
    """One run against one project."""

    client: Client
    failed: list[str] = field(default_factory=list)
    settled: dict[int, list[str]] = field(default_factory=dict)

    def run(self) -> None:
        """Check that the project is scratch, run everything, and clean up."""
        self._refuse_unless_scratch()
        try:
            self._table()
            self._single()
            self._bulk()
            self._delete()
        finally:
            self._clean()

    def _stored(self) -> dict[str, Any]:
        entries = self.client.schemas("GET")["results"]
        return {entry["name"]: entry["schemaJson"] for entry in entries}

    def _refuse_unless_scratch(self) -> None:
        stored = self._stored()
        theirs = [name for name in stored if not name.startswith(OURS) and name != SCRATCH]
        if theirs and SCRATCH not in stored:
            raise NotScratchError(
                f"project {self.client.project_id} holds {len(theirs)} definitions, such as "
                f'{theirs[0]!r}; make an event called "{SCRATCH}" in its Lexicon if that is well'
            )

    def _table(self) -> None:
        """All rows at once, each on an event of its own: three requests."""
        rows = {f"{OURS} {place}": row for place, row in enumerate(TABLE)}
        self._post({name: row.before for name, row in rows.items() if row.before is not None})
        self._post({name: row.sent for name, row in rows.items()})
        stored = self._stored()
        for name, row in rows.items():
            self._judge(row, stored.get(name))

    def _judge(self, row: Row, stored: Any) -> None:
        held = stored == row.after
        if not held:
            self.failed.append(f"{row.fact}: stored {stored}, expected {row.after}")
        if row.question:
            says = "yes" if held else f"no: stored as {stored}"
            self._settle(row.question, f"{row.fact}: {says}")

    def _single(self) -> None:
        self._post({f"{OURS} single": {"description": "d"}})
        answer = self.client.schemas("GET", ("event", f"{OURS} single"))
        inner = answer.get("results") if isinstance(answer, dict) else None
        shape = "bare at the root"
        if isinstance(inner, dict):
            shape = "results holds schemaJson" if "schemaJson" in inner else "results is the schema"
        self._settle(1, shape)

    def _bulk(self) -> None:
        again = self._post({f"{OURS} single": {"description": "e"}})
        self._settle(6, f"`added` of one replaced entry is {again['results'].get('added')}")
        bad = {"description": "d", "properties": {"p": {"type": "nonsense"}}}
        with suppress(MpgovError):
            self._post({f"{OURS} good": {"description": "d"}, f"{OURS} bad": bad})
        kept = f"{OURS} good" in self._stored()
        self._settle(
            6,
            f"a bulk POST with one bad entry {'keeps the others' if kept else 'is refused whole'}",
        )

    def _delete(self) -> None:
        name = f"{OURS} hidden"
        self._post({name: {"metadata": {"com.mixpanel": {"hidden": True}}}})
        self.client.schemas("DELETE", ("event", name))
        self._post({name: {"description": "again"}})
        hidden = self._stored()[name].get("metadata", {}).get("com.mixpanel", {}).get("hidden")
        self._settle(
            7, f"deleted and made again, a hidden event is {'hidden' if hidden else 'visible'}"
        )

    def _post(self, schemas: dict[str, Any]) -> Any:
        entries = [
            {"entityType": "event", "name": name, "schemaJson": schema}
            for name, schema in schemas.items()
        ]
        return self.client.schemas("POST", body={"entries": entries}, updates=3 * len(entries))

    def _clean(self) -> None:
        for name in self._stored():
            if name.startswith(OURS):
                self.client.schemas("DELETE", ("event", name))

    def _settle(self, question: int, how: str) -> None:
        self.settled.setdefault(question, []).append(how)


@contextmanager
def target() -> Iterator[tuple[Client, str]]:
    """The project to ask: a real one if that is wanted, else a sandbox on a turned clock."""
    around = replace(surroundings(None, lambda line: print(line, file=sys.stderr)), max_wait=3600)
    if os.environ.get("MPGOV_LIVE") == "yes":
        project = around.project()
        yield connect(around, project), f"project {project.id} ({project.host or project.region})"
        return
    clock = [1_790_000_000.0]
    sandbox = Sandbox("empty", clock=lambda: clock[0])
    session = Session()
    mount(session, sandbox)
    account, secret = sandbox.default_account
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "MIXPANEL_HOST": PREFIX,
            "MIXPANEL_PROJECT_ID": str(sandbox.default_project),
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
            "MPGOV_STATE_DIR": folder,
        }

        def sleep(seconds: float) -> None:
            clock[0] += seconds

        turned = replace(
            around, session=session, sleep=sleep, now=lambda: clock[0], notify=lambda _: None
        )
        yield connect(turned, turned.project()), "the sandbox"


def main() -> int:
    """Run, and print what was settled, ready to paste into the reference."""
    try:
        with target() as (client, name):
            suite = Suite(client)
            suite.run()
    except NotScratchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except MpgovError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return error.exit_code
    print(f"Contract against {name}: {len(TABLE)} rows, {len(suite.failed)} differ.")
    for line in suite.failed:
        print(f"  {line}")
    print("\nOpen questions of the reference (section 16):")
    for number, question in QUESTIONS.items():
        for how in suite.settled.get(number, ["not settled"]):
            print(f"- ({number}) {question}: {how}")
    return 1 if suite.failed and name == "the sandbox" else 0


if __name__ == "__main__":
    sys.exit(main())
