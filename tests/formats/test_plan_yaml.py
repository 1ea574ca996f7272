"""Reading and writing plans in YAML: what a person writes is what is meant."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mpgov.core.model import (
    UNSET,
    USER,
    Catalog,
    Deprecation,
    Entity,
    Governance,
    Identity,
    Location,
    Property,
    Waiver,
    event,
)
from mpgov.errors import InputError
from mpgov.formats.base import How, Plan, Source
from mpgov.formats.plan_text import FORMAT
from mpgov.formats.plan_yaml import dumps, loads

SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"


def read(text: str | bytes, *more: str) -> Catalog:
    data = [text if isinstance(text, bytes) else b"mpgov: 1\n" + textwrap.dedent(text).encode()]
    data += [b"mpgov: 1\n" + textwrap.dedent(one).encode() for one in more]
    return loads([Source(f"{n}.yaml", one) for n, one in enumerate(data, 1)]).catalog


def problems(*data: bytes, folder: bool = False) -> list[str]:
    with pytest.raises(InputError) as caught:
        loads([Source(f"{n}.yaml", one) for n, one in enumerate(data, 1)], folder=folder)
    return list(caught.value.problems)


def test_everything_that_the_contract_shows() -> None:
    catalog = read("""
        properties:
          plan_type:
            type: string
            description: Tier.
            allowed: [free, pro]
          currency: {type: string, pattern: "^[A-Z]{3}$", examples: [USD]}
        events:
          Purchase Completed:
            description: A customer paid for an order.
            trigger: The payment provider confirmed the charge.
            status: live
            owners: [jane@acme.example, team:Growth, jane@acme.example]
            category: Commerce
            tags: [KPI]
            display_name: Order Paid
            hidden: false
            platforms: [web, server]
            extra: {Jira: X-1}
            properties:
              revenue: {type: number, required: true, minimum: 0}
              currency: {required: true, examples: null}
              plan_type:
              items: {type: list, items: {id: string, price: number}}
              old_code: null
          Checkout Clicked:
            status: deprecated
            deprecated: {since: 2026-03-01, replaced_by: Purchase Completed}
          Empty:
          Also Empty: {}
        user_properties:
          $email: {type: string, personal: true}
          plan_type:
        group_properties:
          company: {plan: {type: string}}
          team:
        super_properties:
          app_version: {type: string, set: register, when: always, reason: Why not.}
        identity:
          id_merge: simplified
          user_id: {pattern: "^USR-[0-9]+$"}
          login_events: [Logged In]
        governance:
          left: [tom@acme.example]
        waive:
          - {rule: lifecycle/never-seen, name: Beta, reason: Q1., until: 2027-02-01}
        """)
    tier = Property(type="string", description="Tier.", allowed=("free", "pro"))
    currency = Property(type="string", pattern="^[A-Z]{3}$", examples=("USD",))
    assert catalog == Catalog(
        entities={
            event("Purchase Completed"): Entity(
                event("Purchase Completed"),
                description="A customer paid for an order.",
                trigger="The payment provider confirmed the charge.",
                status="live",
                owners=("jane@acme.example", "team:Growth"),
                category="Commerce",
                tags=("KPI",),
                display_name="Order Paid",
                hidden=False,
                platforms=("web", "server"),
                extra={"Jira": "X-1"},
                properties={
                    "revenue": Property(type="number", required=True, minimum=0),
                    "currency": Property(
                        type="string", pattern="^[A-Z]{3}$", required=True, examples=None
                    ),
                    "plan_type": tier,
                    "items": Property(type="list", items={"id": "string", "price": "number"}),
                    "old_code": None,
                },
            ),
            event("Checkout Clicked"): Entity(
                event("Checkout Clicked"),
                status="deprecated",
                deprecated=Deprecation(since="2026-03-01", replaced_by="Purchase Completed"),
            ),
            event("Empty"): Entity(event("Empty")),
            event("Also Empty"): Entity(event("Also Empty")),
            USER: Entity(
                USER,
                properties={"$email": Property(type="string", personal=True), "plan_type": tier},
            ),
        },
        shared={"plan_type": tier, "currency": currency},
        group_properties={"company": {"plan": Property(type="string")}, "team": {}},
        super_properties={
            "app_version": Property(type="string", set="register", when="always", reason="Why not.")
        },
        identity=Identity("simplified", "^USR-[0-9]+$", ("Logged In",)),
        governance=Governance(left=("tom@acme.example",)),
        waivers=(Waiver("lifecycle/never-seen", "Beta", "Q1.", "2027-02-01"),),
    )


@pytest.mark.parametrize(
    "name",
    [
        *("No", "yes", "on", "y", "007", "012", "1e3", "1.0", "null", "~", "true", "2024-01-02"),
        *("12:30", "=", ".5", "é", "🎉", "a:b", "a#b", "$user", "mp_x", "Ünïcode", "-x", "x y  z"),
    ],
)
def test_names_are_the_characters_as_written(name: str) -> None:
    catalog = read(f"""
        events:
          {name}:
            description: {name if name not in {"null", "~"} else "x"}
            category: '{name}'
            properties: {{ {name}: {{examples: [b]}} }}
        user_properties:
          {name}: {{type: string, examples: [{name}], allowed: [{name}, "null"]}}
        """)
    entity = catalog.entities[event(name)]
    assert list(entity.properties) == [name]
    assert entity.category == name
    assert entity.description == (name if name not in {"null", "~"} else "x")
    assert catalog.entities[USER].properties[name] == Property(
        type="string", examples=(name,), allowed=(name, "null")
    )


def test_words_mean_what_yaml_1_2_says() -> None:
    values = "[12, -3, +4, 012, 0o17, 0xFF, 1.5, .5, 1e3, -0.0, true, FALSE, null, ~, No, on, 1_0]"
    catalog = read(f"""
        events:
          E:
            hidden: TRUE
            properties: {{p: {{type: number, minimum: 1e3, maximum: 0x10, examples: {values}}}}}
        """)
    prop = catalog.entities[event("E")].properties["p"]
    assert prop is not None
    assert catalog.entities[event("E")].hidden is True
    assert (prop.minimum, prop.maximum) == (1000.0, 16)
    expected = (12, -3, 4, 12, 15, 255, 1.5, 0.5, 1000.0, -0.0, True, False, None, None)
    assert repr(prop.examples) == repr((*expected, "No", "on", "1_0"))


def test_examples_follow_the_type_that_is_in_force() -> None:
    catalog = read("""
        properties:
          code: {examples: [012]}
          price: {type: number, examples: [1e3, "7"]}
        events:
          E:
            properties:
              code: {type: string}
              price: {type: string}
              when: {examples: [2024-01-02], type: datetime}
          F:
            properties: {code: , price: }
        """)
    e = catalog.entities[event("E")].properties
    f = catalog.entities[event("F")].properties
    assert [prop.examples for prop in e.values()] == [("012",), ("1e3", "7"), ("2024-01-02",)]
    assert [prop.examples for prop in f.values()] == [(12,), (1000.0, "7")]


@pytest.mark.parametrize("word", ["null", "~", '""', "Null", "NULL"])
def test_null_clears_and_absence_says_nothing(word: str) -> None:
    entity = read(f"""
        events:
          E:
            description: {word}
            tags: {word}
            hidden: {word}
            status: {word}
            properties:
              p: {{required: {word}, examples: {word}, minimum: {word}, pattern: {word}}}
        """).entities[event("E")]
    prop = Property(required=None, examples=None, minimum=None, pattern=None)
    assert entity == Entity(
        event("E"), description=None, tags=None, hidden=None, status=None, properties={"p": prop}
    )
    assert entity.owners is UNSET


def test_an_empty_list_is_null() -> None:
    entity = read("events: {E: {tags: [], owners: [], properties: {p: {examples: []}}}}")
    assert entity.entities[event("E")] == Entity(
        event("E"), tags=None, owners=None, properties={"p": Property(examples=None)}
    )


def test_an_explicit_null_wins_over_the_shared_definition() -> None:
    catalog = read("""
        properties: {p: {type: string, description: D., required: true}}
        events: {E: {properties: {p: {description: null}}}}
        """)
    assert catalog.entities[event("E")].properties["p"] == Property(
        type="string", description=None, required=True
    )


def test_places_are_where_keys_stand() -> None:
    text = b"""mpgov: 1
