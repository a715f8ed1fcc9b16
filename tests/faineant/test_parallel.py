"""Use every core: results in order, errors told whole, and nothing left behind."""

import copy
import itertools
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from math import sqrt

import numpy as np
import pytest
from faineant import (
    Memory,
    Parallel,
    TaskError,
    WorkerDiedError,
    cpu_count,
    delayed,
    effective_n_jobs,
    starting,
)

fork = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="workers are forked on Linux"
)
BACKENDS = [
    pytest.param("fork", marks=fork),
    "spawn",
    "threading",
    "sequential",
]


def double(x):
    return 2 * x


@pytest.fixture
def leaves_nothing(children):
    """Check that neither processes nor files stay behind."""
    before = children(), set(os.listdir("/proc/self/fd"))
    yield
    assert (children(), set(os.listdir("/proc/self/fd"))) == before


def test_the_talk_s_slide_gives_seven_numbers():
    found = Parallel(n_jobs=1)(delayed(sqrt)(i**2) for i in range(7))
    assert found == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_engine_gives_the_results_of_the_plain_loop_in_order(backend):
    tasks = [(double, (x,), {}) for x in range(25)] + [(sorted, ([2, 3],), {"reverse": True})]
    assert Parallel(n_jobs=2, backend=backend)(tasks) == [2 * x for x in range(25)] + [[3, 2]]


@fork
def test_slow_tasks_do_not_change_the_order():
    def late(x):
        time.sleep(0.03 * (x % 3 == 0))
        return x

    assert Parallel(n_jobs=3)(delayed(late)(x) for x in range(12)) == list(range(12))


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_tasks_give_no_results(backend):
    assert Parallel(n_jobs=2, backend=backend)([]) == []


@fork
def test_lambdas_closures_and_what_cannot_be_pickled_reach_a_forked_worker():
    lock = threading.Lock()
    step = 3

    def add(x, held):
        return x + step, held.locked()

    assert Parallel(n_jobs=2)(delayed(lambda y: -y)(x) for x in range(6)) == [-x for x in range(6)]
    found = Parallel(n_jobs=2)(delayed(add)(x, lock) for x in range(6))
    assert found == [(x + 3, False) for x in range(6)]


@fork
def test_a_function_defined_again_is_not_confused_with_the_one_before():
    with Parallel(n_jobs=2) as parallel:
        for factor in range(3):
            namespace = {"__name__": __name__, "factor": factor}
            exec("def scaled(x): return factor * x", namespace)
            scaled = namespace["scaled"]
            assert parallel(delayed(scaled)(x) for x in range(4)) == [factor * x for x in range(4)]


