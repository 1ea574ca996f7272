"""The rules of Segment's tracking plans, in whichever of its shapes they were saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mpgov.formats.json_nodes import Node
from mpgov.formats.left_out import LeftOut
from mpgov.formats.yaml_problems import shown

KINDS: Final = ("TRACK", "IDENTIFY", "GROUP", "COMMON", "PAGE", "SCREEN")
_OLD_KINDS: Final = {"global": "COMMON", "identify": "IDENTIFY", "group": "GROUP"}
_LISTS: Final = ("identify_traits", "group_traits")
_OF_RULE: Final = frozenset({"type", "key", "jsonSchema", "version", "deprecatedAt"})
_OF_EVENT: Final = frozenset({"name", "description", "rules", "version"})
_NO_TIME: Final = "0001-01-01"  # Go's zero time: what is not deprecated was deprecated then


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of call, or one version of one event, has to be like."""

    kind: str
    name: str
    node: Node
    plan: str
    schema: Node | None = None
    description: Node | None = None
    version: int = 1
    deprecated: str = ""

    @property
    def shown(self) -> str:
        """Its name in notes."""
        return self.name or self.kind.lower()


@dataclass(slots=True)
class Rules:
    """Gathers rules; what is no rule is told, or left out."""

    left: LeftOut
    rules: list[Rule] = field(default_factory=list)
    found: bool = False
    _pages: set[str] = field(default_factory=set)
    _next: dict[str, str] = field(default_factory=dict)

    def read(self, root: Node) -> None:
        """Read a file."""
        if isinstance(root.value, list):
            self._listed(root, "")
            return
        if not isinstance(root.value, dict):
            root.problem(f"holds {root.found}, no tracking plan of Segment")
            return
        if "data" in root.members:
            data = root.members["data"]
            if isinstance(data.value, dict):
                self.read(data)
            else:
                data.problem(f"data expects an object, found {data.found}; save the answer anew")
            return
        inner = [word for word in _WRAPPERS if word in root.members]
        for word in inner:
            node = root.members[word]
            for plan in node.items if isinstance(node.value, list) else (node,):
                self._plan(plan)
        if not inner or "rules" in root.members:
            self._plan(root)
        self._page(root)

    def unread(self) -> tuple[str, ...]:
        """A note on each page of rules that follows one of the files and is not among them."""
        return tuple(note for following, note in self._next.items() if following not in self._pages)

    def _plan(self, plan: Node) -> None:
        """Read one tracking plan."""
        if not isinstance(plan.value, dict):
            plan.problem(f"a tracking plan is expected, found {plan.found}; remove it")
            return
        name = _name(plan)
        rules = plan.members.get("rules", plan)
        if isinstance(rules.value, list):
            self._listed(rules, name)
        elif isinstance(rules.value, dict):
            self._old(rules, name)
        else:
            rules.problem(f"rules expects a list or an object, found {rules.found}; save it anew")
        for word in plan.members:
            if word not in _OF_PLAN:
                self.left.add("what is said of the tracking plan itself", word)

    def _listed(self, rules: Node, plan: str) -> None:
        """Read rules as the Public API answers them."""
        self.found = True
        for node in rules.items:
            if not isinstance(node.value, dict):
                node.problem(f"a rule is expected, found {node.found}; remove it")
                continue
            kind = node.members.get("type")
            if kind is None or kind.value not in KINDS:
                said = kind.found if kind else "nothing"
                (kind or node).problem(f"type of a rule is one of {', '.join(KINDS)}, not {said}")
                continue
            self._add(node, str(kind.value), plan, "key")

    def _old(self, rules: Node, plan: str) -> None:
        """Read rules as the Config API answers them, and Typewriter's older files keep them."""
        events = rules.members.get("events")
        self.found = self.found or events is not None or bool(_OLD_KINDS.keys() & rules.members)
        if events is not None and not isinstance(events.value, list | None):
            events.problem(f"events expects a list, found {events.found}; save it anew")
        for node in events.items if events else ():
            if isinstance(node.value, dict):
                self._add(node, "TRACK", plan, "name")
            else:
                node.problem(f"an event is expected, found {node.found}; remove it")
        for word, kind in _OLD_KINDS.items():
            if word in rules.members:
                self._of_calls(rules.members[word], word, kind, plan)
        for word in _LISTS:
            for one in rules.members[word].items if word in rules.members else ():
                name = one.members.get("name")
                self.left.add(word, str(name.value) if name else one.found)

    def _of_calls(self, node: Node, word: str, kind: str, plan: str) -> None:
        """Read the rule for all calls of a kind."""
        if isinstance(node.value, dict):
            self.rules.append(Rule(kind, "", node, plan, node))
        elif node.value not in (None, []):
            node.problem(f"{word} expects a JSON Schema, found {node.found}; save it anew")

    def _add(self, node: Node, kind: str, plan: str, named: str) -> None:
        """Add one rule of an event, or of all calls of a kind."""
        key = node.members.get(named)
        name = key.value if key and isinstance(key.value, str) else ""
        if kind == "TRACK" and not name:
            said = key.found if key else "nothing"
            (key or node).problem(f"{named} of an event expects its name, found {said}")
            return
        known = _OF_RULE if named == "key" else _OF_EVENT
        rule = Rule(
            kind,
            name,
            key or node,
            plan,
            node.members.get("jsonSchema" if named == "key" else "rules"),
            node.members.get("description"),
            _version(node.members.get("version")),
            _deprecated(node.members.get("deprecatedAt")),
        )
        self.rules.append(rule)
        for word, one in node.members.items():
            if word not in known | {"description"} and one.value not in (None, "", [], {}):
                self.left.add(word, rule.shown)

    def _page(self, root: Node) -> None:
        """Remember which page of rules this is, and which one follows."""
        page = root.members.get("pagination")
        if page is None or not isinstance(page.value, dict):
            return
        self._pages.add(str(page.value.get("current")))
        following, total = page.value.get("next"), page.value.get("totalEntries")
        if following:
            of = f" of {total} rules" if isinstance(total, int) else ""
            self._next[str(following)] = (
                f"{root.document.file.name}: holds one page{of}, and the next is not there; "
                "save every page, and name the folder"
            )


_WRAPPERS: Final = ("tracking_plan", "tracking_plans", "trackingPlan", "trackingPlans")
_OF_PLAN: Final = frozenset({"rules", "pagination", "events", *_OLD_KINDS, *_LISTS, *_WRAPPERS})


def _name(plan: Node) -> str:
    """What a person calls a tracking plan."""
    for word in ("display_name", "name", "slug", "id"):
        node = plan.members.get(word)
        if node is not None and isinstance(node.value, str) and node.value:
            return shown(node.value)
    return ""


def _version(node: Node | None) -> int:
    if node is None or node.value is None:
        return 1
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        node.problem(f"version expects a number, found {node.found}; write 1")
        return 1
    return int(node.value)


def _deprecated(node: Node | None) -> str:
    if node is None or node.value in (None, ""):
        return ""
    if not isinstance(node.value, str):
        node.problem(f"deprecatedAt expects a time, found {node.found}; remove it")
        return ""
    return "" if node.value.startswith(_NO_TIME) else node.value
