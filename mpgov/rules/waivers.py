"""What the plan accepts, until a day."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, event
from mpgov.core.rule import Options, rule


@rule(
    "waiver/expired",
    on=Evidence,
    needs=("plan",),
    good="""events: {Beta Opened: {}}
waive:
  - {rule: lifecycle/never-seen, name: Beta Opened, reason: Ships soon., until: 2999-01-01}""",
    bad="""events: {Beta Opened: {}}
waive:
  - {rule: lifecycle/never-seen, name: Beta Opened, reason: Ships soon., until: 2020-01-01}""",
)
def expired(evidence: Evidence, _: Options) -> Iterator[Finding]:
    """A waiver is for a time; after its day the finding counts again."""
    for one in (evidence.plan or Catalog()).waivers:
        if one.until and one.until < evidence.today:
            message = f"is waived for {one.rule} until {one.until}, which is over"
            yield Finding(
                message, event(one.name), at=one.at, fix="repair it, or say until when and why"
            )
