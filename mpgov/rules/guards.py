"""Guards: what a change set must not do unless somebody lifts the guard by name."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.change import (
    Change,
    ChangeSet,
    Create,
    Delete,
    FieldChange,
    Update,
    field_changes,
)
from mpgov.core.finding import Finding
from mpgov.core.model import FLAGS, UNSET, Entity, EntityKey, Location, Path, Value
from mpgov.core.rule import Options, rule


@rule(
    "guards/blocks-data",
    on=ChangeSet,
    severity="error",
    good="""events: {Old Thing: {status: deprecated}}
---
events: {Old Thing: {status: deprecated, hidden: true}}""",
    bad="""events: {Old Thing: {status: deprecated}}
---
events: {Old Thing: {status: blocked}}""",
)
def blocks_data(changes: ChangeSet, _: Options) -> Iterator[Finding]:
    """What is blocked is discarded as it arrives; nobody can bring it back."""
    for key, at, change in _fields(changes):
        if _blocks(change.path, change.after) and not _blocks(change.path, change.before):
            yield Finding("is blocked: its data is lost from then on", key, _name(change), at)


@rule(
    "guards/unblocks",
    on=ChangeSet,
    severity="error",
    good="""events: {Old Thing: {status: blocked}}
---
events: {Old Thing: {status: blocked, description: Gone.}}""",
    bad="""events: {Old Thing: {status: blocked}}
---
events: {Old Thing: {status: live}}""",
)
def unblocks(changes: ChangeSet, _: Options) -> Iterator[Finding]:
    """What was blocked was blocked for a reason, and counts again once it is not."""
    for key, at, change in _fields(changes):
        if _blocks(change.path, change.before) and not _blocks(change.path, change.after):
            yield Finding("is unblocked: it is stored and billed again", key, _name(change), at)


@rule(
    "guards/deletes",
    on=ChangeSet,
    severity="error",
    good="""events: {Sign Up: {description: A visitor created an account.}}
---
events: {Sign Up: {description: A visitor opened an account.}}""",
    bad="""events: {Sign Up: {description: A visitor created an account.}}
---
events: {}""",
)
def deletes(changes: ChangeSet, _: Options) -> Iterator[Finding]:
    """With a definition go descriptions, owners and types that somebody wrote."""
    for change in changes:
        if isinstance(change, Delete):
            yield Finding("is deleted from Lexicon, with all that is said of it", change.key)


@rule(
    "guards/removes-property",
    on=ChangeSet,
    severity="error",
    good="""events: {Sign Up: {properties: {plan: {type: string}}}}
---
events: {Sign Up: {properties: {plan: {type: string}, step: {type: integer}}}}""",
    bad="""events: {Sign Up: {properties: {plan: {type: string}}}}
---
events: {Sign Up: {properties: {}}}""",
)
def removes_property(changes: ChangeSet, _: Options) -> Iterator[Finding]:
    """With a property go its description, type and examples."""
    for change in changes:
        if not isinstance(change, Update):
            continue
        for gone in sorted(change.before.properties.keys() - change.after.properties.keys()):
            message = "is removed from Lexicon, with all that is said of it"
            yield Finding(message, change.key, gone, change.after.at)


@rule(
    "guards/mass-change",
    on=ChangeSet,
    severity="error",
    options={"share": 0.3, "least": 10},
    good="""events: {A: {}, B: {}, C: {}, D: {}, E: {}, F: {}, G: {}, H: {}, I: {}, J: {}}
---
events: {A: {hidden: true}, B: {hidden: true}, C: {hidden: true}, D: {}, E: {}, F: {}, G: {},
  H: {}, I: {}, J: {}}""",
    bad="""events: {A: {}, B: {}, C: {}, D: {}, E: {}, F: {}, G: {}, H: {}, I: {}, J: {}}
