"""A function that remembers: look up, and only then claim, compute and keep.

The way of a call: its arguments and what the function is give a key; the store
is asked for it; only then is the key claimed, the function run and its result
kept. Read `CachedFunction.__call__` first; all else serves it or asks about it.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from faineant.caller import warn_caller
from faineant.calls import Arguments, Call, check_function, checked_names, signature_of
from faineant.entries import Entry
from faineant.facts import Facts
from faineant.fingerprint import qualified_name
from faineant.held import HeldValue, Result
from faineant.identity import identity_of
from faineant.origin import main_name, work_for
from faineant.pack import Packed
from faineant.store import CacheWarning, Found, Store
from faineant.tally import CacheInfo, Tally
from faineant.travel import appear, bind_all, called, found_at, letter
from faineant.why import Why, damaged, hit, miss
from faineant.words import call_in_words, duration, name_of, say, shortened

__all__ = ["CachedFunction"]

P = ParamSpec("P")
R = TypeVar("R")
RULE = "-----"
MOST_COMPARED = 500  # earlier calls are looked at to say why one would run


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
        self.identity = identity_of(func, self.uses)
        self.name = qualified_name(func)
        self.tally = Tally(memory.tally)
        self.bound: tuple[Any, ...] = ()
        self.written: Any = None

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, or remember what it returned."""
        key, call = self.prepared(args, kwargs)
        found = self.look_up(key)
        if found is None:
            return self.compute(key, call, args, kwargs)
        value: R = found.value
        return value

    def prepared(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Arguments]:
        """Give the key of a call, and its arguments by the parameters they are for."""
        call = self.calls.encoded((*self.bound, *args), kwargs)
        return call.key(self.identity), call

    def look_up(self, key: str) -> Found | None:
        """Give what is remembered and still good, and count it."""
        checked = self.validate is not None
        if checked and (known := self.metadata(key)) is not None and not self.good(known):
            return None
        # It was the file that was asked about, and memory may hold the one before it.
        found = self.store.get(self.name, key, self.mmap_mode, fresh=checked)
        if found is None:
            return None
        self.tally.hit(found.seconds)
        return found

    def recall(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Found | None]:
        """Give a call's key, and what is remembered of it: `Parallel` asks before it sends."""
        key, _ = self.prepared(args, kwargs)
        return key, self.look_up(key)

    def compute(
        self, key: str, call: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> R:
        """Claim a key and run the function, unless whoever was waited for has kept a result."""
        with self.store.claim(self.name, key) as claim:
            found = self.look_up(key)
            if found is None:
                return self.run(key, claim, call, args, kwargs)
        value: R = found.value
        return value

    def call(self, /, *args: P.args, **kwargs: P.kwargs) -> tuple[R, dict[str, Any]]:
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
        key, call = self.prepared(args, kwargs)
        with self.store.claim(self.name, key) as claim:
            result = self.run(key, claim, call, args, kwargs)
        return result, self.metadata(key) or {}

    def call_and_shelve(self, /, *args: P.args, **kwargs: P.kwargs) -> Result[R] | HeldValue[R]:
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
        key, call = self.prepared(args, kwargs)
        held = self.held(key)
        if held is None:
            value = self.compute(key, call, args, kwargs)
            return self.held(key) or HeldValue(value)
        self.tally.hit(held.duration)
        return held

    def held(self, key: str) -> Result[R] | None:
        """Hold a result that is kept and still good."""
        known = self.metadata(key)
        if known is None or not self.good(known):
            return None
        return Result(self.store, self.name, key, self.mmap_mode, known)

    def check_call_in_cache(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
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

    def key(self, /, *args: P.args, **kwargs: P.kwargs) -> str:
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
        return self.prepared(args, kwargs)[0]

    def forget(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
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

    def entries(self) -> list[Entry]:
        """List what is kept of this function, of its earlier versions too.

        Returns
        -------
        list of Entry
            The newest last.
        """
        return self.store.entries(self.name)

    def why(self, /, *args: P.args, **kwargs: P.kwargs) -> Why:
        """Say why a call would be remembered, or why it would run.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        Why
            Printed, it says what differs from the nearest earlier call.
        """
        key, call = self.prepared(args, kwargs)
        now = self.facts(call, (*self.bound, *args), kwargs)
        head = self.store.head(self.name, key)
        if head is not None:
            return hit(now, head, good=self.valid(key))
        if self.store.there(self.name, key):
            return damaged(now)
        kept = [entry for entry in self.entries() if entry.own][-MOST_COMPARED:]
        heads = [self.store.head(self.name, entry.key) for entry in reversed(kept)]
        return miss(now, [head for head in heads if head is not None])

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
        """Tell whether a key is there and still good."""
        return self.store.head(self.name, key) is not None and self.valid(key)

    def valid(self, key: str) -> bool:
        """Ask the user's own check, if there is one, whether a result is still good."""
        if self.validate is None:
            return True
        known = self.metadata(key)
        return known is not None and self.good(known)

    def good(self, known: dict[str, Any]) -> bool:
        """Ask the same of what is known of the result."""
        return self.validate is None or bool(self.validate(known))

    def metadata(self, key: str) -> dict[str, Any] | None:
        """Give what is known of a kept call, by joblib's names; None if it is not there."""
        head = self.store.head(self.name, key)
        if head is None:
            return None
        given = Facts.read(head.facts).input_args
        return {"duration": head.seconds, "input_args": given, "time": head.created}

    def run(
        self,
        key: str,
        claim: Any,
        call: Arguments,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> R:
        """Run the function, count it and keep what it returns."""
        args = (*self.bound, *args)
        facts = self.facts(call, args, kwargs)  # now: the function may change its arguments
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
            say(f"{RULE}\n[Memory] Calling {name_of(self.__wrapped__)}...")
            say(call_in_words(self.__wrapped__, args, kwargs))

    def say_done(self, seconds: float) -> None:
        """Count the call, and print how long it took."""
        self.tally.miss(seconds)
        if self.said > 0:
            say(f"\n{RULE}{name_of(self.__wrapped__)} - {duration(seconds)}")

    @property
    def said(self) -> int:
        """How much is printed."""
        return self.memory.verbose if self.verbose is None else self.verbose

    def facts(self, call: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Facts:
        """Say what a call is, for people and for `why`."""
        return Facts(
            call_in_words(self.__wrapped__, args, kwargs, 80),
            {
                name: shortened(value, 80)
                for name, value in zip(call.names, call.values, strict=True)
            },
            call.digests(),
            self.identity.parts(),
        )

    def keep(self, key: str, claim: Any, result: R, seconds: float, facts: Facts) -> None:
        """Put a result into the store; where that is impossible, a warning says so."""
        try:
            packed = Packed(result)
        except Exception as error:
            warn_caller(
                f"the result of {self.name}, a {type(result).__name__}, cannot be pickled and is "
                f"not kept ({error})",
                CacheWarning,
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
        module, name = called(self.__wrapped__)
        there = found_at(module, name) if module and name else None
        if isinstance(there, CachedFunction) and there.__wrapped__ is self.__wrapped__:
            return appear, (CachedFunction, module, name), there.letter
        return appear, (type(self),), self.content

    @property
    def content(self) -> tuple[Any, ...]:
        """What it takes to make it anew in another process."""
        options = {
            "ignore": sorted(self.ignore),
            "verbose": self.verbose,
            "mmap_mode": self.mmap_mode,
            "cache_validation_callback": self.validate,
            "uses": self.uses,
        }
        return main_name(), self.memory, self.__wrapped__, options

    @property
    def letter(self) -> Any:
        """What pickle sends in its stead, always the same object."""
        if self.written is None:
            self.written = letter(*called(self.__wrapped__), self.content)
        return self.written

    def __setstate__(self, state: Any) -> None:
        if "calls" in vars(self):
            return  # found under its name
        main, memory, function, options = state if type(state) is tuple else state.content
        work_for(main)
        vars(self).update(vars(memory.cache(function, **options)))
