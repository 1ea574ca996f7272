"""Tell a team's chat what is new, each finding once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from mpgov.core.baseline import Baseline, baseline_of, split
from mpgov.core.digest import digest, worth_telling
from mpgov.core.finding import Finding
from mpgov.mixpanel.webhook import post
from mpgov.storage.notify import is_direct, notify_address, read_told, write_told
from mpgov.workflows.lexicon import fetch_record
from mpgov.workflows.project import Surroundings
from mpgov.workflows.recording import record_branch


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told: the findings of today, and the lines around what is new of them.

    `is_whole`: all findings are here, so that those that are not are gone.
    """

    title: str
    findings: Sequence[Finding]
    verdict: str
    command: str
    is_whole: bool = True


def notify(around: Surroundings, news: News) -> str:
    """Post what nobody was told yet; the line to tell here."""
    address = notify_address(os.environ)
    project = around.project()
    fetch_record(around, project)
    folder = around.folder(project)
    told = read_told(folder)
    today = worth_telling(news.findings)
    new = split(today, told).new
    if new:
        text = digest(news.title, new, news.verdict, news.command)
        post(address, text, direct=is_direct(address))
    _remember(around, told, today, is_whole=news.is_whole)
    if not new:
        return "nothing new to notify"
    return f"notified: {len(new)} new finding{'s'[: len(new) != 1]}"


def _remember(
    around: Surroundings, told: Baseline, today: Sequence[Finding], *, is_whole: bool
) -> None:
    """Keep what was told, so that no machine tells it again; what is gone may come back."""
    project = around.project()
    folder = around.folder(project)
    mine = baseline_of(today)
    kept = dict(mine)
    for one, count in told.items() if not is_whole else ():
        kept[one] = max(count, kept.get(one, 0))
    if kept == told:
        return
    write_told(folder, kept)
    branch = record_branch(around, project)
    if branch is not None:
        branch.publish("mpgov: what was notified", lambda: write_told(folder, kept))
