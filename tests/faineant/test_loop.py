"""What the loop does with its tasks: errors, retries, time limits, seeds, what is remembered."""

import itertools
import os
import random
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from faineant import (
    Memory,
    Parallel,
    TaskError,
    TaskTimeoutError,
    WorkerDiedError,
    delayed,
    effective_n_jobs,
    parallel_config,
)

fork = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="workers are forked on Linux"
)
WORKERS = [pytest.param("fork", marks=fork), "spawn", "threads"]
ENGINES = ["serial", *WORKERS]


def double(x):
    return 2 * x


def fail_at_three(x):
    if x == 3:
        raise ZeroDivisionError(f"bad {x}")
    return x


def nap(x):
    time.sleep(30 if x == 2 else 0)
    return x


def draw():
    return random.random(), float(np.random.rand())


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ENGINES)
def test_errors_can_take_the_places_of_their_results(backend):
    found = Parallel(2, backend, on_error="return")(delayed(fail_at_three)(x) for x in range(6))
    assert [each for each in found if not isinstance(each, Exception)] == [0, 1, 2, 4, 5]
    assert isinstance(found[3], ZeroDivisionError)
    assert "task 3 (counted from 0): fail_at_three(3)" in "".join(found[3].__notes__)


@pytest.mark.parametrize("backend", ENGINES)
def test_a_failing_task_can_be_replayed_in_the_caller(backend):
    caller = os.getpid()

    def fail_and_say_where(x):
        if x == 1:
            raise LookupError("in the caller" if os.getpid() == caller else "elsewhere")
        return x

    with pytest.raises(LookupError, match="in the caller") as caught:
        Parallel(2, backend, on_error="debug")(delayed(fail_and_say_where)(x) for x in range(3))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[-1].name == "fail_and_say_where"


@fork
def test_a_task_that_fails_only_in_its_worker_says_so():
    caller = os.getpid()

    def fail_elsewhere():
        if os.getpid() != caller:
            raise LookupError("elsewhere")

    with pytest.raises(LookupError) as caught:
        Parallel(2, "fork", on_error="debug")(delayed(fail_elsewhere)() for _ in range(2))
    assert "Replayed in the caller's process, it did not fail." in caught.value.__notes__


def die_once(folder, x):
    with open(folder / str(x), "a") as file:
        file.write("x")
    if x % 7 == 3 and (folder / str(x)).stat().st_size == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


@pytest.mark.parametrize("backend", WORKERS[:2])
def test_a_task_whose_worker_has_died_is_run_again_and_no_other(backend, tmp_path):
    found = Parallel(2, backend, retries=1)(delayed(die_once)(tmp_path, x) for x in range(60))
    assert found == list(range(60))
    runs = [(tmp_path / str(x)).stat().st_size for x in range(60)]
    assert runs == [1 + (x % 7 == 3) for x in range(60)]


@pytest.mark.parametrize("backend", WORKERS[:2])
def test_retries_come_to_an_end(backend):
    with pytest.raises(WorkerDiedError, match="left with exit code 5"):
        Parallel(2, backend, retries=2)(delayed(os._exit)(5) for _ in range(2))


@pytest.mark.parametrize("backend", WORKERS)
def test_a_task_that_takes_too_long_is_named_and_the_others_are_not_held_up(backend):
    tasks = [(nap, (x,), {}) for x in range(6)]
    with pytest.raises(TimeoutError, match=r"longer than timeout=0\.5 seconds") as caught:
        Parallel(2, backend, timeout=0.5)(tasks)
    assert "task 2 (counted from 0): nap(2)" in "".join(caught.value.__notes__)
    found = Parallel(2, backend, timeout=0.5, on_error="return")(tasks)
    assert [each for each in found if isinstance(each, int)] == [0, 1, 3, 4, 5]
    assert isinstance(found[2], TaskTimeoutError)


# -- order and streaming --------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ENGINES)
def test_results_can_be_taken_as_they_come(backend):
    results = Parallel(2, backend, return_as="generator_unordered")(
        delayed(double)(x) for x in range(500)
    )
    assert sorted(results) == [2 * x for x in range(500)]


@fork
def test_whoever_is_first_comes_first_if_order_does_not_matter():
    def slow_at_first(x):
        time.sleep(0.5 * (x == 0))
        return x

    results = Parallel(2, return_as="generator_unordered")(
        delayed(slow_at_first)(x) for x in range(4)
    )
    assert list(results)[-1] == 0


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize("pre_dispatch", [1, 3, "2 * n_jobs", "1.5*n_jobs", "n_jobs"])
def test_no_more_tasks_are_drawn_than_were_asked_for(backend, pre_dispatch):
    limit = {1: 1, 3: 3, "2 * n_jobs": 4, "1.5*n_jobs": 3, "n_jobs": 2}[pre_dispatch]
    drawn = itertools.count()
    results = Parallel(2, backend, return_as="generator", pre_dispatch=pre_dispatch)(
        (double, (next(drawn),), {}) for _ in itertools.count()
    )
    for taken in range(1, 40):
        assert next(results) == 2 * (taken - 1)
        n_drawn = int(repr(drawn).strip("count()"))
        assert n_drawn <= taken + limit
    results.close()


