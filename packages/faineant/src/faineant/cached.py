"""A function that remembers: look up, and only then claim, compute and keep.

The way of a call: its arguments and what the function is give a key; the store
is asked for it; only then is the key claimed, the function run and its result
kept. Read `CachedFunction.__call__` first; all else serves it or asks about it.
"""

from __future__ import annotations

import functools
import inspect
import json
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from faineant.calls import Call, check_function, checked_names, signature_of
from faineant.fingerprint import qualified_name
from faineant.held import HeldValue, Result
from faineant.identity import Identity
from faineant.pack import DamageError, Packed, read_head
from faineant.signing import signing_key
from faineant.store import CacheWarning, Store
from faineant.tally import CacheInfo, Tally
from faineant.words import call_in_words, name_of, shortened

__all__ = ["CachedFunction"]

P = ParamSpec("P")
R = TypeVar("R")
RULE = "-----"


class Owner(Protocol):
    """What a cached function knows of the memory that made it."""

    verbose: int
    tally: Tally


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
        memory: Owner,
        store: Store,
        func: Callable[P, R],
        *,
        ignore: Iterable[str] | None = (),
        verbose: int | None = None,
        mmap_mode: str | None = "c",
        validate: Callable[[dict[str, Any]], bool] | None = None,
        uses: Iterable[Any] = (),
    ):
        check_function(func)
        functools.update_wrapper(self, func)
        self.memory, self.store, self.verbose = memory, store, verbose
        self.mmap_mode, self.validate, self.uses = mmap_mode, validate, tuple(uses)
        self.signature = signature_of(func)
        self.ignore = checked_names(func, self.signature, ignore)
        self.calls = Call(func, self.signature, self.ignore)
        self.identity = Identity(func, self.uses)
        self.name = qualified_name(func)
        self.tally = Tally(memory.tally)
        self.bound: tuple[Any, ...] = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, or remember what it returned."""
        key = self.calls.key((*self.bound, *args), kwargs, self.identity)
        found = self.store.get(self.name, key, self.mmap_mode)
        if found is None or (self.validate is not None and not self.valid(key)):
            return self.compute(key, args, kwargs)
        self.tally.hit(found.seconds)
        value: R = found.value
        return value

    def compute(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        """Claim a key and run the function, unless whoever was waited for has kept a result."""
        with self.store.claim(self.name, key) as claim:
            found = self.store.get(self.name, key, self.mmap_mode)
            if found is None or not self.valid(key):
                return self.run(key, claim, args, kwargs)
        self.tally.hit(found.seconds)
        value: R = found.value
        return value

    def call(self, *args: P.args, **kwargs: P.kwargs) -> tuple[R, dict[str, Any]]:
        """Compute a call, whether or not it is remembered, and keep the new result.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        result : object
            What the function returns.
        metadata : dict
            ``duration`` in seconds, ``time`` and shortened ``input_args``.
        """
        key = self.key(*args, **kwargs)
        with self.store.claim(self.name, key) as claim:
            result = self.run(key, claim, args, kwargs)
        return result, self.metadata(key) or {}

    def call_and_shelve(self, *args: P.args, **kwargs: P.kwargs) -> Result[R] | HeldValue[R]:
        """Call the function if need be, and hold the result without loading it.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        Result or HeldValue
            Its ``get()`` gives what the function returns. It can be pickled and
            sent to another process. A `HeldValue` if the result cannot be kept.
        """
        key = self.key(*args, **kwargs)
        if self.remembers(key):
            self.tally.hit(float((self.metadata(key) or {}).get("duration", 0.0)))
        else:
            value = self.compute(key, args, kwargs)
            if not self.store.has(self.name, key):
                return HeldValue(value)
        return Result(self.store, self.name, key, self.mmap_mode, self.metadata(key) or {})

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
        return self.remembers(self.key(*args, **kwargs))

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Give the key of a call: digested from what the function is and its arguments.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        str
            32 hexadecimal digits, the same in each process.
        """
        return self.calls.key((*self.bound, *args), kwargs, self.identity)

    def forget(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Forget one call; without arguments, what all versions of this function returned.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments. A function without parameters has one call.

        Returns
        -------
        bool
            Whether there was something to forget; True without arguments.
        """
        if args or kwargs or self.bound:
            return self.store.forget(self.name, self.key(*args, **kwargs))
        self.clear()
        return True

    def clear(self, warn: bool = True) -> None:
        """Forget all results of this function, those of its earlier versions too.

        Parameters
        ----------
        warn : bool
            Accepted for programs written for joblib; nothing is said either way.
        """
        self.store.clear(self.name)

    def cache_info(self) -> CacheInfo:
        """Tell what remembering this function was good for so far, in this process.

        Returns
        -------
        CacheInfo
            Hits, misses, and the time they saved and took.
        """
        return self.tally.info

    def remembers(self, key: str) -> bool:
        """Tell whether a key is there and still valid."""
        return self.store.has(self.name, key) and self.valid(key)

    def valid(self, key: str) -> bool:
        """Ask the user's own check, if there is one, whether a result is still good."""
        if self.validate is None:
            return True
        known = self.metadata(key)
        return known is not None and bool(self.validate(known))

    def metadata(self, key: str) -> dict[str, Any] | None:
        """Give what is known of a kept call."""
        return metadata(self.store, self.name, key)

    def run(self, key: str, claim: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        """Run the function, count it and keep what it returns."""
        args = (*self.bound, *args)
        facts = self.facts(args, kwargs)  # now: the function may change its arguments
        self.say_calling(args, kwargs)
        start = time.perf_counter()
        result = self.__wrapped__(*args, **kwargs)
        seconds = time.perf_counter() - start
        self.say_done(seconds)
        self.keep(key, claim, result, seconds, facts)
        return result

    def say_calling(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Print what is called, as the talk's slide shows."""
        if self.said > 0:
            print(f"{RULE}\n[Memory] Calling {name_of(self.__wrapped__)}...")
            print(call_in_words(self.__wrapped__, args, kwargs), flush=True)

    def say_done(self, seconds: float) -> None:
        """Count the call, and print how long it took."""
        self.tally.miss(seconds)
        if self.said > 0:
            print(f"\n{RULE}{name_of(self.__wrapped__)} - {duration(seconds)}", flush=True)

    @property
    def said(self) -> int:
        """How much is printed."""
        return self.memory.verbose if self.verbose is None else self.verbose

    def facts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Write down what a call was, for people and for `why`."""
        _, names, values = self.calls.arguments(args, kwargs)
        return {
            "call": call_in_words(self.__wrapped__, args, kwargs, 80),
            "input_args": {
                name: shortened(value, 80) for name, value in zip(names, values, strict=True)
            },
        }

    def keep(self, key: str, claim: Any, result: R, seconds: float, facts: dict[str, Any]) -> None:
        """Put a result into the store; where that is impossible, a warning says so."""
        try:
            packed = Packed(result)
        except Exception as error:
            warnings.warn(
                f"the result of {self.name}, a {type(result).__name__}, cannot be pickled and is "
                f"not kept ({error})",
                CacheWarning,
                stacklevel=5,
            )
            return
        self.store.put(self.name, key, packed, seconds, claim, facts)

    def __get__(self, instance: Any, owner: type | None = None) -> CachedFunction[..., R]:
        """Make a method of it, as a function in a class body becomes one."""
        return self if instance is None else self.bind(instance)

    def bind(self, instance: Any) -> CachedFunction[..., R]:
        """Give the same function with its first argument filled in; both count together."""
        method: CachedFunction[..., R] = object.__new__(type(self))
        vars(method).update(vars(self))
        method.bound = (*self.bound, instance)
        return method

    @property
    def func(self) -> Callable[P, R]:
        """The function itself, by joblib's name."""
        return self.__wrapped__

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
            unbound = object.__new__(type(self))
            vars(unbound).update(vars(self))
            unbound.bound = ()
            return bind_all, (unbound, self.bound)
        module = getattr(self.__wrapped__, "__module__", None)
        name = getattr(self.__wrapped__, "__qualname__", None)
        there = found_at(module, name) if module and name else None
        if isinstance(there, CachedFunction) and there.__wrapped__ is self.__wrapped__:
            return find_function, (module, name)
        options = {
            "ignore": sorted(self.ignore),
            "verbose": self.verbose,
            "mmap_mode": self.mmap_mode,
            "cache_validation_callback": self.validate,
            "uses": self.uses,
        }
        return rebuild_function, (self.memory, self.__wrapped__, options)


def metadata(store: Store, function: str, key: str) -> dict[str, Any] | None:
    """Give what is known of a kept call, by joblib's names; None if it is not there."""
    try:
        with open(store.entry(function, key), "rb") as file:
            head, _ = read_head(file.fileno(), signing_key())
        facts = json.loads(head.facts)
    except (DamageError, OSError, ValueError):
        return None
    given = facts.get("input_args", {})
    return {"duration": head.seconds, "input_args": given, "time": head.created}


def duration(seconds: float) -> str:
    """Say how long something took.

    Examples
    --------
    >>> duration(0.04), duration(90.0)
    ('0.0s', '90.0s, 1.5min')
    """
    return f"{seconds:.1f}s" if seconds < 60 else f"{seconds:.1f}s, {seconds / 60:.1f}min"


# -- how a cached function travels through pickle ----------------------------------------------


def rebuild_function(memory: Owner, func: Callable[P, R], options: dict[str, Any]) -> Any:
    """Make a cached function anew."""
    return memory.cache(func, **options)


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
