"""JSON Schemas as a plan: one schema an event, in a folder, a list or one file; only read.

Drafts 4 to 2020-12 of https://json-schema.org/, and Snowplow's self-describing schemas
(https://docs.snowplow.io/docs/fundamentals/schemas/). An event is called by the first of:

1. `self.name`, which was written as a name for machines to find it by;
2. `title`, as it stands (beside `self.name` it is the name that is shown);
3. its name under `$defs` or `definitions`;
4. the last part of `$id` that is no version: `…/order-completed/1-0-0.json` is order-completed;
5. the last part of the file's path that is none.

A file that only holds definitions is a list of events, and so is one that is a choice between
definitions (`oneOf`). What other schemas refer to is a part of them, and no event of its own. Of
several versions of a self-describing schema the newest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from mpgov.core.json_text import JsonError, load
from mpgov.core.model import Catalog, Entity, EntityKey, Json, event
from mpgov.errors import InputError
from mpgov.formats.base import Format, How, Plan, Source
from mpgov.formats.json_nodes import Node, begins_as_json, decoded, read_json
from mpgov.formats.left_out import LeftOut, listed
from mpgov.formats.schema_fields import FieldReader
from mpgov.formats.schema_view import CHOICES, DEFINITIONS, Library, Schema, View, referred
from mpgov.formats.yaml_problems import Problems, shown

_DIALECT: Final = re.compile(r"json-schema\.org/|self-desc/schema/")
_MARK: Final = re.compile(r'"\$schema"\s*:\s*"[^"]*(?:json-schema\.org\\?/|self-desc/schema/)')
_SUFFIX: Final = re.compile(r"(?:\.schema)?\.json$|\.schema$|\.jsonschema$", re.IGNORECASE)
_NO_NAME: Final = re.compile(r"v?\d+(?:[.-]\d+)*|jsonschema|schema|", re.IGNORECASE)
_OF_VALUES: Final = frozenset(
    {"enum", "const", "pattern", "format", "items", "minimum", "maximum", *CHOICES}
)
_MEANS: Final = ("properties", "type", "allOf", "$ref", *CHOICES)
_FRAME: Final = frozenset(
    {"$schema", "$id", "id", "$vocabulary", "self", "title", "type", "description", "deprecated"}
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A schema that may be an event, and the name that it stands under."""

    schema: Schema
    key: str = ""