@pytest.mark.parametrize("backend", WORKERS)
@pytest.mark.parametrize("batch_size", [1, 7, 10_000])
def test_the_size_of_batches_changes_no_result(backend, batch_size):
    found = Parallel(2, backend, batch_size=batch_size)(delayed(double)(x) for x in range(300))
    assert found == [2 * x for x in range(300)]


@fork
def test_tasks_that_wait_behind_a_slow_one_are_run_by_idle_workers():
    def note(x):
        if x == 1:
            time.sleep(1.5)
        return x, os.getpid(), time.monotonic()

    found = Parallel(2, "fork", batch_size=50)(delayed(note)(x) for x in range(50))
    assert [x for x, _, _ in found] == list(range(50))
    slow = found[1]
    assert all(ended < slow[2] for x, _, ended in found if x != 1)


@fork
def test_slices_of_a_large_array_are_inherited_and_summed():
    array = np.arange(16 << 18, dtype=float)
    slices = [slice(i << 18, (i + 1) << 18) for i in range(16)]
    with Parallel(2) as parallel:
        for _ in range(2):
            sums = parallel(delayed(np.sum)(array[each]) for each in slices)
            assert sums == [array[each].sum() for each in slices]
            array += 1  # workers must not go on with what was


@fork
def test_kept_workers_see_what_became_of_a_list_of_tasks():
    tasks = [(sum, ([x],), {}) for x in range(6)]
    with Parallel(2) as parallel:
        assert parallel(tasks) == list(range(6))
        for _, (numbers,), _ in tasks:
            numbers.append(10)
        assert parallel(tasks) == [x + 10 for x in range(6)]


@fork
@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_buffer_that_is_filled_anew_for_each_task_does_no_harm(size):
    def tasks():
        buffer = np.empty(size)
        for number in range(12):
            time.sleep(0.005)  # longer than the first tasks take
            buffer[:] = number
            yield np.sum, (buffer,), {}

    found = Parallel(2, batch_size=1)(tasks())
    assert found == [size * number for number in range(12)]


# -- random numbers -------------------------------------------------------------------------------


def test_a_seed_gives_the_same_numbers_for_any_workers():
    plain = [float(value) for pair in Parallel(1, seed=7)([(draw, (), {})] * 5) for value in pair]
    assert len(set(plain)) == 10
    for backend, n_jobs in itertools.product(["fork", "spawn", "threads"], [2, 3]):
        found = Parallel(n_jobs, backend, seed=7)([(draw, (), {})] * 5)
        assert [value for pair in found for value in pair] == plain, backend
    with ThreadPoolExecutor(1) as pool:
        found = Parallel(1, pool, seed=7)([(draw, (), {})] * 5)
    assert [value for pair in found for value in pair] == plain
    assert Parallel(1, seed=8)([(draw, (), {})])[0] not in zip(plain[::2], plain[1::2], strict=True)


@pytest.mark.parametrize("backend", WORKERS)
@pytest.mark.parametrize("function", [random.randint, np.random.randint])
def test_functions_of_the_global_generators_are_sent_without_their_state(backend, function):
    tasks = [(function, (0, 2**31 - 1), {}) for _ in range(12)]
    assert len(set(Parallel(2, backend)(task for task in tasks))) == 12
    seeded = [Parallel(n_jobs, backend, seed=1)(task for task in tasks) for n_jobs in (1, 2)]
    assert seeded[0] == seeded[1]


@pytest.mark.parametrize("backend", ["serial", "threads"])
def test_a_seeded_loop_leaves_the_caller_s_numbers_alone(backend):
    random.seed(1)
    np.random.seed(1)
    expected = draw()
    random.seed(1)
    np.random.seed(1)
    Parallel(2, backend, seed=3)(delayed(draw)() for _ in range(4))
    assert draw() == expected


# -- with Memory ----------------------------------------------------------------------------------


