"""A task's random numbers depend on its seed and its number, and on nothing else."""

import json
import os
import random
import struct
import sys
from itertools import product

import numpy as np
import pytest
from faineant import seeding
from faineant.seeding import check_seed, kept_state, reseed, seed_task

fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


@pytest.fixture(autouse=True)
def generators_as_before():
    """Let no test change what the others draw."""
    state, numpy_state = random.getstate(), np.random.get_state()
    yield
    random.setstate(state)
    np.random.set_state(numpy_state)


def drawn(seed, number):
    """Give what a task draws first."""
    seed_task(seed, number)
    return [random.random() for _ in range(3)], list(np.random.rand(3))


def test_a_task_s_numbers_depend_on_nothing_but_seed_and_number():
    first = drawn(7, 3)
    random.random(), np.random.rand(1000), drawn(8, 0)
    assert drawn(7, 3) == first
    assert drawn(np.int64(7), 3) == first


def test_tasks_and_seeds_that_are_neighbours_draw_different_numbers():
    pairs = list(product(range(40), range(40)))
    pairs += [(seed, 0) for shift in range(8, 600, 8) for seed in (1 << shift, (1 << shift) + 1)]
    pairs += [(0, 1 << shift) for shift in range(8, 63)]
    streams = [drawn(seed, number) for seed, number in pairs]
    firsts = {value for stream in streams for values in stream for value in values}
    assert len(firsts) == 6 * len(pairs)


def test_each_bit_of_a_first_number_is_as_often_set_as_not():
    for generator in (0, 1):
        values = [drawn(seed, number)[generator][0] for seed in range(20) for number in range(100)]
        bits = np.array([[int(value * 2**53) >> k & 1 for k in range(53)] for value in values])
        assert abs(bits.mean(axis=0) - 0.5).max() < 0.06  # five standard deviations
        assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.1


def test_the_digests_are_the_same_on_every_platform():
    def words(seed, number, name):
        return struct.unpack("<16I", seeding.stream(seed, number, name))[:2]

    assert words(0, 0, "random") == (2082885946, 3439542970)
    assert words(0, 0, "numpy") == (3301627211, 981977890)
    assert words(42, 7, "numpy") == (3892523788, 2475271913)
    assert words(2**200 + 1, 10**6, "random") == (4086066252, 4201421203)


def test_the_numbers_are_the_same_on_every_platform():
    from_random, from_numpy = drawn(42, 7)
    assert from_random[0] == 0.8389202503241493
    assert from_numpy[0] == 0.6929772445894207


def test_numpy_s_numbers_are_the_same_whenever_it_was_loaded(run):
    program = """
        import json, random, sys
        from faineant.seeding import seed_task
        {first}
        seed_task(5, 2)
        from_random = random.random()
        {then}
        seed_task(5, 3)
        import numpy as np
        print(json.dumps([from_random, np.random.rand()]))
    """
    always = run(program.format(first="import numpy, numpy.random", then=""))
    later = run(program.format(first="", then="import numpy"), "later.py")
    seed_task(5, 2)
    from_random = random.random()
    seed_task(5, 3)
    assert json.loads(always) == json.loads(later) == [from_random, np.random.rand()]


def test_numpy_is_not_loaded(run):
    printed = run("""
        import sys
        from faineant.seeding import kept_state, reseed, seed_task
        with kept_state():
            seed_task(0, 0)
            reseed()
        print("numpy" in sys.modules)
    """)
    assert printed == "False\n"


def test_the_state_is_put_back_after_an_error_too():
    drawn(1, 1)
    expected = random.random(), np.random.rand()
    drawn(1, 1)
    with pytest.raises(TypeError), kept_state():
        random.sample(drawn(2, 2), k=None)
    assert (random.random(), np.random.rand()) == expected


def test_another_kind_of_generator_in_numpy_is_kept_and_seeded(run):
    printed = run("""
        import warnings
        import numpy as np
        from faineant.seeding import kept_state, reseed, seed_task

        warnings.simplefilter("error")
        np.random.set_bit_generator(np.random.PCG64(1))
        expected = np.random.rand(2)
        np.random.set_bit_generator(np.random.PCG64(1))
        first = np.random.rand()
        with kept_state():
            seed_task(3, 3)
            one = np.random.rand()
            reseed()
            seed_task(3, 3)
            print(one == np.random.rand())
        print([first, np.random.rand()] == list(expected))
    """)
    assert printed.split() == ["True", "True"]


def test_numpy_s_generator_that_a_task_loads_does_not_stay_seeded(run):
    program = """
        from faineant.seeding import kept_state, seed_task
        with kept_state():
            import numpy as np
            seed_task(3, 3)
            np.random.rand()
        print(np.random.rand())
    """
    seed_task(3, 3)
    seeded = np.random.rand(2)[1]
    assert len({float(run(program)), float(run(program)), seeded}) == 3


@fork
def test_forked_children_draw_different_numbers_after_reseed():
    def first_of_child() -> bytes:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            reseed()
            os.write(writer, json.dumps([random.random(), np.random.rand()]).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        os.close(writer)
        with open(reader, "rb") as file:
            return json.loads(file.read())

    drawn(1, 1)
    children = [first_of_child() for _ in range(3)]
    values = {value for child in children for value in child} | {random.random(), np.random.rand()}
    assert len(values) == 8


def test_an_import_of_numpy_s_generator_that_a_fork_cut_short_is_no_obstacle(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy.random", type(sys)("numpy.random"))
    reseed()
    with kept_state():
        pass


@pytest.mark.parametrize(
    "seed",
    [
        *(None, 0, 1, 2**31, np.int8(3), np.uint64(2**64 - 1)),
        pytest.param(10**5000, id="longer than Python writes"),
    ],
)
def test_whole_numbers_of_any_size_are_seeds(seed):
    check_seed(seed)
    if seed is not None:
        assert drawn(seed, 0) == drawn(int(seed), 0)


@pytest.mark.parametrize(
    ("seed", "kind", "message"),
    [
        (-1, ValueError, "seed=-1 is negative; give a whole number from 0"),
        (np.int64(-5), ValueError, "is negative"),
        (True, TypeError, "seed=True is no whole number; give one from 0, or None"),
        (np.True_, TypeError, "no whole number"),
        (1.0, TypeError, "no whole number"),
        ("1", TypeError, "no whole number"),
        ([1, 2], TypeError, "no whole number"),
    ],
)
def test_what_is_no_seed_is_refused(seed, kind, message):
    with pytest.raises(kind, match=message):
        check_seed(seed)
