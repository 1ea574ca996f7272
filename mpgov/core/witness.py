"""What Mixpanel is given to remember of the record, so that one rewritten whole is caught.

After a run, an annotation says how many lines the record has and what the hash of the last one
is. What leads to a line never changes: what was true stays true, whatever is appended or merged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.chain import Claim, Line, depths_of
from mpgov.core.record import Record, record_from_json

LONGEST: Final = 512  # characters of an annotation
KINDS: Final = ("sync", "undo")
_DONE: Final[Mapping[str, str]] = {"create": "created", "update": "updated", "delete": "deleted"}
_NAME: Final = re.compile(r"[^\s:]{1,60}")
_OURS: Final = re.compile(rf"mpgov (?:sync|undo) ({_NAME.pattern}):", re.IGNORECASE)
_RUN: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}", re.ASCII)
_CLAIM: Final = re.compile(
    r"(?<!\d)(\d{1,9}) lines?, head ([0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE | re.ASCII
)
_MOST: Final = 5  # runs that are named


@dataclass(frozen=True, slots=True)
class Annotation:
    """A dated remark in Mixpanel."""

    id: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What an annotation of ours says: the runs that it is of, and what the record held."""

    annotation: Annotation
    runs: tuple[str, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What Mixpanel's annotations say of a record.

    `found` of them are ours, `agree` of those are true; `unwitnessed` are runs that have none.
    `error` says why Mixpanel did not answer, with its hint and the `exit_code` that this is.
    """

    found: int = 0
    agree: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unwitnessed: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    exit_code: int = 0


def witness_text(record: Record, tips: Sequence[Claim]) -> str:
    """The annotation of a run that is recorded: what it did, and how the record ends since.

    Nobody's name and no word of the plan is in it. Of many tips as many as fit are named.
    """
    kind = record.kind if record.kind in KINDS else KINDS[0]
    run = record.run if _NAME.fullmatch(record.run) else "?"
    text = f"mpgov {kind} {run}: {_done(record)}; record: "
    for number, (tip, count) in enumerate(tips):
        joint = "; " if number else ""
        said = f"{joint}{count} line{'s' * (count != 1)}, head {tip}"
        if len(text) + len(said) > LONGEST:
            break
        text += said
    return text


def witness_of(annotation: Annotation) -> Witness | None:
    """What an annotation of ours says, whatever else stands around it; `None` if it is not ours."""
    text = " ".join(annotation.text.split())
    claims = tuple((found[2].lower(), int(found[1])) for found in _CLAIM.finditer(text))
    runs = tuple(found[1] for found in _OURS.finditer(text))
    if not claims and not any(map(_RUN.fullmatch, runs)):
        return None
    return Witness(annotation, runs, claims)


def compare(annotations: Iterable[Annotation], lines: Sequence[Line]) -> Compared:
    """Hold the annotations against the lines of a ledger."""
    read = map(witness_of, sorted(annotations, key=lambda one: one.date))
    found = [one for one in read if one is not None]
    depths = depths_of(lines)
    problems = [tuple(_problems(one, depths)) for one in found]
    good = [one for one, bad in zip(found, problems, strict=True) if one.claims and not bad]
    without = tuple(_without(found, lines))
    return Compared(
        len(found),
        len(good),
        tuple(text for texts in problems for text in texts),
        tuple(_notes(found, good, without)),
        without,
        exit_code=int(any(problems)),
    )


def _done(record: Record) -> str:
    """What a run did, in numbers."""
    actions = Counter(_DONE.get(str(one.get("action")), "changed") for one in record.changes)
    told = [f"{count} {action}" for action, count in actions.items()] or ["nothing changed"]
    for name, word in (("left", "left"), ("not_stored", "not stored")):
        listed = record.more.get(name)
        if isinstance(listed, list) and listed:
            told.append(f"{len(listed)} {word}")
    return ("interrupted, " if record.state == "recovered" else "") + ", ".join(told)


def _problems(witness: Witness, depths: Mapping[str, int]) -> Iterator[str]:
    for tip, count in witness.claims:
        known = f"{_named(witness)} knows {count} line{'s' * (count != 1)} up to {tip[:12]}…"
        held = depths.get(tip)
        if held is None:
            yield f"{known}, which are not there: the record was rewritten or cut"
        elif held != count:
            yield f"{known}, and {held} are there: the record was cut, or somebody edited that"


def _notes(
    found: Sequence[Witness], good: Sequence[Witness], without: Sequence[str]
) -> Iterator[str]:
    if not found:
        yield "Mixpanel holds no annotation of the record: nothing vouches for it yet"
    for one in found:
        if not one.claims:
            yield f"{_named(one)} names no head any more: somebody edited it"
    if good and len(good) < sum(bool(one.claims) for one in found):
        yield f"{_named(good[-1])} is the last that agrees"
    if without:
        names = ", ".join(without[:_MOST])
        more = f" and {len(without) - _MOST} more" if len(without) > _MOST else ""
        many = "run has" if len(without) == 1 else "runs have"
        why = "it was refused, or deleted since"
        yield f"{len(without)} {many} no annotation, though earlier ones do ({why}): {names}{more}"


def _named(witness: Witness) -> str:
    one = witness.annotation
    runs = f" (run {', '.join(witness.runs)})" if witness.runs else ""
    return f"Mixpanel's annotation of {one.date[:30] or 'an unknown day'}{runs}"


def _without(found: Sequence[Witness], lines: Sequence[Line]) -> Iterator[str]:
    """The runs that nothing vouches for, though something does for an earlier one."""
    known = {run for one in found for run in one.runs}
    records = (record_from_json(line.entry) for line in lines)
    ended = [one for one in records if one.kind in KINDS and one.state in {"done", "recovered"}]
    moments = [one.moment for one in ended if one.run in known]
    first = min((at for at in moments if at is not None), default=None)
    if first is None:
        return
    for one in ended:
        if one.run not in known and (one.moment is None or one.moment > first):
            yield one.run
