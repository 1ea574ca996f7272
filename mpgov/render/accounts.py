"""Service accounts as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mpgov.core.accounts import AccountsReport, Listed
from mpgov.core.json_text import dump
from mpgov.core.model import Json
from mpgov.render.columns import Row, aligned, as_csv, as_markdown
from mpgov.render.visible import visible

FORMATS: Final = ("text", "json", "csv", "markdown")
HEADS: Final = ("account", "role", "created", "expires", "last used", "classified data", "warning")


def draw_accounts(report: AccountsReport, name: str) -> str:
    """The report in the format of that name."""
    match name:
        case "json":
            return dump(accounts_as_json(report), indent=1)
        case "csv":
            return as_csv(HEADS, _rows(report))
        case "markdown":
            return "\n".join(as_markdown(HEADS, _rows(report))) + "\n"
    return "\n".join(_text(report)) + "\n"


def accounts_as_json(report: AccountsReport) -> dict[str, Json]:
    """Every account; `others` is null where the organization could not be asked."""
    others = report.others
    return {
        "format": 1,
        "project": report.project,
        "accounts": [_as_json(one) for one in report.accounts],
        "others": None if others is None else [_as_json(one) for one in others],
        "unknown": report.unknown or None,
    }


def warnings_of(report: AccountsReport) -> Iterator[tuple[str, str]]:
    """Every warning, with the account that it is about."""
    for one in (*report.accounts, *(report.others or ())):
        for warning in one.warnings:
            yield one.account.name, warning


def _text(report: AccountsReport) -> Iterator[str]:
    yield from aligned(HEADS[:-1], [row[:-1] for row in _rows(report)])
    warnings = list(warnings_of(report))
    if warnings:
        yield ""
    yield from (f"warning: {visible(name)} {visible(text)}" for name, text in warnings)
    yield ""
    count = len(report.accounts)
    beside = "" if report.others is None else f", {len(report.others)} in the organization alone"
    yield f"{visible(report.project)}: {count} service account{'s'[: count != 1]}{beside}"


def _rows(report: AccountsReport) -> Iterator[Row]:
    for one in report.accounts:
        yield _row(one, one.account.role or "unknown")
    for one in report.others or ():
        yield _row(one, "not in the project")


def _row(one: Listed, role: str) -> Row:
    account = one.account
    return (
        f"{account.name}{' (this one)' if one.is_ours else ''}",
        f"{role} (by {account.grant})" if account.grant in {"team", "organization"} else role,
        account.created[:10],
        account.expires[:10] or "never",
        "never" if account.never_used else account.last_used[:10],
        {True: "yes", False: "no", None: None}[account.sensitive],
        "; ".join(one.warnings),
    )


def _as_json(one: Listed) -> Json:
    account = one.account
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role or None,
        "grant": account.grant or None,
        "created": account.created or None,
        "expires": account.expires or None,
        "last_used": account.last_used or None,
        "sensitive": account.sensitive,
        "ours": one.is_ours,
        "warnings": list(one.warnings),
    }
