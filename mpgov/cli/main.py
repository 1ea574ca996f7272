"""The `mpgov` command: its groups of commands, and the one place errors become exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import click

from mpgov import __version__
from mpgov.errors import MpgovError

if TYPE_CHECKING:
    from pathlib import Path

# Name, module and summary of every command, so that --help loads none of them.
GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "Plan": {
        "init": "start here: mpgov.toml, plans/, .gitignore, a CI workflow; from nothing, "
        "from Lexicon or from a file",
        "check": "judge the plan, offline",
        "convert": "a plan from one file format into another: mpgov convert IN OUT",
    },
    "Lexicon": {
        "diff": "what sync would change",
        "sync": "make Lexicon say what the plan says",
        "export": "write what Lexicon says to a file",
        "audit": "judge what Lexicon holds and what really arrives",
        "rules": "list the rules; explain one",
    },
    "Record": {
        "history": "what was done, by whom, why; add a record; verify the chain; blame a field",
        "undo": "put back what a sync changed",
        "tokens": "the register of tokens and secrets, and their rotation schedule",
        "owners": "who answers for what: list, check, transfer",
        "review": "the quarterly review",
    },
    "Set-up": {
        "auth": "credentials: login, logout, status, list, rotate",
        "doctor": "is everything in place, and if not, what to do",
        "sandbox": "a Mixpanel on this machine, for rehearsal and tests",
        "demo": "the whole loop on the sandbox, in one minute, no account needed",
    },
}
COMMANDS: Final = {name: text for group in GROUPS.values() for name, text in group.items()}

# Those that change something.
_CHANGE: Final = frozenset({"sync", "undo", "auth", "init", "tokens", "owners"})
# What other tools call it.
_OTHERS: Final = {
    "plan": "diff",
    "apply": "sync",
    "push": "sync",
    "pull": "export",
    "import": "export --into PLAN",
    "validate": "check",
    "lint": "check",
    "status": "diff",
}


class Settings(NamedTuple):
    """The options that stand before the command."""

    config: Path | None
    debug: bool
    quiet: bool
    color: bool | None


class Group(click.Group):
    """Loads a command when it is asked for; the one place an error becomes an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, from its module."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mpgov.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer a word of another tool with ours."""
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            ours = _OTHERS.get(name)
            near = get_close_matches(name, COMMANDS, 1)
            meant = ours or (near[0] if near else "")
            advice = f" In mpgov it is: mpgov {meant}" if meant else " See: mpgov --help"
            ctx.fail(f"No such command {name!r}.{advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands by group, without loading any."""
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn an expected failure into its exit code."""
        try:
            return super().invoke(ctx)
        except MpgovError as error:
            return _fail(ctx, error.message, error.hint, error.exit_code)
        except (KeyboardInterrupt, click.Abort) as stopped:
            said = f"; {stopped}" if str(stopped) else ""
            return _fail(ctx, f"interrupted{said}", "", 130)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            return _unheard(ctx)
        except Exception as error:
            if ctx.params["debug"] or getattr(error, "errno", 0) == errno.ENOSPC:
                raise  # a full disk below stdout is told where the process ends
            said = f"a bug in mpgov: {type(error).__name__}: {error}"
            return _fail(ctx, said, "run it again with --debug, and tell us", 70)


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: mpgov demo",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="mpgov.toml to use; else looked for upwards from here.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same).")
@click.option("--quiet", is_flag=True, help="Only the answer and errors.")
@click.version_option(__version__, prog_name="mpgov")
@click.pass_context
def main(
    ctx: click.Context,
    *,
    config: str | None,
    debug: bool,
    no_color: bool,
    quiet: bool,
) -> None:
    """Govern Mixpanel: make Lexicon say what your tracking plan says, and keep the record."""
    from pathlib import Path

    _speak_utf8()
    where = Path(config) if config is not None else None
    ctx.obj = Settings(where, debug, quiet, False if no_color or _no_color() else None)
    ctx.color = ctx.obj.color


def _no_color() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _speak_utf8() -> None:
    """Answer in UTF-8, also when redirected on a system that thinks otherwise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() != "utf-8":
            reconfigure(encoding="utf-8", errors="backslashreplace")


def forget_output() -> None:
    """Let what is still to be written to stdout go nowhere: it cannot be written."""
    with suppress(OSError):  # no file at all, as in tests
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unheard(ctx: click.Context) -> NoReturn:
    """End where whoever read our output has had enough (`mpgov diff | head`)."""
    forget_output()
    if ctx.invoked_subcommand in _CHANGE:
        told = "whoever read the output is gone, and nothing was done after that"
        _fail(ctx, told, "mpgov history; then the same command again", 130)
    ctx.exit(130)


def _fail(ctx: click.Context, message: str, hint: str, code: int) -> NoReturn:
    from mpgov.render.visible import visible

    for line in message.split("\n"):
        label = click.style("error:", fg="red", bold=True)
        indented = line.startswith("    ")
        click.echo(visible(line) if indented else f"{label} {visible(line)}", err=True)
    if hint:
        click.echo(f"  next: {visible(hint)}", err=True)
    ctx.exit(code)
