"""What a function *is*: its name, its code, and the code and constants that it uses.

A result may be kept only as long as nothing that made it has changed. So a
function is digested together with what it uses from the user's own code:
helpers and their helpers, classes, module-level values, defaults, closures, and
the modules that it imports in its body. Code of installed packages counts by the
package's version, Python's own by Python's. An editable install does not lie
with the installed packages: it is the user's own code.

Of what a function uses, whatever has no digest (a lock, a file) counts by its
type. What cannot be seen from here: names looked up by `getattr` or `eval`,
modules imported by a computed name, methods called on an argument's attributes
that are set later, and data files.

`fingerprint` digests `describe`'s answers; `describe_function` is the centre.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib.machinery
import importlib.util
import os
import platform
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path, PurePath
from types import CodeType, FunctionType, ModuleType
from typing import Any

from faineant.bytecode import Import, Meaning, meaning
from faineant.digest import DigestError, Walk, by_name, digest, home

__all__ = ["describe", "fingerprint", "qualified_name"]

MISSING = "nothing has this name"
# What Python keeps in a class for itself, or what only says where its text stands.
BOOKKEEPING = {
    "__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__slotnames__",
    "__firstlineno__", "__static_attributes__", "__abstractmethods__", "_abc_impl",
}  # fmt: skip


def fingerprint(function: Any) -> bytes:
    """Give the digest of a function: of its name, its code and what that uses.

    Parameters
    ----------
    function : callable
        A function, method, class, partial, builtin or any callable object.

    Returns
    -------
    bytes
        16 bytes, the same in every process that loads the same code.

    Examples
    --------
    >>> fingerprint(lambda x: x + 1) == fingerprint(lambda x: x + 2)
    False
    """
    return Walk(describe, lenient=True).digest((qualified_name(function), function))


def qualified_name(function: Any) -> str:
    """Give the name by which people know a function, with its module.

    Parameters
    ----------
    function : callable
        Anything that can be called.

    Returns
    -------
    str
        ``"module.name"``.

    Examples
    --------
    >>> import math
    >>> qualified_name(math.sqrt)
    'math.sqrt'
    """
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    named = function if name else type(function)
    return f"{module_name(named)}.{name or type(function).__qualname__}"


def module_name(value: Any) -> str:
    """Give the name of the module that a thing says it is from."""
    name = getattr(value, "__module__", None) or type(value).__module__
    return "__main__" if name == "__mp_main__" else str(name)


def describe(value: Any, name: str | None = None) -> Any:
    """Describe code by what it does; None for what is no code.

    Parameters
    ----------
    value : object
        Any value.
    name : str, optional
        What ``__reduce_ex__`` gave as the value's global name.

    Returns
    -------
    tuple or None
        What to digest in the value's stead.
    """
    if isinstance(value, FunctionType):
        return describe_function(value)
    if isinstance(value, type):
        return describe_class(value)
    if isinstance(value, ModuleType):
        return describe_module(value)
    if isinstance(value, CodeType):
        return "code", meaning(value).digest
    if isinstance(value, staticmethod | classmethod):
        return type(value).__name__, value.__func__
    if isinstance(value, property):
        return "property", value.fget, value.fset, value.fdel
    if isinstance(value, functools.cached_property):
        return "cached property", value.func
    if isinstance(value, functools._lru_cache_wrapper):
        return "cached", value.__wrapped__
    if type(value).__module__.partition(".")[0] == "faineant":
        # A memory or an engine does not change what comes out of what it runs.
        return type(value).__qualname__, getattr(value, "__wrapped__", None)
    if name is not None:
        module = home(value, name)
        return "global", origin(module), module.partition(".")[0], name
    return None


def describe_function(function: FunctionType) -> tuple[Any, ...]:
    """Describe a function by its code and what it uses; one from a package by its name."""
    place = origin(str(function.__globals__.get("__name__")))
    if place is not None:
        # What a package made on the way, as a decorator does, has no name to be found under.
        with contextlib.suppress(DigestError):
            return "function", place, by_name(function)
    does = meaning(function.__code__)
    return (
        "function",
        function.__qualname__,
        does.digest,
        uses(does, function.__globals__) if place is None else place,
        function.__defaults__,
        function.__kwdefaults__,
        [content(cell) for cell in function.__closure__ or ()],
        vars(function).get("__wrapped__"),
    )


def content(cell: Any) -> Any:
    """Give what a closure's cell holds."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def describe_class(cls: type) -> tuple[Any, ...]:
    """Describe a class by its bases and what its body defines; one from a package by its name."""
    place = origin(cls.__module__)
    if place is not None:
        with contextlib.suppress(DigestError):
            return "class", place, by_name(cls)
    body = {name: value for name, value in vars(cls).items() if name not in BOOKKEEPING}
    return "class", place, cls.__qualname__, type(cls), cls.__bases__, body


def describe_module(module: ModuleType) -> tuple[Any, ...]:
    """Describe a module: one of the user's own, handed around whole, by all that it holds."""
    place = origin(module.__name__)
    if place is not None:
        return "module", place, module.__name__
    held = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    return "module", module.__name__, held


