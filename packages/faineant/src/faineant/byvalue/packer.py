"""Packs values for another interpreter, which has not imported the program that made them.

pickle sends functions and classes by name. Another interpreter cannot find those of
the main program, of a notebook, or from inside a function. `Packer` sends them by
value: their code, and what that refers to, again by value where it must be. All that
can be imported still goes by name. Unpacking is plain `pickle.loads`.

Both ways are the same. What came from elsewhere goes back by its token, so that a
caller is given instances of its own classes. `faineant.byvalue.known` keeps the tokens,
`faineant.byvalue.apart` takes things apart, and `faineant.byvalue.rebuilt` makes them
anew where they arrive.
"""

from __future__ import annotations

import functools
import gc
import importlib
import io
import linecache
import marshal
import pickle
import sys
import types
import typing
import weakref
from collections.abc import Callable
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from faineant.byvalue import rebuilt
from faineant.byvalue.apart import (
    Reduced,
    enum_member,
    holds_nothing,
    is_enum,
    whole_cached,
    whole_class,
    whole_function,
    whole_variable,
)
from faineant.byvalue.importable import PROGRAMS, findable, import_name, name_in_module
from faineant.byvalue.known import known_thing
from faineant.byvalue.unsent import CannotTravelError, reason
from faineant.seeding import draw_by_name

__all__ = ["Packer", "packed_by_value"]

Refer = Callable[[Any], Any]
# Python's own types that builtins has no name for.
HIDDEN = {id(kind): name for name, kind in vars(types).items() if isinstance(kind, type)}
SENTINELS = ("_MISSING_TYPE", "_HAS_DEFAULT_FACTORY_CLASS", "_FIELD_BASE", "_KW_ONLY_TYPE")


def packed_by_value(
    value: Any,
    buffer_callback: Callable[[pickle.PickleBuffer], Any] | None = None,
    refer: Refer | None = None,
) -> bytes:
    """Pickle a value so that a fresh interpreter can read it.

    Parameters
    ----------
    value : object
        Anything; functions and classes may be from the main program, or local.
    buffer_callback : callable, optional
        Is given large buffers, as by `pickle.dumps`.
    refer : callable, optional
        As for `Packer`.

    Returns
    -------
    bytes
        For `pickle.loads`.

    Raises
    ------
    pickle.PicklingError
        Something in it cannot travel; says what, and where it was found.

    Examples
    --------
    >>> step = 3
    >>> pickle.loads(packed_by_value(lambda x: x + step))(4)
    7
    """
    file = io.BytesIO()
    Packer(file, buffer_callback, refer).dump(value)
    return file.getvalue()


class Packer(pickle.Pickler):
    """A pickler that sends by value what another interpreter cannot import.

    Parameters
    ----------
    file : object
        Has a method ``write``.
    buffer_callback : callable, optional
        Is given large buffers, as by `pickle.Pickler`.
    refer : callable, optional
        Is asked first about each function and class; what it returns, unless it is
        None, is used as from ``__reduce__``.
    answering : bool
        Whether this goes to where things by value have come from: these then go back
        by their tokens. False sends them on whole, to a third process.
    """

    def __init__(
        self,
        file: Any,
        buffer_callback: Callable[[pickle.PickleBuffer], Any] | None = None,
        refer: Refer | None = None,
        answering: bool = True,
    ):
        super().__init__(file, protocol=5, buffer_callback=buffer_callback)
        self.refer, self.answering = refer, answering
        self.plain: dict[int, type] = {}  # types of instances that are pickle's own affair
        self.enums: dict[int, type] = {}  # those that this message holds whole
        self.cells: dict[int, CellType] = {}  # those that a function of this message brings
        self.ways = ways("dataclasses" in sys.modules)

    def dump(self, value: Any) -> None:
        """Write a value.

        Raises
        ------
        pickle.PicklingError
            Something in it cannot travel; says what, and where it was found.
        """
        try:
            super().dump(value)
        except Exception as error:
            raise pickle.PicklingError(reason(value, error, self.another)) from error

    def another(self, value: Any) -> None:
        """Try to pack a part, to find which one cannot be."""
        packer = Packer(io.BytesIO(), lambda buffer: None, self.refer, self.answering)
        super(Packer, packer).dump(value)

    def reducer_override(self, value: Any) -> Any:
        """Say how a value is packed, or leave it to pickle."""
        kind = type(value)
        place = id(kind)  # and not the type: a metaclass may have made its classes unhashable
        if place in self.plain:
            return NotImplemented
        way = self.ways.get(place)
        if way is not None:
            return way(self, value)
        if issubclass(kind, type):
            return self.class_(value)
        if issubclass(kind, ModuleType):
            return self.module(value)
        if is_enum(kind):
            return enum_member(value) if place in self.enums else NotImplemented
        self.plain[place] = kind
        return NotImplemented

    # -- what is known by a token --

    def function(self, function: FunctionType) -> Any:
        """Pack a function: its code, and what that refers to."""
        referred = self.refer(function) if self.refer else None
        if referred is not None:
            return referred
        cells = function.__closure__ or ()
        self.cells.update({id(cell): cell for cell in cells})
        return self.known(function, f"the function {function.__qualname__}", whole_function)

    def class_(self, made: type) -> Any:
        """Pack a class."""
        referred = self.refer(made) if self.refer else None
        if referred is not None:
            return referred
        if not made.__flags__ & rebuilt.HEAP:
            hidden = HIDDEN.get(id(made))
            return NotImplemented if hidden is None else (getattr, (types, hidden))
        reduced = self.known(made, f"the class {made.__qualname__}", whole_class)
        if is_enum(made) and reduced is not NotImplemented:
            self.enums[id(made)] = made
        return reduced

    def cached(self, function: Any) -> Any:
        """Pack a function that `functools.lru_cache` remembers for."""
        return self.known(function, f"the cached {function!r}", whole_cached)

    def variable(self, variable: Any) -> Any:
        """Pack a variable of types, such as a ``TypeVar``."""
        return self.known(variable, f"the type variable {variable!r}", whole_variable)

    def known(self, thing: Any, words: str, whole: Callable[..., Any]) -> Any:
        """Pack a thing by its name, by its token, or whole."""
        name = name_in_module(thing)
        if name is not None and findable(sys.modules[name[0]]):
            return NotImplemented
        known = known_thing(thing, name)
        if not known.own and self.answering:
            return rebuilt.recall, (known.token, words)
        reduced = whole(thing, known, name)
        if reduced is NotImplemented and name is not None and name[0] in PROGRAMS:
            raise CannotTravelError(
                f"{words} is not made by Python code alone, and the program itself cannot be "
                "imported by another process; define it in a module",
                thing,
            )
        return reduced

    # -- what belongs to them --

    def code(self, code: CodeType) -> Reduced:
        """Pack code as Python's own files of it do, with its source where no file has that."""
        made = rebuilt.make_code, (marshal.dumps(code), str(sys.implementation.cache_tag))
        lines = lines_in_no_file(code.co_filename)
        return made if lines is None else (*made, lines, None, None, rebuilt.tell_lines)

    def cell(self, cell: CellType) -> Reduced:
        """Pack a variable of a closure; a function brings the value of its own itself."""
        if id(cell) in self.cells or holds_nothing(cell):
            return rebuilt.make_cell, ()
        return rebuilt.make_cell, (), cell.cell_contents, None, None, rebuilt.fill_cell

    def method(self, method: MethodType) -> Any:
        """Pack a bound method; pickle's way is by the name, which may lead elsewhere."""
        if (drawn := draw_by_name(method)) is not None:
            return drawn
        name = getattr(method.__func__, "__name__", "")
        if getattr(method.__self__, name, None) == method:
            return NotImplemented
        return MethodType, (method.__func__, method.__self__)

    def module(self, module: ModuleType) -> Reduced:
        """Pack a module by its name."""
        if findable(module):
            return importlib.import_module, (import_name(module),)
        why = "is the program itself" if module.__name__ == "__main__" else "is in no file"
        raise CannotTravelError(
            f"the module {module.__name__} {why}, so that no other process can import it; send "
            "what is needed of it instead",
            module,
        )


