"""Find the plug-ins of a package: the module-level values of a type in its modules."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """Every value of that type in the package's modules, each once, in the modules' order."""
    found: dict[int, T] = {}
    for info in iter_modules(package.__path__, package.__name__ + "."):
        for value in vars(import_module(info.name)).values():
            if isinstance(value, kind):
                found.setdefault(id(value), value)
    return tuple(found.values())