properties:
  tier:
    type: string
events:
  Sign Up:
    description: D.
    properties:
      tier: {required: true}
waive:
  - {rule: a/b, name: x, reason: y}
"""
    catalog = read(text)
    entity = catalog.entities[event("Sign Up")]
    prop = entity.properties["tier"]
    assert prop is not None
    assert str(entity.at) == "1.yaml:6:3"
    assert entity.places == {
        "description": Location("1.yaml", 7, 5),
        "properties": Location("1.yaml", 8, 5),
    }
    assert str(prop.at) == "1.yaml:9:7"
    assert prop.places == {
        "type": Location("1.yaml", 4, 5),
        "required": Location("1.yaml", 9, 14),
    }
    assert str(catalog.waivers[0].at) == "1.yaml:11:5"


def test_aliases_and_merge_keys_work_and_what_is_written_wins() -> None:
    catalog = read("""
        events:
          A: &a
            description: One.
            owners: &who [jane@acme.example]
            properties: &props
              x: {type: string}
              y: {type: number}
          B:
            <<: *a
            description: Two.
          C:
            <<: [{description: Three., status: live}, *a]
            owners: *who
            properties:
              <<: *props
              y: null
          "<<": {}
        """)
    a, b, c, name = catalog
    assert b.description == "Two."
    assert (b.owners, b.properties) == (a.owners, a.properties)
    assert (c.description, c.status, c.owners) == ("Three.", "live", a.owners)
    assert c.properties == {"x": Property(type="string"), "y": None}
    assert name.key == event("<<")


def test_tags_that_change_nothing_are_fine() -> None:
    catalog = read(
        "events: !!map {E: {description: !!str 12, hidden: !!bool true, tags: !!seq [a]}}"
    )
    assert catalog.entities[event("E")] == Entity(
        event("E"), description="12", hidden=True, tags=("a",)
    )


def test_files_of_a_folder_are_one_plan() -> None:
    catalog = read(
        "events: {A: {properties: {p: {}}}}\nuser_properties: {u: {}}",
        "properties: {p: {type: string}}\nuser_properties: {v: {}}\nevents: {B: }",
        "waive: [{rule: r, name: n, reason: x}]\nuser_properties:",
    )
    assert [entity.key.name for entity in catalog] == ["A", "$user", "B"]
    assert catalog.entities[event("A")].properties["p"] == Property(type="string")
    assert list(catalog.entities[USER].properties) == ["u", "v"]
    assert len(catalog.waivers) == 1


def test_what_two_files_say_names_both_places() -> None:
    text = b"""mpgov: 1
