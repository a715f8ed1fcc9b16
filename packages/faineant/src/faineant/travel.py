"""How a cached function travels through pickle: by its name where it has one, else made anew."""

from __future__ import annotations

import inspect
import pickle
import sys
from typing import Any

__all__ = ["bind_all", "find_function", "found_at", "rebuild_function"]


def rebuild_function(memory: Any, func: Any, options: dict[str, Any]) -> Any:
    """Make a cached function anew."""
    return memory.cache(func, **options)


def bind_all(function: Any, bound: tuple[Any, ...]) -> Any:
    """Fill in the first arguments again."""
    for instance in bound:
        function = function.bind(instance)
    return function


def find_function(module: str, name: str) -> Any:
    """Find a cached function where its module keeps it."""
    __import__(module)
    found = found_at(module, name)
    if found is None:
        raise pickle.UnpicklingError(f"{module} has no {name}")
    return found


def found_at(module: str, name: str) -> Any:
    """Look for what a module keeps under a name, None if there is nothing."""
    found: Any = sys.modules.get(module)
    for step in name.split("."):
        found = inspect.getattr_static(found, step, None)
    return found
