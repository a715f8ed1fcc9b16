"""Makes what came by value: functions, classes, and what belongs to them.

A worker needs no more than this file to read what `faineant.byvalue.packer` packed: pickle
calls these functions. Things refer to each other in circles (a method to its class,
a function to itself), so each is made in two steps: first empty, with its token;
then what it holds is put into it, when whatever that refers to has been made too.
"""

from __future__ import annotations

import abc
import builtins
import contextlib
import functools
import importlib
import linecache
import marshal
import pickle
import sys
import typing
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from faineant.byvalue import known
from faineant.byvalue.known import Known, Space, Thing, told

__all__ = [
    "adopt_main",
    "fill_cell",
    "fill_class",
    "fill_function",
    "fill_member",
    "fill_thing",
    "make_cached",
    "make_cell",
    "make_class",
    "make_code",
    "make_function",
    "make_member",
    "make_variable",
    "recall",
    "tell_lines",
]

HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that was made while Python runs
ADOPTED: list[ModuleType] = []  # this process's __main__, if it is its senders' too


def adopt_main() -> None:
    """Let the ``__main__`` of whoever sends be this process's own too.

    For a worker, whose own is of no use. What comes from the sender's main program
    is then found in ``sys.modules["__main__"]``, as pickle and typing expect.
    """
    ADOPTED[:] = [sys.modules["__main__"]]


def recall(token: str, words: str) -> Any:
    """Give what was made here and comes back by its token."""
    found = told(token)
    if found is None:
        raise pickle.UnpicklingError(
            f"{words} comes back to where it was made, but is gone there by now; keep it, in a "
            "variable or a module, until the results are there"
        )
    return found.thing


def one(token: str, name: tuple[str, str] | None, make: Callable[..., Any], *content: Any) -> Any:
    """Give the thing that a token stands for, made now unless it is here."""
    with known.LOCK:
        found = told(token)
        if found is not None:
            return found.thing
        made = make(*content)
        new = Thing(token, False, name is not None, made)
        if name is not None:
            known.keep(name, new, made)
            for main in ADOPTED:
                if name[0] == "__main__" and name[1].isidentifier():
                    vars(main).setdefault(name[1], made)
        return made


# -- functions -------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=512)
def make_code(content: bytes, python: str) -> CodeType:
    """Read code; the same again is the same object, which Python has made fast by then."""
    here = str(sys.implementation.cache_tag)
    if python != here:
        raise pickle.UnpicklingError(
            f"a function of {python} cannot run in {here}; start workers with the same Python"
        )
    code: CodeType = marshal.loads(content)
    return code


def tell_lines(code: CodeType, lines: list[str]) -> None:
    """Let tracebacks show the source of code that is in no file."""
    name = code.co_filename
    linecache.cache.setdefault(name, (sum(map(len, lines)), None, lines, name))


def make_cell() -> CellType:
    """Make a variable of a closure, still without a value."""
    return CellType()


def fill_cell(cell: CellType, value: Any) -> None:
    """Give it its value."""
    cell.cell_contents = value


def make_function(
    token: str,
    name: tuple[str, str] | None,
    code: CodeType,
    names: tuple[str, str],
    space: str | tuple[str, bool, str],
    cells: tuple[CellType, ...] | None,
) -> FunctionType:
    """Give a function; one made now still lacks what `fill_function` brings."""
    function: FunctionType = one(token, name, new_function, code, names, space, cells)
    return function


def new_function(
    code: CodeType,
    names: tuple[str, str],
    space: str | tuple[str, bool, str],
    cells: tuple[CellType, ...] | None,
) -> FunctionType:
    """Make a function in the space that it shares with others."""
    if isinstance(space, str):
        home, variables = None, vars(importlib.import_module(space))
    else:
        home = told(space[0])
        variables = new_globals(space[2], adopts=space[1]) if home is None else home.thing
        home = home or Space(space[0], False, space[1], variables)
    function = FunctionType(code, variables, names[0], None, cells)
    function.__qualname__ = names[1]
    if home is not None:
        home.house(function)
    return function


def new_globals(module: str, adopts: bool) -> dict[str, Any]:
    """Make globals of this module's name: those of ``__main__`` are this process's, if adopted."""
    if module == "__main__" and adopts and ADOPTED:
        return vars(ADOPTED[0])
    return {"__name__": module, "__builtins__": builtins}


