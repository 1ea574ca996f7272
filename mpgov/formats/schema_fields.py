"""A JSON Schema of a value → what a plan says of a property.

The keywords of drafts 4 to 2020-12 that mean something in a plan: https://json-schema.org/
(*type*, *enum*, *const*, *pattern*, *minimum*, *maximum*, *items*, *required*, and what
annotates: *title*, *description*, *examples*), and OpenAPI's *example* and *nullable*. *default*
is no example: it is what a value means that is not there. All others are listed as left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mpgov.core.model import Json, Location, Property
from mpgov.formats.json_nodes import Node
from mpgov.formats.left_out import LeftOut
from mpgov.formats.plan_fields import regex_problem
from mpgov.formats.schema_view import CHOICES, Library, View

TYPES: Final = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
}
_TIMES: Final = ("date-time", "date")
_READ: Final = frozenset(
    {"type", "description", "title", "enum", "const", "examples", "example", "pattern"}
    | {"minimum", "maximum", "items", "nullable"}
)


class FieldReader:
    """Reads properties out of schemas; what has no place in a plan is remembered."""

    def __init__(self, library: Library, left: LeftOut) -> None:
        self.library = library
        self.left = left

    def properties(
        self, view: View, whose: str, above: tuple[Node, ...] = ()
    ) -> dict[str, Property]:
        """The properties of an object; those that are required alone as well."""
        found: dict[str, Property] = {}
        above = (*above, *view.nodes)
        for name, schema in view.properties.items():
            where = f"{whose}.{name}"
            if not name:
                schema.node.problem("a property needs a name, found an empty one; write a text")
                continue
            inner = self.library.view(schema, above)
            if inner.is_never:
                self.left.add("what may never be there (false)", where)
                continue
            prop = self._property(inner, where, above, required=name in view.required)
            title = self.text(inner, "title")
            if title and _letters(title) != _letters(name):
                prop = replace(prop, display_name=title)
            found[name] = prop
        for name, node in view.required.items():
            if name and name not in view.properties:
                found[name] = Property(required=True, at=node.place)
        return found

    def rest(self, view: View, where: str, read: frozenset[str]) -> None:
        """Remember every keyword that was not read and says something."""
        for word, schema in view.words.items():
            if word not in read and _says(word, schema.node.value):
                self.left.add(word, where)

    def text(self, view: View, name: str) -> str:
        """What a keyword says that is a text; an empty one says nothing."""
        return text_of(view.word(name), name)

    def _property(
        self, view: View, where: str, above: tuple[Node, ...], *, required: bool
    ) -> Property:
        type_, nullable = self._type(view, where)
        fields: dict[str, Any] = {"type": type_} if type_ else {}
        if description := self.text(view, "description"):
            fields["description"] = description
        if required and nullable:
            self.left.add("required of what may be null", where)
        elif required:
            fields["required"] = True
        for read in (self._allowed, self._examples, self._pattern, self._range):
            fields.update(read(view, type_, where))
        if type_ == "list" and (items := self._items(view, where, above)):
            fields["items"] = items
        if type_ == "object":
            self._nested(view, where)
        skip = _READ | ({"format"} if type_ == "datetime" else set()) | self._choices(view)
        self.rest(view, where, frozenset(skip))
        return Property(**fields, at=view.schema.node.place, places=_places(view, fields))

    def _type(self, view: View, where: str) -> tuple[str, bool]:
        """The type, empty where there is not one alone, and whether null is allowed."""
        types = list(_types(view))
        nullable = view.is_nullable or "null" in types or view.value("nullable") is True
        types = [one for one in dict.fromkeys(types) if one != "null"]
        if set(types) == {"integer", "number"}:
            types = ["number"]
        if not types:
            types = self._implied(view)
            if not types:
                self.left.add("no type is said", where)
        elif len(types) > 1 or types[0] not in TYPES:
            self.left.add("a type that is none of ours", f"{where} ({' or '.join(types)})")
        kind = TYPES.get(types[0], "") if len(types) == 1 else ""
        times = kind == "string" and view.value("format") in _TIMES
        return "datetime" if times else kind, nullable or None in _listed(view, "enum")

    def _implied(self, view: View) -> list[str]:
        """The type that all values have, where none is said."""
        if isinstance(view.value("items"), dict):
            return ["array"]
        if view.properties:
            return ["object"]
        if view.value("format") in _TIMES:
            return ["string"]
        values = [*_values(view), *(one for part in self._branches(view) for one in part)]
        if values := [one for one in values if one is not None]:
            return [one for one in TYPES if all(FITS[TYPES[one]](value) for value in values)][-1:]
        kinds = [list(_types(one)) for one in self._options(view)]
        return kinds[0] if kinds and all(one == kinds[0] for one in kinds) else []

    def _allowed(self, view: View, type_: str, where: str) -> dict[str, Any]:
        values = _values(view) or [one for part in self._branches(view) for one in part]
        return self._fitting("allowed", values, type_, where)

    def _examples(self, view: View, type_: str, where: str) -> dict[str, Any]:
        values: list[Json] = []
        listed = view.word("examples")
        if listed is not None and not isinstance(listed.value, list):
            self.left.add("examples that are no list", where)
        elif listed is not None:
            values += [one.value for one in listed.items]
        if "example" in view.words:
            values.append(view.value("example"))
        return self._fitting("examples", values, type_, where)

    def _fitting(self, field: str, values: list[Json], type_: str, where: str) -> dict[str, Any]:
        """The values that are of the type; a null says that there may be none."""
        said = [one for one in values if one is not None]
        found = tuple(one for one in said if type_ not in FITS or FITS[type_](one))
        if len(found) < len(said):
            self.left.add(f"{field} of another type", where)
        return {field: found} if found else {}

    def _pattern(self, view: View, type_: str, where: str) -> dict[str, Any]:
        pattern = self.text(view, "pattern")
        if not pattern:
            return {}
        if type_ not in {"string", "datetime", ""}:
            self.left.add("pattern of what is no text", where)
        elif regex_problem(pattern):
            self.left.add("pattern that only JavaScript can read", where)
        else:
            return {"pattern": pattern}
        return {}

    def _range(self, view: View, type_: str, where: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for word in ("minimum", "maximum"):
            node = view.word(word)
            if node is None or node.value is None:
                continue
            if isinstance(node.value, bool) or not isinstance(node.value, int | float):
                node.problem(f"{word} expects a number, found {node.found}; write a number")
            elif type_ in {"number", "integer", ""}:
                found[word] = node.value
            else:
                self.left.add(f"{word} of what is no number", where)
        return found

    def _items(self, view: View, where: str, above: tuple[Node, ...]) -> Json:
        """What the elements of a list are: a type, or names with their types."""
        items = view.words.get("items")
        if items is None or items.node.value in ({}, True):
            return None
        if not isinstance(items.node.value, dict):
            self.left.add("items by their position", where)
            return None
        inner = self.library.view(items, (*above, *view.nodes))
        where = f"{where}[]"
        if not inner.properties:
            self._beyond(inner, where)
            self._nested(inner, where)
            return self._type(inner, where)[0] or None
        found: dict[str, Json] = {}
        for name, schema in inner.properties.items():
            part = self.library.view(schema, (*above, *view.nodes, *inner.nodes))
            kind = self._type(part, f"{where}.{name}")[0]
            if kind:
                found[name] = kind
            self._beyond(part, f"{where}.{name}")
            self._nested(part, f"{where}.{name}")
        return found or "object"

    def _nested(self, view: View, where: str) -> None:
        """A plan does not look into an object: name what is in it."""
        for name in view.properties:
            self.left.add("properties within an object", f"{where}.{name}")
        if view.is_again:
            self.left.add("a definition within itself", where)

    def _beyond(self, view: View, where: str) -> None:
        """Of what is in a list a plan says the type alone."""
        says = [word for word, one in view.words.items() if _says(word, one.node.value)]
        known = {"type", "title", "nullable"}
        if view.required or set(says) - known - ({"format"} if _is_time(view) else set()):
            self.left.add("what is said of elements beyond their type", where)

    def _options(self, view: View) -> Iterator[View]:
        """The schemas of a choice between several."""
        for word in CHOICES:
            choice = view.words.get(word)
            if choice is None:
                continue
            for part in choice.node.items:
                inner = self.library.view(choice.within(part), tuple(view.nodes))
                if _types(inner) != ["null"]:
                    yield inner

    def _branches(self, view: View) -> list[list[Json]]:
        """The values of a choice that is a list of values with a text to each; else nothing."""
        found = [_values(one) for one in self._options(view)]
        return found if all(found) else []

    def _choices(self, view: View) -> set[str]:
        """Keywords of choices that nothing else is said in."""
        only = {"const", "enum", "type"}
        said = all(only.issuperset(one.words) for one in self._options(view))
        return set(CHOICES) if said and self._branches(view) else set()


def text_of(node: Node | None, name: str) -> str:
    """What a value says that is to be a text; an empty one says nothing."""
    if node is None or node.value is None:
        return ""
    if not isinstance(node.value, str):
        node.problem(f"{name} expects a text, found {node.found}; write a text")
        return ""
    return node.value if node.value.strip() else ""


def _types(view: View) -> list[str]:
    """The words of `type`."""
    node = view.word("type")
    if node is None:
        return []
    found = node.items if isinstance(node.value, list) else (node,)
    for one in found:
        if not isinstance(one.value, str):
            one.problem(f'type expects a word, found {one.found}; write "string"')
    return [one.value for one in found if isinstance(one.value, str)]


def _listed(view: View, word: str) -> list[Json]:
    node = view.word(word)
    if node is None:
        return []
    if not isinstance(node.value, list):
        node.problem(f"{word} expects a list, found {node.found}; write [{node.found}]")
        return []
    return node.value


def _values(view: View) -> list[Json]:
    """The only values that there may be."""
    values = _listed(view, "enum")
    return values or ([view.value("const")] if "const" in view.words else [])


def _is_time(view: View) -> bool:
    return view.value("format") in _TIMES


def _letters(text: str) -> str:
    """A text as far as a title made from a name differs from it: not at all."""
    return "".join(one for one in text.casefold() if one.isalnum())


def _places(view: View, fields: Mapping[str, object]) -> dict[str, Location]:
    found = {name: view.word("enum" if name == "allowed" else name) for name in fields}
    return {name: node.place for name, node in found.items() if node is not None}


def _says(word: str, value: Json) -> bool:
    """Whether a keyword with this value says anything."""
    if word in {"additionalProperties", "unevaluatedProperties", "additionalItems"}:
        return value not in (True, {})
    return word == "default" or _is_number(value) or value not in (False, None, "", [], {})


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Json) -> bool:
    return _is_number(value) and (isinstance(value, int) or float(str(value)).is_integer())


FITS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "datetime": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
