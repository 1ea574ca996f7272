"""Editing a file: every expectation is exact to the byte, for the whole file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pytest

from mpgov.core.model import UNSET, USER, Deprecation, Entity, Property, event
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_edit import AddEntity, Edit, RemoveEntity, SetField, edit, update
from mpgov.formats.plan_yaml import loads
from tests.formats.test_plan_yaml import SHOP

PLAN = """\
# The plan of the shop.
mpgov: 1

properties:
    tier: {type: string, description: "Tier."}

events:
    # What matters most.
    Purchase Completed:
        description: A customer paid.   # keep this
        owners: [jane@acme.example, "team:Growth"]
        tags:
        - KPI   # the one
        - 'Money'

        properties:
            order_id: {type: string, required: true, description: 'Our "order" number.'}
            revenue: {type: number,    # in dollars
                      minimum: 0}
            tier:
            old: null

    # Whoever comes back.
    Logged In:
    Logged Out: {}
    Long Story:
        description: |
            One.

            Two.
        trigger: >-
            Folded
            text.
        tags: []
# the end
"""

ORDER = next(line for line in PLAN.splitlines() if "order_id" in line)
P = event("Purchase Completed")
L = event("Long Story")


def changes(before: str, after: str) -> list[str]:
    """The lines that differ, as in a diff."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


