"""The ledger's chain, as bytes: every line carries the hash of the line before it and its own.

A line is compact JSON in ASCII whose last two keys are `prev` (the hash of the line before, zeros
for the first) and `hash` (SHA-256 of the line's bytes up to `,"hash"`). The head claims how many
lines lead to each tip of the chain, so that a cut shows. What leads to a line never changes: a
claim that was true stays true, also after git joined two branches and there are two tips.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mpgov.core.model import Json

ZERO: Final = "0" * 64
_LINE: Final = re.compile(
    rb'(\{.*"prev":"([0-9a-f]{64})"),"hash":"([0-9a-f]{64})"\}', re.DOTALL | re.ASCII
)
_HASH: Final = re.compile("[0-9a-f]{64}")
_CHAIN: Final = frozenset({"prev", "hash"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file from 1, what it says, and its place in the chain."""

    number: int
    entry: Mapping[str, Any]
    prev: str
    hash: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """A line of the file that is none of a ledger, and why."""

    number: int
    text: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    """Every line of a file. A line that a merge brought twice counts once.

    `torn` are the bytes after the last end of line: an append that was interrupted, or a cut.
    """

    lines: tuple[Line, ...] = ()
    broken: tuple[Broken, ...] = ()
    total: int = 0
    torn: bytes = b""

    @property
    def last(self) -> str:
        """The hash that the next line follows."""
        return self.lines[-1].hash if self.lines else ZERO


Claim: TypeAlias = tuple[str, int]  # a tip, and how many lines lead to it, itself included


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says; `rebuilt` are the lines before which there was none."""

    is_there: bool = False
    claims: tuple[Claim, ...] = ()
    rebuilt: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found; `problems` are line number (0: the head) and text.

    `head` are the tips that are there, the last one of the file first.
    """

    count: int
    problems: tuple[tuple[int, str], ...] = ()
    forks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    head: tuple[Claim, ...] = ()


