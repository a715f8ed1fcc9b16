"""Why a call would be remembered or run, told in sentences that name what differs."""

import importlib
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from faineant import Memory, expires_after


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A module of the user's own, which can be written anew."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text: str):
        (tmp_path / "shop_of_why.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        sys.modules.pop("shop_of_why", None)
        return importlib.import_module("shop_of_why")

    yield write
    sys.modules.pop("shop_of_why", None)


TEXT = (
    "RATE = 2\n\ndef half(x):\n    return x / RATE\n\ndef price(x, n=1):\n    return half(x) * n\n"
)


def test_a_function_without_results_runs(memory, shop):
    why = memory.cache(shop(TEXT).price).why(3)
    assert not why.hit
    assert str(why) == "price(3) would run: no call of this function is kept."


def test_a_kept_call_is_remembered(memory, shop):
    cached = memory.cache(shop(TEXT).price)
    cached(3)
    why = cached.why(x=3)
    assert why.hit
    assert str(why).startswith("price(x=3) is remembered: computed 0 s ago, in ")
    assert cached.cache_info()[:2] == (0, 1), "asking counts for nothing"


def test_an_argument_that_differs_is_named_with_both_values(memory, shop):
    cached = memory.cache(shop(TEXT).price)
    cached(3)
    cached(4, n=5)
    assert not cached.why(3, n=7).hit
    assert cached.why(3, n=7).reasons == (
        "price(3, n=7) would run. Against the nearest call that is kept, price(3) of 0 s ago:",
        "- argument n differs: 1 then, 7 now",
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("RATE = 2", "RATE = 4", "- constant shop_of_why.RATE differs"),
        ("x / RATE", "x / RATE + 1", "- function shop_of_why.half differs"),
        ("half(x) * n", "half(x) + n", "- function shop_of_why.price differs"),
        ("n=1", "n=2", "- default n of shop_of_why.price differs"),
        ("half(x) * n", "half(x) * n * max(MORE)\n\nMORE = [1]",
         "- constant shop_of_why.MORE is used now, and was not then"),
    ],
)  # fmt: skip
def test_a_part_of_the_function_that_differs_is_named(memory, shop, old, new, expected):
    memory.cache(shop(TEXT).price)(3, 1)
    assert old in TEXT
    changed = memory.cache(shop(TEXT.replace(old, new)).price).why(3, 1)
    assert not changed.hit
    assert expected in changed.reasons


def test_a_file_that_is_damaged_is_said_to_be(memory):
    cached = memory.cache(len)
    cached("abc")
    [entry] = cached.entries()
    Path(entry.file).write_bytes(b"")
    why = cached.why("abc")
    assert not why.hit
    assert str(why) == "len('abc') would run: it is kept, and its file is damaged."


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def apply(self, x):
        return self.factor * x

    def __call__(self, x):
        return self.factor + x


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (Scale(2).apply, Scale(3).apply, f"object of {__name__}.Scale.apply differs"),
        (Scale(2), Scale(3), f"object {__name__}.Scale differs"),
        (partial(pow, 2), partial(pow, 3), "fixed arguments of builtins.pow differs"),
    ],
)
def test_what_a_callable_holds_is_named_when_it_differs(memory, then, now, expected):
    memory.cache(then)(4)
    _, *reasons = memory.cache(now).why(4).reasons
    assert reasons == [f"- {expected}"]


def test_the_nearest_of_many_calls_is_compared(memory, shop):
    module = shop(TEXT)
    cached = memory.cache(module.price)
    for x in range(30):
        cached(x, n=2)
    module.RATE = 5
    cached(7, n=9)
    assert "price(7, n=9)" in str(cached.why(8, n=9))
    module.RATE = 2
    assert "price(29, n=2)" in str(cached.why(30, n=2)), "of equally near ones the newest"


LOCK = threading.Lock()


def guarded(x):
    with LOCK:
        return x


def test_what_counts_by_its_type_is_listed(memory):
    cached = memory.cache(guarded)
    cached(1)
    module = guarded.__module__
    expected = f"Of constant {module}.LOCK only the type counts, _thread.lock."
    assert expected in cached.why(1).reasons
    assert expected in cached.why(2).reasons


def test_a_result_that_has_expired_is_said_to_be_no_longer_good(memory):
    cached = memory.cache(guarded, cache_validation_callback=expires_after(seconds=0.05))
    cached(1)
    time.sleep(0.06)
    why = cached.why(1)
    assert not why.hit
    assert "says that this is no longer good" in str(why)


def test_a_memory_without_a_location_says_that_it_keeps_nothing():
    why = Memory(None).cache(guarded).why(1)
    assert not why.hit
    assert str(why) == "guarded(1) would run: its memory has no location and keeps nothing."


def test_a_program_of_another_day_is_compared(run):
    program = """
        from faineant import Memory

        SCALE = {scale}

        @Memory("cache", verbose=0).cache
        def stretch(x):
            return SCALE * x

        print(stretch.why(2))
        stretch(2)
    """
    run(program.format(scale=1))
    told = run(program.format(scale=2)).splitlines()
    assert told[1:] == ["- constant program.SCALE differs"]
    assert run(program.format(scale=1)).startswith("stretch(2) is remembered")
