"""Coroutine functions that remember: tasks, threads and processes wait without blocking."""

import asyncio
import inspect
import pickle
import threading

import pytest
from faineant import HeldValue, Memory
from faineant.awaited import AsyncCachedFunction


class Calls(list):
    """What was called; to the digest a constant, so that counting changes no key."""

    def __reduce__(self):
        return Calls, ()


CALLS = Calls()


async def slow_double(x, seconds=0.05):
    CALLS.append(x)
    await asyncio.sleep(seconds)
    return 2 * x


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()


@pytest.fixture
def cached(memory) -> AsyncCachedFunction:
    return memory.cache(slow_double)


def test_a_coroutine_function_is_remembered(cached):
    async def twice():
        return await cached(3), await cached(x=3)

    assert asyncio.run(twice()) == (6, 6)
    assert asyncio.run(cached(3, seconds=0.05)) == 6
    assert CALLS == [3]
    assert cached.cache_info()[:2] == (2, 1)
    assert cached.why(3).hit


def test_of_many_tasks_one_computes_and_the_others_wait(cached):
    async def together():
        return await asyncio.gather(*(cached(n % 3) for n in range(30)))

    assert asyncio.run(together()) == [2 * (n % 3) for n in range(30)]
    assert sorted(CALLS) == [0, 1, 2]


def test_a_task_that_waits_does_not_hold_up_its_loop(cached):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    async def wait_for_another_loop():
        ticking = asyncio.create_task(tick())
        found = await cached(1, seconds=0.4)
        ticking.cancel()
        return found

    other = threading.Thread(target=lambda: asyncio.run(cached(1, seconds=0.4)))
    other.start()
    while not CALLS:
        pass
    assert asyncio.run(wait_for_another_loop()) == 2
    other.join()
    assert CALLS == [1]
    assert ticks > 10


def test_a_task_that_waits_can_be_cancelled(cached):
    async def impatient():
        owner = asyncio.create_task(cached(5, seconds=0.3))
        await asyncio.sleep(0.05)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(cached(5, seconds=0.3), 0.05)
        return await owner

    assert asyncio.run(impatient()) == 10
    assert CALLS == [5]


def test_when_the_owner_is_cancelled_another_task_computes(cached):
    async def succeeded():
        owner = asyncio.create_task(cached(5, seconds=0.1))
        await asyncio.sleep(0.02)
        heir = asyncio.create_task(cached(5, seconds=0.1))
        await asyncio.sleep(0.02)
        owner.cancel()
        return await heir

    assert asyncio.run(succeeded()) == 10
    assert CALLS == [5, 5]


def test_when_the_loop_of_the_owner_is_closed_another_loop_computes(cached):
    loop = asyncio.new_event_loop()
    owner = cached(6, seconds=0.1)
    task = loop.create_task(owner)
    loop.run_until_complete(asyncio.sleep(0.02))
    task._log_destroy_pending = False  # it is left halfway, and the loop shall not complain
    loop.close()
    owner.close()
    assert asyncio.run(asyncio.wait_for(cached(6, seconds=0.1), 5)) == 12
    assert CALLS == [6, 6]


def test_a_coroutine_that_needs_its_own_result_does_not_wait_for_itself(memory):
    depths = iter(range(3))

    async def again(x, depths):
        return "deep" if next(depths) == 2 else await remembered(x, depths)

    remembered = memory.cache(again, ignore=["depths"])
    assert asyncio.run(asyncio.wait_for(remembered(1, depths), 5)) == "deep"


def test_exceptions_are_not_remembered(memory):
    async def fail():
        CALLS.append("fail")
        raise ValueError("no")

    cached = memory.cache(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            asyncio.run(cached())
    assert CALLS == ["fail", "fail"]


def test_the_call_is_printed_as_any_other(tmp_path, capsys):
    cached = Memory(tmp_path).cache(slow_double)
    asyncio.run(cached(1))
    asyncio.run(cached(1))
    printed = capsys.readouterr().out
    assert printed.count("[Memory] Calling slow_double...\nslow_double(1)") == 1
    assert "-----slow_double - 0." in printed


def test_call_and_shelve_forces_and_holds(cached):
    async def use():
        held = await cached.call_and_shelve(4)
        again = await cached.call_and_shelve(4)
        result, metadata = await cached.call(4)
        return held, again, result, metadata

    held, again, result, metadata = asyncio.run(use())
    assert held == again
    assert held.get() == result == 8
    assert metadata["input_args"] == {"x": "4", "seconds": "0.05"}
    assert CALLS == [4, 4]


def test_methods_and_pickles_work(memory):
    class Service:
        def __init__(self, n):
            self.n = n

        @memory.cache
        async def add(self, x):
            CALLS.append(x)
            return self.n + x

    assert asyncio.run(Service(1).add(2)) == asyncio.run(Service(1).add(2)) == 3
    assert asyncio.run(Service(2).add(2)) == 4
    assert CALLS == [2, 2]
    travelled = pickle.loads(pickle.dumps(memory.cache(slow_double)))
    assert asyncio.run(travelled(9)) == 18


def test_without_a_location_the_coroutine_just_runs():
    cached = Memory(None).cache(slow_double)
    assert inspect.iscoroutine(started := cached(1, 0))
    assert asyncio.run(started) == 2

    async def shelve():
        return await cached.call_and_shelve(2, 0), await cached.call(3, 0)

    held, (result, metadata) = asyncio.run(shelve())
    assert isinstance(held, HeldValue)
    assert (held.get(), result, metadata) == (4, 6, {})