def uses(code: Meaning, names: dict[str, Any]) -> dict[str, Any]:
    """Look up what code uses, as it would itself: values by name, imports by what they load."""
    found = dict(look_up(chain, names) for chain in code.names)
    package = names.get("__package__") or str(names.get("__name__")).rpartition(".")[0]
    return found | loads(code.imports, package)


def look_up(chain: tuple[str, ...], names: dict[str, Any]) -> tuple[str, Any]:
    """Follow a name and its attributes out of modules, to the first thing that is no module."""
    name, *rest = chain
    value = names.get(name, vars(builtins).get(name, MISSING))
    while rest and isinstance(value, ModuleType) and origin(value.__name__) is None:
        attribute = rest.pop(0)
        name, value = f"{name}.{attribute}", getattr(value, attribute, MISSING)
    return name, value


# -- where code comes from ------------------------------------------------------------------


def origin(module: str) -> tuple[str, ...] | None:
    """Say whose code a module holds: Python's or a package's, with the version; None: the user's.

    faineant's own counts by its version even where it is installed editable.
    """
    top = module.partition(".")[0]
    if top in ("__main__", "__mp_main__"):
        return None
    if top == "faineant":
        return "package", top, version(top)
    return origin_of_file(module, module_file(module))


def module_file(module: str) -> str | None:
    """Give the file of a loaded module."""
    loaded = sys.modules.get(module) or sys.modules.get(module.partition(".")[0])
    file = getattr(loaded, "__file__", None)
    return file if isinstance(file, str) else None


@functools.cache
def origin_of_file(module: str, file: str | None) -> tuple[str, ...] | None:
    """Say whose code lies in a file."""
    top = module.partition(".")[0]
    python = "python", platform.python_implementation(), *sys.version_info[:2]
    if file is None:
        known = top in sys.builtin_module_names or top in sys.stdlib_module_names
        return tuple(map(str, python)) if known else None
    if {"site-packages", "dist-packages"} & set(PurePath(file).parts):
        found = version(top)
        return ("package", top, found) if found else None
    inside = any(Path(file).is_relative_to(folder) for folder in python_folders())
    return tuple(map(str, python)) if inside else None


@lru_cache(maxsize=1)
def python_folders() -> list[str]:
    """List the folders of the standard library."""
    paths = sysconfig.get_paths()
    folders = {paths["stdlib"], paths["platstdlib"], os.path.dirname(os.__file__)}
    return sorted(folders | {os.path.realpath(folder) for folder in folders})


@functools.cache
def version(package: str) -> str:
    """Give the version of the distribution that brought a package; empty if none did."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        pass
    names = metadata.packages_distributions().get(package, ())
    versions = [f"{name} {metadata.version(name)}" for name in sorted(set(names))]
    return ", ".join(versions) or str(getattr(sys.modules.get(package), "__version__", ""))


# -- imports inside bodies: read, not run, so that a hit does not have to load anything ---------


def loads(imports: Iterable[Import], package: str) -> dict[str, Any]:
    """Give what importing brings in: the code of the user's modules, the versions of packages.

    Modules that these import in turn are followed too, whether or not anything
    of the sort has been loaded already.
    """
    found: dict[str, Any] = {}
    waiting = [name for each in imports for name in modules_of(each, package)]
    while waiting:
        name = waiting.pop()
        if f"import {name}" in found or (spec := find_module(name)) is None:
            continue
        place = origin_of_spec(name, spec)
        found[f"import {name}"] = place
        if place is None and spec.origin and spec.has_location:
            status = os.stat(spec.origin)
            source = read_module(spec.origin, status.st_mtime_ns, status.st_size)
            found[f"import {name}"] = source.digest
            within = name if spec.submodule_search_locations else name.rpartition(".")[0]
            waiting += [deeper for each in source.imports for deeper in modules_of(each, within)]
    return found


def origin_of_spec(name: str, spec: importlib.machinery.ModuleSpec) -> tuple[str, ...] | None:
    """Say whose code a module holds that need not be loaded."""
    if name.partition(".")[0] == "faineant":
        return origin(name)
    return origin_of_file(name, spec.origin if spec.has_location else None)


def modules_of(item: Import, package: str) -> Iterator[str]:
    """List the modules that an import may load: packages on the way, and its items."""
    try:
        name = importlib.util.resolve_name("." * item.level + item.name, package)
    except ImportError:
        return
    steps = name.split(".")
    yield from (".".join(steps[:count]) for count in range(1, len(steps) + 1))
    yield from (f"{name}.{each}" for each in item.items)


def find_module(name: str) -> importlib.machinery.ModuleSpec | None:
    """Find a module without importing it or its parents."""
    path: Any = None
    spec = None
    for count in range(1, name.count(".") + 2):
        step = ".".join(name.split(".")[:count])
        finders = (getattr(finder, "find_spec", None) for finder in sys.meta_path)
        spec = next((found for find in finders if find and (found := find(step, path))), None)
        if spec is None:
            return None
        path = spec.submodule_search_locations
        if path is None and step != name:
            return None
    return spec


@lru_cache(maxsize=1024)
def read_module(file: str, changed: int, size: int) -> Meaning:
    """Read a module's file as code; `changed` and `size` are here to notice a new text."""
    data = Path(file).read_bytes()
    if not file.endswith(".py"):
        return Meaning(digest(data), frozenset(), frozenset())
    return meaning(compile(data, file, "exec", dont_inherit=True))
