"""Whether anything that a function uses has been rebound or changed since it was last looked at.

To digest a function takes a millisecond or more, because its helpers, and theirs,
are walked through. So whoever walks notes what was seen: which object stood under
which name of which namespace, the code and defaults of each function, the cells of
closures, the items of lists, dicts and sets, the files of modules that are not loaded
yet. `Watch.unchanged` compares all of that again by identity, some 30 ns a name.

Of a mutable value with more than `ITEMS` items in all, or an array or an object that
takes more than `BYTES` when it is pickled, only rebinding is noticed: it is looked at
once for each version that is loaded.
"""

from __future__ import annotations

import copyreg
import functools
import os
import pickle
import sys
from collections import deque
from collections.abc import Mapping
from operator import is_, itemgetter
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

__all__ = ["BYTES", "ITEMS", "MISSING", "Watch"]

ITEMS = 1000
BYTES = 64 << 10
MISSING = "nothing has this name"

# What never changes by itself, or is watched by its own code.
FIXED = {
    type(None), bool, int, float, complex, str, bytes, range, slice, property, staticmethod,
    classmethod, type(Ellipsis), type(NotImplemented), FunctionType, BuiltinFunctionType,
    ModuleType, CodeType, MethodDescriptorType, WrapperDescriptorType,
    functools._lru_cache_wrapper, functools.cached_property,
}  # fmt: skip
FIXED_FROM = {
    "faineant",
    "pathlib",
    "datetime",
    "decimal",
    "fractions",
    "re",
    "uuid",
    "enum",
    "weakref",
}


class Watch:
    """Notes what was seen, and tells whether it is still so.

    Examples
    --------
    >>> names = {"SCALE": 2}
    >>> watch = Watch()
    >>> watch.name(names, "SCALE")
    2
    >>> watch.unchanged()
    True
    >>> names["SCALE"] = 3
    >>> watch.unchanged()
    False
    """

    def __init__(self) -> None:
        self.spaces: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}
        self.checks: list[tuple[Mapping[str, Any], Any, tuple[Any, ...]]] | None = None
        self.absent: list[tuple[Mapping[str, Any], str]] = []
        self.sizes: list[tuple[Mapping[str, Any], int]] = []
        self.functions: list[tuple[FunctionType, CodeType, Any, Any]] = []
        self.cells: list[tuple[CellType, Any]] = []
        self.containers: list[tuple[Any, tuple[Any, ...]]] = []
        self.opaque: list[tuple[Any, bytes]] = []
        self.files: list[tuple[str, tuple[int, ...] | None]] = []
        self.modules: list[tuple[str, Any, Any]] = []
        self.met: dict[int, Any] = {}

    def name(self, namespace: Mapping[str, Any], name: str) -> Any:
        """Look a name up, and note what it stands for; `MISSING` if for nothing."""
        value = namespace.get(name, MISSING)
        if value is MISSING:
            self.absent.append((namespace, name))
        else:
            self.spaces.setdefault(id(namespace), (namespace, {}))[1][name] = value
            self.checks = None
        return value

    def body(self, namespace: Mapping[str, Any]) -> None:
        """Note all that a class or a module holds, and that it holds no more."""
        self.sizes.append((namespace, len(namespace)))
        for name in list(namespace):
            if not name.startswith("__") or name in ("__init__", "__call__", "__wrapped__"):
                self.value(self.name(namespace, name))

    def function(self, function: FunctionType) -> None:
        """Note what a function consists of."""
        code, defaults, extra = function.__code__, function.__defaults__, function.__kwdefaults__
        self.functions.append((function, code, defaults, extra))
        self.value(defaults)
        self.value(extra)
        for cell in function.__closure__ or ():
            held = content(cell)
            self.cells.append((cell, held))
            self.value(held)

    def value(self, value: Any) -> None:
        """Note what a value holds that can change without rebinding a name, if that is little."""
        if type(value) in FIXED:
            return
        containers: list[tuple[Any, tuple[Any, ...]]] = []
        opaque: list[tuple[Any, bytes]] = []
        waiting, room = [value], ITEMS
        while waiting:
            each = waiting.pop()
            kind = type(each)
            if kind in FIXED or id(each) in self.met or issubclass(kind, type):
                continue
            if kind.__module__.partition(".")[0] in FIXED_FROM:
                continue
            self.met[id(each)] = each  # an id must stay taken
            if kind in (list, tuple, set, frozenset, dict):
                items = items_of(each)
                room -= len(items)
                if room < 0:
                    return
                waiting += items
                if kind not in (tuple, frozenset):
                    containers.append((each, items))
            elif (pickled := small_pickle(each)) is not None:
                opaque.append((each, pickled))
            elif kind is functools.partial:
                waiting += [each.func, each.args, each.keywords]
            elif kind is MethodType:  # it shows the attributes of its function as its own
                waiting.append(each.__self__)
            else:
                items = items_of(each)
                room -= len(items)
                if room < 0:
                    return
                containers.append((each, items))
                waiting += items
                if type(held := own_attributes(each)) is dict:
                    waiting.append(held)
        self.containers += containers
        self.opaque += opaque

    def file(self, path: str) -> None:
        """Note the state of a file: its size, its time and which file it is."""
        self.files.append((path, state_of_file(path)))

    def module(self, name: str) -> bool:
        """Note whether a module is loaded, and which; a reload gives it another spec."""
        module = sys.modules.get(name)
        self.modules.append((name, module, getattr(module, "__spec__", None)))
        return module is not None

    def unchanged(self) -> bool:
        """Tell whether all that was noted is as it was.

        Returns
        -------
        bool
            False as well where that cannot be told.
        """
        try:
            return self.same_names() and self.same_values() and self.same_files()
        except (KeyError, RuntimeError):  # gone, or changed by another thread meanwhile
            return False

    def same_names(self) -> bool:
        """Compare what names stand for, and what functions consist of."""
        if self.checks is None:
            self.checks = [prepared(names, seen) for names, seen in self.spaces.values()]
        for namespace, get, values in self.checks:
            if not all(map(is_, get(namespace), values)):
                return False
        for namespace, name in self.absent:
            if name in namespace:
                return False
        for namespace, size in self.sizes:
            if len(namespace) != size:
                return False
        for function, code, defaults, extra in self.functions:
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not extra
            ):
                return False
        return True

    def same_values(self) -> bool:
        """Compare what cells, containers and small objects hold."""
        for cell, held in self.cells:
            if content(cell) is not held:
                return False
        for container, items in self.containers:
            found = items_of(container)
            if len(found) != len(items) or not all(map(is_, found, items)):
                return False
        return not self.opaque or all(
            small_pickle(value) == pickled for value, pickled in self.opaque
        )

    def same_files(self) -> bool:
        """Compare the files of modules that are not loaded, and which ones are loaded."""
        for name, module, spec in self.modules:
            found = sys.modules.get(name)
            if found is not module or getattr(found, "__spec__", None) is not spec:
                return False
        return not self.files or all(state_of_file(path) == state for path, state in self.files)


