"""What another interpreter finds by itself, and what a piece of code would look for.

A module is taken for importable if this interpreter's finders lead to the same file
once more: being in ``sys.modules`` is not enough, since modules are made by hand too,
or loaded from files that are not on the path.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, NamedTuple

__all__ = [
    "PROGRAMS",
    "findable",
    "import_name",
    "lacking",
    "mentioned",
    "name_in_module",
    "submodules",
]

PROGRAMS = ("__main__", "__mp_main__")
FOUND: dict[str, tuple[Any, bool]] = {}  # by name: a module's spec, and whether it is found again
BINDINGS = {"STORE_NAME", "STORE_GLOBAL"}
LOOK_UPS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}


class Mentioned(NamedTuple):
    """The names in a piece of code and in the code inside it.

    Attributes
    ----------
    names : tuple of str
        What is looked up as a global.
    attributes : frozenset of str
        What may be looked up on something else.
    """

    names: tuple[str, ...]
    attributes: frozenset[str]


def findable(module: ModuleType) -> bool:
    """Tell whether another interpreter that has the same path can import a module.

    Parameters
    ----------
    module : module
        Any; the main program is not findable, nor is a module made by hand, or one
        loaded from a file that is not on the path.

    Returns
    -------
    bool
        Whether the same file would be found again.

    Examples
    --------
    >>> import types
    >>> findable(sys), findable(types.ModuleType("sys"))
    (True, False)
    """
    name = import_name(module)
    if name in PROGRAMS or sys.modules.get(name) is not module:
        return False
    spec = getattr(module, "__spec__", None)
    if spec is None:
        # Compiled packages fill sys.modules with parts of themselves that have no file.
        parent = sys.modules.get(name.rpartition(".")[0])
        return parent is not None and findable(parent)
    known, found = FOUND.get(name, (None, False))
    if known is not spec:
        found = found_again(spec)
        FOUND[name] = spec, found
    return found


def import_name(module: ModuleType) -> str:
    """Give the name by which a module is imported; compiled ones may call themselves otherwise."""
    if sys.modules.get(module.__name__) is module:
        return module.__name__
    return str(getattr(getattr(module, "__spec__", None), "name", module.__name__))


def found_again(spec: ModuleSpec) -> bool:
    """Tell whether the finders of this interpreter lead to the same place once more."""
    parent = spec.name.rpartition(".")[0]
    path = getattr(sys.modules.get(parent), "__path__", None) if parent else None
    if parent and (path is None or not findable(sys.modules[parent])):
        return False
    for finder in sys.meta_path:
        again = finder.find_spec(spec.name, path)
        if again is not None:
            return place(again) == place(spec)
    return False


def place(spec: ModuleSpec) -> tuple[str | None, list[str]]:
    """Say where a module lies; a namespace package is but the folders that make it up."""
    folders = spec.submodule_search_locations if spec.origin is None else None
    return spec.origin, list(folders or [])


def name_in_module(thing: Any) -> tuple[str, str] | None:
    """Give the module and the name by which a thing is found, None if it is not found there."""
    module = getattr(thing, "__module__", None)
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    found: Any = sys.modules.get(module)
    for step in name.split("."):
        found = getattr(found, step, None)
    return (module, name) if found is thing else None


@lru_cache(maxsize=4096)
def mentioned(code: CodeType) -> Mentioned:
    """List the names in a piece of code.

    Parameters
    ----------
    code : code object
        With the code of functions, classes and comprehensions inside it.

    Returns
    -------
    Mentioned
        The names, in alphabetical order.

    Examples
    --------
    >>> mentioned(compile("lambda x: print(x.real + y)", "", "eval")).names
    ('print', 'y')
    """
    steps = dis.get_instructions(code)
    names = {step.argval for step in steps if step.opname in LOOK_UPS}
    attributes = set(code.co_names)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            below = mentioned(inner)
            names.update(below.names)
            attributes.update(below.attributes)
    return Mentioned(tuple(sorted(names)), frozenset(attributes))


def submodules(module: ModuleType, attributes: Iterable[str]) -> Iterator[ModuleType]:
    """List the modules inside a package that code reaches by attributes: ``os.path``."""
    for name in attributes:
        inner = sys.modules.get(f"{module.__name__}.{name}")
        if isinstance(inner, ModuleType) and findable(inner):
            yield inner
            yield from submodules(inner, attributes)


def lacking(module: str, names: Iterable[str]) -> list[str]:
    """List those names that importing a module would not bring: they were put into it later."""
    names = [name for name in names if not name.startswith("__")]
    bound = bound_names(module) if names else None
    return [] if bound is None else [name for name in names if name not in bound]


@lru_cache(maxsize=1024)
def bound_names(module: str) -> frozenset[str] | None:
    """List the names that a module's own code binds; None if they cannot be known."""
    try:
        spec = sys.modules[module].__spec__
        code = spec.loader.get_code(spec.name)  # type: ignore[union-attr]
        return None if ("*",) in code.co_consts else frozenset(stored(code, BINDINGS))
    except (
        Exception
    ):  # loaders are anybody's, and the file may be gone: the module speaks for itself
        return None


def stored(code: CodeType, bindings: set[str]) -> Iterator[str]:
    """List the names that code binds in its module, in functions too."""
    for step in dis.get_instructions(code):
        if step.opname in bindings:
            yield step.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from stored(inner, {"STORE_GLOBAL"})
