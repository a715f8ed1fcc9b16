"""``async def`` functions that remember: their waits let the other tasks of the loop go on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, cast

from faineant.cached import CachedFunction
from faineant.calls import Arguments
from faineant.held import HeldValue, Result
from faineant.plain import PlainFunction

__all__ = ["AsyncCachedFunction", "AsyncPlainFunction"]

P = ParamSpec("P")
R = TypeVar("R")


class AsyncCachedFunction(CachedFunction[P, Any]):
    """A coroutine function that remembers; `Memory.cache` makes it of an ``async def``.

    What it is called with gives an awaitable. Of several tasks, threads or
    processes with the same call one computes, and the others wait for it; a task
    that waits does not hold up its loop, and can be cancelled.
    """

    async def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the function, or remember what it returned."""
        key, call = self.prepared(args, kwargs)
        found = self.look_up(key)
        return found.value if found else await self.compute(key, call, args, kwargs)

    async def call(self, /, *args: P.args, **kwargs: P.kwargs) -> tuple[Any, dict[str, Any]]:  # type: ignore[override]
        """Compute a call as `CachedFunction.call` does."""
        key, call = self.prepared(args, kwargs)
        async with self.store.claim_soon(self.name, key) as claim:
            result = await self.run(key, claim, call, args, kwargs)
        return result, self.metadata(key) or {}

    async def call_and_shelve(  # type: ignore[override]
        self, /, *args: P.args, **kwargs: P.kwargs
    ) -> Result[Any] | HeldValue[Any]:
        """Hold the result as `CachedFunction.call_and_shelve` does."""
        key, call = self.prepared(args, kwargs)
        held = self.held(key)
        if held is None:
            value = await self.compute(key, call, args, kwargs)
            return self.held(key) or HeldValue(value)
        self.tally.hit(held.duration)
        return held

    async def compute(
        self, key: str, call: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Claim a key and run the function, unless whoever was waited for has kept a result."""
        async with self.store.claim_soon(self.name, key) as claim:
            found = self.look_up(key)
            return found.value if found else await self.run(key, claim, call, args, kwargs)

    async def run(
        self,
        key: str,
        claim: Any,
        call: Arguments,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run the function, count it and keep what it returns."""
        args = (*self.bound, *args)
        facts = self.facts(call, args, kwargs)
        self.say_calling(args, kwargs)
        start = time.perf_counter()
        function = cast(Callable[..., Awaitable[Any]], self.__wrapped__)
        result = await function(*args, **kwargs)
        seconds = time.perf_counter() - start
        self.say_done(seconds)
        self.keep(key, claim, result, seconds, facts)
        return result


class AsyncPlainFunction(PlainFunction[Any]):
    """A coroutine function that remembers nothing, with the methods of one that does."""

    async def call(self, /, *args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:  # type: ignore[override]
        """Run the function; nothing is known of the call."""
        return await self(*args, **kwargs), {}

    async def call_and_shelve(self, /, *args: Any, **kwargs: Any) -> HeldValue[Any]:  # type: ignore[override]
        """Run the function, and hold what it returns."""
        return HeldValue(await self(*args, **kwargs))