CASES: dict[str, tuple[Sequence[Edit], list[str]]] = {
    "a description": (
        [SetField(P, ("description",), "A customer paid: all of it.")],
        [
            "-        description: A customer paid.   # keep this",
            '+        description: "A customer paid: all of it."   # keep this',
        ],
    ),
    "null": (
        [SetField(P, ("description",), None)],
        [
            "-        description: A customer paid.   # keep this",
            "+        description: null   # keep this",
        ],
    ),
    "no longer said": (
        [SetField(P, ("description",), UNSET)],
        ["-        description: A customer paid.   # keep this"],
    ),
    "several lines": (
        [SetField(P, ("description",), "One.\nTwo.")],
        [
            "-        description: A customer paid.   # keep this",
            "+        description: |-   # keep this",
            "+            One.",
            "+            Two.",
        ],
    ),
    "what it says already": ([SetField(P, ("tags",), ("KPI", "Money", "KPI"))], []),
    "new fields, each in its place": (
        [SetField(P, ("hidden",), value=False), SetField(P, ("status",), "live")],
        ["+        status: live", "+        hidden: false"],
    ),
    "owners in brackets": (
        [SetField(P, ("owners",), ("jane@acme.example", "sam@acme.example", "team:Growth"))],
        [
            '-        owners: [jane@acme.example, "team:Growth"]',
            '+        owners: [jane@acme.example, sam@acme.example, "team:Growth"]',
        ],
    ),
    "tags with dashes": (
        [SetField(P, ("tags",), ("KPI", "No", "Money"))],
        ['+        - "No"'],
    ),
    "a tag less": ([SetField(P, ("tags",), ("Money",))], ["-        - KPI   # the one"]),
    "no tags": (
        [SetField(P, ("tags",), None)],
        [
            *("-        tags:", "-        - KPI   # the one", "-        - 'Money'"),
            "+        tags: null",
        ],
    ),
    "in braces, in the same quotes": (
        [SetField(P, ("properties", "order_id", "description"), "Ours.")],
        [
            f"-{ORDER}",
            "+            order_id: {type: string, required: true, description: 'Ours.'}",
        ],
    ),
    "a new field in braces": (
        [SetField(P, ("properties", "order_id", "examples"), ("012", "{a}"))],
        [
            f"-{ORDER}",
            f'+{ORDER[:-1]}, examples: ["012", "{{a}}"]}}',
        ],
    ),
    "a field less in braces": (
        [SetField(P, ("properties", "order_id", "type"), UNSET)],
        [
            f"-{ORDER}",
            f"+{ORDER.replace('type: string, ', '')}",
        ],
    ),
    "braces over several lines": (
        [SetField(P, ("properties", "revenue", "type"), "integer")],
        [
            "-            revenue: {type: number,    # in dollars",
            "+            revenue: {type: integer,    # in dollars",
        ],
    ),
    "an override of a shared definition": (
        [SetField(P, ("properties", "tier", "description"), "Another.")],
        ["+                description: Another."],
    ),
    "a property comes, another goes": (
        [
            SetField(P, ("properties", "old"), UNSET),
            SetField(P, ("properties", "new"), Property(type="string", required=True)),
        ],
        ["-            old: null", "+            new: {type: string, required: true}"],
    ),
    "a property is removed from the event": (
        [SetField(P, ("properties", "order_id"), None)],
        [
            f"-{ORDER}",
            "+            order_id: null",
        ],
    ),
    "a property that was removed is back": (
        [SetField(P, ("properties", "old", "type"), "string")],
        ["-            old: null", "+            old:", "+                type: string"],
    ),
    "an event that was empty": (
        [
            SetField(event("Logged In"), ("description",), "Back."),
            SetField(event("Logged Out"), ("description",), "Gone."),
        ],
        [
            "+        description: Back.",
            "-    Logged Out: {}",
            "+    Logged Out:",
            "+        description: Gone.",
        ],
    ),
    "a line of a text": (
        [SetField(L, ("description",), "One.\n\nThree.\n")],
        ["-            Two.", "+            Three."],
    ),
    "a folded text, and an empty list": (
        [SetField(L, ("trigger",), "x"), SetField(L, ("tags",), ("a",))],
        [
            *("-        trigger: >-", "-            Folded", "-            text."),
            *("-        tags: []", "+        trigger: x", "+        tags: [a]"),
        ],
    ),
    "a mapping": (
        [
            SetField(L, ("deprecated",), Deprecation(since="2026-01-01", replaced_by="Logged In")),
            SetField(L, ("extra",), {"Jira": "X-1"}),
        ],
        [
            "+        deprecated:",
            '+            since: "2026-01-01"',
            "+            replaced_by: Logged In",
            "+        extra:",
            "+            Jira: X-1",
        ],
    ),
    "a new event": (
        [AddEntity(Entity(event("No"), tags=("a",), properties={"tier": Property()}))],
        [
            '+    "No":',
            "+        tags: [a]",
            "+        properties:",
            "+            tier:",
        ],
    ),
    "the profile": (
        [SetField(USER, ("properties", "tier", "hidden"), value=True)],
        ["+", "+user_properties:", "+    tier:", "+        hidden: true"],
    ),
    "an event less": ([RemoveEntity(event("Logged In"))], ["-    Logged In:"]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_an_edit_changes_these_lines_alone(name: str, ending: str) -> None:
    edits, expected = CASES[name]
    before = PLAN.replace("\n", ending)
    after = edit(before, edits)
    assert sorted(changes(before, after)) == sorted(expected)
    assert after.count("\n") == after.count(ending)


def test_edits_may_come_together() -> None:
    every = [SetField(P, ("description",), "x"), SetField(L, ("description",), "y")]
    every += [SetField(P, ("properties", "revenue", "maximum"), 9), AddEntity(Entity(event("N")))]
    after = loads([Source("x", edit(PLAN, every).encode())]).catalog
    assert after.entities[P].description == "x"
    assert after.entities[L].description == "y"
    assert event("N") in after.entities


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mpgov: 1\n", "mpgov: 1\n\nevents:\n  B:\n    description: D.\n"),
        ("\ufeffmpgov: 1", "\ufeffmpgov: 1\n\nevents:\n  B:\n    description: D."),
        ("mpgov: 1\nevents:\n", "mpgov: 1\nevents:\n  B:\n    description: D.\n"),
        ("mpgov: 1\nevents: {}  # no\n", "mpgov: 1\nevents:  # no\n  B:\n    description: D.\n"),
        ("{mpgov: 1}\n", "{mpgov: 1, events: {B: {description: D.}}}\n"),
        (
            "mpgov: 1\nevents:\n A:\n AA:\nidentity: {}\n",
            "mpgov: 1\nevents:\n A:\n AA:\n B:\n  description: D.\nidentity: {}\n",
        ),
        (
            "mpgov: 1\nevents:\n  A:\n    tags:\n    - x\n\n# more\n\nidentity: {}\n",
            """mpgov: 1
events:
  A:
    tags:
    - x

  B:
    description: D.

# more

identity: {}
""",
        ),
    ],
)
def test_a_new_event_finds_its_place(before: str, after: str) -> None:
    assert edit(before, [AddEntity(Entity(event("B"), description="D."))]) == after


