"""What a function *is*: its name, its code, and the code and constants that it uses.

A result may be kept only as long as nothing that made it has changed. So a
function is digested together with what it uses from the user's own code:
helpers and their helpers, classes, module-level values, defaults, closures, and
the modules that it imports in its body. Code of installed packages counts by the
package's version, Python's own by Python's. An editable install does not lie
with the installed packages: it is the user's own code.

Of what a function uses, whatever has no digest (a lock, a file, a pool) counts by
its type. A module that is imported in a body counts by its text, so that what is
set in it while it is loaded is not seen. Nor can be seen from here: names looked
up by `getattr` on objects or by `eval`, modules imported by a computed name, what
is patched into a package, and data files.

`fingerprint` digests what a `Description` answers; `Description.function` is the
centre. What it looks up is noted in a `Watch`, so that nobody has to walk again
until one of these things has changed.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib.util
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from faineant.bytecode import Import, Meaning, meaning
from faineant.digest import DigestError, Walk, by_name, home, part_digest
from faineant.origin import (
    find_module,
    module_called,
    module_file,
    module_name,
    origin,
    origin_of_spec,
)
from faineant.watch import MISSING, Watch, content

__all__ = ["Description", "describe", "fingerprint", "qualified_name"]

CODE = FunctionType | type | ModuleType  # described by what it does, and noted where it is
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
    return Walk(Description(), lenient=True).digest((qualified_name(function), function))


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
    return Description()(value, name)


class Description:
    """Describes code by what it does, and notes all that it looked at.

    Attributes
    ----------
    watch : Watch
        Tells whether a new description would be another one.
    met : dict of str to object
        Each part by a name for people, such as ``"constant helper.SCALE"``.
    """

    def __init__(self) -> None:
        self.watch = Watch()
        self.met: dict[str, Any] = {}

    def __call__(self, value: Any, name: str | None = None) -> Any:
        """Give what to digest in the stead of code; None for what is no code."""
        kind = type(value)  # isinstance() would ask a proxy, which may raise
        if kind is FunctionType:
            return self.function(value)
        if issubclass(kind, type):
            return self.cls(value)
        if issubclass(kind, ModuleType):
            return self.module(value)
        if kind is CodeType:
            return "code", meaning(value).digest
        if issubclass(kind, staticmethod | classmethod):
            return kind.__name__, value.__func__
        if issubclass(kind, property):
            return "property", value.fget, value.fset, value.fdel
        if issubclass(kind, functools.cached_property):
            return "cached property", value.func
        if kind is functools._lru_cache_wrapper:
            return "cached", value.__wrapped__
        if kind.__module__.partition(".")[0] == "faineant":
            # A memory or an engine does not change what comes out of what it runs.
            return kind.__qualname__, getattr(value, "__wrapped__", None)
        if name is not None:
            return self.named(value, name)
        return None

    def named(self, value: Any, name: str) -> tuple[Any, ...]:
        """Describe what is only a name: a builtin, a ufunc, what a compiled module holds."""
        module = home(value, name)
        place = origin(module)
        if place is not None:
            return "global", place, module.partition(".")[0], name
        file, built = module_file(module), None
        if file and not file.endswith(".py") and os.path.isfile(file):
            self.watch.file(file)
            built = part_digest(Path(file).read_bytes())
        wrapped = getattr(value, "__wrapped__", None)
        return "global", module_called(module), name, built, wrapped

    def function(self, function: FunctionType) -> tuple[Any, ...]:
        """Describe a function by its code and what it uses; one from a package by its name."""
        place = origin(str(function.__globals__.get("__name__")))
        if place is not None:
            # What a package's decorator made is found under the name of what it wraps, or none.
            with contextlib.suppress(DigestError):
                named = by_name(function)
                if origin(named[1]) is not None:
                    return "function", place, named
        self.watch.function(function)
        does = meaning(function.__code__)
        self.note_function(qualified_name(function), function, does)
        self.watch.value(wrapped := vars(function).get("__wrapped__"))
        return (
            "function",
            function.__qualname__,
            does.digest,
            self.uses(does, function.__globals__) if place is None else place,
            function.__defaults__,
            function.__kwdefaults__,
            [content(cell) for cell in function.__closure__ or ()],
            wrapped,
        )

    def note_function(self, name: str, function: FunctionType, does: Meaning) -> None:
        """Note the parts of a function for people."""
        code, defaults = function.__code__, function.__defaults__ or ()
        self.met[f"function {name}"] = does.digest
        names = code.co_varnames[: code.co_argcount][-len(defaults) :] if defaults else ()
        for each, value in (
            *zip(names, defaults, strict=True),
            *(function.__kwdefaults__ or {}).items(),
        ):
            self.met[f"default {each} of {name}"] = value
        for each, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            self.note(f"value {each} in {name}", content(cell))

    def note(self, label: str, value: Any) -> None:
        """Note a value for people; code is noted where it is described."""
        if not issubclass(type(value), CODE):
            self.met[label] = value

    def cls(self, cls: type) -> tuple[Any, ...]:
        """Describe a class by its bases and its body; one from a package by its name."""
        place = origin(cls.__module__)
        if place is not None:
            with contextlib.suppress(DigestError):
                return "class", place, by_name(cls)
        self.watch.body(vars(cls))
        body = {name: value for name, value in vars(cls).items() if name not in BOOKKEEPING}
        for name, value in body.items():
            if not issubclass(type(value), staticmethod | classmethod | property):
                self.note(f"class value {qualified_name(cls)}.{name}", value)
        return "class", place, cls.__qualname__, type(cls), cls.__bases__, body

    def module(self, module: ModuleType) -> tuple[Any, ...]:
        """Describe a module: one of the user's own, handed around whole, by all that it holds."""
        place = origin(module.__name__)
        if place is not None:
            return "module", place, module.__name__
        self.watch.body(vars(module))
        held = {name: value for name, value in vars(module).items() if not name.startswith("__")}
        for name, value in held.items():
            self.note(f"constant {module.__name__}.{name}", value)
        return "module", module.__name__, held

    def uses(self, code: Meaning, names: dict[str, Any]) -> dict[str, Any]:
        """Look up what code uses, as it would itself: values by name, imports by what they load."""
        found = dict(self.look_up(chain, names) for chain in code.names)
        package = names.get("__package__") or str(names.get("__name__")).rpartition(".")[0]
        return found | self.loads(code.imports, package)

    def look_up(self, chain: tuple[str, ...], names: dict[str, Any]) -> tuple[str, Any]:
        """Follow a name and its attributes out of modules, to the first thing that is no module."""
        name, *rest = chain
        value = self.watch.name(names, name)
        space, ours, owner = names, True, module_called(str(names.get("__name__")))
        if value is MISSING:
            value, ours = vars(builtins).get(name, MISSING), False
        while rest and is_own(value, rest[0]):
            attribute = rest.pop(0)
            name, space = f"{name}.{attribute}", vars(value)
            owner = qualified_name(value) if type(value) is FunctionType else value.__name__
            seen = self.watch.name(space, attribute)
            value = getattr(value, attribute, MISSING) if seen is MISSING else seen
        if ours:
            self.watch.value(value)
            self.note(f"constant {module_called(owner)}.{name.rpartition('.')[2]}", value)
            self.note_package(value)
        return name, value

    def note_package(self, value: Any) -> None:
        """Note the version of the package that a value comes from."""
        if issubclass(type(value), CODE):
            place = origin(str(value.__name__ if type(value) is ModuleType else value.__module__))
            if place is not None and len(place) > 2:
                self.met[f"package {place[1]}" if place[0] == "package" else "Python"] = place

    # Imports inside bodies are read, not run, so that a hit does not have to load anything.

    def loads(self, imports: Iterable[Import], package: str) -> dict[str, Any]:
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
                if not self.watch.module(name):  # a loaded module stays what it is
                    self.watch.file(spec.origin)
                status = os.stat(spec.origin)
                source = read_module(spec.origin, status.st_mtime_ns, status.st_size)
                found[f"import {name}"] = source.digest
                within = name if spec.submodule_search_locations else name.rpartition(".")[0]
                waiting += [
                    deeper for each in source.imports for deeper in modules_of(each, within)
                ]
        self.met.update(found)
        return found


def is_own(value: Any, attribute: str) -> bool:
    """Tell whether to look into a module of the user's own, or at what was stuck to a function."""
    if issubclass(type(value), ModuleType):
        return origin(value.__name__) is None
    own = type(value) is FunctionType and attribute in vars(value)
    return own and origin(str(value.__globals__.get("__name__"))) is None


def modules_of(item: Import, package: str) -> Iterator[str]:
    """List the modules that an import may load: packages on the way, and its items."""
    try:
        name = importlib.util.resolve_name("." * item.level + item.name, package)
    except ImportError:
        return
    steps = name.split(".")
    yield from (".".join(steps[:count]) for count in range(1, len(steps) + 1))
    yield from (f"{name}.{each}" for each in item.items)


@lru_cache(maxsize=1024)
def read_module(file: str, changed: int, size: int) -> Meaning:
    """Read a module's file as code; `changed` and `size` are here to notice a new text."""
    data = Path(file).read_bytes()
    if not file.endswith(".py"):
        return Meaning(part_digest(data), frozenset(), frozenset())
    try:
        return meaning(compile(data, file, "exec", dont_inherit=True))
    except (SyntaxError, ValueError):  # whoever runs the import is told so
        return Meaning(part_digest(data), frozenset(), frozenset())
