"""Never compute twice: a call is looked up, and run only if nobody knows its result.

The way of a call: its arguments, bound to the parameters' names, and what the
function is (`faineant.fingerprint`) give a key; the store is asked for it; only
then is the key claimed, the function run and its result kept. The talk's slides
call it lazy evaluation: *do not compute again what is computed already*.
"""

from __future__ import annotations

import functools
import inspect
import os
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, overload

from faineant.calls import check_function, checked_names, named_arguments, signature_of
from faineant.digest import DigestError, Walk
from faineant.fingerprint import describe, fingerprint, qualified_name
from faineant.pack import Packed
from faineant.store import CacheWarning, Found, Store
from faineant.tally import CacheInfo, Tally
from faineant.words import call_in_words, name_of

__all__ = ["CacheInfo", "CachedFunction", "Memory"]

P = ParamSpec("P")
R = TypeVar("R")
RULE = "-----"


class Memory:
    """Remembers on disk what functions return.

    Parameters
    ----------
    location : path-like or None
        The folder to keep results in; made when the first one is kept. With
        None nothing is kept, and functions just run.
    verbose : int
        0 says nothing; from 1 on, each call that has to be computed is printed.
    cachedir : path-like or None
        Another name for `location`, the talk's.

    Raises
    ------
    TypeError
        Both names were given, or the location is no path.
    NotADirectoryError
        The location is a file.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> memory = Memory(folder.name)
    >>> @memory.cache
    ... def double(x):
    ...     return 2 * x
    >>> double(21)
    -----
    [Memory] Calling double...
    double(21)
    <BLANKLINE>
    -----double - 0.0s
    42
    >>> double(x=21)
    42
    >>> memory.cache_info().hits
    1
    >>> folder.cleanup()
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        *,
        verbose: int = 1,
        cachedir: str | os.PathLike[str] | None = None,
    ):
        if location is not None and cachedir is not None:
            raise TypeError(
                f"location={location!r} and cachedir={cachedir!r} are two names for one thing; "
                "give one of them"
            )
        where = location if location is not None else cachedir
        self.location = None if where is None else Path(os.fspath(where))
        self.verbose = verbose
        self.tally = Tally()
        self.store = None if self.location is None else Store(self.location.absolute())
        if self.location is not None and self.location.exists() and not self.location.is_dir():
            raise NotADirectoryError(
                f"location={str(self.location)!r} is a file; give a folder, or a path where one "
                "can be made"
            )

    @overload
    def cache(
        self, func: None = None, *, ignore: Iterable[str] = (), verbose: int | None = None
    ) -> Callable[[Callable[P, R]], CachedFunction[P, R]]: ...
    @overload
    def cache(
        self, func: Callable[P, R], *, ignore: Iterable[str] = (), verbose: int | None = None
    ) -> CachedFunction[P, R]: ...

    def cache(
        self, func: Any = None, *, ignore: Iterable[str] | None = (), verbose: int | None = None
    ) -> Any:
        """Give a function that does what `func` does, and remembers it.

        Parameters
        ----------
        func : callable, optional
            Any function whose result depends only on its arguments and on the
            code and values that it uses, and can be pickled. Left out, a
            decorator is returned: ``@memory.cache(ignore=["verbose"])``.
        ignore : iterable of str
            Parameters that make no difference to the result.
        verbose : int, optional
            Instead of the memory's own.

        Returns
        -------
        CachedFunction
            Called like `func`.

        Raises
        ------
        TypeError
            What a call of `func` returns cannot be kept: it is a generator or
            a coroutine function, or no function at all.
        ValueError
            `ignore` names something that is no parameter.
        """
        if func is None:
            return functools.partial(self.cache, ignore=ignore, verbose=verbose)
        if isinstance(func, CachedFunction):
            func = func.__wrapped__
        return CachedFunction(self, func, ignore=ignore, verbose=verbose)

    def eval(self, func: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function, or remember what it returned.

        Parameters
        ----------
        func : callable
            As for `cache`.
        *args, **kwargs
            Its arguments.

        Returns
        -------
        object
            What `func` returns.
        """
        return self.cache(func)(*args, **kwargs)

    def clear(self) -> None:
        """Forget all results in this location; other files in it stay."""
        if self.store is not None:
            self.store.clear()

    def cache_info(self) -> CacheInfo:
        """Tell what this memory was good for so far, in this process.

        Returns
        -------
        CacheInfo
            Sums over all of its functions.
        """
        return self.tally.info

    def __repr__(self) -> str:
        location = None if self.location is None else str(self.location)
        return f"Memory({location!r}, verbose={self.verbose})"

    def __reduce__(self) -> tuple[Any, ...]:
        location = None if self.store is None else str(self.store.location)
        return rebuild_memory, (location, self.verbose)


