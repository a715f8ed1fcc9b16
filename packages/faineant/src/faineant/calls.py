"""What a call is: arguments by the names of the parameters, so that f(1) and f(x=1) are one."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from faineant.words import name_of

__all__ = ["check_function", "checked_names", "named_arguments", "signature_of"]


def named_arguments(
    func: Any,
    signature: inspect.Signature | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    ignore: frozenset[str],
) -> dict[str, Any]:
    """Give the arguments of a call by name, defaults filled in, what is ignored left out."""
    if signature is None:
        return {str(place): value for place, value in enumerate(args)} | kwargs
    try:
        call = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name_of(func)}(): {error}") from None
    call.apply_defaults()
    named = dict(call.arguments)
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            named |= {f"**{extra}": value for extra, value in named.pop(name).items()}
    return {name: named[name] for name in named if name.lstrip("*") not in ignore}


def check_function(func: Any) -> None:
    """Raise unless a call of it returns something that can be kept."""
    if isinstance(func, staticmethod | classmethod):
        kind = type(func).__name__
        raise TypeError(f"put @{kind} above @memory.cache, so that it wraps what is cached")
    if not callable(func):
        raise TypeError(f"{func!r} cannot be called; memory.cache takes a function")
    kinds = {
        "a generator": inspect.isgeneratorfunction,
        "a coroutine": inspect.iscoroutinefunction,
        "an asynchronous generator": inspect.isasyncgenfunction,
    }
    for kind, is_one in kinds.items():
        if is_one(func):
            raise TypeError(
                f"{name_of(func)} returns {kind}, which is used up once and cannot be kept; "
                "cache a function that returns its values, as a list for example"
            )


def signature_of(func: Any) -> inspect.Signature | None:
    """Give the signature; None for functions that tell none, such as ufuncs."""
    try:
        return inspect.signature(func)
    except (ValueError, TypeError):
        return None


def checked_names(
    func: Any, signature: inspect.Signature | None, ignore: Iterable[str] | None
) -> frozenset[str]:
    """Check that what is to be ignored are parameters."""
    if isinstance(ignore, str):
        raise TypeError(f"ignore={ignore!r} is one name; give a list: ignore=[{ignore!r}]")
    names = frozenset(name.lstrip("*") for name in ignore or ())
    parameters = {} if signature is None else dict(signature.parameters)
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    unknown = sorted(names - set(parameters))
    if unknown and not takes_any:
        raise ValueError(
            f"ignore names {unknown}, and the parameters of {name_of(func)} are {list(parameters)}"
        )
    return names
