"""A review in which everything that somebody else may have typed is hostile, and one of many."""

from __future__ import annotations

from datetime import date, timedelta

from mpgov.core.audit import AuditReport, EventRow, Evidence, NotRun, Part, Past, Score
from mpgov.core.finding import Finding
from mpgov.core.last_review import LastReview, then_of
from mpgov.core.model import Catalog, Governance, Identity, Waiver, event
from mpgov.core.observation import IdentitySeen, Observation
from mpgov.core.record import record_from_json
from mpgov.core.review import Material, ReviewReport, review_of
from mpgov.core.review_matrix import MatrixReport, MatrixRow
from mpgov.core.review_span import Span
from mpgov.core.tokens import Token
from mpgov.core.usage import Usage
from tests.render.audit_samples import HOSTILE, hostile

QUARTER = Span("2026-Q4", "2026-10-01", "2026-12-31")
EARLIER = Span("2026-Q3", "2026-07-01", "2026-09-30")
DAYS = tuple((date(2026, 7, 1) + timedelta(n)).isoformat() for n in range(147))


def hostile_review() -> ReviewReport:
    """Names, owners, reasons, people, values, tokens and notes of strangers."""
    report = hostile()
    counts = {
        text: tuple(((n + day) * 7) % 40 * (day % 3 > 0 or n % 5) for day in range(len(DAYS)))
        for n, text in enumerate(HOSTILE)
    }
    counts["new " + HOSTILE[1]] = (*[0] * 140, *[3] * 7)
    counts["silent " + HOSTILE[0]] = (*[3] * 7, *[0] * 140)
    plan = Catalog(
        waivers=tuple(Waiver(text, text, text, "2026-11-20") for text in HOSTILE[:12]),
        governance=Governance(left=HOSTILE[:3]),
        identity=Identity(id_merge=HOSTILE[0]),
    )
    last = LastReview(
        "2026-Q3",
        HOSTILE[1],
        50,
        {"described events": 20.0},
        tuple(then_of(one) for one in report.findings[3:]),
    )
    return review_of(
        Material(
            report,
            Evidence(
                plan=plan,
                observation=Observation(rows=3, identity=IdentitySeen(9, 7, shared_devices=2)),
                today="2026-11-25",
            ),
            QUARTER,
            EARLIER,
            "2026-11-24",
            Usage(days=DAYS, counts=counts),
            HOSTILE[:4],
            [_record(n, text) for n, text in enumerate(HOSTILE)],
            [_token(text) for text in HOSTILE[:5]],
            last,
            HOSTILE[:6],
            " --project x",
            HOSTILE[1],
        )
    )


def _token(text: str) -> Token:
    return Token(text, "api_secret", holder=text, last_rotated="2026-01-01", rotate_every=30)


def _record(n: int, text: str):  # type: ignore[no-untyped-def]
    action = ("create", "update", "delete", "approve")[n % 4]
    fields = [{"path": ["properties", text, text], "before": text, "after": [text]}] * 5
    changes = [{"action": action, "entity": "event", "name": text, "fields": fields}]
    kind = ("sync", "identity", "super-property")[n % 3]
    return record_from_json(
        {
            "kind": "approval" if action == "approve" else kind,
            "state": "done",
            "run": text[:200],
            "at": f"2026-10-{n + 1:02}T00:00:00Z",
            "who": {"git": text, "ci": {"run": text}},
            "commit": text,
            "reason": text,
            "text": text,
            "name": text,
            "changes": changes if n % 5 else [],
        }
    )


def large_review(count: int = 2000) -> ReviewReport:
    """As many events, findings and changes as a page has to bear."""
    rows = tuple(
        EventRow(event(f"Event {n:04}"), "live", owners=(f"owner{n % 40}@acme.example",), volume=n)
        for n in range(count)
    )
    found = tuple(
        Finding(f"is wrong {n} times", event(f"Event {n:04}"), rule=f"family{n % 30}/rule")
        for n in range(count)
    )
    records = [
        record_from_json(
            {
                "kind": "sync",
                "state": "done",
                "at": "2026-11-01T00:00:00Z",
                "changes": [
                    {"action": "update", "entity": "event", "name": f"Event {n:04}"}
                    for n in range(count)
                ],
            }
        )
    ]
    report = AuditReport("big", "2026-11-25T10:00:00Z", found, Score(50), events=rows, days=("d",))
    usage = Usage(days=DAYS, counts={f"Event {n:04}": (n,) * len(DAYS) for n in range(count)})
    last = LastReview("2026-Q3", "", 40, findings=())
    evidence = Evidence(today="2026-11-25")
    material = Material(report, evidence, QUARTER, EARLIER, "2026-11-24", usage)
    return review_of(
        Material(
            *(material.report, material.evidence, QUARTER, EARLIER, "2026-11-24", usage),
            records=records,
            last=last,
        )
    )


def empty_review() -> ReviewReport:
    """Nothing is known, nothing was done, nothing waits."""
    report = AuditReport(
        "empty",
        "2026-11-25T10:00:00Z",
        score=Score(100, (Part("owned", None, 15),)),
        not_run=(NotRun("a/b", "c"),),
        trend=(Past("2026-09-30T00:00:00Z", 3),),
    )
    evidence = Evidence(observation=Observation(), today="2026-11-25")
    return review_of(Material(report, evidence, QUARTER, EARLIER, "2026-11-24"))


def matrix() -> MatrixReport:
    """Three projects: one signed off, one that failed, one with a hostile name."""
    numbers = {
        "score": 86,
        "score_change": 4,
        "errors": 2,
        "warnings": 14,
        "volume": 4_157_170,
        "volume_change": 0.058,
        "planned_share": 0.959,
        "unowned": 3,
        "deprecated_live": 1,
        "tokens_due": 0,
    }
    poor = dict.fromkeys(numbers, None) | {"score": 41, "errors": 0, "warnings": 3}
    return MatrixReport(
        "2026-Q4",
        "2026-11-25T10:02:00Z",
        (
            MatrixRow("production", numbers, 1, page="../production/reviews/2026-Q4.html"),
            MatrixRow(
                "staging",
                poor,
                signed="Jane (2026-11-25 10:02:00Z)",
                page="../staging/reviews/2026-Q4.html",
            ),
            MatrixRow("<b>x</b>", problem=HOSTILE[1]),
        ),
    )
