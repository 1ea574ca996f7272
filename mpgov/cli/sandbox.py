"""`mpgov sandbox`."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mpgov.errors import InputError, UsageError

if TYPE_CHECKING:
    from mpgov.sandbox.app import Sandbox


@click.command(
    "sandbox",
    epilog="""\b
Examples:
  mpgov sandbox
  mpgov sandbox --port 0 --seed empty --state sandbox.json --no-limits""",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option("--seed", default="shop", show_default=True, help="shop, empty, or a file.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep everything in this file, over restarts.",
)
@click.option("--no-limits", is_flag=True, help="Without Mixpanel's rate limits.")
@click.option("--knob", multiple=True, metavar="NAME=VALUE", help="Turn a knob; see --knobs.")
@click.option("--knobs", is_flag=True, help="List the knobs with their values, and end.")
@click.option("--routes", is_flag=True, help="List what it answers, and end.")
def command(
    *,
    port: int,
    seed: str,
    state: Path | None,
    no_limits: bool,
    knob: tuple[str, ...],
    knobs: bool,
    routes: bool,
) -> None:
    """Run a Mixpanel on this machine (127.0.0.1), for rehearsal and tests."""
    from mpgov.sandbox.app import known  # noqa: PLC0415 - brings Flask with it
    from mpgov.sandbox.knobs import KNOBS  # noqa: PLC0415 - as above

    if routes or knobs:
        lines = known() if routes else [f"{n}={' | '.join(v)}" for n, v in KNOBS.items()]
        click.echo("\n".join(lines))
        return
    _run(_made(seed, state, knob, limits=not no_limits), port)


def _made(seed: str, state: Path | None, knob: tuple[str, ...], *, limits: bool) -> Sandbox:
    from mpgov.sandbox.app import Sandbox  # noqa: PLC0415 - brings Flask with it
    from mpgov.sandbox.knobs import Knobs  # noqa: PLC0415 - as above
    from mpgov.sandbox.state import BadStateError  # noqa: PLC0415 - as above

    try:
        turned = Knobs(dict(_pair(text) for text in knob)).turned
    except ValueError as error:
        raise UsageError(f"--knob: {error}", hint="mpgov sandbox --knobs lists them") from None
    chosen = seed if seed in {"shop", "empty"} else Path(seed)
    try:
        return Sandbox(chosen, limits=limits, state_file=state, knobs=turned)
    except BadStateError as error:
        named = state if state is not None and state.exists() else seed
        raise InputError(f"{named}:1:1: {error}") from None
    except OSError as error:
        raise InputError(f"{state}: cannot be kept: {error.strerror}") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text} is not NAME=VALUE")
    return name, value


def _run(sandbox: Sandbox, port: int) -> None:
    from mpgov.sandbox.server import open_server, port_of  # noqa: PLC0415 - brings Flask with it

    try:
        server = open_server(sandbox, port)
    except OSError as error:
        raise InputError(
            f"port {port} of 127.0.0.1: {os.strerror(error.errno or 0)}",
            hint="--port 0 takes any free one",
        ) from None
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell's `&` would have SIGINT ignored
        signal.signal(number, _stop)
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(server.socket):
        _tell(sandbox, port_of(server))
        server.serve_forever()
    click.echo("The sandbox is gone.", err=True)


def _tell(sandbox: Sandbox, port: int) -> None:
    account, secret = sandbox.default_account
    click.echo(f"export MIXPANEL_HOST=http://127.0.0.1:{port}")
    click.echo(f"export MIXPANEL_PROJECT_ID={sandbox.default_project}")
    click.echo(f"export MIXPANEL_SERVICE_ACCOUNT={account}")
    click.echo(f"export MIXPANEL_SERVICE_ACCOUNT_SECRET={secret}")
    sys.stdout.flush()
    click.echo("The sandbox runs until Ctrl-C. Paste these lines into another shell.", err=True)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt
