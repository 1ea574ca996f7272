"""Raw events made up for measuring: forty kinds, 24 properties and about 560 bytes each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

KINDS = 40
_LIBRARIES = ("web", "web", "web", "android", "iphone", "node")


def write_events(path: Path, count: int, seed: int = 7) -> None:
    """So many events, as the raw export gives them; the same for the same seed."""
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for line in lines(count, seed):
            file.write(line)


def lines(count: int, seed: int) -> Iterator[str]:
    """The lines, each with its end."""
    chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
    bits, rand = chance.getrandbits, chance.random
    kinds = [_kind(number) for number in range(KINDS)]
    for number in range(count):
        template = kinds[int(rand() * rand() * KINDS)]
        user = bits(17)
        library = _LIBRARIES[bits(8) % 6]
        own = tuple(_own(slot, bits(30), rand()) for slot in range(12))
        yield template % (
            1_790_000_000 + number % 2_592_000,
            user,
            user,
            user,
            bits(64),
            library,
            bits(2),
            *own,
        )


def _kind(number: int) -> str:
    """The line of a kind of event, with places for what differs."""
    name = f"Event Kind {number:02d} Happened"
    shared = (
        '"time": %d, "distinct_id": "USR-%06d", "$user_id": "USR-%06d", "$device_id": "dev-%06d", '
        '"$insert_id": "%016x", "mp_lib": "%s", "$app_version_string": "2.4.%d", "$os": "iOS", '
        '"$city": "Rome", "mp_country_code": "IT", "user_plan": "pro", "app_version": "2.4.1", '
    )
    own = ", ".join(f'"k{number:02d}_{slot:02d}": %s' for slot in range(12))
    return f'{{"event": "{name}", "properties": {{{shared}{own}}}}}\n'


def write_copies(path: Path, target: Path, copies: int) -> None:
    """The same events again and again, each with an $insert_id of its own."""
    mark = b'"$insert_id": "'
    with target.open("wb") as out:
        for number in range(copies):
            with path.open("rb") as file:
                while lines := file.readlines(1 << 26):
                    out.write(b"".join(lines).replace(mark, mark + b"%d-" % number))


def _own(slot: int, bits: int, share: float) -> str:
    """A value of one of twelve shapes; now and then a price as text, or a colour that is null."""
    if slot == 2 and share < 0.02:
        return f'"{bits}"'
    if slot == 4 and share < 0.02:
        return "null"
    return (
        f'"ORD-2026-{bits % 100_000:05d}"',
        str(bits % 1000),
        f"{bits % 100_000 / 100:.2f}",
        "true" if bits & 1 else "false",
        f'"{("red", "green", "blue", "black")[bits & 3]}"',
        f'"2026-0{bits % 9 + 1}-1{bits % 10}T10:00:00"',
        f'["a", "b{bits % 7}"]',
        f'{{"id": "SKU-{bits % 900}", "n": {bits & 7}}}',
        f'"https://shop.example/p/{bits % 5000}"',
        str(bits),
        f'"Text number {bits % 50}"',
        f'"{("email", "google", "sso")[bits % 3]}"',
    )[slot]