@dataclass(slots=True)
class _Found:
    """An event of a schema, and the version of it."""

    entity: Entity
    node: Node
    version: tuple[int, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is gathered from all files."""

    library: Library
    left: LeftOut
    parts: dict[str, None] = field(default_factory=dict)
    found: dict[EntityKey, list[_Found]] = field(default_factory=dict)


def loads(sources: Sequence[Source], _how: How) -> Plan:
    """The plan that the schemas are together; `InputError` has every problem."""
    problems = Problems(source.name for source in sources)
    read = [read_json(source, problems) for source in sources]
    roots = [root for root in read if root is not None]
    notes = [f"{_file(root)}: is no JSON Schema; passed over" for root in roots if not _is(root)]
    roots = [root for root in roots if _is(root)]
    left = LeftOut()
    reading = _Reading(Library(left, roots), left)
    _read(reading, roots)
    entities = {key: _newest(versions, left) for key, versions in reading.found.items()}
    problems.raise_any()
    if not entities:
        raise InputError(
            [*notes, f"{sources[0].name}:1:1: holds no JSON Schema of an event"],
            hint="an event's schema is an object with properties",
        )
    if reading.parts:
        notes.append(f"parts of other schemas, no events: {listed(reading.parts)}")
    return Plan(Catalog(entities), (*notes, *left.notes()))


def is_it(source: Source) -> bool:
    """Whether a file holds JSON Schemas; of a damaged one its first words tell."""
    if not begins_as_json(source):
        return False
    try:
        text = decoded(source.data)
        return _is_schemas(load(text))
    except UnicodeDecodeError:
        return _MARK.search(source.data.decode("latin-1")) is not None
    except JsonError:
        return _MARK.search(text) is not None


def _is_schemas(document: Json) -> bool:
    if isinstance(document, list):
        return bool(document) and all(isinstance(o, dict) and _is_schema(o) for o in document)
    return isinstance(document, dict) and _is_schema(document)


def _is_schema(value: dict[str, Json]) -> bool:
    """Whether an object is a schema, and not just any JSON; a plan of ours never is."""
    dialect = value.get("$schema")
    if isinstance(dialect, str) and _DIALECT.search(dialect):
        return True
    if "mpgov" in value:
        return False
    if isinstance(value.get("properties"), dict) or isinstance(value.get("allOf"), list):
        return value.get("type", "object") == "object"
    return any(isinstance(value.get(word), dict) for word in DEFINITIONS)


def _is(root: Node) -> bool:
    return bool(_is_schemas(root.value))


def _file(node: Node) -> str:
    return node.document.file.name


def _read(reading: _Reading, roots: list[Node]) -> None:
    """Make events of all schemas that nobody else is made of."""
    candidates = [one for root in roots for one in _candidates(reading.library, root)]
    unions = frozenset(part for root in roots if _is_union(root) for part in _parts(root))
    used: set[Node] = set().union(*(referred(reading.library, root, unions) for root in roots))
    fields = FieldReader(reading.library, reading.left)
    for candidate in candidates:
        node = candidate.schema.node
        name = _name(candidate)
        if node in used:
            reading.parts[name] = None
        elif not _is_object(node):
            reading.left.add("schemas of no object", name)
        else:
            found = _event(fields, candidate, name)
            reading.found.setdefault(found.entity.key, []).append(found)


def _candidates(library: Library, root: Node) -> Iterator[_Candidate]:
    """The schemas of a file."""
    if root.items:
        yield from (_Candidate(Schema(one, one)) for one in root.items)
    elif _is_union(root):
        yield from (_branch(library, Schema(part, root)) for part in _parts(root))
    elif any(word in root.members for word in _MEANS) or not any(
        word in root.members for word in DEFINITIONS
    ):
        yield _Candidate(Schema(root, root))
    else:
        for word in DEFINITIONS:
            inner = root.members[word].members if word in root.members else {}
            yield from (_Candidate(Schema(one, root), name) for name, one in inner.items())


def _branch(library: Library, schema: Schema) -> _Candidate:
    """One of the schemas that a file is a choice between: a definition, or written out."""
    ref = schema.node.members.get("$ref")
    target = library.resolve(schema, ref) if ref and len(schema.node.members) == 1 else None
    key = str(ref.value).rpartition("/")[2] if target and ref else ""
    return _Candidate(target or schema, key)


def _parts(root: Node) -> Iterator[Node]:
    """The schemas that a file is a choice between."""
    for word in CHOICES:
        yield from root.members[word].items if word in root.members else ()


def _is_union(root: Node) -> bool:
    """Whether a file is a choice between schemas, each of them one event."""
    return "properties" not in root.members and sum(1 for _ in _parts(root)) > 1


def _is_object(node: Node) -> bool:
    """Whether a schema is of an object, as far as it says."""
    said = node.members.get("type")
    if said is None:
        return isinstance(node.value, dict) and not _OF_VALUES & node.members.keys()
    return "object" in (said.value if isinstance(said.value, list) else [said.value])


def _event(fields: FieldReader, candidate: _Candidate, name: str) -> _Found:
    schema = candidate.schema
    view = fields.library.view(schema)
    said: dict[str, Any] = {}
    if text := fields.text(view, "description"):
        said["description"] = text
    title = fields.text(view, "title")
    if title and title != name:
        said["display_name"] = title
    if view.value("deprecated") is True:
        said["status"] = "deprecated"
    fields.rest(view, name, _FRAME)
    own = view.word("self")
    for word in own.members if own else ():
        if word != "name":
            fields.left.add(f"self.{word}", name)
    said["properties"] = fields.properties(view, name)
    places = {word: node.place for word in said if (node := view.word(word)) is not None}
    place = (view.word("title") or schema.node).place
    return _Found(Entity(event(name), **said, at=place, places=places), schema.node, _version(view))


def _version(view: View) -> tuple[int, ...]:
    """What `self.version` says, in numbers that can be compared."""
    own = view.word("self")
    said = own.members.get("version") if own else None
    return tuple(int(one) for one in re.findall(r"\d{1,9}", str(said.value))) if said else ()


def _newest(versions: list[_Found], left: LeftOut) -> Entity:
    """The newest version of an event; two that cannot be told apart are a problem."""
    newest = max(versions, key=lambda one: one.version)
    for one in versions:
        if one.version != newest.version:
            number = "-".join(map(str, one.version))
            left.add("older versions of an event", f"{one.entity.key.name} {number}".strip())
        elif one is not newest:
            one.node.problem(
                f"{shown(one.entity.key.name)} is an event twice, first at {newest.node.place}; "
                "give one of them another title"
            )
    return newest.entity


def _name(candidate: _Candidate) -> str:
    """What an event is called; see above for the order."""
    node = candidate.schema.node
    own = node.members.get("self")
    for holder, word in ((own, "name"), (node, "title")):
        found = holder.members.get(word) if holder else None
        if found is not None and isinstance(found.value, str) and found.value.strip():
            return found.value
    if candidate.key:
        return candidate.key
    for word in ("$id", "id"):
        found = node.members.get(word)
        if found is not None and isinstance(found.value, str) and _last(found.value):
            return _last(found.value)
    return _last(_file(node)) or _file(node)


def _last(path: str) -> str:
    """The last part of a path or an address that says something."""
    path = path.partition("#")[0].partition("?")[0]
    for part in reversed(re.split(r"[/\\:]", path)):
        name = _SUFFIX.sub("", unquote(part))
        if not _NO_NAME.fullmatch(name):
            return name
    return ""


FORMAT: Final = Format("json-schema", (), loads, None, is_it)