---
events: {A: {hidden: true}, B: {hidden: true}, C: {hidden: true}, D: {hidden: true}, E: {}, F: {},
  G: {}, H: {}, I: {}, J: {}}""",
)
def mass_change(changes: ChangeSet, options: Options) -> Iterator[Finding]:
    """A wrong file, a wrong project or a wrong merge changes much at once."""
    touched = sum(_weighs(change, changes.fill_only) for change in changes)
    least, share = options["least"], options["share"]
    assert isinstance(least, int)  # noqa: S101 - settings are checked where they are read
    assert isinstance(share, int | float)  # noqa: S101 - as above
    if changes.held >= least and touched > share * changes.held:
        yield Finding(
            f"changes {touched} of the {changes.held} definitions that Lexicon holds "
            f"({touched / changes.held:.0%}, above {share:.0%})"
        )


@rule(
    "guards/busy-event",
    on=ChangeSet,
    severity="error",
    options={"least": 1},
    good="""events: {Old Thing: {description: Nobody sends it.}}
---
events: {Old Thing: {description: Nobody sends it., hidden: true}}""",
    bad="""events: {Busy Thing: {description: Everybody sends it.}}
---
events: {Busy Thing: {description: Everybody sends it., hidden: true}}""",
)
def busy_event(changes: ChangeSet, options: Options) -> Iterator[Finding]:
    """Reports are built on what arrives; hidden, blocked or deleted it is gone from them."""
    volumes, least = changes.volumes, options["least"]
    assert isinstance(least, int)  # noqa: S101 - settings are checked where they are read
    if volumes is None:
        return
    busy = [(volumes.counts.get(c.key.name, 0), c, _quieting(c)) for c in changes]
    busy = [one for one in busy if one[2] and one[0] >= max(least, 1)]
    for count, change, word in sorted(busy, key=lambda one: (-one[0], one[1].key)):
        share = f"{count / volumes.total:.0%} of all that was counted"
        message = f"is {word}, and arrived {count:,} times in {volumes.days} days ({share})"
        at = None if isinstance(change, Delete) else _place(change.after, ("status",))
        yield Finding(message, change.key, at=at)


@rule(
    "guards/foreign-text",
    on=ChangeSet,
    severity="error",
    good="""events: {Sign Up: {}}
---
events: {Sign Up: {description: A visitor created an account.}}""",
    bad="""events: {Sign Up: {description: Written by somebody in Mixpanel.}}
---
events: {Sign Up: {description: A visitor created an account.}}""",
)
def foreign_text(changes: ChangeSet, _: Options) -> Iterator[Finding]:
    """A text that no plan ever said was typed by a colleague, who will miss it."""
    for key, at, change in _fields(changes):
        if (key, change.path) in changes.foreign:
            word = "replaces" if change.after is not UNSET else "clears"
            what = change.path[-1].replace("_", " ")
            message = f"{word} the {what}, which no plan ever said"
            yield Finding(message, key, _name(change), at)


def _weighs(change: Change, fill_only: bool) -> bool:
    """Whether a change takes part in changing much at once; to fill what is empty does not."""
    if isinstance(change, Create):
        return False
    if isinstance(change, Delete) or not fill_only:
        return True
    return any(one.path[-1] in {*FLAGS, "status"} for one in field_changes(change))


def _quieting(change: Change) -> str:
    """How a change takes an event out of sight; empty where it does not."""
    if change.key.kind != "event":
        return ""
    if isinstance(change, Delete):
        return "deleted"
    fields = field_changes(change)
    if any(_blocks(one.path, one.after) and len(one.path) == 1 for one in fields):
        return "blocked"
    return "hidden" if any(f.path == ("hidden",) and f.after is True for f in fields) else ""


def _fields(changes: ChangeSet) -> Iterator[tuple[EntityKey, Location | None, FieldChange]]:
    for change in changes:
        if not isinstance(change, Delete):
            for one in field_changes(change):
                yield change.key, _place(change.after, one.path), one


def _place(entity: Entity, path: Path) -> Location | None:
    """Where the plan says it; the closest place that is known."""
    prop = entity.properties.get(path[1]) if path[0] == "properties" else None
    place = prop and (prop.places.get(path[-1]) or prop.at)
    return place or entity.places.get(path[0]) or entity.at


def _blocks(path: Path, value: Value) -> bool:
    if path[-1] == "blocked":
        return value is True
    return path == ("status",) and value == "blocked"


def _name(change: FieldChange) -> str:
    return change.path[1] if change.path[0] == "properties" else ""