properties: {p: {}}
events: {E: {}}
user_properties: {u: {}}
group_properties: {g: {}}
super_properties: {s: {}}
identity: {}
governance: {}
"""
    said = problems(text, text)
    places = [(2, 14), (3, 10), (4, 19), (5, 20), (6, 20), (7, 1), (8, 1)]
    names = ["p", "E", "u", "g", "s", "identity", "governance"]
    assert [one.split("\n")[0] for one in said] == [
        f'2.yaml:{line}:{column}: "{name}" is written twice, '
        f"first at 1.yaml:{line}:{column}; keep one of them"
        for (line, column), name in zip(places, names, strict=True)
    ]


def test_a_folder_passes_over_what_is_no_plan() -> None:
    sources = [
        Source("plans/a.yaml", b"# ours\n---\n\nmpgov: 1\nevents: {A: {}}\n"),
        Source("plans/tokens.yaml", b"mpgov_tokens: 1\n"),
        Source("plans/ci.yml", b"on: push\n"),
        Source("plans/chart.yaml", b"{{ template }}: [\n"),
        Source("plans/empty.yaml", b""),
        Source("plans/image.yaml", b"\x89PNG\xff\xfe\x00"),
    ]
    plan = loads(sources, folder=True)
    assert list(plan.catalog.entities) == [event("A")]
    assert (
        plan.notes
        == tuple(  # the register of tokens is known, and needs no note
            f"{one.name}: does not begin with mpgov: 1; passed over" for one in sources[2:]
        )
    )


def test_a_broken_plan_in_a_folder_is_no_stranger() -> None:
    said = problems(b"mpgov: 1\nevents: [\n", b"mpgov 1\n", folder=True)
    assert [one.split(": ")[0] for one in said] == ["1.yaml:3:1", "2.yaml:1:1"]


def test_a_folder_without_a_plan_says_so() -> None:
    assert problems(b"on: push\n", folder=True)[-1] == "There is no plan among these files."


def test_all_problems_of_all_files_come_at_once_in_order() -> None:
    said = problems(
        b"mpgov: 1\nevents: {A: {stats: live}, B: {hidden: 1}}\n", b"", b"mpgov: 1\nevents: @\n"
    )
    assert [one.split(": ")[0] for one in said] == [
        *("1.yaml:2:14", "1.yaml:2:40", "2.yaml:1:1", "3.yaml:2:9"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfmpgov: 1\nevents:\n  Caf\xc3\xa9:\n",
        "\ufeffmpgov: 1\nevents:\n  Café:\n".encode("utf-16-le"),
        "\ufeffmpgov: 1\nevents:\n  Café:\n".encode("utf-16-be"),
        "mpgov: 1\r\nevents:\r\n  Café:\r\n".encode(),
        "mpgov: 1\nevents:\n  Café:".encode(),
        "%YAML 1.2\n--- # a plan\nmpgov: 1\nevents: {Café: }\n...\n".encode(),
        b'{"mpgov": 1, "events": {"Caf\\u00e9": {}}}',
    ],
)
def test_every_way_to_save_a_text_is_read(data: bytes) -> None:
    assert list(read(data).entities) == [event("Café")]


def test_bad_bytes_are_named() -> None:
    (said,) = problems("mpgov: 1\nevents:\n  Café: {}\n".encode("latin-1"))
    assert said == (
        "1.yaml:3:6: is not UTF-8 at byte 22; save the file as UTF-8\n      Caf\ufffd: {}"
    )


def test_line_separators_of_word_processors_are_characters() -> None:
    text = "events:\n  E:\n    description: one\u2028two\x85three\n    trigger: 'a\u2029b'\n"
    said = problems(f"mpgov: 1\n{text}  F: {{x: 1}}\n".encode())
    assert said[0].startswith("1.yaml:6:7: ")
    entity = read(text).entities[event("E")]
    assert (entity.description, entity.trigger) == ("one\u2028two\x85three", "a\u2029b")


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["mpgov: 1", "x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 30)]
    start = time.perf_counter()
    (said,) = problems("\n".join(lines).encode())
    assert said.startswith("1.yaml:1:1: repeats itself through aliases (*name) far too often")
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "- - ", "[{"])
def test_deep_nesting_is_refused(opening: str) -> None:
    (said,) = problems(b"mpgov: 1\nevents:\n  " + opening.encode() * 100_000)
    assert "nested deeper than 100 levels" in said


def test_nesting_through_aliases_is_refused() -> None:
    lines = ["mpgov: 1", "x0: &x0 a"]
    lines += [f"x{n}: &x{n} [[[*x{n - 1}]]]" for n in range(1, 60)]
    assert "repeats itself" in problems("\n".join(lines).encode())[0]


@pytest.mark.parametrize(
    "data",
    [b"\x00" * 50_000_000, b"a: b\n" * 10_000_000, b"mpgov: 1\n" + b"[],{}" * 10_000_000],
)
def test_fifty_megabytes_are_refused_at_once(data: bytes) -> None:
    start = time.perf_counter()
    (said,) = problems(data)
    assert "MB, a plan's file at most 16 MB; make a folder of several files" in said
    assert time.perf_counter() - start < 1


def test_endless_problems_end() -> None:
    said = problems(b"mpgov: 1\nevents:\n" + b"".join(b"  E%d: {x: 1}\n" % n for n in range(9999)))
    assert len(said) == 501
    assert said[-1] == "There is more; these are the first 500 problems."


def test_a_huge_number_is_no_crash() -> None:
    text = f"mpgov: 1\nevents: {{E: {{properties: {{p: {{minimum: {'9' * 5000}}}}}}}}}\n"
    assert "minimum expects a number" in problems(text.encode())[0]


def test_without_libyaml_the_same_is_read() -> None:
    code = (
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from mpgov.formats.base import Source\n"
        "from mpgov.formats.plan_yaml import dumps, loads\n"
        "from mpgov.formats import yaml_nodes\n"
        "assert yaml_nodes.Parser.__name__ == 'PureParser'\n"
        "sys.stdout.write(dumps(loads([Source('x', sys.stdin.buffer.read())]).catalog))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=SHOP.read_bytes(),
        capture_output=True,
        check=True,
        cwd=SHOP.parents[1],
    )
    assert done.stdout.decode() == dumps(loads([Source("x", SHOP.read_bytes())]).catalog)


def test_the_demo_plan_is_the_guides() -> None:
    catalog = loads([Source("plans/shop.yaml", SHOP.read_bytes())]).catalog
    assert len(catalog) == 12
    assert all(
        one.description and one.owners and one.category for one in catalog if one.key != USER
    )
    assert loads([Source("x", dumps(catalog).encode())]).catalog == catalog


def test_the_format_is_a_plug_in() -> None:
    assert (FORMAT.name, FORMAT.suffixes) == ("yaml", (".yaml", ".yml"))
    assert FORMAT.loads([Source("x", b"mpgov: 1\n")], How()) == Plan()
    assert FORMAT.dumps(Catalog()) == "mpgov: 1\n"


def test_one_change_is_one_line() -> None:
    def written(**fields: object) -> list[str]:
        said = {"description": "A.", "tags": ("a", "b"), "owners": ("team:X",), **fields}
        return dumps(Catalog({event("E"): Entity(event("E"), **said)})).splitlines()  # type: ignore[arg-type]

    before = written()
    assert before == [
        *("mpgov: 1", "", "events:", "  E:", "    description: A.", "    owners:"),
        *("      - team:X", "    tags:", "      - a", "      - b"),
    ]
    for fields in ({"description": "B."}, {"tags": ("a", "b", "c")}, {"hidden": False}):
        after = written(**fields)
        assert len(set(after) - set(before)) == 1
        assert len(after) - len(before) in {0, 1}


def test_a_text_of_several_lines_keeps_its_lines() -> None:
    catalog = Catalog({event("E"): Entity(event("E"), description="One.\n\n  Two.\n")})
    assert dumps(catalog).endswith("    description: |\n      One.\n\n        Two.\n")


def test_an_event_says_only_what_its_shared_definition_does_not() -> None:
    tier = Property(type="string", description="D.", required=True)
    props = {"tier": tier, "p": Property(type="number")}
    entity = Entity(event("E"), properties=props)
    assert dumps(Catalog({event("E"): entity}, {"tier": tier})).endswith(
        "  E:\n    properties:\n      p:\n        type: number\n      tier:\n"
    )


def test_half_a_character_is_written_as_the_replacement_character() -> None:
    text = dumps(Catalog({event("E"): Entity(event("E"), description="x\ud800")}))
    assert read(text.encode()).entities[event("E")].description == "x\ufffd"
