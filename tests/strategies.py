"""Hypothesis strategies for the core types: whatever a plan can say, and nothing else.

`catalogs()` are whole plans, in which event properties agree with their shared definitions;
`complete_catalogs()` mention every field that is synced with Lexicon. `entities()` and
`properties()` are parts of them. Each is made once: Hypothesis looks over every new strategy, and
that takes longer than drawing from it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from hypothesis import strategies as st

from mpgov.core.model import (
    PROPERTY_FIELDS,
    STATUSES,
    TYPES,
    UNSET,
    USER,
    Catalog,
    Deprecation,
    Entity,
    EntityKey,
    Governance,
    Identity,
    Property,
    Waiver,
    event,
)
from mpgov.core.normal import TEXT_TYPES

# Names and texts that some reader of YAML, a spreadsheet or a person takes for something else.
TREACHEROUS = (
    *("No", "yes", "on", "y", "null", "~", "Null", "true", "TRUE", "False", "NA", "=", "<<", "?"),
    *("007", "012", "0o17", "0x1F", "1e3", "1.0", ".5", "1_000", "12:30:45", "+1", "-", "--- a"),
    *("2024-01-02", "2024-01-02T03:04:05Z", ".inf", ".nan", "", " x ", "a: b", "a #b", "#x"),
    *("- a", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a`", "'", '"', "\\d+", "a:", ":a", "|"),
    *("two\nlines", "a\n\nb\n", "\n", " \n a", "tab\tbed", "bell\x07", "nul\x00", "\x85", "\u2028"),
    *(
        "\ufeffbom",
        "é",
        "e\u0301",
        "İstanbul",
        "🎉 Party",
        "👩\u200d💻",
        "\u202eright to left",
        "عربى",
    ),
    *("Purchase Completed", "$email", "mp_lib", "(clear)", "'(clear)", "=1+1", "x" * 1100),
)
_characters = st.characters(exclude_categories=("Cs",))


@cache
def texts() -> st.SearchStrategy[str]:
    """Any text that is not empty; half of them treacherous."""
    known = st.sampled_from([one for one in TREACHEROUS if one])
    return known | st.text(_characters, min_size=1, max_size=12)


names = texts


@cache
def numbers() -> st.SearchStrategy[int | float]:
    """Whatever JSON calls a number."""
    return st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)


@cache
def json_values(max_leaves: int = 4) -> st.SearchStrategy[object]:
    """Any JSON."""
    leaves = st.none() | st.booleans() | numbers() | texts() | st.just("")
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names(), inner, max_size=3),
        max_leaves=max_leaves,
    )


@cache
def maybe(value: st.SearchStrategy, *, null: bool = True, said: bool = False) -> st.SearchStrategy:
    """A field: the value, null (it is cleared), or nothing said."""
    options = [value]
    if null:
        options.append(st.none())
    if not said:
        options.append(st.just(UNSET))
    return st.one_of(*options)


@cache
def elements() -> st.SearchStrategy[tuple[str, ...]]:
    """Some texts, each once."""
    return st.lists(texts(), min_size=1, max_size=3, unique=True).map(tuple)


@cache
def owners() -> st.SearchStrategy[tuple[str, ...]]:
    """Some who answer for things."""
    known = st.sampled_from(["jane@acme.example", "Sam@acme.example", "team:Growth", "team:A, B"])
    return st.lists(known, min_size=1, max_size=3, unique=True).map(tuple)


@cache
def days() -> st.SearchStrategy[str]:
    """A day as ISO writes it."""
    return st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat)


@cache
def examples(type_: object) -> st.SearchStrategy[tuple[object, ...]]:
    """Values of a property of that type; those of a text type are texts."""
    one = texts() | st.just("") if type_ in TEXT_TYPES else json_values(2)
    return st.lists(one, min_size=1, max_size=2).map(tuple)


@cache
@st.composite
def properties(draw: st.DrawFn, *, said: bool = False, is_super: bool = False) -> Property:
    """What is said of one property; with `said`, every field that is synced."""
    type_ = draw(maybe(st.sampled_from(TYPES), null=False, said=said))
    flags = maybe(st.booleans(), said=said)
    prop = Property(
        type=type_,
        description=draw(maybe(texts(), said=said)),
        display_name=draw(maybe(texts(), said=said)),
        required=draw(flags),
        hidden=draw(flags),
        blocked=draw(flags),
        examples=draw(maybe(examples(type_), said=said)),
    )
    if draw(st.booleans()):
        prop = replace(
            prop,
            allowed=draw(maybe(examples(type_))),
            pattern=draw(maybe(st.sampled_from(["^[A-Z]{3}$", r"\d+", "[[a]", "'\""]))),
            minimum=draw(maybe(numbers())),
            maximum=draw(maybe(numbers())),
            items=draw(
                maybe(st.sampled_from(TYPES) | st.dictionaries(names(), json_values(2), max_size=2))
            ),
            personal=draw(maybe(st.booleans())),
            extra=draw(st.dictionaries(names(), json_values(), max_size=2)),
        )
    if is_super:
        prop = replace(
            prop,
            set=draw(maybe(st.sampled_from(["register", "register_once"]))),
            when=draw(maybe(st.sampled_from(["always", "identified"]))),
            reason=draw(maybe(texts())),
        )
    return prop


def begun_as(own: Property, shared: Property) -> Property:
    """The property that says what its shared definition says where it says nothing itself."""
    if own.type is UNSET and (own.examples, own.allowed) != (UNSET, UNSET):
        own = replace(own, examples=UNSET, allowed=UNSET)
    if (own.type in TEXT_TYPES) != (shared.type in TEXT_TYPES) and own.type is not UNSET:
        own = replace(
            own,
            examples=None if own.examples is UNSET else own.examples,
            allowed=None if own.allowed is UNSET else own.allowed,
        )
    said = {
        name: getattr(shared, name)
        for name in Property.__dataclass_fields__
        if name not in {"at", "places", "extra"} and getattr(own, name) is UNSET
    }
    return replace(own, **said, extra=own.extra or shared.extra)


@cache
@st.composite
def entities(
    draw: st.DrawFn,
    keys: st.SearchStrategy[EntityKey] | None = None,
    *,
    said: bool = False,
) -> Entity:
    """What is said of one event, or of `$user`; with `said`, every field that is synced."""
    key = draw(keys if keys is not None else names().map(event) | st.just(USER))
    props = draw(
        st.dictionaries(
            names(), properties(said=said) if said else st.none() | properties(), max_size=3
        )
    )
    if key == USER:
        return Entity(key, properties=props)
    entity = Entity(
        key,
        description=draw(maybe(texts(), said=said)),
        display_name=draw(maybe(texts(), said=said)),
        status=draw(maybe(st.sampled_from(STATUSES), said=said)),
        hidden=draw(maybe(st.booleans(), said=said)),
        tags=draw(maybe(elements(), said=said)),
        owners=draw(maybe(owners(), said=said)),
        properties=props,
    )
    if draw(st.booleans()):
        entity = replace(
            entity,
            category=draw(maybe(texts())),
            trigger=draw(maybe(texts())),
            platforms=draw(maybe(elements())),
            deprecated=draw(maybe(deprecations())),
            extra=draw(st.dictionaries(names(), json_values(), max_size=2)),
        )
    return entity


@cache
def deprecations() -> st.SearchStrategy[Deprecation]:
    """What is said of an event on its way out."""
    return st.builds(
        Deprecation,
        since=maybe(days()),
        sunset=maybe(days()),
        replaced_by=maybe(texts()),
        reason=maybe(texts()),
    )


@cache
def waivers() -> st.SearchStrategy[Waiver]:
    """A finding that somebody accepted."""
    return st.builds(Waiver, rule=texts(), name=texts(), reason=texts(), until=st.just("") | days())


@cache
@st.composite
def catalogs(draw: st.DrawFn, *, max_size: int = 3) -> Catalog:
    """A whole plan."""
    shared = draw(st.dictionaries(names(), properties(), max_size=2))
    found = draw(st.lists(entities(), max_size=max_size, unique_by=lambda one: one.key))
    if shared and found:
        names_shared = draw(st.lists(st.sampled_from(sorted(shared)), max_size=2, unique=True))
        own = {name: draw(properties()) for name in names_shared}
        found[0] = replace(found[0], properties={**found[0].properties, **own})
    return Catalog(
        entities={one.key: _consistent(one, shared) for one in found},
        shared=shared,
        group_properties=draw(
            st.dictionaries(names(), st.dictionaries(names(), properties(), max_size=2), max_size=1)
        ),
        super_properties=draw(st.dictionaries(names(), properties(is_super=True), max_size=2)),
        identity=draw(
            st.builds(
                Identity,
                id_merge=maybe(st.sampled_from(["simplified", "original", "legacy"])),
                user_id_pattern=maybe(st.just("^USR-[0-9]+$")),
                login_events=maybe(elements()),
                logout_events=maybe(elements()),
            )
        ),
        governance=draw(
            st.builds(
                Governance,
                curators=maybe(owners()),
                approvers=maybe(owners()),
                left=maybe(owners()),
            )
        ),
        waivers=tuple(draw(st.lists(waivers(), max_size=2))),
    )


@cache
@st.composite
def complete_catalogs(draw: st.DrawFn, *, max_size: int = 4) -> Catalog:
    """Events alone, in which every field that is synced with Lexicon is mentioned."""
    keys = names().map(event)
    found = draw(
        st.lists(entities(keys, said=True), max_size=max_size, unique_by=lambda one: one.key)
    )
    return Catalog({one.key: one for one in found})


def _consistent(entity: Entity, shared: dict[str, Property]) -> Entity:
    properties = {
        name: begun_as(prop, shared[name]) if prop is not None and name in shared else prop
        for name, prop in entity.properties.items()
    }
    return replace(entity, properties=properties)


assert PROPERTY_FIELDS  # the fields that `said` is about
