"""Seeded damage: bytes that somebody cut, re-encoded or bent, and the names that nobody expects.

Everything is drawn from a `random.Random`, so that a failing case is its seed.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Final

# MPGOV_FUZZ=25 is the long run; read here, before a fixture clears the environment.
TIMES: Final = max(1, int(os.environ.get("MPGOV_FUZZ", "1")))
LIMIT: Final = 10  # seconds that any input may take

HOSTILE: Final = (
    *("a/b", "100% sure", "?q=1&b=2", "#hash", "back\\slash", "%2F", "..", ".", "//", "a b"),
    *("🎉 Party", "👩\u200d💻", "عربى", "\u202eright to left", "\u2066isolated\u2069", "e\u0301"),
    *(" leading", "trailing ", "  ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\t", "\n", "\r\n"),
    *("x" * 255, "x" * 256, "y" * 10_000, "ü" * 1100, "z " * 600),
    *("bell\x07", "nul\x00", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x7f", "\x9b31m", "\x85"),
    *("[bold red]rich[/]", "[link=http://x]", "{curly}", "<<", "*a", "&a", "!t", "null", "~", ""),
    *(
        "No",
        "012",
        "1e3",
        "=1+1",
        "@at",
        "'",
        '"',
        "a: b",
        "a #b",
        "- a",
        "? a",
        "|",
        ">",
        "%",
        ":",
    ),
    *("\u2028", "\u2029", "\ufffe", "\uffff", "\U0010ffff", "\ufdd0", "\xad", "\U000e0041"),
    *(
        "$user",
        "$email",
        "mp_lib",
        "__proto__",
        "com.mixpanel",
        "team:",
        "team: ",
        "a@b",
        "@",
        "a@",
    ),
)
# Halves of characters: JSON can say them, no file can hold them.
HALVES: Final = ("\ud800", "half \udc00", "\ud83d", "\udfff\ud800", "a\ud801", "a\ud802")

NUMBERS: Final = ("1e999", "-1e999", "9" * 400, "9" * 5000, "1e-400", "-0.0", "0.1e1", "NaN")
VALUES: Final = (
    *("null", "true", "false", "0", "-1", "1.5", '""', '"text"', "[]", "{}", "[null]", '{"": 1}'),
    *("NaN", "Infinity", "-Infinity", *NUMBERS, "[[[[]]]]", '{"a": {"b": [1]}}', '"\\ud800"'),
)


def lines_swapped(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def hole(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.randrange(1, 40) :]


def flipped(random: Random, data: bytes) -> bytes:
    bent = bytearray(data)
    for _ in range(random.randrange(1, 6) if bent else 0):
        bent[random.randrange(len(bent))] ^= 1 << random.randrange(8)
    return bytes(bent)


def repeated(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    span = data[at : at + random.randrange(1, 200)]
    return data[:at] + span * random.choice((2, 3, 50)) + data[at:]


def line_repeated(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return b"\n".join(lines)


def indented(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    lines[at] = random.choice((b" ", b"  ", b"\t", b"- ", b"\xc2\xa0")) + lines[at]
    return b"\n".join(lines)


def recoded(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    code = random.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7"))
    return text.encode(code, "replace")


def marked(random: Random, data: bytes) -> bytes:
    return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) + data


def returned(random: Random, data: bytes) -> bytes:
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8")))


def inserted(random: Random, data: bytes) -> bytes:
    what = random.choice(
        (
            *(b"\x00", b"\t", b"\x1b[2J", b"\x07", b"\x7f", b"\xc2\x9b", b"\xff", b"\xed\xa0\x80"),
            *(
                b"\xe2\x80\xae",
                b"\\ud800",
                b"\\u0000",
                b'"',
                b"'",
                b"{",
                b"]",
                b": ",
                b"*a",
                b"&a ",
            ),
            *(
                b"#",
                b"\n",
                b"---\n",
                b"...\n",
                b"%YAML 9.9\n",
                b"!!python/x ",
                b"<<: ",
                b"| ",
                b"? ",
            ),
            *(name.encode("utf-8", "replace") for name in HOSTILE),
        )
    )
    at = random.randrange(len(data) + 1)
    return data[:at] + what + data[at:]


def nested(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    depth = random.choice((10, 99, 101, 300, 900, 5000, 100_000))
    begin, end = random.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"{a: ", b"}"), (b"- ", b"")))
    return data[:at] + begin * depth + b"1" + end * depth + data[at:]


def lengthened(random: Random, data: bytes) -> bytes:
    words = data.split(b" ")
    at = random.randrange(len(words))
    words[at] = words[at] + random.choice((b"x", "é".encode(), b"9", b"a.", b"'")) * 10_000
    return b" ".join(words)


def revalued(random: Random, data: bytes) -> bytes:
    """Another value after a colon, an equals sign or a comma."""
    marks = [at for at, byte in enumerate(data) if byte in b":=,"]
    if not marks:
        return data
    at = random.choice(marks) + 1
    end = at
    while end < len(data) and data[end] not in b",}]\n":
        end += 1
    return data[:at] + b" " + random.choice(VALUES).encode() + data[end:]


DAMAGE: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    *(cut, hole, flipped, repeated, line_repeated, lines_swapped, indented, recoded, marked),
    *(returned, inserted, inserted, nested, lengthened, revalued, revalued, revalued),
)


def mangled(random: Random, data: bytes) -> bytes:
    """The bytes after one to three accidents."""
    for _ in range(random.choice((1, 1, 2, 3))):
        data = random.choice(DAMAGE)(random, data)
    return data


def odd_json(random: Random, depth: int = 3) -> Any:
    """Some JSON value, of any shape."""
    if depth and random.random() < 0.4:
        if random.random() < 0.5:
            return [odd_json(random, depth - 1) for _ in range(random.randrange(4))]
        return {name(random): odd_json(random, depth - 1) for _ in range(random.randrange(4))}
    return random.choice((None, True, False, 0, -1, 1.5, 10**20, 1e300, "", name(random), "1.0"))


def name(random: Random, *, halves: bool = True) -> str:
    """A name that nobody expects."""
    return random.choice((*HOSTILE, *HALVES) if halves else HOSTILE)


def bent_json(random: Random, document: Any, times: int = 3) -> Any:
    """The document with some of its values replaced, in place where it can be."""
    for _ in range(random.randrange(times + 1)):
        holders = list(_holders(document))
        if not holders:
            return odd_json(random)
        holder = random.choice(holders)
        if isinstance(holder, list):
            holder[random.randrange(len(holder))] = odd_json(random)
        else:
            key = random.choice(list(holder))
            value = holder.pop(key)
            if random.random() < 0.5:
                holder[name(random)] = value
            else:
                holder[key] = odd_json(random)
    return document


def _holders(document: Any) -> Iterator[Any]:
    if isinstance(document, dict | list) and document:
        yield document
        for child in document.values() if isinstance(document, dict) else document:
            yield from _holders(child)


def lexicon(random: Random, size: int = 6, *, halves: bool = True) -> list[dict[str, Any]]:
    """The entries of a Lexicon that Mixpanel could hold."""
    names = {name(random, halves=halves) for _ in range(random.randrange(size))} - {""}
    entries = [
        {"entityType": "event", "name": one, "schemaJson": schema(random, halves=halves)}
        for one in sorted(names)
    ]
    if random.random() < 0.3:
        user = schema(random, halves=halves)
        entries.append({"entityType": "profile", "name": "$user", "schemaJson": user})
    if random.random() < 0.2:
        other = {"entityType": random.choice(("group", "lookup", "custom_event")), "name": "x"}
        entries.append({**other, "schemaJson": schema(random, halves=halves)})
    return entries


def schema(random: Random, *, halves: bool = True) -> dict[str, Any]:
    """One schema with strange texts in every place that takes one."""

    def text() -> str:
        return name(random, halves=halves)

    def some() -> list[str]:
        return list({text() for _ in range(random.randrange(3))})

    found: dict[str, Any] = {"properties": {}, "description": text()}
    for _ in range(random.randrange(4)):
        found["properties"][text()] = {
            "type": random.choice(("string", "number", "array", "object", "boolean", "null")),
            "description": text(),
            "examples": [text() if halves or random.random() < 0.5 else odd_number(random)],
            "metadata": {"com.mixpanel": {"displayName": text(), "hidden": random.random() < 0.5}},
        }
    found["required"] = some()
    meta = {"displayName": text(), "tags": some(), "contacts": some(), "teamContacts": some()}
    found["metadata"] = {"com.mixpanel": {**meta, "dropped": random.random() < 0.2}}
    return found


def odd_number(random: Random) -> Any:
    return random.choice((0, -1, 1.0, 1e22, 10**25, 0.1, -0.0, True, None, {"": 1}, [[]], {}, []))


def as_bytes(document: Any) -> bytes:
    """JSON in which halves of characters stand as escapes."""
    return json.dumps(document).encode()


class TooSlowError(BaseException):
    """What no `except Exception` can swallow."""


@contextmanager
def within(seconds: float = LIMIT) -> Iterator[None]:
    """Fail what takes longer; where nothing else helps, end the process with a traceback."""
    faulthandler.dump_traceback_later(6 * seconds, exit=True)
    alarm = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
    if alarm:
        signal.signal(signal.SIGALRM, _too_slow)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    begin = time.monotonic()
    try:
        yield
    finally:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
    assert time.monotonic() - begin < seconds


def _too_slow(*_: object) -> None:
    raise TooSlowError
