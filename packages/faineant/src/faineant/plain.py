"""A function that remembers nothing, with the methods of one that does: `Memory(None)`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from faineant.calls import Call, signature_of
from faineant.entries import Entry
from faineant.held import HeldValue
from faineant.identity import identity_of
from faineant.origin import main_name, work_for
from faineant.tally import CacheInfo
from faineant.travel import appear, bind_all, called, found_at, letter
from faineant.why import Why
from faineant.words import call_in_words

__all__ = ["PlainFunction"]

P = ParamSpec("P")
R = TypeVar("R")


class PlainFunction(functools.partial[R]):
    """Calls a function, at the price of `functools.partial`.

    Attributes
    ----------
    __wrapped__ : callable
        The function itself.
    """

    __wrapped__: Callable[..., R]
    ignore: frozenset[str] = frozenset()
    uses: tuple[Any, ...] = ()
    written: Any = None

    def prepared(self, ignore: frozenset[str], uses: tuple[Any, ...]) -> PlainFunction[R]:
        """Give it the name of the function, and what decides about its keys."""
        functools.update_wrapper(self, self.func)
        self.ignore, self.uses = ignore, uses
        return self

    @property
    def bound(self) -> tuple[Any, ...]:
        """The first arguments, if they are filled in."""
        return self.args

    def call(self, /, *args: Any, **kwargs: Any) -> tuple[R, dict[str, Any]]:
        """Run the function; nothing is known of the call."""
        return self(*args, **kwargs), {}

    def call_and_shelve(self, /, *args: Any, **kwargs: Any) -> HeldValue[R]:
        """Run the function, and hold what it returns."""
        return HeldValue(self(*args, **kwargs))

    def check_call_in_cache(self, /, *args: Any, **kwargs: Any) -> bool:
        """Say no: nothing is remembered."""
        return False

    def key(self, /, *args: Any, **kwargs: Any) -> str:
        """Give the key that a memory with a location would use."""
        function = self.__wrapped__
        call = Call(function, signature_of(function), self.ignore)
        return call.encoded((*self.args, *args), kwargs).key(identity_of(function, self.uses))

    def entries(self) -> list[Entry]:
        """Give an empty list: nothing is kept."""
        return []

    def why(self, /, *args: Any, **kwargs: Any) -> Why:
        """Say that the call would run in any case."""
        call = call_in_words(self.__wrapped__, (*self.args, *args), kwargs, 80)
        return Why(False, (f"{call} would run: its memory has no location and keeps nothing.",))

    def clear(self, warn: bool = True) -> None:
        """Do nothing: nothing is remembered."""

    def forget(self, /, *args: Any, **kwargs: Any) -> bool:
        """Say that nothing was forgotten."""
        return False

    def cache_info(self) -> CacheInfo:
        """Tell zeros: nothing is counted."""
        return CacheInfo()

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Make a method of it, as a function in a class body becomes one."""
        return self if instance is None else self.bind(instance)

    def bind(self, instance: Any) -> PlainFunction[R]:
        """Give the same function with its first argument filled in."""
        method = type(self)(self, instance)
        vars(method).update(vars(self))
        return method

    def __reduce__(self) -> Any:
        if self.bound:
            unbound = type(self)(self.__wrapped__).prepared(self.ignore, self.uses)
            return bind_all, (unbound, self.bound)
        module, name = called(self.__wrapped__)
        there = found_at(module, name) if module and name else None
        if isinstance(there, PlainFunction) and there.__wrapped__ is self.__wrapped__:
            return appear, (PlainFunction, module, name), there.letter
        return appear, (type(self),), self.content

    @property
    def content(self) -> tuple[Any, ...]:
        """What it takes to make it anew in another process."""
        return main_name(), self.__wrapped__, self.ignore, self.uses

    @property
    def letter(self) -> Any:
        """What pickle sends in its stead, always the same object."""
        if self.written is None:
            self.written = letter(*called(self.__wrapped__), self.content)
        return self.written

    def __setstate__(self, state: Any) -> None:
        if "__wrapped__" in vars(self):
            return  # found under its name
        main, function, ignore, uses = state if type(state) is tuple else state.content
        work_for(main)
        super().__setstate__((function, (), {}, {}))  # type: ignore[misc,unused-ignore]
        self.prepared(ignore, uses)