def link(entry: Mapping[str, Json], prev: str, number: int) -> Line:
    """The entry as a line of the chain."""
    if not _CHAIN.isdisjoint(entry):
        raise ValueError("an entry says nothing of its place in the chain")
    linked = {**entry, "prev": prev}
    text = json.dumps(linked, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    signed = text[:-1].encode()
    digest = hashlib.sha256(signed).hexdigest()
    raw = signed + b',"hash":"' + digest.encode() + b'"}'
    return Line(number, json.loads(raw), prev, digest, raw)


def scan(data: bytes) -> Scan:
    """Every line of a ledger, whole or broken."""
    parts = data.split(b"\n")
    torn = parts[-1]
    raws = parts if torn else parts[:-1]
    lines: list[Line] = []
    broken: list[Broken] = []
    seen: set[str] = set()
    for number, raw in enumerate(raws, 1):
        line = _line(number, raw)
        if isinstance(line, Broken):
            broken.append(line)
        elif line.hash not in seen:
            seen.add(line.hash)
            lines.append(line)
    return Scan(tuple(lines), tuple(broken), len(raws), torn)


def read_head(text: str) -> Head:
    """What a head claims; lines that are no claim are named."""
    claims: list[Claim] = []
    rebuilt: list[int] = []
    problems: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            said = json.loads(raw)
            if isinstance(said.get("rebuilt"), int):
                rebuilt.append(said["rebuilt"])
                continue
            claims.append((_checked(said["hash"]), int(said["count"])))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            problems.append(f"line {number} is no count with a hash")
    return Head(True, tuple(dict.fromkeys(claims)), tuple(sorted(set(rebuilt))), tuple(problems))


def write_head(head: Head) -> str:
    """The head as text, a line a claim, so that git can join two of them."""
    told: list[dict[str, Json]] = [{"rebuilt": number} for number in head.rebuilt]
    told += [{"count": count, "hash": tip} for tip, count in head.claims]
    return "".join(f"{json.dumps(one)}\n" for one in told)


def head_of(found: Scan, before: Head) -> Head:
    """A head that claims every tip. What the earlier one claimed in vain stays, to be seen."""
    depths = depths_of(found.lines)
    in_vain = [claim for claim in before.claims if depths.get(claim[0]) != claim[1]]
    is_lost = len(found.lines) > 1 and _is_lost(found.lines[:-1], before)
    rebuilt = (*before.rebuilt, found.lines[-1].number) if is_lost else before.rebuilt
    return Head(True, (*in_vain, *reversed(tips(found.lines))), rebuilt)


def depths_of(lines: Iterable[Line]) -> dict[str, int]:
    """Per line, how many lines lead to it, itself included, as far as they are there."""
    depths: dict[str, int] = {}
    for line in lines:
        depths[line.hash] = depths.get(line.prev, 0) + 1
    return depths


def tips(lines: Sequence[Line]) -> tuple[Claim, ...]:
    """The lines that none follows, the last first, each with how many lead to it."""
    depths = depths_of(lines)
    followed = {line.prev for line in lines}
    ends = (line.hash for line in reversed(lines) if line.hash not in followed)
    return tuple((tip, depths[tip]) for tip in ends)


def is_whole(found: Scan, head: Head) -> bool:
    """Whether everything that the head claims is there."""
    depths = depths_of(found.lines)
    return all(depths.get(tip) == count for tip, count in head.claims)


def ends_in_a_line(found: Scan) -> bool:
    """Whether the bytes after the last end of line are a whole line."""
    return bool(found.torn) and not isinstance(_line(found.total, found.torn), Broken)


def judge(found: Scan, head: Head) -> Verdict:
    """Check every byte of a ledger against itself and its head."""
    is_lost = _is_lost(found.lines, head)
    is_half = bool(found.torn) and not ends_in_a_line(found)
    is_interrupted = is_half and is_whole(found, head) and not is_lost
    half = found.total if is_interrupted else 0
    problems = [(one.number, one.text) for one in found.broken if one.number != half]
    if ends_in_a_line(found):
        problems.append((found.total, "has no end of line: the file was cut"))
    problems += _unchained(found)
    problems += [(0, text) for text in head.problems]
    problems += [(0, text) for text in _missing(found, head)]
    if is_lost:
        problems.append((0, "is missing or empty: a cut would not show"))
    notes = [f"line {number}: there was no head before it" for number in head.rebuilt]
    if is_interrupted:
        notes.append(f"line {half} is half a line: an append was interrupted; {_HEALS}")
    notes += _loose(found, head)
    forks, ends = tuple(_forks(found.lines)), tips(found.lines)
    return Verdict(len(found.lines), tuple(sorted(problems)), forks, tuple(notes), ends)


_HEALS: Final = "the next one puts it right"


def _line(number: int, raw: bytes) -> Line | Broken:
    match = _LINE.fullmatch(raw)
    if match is None:
        return Broken(number, _why(raw), raw)
    if hashlib.sha256(match[1]).hexdigest() != match[3].decode():
        return Broken(number, "was changed: its hash does not fit", raw)
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        return Broken(number, "is no JSON", raw)
    return Line(number, entry, match[2].decode(), match[3].decode(), raw)


def _why(raw: bytes) -> str:
    if not raw.strip():
        return "is empty"
    if raw.endswith(b"\r"):
        return "ends in CR LF: an editor or git changed the ends of lines"
    if raw.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        return "is a mark of a merge in git that was not settled"
    return "was changed: it is no line of a ledger"


def _checked(tip: Any) -> str:
    if not isinstance(tip, str) or not _HASH.fullmatch(tip):
        raise ValueError(tip)
    return tip


def _unchained(found: Scan) -> Iterator[tuple[int, str]]:
    """Lines that follow none; a line behind a broken one is only its victim."""
    known = {line.hash for line in found.lines}
    broken = {one.number for one in found.broken}
    before = {ZERO}
    for line in found.lines:
        if line.prev not in before:
            if line.prev in known:
                yield line.number, "stands before the line that it follows"
            elif line.number - 1 not in broken:
                yield line.number, "follows a line that is not there"
        before.add(line.hash)


def _missing(found: Scan, head: Head) -> Iterator[str]:
    """What the head claims in vain; a broken line has told of itself already."""
    depths = depths_of(found.lines)
    for tip, count in head.claims:
        held = depths.get(tip)
        if held is None:
            if not any(tip.encode() in one.raw for one in found.broken):
                yield f"knows line {tip[:12]}… and {count - 1} before it, which are not all there"
        elif held != count and not found.broken:
            yield f"knows {count} lines up to {tip[:12]}…, of which {held} are there"


def _is_lost(lines: Sequence[Line], head: Head) -> bool:
    """Whether there was a head and is none; a first append may have been interrupted."""
    if head.claims or head.problems:
        return False
    return len(lines) > (1 if head.is_there else 0)


def _loose(found: Scan, head: Head) -> Iterator[str]:
    """Lines that the head does not know of yet."""
    if _is_lost(found.lines, head) or head.problems:
        return
    prev_of = {line.hash: line.prev for line in found.lines}
    covered: set[str] = set()
    for tip, _ in head.claims:
        at = tip
        while at in prev_of and at not in covered:
            covered.add(at)
            at = prev_of[at]
    loose = [line.number for line in found.lines if line.hash not in covered]
    if loose and is_whole(found, head):
        many = f"{len(loose)} lines, from line {loose[0]}, are"
        subject = many if len(loose) > 1 else f"line {loose[0]} is"
        yield f"{subject} not in the head yet: an append was interrupted; {_HEALS}"


def _forks(lines: Iterable[Line]) -> Iterator[str]:
    followers: dict[str, list[str]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for line in lines:
        followers[line.prev].append(str(line.number))
        numbers[line.hash] = line.number
    for prev, found in followers.items():
        if len(found) > 1:
            begin = f"line {numbers[prev]}" if prev in numbers else "the beginning"
            listed = " and ".join(found)
            yield f"lines {listed} follow {begin}: branches were merged there"
