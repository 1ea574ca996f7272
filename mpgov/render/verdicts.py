"""What a check of the record found: as text, and as JSON for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mpgov.core.history import Checked
from mpgov.core.json_text import dump, with_plain_texts
from mpgov.core.model import Json
from mpgov.core.witness import Compared
from mpgov.render.visible import visible

_MOST: Final = 10  # annotations that are told one by one
_PULL: Final = "did another machine sync? its record may not be here yet: git pull"


def verdicts_as_text(found: Iterable[Checked]) -> str:
    """What is wrong and what is worth knowing, and a line for each ledger."""
    lines = [line for one in found for line in _told(one)]
    return "".join(f"{visible(line)}\n" for line in lines or ["there is no project with a record"])


def verdicts_as_json(found: Iterable[Checked]) -> str:
    """Every ledger with its verdict, and with Mixpanel's where it was asked."""
    ledgers: list[Json] = [_verdict(one) for one in found]
    return dump(with_plain_texts({"format": 1, "ledgers": ledgers}), indent=1)


def chain_as_json(one: Checked) -> dict[str, Json]:
    """The verdict on one chain."""
    verdict = one.verdict
    head: list[Json] = [{"hash": tip, "count": count} for tip, count in verdict.head]
    return {
        "project": one.project,
        "records": verdict.count,
        "head": head,
        "problems": list(one.problems),
        "forks": list(verdict.forks),
        "notes": list(verdict.notes),
    }


def in_a_word(one: Checked) -> str:
    """Whether the record is whole."""
    if one.problems:
        return f"{len(one.problems)} problem{'s' * (len(one.problems) != 1)}"
    return "whole" if one.verdict.count else "nothing was recorded yet"


def count_of_records(one: Checked) -> str:
    """How many records there are."""
    return f"{one.verdict.count} record{'s' * (one.verdict.count != 1)}"


def _told(one: Checked) -> Iterator[str]:
    yield from one.problems
    yield from (f"{one.file}: fork: {text}" for text in one.verdict.forks)
    yield from (f"{one.file}: note: {text}" for text in one.verdict.notes)
    yield from one.spoilt
    yield from one.signed
    beside = ""
    if one.witness is not None:
        yield from (f"{one.file}: {text}" for text in _of_witness(one.witness))
        beside = _agreeing(one.witness)
    yield f"{one.file}: {count_of_records(one)}, {in_a_word(one)}{beside}"


def _of_witness(witness: Compared) -> Iterator[str]:
    problems: Sequence[str] = witness.problems
    yield from problems[:_MOST]
    if len(problems) > _MOST:
        yield f"and {len(problems) - _MOST} more like these"
    if problems:
        yield f"note: {_PULL}"
    yield from (f"note: {text}" for text in witness.notes)
    if witness.error:
        yield f"Mixpanel was not compared: {witness.error}"
        if witness.hint:
            yield f"hint: {witness.hint}"


def _agreeing(witness: Compared) -> str:
    """How many annotations say the same."""
    if not witness.found:
        return ""
    return f"; annotations in Mixpanel that agree: {witness.agree} of {witness.found}"


def _verdict(one: Checked) -> dict[str, Json]:
    told: dict[str, Json] = {"project": one.project, "file": one.file, **chain_as_json(one)}
    told |= {"signed": list(one.signed), "signed_and_changed": list(one.spoilt)}
    return told if one.witness is None else {**told, "witness": _witness(one.witness)}


def _witness(witness: Compared) -> dict[str, Json]:
    return {
        "annotations": witness.found,
        "agree": witness.agree,
        "problems": list(witness.problems),
        "notes": list(witness.notes),
        "unwitnessed": list(witness.unwitnessed),
        **({"error": witness.error} if witness.error else {}),
    }