def fill_function(function: FunctionType, content: tuple[Any, ...]) -> None:
    """Give a function what it holds: its attributes, its closure and its globals."""
    attributes, variables, names, _ = content  # the last: modules, imported by now
    me = told_of(function)
    for name, value in me.news(attributes).items():
        setattr(function, name, value)
    for number, value in me.news(variables).items():
        (function.__closure__ or ())[number].cell_contents = value
    space = known.BY_PLACE.get(id(function.__globals__))
    if isinstance(space, Space) and not space.own:
        function.__globals__.update(space.news(names))
    else:  # the globals of a module, or of this process: what they hold is theirs to say
        for name, (_, value) in names.items():
            function.__globals__.setdefault(name, value)


def make_cached(
    token: str, name: tuple[str, str] | None, function: Any, maxsize: int | None, typed: bool
) -> Any:
    """Give a function that `functools.lru_cache` remembers for."""
    return one(token, name, functools.lru_cache(maxsize, typed), function)


def fill_thing(thing: Any, attributes: dict[str, Any]) -> None:
    """Give a thing its attributes."""
    vars(thing).update(told_of(thing).news(attributes))


def make_variable(token: str, name: tuple[str, str] | None, kind: str, *content: Any) -> Any:
    """Give a variable of types, such as a ``TypeVar``."""
    return one(token, name, new_variable, kind, *content)


def new_variable(
    kind: str, name: str, module: str, constraints: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """Make a variable of types."""
    variable = getattr(typing, kind)(name, *constraints, **options)
    with contextlib.suppress(AttributeError):
        variable.__module__ = module
    return variable


# -- classes ---------------------------------------------------------------------------------------


def make_class(
    token: str,
    name: tuple[str, str] | None,
    metaclass: type,
    called: str,
    bases: tuple[type, ...],
    skeleton: dict[str, Any],
) -> type:
    """Give a class; one made now still lacks what `fill_class` brings."""
    made: type = one(token, name, new_class, metaclass, called, bases, skeleton)
    return made


def new_class(
    metaclass: type, called: str, bases: tuple[type, ...], skeleton: dict[str, Any]
) -> type:
    """Make a class without running what watches over new ones, if that is possible.

    A metaclass and ``__init_subclass__`` have had their say where the class was
    defined: what they made of it comes with it. They cannot be asked again, since
    the class is still empty and the keywords of its definition are not known.
    """
    new = abc.ABCMeta.__new__ if issubclass(metaclass, abc.ABCMeta) else type.__new__
    if any("__init_subclass__" in vars(kind) for base in bases for kind in base.__mro__[:-1]):
        with contextlib.suppress(TypeError):  # another layout: __init_subclass__ must run
            quiet: type = new(metaclass, called, (stand_in(bases[0]),), dict(skeleton))
            type.__setattr__(quiet, "__bases__", bases)
            return quiet
    loud: type = new(metaclass, called, bases, dict(skeleton))
    return loud


def stand_in(base: type) -> type:
    """Make a base of the layout that most classes have, and that watches over nothing."""
    builtin = next(kind for kind in base.__mro__ if not kind.__flags__ & HEAP)
    return type("StandIn", (builtin,), {})


def fill_class(made: type, content: tuple[dict[str, Any], tuple[Any, ...]]) -> None:
    """Give a class what it holds, and tell an abstract one who else counts as its kind."""
    attributes, registered = content
    me = told_of(made)
    for name, value in me.news(attributes).items():
        type.__setattr__(made, name, value)  # an Enum would not let its members be set
    for kind in registered if not me.own else ():
        made.register(kind)  # type: ignore[attr-defined]


def make_member(kind: Any, name: str | None, value: Any, content: tuple[Any, ...]) -> Any:
    """Give a member of an Enum, one made now if the Enum is still in the making."""
    found = vars(kind).get("_member_map_", {}).get(name)
    if found is None:
        with contextlib.suppress(TypeError):  # not everything can be looked up
            found = vars(kind).get("_value2member_map_", {}).get(value)
    if found is not None:
        return found
    builtin = next(base for base in kind.__mro__ if not base.__flags__ & HEAP)
    return builtin.__new__(kind, *content)


def fill_member(member: Any, held: dict[str, Any]) -> None:
    """Give a member what it holds, its name above all, if it is new."""
    for name, value in held.items():
        vars(member).setdefault(name, value)


def told_of(thing: Any) -> Known:
    """Give what is known of a thing that `one` has given."""
    return known.BY_PLACE[id(thing)]
