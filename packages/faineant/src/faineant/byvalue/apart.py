"""Takes functions and classes apart: what of them must travel, and what makes them anew.

Each answer is as from ``__reduce__``: what makes the thing, still empty, of what; then
what it holds, and what puts that into it. The second part may refer to the thing.
Both are functions of `faineant.byvalue.rebuilt`.
"""

from __future__ import annotations

import abc
import copyreg
import sys
import types
from types import CellType, FunctionType, ModuleType
from typing import Any

from faineant.byvalue import rebuilt
from faineant.byvalue.importable import findable, lacking, mentioned, submodules
from faineant.byvalue.known import Known, known_space

__all__ = [
    "enum_member",
    "holds_nothing",
    "is_enum",
    "whole_cached",
    "whole_class",
    "whole_function",
    "whole_variable",
]

Reduced = tuple[Any, ...]
Name = tuple[str, str] | None
# What Python keeps in a class for itself, and makes anew.
OMITTED = {"_abc_impl", "__slotnames__"}
COMPILED = (
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
)


def slots(known: Known, held: dict[Any, Any]) -> dict[Any, tuple[int, Any]]:
    """Give what slots hold, each with its version."""
    return {slot: (known.version(slot, value), value) for slot, value in held.items()}


# -- functions -------------------------------------------------------------------------------------


def whole_function(function: FunctionType, known: Known, name: Name) -> Reduced:
    """Take a function apart."""
    code, cells = function.__code__, function.__closure__ or ()
    variables = {
        number: cell.cell_contents for number, cell in enumerate(cells) if not holds_nothing(cell)
    }
    space, names = known_space(function), global_values(function)
    home: str | tuple[str, bool, str] = str(function.__globals__.get("__name__", "__main__"))
    if lives_in_library(function):
        names = {name: names[name] for name in lacking(str(home), names)}
    else:
        home = space.token, space.lasting, str(home)
    reached = [*names.values(), *variables.values()]
    modules = [value for value in reached if isinstance(value, ModuleType)]
    attributes = mentioned(code).attributes
    return (
        rebuilt.make_function,
        (known.token, name, code, (function.__name__, function.__qualname__), home, cells or None),
        (
            slots(known, attributes_of(function)),
            slots(known, variables),
            slots(space, names),
            [inner for module in modules for inner in submodules(module, attributes)],
        ),
        None,
        None,
        rebuilt.fill_function,
    )


def global_values(function: FunctionType) -> dict[str, Any]:
    """List the globals that a function needs; what is not there now may be a builtin."""
    held = function.__globals__
    return {name: held[name] for name in mentioned(function.__code__).names if name in held}


def lives_in_library(function: FunctionType) -> bool:
    """Tell whether a function's globals are those of a module that can be imported."""
    module = sys.modules.get(str(function.__globals__.get("__name__")))
    return module is not None and vars(module) is function.__globals__ and findable(module)


def attributes_of(function: FunctionType) -> dict[str, Any]:
    """List what can be set on a function."""
    special = ["__doc__", "__module__", "__defaults__", "__kwdefaults__", "__type_params__"]
    # Since Python 3.14 annotations are a function, and to call it may fail.
    special.append("__annotate__" if hasattr(function, "__annotate__") else "__annotations__")
    values = {name: getattr(function, name, None) for name in special}
    return {name: value for name, value in values.items() if value} | vars(function)


def holds_nothing(cell: CellType) -> bool:
    """Tell whether a variable of a closure has no value yet."""
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def whole_cached(function: Any, known: Known, name: Name) -> Reduced:
    """Take apart a function that `functools.lru_cache` remembers for; its memory stays here."""
    options = function.cache_parameters()
    made_anew = ("__wrapped__", "cache_parameters")
    attributes = {key: value for key, value in vars(function).items() if key not in made_anew}
    return (
        rebuilt.make_cached,
        (known.token, name, function.__wrapped__, options["maxsize"], options["typed"]),
        slots(known, attributes),
        None,
        None,
        rebuilt.fill_thing,
    )


def whole_variable(variable: Any, known: Known, name: Name) -> Reduced:
    """Take a variable of types apart."""
    options = {
        option: value
        for option in ("bound", "covariant", "contravariant")
        if (value := getattr(variable, f"__{option}__", None))
    }
    constraints = getattr(variable, "__constraints__", ())
    content = variable.__name__, variable.__module__, constraints, options
    return rebuilt.make_variable, (known.token, name, type(variable).__name__, *content)


# -- classes ---------------------------------------------------------------------------------------


def whole_class(made: Any, known: Known, name: Name) -> Any:
    """Take a class apart; one that no Python code has made is left to pickle."""
    held = dict(vars(made))
    layout = [key for key, value in held.items() if makes_room(made, key, value)]
    if not made_by_python(made, [held[key] for key in held.keys() - set(layout)]):
        return NotImplemented
    skeleton = {"__module__": made.__module__, "__qualname__": made.__qualname__}
    if "__slots__" in held:
        skeleton["__slots__"] = tuple(layout)
    if "__orig_bases__" in held:
        skeleton["__orig_bases__"] = held["__orig_bases__"]  # Generic looks at it at once
    content = {key: held[key] for key in held if key not in layout and key not in OMITTED}
    return (
        rebuilt.make_class,
        (known.token, name, type(made), made.__name__, made.__bases__, skeleton),
        (slots(known, content), registered(made)),
        None,
        None,
        rebuilt.fill_class,
    )


def makes_room(made: type, key: str, value: Any) -> bool:
    """Tell whether an attribute of a class stands for room in its instances."""
    if isinstance(value, types.GetSetDescriptorType):
        return key in ("__dict__", "__weakref__")
    return isinstance(value, types.MemberDescriptorType) and value.__objclass__ is made


def made_by_python(made: type, content: list[Any]) -> bool:
    """Tell whether a class, and the class of the class, come from Python code."""
    metaclasses: list[Any] = type.mro(type(made))[:-2]  # without type and object
    compiled = [value for value in content if isinstance(value, COMPILED)]
    borrowed = all(value.__objclass__ is not made for value in compiled)  # as an IntEnum does
    return borrowed and all(kind.__flags__ & rebuilt.HEAP for kind in metaclasses)


def registered(made: Any) -> tuple[type, ...]:
    """List the classes that an abstract one was told to count as its kind."""
    if not isinstance(made, abc.ABCMeta):
        return ()
    references = abc._get_dump(made)[0]  # type: ignore[attr-defined]
    return tuple(kind for reference in references if (kind := reference()) is not None)


def is_enum(made: Any) -> bool:
    """Tell whether a class is an Enum."""
    return "enum" in sys.modules and isinstance(made, sys.modules["enum"].EnumType)


def enum_member(member: Any) -> Reduced:
    """Take a member of an Enum apart.

    An Enum's own way asks the Enum for the member, and this one is not made before
    its members are.
    """
    reduced: Any = object.__reduce_ex__(member, 2)
    make, content = reduced[:2]
    if make is copyreg.__newobj__:  # type: ignore[attr-defined]
        content = content[1:]
    found_by = member._name_, getattr(member, "_value_", None)
    return (
        rebuilt.make_member,
        (type(member), *found_by, content),
        vars(member),
        None,
        None,
        rebuilt.fill_member,
    )
