"""Where tokens and secrets stand in code and configuration, and whether they may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mpgov.core.finding import Finding
from mpgov.core.rule import Options, rule
from mpgov.core.sightings import Scan, Sighting
from mpgov.core.tokens import ENVIRONMENTS

# The values are made up; the fingerprints are really theirs.
_WEB: Final = "8d3f1c6ba0e94f27b5c2d7186e9a03f4"
_OLD: Final = "e61b0a97c4d84f35a2f9083b7d5c16ae"
_NEW: Final = "3a7f09c2e58b41d6b0c4f1927ad8365e"
_REGISTER: Final = """tokens:
  web: {kind: project_token, project: shop, environment: production,
    fingerprint: b30b121527ad0f86, retired: [aca2c92fe00e6dd6]}
"""


@rule(
    "tokens/seen",
    on=Scan,
    severity="info",
    good=f"{_REGISTER}--- src/app.js\nmixpanel.init(process.env.MIXPANEL_TOKEN)",
    bad=f"{_REGISTER}--- src/app.js\nmixpanel.init('{_WEB}')",
)
def seen(scan: Scan, _: Options) -> Iterator[Finding]:
    """Whoever replaces a token has to know every place where it stands."""
    for one in scan.sightings:
        if one.token is not None and not one.is_secret and not one.retired and not _lost(one):
            yield _at(one, f"{one.words} is used here")


@rule(
    "tokens/unregistered",
    on=Scan,
    good=f"{_REGISTER}--- src/app.js\nmixpanel.init('{_WEB}')",
    bad=f"{_REGISTER}--- src/app.js\nmixpanel.init('{_NEW}')",
)
def unregistered(scan: Scan, _: Options) -> Iterator[Finding]:
    """A token that the register lacks is held by nobody, and replaced by nobody."""
    for one in scan.sightings:
        if one.token is None and not one.is_secret:
            fix = f"its value | mpgov tokens add NAME --kind {one.kind} --project …"
            yield _at(one, f"{one.words} is not in the register", fix)


@rule(
    "tokens/retired-in-file",
    on=Scan,
    severity="error",
    good=f"{_REGISTER}--- src/app.js\nmixpanel.init('{_WEB}')",
    bad=f"{_REGISTER}--- src/app.js\nmixpanel.init('{_OLD}')",
)
def retired(scan: Scan, _: Options) -> Iterator[Finding]:
    """What is sent with a token that was replaced is lost."""
    for one in scan.sightings:
        if one.retired:
            yield _at(one, f"a retired value of {one.words} stands here", "put the new one there")


@rule(
    "tokens/secret-in-file",
    on=Scan,
    severity="error",
    good=f"{_REGISTER}--- export.sh\ncurl -u $MIXPANEL_SECRET: https://data.mixpanel.com/api/2.0",
    bad=f"{_REGISTER}--- export.sh\ncurl -u {_WEB[::-1]}: https://data.mixpanel.com/api/2.0",
)
def secret(scan: Scan, _: Options) -> Iterator[Finding]:
    """Whoever can read a secret can read, and often change, everything in the project."""
    for one in scan.sightings:
        if one.is_secret and not one.retired:
            fix = "take it out, replace it in Mixpanel, keep the new one in a vault"
            yield _at(one, f"{one.words} stands in a file", fix)


@rule(
    "tokens/wrong-environment",
    on=Scan,
    severity="error",
    varies=True,
    good=f"{_REGISTER}--- .env.production\nMIXPANEL_TOKEN={_WEB}",
    bad=f"{_REGISTER}--- .env.development\nMIXPANEL_TOKEN={_WEB}",
)
def wrong_environment(scan: Scan, _: Options) -> Iterator[Finding]:
    """What developers try out is in everybody's reports; the other way round: warning."""
    for one in scan.sightings:
        if one.token is not None and not one.is_secret and not one.retired and _lost(one):
            mine, says = one.token.environment, one.says.environment
            yield Finding(
                f"{one.words} is for {mine}, and {one.says.by} says {says}",
                at=one.at,
                fix=f"the token of {says} belongs there",
                severity="error" if mine == "production" else "warning",
            )


@rule(
    "tokens/shared-in-files",
    on=Scan,
    severity="error",
    varies=True,
    good=f"""{_REGISTER}--- .env.production
MIXPANEL_TOKEN={_NEW}
--- .env.development
MIXPANEL_TOKEN={_NEW[::-1]}""",
    bad=f"""{_REGISTER}--- .env.production
MIXPANEL_TOKEN={_NEW}
--- .env.development
MIXPANEL_TOKEN={_NEW}""",
)
def shared(scan: Scan, _: Options) -> Iterator[Finding]:
    """One token for two environments mixes trials with what happened; no production: warning."""
    by_value: dict[str, list[Sighting]] = defaultdict(list)
    for one in scan.sightings:
        is_named = bool(one.says.environment) and not one.says.is_rest
        if one.token is None and not one.is_secret and is_named:
            by_value[one.fingerprint].append(one)
    for sightings in by_value.values():
        home = min(sightings, key=lambda one: ENVIRONMENTS.index(one.says.environment))
        its = home.says.environment
        for one in sightings:
            if one.says.environment != its:
                yield Finding(
                    f"{one.words} stands here, for {one.says.environment}, "
                    f"and in {home.at.file}, which is for {its}",
                    at=one.at,
                    severity="error" if its == "production" else "warning",
                )


def _lost(one: Sighting) -> bool:
    """Whether a token is of one environment and its place of another, one of them production."""
    mine = one.token.environment if one.token else ""
    says = one.says.environment
    return bool(mine and says and mine != says and "production" in {mine, says})


def _at(one: Sighting, message: str, fix: str = "") -> Finding:
    return Finding(message, at=one.at, fix=fix)