@fork
def test_what_is_remembered_is_sent_nowhere_and_equal_tasks_run_once(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0)

    @memory.cache
    def trace(x):
        with open(tmp_path / "ran", "a") as file:
            file.write(f"{x} {os.getpid()}\n")
        return [x]

    trace(0)
    found = Parallel(2)(delayed(trace)(x % 4) for x in range(40))
    assert found == [[x % 4] for x in range(40)]
    assert len({id(each) for each in found}) == 40, "each has a copy of its own"
    lines = (tmp_path / "ran").read_text().split("\n")[:-1]
    assert sorted(line.split()[0] for line in lines) == ["0", "1", "2", "3"]
    (tmp_path / "ran").unlink()
    assert Parallel(2)(delayed(trace)(x % 4) for x in range(40)) == found
    assert not (tmp_path / "ran").exists()


@fork
def test_tasks_are_looked_up_while_all_workers_are_busy(tmp_path):
    memory, seen = Memory(tmp_path / "cache", verbose=0), tmp_path / "the last task was drawn"

    @memory.cache
    def is_seen(x):
        deadline = time.monotonic() + (20 if x < 2 else 0)
        while not seen.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        return seen.exists()

    def tasks():
        for x in range(100):
            yield delayed(is_seen)(x)
        seen.touch()

    for x in range(2, 100):
        is_seen(x)
    assert Parallel(2)(tasks()) == [True] * 2 + [False] * 98


@fork
def test_a_task_is_looked_up_before_the_next_one_is_drawn(tmp_path):
    cached = Memory(tmp_path, verbose=0).cache(sum)

    def tasks():
        numbers = [0]
        for number in range(50):
            numbers[0] = number
            yield delayed(cached)(numbers)

    for number in range(50):
        cached([number])
    assert Parallel(2)(tasks()) == list(range(50))


@fork
def test_equal_tasks_whose_first_one_fails_fail_too(tmp_path):
    cached = Memory(tmp_path, verbose=0).cache(fail_at_three)
    found = Parallel(2, on_error="return")(delayed(cached)(3) for _ in range(5))
    assert [type(each) for each in found] == [ZeroDivisionError] * 5


@fork
def test_a_loop_that_was_interrupted_goes_on_where_it_was(start, run, tmp_path):
    program = """
        import sys, time
        from faineant import Memory, Parallel, delayed

        memory = Memory("cache", verbose=0)

        @memory.cache
        def step(x):
            with open(f"ran-{x}", "a") as file:
                file.write("x")
            time.sleep(0.02)
            return x

        print(sum(Parallel(n_jobs=2)(delayed(step)(x) for x in range(100))))
    """
    process = start(program)
    while len(list(tmp_path.glob("ran-*"))) < 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert run(program) == "4950\n"
    again = [file.name for file in tmp_path.glob("ran-*") if file.stat().st_size > 1]
    assert len(again) <= 2, "one for each worker that was stopped in the middle"


# -- who works ------------------------------------------------------------------------------------


def test_a_configuration_holds_for_a_block_and_nests():
    with parallel_config(backend="threads", n_jobs=2):
        assert Parallel().n_jobs == effective_n_jobs() == 2
        assert "threads of this process" in Parallel().why()
        with parallel_config(n_jobs=3):
            assert Parallel().n_jobs == 3
            assert Parallel().backend == "threads"
            assert Parallel(n_jobs=1, backend="serial").n_jobs == 1
        assert Parallel().n_jobs == 2
    assert Parallel().n_jobs is None
    config = parallel_config("serial", n_jobs=4)
    assert Parallel().n_jobs == 4
    config.unregister()
    assert Parallel().n_jobs is None


def test_why_says_who_works():
    assert "n_jobs is 1" in Parallel(1).why()
    assert "fresh interpreters" in Parallel(2, "spawn").why()
    assert "threads" in Parallel(2, prefer="threads").why()
    assert "threads" in Parallel(2, require="sharedmem").why()
    with ThreadPoolExecutor(1) as pool:
        assert "executor" in Parallel(backend=pool).why()


@fork
def test_why_says_why_processes_are_not_forked(run):
    program = """
        import numpy as np
        from faineant import Parallel, delayed
        from sklearn.metrics import pairwise_distances_argmin
        X = np.random.default_rng(0).normal(size=(2000, 20))
        print(Parallel(2).why())
        pairwise_distances_argmin(X, X)
        print(Parallel(2).why())
        print(Parallel(2)(delayed(lambda x: -x)(x) for x in range(3)))
    """
    first, second, third = run(program, OMP_NUM_THREADS="2").splitlines()
    assert first.startswith("Tasks run in forked processes")
    assert second.startswith("Tasks run in fresh interpreters, for GNU OpenMP")
    assert third == "[0, -1, -2]"