class CachedFunction(Generic[P, R]):
    """A function that remembers; `Memory.cache` makes it.

    Attributes
    ----------
    __wrapped__ : callable
        The function itself, which remembers nothing.
    """

    __wrapped__: Callable[P, R]

    def __init__(
        self,
        memory: Memory,
        func: Callable[P, R],
        *,
        ignore: Iterable[str] | None = (),
        verbose: int | None = None,
    ):
        check_function(func)
        functools.update_wrapper(self, func)
        self.memory, self.verbose = memory, verbose
        self.signature = signature_of(func)
        self.ignore = checked_names(func, self.signature, ignore)
        self.name = qualified_name(func)
        self.tally = Tally(memory.tally)
        self.bound: tuple[Any, ...] = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, or remember what it returned."""
        store = self.memory.store
        if store is None:
            return self.__wrapped__(*self.bound, *args, **kwargs)
        key = self.key(args, kwargs)
        found = store.get(self.name, key)
        if found is None:
            with store.claim(self.name, key) as claim:
                # Whoever was waited for may have kept it.
                found = store.get(self.name, key)
                if found is None:
                    return self.run(key, claim, args, kwargs)
        return self.remembered(found)

    def call(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Compute a call, whether or not it is remembered, and keep the new result.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        object
            What the function returns.
        """
        store = self.memory.store
        if store is None:
            return self.__wrapped__(*self.bound, *args, **kwargs)
        key = self.key(args, kwargs)
        with store.claim(self.name, key) as claim:
            return self.run(key, claim, args, kwargs)

    def check_call_in_cache(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Tell whether a call is remembered, without reading or computing its result.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        bool
            True if the call would not run the function, unless its file turns
            out to be damaged.
        """
        store = self.memory.store
        return store is not None and store.has(self.name, self.key(args, kwargs))

    def clear(self) -> None:
        """Forget all results of this function, those of its earlier versions too."""
        if self.memory.store is not None:
            self.memory.store.clear(self.name)

    def cache_info(self) -> CacheInfo:
        """Tell what remembering this function was good for so far, in this process.

        Returns
        -------
        CacheInfo
            Hits, misses, and the time they saved and took.
        """
        return self.tally.info

    def key(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Digest what the function is and what it is called with."""
        walk = Walk(describe)
        arguments = {}
        named = named_arguments(
            self.__wrapped__, self.signature, (*self.bound, *args), kwargs, self.ignore
        )
        for name, value in named.items():
            try:
                arguments[name] = walk.digest(value)
            except DigestError as error:
                within = f"argument {name!r} of {name_of(self.__wrapped__)}"
                if len(error.parts) > 6:
                    error = DigestError(error.reason, (*error.parts[:3], "...", *error.parts[-3:]))
                raise DigestError(
                    f"{error.reason}; leave the argument out of the key with "
                    f"memory.cache(ignore=[{name!r}]) if it makes no difference, or call the "
                    "function with plainer values",
                    (within, *error.parts),
                ) from error
        what = fingerprint(self.__wrapped__), arguments, sorted(self.ignore)
        return walk.digest(what).hex()

    def run(self, key: str, claim: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        """Run the function, count it and keep what it returns."""
        args = (*self.bound, *args)
        said = self.memory.verbose if self.verbose is None else self.verbose
        if said > 0:
            print(f"{RULE}\n[Memory] Calling {name_of(self.__wrapped__)}...")
            print(call_in_words(self.__wrapped__, args, kwargs), flush=True)
        start = time.perf_counter()
        result = self.__wrapped__(*args, **kwargs)
        seconds = time.perf_counter() - start
        self.tally.miss(seconds)
        if said > 0:
            print(f"\n{RULE}{name_of(self.__wrapped__)} - {duration(seconds)}", flush=True)
        self.keep(key, claim, result, seconds)
        return result

    def keep(self, key: str, claim: Any, result: R, seconds: float) -> None:
        """Put a result into the store; where that is impossible, a warning says so."""
        assert self.memory.store is not None
        try:
            packed = Packed(result)
        except Exception as error:
            warnings.warn(
                f"the result of {self.name}, a {type(result).__name__}, cannot be pickled and is "
                f"not kept ({error})",
                CacheWarning,
                stacklevel=4,
            )
            return
        self.memory.store.put(self.name, key, packed, seconds, claim)

    def remembered(self, found: Found) -> R:
        """Count a hit and hand over what was found."""
        self.tally.hit(found.seconds)
        result: R = found.value
        return result

    def __get__(self, instance: Any, owner: type | None = None) -> CachedFunction[..., R]:
        """Make a method of it, as a function in a class body becomes one."""
        return self if instance is None else self.bind(instance)

    def bind(self, instance: Any) -> CachedFunction[..., R]:
        """Give the same function with its first argument filled in; both count together."""
        method: CachedFunction[..., R] = object.__new__(CachedFunction)
        vars(method).update(vars(self))
        method.bound = (*self.bound, instance)
        return method

    @property
    def __signature__(self) -> inspect.Signature:
        if self.signature is None:
            raise AttributeError("__signature__")
        parameters = list(self.signature.parameters.values())[len(self.bound) :]
        return self.signature.replace(parameters=parameters)

    def __repr__(self) -> str:
        return f"<{self.name}, remembered in {self.memory!r}>"

    def __reduce__(self) -> Any:
        if self.bound:
            unbound = object.__new__(CachedFunction)
            vars(unbound).update(vars(self))
            unbound.bound = ()
            return bind_all, (unbound, self.bound)
        module = getattr(self.__wrapped__, "__module__", None)
        name = getattr(self.__wrapped__, "__qualname__", None)
        there = found_at(module, name) if module and name else None
        if isinstance(there, CachedFunction) and there.__wrapped__ is self.__wrapped__:
            return find_function, (module, name)
        return rebuild_function, (self.memory, self.__wrapped__, sorted(self.ignore), self.verbose)


def duration(seconds: float) -> str:
    """Say how long something took.

    Examples
    --------
    >>> duration(0.04), duration(90.0)
    ('0.0s', '90.0s, 1.5min')
    """
    return f"{seconds:.1f}s" if seconds < 60 else f"{seconds:.1f}s, {seconds / 60:.1f}min"


# -- how a memory and its functions travel through pickle ----------------------------------------


def rebuild_memory(location: str | None, verbose: int) -> Memory:
    """Make a memory anew, as in another process."""
    return Memory(location, verbose=verbose)


def rebuild_function(
    memory: Memory, func: Callable[P, R], ignore: list[str], verbose: int | None
) -> CachedFunction[P, R]:
    """Make a cached function anew."""
    return CachedFunction(memory, func, ignore=ignore, verbose=verbose)


def bind_all(function: CachedFunction[P, R], bound: tuple[Any, ...]) -> CachedFunction[..., R]:
    """Fill in the first arguments again."""
    method: CachedFunction[..., R] = function
    for instance in bound:
        method = method.bind(instance)
    return method


def find_function(module: str, name: str) -> Any:
    """Find a cached function where its module keeps it."""
    __import__(module)
    found = found_at(module, name)
    if found is None:
        raise pickle.UnpicklingError(f"{module} has no {name}")
    return found


def found_at(module: str, name: str) -> Any:
    """Look for what a module keeps under a name, None if there is nothing."""
    found: Any = sys.modules.get(module)
    for step in name.split("."):
        found = inspect.getattr_static(found, step, None)
    return found
