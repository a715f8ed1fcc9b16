"""Why a value cannot be sent: which part of it, and how one gets there.

pickle's own error names the type of the part that it stumbled over and not where
that was. So after an error each part is tried by itself, down to the one at fault.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Iterator
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType, MethodType
from typing import Any

from faineant.byvalue.importable import mentioned
from faineant.words import name_of, shortened

__all__ = ["CannotTravelError", "reason"]

DEEPEST = 20
SHOWN = 4  # the last steps of the way, which say most
DESCRIPTORS = (GetSetDescriptorType, MemberDescriptorType)  # of a class's own, made anew with it


class CannotTravelError(pickle.PicklingError):
    """A thing that cannot be sent, for a reason that is known.

    Attributes
    ----------
    thing : object
        The one at fault, whatever it is made of.
    """

    def __init__(self, words: str, thing: Any):
        super().__init__(words)
        self.thing = thing


def reason(value: Any, error: Exception, pack: Callable[[Any], None]) -> str:
    """Say why a value could not be packed.

    Parameters
    ----------
    value : object
        What was to be packed.
    error : Exception
        What was raised.
    pack : callable
        Packs a part, to see whether that raises too.

    Returns
    -------
    str
        The way to the part at fault, and what is wrong with it.

    Examples
    --------
    >>> import pickle
    >>> value = {"data": [1, (x for x in "abc")]}
    >>> try:
    ...     pickle.dumps(value)
    ... except TypeError as error:
    ...     print(reason(value, error, pickle.dumps))
    cannot send the value of 'data' in a dict, item 1 of a list: cannot pickle 'generator' object
    """
    way: list[str] = []
    seen = {id(value)}
    while len(way) < DEEPEST and not explained(error, value):
        for words, part in parts(value):
            failed = None if id(part) in seen else failure(part, pack)
            if failed is not None:
                way.append(words)
                seen.add(id(part))
                value, error = part, failed
                break
        else:
            break
    where = ", ".join(way[-SHOWN:]) or shortened(value, 80)
    return f"cannot send {where}: {error}"


def explained(error: Exception, value: Any) -> bool:
    """Tell whether an error is about a value itself, or at least about none of its parts."""
    if isinstance(error, CannotTravelError):
        return error.thing is value
    return isinstance(error, RecursionError)


def failure(part: Any, pack: Callable[[Any], None]) -> Exception | None:
    """Give the error that packing a part raises, None for none."""
    try:
        pack(part)
    except Exception as error:
        return error
    return None


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """List what a value consists of, with words for each."""
    if isinstance(value, FunctionType):
        yield from function_parts(value)
    elif isinstance(value, type):
        yield f"the bases of the class `{name_of(value)}`", value.__bases__
        for name, part in vars(value).items():
            if not isinstance(part, DESCRIPTORS) and name != "_abc_impl":
                yield f"the attribute `{name}` of the class `{name_of(value)}`", part
    elif isinstance(value, staticmethod | classmethod | MethodType):
        yield f"the function of a {type(value).__name__}", value.__func__
        yield "the object of a method", getattr(value, "__self__", None)
    elif isinstance(value, property):
        yield "the function of a property", value.fget
    elif isinstance(value, functools.partial):
        yield "the function of a partial", value.func
        yield "the arguments of a partial", (value.args, value.keywords)
    else:
        yield from content(value)


def function_parts(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """List what a function refers to."""
    name = f"function `{name_of(function)}`"
    for variable, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=True
    ):
        for part in cell_content(cell):
            yield f"the variable `{variable}` around the {name}", part
    for variable in mentioned(function.__code__).names:
        if variable in function.__globals__:
            yield f"the global `{variable}` of the {name}", function.__globals__[variable]
    yield f"the defaults of the {name}", (function.__defaults__, function.__kwdefaults__)
    for attribute, part in vars(function).items():
        yield f"the attribute `{attribute}` of the {name}", part


def cell_content(cell: Any) -> Iterator[Any]:
    """Give what a variable of a closure holds, if it does."""
    try:
        yield cell.cell_contents
    except ValueError:
        return


def content(value: Any) -> Iterator[tuple[str, Any]]:
    """List the items of a container, or the attributes of an instance."""
    kind = type(value).__qualname__
    if isinstance(value, dict):
        for key, part in value.items():
            yield f"the key {shortened(key, 40)} of a {kind}", key
            yield f"the value of {shortened(key, 40)} in a {kind}", part
    elif isinstance(value, list | tuple | set | frozenset):
        for number, part in enumerate(value):
            yield f"item {number} of a {kind}", part
    if kind not in ("dict", "list", "tuple", "set", "frozenset"):
        yield from reduced_parts(value, kind)


def reduced_parts(value: Any, kind: str) -> Iterator[tuple[str, Any]]:
    """List what an instance says that it is made of."""
    try:
        _, made_of, *more = value.__reduce_ex__(5)
    except Exception:  # it says that it cannot travel, or is but a name
        return
    yield f"the class `{kind}`", type(value)
    yield f"what a {kind} is made of", made_of
    for state in more[:1]:
        for held in state if isinstance(state, tuple) else (state,):
            if isinstance(held, dict):
                for name, part in held.items():
                    yield f"the attribute `{name}` of a {kind}", part
            else:
                yield f"the state of a {kind}", held