def test_anchors_stay_where_an_edit_leaves_them_alone() -> None:
    text = (
        "mpgov: 1\nevents:\n  A: &a\n    description: One.\n    tags: [x]\n"
        "  B: *a\n  C:\n    <<: *a\n    trigger: T.\n"
    )
    assert changes(text, edit(text, [SetField(event("C"), ("description",), "Two.")])) == [
        "+    description: Two."
    ]
    assert changes(text, edit(text, [SetField(event("B"), ("description",), "Two.")])) == [
        *("-  B: *a", "+  B:", "+    description: Two.", "+    tags: [x]"),
    ]
    with pytest.raises(InputError, match="cannot change in place"):
        edit(text, [SetField(event("A"), ("description",), "Two.")])


def test_a_type_makes_its_own_sense_of_examples_as_they_stand() -> None:
    text = "mpgov: 1\nevents: {E: {properties: {p: {type: string, examples: [012, 1e3]}}}}\n"
    after = edit(text, [SetField(event("E"), ("properties", "p", "type"), "number")])
    assert after == text.replace("string", "number")
    prop = loads([Source("x", after.encode())]).catalog.entities[event("E")].properties["p"]
    assert prop == Property(type="number", examples=(12, 1000.0))


def test_an_edit_of_a_plan_that_cannot_be_read_says_why() -> None:
    with pytest.raises(InputError, match=r"^plans/a.yaml:2:9: events expects a mapping"):
        edit("mpgov: 1\nevents: x\n", [AddEntity(Entity(event("B")))], name="plans/a.yaml")


def test_a_plan_can_be_made_to_say_another() -> None:
    text = SHOP.read_text()
    wanted = loads([Source("x", text.replace("Metric", "KPI").encode())]).catalog
    assert update(text, wanted) == text
    other = text.replace("Code that the customer entered.", "Code of a campaign.")
    assert update(text, loads([Source("x", other.encode())]).catalog) == other


LISTS = """\
mpgov: 1
events:
  Sale:
    owners:
      - jane@acme.example   # since 2024
      # on leave until May
      - kim@acme.example    # backs her up
    tags: [
      KPI,  # asked for by finance
      Money,  # as in the guide

      Old  # nobody knows why
    ]
"""


@pytest.mark.parametrize(
    ("field", "wanted", "lines"),
    [
        (
            "owners",
            ("sam@acme.example", "kim@acme.example"),
            [
                "-      - jane@acme.example   # since 2024",
                "+      - sam@acme.example   # since 2024",
            ],
        ),
        (
            "owners",
            ("sam@acme.example", "team:Shop", "lee@acme.example"),
            [
                "-      - jane@acme.example   # since 2024",
                "+      - sam@acme.example   # since 2024",
                "-      - kim@acme.example    # backs her up",
                "+      - team:Shop    # backs her up",
                "+      - lee@acme.example",
            ],
        ),
        (
            "owners",
            ("kim@acme.example",),
            ["-      - jane@acme.example   # since 2024"],
        ),
        (
            "tags",
            ("KPI", "Revenue", "Old"),
            [
                "-      Money,  # as in the guide",
                "+      Revenue,  # as in the guide",
            ],
        ),
        (
            "tags",
            ("KPI", "Old"),
            [
                "-      Money,  # as in the guide",
                "-",
            ],
        ),
        (
            "tags",
            ("KPI", "Money", "Old", "New"),
            [
                "-      Old  # nobody knows why",
                "+      Old, New  # nobody knows why",
            ],
        ),
        (
            "tags",
            ("New", "KPI", "Money", "Old"),
            [
                "-      KPI,  # asked for by finance",
                "+      New, KPI,  # asked for by finance",
            ],
        ),
        (
            "tags",
            ("KPI", "Money"),
            [
                "-      Old  # nobody knows why",
                "+        # nobody knows why",
            ],
        ),
    ],
)
def test_in_a_list_the_comments_of_the_others_stay(
    field: str, wanted: tuple[str, ...], lines: list[str]
) -> None:
    edited = edit(LISTS, [SetField(event("Sale"), (field,), wanted)])
    assert changes(LISTS, edited) == lines
    after = loads([Source("p.yaml", edited.encode())]).catalog.entities[event("Sale")]
    assert set(getattr(after, field)) == set(wanted)