@pytest.mark.parametrize("backend", WORKERS[:2])
def test_workers_share_the_cores_among_their_threads(run, backend):
    program = f"""
        import numpy as np
        from faineant import Parallel, cpu_count, delayed
        from faineant.threadpools import threads

        def counts():
            import numpy, os
            from faineant.threadpools import threads
            return max(threads().values()), os.environ["OMP_NUM_THREADS"]

        before = threads()
        found = set(Parallel(2, {backend!r})(delayed(counts)() for _ in range(4)))
        share = max(1, cpu_count() // 2)
        print(found == {{(share, str(share))}}, threads() == before)
    """
    clean = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "")
    assert run(program, **clean) == "True True\n"


@pytest.mark.parametrize("backend", WORKERS[:2])
def test_the_caller_has_its_own_threads_while_it_reads_results(run, backend):
    program = f"""
        import os
        import numpy as np
        from faineant import Parallel, delayed
        from faineant.threadpools import threads

        def numbers():
            for number in range(40):
                seen.add(os.environ.get("OMP_NUM_THREADS"))
                yield number

        before, seen = threads(), set()
        loop = Parallel(2, {backend!r}, return_as="generator")
        found = [threads() == before for _ in loop(delayed(abs)(number) for number in numbers())]
        print(len(found), all(found), seen)
    """
    clean = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "")
    assert run(program, **clean) == "40 True {''}\n"


def test_threads_can_change_the_caller_s_objects():
    seen = []
    Parallel(2, require="sharedmem")(delayed(seen.append)(x) for x in range(9))
    assert sorted(seen) == list(range(9))


def test_an_executor_takes_the_tasks():
    with ThreadPoolExecutor(2, thread_name_prefix="borrowed") as pool:
        names = Parallel(backend=pool)(
            delayed(lambda: threading.current_thread().name)() for _ in "ab"
        )
    assert all(name.startswith("borrowed") for name in names)


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"on_error": "ignore"}, ValueError, "none of raise, return, debug"),
        ({"retries": -1}, ValueError, "retries=-1 is less than 0"),
        ({"retries": 1.5}, TypeError, "retries=1.5 is no whole number"),
        ({"batch_size": 0}, ValueError, "batch_size=0"),
        ({"batch_size": "large"}, TypeError, "batch_size='large'"),
        ({"pre_dispatch": "many"}, ValueError, "pre_dispatch='many' is not understood"),
        ({"pre_dispatch": 0}, ValueError, "pre_dispatch=0"),
        ({"timeout": 0}, ValueError, "timeout=0"),
        ({"timeout": "1"}, TypeError, "timeout='1'"),
        ({"verbose": "a"}, TypeError, "verbose='a' is no whole number; give 0, 1 or 10"),
        ({"verbose": 0.5}, TypeError, "verbose=0.5 is no whole number"),
        ({"seed": -1}, ValueError, "seed"),
        ({"progress": 3}, TypeError, "progress"),
        ({"prefer": "cores"}, ValueError, "prefer='cores'"),
        ({"require": "speed"}, ValueError, "require='speed'"),
        ({"backend": "fork", "require": "sharedmem"}, ValueError, "rules out backend='fork'"),
        ({"backend": 3}, TypeError, "backend=3 runs no tasks"),
    ],
)
def test_what_makes_no_sense_is_refused_at_the_door(wrong, kind, message):
    with pytest.raises(kind, match=message):
        Parallel(2, **wrong)


def test_a_configuration_that_makes_no_sense_is_refused_at_the_door():
    with pytest.raises(TypeError, match="verbose='a' is no whole number"):
        parallel_config(verbose="a")


# -- how it goes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ENGINES)
def test_progress_is_told_to_whoever_asks(backend, tmp_path):
    cached = Memory(tmp_path, verbose=0).cache(fail_at_three)
    cached(0)
    events = []
    Parallel(2, backend, progress=events.append, on_error="return")(
        [(cached, (x,), {}) for x in range(8)]
    )
    last = events[-1]
    assert (last.done, last.total, last.failed, last.known) == (8, 8, 1, 1)
    assert [event.done for event in events] == sorted(event.done for event in events)
    assert any(event.call.startswith("fail_at_three(") for event in events)


@fork
def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(capsys):
    Parallel(2, progress=True)(delayed(double)(x) for x in range(50))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("backend", WORKERS[:2])
def test_what_workers_print_is_seen_where_the_caller_looks(backend, capsys):
    def talk(x):
        print("task", x, "says", "hello " * 20)
        print("and complains", file=sys.stderr)
        return x

    Parallel(2, backend)(delayed(talk)(x) for x in range(40))
    printed, complaints = capsys.readouterr()
    wanted = [f"task {x} says " + "hello " * 20 for x in range(40)]
    assert sorted(printed.splitlines()) == sorted(wanted)
    assert complaints == "and complains\n" * 40


def test_a_task_error_is_a_runtime_error():
    assert issubclass(TaskError, RuntimeError)
    assert issubclass(TaskTimeoutError, TimeoutError)
