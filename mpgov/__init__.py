"""mpgov governs Mixpanel: the tracking plan into Lexicon, and back.

From Python: `read_plan`, `check`, `diff` and `to_frame`, which are loaded when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mpgov.api import check, diff, read_plan, to_frame
    from mpgov.errors import MpgovError

__version__ = "0.1.0"
__all__ = ["MpgovError", "__version__", "check", "diff", "read_plan", "to_frame"]


def __getattr__(name: str) -> Any:
    """What there is to import, loaded only now: `import mpgov` stays light."""
    if name in __all__:
        return getattr(import_module("mpgov.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
