"""The record of a rotation: a line a step, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from mpgov.core.model import Json
from mpgov.core.rotation import Rotation, Step, rotation_as_json, rotation_of
from mpgov.errors import MpgovError
from mpgov.workflows.recording import Recorder, pending_of


@dataclass(slots=True)
class RotationLog:
    """Writes what is done to the ledger, and knows how far it came."""

    recorder: Recorder
    rotation: Rotation
    unpublished: list[Mapping[str, Json]] = field(default_factory=list)
    is_over: bool = False

    def begin(self) -> None:
        """What is intended, before anything is made; raises `InputError` where it cannot be."""
        self._write(rotation_as_json(self.rotation), state="intended")
        self.publish("begun")

    def step(self, step: Step, **more: Json) -> None:
        """One more step is done."""
        self.rotation = replace(self.rotation, steps=(*self.rotation.steps, step))
        self._write({"step": step, **more})

    def made(self, name: str, id_: int) -> None:
        """The new account is there, under this name."""
        self.rotation = replace(self.rotation, new=name, new_id=id_)
        self.step("created", new={"name": name, "id": id_})

    def kept(self, until: str) -> None:
        """The new account is in use; the old one's end is still to come."""
        self.rotation = replace(self.rotation, until=until)
        self.step("kept", until=until)
        self.publish("the old account is kept")

    def end(self, text: str, changes: tuple[Json, ...] = (), *, recovered: bool = False) -> None:
        """How it ended."""
        state = "recovered" if recovered else "done"
        self._write({"step": "ended", "text": text}, changes, state=state)
        self.is_over = True
        self.publish("done")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Where it stops in between, by a failure or by Ctrl-C, the error says how it stands."""
        try:
            yield
        except MpgovError as error:
            if not self.is_over:
                error.message += f"; {self.rotation.standing}"
            raise
        except KeyboardInterrupt:
            if self.is_over:
                raise
            raise KeyboardInterrupt(self.rotation.standing) from None

    def _write(
        self, more: Mapping[str, Json], changes: tuple[Json, ...] = (), state: str = ""
    ) -> None:
        said = {"name": self.rotation.old, **more}
        entry = self.recorder.entry("token", changes, state=state, run=self.rotation.run, more=said)
        self.recorder.write(entry)
        self.unpublished.append(entry)

    def publish(self, what: str) -> None:
        """Send it to its branch, where it is kept on one; said again where somebody was first."""

        def again() -> None:
            for entry in self.unpublished:
                self.recorder.write(entry)

        self.recorder.publish(f"mpgov auth rotate {self.rotation.run}: {what}", again)
        self.unpublished.clear()


def unfinished(recorder: Recorder) -> Rotation | None:
    """The rotation of this project that was begun and never ended, if there is one."""
    lines = [line.entry for line in recorder.ledger.read()]
    for entry in pending_of(recorder.ledger, ("token",)):
        found = rotation_of(str(entry.get("run")), lines)
        if found is not None:
            return found
    return None
