"""What stands in Lexicon beside the plan: edits, what was not kept, what nobody tracks."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.audit import Evidence
from mpgov.core.change import value_as_json
from mpgov.core.decision import glob
from mpgov.core.finding import Finding
from mpgov.core.merge import Disagreement
from mpgov.core.model import UNSET, Catalog, Entity, Value
from mpgov.core.not_stored import not_stored
from mpgov.core.rule import Options, rule
from mpgov.core.usage import Usage
from mpgov.rules.about import about, is_own_event


@rule(
    "lexicon/drift",
    on=Evidence,
    needs=("plan", "lexicon", "base"),
    good="""events: {Sign Up: {description: A visitor created an account.}}
--- lexicon
events: {Sign Up: {description: A visitor created an account.}}
--- base
events: {Sign Up: {description: A visitor created an account.}}""",
    bad="""events: {Sign Up: {description: A visitor created an account.}}
--- lexicon
events: {Sign Up: {description: Somebody registered.}}
--- base
events: {Sign Up: {description: A visitor created an account.}}""",
)
def drift(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """What somebody typed in Mixpanel's UI is lost to the plan until somebody takes it home."""
    for place in evidence.drift:
        entity = evidence.joined.entities.get(place.key, Entity(place.key))
        what = " ".join(place.path[2:] if place.path[:1] == ("properties",) else place.path)
        found = about(
            entity,
            f"{what.replace('_', ' ') or 'the definition'} changed in Lexicon alone{_shown(place)}",
            fix=f"mpgov export --into PLAN --drift --only {glob(place.key.name)}",
        )
        name = place.path[1] if place.path[:1] == ("properties",) else ""
        yield Finding(found.message, found.key, name, found.at, found.owners, found.fix)


@rule(
    "lexicon/not-stored",
    on=Evidence,
    needs=("plan", "lexicon", "base"),
    good="""events: {Sign Up: {owners: [jane@acme.example]}}
--- lexicon
events: {Sign Up: {owners: [jane@acme.example]}}
--- base
events: {Sign Up: {owners: [jane@acme.example]}}""",
    bad="""events: {Sign Up: {owners: [nobody@acme.example]}}
--- lexicon
events: {Sign Up: {}}
--- base
events: {Sign Up: {}}
--- refused
Sign Up: {owners: nobody@acme.example}""",
)
def refused(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """Mixpanel accepted it without a word and did not keep it; the plan says what is not so."""
    for key, path in evidence.refused:
        yield not_stored(key, path, evidence.joined)


@rule(
    "lexicon/untracked-schema",
    on=Evidence,
    severity="info",
    needs=("plan", "lexicon", "usage"),
    good="""events: {Sign Up: {}}
--- lexicon
events: {Sign Up: {}}
--- arrived
Sign Up: 12""",
    bad="""events: {Sign Up: {}}
--- lexicon
events: {Sign Up: {}, Coupon Printed: {}}
--- arrived
Sign Up: 12""",
)
def untracked_schema(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A definition of what is neither planned nor sent stays in every menu for ever."""
    plan, lexicon = evidence.plan or Catalog(), evidence.lexicon or Catalog()
    usage = evidence.usage or Usage()
    for entity in lexicon:
        mine = is_own_event(entity.key) and entity.key not in plan.entities
        if mine and usage.volume(entity.key.name) == 0:
            days = len(usage.days) or 30
            message = f"is defined in Lexicon, not planned, and never arrived in {days} days"
            yield about(entity, message, fix="mpgov sync --prune-all deletes such definitions")


def _shown(place: Disagreement) -> str:
    """Before and after, where both are short enough for one line."""
    before, after = (_text(value) for value in (place.base, place.lexicon))
    return f": {before} became {after}" if max(len(before), len(after)) <= 80 else ""


def _text(value: Value) -> str:
    if value is UNSET or value is None:
        return "nothing"
    return str(value_as_json(value))