def lines_in_no_file(name: str) -> list[str] | None:
    """Give the source of a notebook's cell, which tracebacks find in `linecache` alone."""
    entry = linecache.cache.get(name)
    if entry is None or len(entry) == 1 or entry[1] is not None:  # it is in a file, or unknown
        return None
    return entry[2]


def type_name(made: typing.NewType) -> Reduced:
    """Pack what `typing.NewType` makes."""
    content = made.__name__, made.__supertype__
    return typing.NewType, content, {"__module__": made.__module__}


def type_alias(alias: Any) -> Reduced:
    """Pack what a ``type`` statement makes."""
    kind: Any = type(alias)
    make = functools.partial(kind, type_params=alias.__type_params__)
    return make, (alias.__name__, alias.__value__)


def proxy(mapping: types.MappingProxyType[Any, Any]) -> Reduced:
    """Pack a read-only view with the very dict that it looks at, which others may look at too."""
    return types.MappingProxyType, (gc.get_referents(mapping)[0],)


def sentinel(value: Any) -> Any:
    """Pack one of the marks of `dataclasses`, which are compared by identity, by its name."""
    home = sys.modules["dataclasses"]
    name = next((name for name, mark in vars(home).items() if mark is value), None)
    return NotImplemented if name is None else (getattr, (home, name))


@functools.lru_cache(maxsize=2)
def ways(with_dataclasses: bool) -> dict[int, Callable[[Packer, Any], Any]]:
    """List how things of these types are packed; by the ids of types that never go away."""
    made: dict[Any, Callable[[Packer, Any], Any]] = {
        FunctionType: Packer.function,
        CodeType: Packer.code,
        CellType: Packer.cell,
        MethodType: Packer.method,
        BuiltinMethodType: lambda packer, made: draw_by_name(made) or NotImplemented,
        ModuleType: Packer.module,
        functools._lru_cache_wrapper: Packer.cached,
        typing.TypeVar: Packer.variable,
        typing.ParamSpec: Packer.variable,
        typing.TypeVarTuple: Packer.variable,
        typing.NewType: lambda packer, made: type_name(made),
        types.MappingProxyType: lambda packer, made: proxy(made),
        staticmethod: lambda packer, made: (staticmethod, (made.__func__,)),
        classmethod: lambda packer, made: (classmethod, (made.__func__,)),
        property: lambda packer, made: (
            property,
            (made.fget, made.fset, made.fdel, made.__doc__),
        ),
        functools.cached_property: lambda packer, made: (
            functools.cached_property,  # before Python 3.12 it has a lock
            (made.func,),
            {"attrname": made.attrname},
        ),
        weakref.WeakSet: lambda packer, made: (weakref.WeakSet, (list(made),)),
        weakref.WeakKeyDictionary: lambda packer, made: (type(made), (dict(made),)),
        weakref.WeakValueDictionary: lambda packer, made: (type(made), (dict(made),)),
    }
    if sys.version_info >= (3, 12):
        made[typing.TypeAliasType] = lambda packer, made: type_alias(made)
    if with_dataclasses:
        made |= {
            type_: lambda packer, made: sentinel(made)
            for name, type_ in vars(sys.modules["dataclasses"]).items()
            if name in SENTINELS
        }
    return {id(kind): way for kind, way in made.items()}