@fork
def test_arrays_travel_whole_and_can_be_written_to():
    array = np.arange(300_000.0)
    results = Parallel(n_jobs=2)(delayed(np.multiply)(array, k) for k in range(5))
    for k, result in enumerate(results):
        np.testing.assert_array_equal(result, array * k)
        result[0] = 1
    empty = Parallel(n_jobs=2)(delayed(np.zeros)((0, k)) for k in range(5))
    assert [each.shape for each in empty] == [(0, k) for k in range(5)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_large_array_is_what_it_is_now_in_each_loop(backend):
    array = np.ones(1_000_000)
    with Parallel(n_jobs=2, backend=backend) as parallel:
        for value in (1.0, 2.0, 3.0):
            array[:] = value
            assert parallel(delayed(np.sum)(array) for _ in range(3)) == [1_000_000 * value] * 3


def test_one_job_is_a_plain_loop_in_the_caller_s_process():
    seen = []
    Parallel(n_jobs=1)(delayed(seen.append)((x, os.getpid())) for x in range(3))
    assert seen == [(x, os.getpid()) for x in range(3)]


@fork
@pytest.mark.usefixtures("leaves_nothing")
def test_the_input_is_drawn_here_and_no_faster_than_it_is_used():
    drawn = []

    def endless():
        for number in itertools.count():
            drawn.append(os.getpid())
            yield double, (number,), {}

    results = Parallel(n_jobs=2, return_as="generator")(endless())
    assert drawn == []
    assert [next(results) for _ in range(10)] == [2 * x for x in range(10)]
    assert len(drawn) <= 10 + 2 * 8
    assert set(drawn) == {os.getpid()}
    results.close()


@fork
@pytest.mark.usefixtures("leaves_nothing")
def test_an_error_in_the_input_ends_the_loop():
    def broken():
        yield double, (1,), {}
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        Parallel(n_jobs=2)(broken())


class OddError(Exception):
    """Cannot be pickled, nor unpickled: it wants two arguments and passes on one.

    The latter alone is not enough where tblib, which dask brings, has told pickle another way.
    """

    def __init__(self, one, two):
        super().__init__(one)
        self.lock = threading.Lock()


def fail_in_the_depth(x):
    if x == 3:
        raise ZeroDivisionError(f"bad {x}")
    return x


@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize("backend", [BACKENDS[0], "threading", "sequential"])
def test_an_error_keeps_its_type_and_says_where_and_which_task(backend):
    with pytest.raises(ZeroDivisionError, match="bad 3") as caught:
        Parallel(n_jobs=2, backend=backend)(delayed(fail_in_the_depth)(x) for x in range(9))
    told = "".join(traceback.format_exception(caught.value))
    assert 'raise ZeroDivisionError(f"bad {x}")' in told
    assert "task 3 (counted from 0): fail_in_the_depth(3)" in told


def test_a_spawned_worker_s_error_keeps_its_type():
    with pytest.raises(ZeroDivisionError, match="bad 3") as caught:
        Parallel(n_jobs=2, backend="spawn")(delayed(fail_in_the_depth)(x) for x in range(4))
    assert "in fail_in_the_depth" in "".join(traceback.format_exception(caught.value))


def leave(how):
    if how == "exit":
        os._exit(3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "sys.exit":
        sys.exit(4)
    if how == "orphan":  # a grandchild keeps the worker's end of the pipe open
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
        os.kill(os.getpid(), signal.SIGUSR1)
    if how == "lock":
        return threading.Lock()
    if how == "odd":
        raise OddError("one", "two")
    time.sleep(0.2)
    return how


@fork
@pytest.mark.usefixtures("leaves_nothing")
@pytest.mark.parametrize(
    ("how", "kind", "message"),
    [
        ("exit", WorkerDiedError, "left with exit code 3"),
        ("kill", WorkerDiedError, r"killed by signal 9 \(SIGKILL\)"),
        ("orphan", WorkerDiedError, r"killed by signal 10 \(SIGUSR1\)"),
        ("sys.exit", TaskError, r"called sys.exit\(4\)"),
        ("lock", TaskError, "its result, a lock, cannot be pickled"),
        ("odd", TaskError, "OddError: one .*cannot be pickled"),
    ],
)
def test_whatever_ends_a_task_is_told_by_name(how, kind, message):
    with pytest.raises(kind, match=message) as caught:
        Parallel(n_jobs=2)(delayed(leave)(each) for each in ["fine", how, "fine"])
    assert f"task 1 (counted from 0): leave({how!r})" in "".join(caught.value.__notes__)


def test_lambdas_and_closures_reach_a_fresh_interpreter():
    step = 3
    found = Parallel(n_jobs=2, backend="spawn")(delayed(lambda x: x + step)(x) for x in range(6))
    assert found == [x + 3 for x in range(6)]


def test_what_cannot_reach_a_fresh_interpreter_is_told_so_and_names_the_task():
    with pytest.raises(TaskError, match=r"cannot be sent to another interpreter .*lock") as caught:
        Parallel(n_jobs=2, backend="spawn")(delayed(id)(x) for x in [1, 2, threading.Lock(), 4])
    assert "task 2 (counted from 0)" in "".join(caught.value.__notes__)


def test_a_program_without_a_main_guard_runs_under_spawn(run):
    printed = run("""
        import os
        from faineant import Parallel, delayed

        print("once")
        factor = 3

        def scaled(x):
            return factor * x

        print(Parallel(n_jobs=2, backend="spawn")(delayed(scaled)(x) for x in range(3)))
    """)
    assert printed == "once\n[0, 3, 6]\n"


@fork
@pytest.mark.usefixtures("leaves_nothing")
def test_a_nested_loop_runs_in_its_worker():
    def inner(x):
        return Parallel(n_jobs=4)(delayed(os.getpid)() for _ in range(3)) == [os.getpid()] * 3

    assert Parallel(n_jobs=2)(delayed(inner)(x) for x in range(4)) == [True] * 4


def test_a_nested_loop_in_threads_runs_in_its_thread():
    def inner(x):
        names = Parallel(n_jobs=4, backend="threading")(
            delayed(threading.get_ident)() for _ in "ab"
        )
        return set(names) == {threading.get_ident()}

    assert (
        Parallel(n_jobs=2, backend="threading")(delayed(inner)(x) for x in range(4)) == [True] * 4
    )


@fork
@pytest.mark.usefixtures("leaves_nothing")
def test_workers_can_be_kept_for_several_loops():
    with Parallel(n_jobs=2) as parallel:
        seen = [set(parallel(delayed(os.getpid)() for _ in range(20))) for _ in range(3)]
        assert len(set.union(*seen)) <= 2
        with pytest.raises(ZeroDivisionError):
            parallel(delayed(fail_in_the_depth)(x) for x in range(9))
        assert parallel(delayed(double)(x) for x in range(3)) == [0, 2, 4]
        assert os.getpid() not in set.union(*seen)


@fork
def test_a_loop_inside_another_one_s_generator_is_refused_where_they_share_workers():
    with Parallel(n_jobs=2, return_as="generator") as parallel:
        first = parallel(delayed(double)(x) for x in range(9))
        next(first)
        with pytest.raises(RuntimeError, match="at work"):
            list(parallel(delayed(double)(x) for x in range(9)))
        assert list(first) == [2 * x for x in range(1, 9)]


@fork
def test_workers_draw_different_random_numbers():
    drawn = Parallel(n_jobs=3)(
        delayed(lambda: (time.sleep(0.1), np.random.rand())[1])() for _ in "abc"
    )
    assert len(set(drawn)) == 3


@fork
def test_ctrl_c_leaves_no_process_behind(start):
    process = start("""
        import os, time
        from faineant import Parallel, delayed

        def slow(x):
            os.write(1, f"{os.getpid()}\\n".encode())  # at once, so that lines stay whole
            time.sleep(60)

        Parallel(n_jobs=2)(delayed(slow)(x) for x in range(4))
    """)
    pids = [int(process.stdout.readline()) for _ in range(2)]
    for pid in (*pids, process.pid):  # as a terminal does: to the whole group
        os.kill(pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    assert complaint.count("KeyboardInterrupt") == 1
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)


@fork
def test_workers_go_when_their_parent_is_killed(start):
    process = start("""
        import os, time
        from faineant import Parallel, delayed

        results = Parallel(n_jobs=2, return_as="generator")(delayed(os.getpid)() for _ in range(99))
        seen = {next(results) for _ in range(90)}
        print(*seen, flush=True)
        time.sleep(60)
    """)
    pids = process.stdout.readline().split()
    process.kill()
    process.communicate()
    assert all_go(pids)


def all_go(pids) -> bool:
    """Wait until no process of these is left but as a zombie."""
    deadline = time.monotonic() + 20
    while not all(zombie(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def zombie(pid) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@fork
def test_workers_of_several_threads_go_when_their_parent_is_killed(start):
    program = start(
        """
        import os, signal, threading, time
        from faineant import Parallel, delayed

        def pid(_):
            time.sleep(0.05)
            return os.getpid()

        ready = threading.Barrier(5)

        def loop():
            with Parallel(n_jobs=2, backend="fork") as parallel:
                print(*set(parallel(delayed(pid)(i) for i in range(4))), flush=True)
                ready.wait()
                time.sleep(60)

        for _ in range(4):
            threading.Thread(target=loop, daemon=True).start()
        ready.wait()
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    printed, _ = program.communicate(timeout=50)
    assert len(printed.split()) >= 4
    assert all_go(printed.split())


@fork
def test_a_worker_whose_exit_code_is_lost_is_not_said_to_have_left_with_one(run):
    printed = run(
        """
        import os, signal
        from faineant import Parallel, WorkerDiedError, delayed

        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            Parallel(n_jobs=2, backend="fork")(delayed(os._exit)(3) for _ in range(2))
        except WorkerDiedError as error:
            print(error)
        """
    )
    assert "its exit code is not known" in printed


@fork
def test_a_program_that_forgets_its_generator_still_ends(run):
    program = """
        from faineant import Parallel, delayed
        results = Parallel(n_jobs=2, return_as="generator")(delayed(abs)(x) for x in range(99))
        print(next(results))
    """
    assert run(program) == "0\n"


@fork
def test_fork_is_not_chosen_once_gnu_openmp_has_started_threads(run):
    program = """
        import numpy as np
        from faineant.starting import start_method
        from sklearn.metrics import pairwise_distances_argmin
        X = np.random.default_rng(0).normal(size=(2000, 20))
        X @ X.T  # BLAS has threads too, and those are no obstacle
        print(start_method()[0])
        pairwise_distances_argmin(X, X)
        print(start_method()[0])
    """
    assert run(program, OMP_NUM_THREADS="2").split() == ["fork", "spawn"]


def test_where_there_is_no_fork_workers_are_spawned(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert starting.start_method()[0] == "spawn"


@fork
def test_cached_functions_remember_in_the_same_place(tmp_path):
    cached = Memory(tmp_path, verbose=0).cache(double)
    assert Parallel(n_jobs=2)(delayed(cached)(x) for x in range(5)) == [0, 2, 4, 6, 8]
    assert all(cached.check_call_in_cache(x) for x in range(5))


def test_a_parallel_can_be_copied_and_pickled():
    parallel = Parallel(2, backend="threading", return_as="generator", verbose=1)
    for other in (copy.deepcopy(parallel), pickle.loads(pickle.dumps(parallel))):
        assert (other.n_jobs, other.backend, other.return_as, other.verbose) == (
            2, "threading", "generator", 1,
        )  # fmt: skip


def test_counts_of_jobs():
    assert effective_n_jobs(None) == effective_n_jobs(1) == 1
    assert effective_n_jobs(-1) == cpu_count()
    assert effective_n_jobs(-2) == max(1, cpu_count() - 1)
    assert effective_n_jobs(-1000) == 1
    for wrong, kind in ((0, ValueError), (2.5, TypeError), ("2", TypeError), (True, TypeError)):
        with pytest.raises(kind, match="n_jobs="):
            Parallel(n_jobs=wrong)


@fork
def test_the_process_s_affinity_is_respected(run):
    program = """
        import os, faineant
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(faineant.cpu_count())
    """
    assert run(program) == "1\n"


def test_a_control_group_s_quota_is_respected(tmp_path, monkeypatch):
    from faineant import cores

    monkeypatch.setattr(cores, "control_groups", lambda: [tmp_path])
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    (tmp_path / "cpu.max").write_text("250000 100000\n")
    assert cpu_count() == 3
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert cpu_count() == 16


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        (3, "gives no tasks"),
        ([4], r"task 0 is 4, .*write delayed\(f\)\(x\)"),
        ([(double, (1,), {}), (double, (1,))], "task 1 is"),
    ],
)
def test_what_is_no_task_gets_a_clear_error(tasks, message):
    with pytest.raises(TypeError, match=message):
        Parallel(n_jobs=1)(tasks)


def test_wrong_parameters_are_refused_at_the_door():
    with pytest.raises(ValueError, match="none of serial, threads, fork, spawn, loky"):
        Parallel(backend="loki")
    with pytest.raises(ValueError, match="none of list, generator"):
        Parallel(return_as="set")


def test_verbose_tells_how_long_it_took(capsys):
    Parallel(n_jobs=1, verbose=1)(delayed(abs)(x) for x in range(7))
    assert "[Parallel] 7 tasks done in 0." in capsys.readouterr().err