def prepared(
    names: Mapping[str, Any], seen: dict[str, Any]
) -> tuple[Mapping[str, Any], Any, tuple[Any, ...]]:
    """Give what looks up many names at once; with two it gives a tuple in any case."""
    first = next(iter(seen))
    return names, itemgetter(first, *seen), (seen[first], *seen.values())


def items_of(container: Any) -> tuple[Any, ...]:
    """List what a container holds, or what stands in an object's slots."""
    kind = type(container)
    if issubclass(kind, dict):
        return (*dict.keys(container), *dict.values(container))
    for built_in in (tuple, list, set, frozenset, deque):
        if issubclass(kind, built_in):
            return tuple(built_in.__iter__(container))
    slots = copyreg._slotnames(kind)  # type: ignore[attr-defined]
    return tuple(kept_in_slot(container, slot) for slot in slots)


def kept_in_slot(value: Any, slot: str) -> Any:
    """Give what stands in a slot."""
    try:
        return getattr(value, slot, MISSING)
    except Exception:  # of a proxy for something that is not there
        return MISSING


def own_attributes(value: Any) -> Any:
    """Give the dict of an object's attributes, if it has one and shows it."""
    try:
        return value.__dict__
    except Exception:  # of a proxy for something that is not there
        return None


def content(cell: CellType) -> Any:
    """Give what a closure's cell holds."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def state_of_file(path: str) -> tuple[int, ...] | None:
    """Tell a file from its other versions, without reading it; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


class TooLargeError(Exception):
    """There is more to a value than is looked at on each call."""


class Little:
    """A file in memory that takes no more than `BYTES`."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.room = BYTES

    def write(self, piece: Any) -> int:
        """Take a piece."""
        size = memoryview(piece).nbytes
        self.room -= size
        if self.room < 0:
            raise TooLargeError
        self.pieces.append(bytes(piece))
        return size

    def buffer(self, buffer: pickle.PickleBuffer) -> None:
        """Take what an array holds."""
        self.write(buffer.raw())


def small_pickle(value: Any) -> bytes | None:
    """Pickle a small value; None for a large one, and for what is only a name or unpicklable."""
    file = Little()
    try:
        if isinstance(value.__reduce_ex__(5), str):
            return None
        pickle.Pickler(file, 5, buffer_callback=file.buffer).dump(value)
    except Exception:  # whatever a class's own way to pickle raises
        return None
    return b"".join(file.pieces)
