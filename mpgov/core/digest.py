"""A short digest of what is new, grouped by owner, for a team's chat."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mpgov.core.finding import SEVERITIES, Finding

MOST: Final = 5  # findings of one owner; the others are counted
MOST_OWNERS: Final = 12
LONGEST: Final = 160  # characters of one line
NOBODY: Final = "nobody"


def digest(title: str, new: Sequence[Finding], verdict: str, command: str) -> str:
    """The text: what is new, by owner, the worst first; then how it all stands, and what to type.

    Whatever somebody named stands as plain text: nothing in it mentions or links.
    """
    lines = [f"{title}: {counted(new)} new"]
    groups = _by_owner(new)
    for owner, findings in list(groups.items())[:MOST_OWNERS]:
        lines += ["", f"{_plain(owner)} ({counted(findings)})", *_told(findings)]
    if len(groups) > MOST_OWNERS:
        lines += ["", f"… and {len(groups) - MOST_OWNERS} more owners"]
    return "\n".join([*lines, "", verdict, command])


def worth_telling(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that somebody should act on: errors and warnings."""
    return [one for one in findings if one.severity != "info"]


def _by_owner(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each owner; those with the most errors first, nobody last."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        for owner in one.owners or (NOBODY,):
            found[owner].append(one)
    ranked = sorted(found.items(), key=lambda item: (item[0] == NOBODY, *_weight(item[1])))
    return dict(ranked)


def _weight(findings: Sequence[Finding]) -> tuple[int, ...]:
    total = Counter(one.severity for one in findings)
    return tuple(-total[severity] for severity in SEVERITIES)


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings[:MOST]:
        name = one.key.name if one.key else ""
        about = f"{name} · {one.property}" if one.property else name
        line = f"{about} {one.message}" if about else one.message
        cut = line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
        yield f"• {one.severity}: {_plain(cut)} [{one.rule}]"
    if len(findings) > MOST:
        yield f"• … and {len(findings) - MOST} more"


def counted(findings: Sequence[Finding]) -> str:
    """How many errors, warnings and notes there are, in words."""
    total = Counter(one.severity for one in findings)
    words = [
        f"{total[s]} {s}{'s'[: total[s] != 1 and s != 'info']}" for s in SEVERITIES if total[s]
    ]
    return ", ".join(words) or "nothing"


def _plain(text: str) -> str:
    """A text in which a chat finds no command: Slack and others act on < > & and @."""
    one_line = " ".join(text.split())
    for mark, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b")):
        one_line = one_line.replace(mark, instead)
    return one_line
