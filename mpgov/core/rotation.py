"""A rotation: one service account replaced by another, step by step, as the record tells it.

The record is written before and after every step, so that whoever is interrupted finds out what
was done. What is *true* is asked of Mixpanel and the keyring, though: a step may have been done
and not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from mpgov.core.accounts import ServiceAccount
from mpgov.core.checkup import Check
from mpgov.core.model import Json, nothing

Step: TypeAlias = Literal[
    "begun",
    "created",
    "joined",
    "verified",
    "stored",
    "named",
    "delivered",
    "kept",
    "deleted",
]
SUFFIX: Final = ".mp-service-account"
_DATED: Final = re.compile(r"-\d{8}-[0-9a-f]{6}$")
LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class Rotation:
    """What is known of a rotation; `new` and `new_id` once the new account was made.

    `roles` are those of the old account, by project. `keep` are the days for which the old one is
    to be kept, and `until` the day up to which it is. `delivers` says that a command was to take
    the new secret somewhere. A `manual` one was made by a person in Mixpanel, who also ends the
    old.
    """

    run: str
    old: str
    old_id: int
    label: str = ""
    organization: int | None = None
    organization_role: str = ""
    roles: Mapping[int, str] = field(default_factory=nothing)
    new: str = ""
    new_id: int = 0
    keep: int | None = None
    until: str = ""
    delivers: bool = False
    manual: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the new account is in use, and only the old one's end is still to come."""
        return self.steps[-1:] == ("kept",)

    @property
    def ending(self) -> str:
        """The option with which the next call ends the old one, where that is all that is left."""
        return " --end-old" if self.is_waiting and not self.manual else ""

    @property
    def is_in_use(self) -> bool:
        """Whether the new account is where it is needed, so that it must not be taken back."""
        return self.is_waiting or "delivered" in self.steps

    @property
    def standing(self) -> str:
        """What is true where it stopped, and that the next call goes on from there."""
        again = "the same command again finishes it"
        if "deleted" in self.steps:
            return f"{self.new} is in place, {self.old} is deleted: {again}"
        if self.is_in_use or ("named" in self.steps and not self.owes_delivery):
            return f"{self.new} is in place, {self.old} still works: {again}"
        made = f"{self.new} is made" if self.new else "a new account may have been made"
        return f"{made}, {self.old} still works: {again} or takes it back"

    @property
    def owes_delivery(self) -> bool:
        """Whether a command was to take the new secret somewhere, and nobody knows that it did."""
        return self.delivers and "delivered" not in self.steps

    def is_ours(self, account: ServiceAccount) -> bool:
        """Whether an account was made by this rotation: never the old one, whatever is recorded."""
        name, mark = account.name, f"{self.label}."
        ours = bool(_DATED.search(self.label)) and name.startswith(mark)
        return ours and account.id != self.old_id and name != self.old


def label_of(name: str, day: str, mark: str) -> str:
    """The label of the account that replaces one: its own, with the day and a mark.

    The mark is what an account is known again by whose creation was never answered.
    """
    own = name.removesuffix(SUFFIX).rpartition(".")[0] or name.removesuffix(SUFFIX)
    own = _DATED.sub("", own)[:LONGEST_LABEL] or "mpgov"
    return f"{own}-{day.replace('-', '')}-{mark}"


def checked(rotation: Rotation, today: str, scope: str) -> Check:
    """What the doctor says of a rotation that has not ended: nothing is wrong before its day."""
    again = f"mpgov auth rotate{rotation.ending}{scope}"
    if not rotation.is_waiting:
        return Check("rotation", "warning", f"that of {rotation.old} was interrupted", again)
    if rotation.manual:
        told = f"{rotation.old} is to be deleted in Mixpanel; after that this ends its record"
        return Check("rotation", "warning", told, again)
    if rotation.until > today:
        told = f"{rotation.old} is kept until {rotation.until}; {again} deletes it sooner"
        return Check("rotation", "ok", told)
    told = f"{rotation.old} was to be kept until {rotation.until}, and nobody deleted it"
    return Check("rotation", "warning", told, again)


def rotation_as_json(rotation: Rotation) -> dict[str, Json]:
    """What the first record of a rotation says beside who and when."""
    return {
        "step": "begun",
        "old": {"name": rotation.old, "id": rotation.old_id},
        "label": rotation.label,
        "organization": rotation.organization,
        "organization_role": rotation.organization_role,
        "roles": {str(project): role for project, role in rotation.roles.items()},
        "keep_old": rotation.keep,
        "deliver": rotation.delivers,
        "manual": rotation.manual,
    }


def predecessors(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By the record, the account that each was made to replace."""
    old: dict[str, str] = {}
    found: dict[str, str] = {}
    for entry in entries:
        run, before, made = str(entry.get("run")), entry.get("old"), entry.get("new")
        if entry.get("step") == "begun" and isinstance(before, dict):
            old[run] = str(before.get("name", ""))
        elif entry.get("step") == "created" and isinstance(made, dict) and old.get(run):
            found[str(made.get("name", ""))] = old[run]
    return found


def rotation_of(run: str, entries: Iterable[Mapping[str, Any]]) -> Rotation | None:
    """A rotation as the lines of its run tell it; `None` where they tell of none."""
    lines = [entry for entry in entries if entry.get("run") == run and entry.get("step")]
    if not lines or not isinstance(lines[0].get("old"), dict):
        return None
    begun = lines[0]
    said: dict[str, Any] = {}
    for entry in lines[1:]:
        if isinstance(entry.get("new"), dict):
            said["new"] = str(entry["new"].get("name", ""))
            said["new_id"] = int(entry["new"].get("id") or 0)
        if entry.get("until"):
            said["until"] = str(entry["until"])
    roles = begun.get("roles") or {}
    return Rotation(
        run,
        str(begun["old"].get("name", "")),
        int(begun["old"].get("id") or 0),
        str(begun.get("label") or ""),
        begun.get("organization"),
        str(begun.get("organization_role") or ""),
        {int(project): str(role) for project, role in roles.items()},
        keep=begun.get("keep_old"),
        delivers=bool(begun.get("deliver")),
        manual=bool(begun.get("manual")),
        steps=tuple(entry["step"] for entry in lines),
        **said,
    )
