"""What Mixpanel accepted without an error and did not keep, as a finding."""

from __future__ import annotations

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, EntityKey, Path


def not_stored(key: EntityKey, path: Path, plan: Catalog) -> Finding:
    """What Mixpanel took without an error and did not keep."""
    name = path[1] if path[0] == "properties" else ""
    match path:
        case ("owners", owner):
            message = f"Mixpanel did not keep the owner {owner} (is it a member of the project?)"
        case (field_name, element):
            message = f"Mixpanel did not keep {element} in {field_name}"
        case _:
            message = f"Mixpanel did not keep {' '.join(path[-1:]).replace('_', ' ')}"
    entity = plan.entities.get(key)
    at = entity.at if entity else None
    return Finding(message, key, name, at, fix="mpgov sync --retry-refused tries again")
