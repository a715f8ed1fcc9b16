"""How a cached function travels through pickle: by its name where it has one, else made anew.

A function that a module keeps under its name travels as a `letter`: a function of
no use that says it is from that module and can be found there. So whoever pickles
decides what becomes of it, as of any function. pickle sends a letter by name;
cloudpickle, for the workers of joblib and dask, sends one from the main program by
value, with all that it holds.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from types import FunctionType
from typing import Any

__all__ = ["appear", "bind_all", "called", "found_at", "letter"]

BLANK = (lambda: None).__code__


def appear(kind: type[Any], module: str | None = None, name: str | None = None) -> Any:
    """Give the cached function that a module keeps, or one that is still to be filled in."""
    if module is not None and name is not None:
        with contextlib.suppress(ImportError):
            __import__(module)
        found = found_at(module, name)
        if isinstance(found, kind):
            return found
    return kind.__new__(kind, print)  # a partial must have something to call meanwhile


def called(function: Any) -> tuple[str, str]:
    """Give the module that a function says it is from, and its name there."""
    return getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")


def letter(module: str, name: str, content: tuple[Any, ...]) -> FunctionType:
    """Make a letter for the function of this name, to be found as its attribute `letter`."""
    made = FunctionType(BLANK, {"__name__": module}, name)
    made.__module__, made.__qualname__ = module, f"{name}.letter"
    vars(made)["content"] = content
    return made


def bind_all(function: Any, bound: tuple[Any, ...]) -> Any:
    """Fill in the first arguments again."""
    for instance in bound:
        function = function.bind(instance)
    return function


def found_at(module: str, name: str) -> Any:
    """Look for what a module keeps under a name, None if there is nothing."""
    found: Any = sys.modules.get(module)
    for step in name.split("."):
        found = inspect.getattr_static(found, step, None)
    return found
